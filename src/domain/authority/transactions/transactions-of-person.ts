import type { AuditFilters, AuditPage } from '../../audit/list-events.ts';
import type { Cursor } from '../../ports/document-store.ts';
import type { Transaction } from './transaction.ts';
import type { TransactionRegistry } from './transaction-registry.ts';

/** A transaction in which something happened on behalf of a person. */
export type PersonTransaction = {
  /** `trn_…`, or `txn_…` of work without a declared transaction. */
  readonly id: string;
  /** Epoch seconds of the newest event. */
  readonly lastAt: number;
  /** Agent or client that worked. */
  readonly agent?: string;
  /** As it stands now. Absent: not declared, no longer kept, or of other participants. */
  readonly transaction?: Transaction;
};

export type PersonTransactions = { readonly rows: readonly PersonTransaction[]; readonly next?: Cursor };

/** Events that one page reads. */
const READ = 200;

/**
 * The transactions of the newest events about a person, newest first. A page reads 200 events, so that a transaction with
 * older events can be on the next page too. Shows no transaction that names participants without this person. Store errors
 * propagate.
 */
export const transactionsOfPerson = async (
  {
    audit,
    transactions,
  }: {
    readonly audit: { list(filters: AuditFilters): Promise<AuditPage> };
    readonly transactions: Pick<TransactionRegistry, 'get'>;
  },
  person: string,
  after?: Cursor,
): Promise<PersonTransactions> => {
  const { entries, next } = await audit.list({ subject: person, limit: READ, ...(after ? { after } : {}) });
  const newest = new Map<string, PersonTransaction>();
  for (const { at, event } of entries) {
    const { txn, caller, agent = caller } = event;
    if (txn === undefined) continue;
    // Other callers, such as an API that introspects a token, did not do the work.
    const who = agent !== undefined && /^(?:agt|app)_/.test(agent) ? { agent } : {};
    newest.set(txn, { id: txn, lastAt: Math.floor(at / 1000), ...who, ...newest.get(txn) });
  }
  const rows: PersonTransaction[] = [];
  for (const row of newest.values()) {
    const transaction = await transactionFor(transactions, row.id, person);
    rows.push({ ...row, ...(transaction ? { transaction } : {}) });
  }
  return { rows, ...(next ? { next } : {}) };
};

/** A transaction that this person may read; undefined for one that names participants without them. */
export const transactionFor = async (
  transactions: Pick<TransactionRegistry, 'get'>,
  id: string,
  person: string,
): Promise<Transaction | undefined> => {
  const found = (await transactions.get(id))?.document;
  return found && (found.participants ?? [person]).includes(person) ? found : undefined;
};
