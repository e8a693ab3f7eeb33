import { transactionsPage } from '../../../views/pages/console-transactions.ts';
import { queryOf, sendPage } from '../interaction/page-answers.ts';
import { agentHref, partyNames, transactionHref } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import { askedOf, listed } from './list-page.ts';
import { findNamed, searchedId } from './named-objects.ts';

/** Adds `GET /console/transactions`: those that the viewer may see, of all agents or of one, all or open ones. */
export const addTransactionList = ({ page, deps, calls }: PageParts): void => {
  const path = `${deps.basePath}/console/transactions`;
  const find = findNamed(deps, calls);

  page('/console/transactions', async (ctx, { viewer, frame }) => {
    calls.access('listTransactions', viewer.account);
    const query = queryOf(ctx);
    const asked = askedOf(query, ['open']);
    const agent = asked.search === '' ? undefined : await searchedId(find, viewer, 'agent', asked.search);
    const isNone = asked.search !== '' && agent === undefined;
    const conditions = { ...(agent === undefined ? {} : { agent }), ...(asked.state === 'open' ? { open: true } : {}) };
    const { items, pages } = isNone
      ? { items: [], pages: {} }
      : await listed(
          deps,
          calls,
          viewer,
          { operation: 'listTransactions', path, asked: { q: asked.search, state: asked.state }, query: conditions },
          query.get('after'),
        );
    const names = await partyNames(
      deps,
      items.map((one) => one.agent),
    );
    sendPage(
      ctx,
      200,
      transactionsPage({
        ...frame,
        action: path,
        asked,
        rows: items.map(({ id, agent: by, intent, state, cause, trigger, created_at: openedAt }) => ({
          ...{ id, href: transactionHref(deps, id), agent: names(by), agentHref: agentHref(deps, by) },
          ...(intent.text === undefined ? {} : { intent: intent.text }),
          ...(cause === undefined ? {} : { cause }),
          ...{ state, trigger, openedAt },
        })),
        pages,
      }),
    );
  });
};
