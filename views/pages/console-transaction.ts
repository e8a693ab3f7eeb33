import { anyName, isolated, plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html, type Text } from '../html.ts';
import { layout } from '../layout.ts';
import { type ConsoleFrame, consoleNavigation } from '../partials/console-frame.ts';
import { type Column, table } from '../partials/console-list.ts';
import { numberPhrase, timeText } from '../time-text.ts';
import { eventPhrase } from '../words/audit-events.ts';
import { auditWords } from '../words/console-audit.ts';
import { transactionWords as words } from '../words/console-transaction.ts';
import { timeLine } from './transaction-timeline.ts';

export type TransactionEvent = {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly type: string;
  readonly outcome: 'granted' | 'refused' | 'done';
  /** The party that acted: a phrase of ours for this server. */
  readonly who: Text;
  /** The agent's page. */
  readonly whoHref?: string;
  readonly where?: string;
  readonly scope: readonly string[];
  /** What a resource server states that it did: `who` is that server. */
  readonly statement?: string;
  /** The reason of a refusal. */
  readonly error?: string;
};

export type TransactionModel = ConsoleFrame & {
  readonly id: string;
  /** In the order of time. */
  readonly events: readonly TransactionEvent[];
  /** Further events that the page leaves out. */
  readonly isMore: boolean;
  /** Its events in the audit log. */
  readonly auditHref: string;
  readonly searchHref: string;
};

/** Lanes of the picture; further parties share the last one. */
const LANES = 8;
/** Marks of the picture; the table has all events of the page. */
const MARKS = 60;

export const transactionPage = (model: TransactionModel): Html =>
  layout({
    frame: model,
    style: 'agents.css',
    alsoStyle: 'timeline.css',
    title: words.title,
    width: 'wide',
    side: consoleNavigation(model, 'auditLog', false),
    body: html`<div class="page-head"><h1>${headingOf(model)}</h1>
<p class="facts">${model.events[0] && html`${timeText(Math.floor(model.events[0].at / 1000))} `}<code>${plainText(model.id, 80)}</code> <a href="${model.auditHref}">${words.inAuditLog}</a></p></div>
${model.events.length === 0 ? html`<p class="empty">${words.none} <a href="${model.searchHref}">${words.searchOther}</a></p>` : picture(model)}`,
  });

/** What happened last, and by whom: the outcome of the transaction. */
const headingOf = ({ events }: TransactionModel): HtmlValue => {
  const last = events.at(-1);
  if (last === undefined) return words.title;
  return last.statement === undefined
    ? words.heading(eventPhrase(last.type), anyName(last.who))
    : html`${plainText(last.statement, 120)}, ${auditWords.statedBy(anyName(last.who))}`;
};

const picture = (model: TransactionModel): Html => {
  const { events, isMore } = model;
  const first = events[0]?.at ?? 0;
  const all = [...new Map(events.map(({ who }) => [laneKey(who), who])).values()];
  const lanes = all.length > LANES ? [...all.slice(0, LANES - 1), words.others] : all;
  const laneOf = (who: Text): number => {
    const lane = lanes.findIndex((one) => laneKey(one) === laneKey(who));
    return lane < 0 ? lanes.length - 1 : lane;
  };
  const hidden = events.length - MARKS;
  const ended = (events.at(-1)?.at ?? first) - first;
  return html`<section class="card" aria-labelledby="over-time"><h2 id="over-time">${words.overTime}</h2>
<p class="hint">${words.summary(events.length, elapsed(ended), timeText(Math.floor(first / 1000)))}</p>
${timeLine({
  id: 'transaction',
  title: words.pictureTitle(events.length),
  lanes,
  marks: events.slice(0, MARKS).map(({ at, type, outcome, who }, index) => ({
    after: at - first,
    lane: laneOf(who),
    kind: outcome,
    title: words.mark(eventPhrase(type), auditWords.outcomes[outcome], elapsed(at - first)),
    href: `#event-${index}`,
  })),
  tick: elapsed,
})}
${hidden > 0 && html`<p class="hint">${words.andMore(hidden)}</p>`}
<p class="legend">${(['granted', 'refused', 'done'] as const).map((kind) => html`<span><svg class="timeline" aria-hidden="true" viewbox="0 0 16 16" width="16" height="16"><circle class="${kind}" cx="8" cy="8" r="6"></circle></svg> ${auditWords.outcomes[kind]}</span> `)}</p></section>
<section aria-labelledby="events"><h2 id="events">${words.events}</h2>
${table(
  columnsFrom(first),
  events.map((event, index) => ({ ...event, index })),
  'events',
)}
${isMore && html`<p class="hint">${words.isMore} <a href="${model.auditHref}">${words.inAuditLog}</a></p>`}</section>`;
};

const laneKey = (who: Text): string => (typeof who === 'string' ? `name ${who}` : 'phrase');

/** Time since the first event. */
const elapsed = (milliseconds: number): Text => {
  if (milliseconds < 1_000) return words.milliseconds(numberPhrase(Math.round(milliseconds)));
  if (milliseconds < 120_000) return words.seconds(numberPhrase(Math.round(milliseconds / 100) / 10));
  if (milliseconds < 7_200_000) return words.minutes(numberPhrase(Math.round(milliseconds / 6_000) / 10));
  return words.hours(numberPhrase(Math.round(milliseconds / 360_000) / 10));
};

const LOOKS = { granted: 'good', refused: 'off', done: 'still' } as const;

type Row = TransactionEvent & { readonly index: number };

const columnsFrom = (first: number): readonly Column<Row>[] => [
  {
    title: words.after,
    cell: ({ at, index }) =>
      html`<span class="after" id="event-${index}" tabindex="-1">+ ${elapsed(at - first)}</span>`,
  },
  {
    title: auditWords.what,
    cell: ({ type, outcome, statement, error }) =>
      html`<span class="tag ${LOOKS[outcome]}">${auditWords.outcomes[outcome]}</span> ${eventPhrase(type)}${statement !== undefined && html` <code>${plainText(statement, 120)}</code>`}${error !== undefined && html` <code>${plainText(error, 80)}</code>`}`,
  },
  {
    title: auditWords.who,
    cell: ({ who, whoHref, statement }): HtmlValue =>
      whoHref === undefined
        ? html`<span class="long">${statement === undefined ? anyName(who) : auditWords.statedBy(anyName(who))}</span>`
        : html`<a class="long" href="${whoHref}">${anyName(who)}</a>`,
  },
  {
    title: auditWords.where,
    cell: ({ where, scope }): HtmlValue => [
      where !== undefined && html`<span class="long">${isolated(where, 200)}</span>`,
      scope.length > 0 &&
        html` <span class="hint long">${scope.slice(0, 10).map((name, at) => html`${at > 0 && ', '}${plainText(name, 80)}`)}</span>`,
    ],
  },
];
