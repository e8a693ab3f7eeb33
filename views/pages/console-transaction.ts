import { anyName, chosenName, isolated, plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html, type Phrase, type Text } from '../html.ts';
import { layout } from '../layout.ts';
import { type ConsoleFrame, consoleNavigation } from '../partials/console-frame.ts';
import { type Column, factList, table } from '../partials/console-list.ts';
import { copyButton } from '../partials/copy-button.ts';
import { type Pagination, pagination } from '../partials/pagination.ts';
import { numberPhrase, secondText, timeText } from '../time-text.ts';
import { eventPhrase } from '../words/audit-events.ts';
import { auditWords } from '../words/console-audit.ts';
import { compositionWords as grades } from '../words/console-composition.ts';
import { transactionWords as words } from '../words/console-transaction.ts';
import { wordOf } from '../words/word-of.ts';
import { outcomeTag } from './console-audit.ts';
import { transactionState } from './console-transactions.ts';
import { compared, type TransactionDifference } from './transaction-difference.ts';
import { type ShownStep, stepWaterfall } from './transaction-steps.ts';
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

/** Who did the work, as far as its events say. */
export type TransactionWork = {
  readonly who: Text;
  /** The person for whom; absent: in its own name. */
  readonly subject?: Text;
  /** Whether anything was granted. */
  readonly isGranted: boolean;
};

/** What the agent declared, and how it stands. Absent: nothing was declared, the transaction is an id only. */
export type TransactionFacts = {
  readonly state: 'open' | 'closed';
  readonly cause?: keyof (typeof words)['causes'];
  readonly closedBy?: Text;
  readonly closedAt?: number;
  readonly openedAt: number;
  readonly expiresAt: number;
  readonly intent?: string;
  readonly source: string;
  readonly agent: Text;
  readonly agentHref?: string;
  readonly owner: Text;
  readonly trigger: keyof (typeof words)['triggers'];
  readonly invoker?: Text;
  readonly participants: readonly Text[];
  readonly composition?: string;
  readonly isAttested?: boolean;
  readonly traceparent?: string;
  /** Absent: it is closed, or the viewer may not close it. */
  readonly closeHref?: string;
  /** The signed receipt as a file. Absent: it is open, or not permitted to the viewer. */
  readonly receiptHref?: string;
  /** The evidence as an archive. Absent: it is open, or not permitted to the viewer. */
  readonly evidenceHref?: string;
};

export type TransactionModel = ConsoleFrame & {
  readonly id: string;
  readonly facts?: TransactionFacts;
  /** Absent: not permitted to the viewer. */
  readonly steps?: readonly ShownStep[];
  readonly stepPages: Pagination;
  /** Another transaction that this one is compared with, or why not. Absent: the viewer sees no tokens. */
  readonly comparison?: {
    readonly path: string;
    readonly against: string;
    readonly difference?: TransactionDifference | Text;
  };
  /** Epoch seconds. */
  readonly now: number;
  /** In the order of time. */
  readonly events: readonly TransactionEvent[];
  /** Absent: no event names an agent or app. */
  readonly work?: TransactionWork;
  /** Further events that the page leaves out. */
  readonly isMore: boolean;
  /** Its events in the audit log; absent: the viewer may not see them. */
  readonly auditHref?: string;
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
    side: consoleNavigation(model, model.sees.includes('transactions') ? 'transactions' : 'auditLog', false),
    body: html`<div class="page-head"><div class="row"><h1>${headingOf(model)}</h1>${model.facts?.closeHref !== undefined && html`<a class="button danger" href="${model.facts.closeHref}">${words.close}</a>`}</div>
<p class="facts">${model.facts ? html`${transactionState(model.facts.state)} ` : model.events[0] && html`${timeText(Math.floor(model.events[0].at / 1000))} `}<code>${plainText(model.id, 80)}</code> ${copyButton(model.id)} ${model.auditHref !== undefined && html`<a href="${model.auditHref}">${words.inAuditLog}</a>`}</p></div>
${model.facts && declared(model.facts)}
${
  isEmpty(model)
    ? html`<p class="empty">${words.none} <a href="${model.searchHref}">${words.searchOther}</a></p>`
    : html`${model.steps && stepsOf(model, model.steps)}
${model.events.length > 0 && picture(model)}
${model.comparison && compared(model.comparison.path, model.comparison.against, model.comparison.difference)}`
}`,
  });

const isEmpty = ({ facts, events, steps = [] }: TransactionModel): boolean =>
  facts === undefined && events.length === 0 && steps.length === 0;

const declared = (facts: TransactionFacts): Html =>
  html`<section class="card declared" aria-labelledby="declared"><h2 id="declared" class="unseen">${words.intent}</h2>
${factList([
  [words.source, wordOf(words.sources, facts.source) ?? plainText(facts.source, 40)],
  [
    words.agent,
    facts.agentHref === undefined
      ? anyName(facts.agent)
      : html`<a href="${facts.agentHref}">${anyName(facts.agent)}</a>`,
  ],
  [words.owner, anyName(facts.owner)],
  [
    words.trigger,
    html`${words.triggers[facts.trigger]}${facts.invoker !== undefined && html` · ${anyName(facts.invoker)}`}`,
  ],
  facts.participants.length > 0 && [
    words.participants,
    facts.participants.map((one, index) => [index > 0 && ', ', anyName(one)]),
  ],
  [words.opened, secondText(facts.openedAt)],
  facts.closedAt === undefined
    ? [words.ends, secondText(facts.expiresAt)]
    : [
        words.closed,
        html`${secondText(facts.closedAt)} ${facts.cause !== undefined && words.causes[facts.cause]}${facts.closedBy !== undefined && facts.cause === 'operator' && html` · ${anyName(facts.closedBy)}`}`,
      ],
  facts.composition !== undefined && [
    words.composition,
    html`<code>${plainText(facts.composition, 80)}</code> ${facts.isAttested ? grades.attested : grades.declaredOnly}`,
  ],
  facts.traceparent !== undefined && [words.trace, html`<code>${plainText(facts.traceparent, 60)}</code>`],
])}${filesOf(facts)}</section>`;

const filesOf = ({ receiptHref, evidenceHref }: TransactionFacts): HtmlValue =>
  (receiptHref !== undefined || evidenceHref !== undefined) &&
  html`
<p>${receiptHref !== undefined && html`<a class="button plain" href="${receiptHref}">${words.receipt}</a> `}${evidenceHref !== undefined && html`<a class="button plain" href="${evidenceHref}">${words.evidence}</a>`}</p>
<p class="hint">${words.receiptHint}${evidenceHref !== undefined && html` ${words.evidenceHint}`}</p>`;

const stepsOf = ({ facts, stepPages, now }: TransactionModel, steps: readonly ShownStep[]): Html =>
  html`<section class="card" aria-labelledby="steps"><h2 id="steps">${words.steps}</h2>
${
  steps.length === 0
    ? html`<p class="empty">${words.noSteps}</p>`
    : html`<p class="hint">${words.stepsHint}</p>
${stepWaterfall(steps, facts?.closedAt ?? now, elapsed)}`
}
${pagination(stepPages, words.pagesOfSteps)}</section>`;

/** What the work is for as the agent states it; else who worked for whom; else what happened last, and by whom. */
const headingOf = ({ events, facts, work }: TransactionModel): HtmlValue => {
  if (facts?.intent !== undefined) return chosenName(facts.intent, 280);
  if (work) return workedText(work);
  if (facts) return words.noText;
  const last = events.at(-1);
  if (last === undefined) return words.title;
  return last.statement === undefined
    ? words.heading(eventPhrase(last.type), anyName(last.who))
    : html`${plainText(last.statement, 120)}, ${auditWords.statedBy(anyName(last.who))}`;
};

const workedText = ({ who, subject, isGranted }: TransactionWork): Phrase => {
  if (subject === undefined) return (isGranted ? words.workedAlone : words.triedAlone)(anyName(who));
  return (isGranted ? words.workedFor : words.triedFor)(anyName(who), anyName(subject));
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
${isMore && html`<p class="hint">${words.isMore}${model.auditHref !== undefined && html` <a href="${model.auditHref}">${words.inAuditLog}</a>`}</p>`}</section>`;
};

const laneKey = (who: Text): string => (typeof who === 'string' ? `name ${who}` : 'phrase');

/** Time since the first event. */
const elapsed = (milliseconds: number): Text => {
  if (milliseconds < 1_000) return words.milliseconds(numberPhrase(Math.round(milliseconds)));
  if (milliseconds < 120_000) return words.seconds(numberPhrase(Math.round(milliseconds / 100) / 10));
  if (milliseconds < 7_200_000) return words.minutes(numberPhrase(Math.round(milliseconds / 6_000) / 10));
  return words.hours(numberPhrase(Math.round(milliseconds / 360_000) / 10));
};

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
      html`${outcomeTag(outcome)} ${eventPhrase(type)}${statement !== undefined && html` <code>${plainText(statement, 120)}</code>`}${error !== undefined && html` <code>${plainText(error, 80)}</code>`}`,
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
