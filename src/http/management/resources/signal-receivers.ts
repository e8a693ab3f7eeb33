/** Resource: receivers of security events (Shared Signals), and their streams. */
import type { Versioned } from '../../../domain/ports/document-store.ts';
import { SENT_EVENTS, STREAM_STATUSES } from '../../../domain/signals/security-events.ts';
import type { SignalReceiverRegistry } from '../../../domain/signals/transmitter/receiver-registry.ts';
import {
  MOST_SUBJECTS,
  type SignalReceiver,
  type SignalStream,
} from '../../../domain/signals/transmitter/signal-stream.ts';
import { deliveredOf } from '../../../domain/signals/transmitter/stream-input.ts';
import type { SignalStreams } from '../../../domain/signals/transmitter/stream-service.ts';
import { type Call, existing, objectAnswer, pageAnswer, pageOf, sameVersion } from '../call.ts';
import { type Handlers, resource } from '../resource.ts';
import { ADMINISTRATORS, about, PAGE, scopes } from '../route.ts';
import { named, ref } from '../schema.ts';
import {
  arrayOf,
  change,
  flag,
  identified,
  input,
  integer,
  list,
  oneOf,
  output,
  page,
  RECORD,
  seconds,
  string,
  strings,
  text,
  textOrNull,
} from '../schema-parts.ts';
import { show } from '../wire-names.ts';

const RECEIVER_MEMBERS = {
  name: text('Name to show, one line.', 100),
  client: text(
    'The client as which the receiver authenticates: active, with the grant type client_credentials, without a role.',
    128,
  ),
  contact: textOrNull('Who answers for the receiver, one line. Null, the default: it names none.', 200),
  audience: text('The `aud` of its events. Default: the id of the client.', 512),
  events: list(
    'Events that it may request. Default: all that this server sends.',
    SENT_EVENTS.length,
    oneOf('An event, by its short name.', SENT_EVENTS),
  ),
  subjects: strings(
    'Ids of accounts and agents that it may hear of. "*" alone: of all. Default: none.',
    MOST_SUBJECTS,
    128,
  ),
  is_personal: flag('Whether it may receive personal values: changed claims of people. Default false.'),
};

const NEW_RECEIVER = named('NewSignalReceiver', input(RECEIVER_MEMBERS, ['name', 'client']));
const RECEIVER_CHANGE = named('SignalReceiverChange', change(RECEIVER_MEMBERS));
const RECEIVER = named(
  'SignalReceiver',
  output(
    {
      ...identified('Begins with rcv_.'),
      ...RECEIVER_MEMBERS,
      contact: string('Who answers for the receiver.'),
      state: oneOf('disabled: the server refuses its calls and sends it nothing.', ['active', 'disabled']),
      ...RECORD,
    },
    ['contact'],
  ),
);
const RECEIVER_PAGE = page(RECEIVER);

const STREAM_OPTIONAL = [
  'description',
  'endpoint_url',
  'reason',
  'oldest_at',
  'last_delivered_at',
  'failing_since',
  'last_failure',
  'last_failure_status',
  'last_failure_at',
  'last_refused_event',
  'last_refusal',
  'last_refusal_description',
  'last_refusal_at',
  'due_at',
  'node',
] as const;

const STREAM = named(
  'SignalStream',
  output(
    {
      ...identified('Begins with sgs_.'),
      receiver: string('Id of the receiver.'),
      description: string('What the receiver says about the stream.'),
      method: oneOf('How events reach the receiver.', ['push', 'poll']),
      endpoint_url: string('push: where the server sends events.'),
      events_delivered: arrayOf(string(), 'URIs of the events in the stream.'),
      status: oneOf('paused: events wait in the log. disabled: they never reach this stream.', STREAM_STATUSES),
      reason: string('Why it has that status.'),
      status_set_by: oneOf('Who set the status.', ['receiver', 'administrator', 'server']),
      subjects_removed: integer('How many subjects the receiver removed.'),
      is_verified: flag('push: whether the endpoint acknowledged a verification event. Before, it receives no other.'),
      backlog: integer('Number of audit events that were not read for this stream.'),
      waiting: integer('Number of security events that the receiver has not acknowledged.'),
      oldest_at: seconds('Time of the oldest audit event that waits. Absent: none waits.'),
      delivered: integer('Number of security events that it acknowledged.'),
      refused: integer('Number of security events that it refused.'),
      last_delivered_at: seconds('When it last acknowledged an event.'),
      failing_since: seconds('Since when all attempts have failed.'),
      last_failure: string('Why the last failed attempt failed.'),
      last_failure_status: integer('HTTP status that the endpoint answered to it.'),
      last_failure_at: seconds('When the last attempt failed.'),
      last_refused_event: string('`jti` of the event that the receiver last refused.'),
      last_refusal: string('The error that the receiver gave.'),
      last_refusal_description: string('What the receiver said about it.'),
      last_refusal_at: seconds('When it refused.'),
      due_at: seconds('Time of the next attempt.'),
      node: string('The node that sends.'),
      ...RECORD,
    },
    STREAM_OPTIONAL,
  ),
);
const STREAMS = named('SignalStreams', output({ items: arrayOf(ref(STREAM)) }));
const REASON = named('SignalStreamReason', input({ reason: text('Why. The receiver is told.', 200) }));

const SCOPES = scopes('signals', {
  read: ['See which systems receive security events, and their streams', 'low'],
  write: ['Send security events to other systems', 'high'],
});

const make = about('signals', SCOPES);
const BY_ADMINISTRATORS = { roles: ADMINISTRATORS, freshFactor: true } as const;
const CLOSES = { roles: ADMINISTRATORS } as const;

const routes = {
  createSignalReceiver: make.create(
    '/signal-receivers',
    NEW_RECEIVER,
    RECEIVER,
    'Add a receiver of security events, whose client configures streams (OpenID Shared Signals)',
    BY_ADMINISTRATORS,
  ),
  listSignalReceivers: make.read('/signal-receivers', RECEIVER_PAGE, 'List receivers, newest first', { query: PAGE }),
  getSignalReceiver: make.read('/signal-receivers/{id}', RECEIVER, 'Read a receiver'),
  updateSignalReceiver: make.change(
    '/signal-receivers/{id}',
    RECEIVER_CHANGE,
    RECEIVER,
    'Change members of a receiver',
    BY_ADMINISTRATORS,
  ),
  disableSignalReceiver: make.act(
    '/signal-receivers/{id}/disable',
    RECEIVER,
    'Disable a receiver. The server refuses its calls and sends it nothing',
    CLOSES,
  ),
  enableSignalReceiver: make.act(
    '/signal-receivers/{id}/enable',
    RECEIVER,
    'Enable a receiver again. It receives what waited for it',
    BY_ADMINISTRATORS,
  ),
  listSignalStreams: make.read(
    '/signal-receivers/{id}/streams',
    STREAMS,
    'List the streams of a receiver, oldest first',
  ),
  getSignalStream: make.read('/signal-streams/{id}', STREAM, 'Read a stream, its backlog and its last attempts'),
  verifySignalStream: make.act(
    '/signal-streams/{id}/verify',
    STREAM,
    'Send a verification event through a stream. Read the stream to see whether it was acknowledged',
    CLOSES,
  ),
  pauseSignalStream: make.act(
    '/signal-streams/{id}/pause',
    STREAM,
    'Pause a stream until an administrator resumes it. Its events wait in the log, and its receiver is told',
    { ...CLOSES, body: REASON },
  ),
  resumeSignalStream: make.act(
    '/signal-streams/{id}/resume',
    STREAM,
    'Resume a stream, or try a failing one again at once',
    CLOSES,
  ),
  removeSignalStream: make.remove('/signal-streams/{id}', 'Delete a stream', BY_ADMINISTRATORS),
};

type Dependencies = {
  readonly signalReceivers: SignalReceiverRegistry;
  readonly signalStreams: SignalStreams;
};

const MEMBERS = [
  'id',
  'name',
  'client',
  'contact',
  'audience',
  'events',
  'subjects',
  'isPersonal',
  'state',
  'createdAt',
  'updatedAt',
] as const satisfies readonly (keyof SignalReceiver)[];
const showReceiver = (receiver: SignalReceiver) => show(receiver, MEMBERS);

const handlers = ({ signalReceivers, signalStreams }: Dependencies): Handlers<typeof routes> => {
  const found = async ({ id }: Pick<Call, 'id'>): Promise<Versioned<SignalReceiver>> =>
    existing(await signalReceivers.get(id));

  const shown = async (stream: SignalStream) => {
    const receiver = (await signalReceivers.get(stream.receiver))?.document;
    const health = await signalStreams.health(stream);
    const { delivery, removed, status, statusSetBy } = stream;
    const refusal = health?.lastRefusal;
    const state = {
      ...{ method: delivery.method, status, statusSetBy },
      ...{ isVerified: false, backlog: 0, waiting: 0, delivered: 0, refused: 0, ...health },
      endpointUrl: delivery.method === 'push' ? delivery.url : undefined,
      eventsDelivered: receiver ? deliveredOf(stream, receiver) : [],
      subjectsRemoved: removed.length,
      lastRefusedEvent: refusal?.jti,
      lastRefusal: refusal?.error,
      lastRefusalDescription: refusal?.description,
      lastRefusalAt: refusal?.at,
      node: health?.lockedBy,
    };
    return {
      ...show(stream, ['id', 'receiver', 'description', 'reason', 'createdAt', 'updatedAt']),
      ...show(state, [
        ...(['method', 'endpointUrl', 'eventsDelivered', 'status', 'statusSetBy', 'subjectsRemoved'] as const),
        ...(['isVerified', 'backlog', 'waiting', 'oldestAt', 'delivered', 'refused', 'lastDeliveredAt'] as const),
        ...(['failingSince'] as const),
        ...(['lastFailure', 'lastFailureStatus', 'lastFailureAt', 'lastRefusedEvent', 'lastRefusal'] as const),
        ...(['lastRefusalDescription', 'lastRefusalAt', 'dueAt', 'node'] as const),
      ]),
    };
  };
  const answer = async (stream: Versioned<SignalStream>) => {
    const body = await shown(stream.document);
    return objectAnswer(stream, () => body);
  };
  const streamOf = async (id: string): Promise<Versioned<SignalStream>> => existing(await signalStreams.get(id));

  return {
    createSignalReceiver: async ({ body, by }) => objectAnswer(await signalReceivers.create(body, by), showReceiver),
    listSignalReceivers: async (call) => pageAnswer(await signalReceivers.list(pageOf(call)), showReceiver),
    getSignalReceiver: async (call) => objectAnswer(await found(call), showReceiver),

    async updateSignalReceiver(call) {
      sameVersion(await found(call), call);
      return objectAnswer(await signalReceivers.update(call.id, call.version, call.body, call.by), showReceiver);
    },

    disableSignalReceiver: async ({ id, by }) => objectAnswer(await signalReceivers.disable(id, by), showReceiver),
    enableSignalReceiver: async ({ id, by }) => objectAnswer(await signalReceivers.enable(id, by), showReceiver),

    async listSignalStreams(call) {
      await found(call);
      const all = await signalStreams.of({ id: call.id });
      return { body: { items: await Promise.all(all.map(({ document }) => shown(document))) } };
    },

    getSignalStream: async ({ id }) => answer(await streamOf(id)),

    async verifySignalStream({ id }) {
      const stream = await streamOf(id);
      await signalStreams.verify(stream.document);
      return answer(stream);
    },

    async pauseSignalStream({ id, body, by }) {
      const next = { status: 'paused' as const, ...(body.reason === undefined ? {} : { reason: body.reason }) };
      return answer(await signalStreams.setStatus(id, next, by, 'administrator'));
    },

    resumeSignalStream: async ({ id, by }) =>
      answer(await signalStreams.setStatus(id, { status: 'enabled' }, by, 'administrator')),

    async removeSignalStream({ id, by }) {
      await signalStreams.remove((await streamOf(id)).document, by, 'administrator');
      return {};
    },
  };
};

export const signals = resource(routes, handlers);
