import type { Remedy } from '../../vocabulary/errors.ts';
import { managementApiOf } from '../../vocabulary/management-api.ts';
import { isDeclared, type Transaction } from './transaction.ts';
import type { TransactionRegistry } from './transaction-registry.ts';

/** Reasons for which a token request cannot name a transaction: part of the refusals of each grant that takes the parameter. */
export const NAMED_TRANSACTION_REFUSALS = {
  transaction_unknown: {
    code: 'invalid_request',
    layer: 'transaction',
    field: 'transaction',
    text: 'there is no transaction of this agent with this id, this client has opened none, and the token presented belongs to none',
  },
  transaction_ended: {
    code: 'invalid_request',
    layer: 'transaction',
    field: 'transaction',
    text: 'the transaction is closed or has reached its end; open another one and name it',
  },
  transaction_of_others: {
    code: 'access_denied',
    layer: 'transaction',
    text: 'the person of this token takes no part in the transaction; name a transaction with this person',
  },
} as const;

/** Makes the error of a refusal. `remedies`: what the caller can do. */
type Refuse<R extends string> = (reason: R, details?: { readonly remedies: readonly Remedy[] }) => Error;
/** A token request. `note` adds to its audit event. */
type Request = { readonly clientId: string; readonly note: (facts: { readonly txn: string }) => void };
type Dependencies = {
  readonly transactions: Pick<TransactionRegistry, 'live' | 'named'>;
  readonly issuer: string;
};

const remediesAt = (issuer: string) => ({
  remedies: [{ kind: 'transaction', endpoint: `${managementApiOf(issuer)}/transactions` }] as const,
});

/**
 * The transaction that the parameter `transaction` names; undefined without one. Throws the refusal of one that is unknown, or of
 * another agent or app, or of a closed one. The refusal of a known one is recorded with its id. Throws StoreUnavailable.
 */
export const namedTransaction = async (
  { transactions, issuer }: { readonly transactions: Pick<TransactionRegistry, 'named'>; readonly issuer: string },
  refuse: Refuse<keyof typeof NAMED_TRANSACTION_REFUSALS>,
  caller: Request,
  named: string | undefined,
): Promise<Transaction | undefined> => {
  if (named === undefined) return undefined;
  const found = await transactions.named(caller.clientId, named);
  if (found === 'unknown') throw refuse('transaction_unknown');
  caller.note({ txn: named });
  if (found === 'ended') throw refuse('transaction_ended', remediesAt(issuer));
  return found;
};

/**
 * The declared transaction of an exchange: the one that the presented token carries, or the one that the request names.
 * Undefined: the work has none. Only its agent, or an app that opened it for the agent, brings a token under it; a sub-agent gets
 * a token that is under it already. A token never leaves its transaction, so that the end of the transaction ends it. Throws as
 * `namedTransaction`, and the refusal of another transaction than the token's.
 */
export const transactionOf = async (
  dependencies: Dependencies,
  refuse: Refuse<keyof typeof NAMED_TRANSACTION_REFUSALS | 'transaction_other'>,
  caller: Request,
  carried: string | undefined,
  named: string | undefined,
): Promise<Transaction | undefined> => {
  if (!isDeclared(carried)) return namedTransaction(dependencies, refuse, caller, named);
  caller.note({ txn: carried });
  if (named !== undefined && named !== carried) throw refuse('transaction_other');
  const transaction = await dependencies.transactions.live(carried);
  if (!transaction) throw refuse('transaction_ended', remediesAt(dependencies.issuer));
  return transaction;
};

/** Throws the refusal of a token for a person who takes no part in a transaction of several people. */
export const checkParticipant = (
  refuse: Refuse<'transaction_of_others'>,
  transaction: Transaction | undefined,
  person: string,
): void => {
  if (transaction?.participants?.includes(person) === false) throw refuse('transaction_of_others');
};

/** The end of the transaction, which no token below it outlives; Infinity without one. Epoch seconds. */
export const endIn = (transaction: Transaction | undefined): number =>
  transaction?.expiresAt ?? Number.POSITIVE_INFINITY;
