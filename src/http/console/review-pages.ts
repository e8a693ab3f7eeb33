import {
  cancelReviewPage,
  confirmReviewPage,
  type ReviewModel,
  type ReviewRow,
  reviewPage,
  reviewsPage,
} from '../../../views/pages/console-reviews.ts';
import { reviewWords as words } from '../../../views/words/console-reviews.ts';
import { REVIEW_STATES } from '../../domain/governance/reviews/review.ts';
import { queryOf, seeOther, sendPage } from '../interaction/page-answers.ts';

import type { AnswerOf } from './console-calls.ts';
import { type ConsoleDeps, doerName, partyNames, resourceNames, reviewHref } from './console-deps.ts';
import { type PageParts, versionOf } from './console-forms.ts';
import type { Viewer } from './console-page.ts';
import { sendArchive } from './downloads.ts';
import { askedOf, listed } from './list-page.ts';
import { addObjectForms } from './object-forms.ts';
import { reviewForms } from './review-forms.ts';
import { itemNames, itemRow } from './review-item-rows.ts';
import { stepUp } from './step-up.ts';

const PATH = '/console/reviews';

/** A review as the management API shows it. */
type ShownReview = AnswerOf<'getReview'>;

/** Adds `/console/reviews`: the list, the form for a new one, one review with its items, and what an operator does with it. */
export const addReviewPages = (parts: PageParts): void => {
  const { page, deps, calls } = parts;
  const home = `${deps.basePath}${PATH}`;

  page(PATH, async (ctx, { viewer, frame }) => {
    const query = queryOf(ctx);
    const asked = askedOf(query, REVIEW_STATES);
    const { items, pages } = await listed(
      deps,
      calls,
      viewer,
      {
        ...{ operation: 'listReviews', path: home, asked: { state: asked.state } },
        query: asked.state === '' ? {} : { state: asked.state },
      },
      query.get('after'),
    );
    const newHref = calls.may('createReview', viewer.account) ? { newHref: `${home}/new` } : {};
    const rows = items.map((one) => rowOf(deps, one));
    sendPage(ctx, 200, reviewsPage({ ...frame, action: home, asked, rows, pages, ...newHref }));
  });

  addObjectForms(
    parts,
    reviewForms(PATH, (id) => reviewHref(deps, id)),
  );
  addActs(parts);

  page(`${PATH}/:id/evidence.zip`, async (ctx, { viewer: { account, by } }, id) => {
    await sendArchive(ctx, (await calls.run('getReviewEvidence', account, by, { id })).archive);
  });

  page(`${PATH}/:id`, async (ctx, { viewer, frame }, id) => {
    const { review } = await reviewOf(parts, viewer, id);
    const path = reviewHref(deps, id);
    const from = queryOf(ctx).get('after');
    const question = { operation: 'listReviewItems', path, query: { review: id } } as const;
    const { items, pages } = await listed(deps, calls, viewer, question, from);
    const names = await itemNames(deps, items);
    const decides = review.state === 'open' && calls.may('decideReviewItem', viewer.account);
    sendPage(
      ctx,
      200,
      reviewPage({
        ...frame,
        review: await factsOf(deps, review),
        items: items.map((one) => itemRow(deps, one, names, decides)),
        ...{ pages, reviewers: await figuresOf(parts, viewer, id), actions: actionsOn(parts, viewer, review) },
        ...(review.state !== 'preparing' && calls.may('getReviewEvidence', viewer.account)
          ? { evidenceHref: `${path}/evidence.zip` }
          : {}),
        ...(calls.may('listAuditEvents', viewer.account)
          ? { auditLogHref: `${deps.basePath}/console/audit?id=${id}` }
          : {}),
      }),
    );
  });
};

const reviewOf = async ({ calls }: PageParts, { account, by }: Viewer, id: string) => {
  const { body, version = 0 } = await calls.run('getReview', account, by, { id });
  return { review: body, version };
};

const rowOf = (deps: ConsoleDeps, review: ShownReview): ReviewRow => {
  const { id, name, state, due_at: dueAt, items, counts, default: usual } = review;
  return {
    ...{ id, href: reviewHref(deps, id), name, state, dueAt, items },
    ...{ open: counts['open'] ?? 0, default: usual },
  };
};

const factsOf = async (deps: ConsoleDeps, review: ShownReview): Promise<ReviewModel['review']> => {
  const { owner, person, agent, group, resource, environment, risk, created_by: by } = review;
  const names = await partyNames(deps, [owner, person, agent, group, by]);
  const resources = await resourceNames(deps, resource === undefined ? [] : [resource]);
  const { older_than_days: olderThanDays, unused_for_days: unusedForDays, repeat_days: repeatDays } = review;
  return {
    ...rowOf(deps, review),
    ...{ read: review.read, counts: review.counts as ReviewModel['review']['counts'], reviewers: review.reviewers },
    selection: {
      ...(owner === undefined ? {} : { ownerName: names(owner) }),
      ...(person === undefined ? {} : { personName: names(person) }),
      ...(agent === undefined ? {} : { agentName: names(agent) }),
      ...(resource === undefined ? {} : { apiName: resources(resource) }),
      ...(environment === undefined ? {} : { environment }),
      ...(risk === undefined ? {} : { risk }),
      ...(olderThanDays === undefined ? {} : { olderThanDays }),
      ...(unusedForDays === undefined ? {} : { unusedForDays }),
    },
    ...(group === undefined ? {} : { groupName: names(group) }),
    ...{ ownerDecides: review.owner_decides, endsAnHour: review.default_ends_an_hour, isConfirmed: review.confirmed },
    ...(repeatDays === undefined ? {} : { repeatDays }),
    ...(review.next_at === undefined ? {} : { nextAt: review.next_at }),
    ...(review.completed_at === undefined ? {} : { completedAt: review.completed_at }),
    ...{ createdAt: review.created_at, createdByName: doerName(names, by) },
  };
};

const figuresOf = async (
  { deps, calls }: PageParts,
  { account, by }: Viewer,
  id: string,
): Promise<ReviewModel['reviewers']> => {
  const { body } = await calls.run('getReviewFigures', account, by, { id });
  const reviewers = body?.reviewers ?? [];
  const names = await partyNames(
    deps,
    reviewers.map(({ reviewer }) => reviewer),
  );
  return reviewers.map(({ reviewer, decided, kept, median_seconds: medianSeconds, hasty }) => ({
    ...{ name: names(reviewer), decided, kept, isHasty: hasty },
    ...(medianSeconds === undefined ? {} : { medianSeconds }),
  }));
};

const actionsOn = ({ deps, calls }: PageParts, { account }: Viewer, review: ShownReview) => {
  const href = reviewHref(deps, review.id);
  const isUnconfirmed = review.state === 'open' && review.default === 'end' && !review.confirmed;
  const isRunning = review.state === 'open' || review.state === 'preparing';
  return [
    isUnconfirmed && calls.may('confirmReviewDefault', account) && { text: words.confirm, href: `${href}/confirm` },
    isRunning &&
      calls.may('cancelReview', account) && { text: words.cancel, href: `${href}/cancel`, kind: 'danger' as const },
  ];
};

const addActs = (parts: PageParts): void => {
  const { router, page, deps, calls, sessions, openedAs } = parts;
  const withFactor = stepUp(deps);

  page(`${PATH}/:id/confirm`, async (ctx, { viewer, frame }, id) => {
    calls.access('confirmReviewDefault', viewer.account);
    const { review, version } = await reviewOf(parts, viewer, id);
    const asked = { href: reviewHref(deps, id), name: review.name, open: review.counts['open'] ?? 0, version };
    sendPage(ctx, 200, confirmReviewPage(frame, asked));
  });

  router.post(`${PATH}/:id/confirm`, async (ctx) => {
    const { form, ...session } = await sessions.withForm(ctx);
    const { id = '' } = ctx.params;
    const { account, by } = openedAs(ctx, session).viewer;
    const call = () => calls.run('confirmReviewDefault', account, by, { id, version: versionOf(form) });
    const href = reviewHref(deps, id);
    if (await withFactor(ctx, account.id, `${href}/confirm`, call)) seeOther(ctx, `${href}?done=reviewConfirmed`);
  });

  page(`${PATH}/:id/cancel`, async (ctx, { viewer, frame }, id) => {
    calls.access('cancelReview', viewer.account);
    const { review } = await reviewOf(parts, viewer, id);
    sendPage(ctx, 200, cancelReviewPage(frame, { href: reviewHref(deps, id), name: review.name }));
  });

  router.post(`${PATH}/:id/cancel`, async (ctx) => {
    const { form: _, ...session } = await sessions.withForm(ctx);
    const { id = '' } = ctx.params;
    const { account, by } = openedAs(ctx, session).viewer;
    await calls.run('cancelReview', account, by, { id });
    seeOther(ctx, `${reviewHref(deps, id)}?done=reviewCancelled`);
  });
};
