/** Resource: audit sinks, which receive every audit event. */

import { type AuditSink, SINK_FORMATS, SINK_KINDS } from '../../../domain/notifications/audit-sinks/audit-sink.ts';
import type { AuditSinkRegistry } from '../../../domain/notifications/audit-sinks/sink-registry.ts';
import type { Versioned } from '../../../domain/ports/document-store.ts';
import { existing, objectAnswer, pageAnswer, pageOf, sameVersion } from '../call.ts';
import { type Handlers, resource } from '../resource.ts';
import { ADMINISTRATORS, about, PAGE, scopes } from '../route.ts';
import { named } from '../schema.ts';
import {
  change,
  flag,
  identified,
  input,
  integer,
  oneOf,
  output,
  page,
  RECORD,
  seconds,
  string,
  text,
} from '../schema-parts.ts';
import { show } from '../wire-names.ts';

const KIND = oneOf(
  'How events reach the sink. otlp: OTLP/HTTP with JSON. webhook: signed requests. syslog: RFC 5424 over TLS (RFC 5425). file: on the machine of the server.',
  SINK_KINDS,
);
const FORMAT = oneOf(
  'Form of the events. event: as this API shows them. ocsf: OCSF 1.8.0. cef: Common Event Format. Default: cef for syslog, else event. An otlp sink has none.',
  SINK_FORMATS,
);

const CHANGEABLE = {
  name: text('Name to show.', 100),
  address: text(
    'otlp and webhook: https URL of a public host, or of one in egress.internalHosts.auditSinks. syslog: host:port. Absent for a file.',
    2048,
  ),
  authorization: text('Value of the header Authorization for an otlp sink. Never shown.', 2048),
  is_personal: flag('Whether events carry the personal values that were not erased. Default: false.'),
};

const NEW_SINK = named(
  'NewAuditSink',
  input(
    {
      ...CHANGEABLE,
      kind: KIND,
      format: FORMAT,
      from: oneOf('First event: from now on, or the first that the log holds. Default: now.', ['now', 'beginning']),
    },
    ['name', 'kind'],
  ),
);

const SINK_CHANGE = named('AuditSinkChange', change(CHANGEABLE));

const MEMBERS = {
  ...identified('Begins with snk_.'),
  name: CHANGEABLE.name,
  kind: KIND,
  format: FORMAT,
  address: string('Where the sink is.'),
  file: string('The file on the machine of the server.'),
  is_personal: flag('Whether events carry personal values.'),
  state: oneOf('paused: the server sends nothing, and the backlog waits in the log.', ['active', 'paused']),
  backlog: integer('Number of events that the sink has not acknowledged.'),
  delivered: integer('Number of events that it acknowledged.'),
  left_out: integer('Number of events that it refused and that were skipped.'),
  last_delivered_at: seconds('When it last acknowledged events.'),
  failing_since: seconds('Since when all attempts have failed.'),
  last_failure: string('Why the last failed attempt failed.'),
  last_failure_status: integer('HTTP status that the sink answered to it.'),
  last_failure_at: seconds('When the last attempt failed.'),
  refused_event: string('Id of the event whose content it refused. Deliveries stop before it.'),
  due_at: seconds('Time of the next attempt.'),
  node: string('The node that delivers.'),
  ...RECORD,
};

const OPTIONAL = [
  'format',
  'address',
  'file',
  'last_delivered_at',
  'failing_since',
  'last_failure',
  'last_failure_status',
  'last_failure_at',
  'refused_event',
  'due_at',
  'node',
] as const;

const SINK = named('AuditSink', output(MEMBERS, OPTIONAL));
const SINK_WITH_SECRET = named(
  'AuditSinkWithSecret',
  output({ ...MEMBERS, secret: string('Signs the requests to a webhook. Begins with whsec_. Shown this once.') }, [
    ...OPTIONAL,
    'secret',
  ]),
);
const SINK_PAGE = page(SINK);
const SINK_TEST = named(
  'AuditSinkTest',
  output(
    {
      sent: flag('Whether the sink acknowledged a test event.'),
      failure: string('Why not.'),
      failure_status: integer('HTTP status that it answered.'),
    },
    ['failure', 'failure_status'],
  ),
);
const SKIP = named(
  'AuditEventSkip',
  input({ event: text('Id of the event to skip: what `refused_event` of the sink names.', 200) }, ['event']),
);
const SKIPPED = named('SkippedAuditEvent', output({ event: string('Id of the event that the sink does not have.') }));

const SCOPES = scopes('audit-sinks', {
  read: ['See which systems receive the audit log', 'low'],
  write: ['Send the audit log to other systems', 'high'],
});

const make = about('audit-sinks', SCOPES);
const BY_ADMINISTRATORS = { roles: ADMINISTRATORS, freshFactor: true } as const;

const routes = {
  createAuditSink: make.create(
    '/audit-sinks',
    NEW_SINK,
    SINK_WITH_SECRET,
    'Register an audit sink. The server delivers events to it at once. The response holds the secret of a webhook',
    BY_ADMINISTRATORS,
  ),
  listAuditSinks: make.read('/audit-sinks', SINK_PAGE, 'List audit sinks, newest first', { query: PAGE }),
  getAuditSink: make.read('/audit-sinks/{id}', SINK, 'Read an audit sink, its backlog and its last attempts'),
  updateAuditSink: make.change('/audit-sinks/{id}', SINK_CHANGE, SINK, 'Change an audit sink', BY_ADMINISTRATORS),
  testAuditSink: make.act('/audit-sinks/{id}/test', SINK_TEST, 'Send an audit sink a test event', {
    roles: ADMINISTRATORS,
  }),
  pauseAuditSink: make.act(
    '/audit-sinks/{id}/pause',
    SINK,
    'Pause an audit sink. The server sends nothing to it, and its backlog waits in the log',
    { roles: ADMINISTRATORS },
  ),
  resumeAuditSink: make.act(
    '/audit-sinks/{id}/resume',
    SINK,
    'Resume a paused audit sink, or try a failing one again at once',
    { roles: ADMINISTRATORS },
  ),
  skipAuditEvent: make.act(
    '/audit-sinks/{id}/skip',
    SKIPPED,
    'Skip the event whose content an audit sink refuses with 400, 413 or 422. The audit log names the event',
    { ...BY_ADMINISTRATORS, body: SKIP },
  ),
  rotateAuditSinkSecret: make.act(
    '/audit-sinks/{id}/rotate-secret',
    SINK_WITH_SECRET,
    'Rotate the secret of a webhook. The server signs with the new secret at once',
    BY_ADMINISTRATORS,
  ),
  removeAuditSink: make.remove('/audit-sinks/{id}', 'Delete an audit sink', BY_ADMINISTRATORS),
};

const handlers = ({ auditSinks }: { readonly auditSinks: AuditSinkRegistry }): Handlers<typeof routes> => {
  const shown = async (sink: AuditSink) => {
    const health = await auditSinks.health(sink.id);
    const file = auditSinks.pathOf(sink);
    const state = {
      backlog: 0,
      delivered: 0,
      leftOut: 0,
      ...health,
      node: health?.lockedBy,
      refusedEvent: health?.refusedRecord,
      file,
    };
    return {
      ...show(sink, ['id', 'name', 'kind', 'format', 'address', 'isPersonal', 'state', 'createdAt', 'updatedAt']),
      ...show(state, [
        ...(['backlog', 'delivered', 'leftOut', 'lastDeliveredAt', 'failingSince', 'lastFailure'] as const),
        ...(['lastFailureStatus', 'lastFailureAt', 'refusedEvent', 'dueAt', 'node', 'file'] as const),
      ]),
    };
  };
  const answer = async (found: Versioned<AuditSink>) => {
    const body = await shown(found.document);
    return objectAnswer(found, () => body);
  };
  const answerWith = async (found: Versioned<AuditSink>, secret: string | undefined) => {
    const body = await shown(found.document);
    return objectAnswer(found, () => ({ ...body, secret }));
  };

  return {
    async createAuditSink({ body, by }) {
      const { made, secret } = await auditSinks.create(body, by);
      return answerWith(made, secret);
    },
    async listAuditSinks(call) {
      const { items, ...rest } = await auditSinks.list(pageOf(call));
      const all = await Promise.all(items.map(({ document }) => shown(document)));
      return pageAnswer({ ...rest, items: all.map((document) => ({ document, version: 1 })) }, (one) => one);
    },
    getAuditSink: async ({ id }) => answer(existing(await auditSinks.get(id))),
    async updateAuditSink(call) {
      sameVersion(existing(await auditSinks.get(call.id)), call);
      return answer(await auditSinks.update(call.id, call.version, call.body, call.by));
    },
    async testAuditSink({ id, by }) {
      const outcome = await auditSinks.test(id, by);
      if (outcome.isAcknowledged) return { body: { sent: outcome.leftOut === 0 } };
      return { body: { sent: false, failure: outcome.failure, failure_status: outcome.status } };
    },
    pauseAuditSink: async ({ id, by }) => answer(await auditSinks.pause(id, by)),
    resumeAuditSink: async ({ id, by }) => answer(await auditSinks.resume(id, by)),
    async skipAuditEvent({ id, body, by }) {
      await auditSinks.skip(id, body.event, by);
      return { body: { event: body.event } };
    },
    async rotateAuditSinkSecret({ id, by }) {
      const { changed, secret } = await auditSinks.rotateSecret(id, by);
      return answerWith(changed, secret);
    },
    async removeAuditSink({ id, by }) {
      await auditSinks.remove(id, by);
      return {};
    },
  };
};

export const auditSinks = resource(routes, handlers);
