import type Router from '@koa/router';
import { ownTransactionsPage } from '../../../views/pages/account-transactions.ts';
import { transactionsOfPerson } from '../../domain/authority/transactions/transactions-of-person.ts';
import { queryOf, sendPage } from '../interaction/page-answers.ts';
import { namesOf, type PeopleDeps } from '../interaction/people-deps.ts';
import { readCursor } from './activity.ts';
import { activityHref, ownTransactionOf } from './own-transaction.ts';
import type { AccountSessions } from './sessions.ts';

/** Adds `GET /account/transactions`: the transactions in which agents and apps worked for the person. */
export const addTransactionsPage = (router: Router, deps: PeopleDeps, sessions: AccountSessions): void => {
  const path = `${deps.basePath}/account/transactions`;

  router.get('/account/transactions', async (ctx) => {
    const session = await sessions.orSignIn(ctx);
    if (!session) return;
    const { id } = session.account;
    const after = readCursor(queryOf(ctx).get('before'));
    const { transactions } = deps.approvals;
    const { rows, next } = await transactionsOfPerson({ audit: deps.audit, transactions }, id, after);
    const names = new Map<string, string>();
    for (const agent of new Set(rows.flatMap((row) => row.agent ?? []))) {
      names.set(agent, (await namesOf(deps, agent))?.name ?? agent);
    }
    sendPage(
      ctx,
      200,
      ownTransactionsPage({
        basePath: deps.basePath,
        signedInAs: session.signedInAs,
        rows: rows.map(({ id: txn, agent, lastAt, transaction }) => ({
          ...{ id: txn, href: activityHref(deps, txn), lastAt },
          ...(agent === undefined ? {} : { agent: names.get(agent) ?? agent }),
          ...(transaction ? { declared: ownTransactionOf(transaction, id) } : {}),
        })),
        pages: {
          ...(after ? { firstHref: path } : {}),
          ...(next ? { nextHref: `${path}?before=${next.value}.${next.id}` } : {}),
        },
      }),
    );
  });
};
