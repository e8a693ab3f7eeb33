import { type Html, html } from '../html.ts';
import { layout } from '../layout.ts';
import { agentRows } from '../partials/agent-rows.ts';
import { AGENT_STATE_KINDS } from '../partials/agent-state.ts';
import { consoleTabs } from '../partials/console-frame.ts';
import { choice } from '../partials/controls.ts';
import { field } from '../partials/field.ts';
import { pagination } from '../partials/pagination.ts';
import { submit } from '../partials/submit.ts';
import type { AgentListModel } from './console-model.ts';

/** The form GETs `action` with `q`, `state`, `environment`, `unused`, `sort`, and `of=all` for all agents. */
export const agentListPage = (model: AgentListModel): Html =>
  layout({
    frame: model,
    style: 'agents.css',
    title: 'Agents',
    width: 'wide',
    body: html`<div class="page-head"><h1>${model.asked.all ? 'All agents' : 'My agents'}</h1>
${
  model.seesAll &&
  html`<p class="lead">${model.asked.all ? html`<a href="${model.ownHref}">Only mine</a>` : html`<a href="${model.allHref}">All agents</a>`}</p>`
}
${consoleTabs(model, 'agents')}</div>
${filters(model)}
<section aria-labelledby="list"><div class="row"><h2 id="list">List</h2><p><a href="${model.csvHref}">Save as CSV</a> <a href="${model.ndjsonHref}">Save as NDJSON</a></p></div>
${
  model.agents.length === 0
    ? html`<p class="empty">${isAsked(model) ? 'No agent fits.' : 'There is no agent here yet.'}${model.pages.nextHref !== undefined && ' There is more to look through on the next page.'} <a href="${model.basePath}/console/agents/new">Register one</a>.</p>`
    : agentRows(model.agents)
}
${pagination(model.pages, 'agents', ['First page', 'Next page'])}</section>`,
  });

const isAsked = ({ asked }: AgentListModel): boolean =>
  [asked.search, asked.state, asked.environment, asked.unused].some((value) => value !== '');

const SORTS = [
  ['', 'Newest'],
  ['name', 'Name'],
  ['last_use', 'Unused longest'],
] as const;

const filters = ({
  action,
  asked,
}: AgentListModel): Html => html`<form method="get" action="${action}" class="filters" role="search">
${asked.all && html`<input type="hidden" name="of" value="all">`}
${field({ name: 'q', label: 'Words', value: asked.search, autocomplete: 'off', maxLength: 100, optional: true })}
${choice({ name: 'state', label: 'State', value: asked.state, options: anyOr(AGENT_STATE_KINDS) })}
${choice({ name: 'environment', label: 'Environment', value: asked.environment, options: anyOr(['production', 'test', 'development']) })}
${choice({
  name: 'unused',
  label: 'Last use',
  value: asked.unused,
  options: [
    { value: '', text: 'Any' },
    { value: '30', text: 'Over 30 days ago' },
    { value: '90', text: 'Over 90 days ago' },
  ],
})}
${choice({ name: 'sort', label: 'Order', value: asked.sort, options: SORTS.map(([value, text]) => ({ value, text })) })}
<div class="actions">${submit({ text: 'Show', kind: 'strong' })}</div>
</form>`;

const anyOr = (values: readonly string[]) => [
  { value: '', text: 'Any' },
  ...values.map((value) => ({ value, text: value })),
];
