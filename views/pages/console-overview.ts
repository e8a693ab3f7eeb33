import { isolated, plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { layout } from '../layout.ts';
import { agentCard } from '../partials/agent-card.ts';
import { agentRows } from '../partials/agent-rows.ts';
import { consoleNavigation } from '../partials/console-frame.ts';
import { countBar } from '../partials/count-bar.ts';
import { submit } from '../partials/submit.ts';
import { numberPhrase, timeText } from '../time-text.ts';
import { agentWords } from '../words/agent.ts';
import { breakGlassWords } from '../words/break-glass.ts';
import { overviewWords as words } from '../words/console-agents.ts';
import { findingWords } from '../words/console-findings.ts';
import { firstStepsWords as stepWords } from '../words/console-first-steps.ts';
import { consoleWords } from '../words/console-frame.ts';
import { dashboard, dashboardTiles } from './console-dashboard.ts';
import { nothingFound } from './console-findings.ts';
import { type FirstSteps, firstStepList, progressOf } from './console-first-steps.ts';
import type { OverviewModel, WaitingAgent } from './console-model.ts';

export const overviewPage = (model: OverviewModel): Html =>
  layout({
    frame: model,
    style: 'agents.css',
    alsoStyle: 'charts.css',
    title: consoleWords.name,
    width: 'wide',
    side: consoleNavigation(model, 'overview'),
    body: html`<div class="page-head"><h1>${consoleWords.places.overview}</h1>
<p class="lead">${model.seesAll ? words.leadAll : words.leadOwn}</p></div>
${
  model.openReviews > 0 &&
  html`<div class="flash warning"><strong>${breakGlassWords.openReviews(model.openReviews)}</strong> <a href="${model.basePath}/console/break-glass">${breakGlassWords.lookAt}</a></div>`
}
${model.firstSteps && !isAlmostDone(model.firstSteps.steps) && firstSteps(model.firstSteps, model.csrf)}
${model.dashboard && dashboardTiles(model.dashboard, model.states, model.countedOnly !== undefined)}
${model.firstSteps && isAlmostDone(model.firstSteps.steps) && firstSteps(model.firstSteps, model.csrf)}
${counts(model)}
${model.waiting.length > 0 && waiting(model)}
${model.dashboard && dashboard(model.dashboard)}
${findings(model)}
${recent(model)}`,
  });

const firstSteps = (open: FirstSteps, csrf: string): Html =>
  html`<section aria-labelledby="first-steps"><details class="card tight first-steps"${!isAlmostDone(open.steps) && html` open`}><summary><h2 id="first-steps">${stepWords.title}</h2> <span class="hint">${progressOf(open.steps)}${nextOf(open.steps)}</span></summary>
<p>${stepWords.lead}</p>
${firstStepList(open, csrf)}</details></section>`;

/** For the last step, one line is enough. */
const isAlmostDone = (steps: FirstSteps['steps']): boolean => steps.filter(({ state }) => state !== 'done').length <= 1;

const nextOf = (steps: FirstSteps['steps']): Html | undefined => {
  const next = steps.find(({ state }) => state === 'next');
  return next && html` · ${stepWords.steps[next.kind].name}`;
};

const waiting = (
  model: OverviewModel,
): Html => html`<section aria-labelledby="waiting"><h2 id="waiting">${words.waiting}</h2>
<p class="hint">${words.accepting}</p>
<div class="deck">${model.waiting.map((one) => html`<article class="card">${agentCard(one.agent)}${acceptance(one, model.csrf)}</article>`)}</div></section>`;

/** The two answers about a waiting agent, and what it waits for. */
export const acceptance = (one: WaitingAgent, csrf: string): Html => {
  const about = plainText(one.agent.name, 60);
  return html`<p>${words.asks[one.kind](one.forGroup === undefined ? undefined : isolated(one.forGroup))} ${
    one.until !== undefined && html`${words.waitsUntil(timeText(one.until))} `
  }${words.readFirst(one.href)}</p>
<div class="decide short">
${
  one.kind !== 'frozen' &&
  html`<form method="post" action="${one.declineAction}"><input type="hidden" name="csrf" value="${csrf}">${submit({ text: words.decline, kind: 'plain', about })}</form>`
}
<form method="post" action="${one.acceptAction}"><input type="hidden" name="csrf" value="${csrf}"><input type="hidden" name="version" value="${one.version}">${submit({ text: words.accept, about })}</form>
</div>`;
};

const counts = (
  model: OverviewModel,
): Html => html`<section aria-labelledby="counts"><h2 id="counts" class="unseen">${words.counts}</h2>
<div class="card pair">${countBar(words.byState, 'by-state', model.states, agentWords.states)}
${countBar(words.byEnvironment, 'by-environment', model.environments, agentWords.environments)}
${model.countedOnly !== undefined && html`<p class="hint">${words.countedOnly(numberPhrase(model.countedOnly))}</p>`}</div></section>`;

const findings = ({
  basePath,
  findings: found,
}: OverviewModel): Html => html`<section aria-labelledby="findings"><h2 id="findings">${findingWords.title}</h2>
${
  found.length === 0
    ? nothingFound
    : html`<ul class="links">${found.map(
        ({ kind, count, isMore }) =>
          html`<li><a href="${basePath}/console/findings?kind=${kind}">${findingWords.kinds[kind].counted(count, isMore)}</a><span>${findingWords.kinds[kind].meaning}</span></li>`,
      )}</ul>`
}</section>`;

const recent = ({
  basePath,
  recent: rows,
}: OverviewModel): Html => html`<section aria-labelledby="recent"><h2 id="recent">${words.newest}</h2>
${
  rows.length === 0
    ? html`<p class="empty">${words.none(`${basePath}/console/agents/new`)}</p>`
    : html`${agentRows(rows)}<p><a href="${basePath}/console/agents">${words.all}</a></p>`
}</section>`;
