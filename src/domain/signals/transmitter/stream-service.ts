/** Streams of security events: what receivers and administrators change. Owns the collection SIGNAL_STREAMS. */
import type { AuditLog } from '../../audit/audit-event.ts';
import { AUDIT_RECORDS, type AuditRecord } from '../../audit/audit-record.ts';
import { readHeads } from '../../audit/checkpoints.ts';
import { cursorsAt } from '../../audit/records-after.ts';
import { type MasterKey, sealedAnew } from '../../platform/crypto/master-key.ts';
import { type By, registeredDocuments } from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import { type DocumentStore, tryInsert, update, type Versioned } from '../../ports/document-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import type { TrustedFetch } from '../../ports/trusted-fetch.ts';
import { canonicalJson } from '../../vocabulary/canonical-json.ts';
import type { SubjectIdentifier } from '../subject-identifiers.ts';
import { backlogOf, oldestWaiting } from './backlog.ts';
import { signalRefusal } from './signal-refusals.ts';
import {
  MOST_REMOVED,
  MOST_STREAMS,
  SIGNAL_STREAM_STATES,
  SIGNAL_STREAMS,
  type SignalReceiver,
  type SignalStream,
  type StreamDelivery,
  type StreamState,
  type StreamStatus,
  streamContext,
} from './signal-stream.ts';
import { MIN_VERIFICATION_SECONDS, type StreamSettings } from './stream-input.ts';
import { withOwn } from './stream-settling.ts';
import { subjectsMatch } from './subject-matching.ts';

/** How far a stream is, and how its deliveries went. */
export type StreamHealth = Omit<
  StreamState,
  'cursors' | 'handed' | 'own' | 'lockedUntil' | 'isReported' | 'verifiedUrl'
> & {
  /** Number of audit records that were not read for it. */
  readonly backlog: number;
  /** Number of events that it has not acknowledged. */
  readonly waiting: number;
  /** Time of the oldest audit record that waits. Absent: none waits. */
  readonly oldestAt?: number;
  /** Whether its endpoint acknowledged a verification event; for poll: true. */
  readonly isVerified: boolean;
};

export interface SignalStreams {
  /** The stream of a receiver. Throws 'not_found', also for one of another receiver. */
  found(receiver: SignalReceiver, id: string): Promise<Versioned<SignalStream>>;
  /** All streams of a receiver, oldest first. */
  of(receiver: Pick<SignalReceiver, 'id'>): Promise<readonly Versioned<SignalStream>[]>;
  get(id: string): Promise<Versioned<SignalStream> | undefined>;
  health(stream: SignalStream): Promise<StreamHealth | undefined>;
  /**
   * Creates a stream, which begins with events from now on. Throws 'invalid_field', 'conflict' when there are too many, and
   * 'forbidden' while an administrator's pause of another stream holds.
   */
  create(receiver: SignalReceiver, given: Partial<StreamSettings>, by: By): Promise<Versioned<SignalStream>>;
  /** Changes the given settings; with `isWhole`, those that are not given go. A new endpoint must be verified again. */
  configure(
    stream: Versioned<SignalStream>,
    given: Partial<StreamSettings>,
    by: By,
    isWhole: boolean,
  ): Promise<Versioned<SignalStream>>;
  /**
   * After `disabled`, a stream continues with events from now on. Another setter than the receiver tells the receiver. Throws
   * 'forbidden' for a receiver while an administrator's pause holds (SSF 1.0 §8.1.2.2).
   */
  setStatus(
    id: string,
    next: { readonly status: StreamStatus; readonly reason?: string },
    by: By,
    setBy: SignalStream['statusSetBy'],
  ): Promise<Versioned<SignalStream>>;
  /** Events about this subject no longer reach the stream. Throws 'conflict' when too many are removed. */
  removeSubject(stream: SignalStream, subject: SubjectIdentifier, by: By): Promise<void>;
  /** Undoes each removal that matches. Does not say whether there is such a subject (SSF 1.0 §9.1). */
  addSubject(stream: SignalStream, subject: SubjectIdentifier, by: By): Promise<void>;
  /**
   * Queues a verification event. By the receiver, with its `state`: throws 'too_many_requests' within the interval. By an
   * administrator: none has a state.
   */
  verify(stream: SignalStream, asked?: { readonly state?: string }): Promise<void>;
  /** Throws 'forbidden' for a receiver while an administrator's pause of the stream holds. */
  remove(stream: SignalStream, by: By, removedBy: 'receiver' | 'administrator'): Promise<void>;
  /** Reseals every authorization with the first master key. */
  sealAnew(): Promise<void>;
}

type Deps = {
  readonly documents: DocumentStore;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly masterKey: MasterKey;
  readonly checkUrl: TrustedFetch['check'];
  /** Called after a stream was created. */
  readonly onCreated?: () => void;
};

/** What an administrator paused, only an administrator releases. */
const checkReleased = ({ status, statusSetBy }: SignalStream): void => {
  if (status === 'paused' && statusSetBy === 'administrator') throw signalRefusal('signal_stream_paused_here');
};

const tooMany = () => signalRefusal('signal_streams_exceeded', { params: { most: MOST_STREAMS } });

export const signalStreams = (deps: Deps): SignalStreams => {
  const { documents, audit, clock, identifiers, masterKey } = deps;
  const collection = documents.collection<SignalStream>(SIGNAL_STREAMS);
  const states = documents.collection<StreamState>(SIGNAL_STREAM_STATES);
  const records = documents.collection<AuditRecord>(AUDIT_RECORDS);
  const documentsOf = registeredDocuments<SignalStream>({
    ...{ collection, kind: 'signal stream', audit, clock },
    derived: ['updatedAt'],
  });

  const sealed = (id: string, delivery: StreamSettings['delivery'], before?: StreamDelivery): StreamDelivery => {
    if (delivery.method === 'poll') return delivery;
    if (deps.checkUrl(delivery.url, 'signalReceivers') !== undefined)
      throw signalRefusal('signal_url_malformed', { field: '/delivery/endpoint_url' });
    const { method, url, authorization } = delivery;
    if (authorization !== undefined)
      return { method, url, sealed: masterKey.seal(streamContext(id, url), authorization) };
    // MG-03: the authorization is never sent to another address than the one it came with.
    const isKept = before?.method === 'push' && before.url === url && before.sealed !== undefined;
    return isKept ? { method, url, sealed: before.sealed } : { method, url };
  };

  const now = async (): Promise<StreamState['cursors']> => cursorsAt(await readHeads(records));

  /** Lets a stream that is disabled begin with events from now on. */
  const skipToNow = async (id: string): Promise<void> => {
    const cursors = await now();
    await update(states, id, (state) => ({ ...state, cursors, handed: [] }));
  };

  const of: SignalStreams['of'] = ({ id }) =>
    collection.find({
      where: { receiver: id },
      order: { by: 'createdAt', direction: 'ascending' },
      limit: MOST_STREAMS + 1,
    });

  // The state first: without its stream, no later call would remove it.
  const remove = ({ id }: SignalStream, by: By): Promise<void> =>
    documentsOf.remove(id, 'signal_stream.removed', by, async () => {
      await states.take(id);
    });

  return {
    async found(receiver, id) {
      const found = await collection.get(id);
      if (found?.document.receiver !== receiver.id) throw signalRefusal('signal_stream_not_found');
      return found;
    },

    of,

    get: (id) => collection.get(id),

    async health({ id, delivery }) {
      const found = (await states.get(id))?.document;
      if (!found) return undefined;
      const { cursors: _, handed, own, lockedUntil: __, isReported: ___, verifiedUrl, ...rest } = found;
      const heads = await readHeads(records);
      const oldestAt = await oldestWaiting(records, found, heads);
      return {
        ...rest,
        backlog: backlogOf(found, heads),
        waiting: handed.length + own.length,
        ...(oldestAt === undefined ? {} : { oldestAt }),
        isVerified: delivery.method === 'poll' || verifiedUrl === delivery.url,
      };
    },

    async create(receiver, given, by) {
      const others = await of(receiver);
      for (const { document } of others) checkReleased(document);
      if (others.length >= MOST_STREAMS) throw tooMany();
      const id = identifiers.newId('sgs');
      const at = clock.now();
      const { description, requested, delivery = { method: 'poll' } } = given;
      const stream: SignalStream = {
        ...{ id, receiver: receiver.id, delivery: sealed(id, delivery), status: 'enabled', statusSetBy: 'receiver' },
        ...(description === undefined ? {} : { description }),
        ...(requested === undefined ? {} : { requested }),
        ...{ removed: [], createdAt: at, updatedAt: at },
      };
      const created = await documentsOf.insert(stream, 'signal_stream.created', by, async () => {
        const begun = { cursors: await now(), handed: [], own: [], enabledAt: at };
        await tryInsert(states, { id, ...begun, failures: 0, delivered: 0, refused: 0 });
      });
      deps.onCreated?.();
      // Of concurrent calls, each one that sees too many takes its own stream back.
      if ((await of(receiver)).length <= MOST_STREAMS) return created;
      await remove(stream, by);
      throw tooMany();
    },

    async configure({ document: { id }, version }, given, by, isWhole) {
      const changed = await documentsOf.change(id, version, 'signal_stream.updated', by, (stream) => {
        const { description: _, requested: __, ...fixed } = stream;
        const rest = isWhole ? fixed : stream;
        const { delivery = isWhole ? { method: 'poll' as const } : undefined, description, requested } = given;
        return {
          ...rest,
          ...(delivery === undefined ? {} : { delivery: sealed(id, delivery, stream.delivery) }),
          ...(description === undefined ? {} : { description }),
          ...(requested === undefined ? {} : { requested }),
        };
      });
      // Another endpoint or authorization may work at once.
      await update(states, id, ({ dueAt: ___, ...state }) => state);
      return changed;
    },

    async setStatus(id, { status, reason }, by, statusSetBy) {
      const found = (await documentsOf.found(id)).document;
      const before = found.status;
      if (statusSetBy === 'receiver') checkReleased(found);
      // Before the status: else a crash, or a process that sends meanwhile, would deliver events of the disabled time.
      if (before === 'disabled' && status !== 'disabled') await skipToNow(id);
      const changed = await documentsOf.change(
        id,
        undefined,
        'signal_stream.status_changed',
        by,
        (stream) => {
          // Again: an administrator may have paused it meanwhile.
          if (statusSetBy === 'receiver') checkReleased(stream);
          const { reason: _, ...rest } = stream;
          return { ...rest, status, statusSetBy, ...(reason === undefined ? {} : { reason }) };
        },
        { inputs: { status, by: statusSetBy, ...(reason === undefined ? {} : { reason }) } },
      );
      await update(states, id, ({ dueAt: _, failingSince: __, ...state }) => {
        const next: StreamState = { ...state, failures: 0, enabledAt: clock.now() };
        if (statusSetBy === 'receiver' || before === status) return next;
        const told = { event: 'stream_updated', status, reason: reason ?? 'An administrator set it.' } as const;
        return withOwn(next, { jti: identifiers.newSecret(), at: clock.now(), ...told });
      });
      return changed;
    },

    async removeSubject({ id }, subject, by) {
      const text = canonicalJson(subject);
      await documentsOf.change(id, undefined, 'signal_stream.subject_removed', by, (stream) => {
        if (stream.removed.some((one) => canonicalJson(one) === text)) return stream;
        if (stream.removed.length >= MOST_REMOVED)
          throw signalRefusal('signal_removed_exceeded', { params: { most: MOST_REMOVED } });
        return { ...stream, removed: [...stream.removed, subject] };
      });
    },

    async addSubject({ id }, subject, by) {
      await documentsOf.change(id, undefined, 'signal_stream.subject_added', by, (stream) => ({
        ...stream,
        removed: stream.removed.filter((one) => !subjectsMatch(one, subject)),
      }));
    },

    async verify({ id }, asked) {
      const at = clock.now();
      await update(states, id, (state) => {
        const last = state.verificationAskedAt ?? 0;
        if (asked && at - last < MIN_VERIFICATION_SECONDS) {
          throw signalRefusal('signal_verification_too_soon', {
            params: { seconds: MIN_VERIFICATION_SECONDS },
            retryAfterSeconds: MIN_VERIFICATION_SECONDS - (at - last),
          });
        }
        const event = { event: 'verification', ...(asked?.state === undefined ? {} : { state: asked.state }) } as const;
        const { dueAt: _, ...rest } = withOwn(state, { jti: identifiers.newSecret(), at, ...event });
        return asked ? { ...rest, verificationAskedAt: at } : rest;
      });
    },

    async remove(stream, by, removedBy) {
      if (removedBy === 'receiver') checkReleased(stream);
      await remove(stream, by);
    },

    async sealAnew() {
      for (const { document } of await collection.find({ limit: 1000 })) {
        await update(collection, document.id, (stream) => {
          const { delivery } = stream;
          if (delivery.method === 'poll' || delivery.sealed === undefined) return undefined;
          const again = sealedAnew(masterKey, streamContext(document.id, delivery.url), delivery.sealed);
          return again === undefined ? undefined : { ...stream, delivery: { ...delivery, sealed: again } };
        });
      }
    },
  };
};
