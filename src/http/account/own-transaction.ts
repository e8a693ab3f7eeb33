import type { OwnTransaction } from '../../../views/pages/account-transactions.ts';
import { shownSource, type Transaction } from '../../domain/authority/transactions/transaction.ts';
import type { PeopleDeps } from '../interaction/people-deps.ts';

/** Page of what happened to the person in one transaction. */
export const activityHref = ({ basePath }: Pick<PeopleDeps, 'basePath'>, txn: string): string =>
  `${basePath}/account/activity?transaction=${encodeURIComponent(txn)}`;

/** What a participant reads of it: other people are a number. */
export const ownTransactionOf = (transaction: Transaction, account: string): OwnTransaction => {
  const { intent, state, participants = [] } = transaction;
  return {
    state: state === 'open' ? 'open' : 'closed',
    others: Math.max(0, participants.length - 1),
    ...(intent.text === undefined ? {} : { intent: { text: intent.text, source: shownSource(transaction, account) } }),
  };
};
