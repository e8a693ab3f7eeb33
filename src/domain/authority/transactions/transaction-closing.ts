import type { AuditEvent, AuditLog } from '../../audit/audit-event.ts';
import { AUDIT_RECORDS, type AuditRecord } from '../../audit/audit-record.ts';
import type { Clock } from '../../ports/clock.ts';
import {
  type Collection,
  type DocumentStore,
  everyDocument,
  update,
  type Versioned,
} from '../../ports/document-store.ts';
import type { Revocation } from '../../ports/revocation.ts';
import { type CloseCause, KEPT_SECONDS, type Transaction } from './transaction.ts';

/** Seconds for which the request that closes a transaction may still write the event. Longer than any request lasts. */
const HELD_SECONDS = 30;
const AT_A_TIME = 200;
/** Newest events of a transaction among which its end is looked for. */
const MOST_EVENTS = 50;

/** The part of a call that closes a transaction. */
export type Closer = { readonly caller: string; readonly request?: string };

/** Ends transactions. One swap of the document ends everything below a transaction, before the audit event is written. */
export interface TransactionClosing {
  /**
   * Closes a transaction. Idempotent: a closed one stays as it is, without an event. Of several concurrent calls exactly one
   * closes it and writes the event. When the log takes no events it throws 'unavailable'; the transaction has ended all the
   * same, and `settle` writes the event later. Undefined when there is no such transaction.
   */
  close(id: string, cause: CloseCause, by: Closer): Promise<Versioned<Transaction> | undefined>;
  /**
   * Closes transactions that are past their end, and those of agents that were killed or changed owner. Writes the events of
   * closings that a process left unfinished. Any node may call it at any time. Returns how many it closed.
   */
  settle(): Promise<number>;
}

export const transactionClosing = ({
  transactions,
  documents,
  clock,
  audit,
  revocation,
}: {
  readonly transactions: Collection<Transaction>;
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly revocation: Pick<Revocation, 'ended'>;
}): TransactionClosing => {
  const records = documents.collection<AuditRecord>(AUDIT_RECORDS);

  const settled = (one: Transaction): Transaction | undefined =>
    one.state === 'closing' ? { ...one, state: 'closed', updatedAt: clock.now() } : undefined;

  /** Writes the event of a closing, and then that it is written. */
  const finish = async (closing: Transaction): Promise<Versioned<Transaction> | undefined> => {
    await audit.append(closedEvent(closing));
    return update(transactions, closing.id, settled);
  };

  const isRecorded = async (id: string): Promise<boolean> => {
    const order = { by: 'at', direction: 'descending' } as const;
    const newest = await records.find({ where: { txn: id }, order, limit: MOST_EVENTS });
    return newest.some(({ document: { event } }) => event.type === 'transaction.closed');
  };

  const close: TransactionClosing['close'] = async (id, cause, by) => {
    let isMine = false;
    const now = clock.now();
    const stored = await update(transactions, id, (one): Transaction | undefined => {
      isMine = one.state === 'open';
      if (!isMine) return undefined;
      return {
        ...one,
        state: 'closing',
        cause,
        closedBy: by.caller,
        closedAt: now,
        ...(by.request === undefined ? {} : { closedIn: by.request }),
        slot: one.id,
        updatedAt: now,
        forgetAt: now + KEPT_SECONDS,
      };
    });
    return isMine && stored ? finish(stored.document) : stored;
  };

  /** Why an open transaction is over; undefined: it is not. */
  const overBy = async (one: Transaction): Promise<CloseCause | undefined> => {
    if (clock.now() >= one.expiresAt) return 'timeout';
    const part = { parties: [one.agent], since: one.createdAt, ownership: one.ownership };
    const end = await revocation.ended([part]);
    return end === undefined ? undefined : end === 'handed_over' ? 'hand_over' : 'kill';
  };

  const inState = (state: Transaction['state']): AsyncGenerator<Transaction, undefined> =>
    everyDocument(transactions, {
      where: { state },
      order: { by: 'createdAt', direction: 'ascending' },
      limit: AT_A_TIME,
    });

  return {
    close,

    async settle(): Promise<number> {
      let closed = 0;
      for await (const one of inState('open')) {
        const cause = await overBy(one);
        if (cause === undefined) continue;
        await close(one.id, cause, { caller: 'system' });
        closed += 1;
      }
      for await (const one of inState('closing')) {
        if ((one.closedAt ?? 0) > clock.now() - HELD_SECONDS) continue;
        if (!(await isRecorded(one.id))) await audit.append(closedEvent(one));
        await update(transactions, one.id, settled);
      }
      return closed;
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
