import { anyName, chosenName, isolated, plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html, type Text } from '../html.ts';
import type { ConsoleFrame } from '../partials/console-frame.ts';
import { type Column, confirmPage, factList, type ListModel, listPage } from '../partials/console-list.ts';
import { type ObjectAction, objectPage } from '../partials/object-page.ts';
import type { TypedConfirmation } from '../partials/typed-confirmation.ts';
import { agoText, numberPhrase, secondText, timeText } from '../time-text.ts';
import { eventPhrase } from '../words/audit-events.ts';
import { auditWords } from '../words/console-audit.ts';
import { sinkFailureText, sinkWords as words } from '../words/console-audit-sinks.ts';
import { fieldWords } from '../words/console-fields.ts';
import { listWords } from '../words/lists.ts';
import { registerWords } from '../words/registries.ts';

export type SinkRow = {
  readonly id: string;
  readonly href: string;
  readonly name: string;
  readonly kind: keyof typeof words.kinds;
  /** An address, or the path of a file; absent: a file without a folder. */
  readonly place?: string;
  readonly state: keyof typeof words.states;
  /** Number of events that the sink has not acknowledged. */
  readonly backlog: number;
  readonly deliveredAt?: number;
  readonly failedAt?: number;
  /** One of our codes. */
  readonly failure?: string;
  /** The HTTP status of that attempt. */
  readonly failureStatus?: number;
};

const LOOKS = { active: 'good', failing: 'warn', paused: 'off' } as const;

const stateOf = (state: SinkRow['state']): Html =>
  html`<span class="tag ${LOOKS[state]}">${words.states[state]}</span>`;

const failureOf = ({ failedAt, failure, failureStatus }: SinkRow): HtmlValue =>
  failedAt !== undefined &&
  html`${agoText(failedAt)}${
    failure !== undefined &&
    html`: ${sinkFailureText(failure) ?? html`<span class="long">${plainText(failure, 80)}</span>`}`
  }${failureStatus !== undefined && ` (HTTP ${failureStatus})`}`;

const waiting = (backlog: number): HtmlValue => words.events(backlog, numberPhrase(backlog));

/** A longer address may break within a word. */
const WHOLE = 40;

const COLUMNS: readonly Column<SinkRow>[] = [
  { title: fieldWords.name, cell: ({ href, name }) => html`<a href="${href}">${chosenName(name, 100)}</a>` },
  { title: registerWords.state, cell: ({ state }) => stateOf(state) },
  {
    title: words.receiver,
    cell: ({ kind, place }) =>
      html`${words.kinds[kind]}${place !== undefined && html`<span class="line hint${place.length > WHOLE && ' long'}"><bdi>${plainText(place, 100)}</bdi></span>`}`,
  },
  { title: words.backlog, cell: ({ backlog }) => waiting(backlog) },
  {
    title: words.last,
    cell: ({ deliveredAt }) => (deliveredAt === undefined ? words.never : agoText(deliveredAt)),
  },
  { title: words.failure, cell: (row) => failureOf(row) || '–' },
];

export const sinksPage = (model: ListModel<SinkRow>): Html =>
  listPage(model, {
    ...{ place: 'audit-sinks', title: words.title, lead: words.lead, columns: COLUMNS, none: words.none },
    ...{ pagesLabel: listWords.pagesOf.auditSinks, newText: words.make },
  });

export type SinkModel = ConsoleFrame & {
  readonly sink: SinkRow & {
    readonly format?: keyof typeof words.formats;
    readonly isPersonal: boolean;
    readonly delivered: number;
    readonly leftOut: number;
    readonly failingSince?: number;
    readonly dueAt?: number;
    /** The process that delivers. */
    readonly node?: string;
    readonly createdAt: number;
    readonly updatedAt: number;
    /** Whether the sink refuses the next event for its content. */
    readonly isContentRefused: boolean;
    /** The page that skips that event; absent: not permitted to the viewer. */
    readonly skipHref?: string;
    /** That event, and its page. */
    readonly refused?: { readonly id: string; readonly href: string };
  };
  readonly actions: readonly (ObjectAction | false)[];
  readonly auditLogHref?: string;
};

/** Ids of events are `STREAM:SEQUENCE`. */
const sequenceOf = (id: string): number => Number(id.split(':').at(-1));

export const sinkPage = (model: SinkModel): Html => {
  const { sink } = model;
  return objectPage(model, {
    ...{ place: 'audit-sinks', title: words.sink, name: sink.name, id: sink.id },
    ...{ state: stateOf(sink.state), actions: model.actions },
    first: html`${
      sink.isContentRefused &&
      html`<div class="flash warning"><span>${words.refusedOne}${
        sink.skipHref !== undefined && html` <a href="${sink.skipHref}">${words.skip}</a>`
      }</span></div>`
    }
<section aria-labelledby="delivery" class="card"><h2 id="delivery">${words.delivery}</h2>
${factList([
  [words.backlog, waiting(sink.backlog)],
  [words.delivered, waiting(sink.delivered)],
  sink.leftOut > 0 && [words.leftOut, waiting(sink.leftOut)],
  [words.last, sink.deliveredAt === undefined ? words.never : agoText(sink.deliveredAt)],
  sink.failedAt !== undefined && [words.failure, failureOf(sink)],
  sink.refused && [
    words.refusedEvent,
    html`<a href="${sink.refused.href}">${words.sequence(sequenceOf(sink.refused.id))}</a> <code class="long">${plainText(sink.refused.id.split(':')[0] ?? '', 80)}</code>`,
  ],
  sink.failingSince !== undefined && [words.failing, agoText(sink.failingSince)],
  sink.failingSince !== undefined && sink.dueAt !== undefined && [words.due, agoText(sink.dueAt)],
  sink.node !== undefined && [words.node, html`<code>${plainText(sink.node, 100)}</code>`],
])}</section>`,
    facts: [
      [words.kind, words.kinds[sink.kind]],
      sink.place !== undefined && [sink.kind === 'file' ? words.file : words.address, isolated(sink.place, 400)],
      sink.format !== undefined && [words.format, words.formats[sink.format]],
      [words.personalValues, sink.isPersonal ? words.personals.yes : words.personals.no],
      [registerWords.made, timeText(sink.createdAt)],
      sink.updatedAt !== sink.createdAt && [registerWords.changed, timeText(sink.updatedAt)],
    ],
    ...(model.auditLogHref === undefined ? {} : { auditLogHref: model.auditLogHref }),
  });
};

/** The event that a sink refuses. Without its facts: the viewer may not read it, or it is in the archive only. */
export type RefusedEvent = {
  readonly id: string;
  readonly facts?: { readonly type: string; readonly at: number; readonly who?: Text; readonly href: string };
};

/** Asks before the refused event is skipped, and says which one it is. */
export const skipEventPage = (
  frame: ConsoleFrame,
  { href, name, event: { id, facts } }: { readonly href: string; readonly name: string; readonly event: RefusedEvent },
): Html =>
  confirmPage(frame, {
    ...{ place: 'audit-sinks', title: words.skip, question: words.skipAsked(chosenName(name, 100)) },
    ...{ lead: words.skipLead, isNarrow: true },
    more: factList([
      facts && [
        words.event,
        html`<a href="${facts.href}">${eventPhrase(facts.type)}</a> <code>${plainText(facts.type, 80)}</code>`,
      ],
      facts && [auditWords.when, secondText(facts.at)],
      facts?.who !== undefined && [auditWords.who, anyName(facts.who)],
      [registerWords.id, html`<code>${plainText(id, 200)}</code>`],
      !facts && [words.event, words.eventGone],
    ]),
    fields: html`<input type="hidden" name="event" value="${id}">`,
    ...{ button: words.skip, action: `${href}/skip`, cancelHref: href },
  });

/** Asks before the end of a sink, and says how many events will never reach it. The user types its name. */
export const removeSinkPage = (
  frame: ConsoleFrame,
  sink: { readonly href: string; readonly backlog: number },
  typed: TypedConfirmation,
): Html =>
  confirmPage(frame, {
    ...{ place: 'audit-sinks', title: words.remove, question: words.removeAsked(chosenName(typed.name, 100)) },
    ...{ lead: words.removeLead, isNarrow: true, typed },
    more: html`<p>${sink.backlog === 0 ? words.losesNothing : words.loses(sink.backlog, numberPhrase(sink.backlog))}</p>`,
    ...{ button: words.remove, action: `${sink.href}/delete`, cancelHref: sink.href },
  });
