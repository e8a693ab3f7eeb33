import { isolated } from '../agent-text.ts';
import { type Html, html, type Phrase } from '../html.ts';
import { layout } from '../layout.ts';
import { agentRows } from '../partials/agent-rows.ts';
import { AGENT_STATE_KINDS } from '../partials/agent-state.ts';
import { consoleNavigation } from '../partials/console-frame.ts';
import { choice } from '../partials/controls.ts';
import { field } from '../partials/field.ts';
import { pagination } from '../partials/pagination.ts';
import { savedViews } from '../partials/saved-views.ts';
import { submit } from '../partials/submit.ts';
import { agentWords } from '../words/agent.ts';
import { agentListWords as words } from '../words/console-agents.ts';
import { agentsImportWords } from '../words/console-agents-import.ts';
import { bulkWords } from '../words/console-bulk.ts';
import { agentFormWords } from '../words/console-forms.ts';
import { listWords } from '../words/lists.ts';
import { BULK_DEEDS } from './console-bulk.ts';
import type { AgentListModel } from './console-model.ts';

/** The form GETs `action` with `q`, `state`, `environment`, `unused`, `sort`, and `of=own` for the viewer's own. */
export const agentListPage = (model: AgentListModel): Html =>
  layout({
    frame: model,
    style: 'agents.css',
    alsoStyle: 'bulk.css',
    title: words.title,
    width: 'wide',
    side: consoleNavigation(model, 'agents'),
    script: 'saved-views.js',
    body: html`<div class="page-head"><div class="row"><h1>${model.asked.all ? words.all : words.mine}</h1><div class="actions"><a class="button plain" href="${model.basePath}/console/agents/import">${agentsImportWords.title}</a> <a class="button primary" href="${model.basePath}/console/agents/new">${agentFormWords.register}</a></div></div>
${
  model.seesAll &&
  html`<nav class="segments" aria-label="${words.whose}"><a href="${model.allHref}"${model.asked.all && html` aria-current="true"`}>${words.all}</a><a href="${model.ownHref}"${!model.asked.all && html` aria-current="true"`}>${words.onlyMine}</a></nav>`
}
${
  model.only &&
  html`<p class="lead">${words.ofOwner(isolated(model.only.name))} <a href="${model.only.anyHref}">${words.ofAny}</a></p>`
}</div>
${filters(model)}
${savedViews(model.action)}
<section aria-labelledby="list"><h2 id="list" class="unseen">${listWords.list}</h2>
${
  model.agents.length === 0
    ? html`<p class="empty">${isAsked(model) ? html`${words.noneFits} <a href="${model.action}">${listWords.clear}</a>` : html`${words.none} <a href="${model.basePath}/console/agents/new">${words.registerOne}</a>.`}${model.pages.nextHref !== undefined && html` ${words.moreFollows}`}</p>`
    : html`${agentRows(model.agents, { sorts: model.sorts, form: BULK_FORM })}
${bulk(model)}`
}
${pagination(model.pages, listWords.pagesOf.agents, 'other')}
<p class="downloads"><a href="${model.csvHref}">${words.csv}</a> <a href="${model.ndjsonHref}">${words.ndjson}</a></p></section>`,
  });

const BULK_FORM = 'bulk';

/** The actions on the ticked agents. */
const bulk = ({
  bulk: { action, list },
}: AgentListModel): Html => html`<form id="${BULK_FORM}" method="get" action="${action}" class="bulk" aria-labelledby="chosen"><input type="hidden" name="list" value="${list}">
<span id="chosen">${bulkWords.withChosen}</span>
<div class="actions">${BULK_DEEDS.map((deed) =>
  submit({ text: bulkWords.deeds[deed], kind: deed === 'retire' ? 'danger' : 'plain', name: 'do', value: deed }),
)}</div>
<button type="button" class="button quiet" data-pick-all>${bulkWords.chooseAll}</button></form>`;

const isAsked = ({ asked }: AgentListModel): boolean =>
  [asked.owner, asked.blueprint, asked.search, asked.state, asked.environment, asked.unused].some(
    (value) => value !== '',
  );

const SORTS = [
  { value: '', text: words.sorts.created },
  { value: 'name', text: words.sorts.name },
  { value: 'last_use', text: words.sorts.lastUse },
];
const ENVIRONMENTS = ['production', 'test', 'development'] as const;

const filters = ({
  action,
  asked,
}: AgentListModel): Html => html`<form method="get" action="${action}" class="filters" role="search">
${(['of', 'owner', 'blueprint'] as const).map((name) => asked[name] !== '' && html`<input type="hidden" name="${name}" value="${asked[name]}">`)}
${field({ name: 'q', label: words.words, value: asked.search, autocomplete: 'off', maxLength: 100, optional: true })}
${choice({ name: 'state', label: words.state, value: asked.state, options: anyOr(AGENT_STATE_KINDS, agentWords.states) })}
<details class="further"${[asked.environment, asked.unused, asked.sort].some((value) => value !== '') && html` open`}><summary>${listWords.moreFilters}</summary><div>${choice({ name: 'environment', label: words.environment, value: asked.environment, options: anyOr(ENVIRONMENTS, agentWords.environments) })}
${choice({
  name: 'unused',
  label: words.lastUse,
  value: asked.unused,
  options: [
    { value: '', text: listWords.any },
    { value: '30', text: words.unusedFor(30) },
    { value: '90', text: words.unusedFor(90) },
  ],
})}
${choice({ name: 'sort', label: listWords.order, value: asked.sort, options: SORTS })}</div></details>
<div class="actions">${submit({ text: listWords.show, kind: 'plain' })}</div>
</form>`;

const anyOr = <Value extends string>(values: readonly Value[], words: Readonly<Record<Value, Phrase>>) => [
  { value: '', text: listWords.any },
  ...values.map((value) => ({ value, text: words[value] })),
];
