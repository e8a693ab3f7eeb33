import { consoleApprovalsPage } from '../../../views/pages/console-approvals.ts';
import type { ConsoleFrame } from '../../../views/partials/console-frame.ts';
import type { Approval } from '../../domain/approvals/approval.ts';
import { approvalFigures } from '../../domain/approvals/approval-figures.ts';
import { SHOWN_STATES } from '../../domain/approvals/approval-lists.ts';
import { txnOf } from '../../domain/approvals/transaction-of-approval.ts';
import type { Cursor } from '../../domain/ports/document-store.ts';
import { readCursor } from '../account/activity.ts';
import { approvalFacts } from '../account/approvals/facts.ts';
import { queryOf, sendPage } from '../interaction/page-answers.ts';
import { nothingThere } from './console-calls.ts';
import { agentHref, type ConsoleDeps, partyNames, transactionHref } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import { decisionLinks } from './decision-links.ts';
import { type Sorting, sortingOf, sortLinks, sortQuery } from './list-page.ts';

const PAGE = 25;
/** How many of the newest approvals the figures include. */
const COUNTED = 1000;
const PEOPLE = 20;
/** What the heads of the list sort by. */
const SORTS = ['created', 'expires'] as const;
const NO_ORDER = { sort: '', order: '' } as const;

/** Adds `GET /console/approvals`, for accounts that may see the approvals of all accounts. The page decides nothing. */
export const addApprovalsPage = ({ page, deps, calls }: PageParts): void => {
  const { basePath, allApprovals, approvals, clock } = deps;
  const path = `${basePath}/console/approvals`;

  const hrefOf = (state: string, { sort, order }: Sorting<'created' | 'expires'> = NO_ORDER, next?: Cursor): string => {
    const query = new URLSearchParams({
      ...(state === '' ? {} : { state }),
      ...(sort === '' ? {} : { sort }),
      ...(order === '' ? {} : { order }),
      ...(next ? { before: `${next.value}.${next.id}` } : {}),
    });
    return query.size === 0 ? path : `${path}?${query}`;
  };

  page('/console/approvals', async (ctx, { viewer, frame }) => {
    const { account, by } = viewer;
    if (!calls.mayAll('listApprovals', account)) throw nothingThere();
    const query = queryOf(ctx);
    const state = SHOWN_STATES.find((one) => one === query.get('state')) ?? '';
    const after = readCursor(query.get('before'));
    const sorting = sortingOf(query, SORTS);
    const asked = { limit: PAGE, ...(state === '' ? {} : { state }), ...sortQuery(sorting) };
    const { body, next } = await calls.run('listApprovals', account, by, { query: asked, after });
    const ids = (body?.items ?? []).map(({ id }) => id);
    const found = await Promise.all(ids.map((id) => approvals.service.get(id)));
    const rows = found.filter((one): one is Approval => one !== undefined);
    const facts = await approvalFacts(deps, rows, account.id);
    sendPage(
      ctx,
      200,
      consoleApprovalsPage({
        ...frame,
        action: path,
        asked: { state, states: SHOWN_STATES },
        sorts: sortLinks(path, { state }, SORTS, sorting),
        sorting,
        rows: facts.map((one, index) => {
          const txn = frame.sees.includes('transactions') ? txnOf(rows[index] ?? {}) : undefined;
          return {
            ...{ ...one, agentHref: agentHref(deps, one.agent.id) },
            ...(txn === undefined ? {} : { transactionHref: transactionHref(deps, txn) }),
          };
        }),
        pages: {
          ...(after ? { firstHref: hrefOf(state, sorting) } : {}),
          ...(next ? { nextHref: hrefOf(state, sorting, next) } : {}),
        },
        ...(await figuresOf(deps, frame, await allApprovals.list({ limit: COUNTED }), clock.now(), hrefOf)),
      }),
    );
  });
};

const figuresOf = async (
  deps: ConsoleDeps,
  frame: ConsoleFrame,
  newest: readonly Approval[],
  now: number,
  hrefOf: (state: string) => string,
) => {
  const { states, people, ...figures } = approvalFigures(newest, now);
  const links = decisionLinks(deps, frame);
  const shown = people.slice(0, PEOPLE);
  const names = await partyNames(
    deps,
    shown.map(({ account }) => account),
  );
  return {
    ...figures,
    states: states.map(({ state, count }) => ({ name: state, count, href: hrefOf(state) })),
    people: shown.map(({ account, ...counts }) => ({
      ...{ ...counts, name: names(account) },
      ...links.ofPerson(account, figures.days),
    })),
    ...(newest.length === COUNTED ? { countedOnly: COUNTED } : {}),
  };
};
