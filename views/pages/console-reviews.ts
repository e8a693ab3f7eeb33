import { anyName, chosenName, isolated, plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html, type Text } from '../html.ts';
import type { ConsoleFrame } from '../partials/console-frame.ts';
import { type Column, confirmPage, type Fact, type ListModel, listPage, table } from '../partials/console-list.ts';
import type { Option } from '../partials/controls.ts';
import { type ObjectAction, objectPage } from '../partials/object-page.ts';
import { type Pagination, pagination } from '../partials/pagination.ts';
import { durationPhrase, timeText } from '../time-text.ts';
import { agentWords } from '../words/agent.ts';
import { reviewItemWords, reviewWords as words } from '../words/console-reviews.ts';
import { transactionWords as evidenceWords } from '../words/console-transaction.ts';
import { listWords } from '../words/lists.ts';
import { ITEM_COLUMNS, type ItemRow, type ItemState, type Risk, riskName } from './console-review-items.ts';

export type ReviewState = keyof typeof words.states;

export type ReviewRow = {
  readonly id: string;
  readonly href: string;
  readonly name: string;
  readonly state: ReviewState;
  readonly dueAt: number;
  readonly items: number;
  /** Counted up to 1,000. */
  readonly open: number;
  readonly default: keyof typeof words.defaults;
};

const STATE_LOOKS = { preparing: 'off', open: 'warn', completed: 'good', cancelled: 'gone' } as const;

const stateTag = (state: ReviewState): Html =>
  html`<span class="tag ${STATE_LOOKS[state]}">${words.states[state]}</span>`;

/** Items of a state are counted up to 1,000. */
const MOST_COUNTED = 1000;
const counted = (count: number): string => (count >= MOST_COUNTED ? `${MOST_COUNTED}+` : String(count));

const COLUMNS: readonly Column<ReviewRow>[] = [
  {
    title: words.name,
    cell: ({ name, href, state }) => html`<a href="${href}">${isolated(name, 100)}</a> ${stateTag(state)}`,
  },
  { title: words.progress, cell: ({ open, items }) => words.openOf(counted(open), items) },
  { title: words.due, cell: ({ dueAt }) => timeText(dueAt) },
  { title: words.usual, cell: (review) => words.defaults[review.default] },
];

const STATE_OPTIONS: readonly Option[] = (['preparing', 'open', 'completed', 'cancelled'] as const).map((value) => ({
  value,
  text: words.states[value],
}));

export const reviewsPage = (model: ListModel<ReviewRow>): Html =>
  listPage(model, {
    ...{ place: 'reviews', title: words.title, lead: words.lead, columns: COLUMNS, none: words.none },
    ...{ pagesLabel: listWords.pagesOf.reviews, newText: words.make, states: STATE_OPTIONS },
  });

export type ReviewerRow = {
  readonly name: string;
  readonly decided: number;
  readonly kept: number;
  readonly medianSeconds?: number;
  readonly isHasty: boolean;
};

export type ReviewSelectionModel = {
  readonly ownerName?: string;
  readonly personName?: string;
  readonly agentName?: string;
  readonly apiName?: string;
  readonly environment?: keyof typeof agentWords.environments;
  readonly risk?: Risk;
  readonly olderThanDays?: number;
  readonly unusedForDays?: number;
};

export type ReviewModel = ConsoleFrame & {
  readonly review: ReviewRow & {
    readonly read: number;
    readonly counts: Readonly<Record<ItemState, number>>;
    readonly selection: ReviewSelectionModel;
    readonly reviewers: keyof typeof words.rules;
    readonly groupName?: string;
    readonly ownerDecides: boolean;
    readonly endsAnHour: number;
    readonly isConfirmed: boolean;
    readonly repeatDays?: number;
    readonly nextAt?: number;
    readonly completedAt?: number;
    readonly createdAt: number;
    readonly createdByName: Text;
  };
  readonly items: readonly ItemRow[];
  readonly pages: Pagination;
  readonly reviewers: readonly ReviewerRow[];
  readonly actions: readonly (ObjectAction | false)[];
  /** The evidence as an archive. Absent: the items are being made, or it is not permitted to the viewer. */
  readonly evidenceHref?: string;
  readonly auditLogHref?: string;
};

const DAY = 86_400;
const days = (count: number): HtmlValue => durationPhrase(count * DAY);

const selectionFacts = (one: ReviewSelectionModel): readonly (Fact | undefined)[] => {
  const facts: readonly (Fact | undefined)[] = [
    one.ownerName === undefined ? undefined : [words.owner, isolated(one.ownerName, 100)],
    one.personName === undefined ? undefined : [words.person, isolated(one.personName, 100)],
    one.agentName === undefined ? undefined : [reviewItemWords.agent, chosenName(one.agentName, 100)],
    one.apiName === undefined ? undefined : [words.resource, isolated(one.apiName, 200)],
    one.environment && [words.environment, agentWords.environments[one.environment]],
    one.risk && [words.leastRisk, riskName(one.risk)],
    one.olderThanDays === undefined ? undefined : [words.olderThan, days(one.olderThanDays)],
    one.unusedForDays === undefined ? undefined : [words.unusedFor, days(one.unusedForDays)],
  ];
  return facts.some((fact) => fact !== undefined) ? facts : [[words.selection, words.everything]];
};

/** What the default does, for a review that ends. */
const warning = ({ review }: ReviewModel): Html | undefined => {
  const { state, default: usual, counts, endsAnHour, isConfirmed, dueAt, read, items } = review;
  if (state === 'preparing') return html`<p class="lead">${words.readSoFar(read, items)}</p>`;
  if (state !== 'open' || usual !== 'end' || counts.open === 0) return undefined;
  const [open, due] = [counted(counts.open), timeText(dueAt)];
  return html`<p class="lead">${isConfirmed ? words.willEndAll(open, due) : words.willEnd(open, endsAnHour, due)}</p>`;
};

const DECIDED = ['kept', 'narrowed', 'offered', 'transferred', 'ended', 'over', 'undone'] as const;

const decidedCounts = (counts: Readonly<Record<ItemState, number>>): HtmlValue =>
  DECIDED.filter((state) => counts[state] > 0).map(
    (state) => html`<span class="line">${reviewItemWords.states[state]}: ${counted(counts[state])}</span>`,
  );

const REVIEWER_COLUMNS: readonly Column<ReviewerRow>[] = [
  {
    title: words.reviewer,
    cell: ({ name, isHasty }) =>
      html`${isolated(name, 100)}${isHasty && html` <span class="tag warn">${words.hasty}</span>`}`,
  },
  { title: words.decidedCount, cell: ({ decided }) => String(decided) },
  { title: words.keptCount, cell: ({ kept }) => String(kept) },
  { title: words.seconds, cell: ({ medianSeconds }) => medianSeconds !== undefined && words.inSeconds(medianSeconds) },
];

export const reviewPage = (model: ReviewModel): Html => {
  const { review, items, pages, reviewers } = model;
  return objectPage(model, {
    ...{ place: 'reviews', title: words.review, name: review.name, id: review.id, actions: model.actions },
    state: stateTag(review.state),
    first: html`${warning(model)}
<section aria-labelledby="items"><h2 id="items">${words.items}</h2>
${items.length === 0 ? html`<p class="empty">${words.noItems}</p>` : table(ITEM_COLUMNS, items, 'items')}
${pagination(pages, listWords.pagesOf.reviewItems, 'other')}</section>`,
    facts: [
      [words.progress, words.openOf(counted(review.counts.open), review.items)],
      review.counts.open < review.items && [words.counted, decidedCounts(review.counts)],
      [words.due, timeText(review.dueAt)],
      [words.usual, words.defaults[review.default]],
      [words.reviewers, words.rules[review.reviewers]],
      review.groupName !== undefined && [words.group, isolated(review.groupName, 100)],
      review.ownerDecides && [words.deciding, words.ownerDecides],
      ...selectionFacts(review.selection),
      review.repeatDays !== undefined && [words.repeat, days(review.repeatDays)],
      review.nextAt !== undefined && [words.nextAt, timeText(review.nextAt)],
      review.completedAt !== undefined && [words.completedAt, timeText(review.completedAt)],
      [words.createdBy, html`${anyName(review.createdByName)}, ${timeText(review.createdAt)}`],
    ],
    further: html`${
      reviewers.length > 0 &&
      html`<section aria-labelledby="figures"><h2 id="figures">${words.figures}</h2>
${table(REVIEWER_COLUMNS, reviewers, 'figures')}</section>`
    }
${
  model.evidenceHref !== undefined &&
  html`<p><a class="button plain" href="${model.evidenceHref}">${evidenceWords.evidence}</a></p>
<p class="hint">${evidenceWords.evidenceHint}</p>`
}`,
    ...(model.auditLogHref === undefined ? {} : { auditLogHref: model.auditLogHref }),
  });
};

type Asked = { readonly href: string; readonly name: string; readonly open: number; readonly version: number };

/** The form POSTs `csrf` and `version`. */
export const confirmReviewPage = (frame: ConsoleFrame, { href, name, open, version }: Asked): Html =>
  confirmPage(frame, {
    ...{ place: 'reviews', title: words.confirm, question: words.confirmAsked(plainText(name, 100)), version },
    ...{ lead: words.confirmLead(counted(open)), button: words.confirm, isNarrow: true },
    ...{ action: `${href}/confirm`, cancelHref: href },
  });

/** The form POSTs `csrf`. */
export const cancelReviewPage = (frame: ConsoleFrame, { href, name }: Pick<Asked, 'href' | 'name'>): Html =>
  confirmPage(frame, {
    ...{ place: 'reviews', title: words.cancel, question: words.cancelAsked(plainText(name, 100)) },
    ...{ lead: words.cancelLead, button: words.cancel, isNarrow: true },
    ...{ action: `${href}/cancel`, cancelHref: href },
  });
