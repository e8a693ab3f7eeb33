import type { AuditEvent, AuditLog } from '../../audit/audit-event.ts';
import { AUDIT_RECORDS, type AuditRecord } from '../../audit/audit-record.ts';
import type { Clock } from '../../ports/clock.ts';
import {
  type Collection,
  type Cursor,
  type DocumentStore,
  everyDocument,
  type Query,
  update,
  type Versioned,
} from '../../ports/document-store.ts';
import type { Revocation } from '../../ports/revocation.ts';
import { isDomainError } from '../../vocabulary/errors.ts';
import { type CloseCause, KEPT_SECONDS, partOf, type Transaction } from './transaction.ts';
import { transactionRefusal } from './transaction-refusals.ts';

/**
 * Seconds for which a request that closes a transaction may still write the event. Longer than any request lasts, so that a
 * later one does not write it a second time.
 */
const HELD_SECONDS = 30;
const AT_A_TIME = 200;

/** The part of a call that closes a transaction. */
export type Closer = { readonly caller: string; readonly request?: string };

/** Ends transactions. One swap of the document ends everything below a transaction, before the audit event is written. */
export interface TransactionClosing {
  /**
   * Closes a transaction, and resolves when its end is in the audit log. Idempotent: a closed one stays as it is. One that a
   * kill, a change of owner or its end has ended before keeps that cause. Concurrent calls write one event. Throws
   * 'unavailable' with the seconds to wait when the log takes no events, or while another node may be writing this one; the
   * transaction has ended all the same. Undefined when there is no such transaction.
   */
  close(id: string, cause: CloseCause, by: Closer): Promise<Versioned<Transaction> | undefined>;
  /** The same for one that has ended already. Any other stays open. */
  closeIfOver(id: string): Promise<Versioned<Transaction> | undefined>;
  /**
   * Closes transactions that are past their end, those of agents and openers that were killed, and those of agents that changed
   * owner. `agent`: only those of this agent. Writes the events of closings that a process left unfinished. Several nodes may
   * call it at any time; calls in one process during a run share the next run. Returns how many it closed.
   */
  settle(agent?: string): Promise<number>;
}

/** Why a transaction is to be closed that has not ended by itself. */
type Asked = { readonly cause: CloseCause; readonly by: Closer };
/** `isMine`: this call closed it. */
type Closed = { readonly stored: Versioned<Transaction>; readonly isMine: boolean };

type Deps = {
  readonly transactions: Collection<Transaction>;
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly revocation: Pick<Revocation, 'ended'>;
};

export const transactionClosing = (deps: Deps): TransactionClosing => {
  const { transactions, clock, revocation } = deps;
  const endings = recordedEndings(deps);

  /** Why an open transaction is over; undefined: it is not. */
  const overBy = async (one: Transaction): Promise<CloseCause | undefined> => {
    if (clock.now() >= one.expiresAt) return 'timeout';
    const end = await revocation.ended([partOf(one)]);
    return end === undefined ? undefined : end === 'handed_over' ? 'hand_over' : 'kill';
  };

  /** Closes it, or leaves it open if it is not over and there is no other cause. */
  const closeNow = async (id: string, asked?: Asked): Promise<Closed | undefined> => {
    const found = await transactions.get(id);
    if (!found) return undefined;
    const over = found.document.state === 'open' ? await overBy(found.document) : undefined;
    let isMine = false;
    const stored = await update(transactions, id, (one): Transaction | undefined => {
      const now = clock.now();
      const cause = now >= one.expiresAt ? 'timeout' : (over ?? asked?.cause);
      isMine = one.state === 'open' && cause !== undefined;
      return isMine && cause !== undefined
        ? endingOf(one, cause, cause === asked?.cause ? asked.by : SYSTEM, now)
        : undefined;
    });
    if (!stored) return undefined;
    const isDone = stored.document.state !== 'closing';
    return { stored: isDone ? stored : await endings.finish(stored, isMine), isMine };
  };

  // Calls of this process join the one that closes the transaction now, and have its result.
  const underWay = new Map<string, Promise<Closed | undefined>>();
  const closeOnce = async (id: string, asked?: Asked): Promise<Closed | undefined> => {
    const other = underWay.get(id);
    if (other) {
      const joined = await other;
      if (joined?.stored.document.state !== 'open') return joined && { ...joined, isMine: false };
    }
    const run = closeNow(id, asked);
    underWay.set(id, run);
    try {
      return await run;
    } finally {
      if (underWay.get(id) === run) underWay.delete(id);
    }
  };

  const closeAll = async (query: Pick<Query, 'where' | 'range'>): Promise<number> => {
    let closed = 0;
    const order = { by: 'expiresAt', direction: 'ascending' } as const;
    for await (const one of everyDocument(transactions, { ...query, order, limit: AT_A_TIME })) {
      if ((await overBy(one)) === undefined) continue;
      const done = await closeOnce(one.id).catch((error: unknown) => {
        // Another node closes it at the same time.
        if (isDomainError(error) && error.reason === 'transaction_end_not_recorded') return undefined;
        throw error;
      });
      if (done?.isMine) closed += 1;
    }
    return closed;
  };

  const settleAll = coalesced(async (): Promise<number> => {
    // Those past their end need no look at kills.
    const late = await closeAll({ where: { state: 'open' }, range: { field: 'expiresAt', lte: clock.now() } });
    const closed = late + (await closeAll({ where: { state: 'open' } }));
    await endings.finishAll();
    return closed;
  });

  return {
    close: async (id, cause, by) => (await closeOnce(id, { cause, by }))?.stored,
    closeIfOver: async (id) => (await closeOnce(id))?.stored,
    settle: (agent) => (agent === undefined ? settleAll() : closeAll({ where: { agent, state: 'open' } })),
  };
};

const SYSTEM: Closer = { caller: 'system' };

const endingOf = (one: Transaction, cause: CloseCause, by: Closer, now: number): Transaction => ({
  ...one,
  state: 'closing',
  cause,
  closedBy: by.caller,
  closedAt: cause === 'timeout' ? one.expiresAt : now,
  ...(by.request === undefined ? {} : { closedIn: by.request }),
  slot: one.id,
  updatedAt: now,
  heldUntil: now + HELD_SECONDS,
  forgetAt: now + KEPT_SECONDS,
});

/** One run at a time. Calls during a run share one further run, which sees all that happened before them. */
const coalesced = (work: () => Promise<number>): (() => Promise<number>) => {
  let running: Promise<unknown> | undefined;
  let next: Promise<number> | undefined;
  const start = (): Promise<number> => {
    next = undefined;
    const run = work();
    const ended = run
      .catch(() => undefined)
      .finally(() => {
        if (running === ended) running = undefined;
      });
    running = ended;
    return run;
  };
  return () => {
    if (!running) return start();
    next ??= running.then(start);
    return next;
  };
};

/** Writes the events of closings. Of several nodes exactly one writes each. */
const recordedEndings = ({ transactions, documents, clock, audit }: Deps) => {
  const records = documents.collection<AuditRecord>(AUDIT_RECORDS);

  const isRecorded = async (id: string): Promise<boolean> => {
    // The index only finds it: the digest covers the event.
    const found = await records.find({ where: { target: id, type: 'transaction.closed' }, limit: 1 });
    return found.some(({ document: { event } }) => event.type === 'transaction.closed' && event.target?.id === id);
  };

  const settled = async (found: Versioned<Transaction>): Promise<Versioned<Transaction>> =>
    (await update(transactions, found.document.id, ({ heldUntil: _, ...one }): Transaction | undefined =>
      one.state === 'closing' ? { ...one, state: 'closed', updatedAt: clock.now() } : undefined,
    )) ?? found;

  /** Undefined: another request may be writing the event. */
  const taken = async (found: Versioned<Transaction>): Promise<Versioned<Transaction> | undefined> => {
    const { document, version } = found;
    if (await isRecorded(document.id)) return settled(found);
    if ((document.heldUntil ?? 0) > clock.now()) return undefined;
    const mine = { ...document, heldUntil: clock.now() + HELD_SECONDS };
    if (!(await transactions.replace(mine, version))) return undefined;
    await audit.append(closedEvent(mine));
    return settled(found);
  };

  return {
    /** The transaction with its end on record. Throws 'unavailable' while another request may be writing it. */
    async finish(found: Versioned<Transaction>, isMine: boolean): Promise<Versioned<Transaction>> {
      if (isMine) {
        await audit.append(closedEvent(found.document));
        return settled(found);
      }
      const finished = await taken(found);
      if (finished) return finished;
      const retryAfterSeconds = Math.min(Math.max((found.document.heldUntil ?? 0) - clock.now(), 1), HELD_SECONDS);
      throw transactionRefusal('transaction_end_not_recorded', { retryAfterSeconds });
    },

    /** Those whose request has not written the event in time. */
    async finishAll(): Promise<void> {
      const order = { by: 'createdAt', direction: 'ascending' } as const;
      for (let after: Cursor | undefined; ; ) {
        const where = { state: 'closing' };
        const page = await transactions.find({ where, order, limit: AT_A_TIME, ...(after ? { after } : {}) });
        for (const one of page) await taken(one);
        const last = page.at(-1)?.document;
        if (page.length < AT_A_TIME || !last) return;
        after = { id: last.id, value: last.createdAt };
      }
    },
  };
};

const closedEvent = ({ id, agent, owner, cause, closedBy, closedIn, closedAt }: Transaction): AuditEvent => ({
  ...{ type: 'transaction.closed', outcome: 'done', txn: id, agent, owner },
  caller: closedBy ?? 'system',
  target: { kind: 'transaction', id },
  ...(closedIn === undefined ? {} : { request: closedIn }),
  inputs: { cause, closedAt },
});
