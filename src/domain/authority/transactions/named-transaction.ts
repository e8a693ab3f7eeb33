import { isDeclared, type Transaction } from '../../domain/authority/transactions/transaction.ts';
import { managementApiOf } from '../../domain/vocabulary/management-api.ts';
import type { Caller, TokenExchangeDependencies } from './dependencies.ts';
import type { Refuse } from './refusals.ts';

/**
 * The declared transaction of a request: the one that the subject token carries, or the one that the parameter `transaction`
 * names. Undefined: the work has none. Only the agent that opened a transaction brings a token under it; a sub-agent gets a
 * token that is under it already. A token never leaves its transaction, so that the end of the transaction ends it. Throws
 * the refusal of an unknown, other or closed transaction. The refusal of a known one is recorded with its id.
 */
export const transactionOf = async (
  { transactions, issuer }: Pick<TokenExchangeDependencies, 'transactions' | 'issuer'>,
  refuse: Refuse,
  caller: Pick<Caller, 'clientId' | 'note'>,
  carried: string | undefined,
  named: string | undefined,
): Promise<Transaction | undefined> => {
  const ended = () =>
    refuse('transaction_ended', {
      remedies: [{ kind: 'transaction', endpoint: `${managementApiOf(issuer)}/transactions` }],
    });
  if (isDeclared(carried)) {
    caller.note({ txn: carried });
    if (named !== undefined && named !== carried) throw refuse('transaction_other');
    const transaction = await transactions.live(carried);
    if (!transaction) throw ended();
    return transaction;
  }
  if (named === undefined) return undefined;
  const found = await transactions.named(caller.clientId, named);
  if (found === 'unknown') throw refuse('transaction_unknown');
  caller.note({ txn: named });
  if (found === 'ended') throw ended();
  return found;
};

/** The end of the transaction, which no token below it outlives; Infinity without one. Epoch seconds. */
export const endIn = (transaction: Transaction | undefined): number =>
  transaction?.expiresAt ?? Number.POSITIVE_INFINITY;
