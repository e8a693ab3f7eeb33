import { anyName, cellText, chosenName, plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html, type Text } from '../html.ts';
import type { ConsoleFrame } from '../partials/console-frame.ts';
import { type Column, confirmPage, factList, type ListModel, listPage } from '../partials/console-list.ts';
import { textArea } from '../partials/controls.ts';
import { objectPage } from '../partials/object-page.ts';
import { agoText, timeText } from '../time-text.ts';
import { holdWords as words } from '../words/console-legal-holds.ts';
import { listWords } from '../words/lists.ts';
import { registerWords } from '../words/registries.ts';

export type HoldRow = {
  readonly id: string;
  readonly href: string;
  readonly state: keyof typeof words.states;
  /** Name of the object, or its id; absent: records about anything. */
  readonly about?: string;
  /** Epoch seconds, both ends inclusive. */
  readonly from?: number;
  readonly to?: number;
  readonly reason: string;
  readonly byName: Text;
  readonly at: number;
  /** Records in the store that it covers. Absent: the viewer may not read them, or it is released. */
  readonly kept?: { readonly count: number; readonly isMore: boolean; readonly href: string };
};

const LOOKS = { active: 'good', released: 'gone' } as const;

const stateTag = (state: HoldRow['state']): Html =>
  html`<span class="tag ${LOOKS[state]}">${words.states[state]}</span>`;

const covered = ({ about }: HoldRow): HtmlValue => (about === undefined ? words.all : chosenName(about, 100));

const period = ({ from, to }: HoldRow): HtmlValue =>
  (from !== undefined || to !== undefined) &&
  html`<span class="line hint">${from !== undefined && words.fromOn(timeText(from))} ${to !== undefined && words.toOn(timeText(to))}</span>`;

const keptBy = ({ state, kept }: HoldRow): HtmlValue => {
  if (state === 'released') return words.nothingKept;
  return kept === undefined ? '–' : html`<a href="${kept.href}">${words.records(kept.count, kept.isMore)}</a>`;
};

const COLUMNS: readonly Column<HoldRow>[] = [
  { title: words.covers, cell: (row) => html`<a class="long" href="${row.href}">${covered(row)}</a>${period(row)}` },
  { title: registerWords.state, cell: ({ state }) => stateTag(state) },
  { title: words.reason, cell: ({ reason }) => html`<span class="long">${cellText(reason, 160)}</span>` },
  { title: words.keeps, cell: keptBy },
  { title: words.by, cell: ({ byName }) => html`<span class="long">${anyName(byName)}</span>` },
  { title: words.since, cell: ({ at }) => agoText(at) },
];

export const holdsPage = (model: ListModel<HoldRow>): Html =>
  listPage(model, {
    ...{ place: 'legal-holds', title: words.title, lead: words.lead, columns: COLUMNS, none: words.none },
    ...{ pagesLabel: listWords.pagesOf.legalHolds, newText: words.make },
    states: (['active', 'released'] as const).map((value) => ({ value, text: words.states[value] })),
  });

export type HoldModel = ConsoleFrame & {
  readonly hold: HoldRow & {
    /** Page of the object; absent: it has none. */
    readonly aboutHref?: string;
    readonly released?: { readonly byName: Text; readonly at: number; readonly reason: string };
  };
  readonly releaseHref?: string;
  readonly auditLogHref?: string;
};

export const holdPage = (model: HoldModel): Html => {
  const { hold, releaseHref, auditLogHref } = model;
  const { aboutHref, released, from, to } = hold;
  return objectPage(model, {
    ...{ place: 'legal-holds', title: words.hold, name: hold.about ?? words.all, id: hold.id },
    heading: words.holdOn(covered(hold)),
    state: stateTag(hold.state),
    actions: [releaseHref !== undefined && { text: words.release, href: releaseHref, kind: 'danger' }],
    ...(hold.state === 'active' ? { first: html`<p class="lead">${words.keepsLead}</p>` } : {}),
    facts: [
      [words.covers, aboutHref === undefined ? covered(hold) : html`<a href="${aboutHref}">${covered(hold)}</a>`],
      from !== undefined && [words.from, timeText(from)],
      to !== undefined && [words.to, timeText(to)],
      [words.keeps, keptBy(hold)],
      [words.reason, plainText(hold.reason, 400)],
      [words.by, anyName(hold.byName)],
      [words.since, timeText(hold.at)],
      released && [words.releasedBy, anyName(released.byName)],
      released && [words.releasedAt, timeText(released.at)],
      released && [words.releaseReason, plainText(released.reason, 400)],
    ],
    ...(auditLogHref === undefined ? {} : { auditLogHref }),
  });
};

/** Asks before a hold is released: what it keeps, and why it may go. The form POSTs `csrf` and `reason` to `action`. */
export const releaseHoldPage = (
  frame: ConsoleFrame,
  { hold, value, error }: { readonly hold: HoldRow; readonly value: string; readonly error?: Text },
): Html =>
  confirmPage(frame, {
    ...{ place: 'legal-holds', title: words.releaseTitle, question: words.releaseAsked, lead: words.releaseLead },
    more: factList([
      [words.covers, html`${covered(hold)}${period(hold)}`],
      [words.keeps, keptBy(hold)],
      [words.reason, plainText(hold.reason, 400)],
      [words.by, html`${anyName(hold.byName)}, ${timeText(hold.at)}`],
    ]),
    isNarrow: true,
    fields: textArea({
      ...{ name: 'reason', label: words.releaseReason, hint: words.reasonHint, value, rows: 2, maxLength: 500 },
      ...(error === undefined ? {} : { error }),
    }),
    ...{ button: words.release, action: `${hold.href}/release`, cancelHref: hold.href },
  });
