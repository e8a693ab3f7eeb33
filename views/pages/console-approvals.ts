import { chosenName, isolated } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { layout } from '../layout.ts';
import { deedLine } from '../partials/approval-facts.ts';
import { type ConsoleFrame, consoleTabs } from '../partials/console-frame.ts';
import { choice } from '../partials/controls.ts';
import { type Count, countBar } from '../partials/count-bar.ts';
import { type Pagination, pagination } from '../partials/pagination.ts';
import { riskBadge } from '../partials/scope-list.ts';
import { submit } from '../partials/submit.ts';
import { durationPhrase, timeText } from '../time-text.ts';
import type { ApprovalFacts } from './approval-model.ts';
import { approvalState } from './approvals.ts';

/** The form GETs `action` with `state`. */
export type ConsoleApprovalsModel = ConsoleFrame & {
  readonly action: string;
  readonly asked: { readonly state: string; readonly states: readonly string[] };
  readonly rows: readonly (ApprovalFacts & { readonly agentHref: string })[];
  readonly pages: Pagination;
  readonly states: readonly Count[];
  /** Of so many of the newest. */
  readonly countedOnly?: number;
  readonly decisions: number;
  readonly medianSeconds?: number;
  /** From 0 to 1. */
  readonly quickShare?: number;
  readonly denialShare?: number;
  readonly people: readonly { readonly name: string; readonly perDay: readonly number[]; readonly total: number }[];
  /** Beginnings of days, epoch seconds. */
  readonly days: readonly number[];
};

/** Whether people look at what they decide, then what was asked. */
export const consoleApprovalsPage = (model: ConsoleApprovalsModel): Html =>
  layout({
    frame: model,
    style: 'agents.css',
    alsoStyle: 'approvals.css',
    title: 'Approvals',
    width: 'wide',
    body: html`<div class="page-head"><h1>Approvals</h1>
<p class="lead">Single actions that agents asked people about. People decide on their own pages; nobody does here.</p>
${consoleTabs(model, 'approvals')}</div>
<section aria-labelledby="figures"><h2 id="figures">The last ${model.days.length} days</h2>
<div class="card">${figures(model)}
${countBar('By outcome', 'by-outcome', model.states)}
${model.countedOnly !== undefined && html`<p class="hint">Of the newest ${model.countedOnly} approvals.</p>`}</div>
${model.people.length > 0 && people(model)}</section>
<form method="get" action="${model.action}" class="filters short" role="search">
${choice({
  name: 'state',
  label: 'State',
  value: model.asked.state,
  options: [{ value: '', text: 'Any' }, ...model.asked.states.map((value) => ({ value, text: value }))],
})}
<div class="actions">${submit({ text: 'Show', kind: 'strong' })}</div></form>
<section aria-labelledby="list"><h2 id="list">List</h2>
${model.rows.length === 0 ? html`<p class="empty">${model.asked.state === '' ? 'No agent has asked for an approval yet.' : 'No approval fits.'}</p>` : list(model)}
${pagination(model.pages, 'approvals', ['First page', 'Next page'])}</section>`,
  });

const percent = (share: number | undefined): string => (share === undefined ? '–' : `${Math.round(share * 100)} %`);

const figures = (model: ConsoleApprovalsModel): Html => html`<ul class="figures">
<li><strong>${model.decisions}</strong> <span>decisions of people</span></li>
<li><strong>${model.medianSeconds === undefined ? '–' : durationPhrase(model.medianSeconds)}</strong> <span>half of the decisions took less</span></li>
<li><strong>${percent(model.quickShare)}</strong> <span>of all yes within 3 seconds: nobody has read a page by then</span></li>
<li><strong>${percent(model.denialShare)}</strong> <span>of all decisions were a no; where there is never one, ask whether anybody looks</span></li>
</ul>`;

const WIDTH = 16;
const HEIGHT = 28;

/** One bar for each day; the numbers are read in its place. */
const bars = (perDay: readonly number[], days: readonly number[], most: number): Html => {
  const words = perDay.map((count, index) => `${dayText(days[index] ?? 0)}: ${count}`).join(', ');
  return html`<svg role="img" aria-label="${words}" viewbox="0 0 ${WIDTH * perDay.length} ${HEIGHT}" width="${WIDTH * perDay.length}" height="${HEIGHT}">${perDay.map(
    (count, index) => {
      const height = count === 0 ? 1 : Math.max(3, (HEIGHT * count) / most);
      return html`<rect class="${count === 0 ? 'retired' : 'active'}" x="${index * WIDTH}" y="${(HEIGHT - height).toFixed(1)}" width="${WIDTH - 4}" height="${height.toFixed(1)}" rx="2"></rect>`;
    },
  )}</svg>`;
};

const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
const dayText = (day: number): string => DAY.format(day * 1000);

const people = ({ people: all, days }: ConsoleApprovalsModel): Html => {
  const most = Math.max(1, ...all.flatMap(({ perDay }) => perDay));
  return html`<div class="card flush"><table class="log">
<thead><tr><th scope="col">Person</th><th scope="col">Decisions a day</th><th scope="col">In all</th></tr></thead>
<tbody>${all.map(
    ({ name, perDay, total }) =>
      html`<tr><td data-label="Person">${isolated(name)}</td><td data-label="Decisions a day">${bars(perDay, days, most)}</td><td data-label="In all">${total}</td></tr>`,
  )}</tbody></table></div>`;
};

const list = ({ rows }: ConsoleApprovalsModel): Html => html`<div class="card flush"><table class="log">
<thead><tr><th scope="col">What</th><th scope="col">Agent</th><th scope="col">In the name of</th><th scope="col">Risk</th><th scope="col">Outcome</th><th scope="col">Asked</th></tr></thead>
<tbody>${rows.map(
  (row) =>
    html`<tr><td data-label="What">${deedLine(row)} <span class="hint">at ${isolated(row.resource.name)}</span> <code>${row.id}</code></td><td data-label="Agent"><a href="${row.agentHref}">${chosenName(row.agent.name)}</a></td><td data-label="In the name of">${isolated(row.onBehalfOf.name)}</td><td data-label="Risk">${riskBadge(row.risk)}</td><td data-label="Outcome">${approvalState(row.state)}</td><td data-label="Asked">${timeText(row.askedAt)}</td></tr>`,
)}</tbody></table></div>`;
