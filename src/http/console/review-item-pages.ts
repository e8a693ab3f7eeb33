import { reviewItemPage, reviewItemsPage } from '../../../views/pages/console-review-items.ts';
import { reviewItemWords as words } from '../../../views/words/console-reviews.ts';
import { queryOf, seeOther, sendPage } from '../interaction/page-answers.ts';
import { agentHref, doerName, partyNames, reviewHref, reviewItemHref } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import type { Viewer } from './console-page.ts';
import { delegationHref } from './delegation-tree.ts';
import { listed } from './list-page.ts';
import { addReviewItemForms, itemOf } from './review-item-forms.ts';
import { adviceOn, itemNames, itemRow, type ShownItem } from './review-item-rows.ts';

const PATH = '/console/review-items';

/** Adds `/console/review-items`: the open items of the viewer, one item, and the decisions. */
export const addReviewItemPages = (parts: PageParts): void => {
  const { page, deps, calls } = parts;
  const home = `${deps.basePath}${PATH}`;

  page(PATH, async (ctx, { viewer, frame }) => {
    const { items, pages } = await listed(
      deps,
      calls,
      viewer,
      { operation: 'listReviewItems', path: home, query: { state: 'open' } },
      queryOf(ctx).get('after'),
    );
    const names = await itemNames(deps, items);
    const rows = items.map((one) => itemRow(deps, one, names, true));
    sendPage(ctx, 200, reviewItemsPage({ ...frame, action: home, asked: { search: '', state: '' }, rows, pages }));
  });

  addReviewItemForms(parts);
  addKeeping(parts);

  page(`${PATH}/:id`, async (ctx, { viewer, frame }, id) => {
    const { item } = await itemOf(parts, viewer, id);
    const below = item.ends_with_it ?? { redelegations: 0, agents: [], more: false };
    const names = await itemNames(deps, [item]);
    const agents = await partyNames(deps, below.agents);
    const { decided_by: by, decided_at: at, reason, removed, reviewer, new_owner: newOwner } = item;
    const seesDelegations = calls.may('listDelegations', viewer.account);
    const delegation = (one: string) => ({
      id: one,
      ...(seesDelegations ? { href: delegationHref(deps, one) } : {}),
    });
    const api = await deps.resourceServers.findByIdentifier(item.resource);
    const review = await reviewOf(parts, viewer, item.review);
    sendPage(
      ctx,
      200,
      reviewItemPage({
        ...frame,
        item: {
          ...itemRow(deps, item, names, true),
          ...(calls.mayAll('listAgents', viewer.account) ? { agentHref: agentHref(deps, item.agent) } : {}),
          ...{ delegation: delegation(item.delegation), ownerName: names.parties(item.owner), endsAt: item.ends_at },
          ...(review ? { review } : {}),
          isInEffect: item.in_effect,
          declared: api?.document.scopes ?? [],
          ...adviceOn(item, deps.clock.now()),
          below: { count: below.redelegations, isMore: below.more, agentNames: below.agents.map(agents) },
          ...(reviewer === undefined ? {} : { reviewerName: names.parties(reviewer) }),
          ...(by === undefined || at === undefined
            ? {}
            : {
                decided: {
                  ...{ byName: doerName(names.parties, by), at, isDefault: item.by_default },
                  ...(reason === undefined ? {} : { reason }),
                },
              }),
          ...(removed === undefined ? {} : { removed }),
          ...(newOwner === undefined ? {} : { newOwnerName: names.parties(newOwner) }),
          ...(item.without_unused
            ? {
                replay: {
                  ...{ tokens: item.without_unused.tokens, changed: item.without_unused.changed },
                  isMore: item.without_unused.more,
                },
              }
            : {}),
          ...(item.offer === undefined ? {} : { offer: item.offer }),
          ...(item.undo_refused_at === undefined ? {} : { undoRefusedAt: item.undo_refused_at }),
          ...(item.new_delegation === undefined ? {} : { newDelegation: delegation(item.new_delegation) }),
        },
        actions: actionsOn(parts, viewer, item),
        ...(calls.may('listAuditEvents', viewer.account)
          ? { auditLogHref: `${deps.basePath}/console/audit?id=${item.delegation}` }
          : {}),
      }),
    );
  });
};

/** Name, page and end of the review, for a viewer who may see it. */
const reviewOf = async ({ calls, deps }: PageParts, { account, by }: Viewer, id: string) => {
  if (!calls.may('getReview', account)) return undefined;
  const { body } = await calls.run('getReview', account, by, { id });
  return body && { name: body.name, href: reviewHref(deps, id), dueAt: body.due_at };
};

const actionsOn = ({ deps, calls }: PageParts, { account }: Viewer, item: ShownItem) => {
  const href = reviewItemHref(deps, item.id);
  if (item.undoable && calls.may('undoReviewItem', account)) return [{ text: words.undo, href: `${href}/undo` }];
  if (item.state !== 'open' || !calls.may('decideReviewItem', account)) return [];
  return [
    { text: words.keep, action: `${href}/keep`, kind: 'primary' as const },
    item.scope.length > 1 && { text: words.narrow, href: `${href}/narrow` },
    { text: words.transfer, href: `${href}/transfer` },
    { text: words.assign, href: `${href}/assign` },
    { text: words.end, href: `${href}/end`, kind: 'danger' as const },
  ];
};

/** Adds the button that keeps a delegation. */
const addKeeping = ({ router, deps, calls, sessions, openedAs }: PageParts): void => {
  router.post(`${PATH}/:id/keep`, async (ctx) => {
    const { form: _, ...session } = await sessions.withForm(ctx);
    const { id = '' } = ctx.params;
    const { account, by } = openedAs(ctx, session).viewer;
    await calls.run('decideReviewItem', account, by, { id, body: { decision: 'keep' } });
    seeOther(ctx, `${reviewItemHref(deps, id)}?done=itemKept`);
  });
};
