import { chosenName, isolated } from '../agent-text.ts';
import { type Html, type HtmlValue, html } from '../html.ts';
import { layout } from '../layout.ts';
import { type ApprovalFacts, deedLine } from '../partials/approval-facts.ts';
import { dayBars } from '../partials/charts.ts';
import { type ConsoleFrame, consoleNavigation } from '../partials/console-frame.ts';
import { type Column, type SortLinks, table } from '../partials/console-list.ts';
import { choice } from '../partials/controls.ts';
import { type Count, countBar } from '../partials/count-bar.ts';
import { type Pagination, pagination } from '../partials/pagination.ts';
import { riskBadge } from '../partials/scope-list.ts';
import { submit } from '../partials/submit.ts';
import { agoText, dayPhrase, durationPhrase, numberPhrase } from '../time-text.ts';
import { agentWords } from '../words/agent.ts';
import { consoleApprovalsWords as words } from '../words/console-approvals.ts';
import { transactionWords } from '../words/console-transaction.ts';
import { listWords } from '../words/lists.ts';
import { approvalState } from './approvals.ts';
import { type Decider, deciderName } from './console-dashboard.ts';

type Row = ApprovalFacts & {
  readonly agentHref: string;
  /** Absent: it has none, or not permitted to the viewer. */
  readonly transactionHref?: string;
};

/** The form GETs `action` with `state`. */
export type ConsoleApprovalsModel = ConsoleFrame & {
  readonly action: string;
  readonly asked: { readonly state: string; readonly states: readonly (keyof typeof words.states)[] };
  readonly rows: readonly Row[];
  readonly pages: Pagination;
  readonly sorts: SortLinks;
  /** The order of the address, which the form of the filter keeps. */
  readonly sorting: { readonly sort: string; readonly order: string };
  readonly states: readonly Count[];
  /** Set if only this many of the newest were counted. */
  readonly countedOnly?: number;
  readonly decisions: number;
  /** How many of them approve. */
  readonly approvals: number;
  /** Of the denials among them, from 0 to 1. */
  readonly denialShare?: number;
  /** Approved by two people by break-glass. */
  readonly emergencies: number;
  readonly medianSeconds?: number;
  /** From 0 to 1. */
  readonly quickShare?: number;
  readonly people: readonly Decider[];
  /** Starts of days, epoch seconds. */
  readonly days: readonly number[];
};

/** First whether approvers read what they decide, then the requests. */
export const consoleApprovalsPage = (model: ConsoleApprovalsModel): Html =>
  layout({
    frame: model,
    style: 'agents.css',
    alsoStyle: ['approvals.css', 'charts.css'],
    title: words.title,
    width: 'wide',
    side: consoleNavigation(model, 'approvals'),
    body: html`<div class="page-head"><h1>${words.title}</h1>
<p class="lead">${words.lead}</p></div>
<section aria-labelledby="figures" class="card tight"><h2 id="figures">${words.requestsNow}</h2>
${countBar(
  words.byOutcome(numberPhrase(model.states.reduce((sum, { count }) => sum + count, 0))),
  'by-outcome',
  model.states.filter(({ count }) => count > 0),
  words.states,
)}
${model.countedOnly !== undefined && html`<p class="hint">${words.countedOnly(numberPhrase(model.countedOnly))}</p>`}
<h3>${words.lastDays(model.days.length)}</h3>
${figures(model)}</section>
<form method="get" action="${model.action}" class="filters short" role="search">${kept(model.sorting)}
${choice({
  name: 'state',
  label: words.state,
  value: model.asked.state,
  options: [
    { value: '', text: listWords.any },
    ...model.asked.states.map((value) => ({ value, text: words.states[value] })),
  ],
})}
<div class="actions">${submit({ text: listWords.show, kind: 'plain' })}</div></form>
<section aria-labelledby="list"><h2 id="list" class="unseen">${words.requests}</h2>
${model.rows.length === 0 ? html`<p class="empty">${model.asked.state === '' ? words.none : words.noneFits}</p>` : table(COLUMNS, model.rows, 'list', model.sorts)}
${pagination(model.pages, listWords.pagesOf.approvals, 'other')}</section>
<section aria-labelledby="people"><h2 id="people">${words.whoDecides}</h2>
${model.people.length > 0 && people(model)}
<details class="card"><summary>${words.meaning}</summary><p class="hint">${words.quickHint}</p><p class="hint">${words.denialsHint}</p></details></section>`,
  });

const percent = (share: number | undefined): string => (share === undefined ? '–' : `${Math.round(share * 100)} %`);

/** From this share on, approvals within three seconds look like a habit. */
const MANY_QUICK = 0.2;

const figures = (model: ConsoleApprovalsModel): Html => html`<ul class="figures">
<li><strong>${numberPhrase(model.decisions)}</strong> <span>${words.made}</span></li>
<li><strong>${percent(model.denialShare)}</strong> <span>${words.denied(numberPhrase(model.decisions - model.approvals))}</span></li>
<li><strong>${model.medianSeconds === undefined ? '–' : durationPhrase(model.medianSeconds)}</strong> <span>${words.median}</span></li>
<li><strong>${percent(model.quickShare)}</strong> <span>${words.quick}</span>${(model.quickShare ?? 0) >= MANY_QUICK && html` <span class="tag warn">${words.tooQuick}</span>`}</li>
${model.emergencies > 0 && html`<li><strong>${numberPhrase(model.emergencies)}</strong> <span>${words.emergencies}</span></li>`}
</ul>`;

const people = ({ people: all, days }: ConsoleApprovalsModel): Html => {
  const most = Math.max(1, ...all.flatMap(({ perDay }) => perDay));
  const labels = days.map(dayPhrase);
  return html`<div class="card flush"><table class="log" aria-labelledby="people">
<thead><tr><th scope="col">${words.person}</th><th scope="col">${words.perDay}</th><th scope="col">${words.inAll}</th></tr></thead>
<tbody>${all.map(
    (person) =>
      html`<tr><td data-label="${words.person}">${deciderName(person)}</td><td data-label="${words.perDay}">${dayBars(person.perDay, labels, most, person.decisionsHref)}</td><td data-label="${words.inAll}">${person.total}</td></tr>`,
  )}</tbody></table></div>`;
};

const kept = (sorting: ConsoleApprovalsModel['sorting']): readonly HtmlValue[] =>
  Object.entries(sorting).map(
    ([name, value]) => value !== '' && html`<input type="hidden" name="${name}" value="${value}">`,
  );

const COLUMNS: readonly Column<Row>[] = [
  {
    title: words.what,
    cell: (row) =>
      html`${deedLine(row)} ${riskBadge(row.risk)} <span class="hint">${words.at(isolated(row.resource.name))}</span> <code>${row.id}</code>${
        row.transactionHref !== undefined &&
        html` <a href="${row.transactionHref}">${transactionWords.title}<span class="unseen"> ${row.id}</span></a>`
      }`,
  },
  {
    title: agentWords.agent,
    cell: ({ agentHref, agent }) => html`<a href="${agentHref}">${chosenName(agent.name)}</a>`,
  },
  { title: words.inTheNameOf, cell: ({ onBehalfOf }) => isolated(onBehalfOf.name) },
  { title: words.outcome, cell: ({ state }) => approvalState(state) },
  { title: words.asked, sort: 'created', cell: ({ askedAt }) => agoText(askedAt) },
  { title: words.until, sort: 'expires', cell: ({ until }) => agoText(until) },
];
