import type { PersonTransactionRow } from '../../../views/pages/console-person.ts';
import { transactionsOfPerson } from '../../domain/authority/transactions/transactions-of-person.ts';
import type { ConsoleCalls } from './console-calls.ts';
import { type ConsoleDeps, partyNames, transactionHref } from './console-deps.ts';
import type { Viewer } from './console-page.ts';

/** Transactions on the page of a person. */
const SHOWN = 10;

/** The newest transactions in which something happened on behalf of a person; undefined for viewers who may not see them all. */
export const personTransactions = async (
  deps: ConsoleDeps,
  calls: ConsoleCalls,
  { account }: Viewer,
  person: string,
): Promise<readonly PersonTransactionRow[] | undefined> => {
  if (!calls.mayAll('listTransactions', account) || !calls.may('listAuditEvents', account)) return undefined;
  const { transactions } = deps.approvals;
  const rows = (await transactionsOfPerson({ audit: deps.audit, transactions }, person)).rows.slice(0, SHOWN);
  const names = await partyNames(
    deps,
    rows.map(({ agent }) => agent),
  );
  return rows.map(({ id, agent, lastAt, transaction }) => ({
    ...{ id, href: transactionHref(deps, id), lastAt },
    ...(agent === undefined ? {} : { agent: names(agent) }),
    ...(transaction ? { state: transaction.state === 'open' ? 'open' : 'closed' } : {}),
    ...(transaction?.intent.text === undefined ? {} : { intent: transaction.intent.text }),
  }));
};
