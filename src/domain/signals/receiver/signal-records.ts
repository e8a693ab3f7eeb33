/** Signals as they are stored, each with its audit event before it. Owns the collection SIGNALS. */
import type { AuditEvent, AuditLog } from '../../audit/audit-event.ts';
import { documentRefusal } from '../../platform/registries/document-refusals.ts';
import {
  type By,
  NEWEST_FIRST,
  type Page,
  type PageQuery,
  placeIn,
} from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import { type DocumentStore, tryInsert, update, type Versioned } from '../../ports/document-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import { SIGNALS, type Signal, type SignalState, type Transmitter } from './transmitter.ts';

export type SignalQuery = PageQuery & { readonly transmitter: string; readonly state?: SignalState };

/** What a new signal says, and what it does. */
export type SignalContent = Pick<Signal, 'effects' | 'at'> &
  Partial<Pick<Signal, 'event' | 'level' | 'txn' | 'account' | 'session' | 'why'>>;

type SignalEvent = 'signal.received' | 'signal.held' | 'signal.released' | 'signal.discarded';

export interface SignalRecords {
  get(id: string): Promise<Versioned<Signal> | undefined>;
  /** Signals of a transmitter, newest first. */
  list(query: SignalQuery): Promise<Page<Signal>>;
  /** At most `limit` held signals of a transmitter, oldest first; those of one second in any order. */
  held(transmitter: string, limit: number): Promise<readonly Signal[]>;
  /**
   * The signal of one of these keys: stored before, or now under the first of them with its event. One with `why` has no effect.
   * While the master key is rotated, nodes with other keys that get one event at the same moment may each store it; its effects
   * are idempotent.
   */
  stored(keys: readonly string[], content: SignalContent, transmitter: Transmitter, by: By): Promise<Signal>;
  /** Moves a signal to a state, unless it was discarded. Holds only one that is pending. Throws 'not_found'. */
  move(id: string, state: SignalState, more?: Partial<Signal>): Promise<Versioned<Signal>>;
  /** Appends an event about a signal. */
  record(type: SignalEvent, signal: Signal, by: By): Promise<unknown>;
}

export const signalRecords = (deps: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly audit: AuditLog;
  /** Seconds by which the clock of a transmitter may be ahead. */
  readonly clockToleranceSeconds: number;
}): SignalRecords => {
  const { documents, clock, identifiers, audit } = deps;
  const signals = documents.collection<Signal>(SIGNALS);

  const ofKeys = async (keys: readonly string[]): Promise<Signal | undefined> => {
    for (const key of keys) {
      const [found] = await signals.find({ where: { key }, limit: 1 });
      if (found) return found.document;
    }
    return undefined;
  };

  const record = (type: SignalEvent, signal: Signal, by: By) =>
    audit.append({ type, outcome: 'done', caller: by.caller, ...factsOf(signal), ...requestOf(by) });

  return {
    record,

    get: (id): Promise<Versioned<Signal> | undefined> => signals.get(id),

    async list({ transmitter, state, limit = 50, after, order = NEWEST_FIRST }): Promise<Page<Signal>> {
      const where = { transmitter, ...(state === undefined ? {} : { state }) };
      const found = await signals.find({ where, order, limit: limit + 1, ...(after ? { after } : {}) });
      const items = found.slice(0, limit);
      const last = items.at(-1)?.document;
      return found.length > limit && last ? { items, next: placeIn(last, order) } : { items };
    },

    async held(transmitter, limit): Promise<readonly Signal[]> {
      const order = { by: 'createdAt', direction: 'ascending' } as const;
      const found = await signals.find({ where: { transmitter, state: 'held' }, order, limit });
      return found.map(({ document }) => document);
    },

    async stored(keys, { why, ...content }, transmitter, by): Promise<Signal> {
      const before = await ofKeys(keys);
      if (before) return before;
      const [key = ''] = keys;
      const now = clock.now();
      const signal: Signal = {
        id: identifiers.newId('sgn'),
        ...{ transmitter: transmitter.id, key, ...content },
        ...(why === undefined ? {} : { why }),
        state: why === undefined ? 'pending' : 'no_effect',
        ...{ createdAt: now, updatedAt: now },
        expiresAt: now + transmitter.maxAge + deps.clockToleranceSeconds + 1,
      };
      await record('signal.received', signal, by);
      // Of two concurrent calls with one key, the second continues with the signal of the first.
      return (await tryInsert(signals, signal)) ? signal : ((await ofKeys(keys)) ?? signal);
    },

    async move(id, state, more = {}): Promise<Versioned<Signal>> {
      const moved = await update(signals, id, (signal) => {
        // Of two nodes with one signal, one may be held when the other has applied it.
        const isFinal = signal.state === 'discarded' || (state === 'held' && signal.state !== 'pending');
        return isFinal ? undefined : { ...signal, ...more, state, updatedAt: clock.now() };
      });
      if (!moved) throw documentRefusal('document_not_found', { params: { kind: 'signal' } });
      return moved;
    },
  };
};

const factsOf = ({ id, account, event, effects, level, why, transmitter, txn }: Signal): Partial<AuditEvent> => ({
  target: { kind: 'signal', id },
  ...(account === undefined ? {} : { subject: account }),
  ...(why === undefined ? {} : { note: why }),
  inputs: {
    transmitter,
    ...(event === undefined ? {} : { event }),
    ...(level === undefined ? {} : { level }),
    ...(txn === undefined ? {} : { txn }),
    effects,
  },
});

/** The members of an event about the request that caused it. */
export const requestOf = ({ request, source }: By): Pick<AuditEvent, 'request' | 'personal'> => ({
  ...(request === undefined ? {} : { request }),
  ...(source === undefined ? {} : { personal: { source } }),
});
