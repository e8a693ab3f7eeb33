/** Resource: the audit log. */

import type { AuditEventType, AuditLog } from '../../../domain/audit/audit-event.ts';
import { AUDIT_EVENTS } from '../../../domain/audit/audit-event.ts';
import type { ExportOptions } from '../../../domain/audit/audit-log.ts';
import { placeOfId, RECORD_ID } from '../../../domain/audit/audit-record.ts';
import { auditRefusal } from '../../../domain/audit/audit-refusals.ts';
import { membersNamed } from '../../../domain/audit/event-members.ts';
import type { AuditEntry, AuditFilters, AuditPage } from '../../../domain/audit/list-events.ts';
import { wordsOf } from '../../../domain/audit/search-terms.ts';
import { entryText } from '../../../domain/audit/transparency-log/log-entry.ts';
import type { TransparencyLog } from '../../../domain/audit/transparency-log/transparency-log.ts';
import type { Call } from '../call.ts';
import { managementRefusal } from '../management-refusals.ts';
import { type Handlers, resource } from '../resource.ts';
import { ADMINISTRATORS, about, givenClientId, givenId, PAGE, route, scopes } from '../route.ts';
import { named, ref } from '../schema.ts';
import { arrayOf, flag, input, integer, object, oneOf, output, string, text } from '../schema-parts.ts';
import { toWire } from '../wire-names.ts';
import { ARCHIVED, type ArchiveReader, eventGone } from './archived-event.ts';
import { CONSISTENCY_PROOF, INCLUSION_PROOF, TRANSPARENCY_LOG } from './transparency-log-schemas.ts';

const AUDIT_ERASURE = named(
  'AuditErasure',
  input(
    {
      event: text('Id of the event, as in the list of events.', 200),
      value: oneOf('Personal value to erase.', [
        'source',
        'device',
        'username',
        'details',
        'message',
        'reported',
        'invoker',
      ]),
    },
    ['event', 'value'],
  ),
);

const AUDIT_ENTRY = named(
  'AuditEntry',
  output(
    {
      id: string(),
      stream: string(),
      sequence: integer(),
      at: integer('Milliseconds since the epoch.'),
      hash: string('Hash that the next record is chained to.'),
      event: object('See docs/reference/audit-events.md.'),
      erased: arrayOf(string(), 'Personal values that were erased.'),
      mismatches: arrayOf(
        string(),
        'Present when the stored record does not match its digest or the next record: the database was edited. Names what does not match: `hash` for the content, a member that searches use, or `personal.` with the name of a personal value.',
      ),
    },
    ['erased', 'mismatches'],
  ),
);

const SIZE = (description: string) => integer(description, { minimum: 0, maximum: 999_999_999_999_999 });

const AUDIT_PAGE = named(
  'AuditPage',
  output(
    {
      items: arrayOf(ref(AUDIT_ENTRY)),
      next: string('Send it as `cursor` to get the next page; absent on the last page.'),
      archived: {
        ...ref(ARCHIVED),
        description: 'Present when events of the asked time may be in an archive only: no page has those.',
      },
    },
    ['next', 'archived'],
  ),
);

export const AUDIT_SCOPES = scopes('audit', {
  read: ['Read and export the audit log', 'high'],
  write: ['Erase personal values from the audit log, and order legal holds', 'high'],
});

const make = about('audit', AUDIT_SCOPES);

const routes = {
  listAuditEvents: make.read('/audit/events', AUDIT_PAGE, 'List audit events, newest first', {
    isServedFromReserve: true,
    query: {
      ...PAGE,
      type: oneOf('Only events of this type.', Object.keys(AUDIT_EVENTS) as AuditEventType[]),
      outcome: oneOf('Only events with this outcome.', ['granted', 'refused', 'done']),
      id: givenClientId(
        'Only events that contain this id as subject, agent, caller, transaction, delegation, token, decision, denial, approval, or target. With other filters, a page may be shorter than requested and still have a next page.',
      ),
      subject: givenId('Only events on behalf of this account.'),
      agent: givenId('Only events about this agent.'),
      caller: givenClientId('Only events caused by this account, client or agent.'),
      txn: givenId('Only events of this transaction.'),
      delegation: givenId('Only events about this delegation.'),
      token_id: givenId('Only events about this token.'),
      resource: text('Only events about the API with this identifier.', 512),
      text: text(
        'Only events with all of these words: in type, error, reason, note, scopes, API, tool. Without ids and personal values.',
        200,
      ),
      from: integer('First second, epoch seconds.', { minimum: 0, maximum: 99_999_999_999 }),
      to: integer('Last second, epoch seconds.', { minimum: 0, maximum: 99_999_999_999 }),
    },
  }),
  getAuditEvent: make.read('/audit/events/{id}', AUDIT_ENTRY, 'Read one audit event', {
    ids: RECORD_ID,
    isServedFromReserve: true,
  }),
  proveAuditEvent: make.read(
    '/audit/events/{id}/proof',
    INCLUSION_PROOF,
    'Prove that the transparency log has an audit event. Verify it offline with `behalf audit verify --proof`',
    { ids: RECORD_ID, isServedFromReserve: true },
  ),
  getTransparencyLog: make.read('/audit/log', TRANSPARENCY_LOG, 'Read the checkpoint and the verifier key of the log', {
    isServedFromReserve: true,
  }),
  proveLogConsistency: make.read(
    '/audit/log/consistency',
    CONSISTENCY_PROOF,
    'Prove that the transparency log of one size begins with that of a smaller size',
    {
      isServedFromReserve: true,
      query: {
        from: SIZE('Size of the smaller tree. Default: 0.'),
        to: SIZE('Size of the larger tree. Default: all.'),
      },
    },
  ),
  exportAudit: make.read(
    '/audit/export',
    'ndjson',
    'Export the audit log. Verify it offline with `behalf audit verify`',
    {
      isServedFromReserve: true,
      query: {
        personal: { ...flag('Include personal values that were not erased.'), default: false },
        redact: text(
          'Members of events to leave out, separated by commas, for example inputs,subject. The export still verifies.',
          500,
        ),
      },
    },
  ),
  eraseAuditValue: route({
    method: 'POST',
    path: '/audit/erasures',
    tag: 'audit',
    summary: 'Erase a personal value of an event. The audit log still verifies',
    scope: AUDIT_SCOPES.write,
    policy: 'administer',
    roles: ADMINISTRATORS,
    // It cannot be brought back.
    freshFactor: 'accounts',
    body: AUDIT_ERASURE,
    status: 204,
  }),
};

/** The functions of the node's audit log for readers. */
export type AuditReader = ArchiveReader & {
  list(filters: AuditFilters): Promise<AuditPage>;
  get(id: string): Promise<AuditEntry | undefined>;
  /** Lines without their line ends. */
  export(options: ExportOptions): AsyncIterable<string>;
  /** False for an unknown value, and for one that was already erased. */
  erase(event: string, value: string): Promise<boolean>;
};

type Dependencies = {
  readonly auditReader: AuditReader;
  readonly audit: AuditLog;
  readonly transparencyLog: Pick<
    TransparencyLog,
    'head' | 'state' | 'inclusion' | 'isBehindGap' | 'consistency' | 'statement'
  >;
};

/** Reading the audit log is an event itself, which is written first. */
const handlers = ({ auditReader: reader, audit: log, transparencyLog }: Dependencies): Handlers<typeof routes> => {
  const record = (type: AuditEventType, { by, query, caller }: Call, filters: object = query) =>
    log.append({
      type,
      outcome: 'done',
      caller: caller.id,
      inputs: { filters: toWire(filters) },
      ...(by.request === undefined ? {} : { request: by.request }),
      ...(by.source === undefined ? {} : { personal: { source: by.source } }),
    });

  return {
    async listAuditEvents(call) {
      // The words may name a person, and no event can be changed later.
      const { text: typed, ...recorded } = call.query;
      await record(
        'audit.read',
        call,
        typed === undefined ? call.query : { ...recorded, words: wordsOf(typed).length },
      );
      const { limit = 50, from, to, token_id: tokenId, type, outcome, id, resource, ...others } = call.query;
      const { subject, agent, caller, txn, delegation } = others;
      const words = others.text === undefined ? undefined : wordsOf(others.text);
      if (words?.length === 0) throw auditRefusal('search_has_no_word', { field: 'text' });
      const conditions = { type, outcome, id, subject, agent, caller, txn, delegation, tokenId, resource, words };
      const given = Object.entries(conditions).filter(([, value]) => value !== undefined);
      const { entries, next, archived } = await reader.list({
        ...Object.fromEntries(given),
        ...(from === undefined ? {} : { fromMillis: from * 1000 }),
        ...(to === undefined ? {} : { toMillis: to * 1000 + 999 }),
        ...(call.after ? { after: call.after } : {}),
        limit,
      });
      return { body: { items: entries, ...(archived ? { archived } : {}) }, next };
    },

    async getAuditEvent(call) {
      await record('audit.read', call, { event: call.id });
      const found = await reader.get(call.id);
      if (!found) throw await eventGone(reader, call.id);
      return { body: found };
    },

    async proveAuditEvent(call) {
      await record('audit.read', call, { event: call.id });
      const found = await reader.get(call.id);
      // The transparency log keeps the entries of archived records, so their proofs do not break.
      const isArchived = !found && (await reader.archiveOf(call.id)) !== undefined;
      if (!found && !isArchived) throw await eventGone(reader, call.id);
      const { stream, sequence } = placeOfId(call.id);
      const proven = await transparencyLog.inclusion(stream, sequence);
      if (!proven) {
        if (isArchived) throw await eventGone(reader, call.id);
        if (await transparencyLog.isBehindGap(stream, sequence)) throw auditRefusal('event_behind_gap');
        throw auditRefusal('event_not_logged', { retryAfterSeconds: 1 });
      }
      const { index, entry, proof, checkpoint } = proven;
      return { body: { index, entry: entryText(entry), proof: base64Of(proof), checkpoint } };
    },

    // `/log/checkpoint` shows the same without a token: reading it is no event.
    async getTransparencyLog() {
      const { origin, verifierKey, head, isQuorum, witnesses } = await transparencyLog.state();
      return {
        body: {
          ...{ origin, verifier_key: verifierKey, is_quorum: isQuorum },
          ...(head ? { size: head.size, checkpoint: head.checkpoint } : {}),
          witnesses: witnesses.map(({ verifierKey: key, ...witness }) => ({ ...witness, verifier_key: key })),
        },
      };
    },

    async proveLogConsistency({ query }) {
      const { size } = await transparencyLog.head();
      const { from = 0, to = size } = query;
      const proof = await transparencyLog.consistency(from, to);
      if (!proof) throw auditRefusal('log_size_unknown', { params: { size }, field: 'from' });
      return { body: { from, to, proof: base64Of(proof) } };
    },

    async exportAudit(call) {
      const { personal = false, redact } = call.query;
      const members = membersNamed('redact', redact);
      await record('audit.exported', call);
      return { lines: reader.export({ personal, redact: members, log: await transparencyLog.statement() }) };
    },

    async eraseAuditValue({ body, by, caller }) {
      const { event, value } = body;
      await log.append({
        type: 'audit.erased',
        outcome: 'done',
        caller: caller.id,
        target: { kind: 'audit event', id: event },
        changed: [value],
        ...(by.request === undefined ? {} : { request: by.request }),
        ...(by.source === undefined ? {} : { personal: { source: by.source } }),
      });
      if (!(await reader.erase(event, value))) {
        if (await reader.archiveOf(event)) throw await eventGone(reader, event);
        throw managementRefusal('personal_value_gone');
      }
      return {};
    },
  };
};

const base64Of = (hashes: readonly Buffer[]): readonly string[] => hashes.map((hash) => hash.toString('base64'));

export const audit = resource(routes, handlers);
