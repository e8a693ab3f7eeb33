/** Models of the pages about access reviews. Text that another party chose goes through `text`. */
import type { Html } from '../../../views/html.ts';
import {
  assignItemPage,
  endItemPage,
  type ItemDecisionModel,
  type ItemModel,
  type ItemRow,
  narrowItemPage,
  reviewItemPage,
  reviewItemsPage,
  transferItemPage,
  undoItemPage,
} from '../../../views/pages/console-review-items.ts';
import {
  cancelReviewPage,
  confirmReviewPage,
  type ReviewModel,
  type ReviewRow,
  reviewPage,
  reviewsPage,
} from '../../../views/pages/console-reviews.ts';
import type { ConsoleFrame } from '../../../views/partials/console-frame.ts';
import { reviewItemWords, reviewWords } from '../../../views/words/console-reviews.ts';

const NOON = 1_790_000_000;

export const reviewPages = (frame: ConsoleFrame, text: (usual: string) => string): Readonly<Record<string, Html>> => {
  const { basePath } = frame;
  const row: ReviewRow = {
    ...{ id: 'rvw_1', href: `${basePath}/console/reviews/rvw_1`, name: text('Autumn'), state: 'open' },
    ...{ dueAt: NOON + 86_400, items: 1200, open: 1000, default: 'end' },
  };
  const item: ItemRow = {
    ...{ id: 'rvi_1', href: `${basePath}/console/review-items/rvi_1`, agentName: text('Planner'), state: 'open' },
    ...{ personName: text('Alice'), apiName: text('Calendar'), risk: 'high', isForViewer: true },
    ...{ scope: [text('events:read'), text('events:write')], unusedScopes: [text('events:write')] },
    ...{ lastUsedAt: NOON - 3600, givenAt: NOON - 86_400, isOwnerGone: true, findings: ['unused', 'orphaned'] },
    ...{ unusedFrom: NOON - 86_400 },
  };
  const plain: ItemRow = {
    ...{ ...item, state: 'kept', unusedScopes: [], isOwnerGone: false, findings: [], isForViewer: false },
  };
  const review: ReviewModel['review'] = {
    ...{ ...row, read: 4000, reviewers: 'manager', groupName: text('Planners'), ownerDecides: true },
    counts: { open: 1000, kept: 100, narrowed: 50, offered: 4, transferred: 10, ended: 30, over: 5, undone: 5 },
    selection: {
      ...{ ownerName: text('Bob'), personName: text('Alice'), agentName: text('Planner'), apiName: text('Calendar') },
      ...{ environment: 'production', risk: 'medium', olderThanDays: 30, unusedForDays: 90 },
    },
    ...{ endsAnHour: 60, isConfirmed: false, repeatDays: 90, nextAt: NOON + 86_400, completedAt: NOON },
    ...{ createdAt: NOON, createdByName: text('Carol') },
  };
  const page: ReviewModel = {
    ...frame,
    ...{ review, items: [item, plain], pages: { nextHref: `${row.href}?after=x` } },
    reviewers: [
      { name: text('Dora'), decided: 40, kept: 40, medianSeconds: 2, isHasty: true },
      { name: text('Emil'), decided: 1, kept: 0, isHasty: false },
    ],
    actions: [
      { text: reviewWords.confirm, href: `${row.href}/confirm` },
      { text: reviewWords.cancel, href: `${row.href}/cancel`, kind: 'danger' },
    ],
    evidenceHref: `${row.href}/evidence.zip`,
    auditLogHref: `${basePath}/console/audit?id=rvw_1`,
  };
  const shown: ItemModel['item'] = {
    ...{ ...item, agentHref: `${basePath}/console/agents/agt_1`, ownerName: text('Bob'), endsAt: NOON + 86_400 },
    delegation: { id: 'dlg_1', href: `${basePath}/console/delegations/dlg_1` },
    review: { name: text('Autumn'), href: row.href, dueAt: NOON + 86_400 },
    ...{ isInEffect: true, advice: 'narrow' },
    declared: [{ name: 'events:read', description: text('See your events'), risk: 'low' }],
    below: { count: 2, isMore: true, agentNames: [text('Helper'), text('Clerk')] },
    reviewerName: text('Dora'),
  };
  const decision: ItemDecisionModel = {
    ...{ href: item.href, agentName: text('Planner'), version: 3, scope: item.scope, ticked: item.unusedScopes },
    ...{ values: {}, errors: {} },
  };
  const asked = { href: row.href, name: text('Autumn'), open: 12, version: 2 };
  const action = `${basePath}/console/reviews`;
  const list = { ...frame, action, asked: { search: '', state: '' }, pages: {} };
  const { agentHref: _, review: __, reviewerName: ___, ...bare } = shown;
  return {
    'console-reviews': reviewsPage({
      ...list,
      rows: [row, { ...row, state: 'preparing', default: 'keep' }],
      newHref: `${action}/new`,
    }),
    'console-reviews-none': reviewsPage({ ...list, rows: [], newHref: `${action}/new` }),
    'console-review': reviewPage(page),
    'console-review-confirmed': reviewPage({
      ...page,
      review: { ...review, isConfirmed: true, selection: {} },
      reviewers: [],
    }),
    'console-review-preparing': reviewPage({
      ...page,
      review: { ...review, state: 'preparing' },
      items: [],
      pages: {},
    }),
    'console-review-confirm': confirmReviewPage(frame, asked),
    'console-review-cancel': cancelReviewPage(frame, asked),
    'console-review-items': reviewItemsPage({ ...list, rows: [item, plain] }),
    'console-review-items-none': reviewItemsPage({ ...list, rows: [] }),
    'console-review-item': reviewItemPage({
      ...{ ...frame, item: shown },
      actions: [
        { text: reviewItemWords.keep, action: `${item.href}/keep`, kind: 'primary' },
        { text: reviewItemWords.narrow, href: `${item.href}/narrow` },
        { text: reviewItemWords.end, href: `${item.href}/end`, kind: 'danger' },
      ],
      auditLogHref: `${basePath}/console/audit?id=dlg_1`,
    }),
    'console-review-item-decided': reviewItemPage({
      ...frame,
      item: {
        ...{ ...bare, state: 'narrowed', isInEffect: false, delegation: { id: 'dlg_1' } },
        decided: { byName: text('Dora'), at: NOON, reason: text('Not needed'), isDefault: false },
        ...{ removed: [text('events:write')], newOwnerName: text('Emil'), newDelegation: { id: 'dlg_2' } },
      },
      actions: [],
    }),
    'console-review-item-back': reviewItemPage({
      ...frame,
      item: {
        ...{ ...bare, state: 'open', isInEffect: true, delegation: { id: 'dlg_1' }, newOwnerName: text('Emil') },
        ...{ offer: 'withdrawn', replay: { tokens: 4213, changed: 0, isMore: false } },
      },
      actions: [],
    }),
    'console-review-item-not-undone': reviewItemPage({
      ...frame,
      item: {
        ...{ ...bare, state: 'ended', isInEffect: true, delegation: { id: 'dlg_1' }, undoRefusedAt: NOON },
        replay: { tokens: 40, changed: 3, isMore: true },
      },
      actions: [],
    }),
    'console-review-item-narrow': narrowItemPage(frame, { ...decision, errors: { remove: text('Name a scope') } }),
    'console-review-item-transfer': transferItemPage(frame, {
      ...{ ...decision, values: { owner: text('emil'), reason: text('Moves') } },
      errors: { owner: text('There is no such account'), reason: text('Too long') },
    }),
    'console-review-item-end': endItemPage(frame, decision),
    'console-review-item-assign': assignItemPage(frame, {
      ...decision,
      errors: { to: text('There is no such account') },
    }),
    'console-review-item-undo': undoItemPage(frame, decision),
  };
};
