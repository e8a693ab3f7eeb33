import { isolated, plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { layout } from '../layout.ts';
import { agentCard } from '../partials/agent-card.ts';
import { agentRows } from '../partials/agent-rows.ts';
import { consoleTabs } from '../partials/console-frame.ts';
import { countBar } from '../partials/count-bar.ts';
import { submit } from '../partials/submit.ts';
import { timeText } from '../time-text.ts';
import { FINDING_WORDS, nothingFound } from './console-findings.ts';
import type { OverviewModel, WaitingAgent } from './console-model.ts';

export const overviewPage = (model: OverviewModel): Html =>
  layout({
    frame: model,
    style: 'agents.css',
    title: 'Console',
    width: 'wide',
    body: html`<div class="page-head"><h1>Console</h1>
<p class="lead">${model.seesAll ? 'All agents of this server, and who answers for them.' : 'The agents you answer for.'}</p>
${consoleTabs(model, 'overview')}</div>
${model.waiting.length > 0 && waiting(model)}
${counts(model)}
${findings(model)}
${recent(model)}`,
  });

const waiting = (
  model: OverviewModel,
): Html => html`<section aria-labelledby="waiting"><h2 id="waiting">Waiting for you</h2>
<p class="hint">Whoever accepts an agent answers for it: for what it does, and for ending it.</p>
${model.waiting.map((one) => html`<article class="card">${agentCard(one.agent)}${acceptance(one, model.csrf)}</article>`)}</section>`;

const ASKS: Readonly<Record<WaitingAgent['kind'], string>> = {
  registered: 'It was registered for',
  offered: 'Its owner offers it to',
  frozen: 'It is frozen since nobody answered for it. It belonged to',
};

/** The two answers to an agent that waits, and what it waits for. */
export const acceptance = (one: WaitingAgent, csrf: string): Html => {
  const about = plainText(one.agent.name, 60);
  return html`<p>${ASKS[one.kind]} ${one.forGroup === undefined ? 'you' : isolated(one.forGroup)}. ${
    one.until !== undefined && html`It waits until ${timeText(one.until)}. `
  }Read <a href="${one.href}">what it may do</a> first.</p>
<div class="decide short">
${
  one.kind !== 'frozen' &&
  html`<form method="post" action="${one.declineAction}"><input type="hidden" name="csrf" value="${csrf}">${submit({ text: 'Decline', kind: 'strong', about })}</form>`
}
<form method="post" action="${one.acceptAction}"><input type="hidden" name="csrf" value="${csrf}">${submit({ text: 'Accept', about })}</form>
</div>`;
};

const counts = (
  model: OverviewModel,
): Html => html`<section aria-labelledby="counts"><h2 id="counts" class="unseen">Counts</h2>
<div class="card pair">${countBar('By state', 'by-state', model.states)}
${countBar('By environment', 'by-environment', model.environments)}
${model.countedOnly !== undefined && html`<p class="hint">Of the newest ${model.countedOnly} agents; those that are retired are counted by state only.</p>`}</div></section>`;

const findings = ({
  basePath,
  findings: found,
}: OverviewModel): Html => html`<section aria-labelledby="findings"><h2 id="findings">Findings</h2>
${
  found.length === 0
    ? nothingFound
    : html`<ul class="links">${found.map(
        ({ kind, count, isMore }) =>
          html`<li><a href="${basePath}/console/findings#${kind}">${count}${isMore && ' or more'} ${FINDING_WORDS[kind].short}</a><span>${FINDING_WORDS[kind].meaning}</span></li>`,
      )}</ul>`
}</section>`;

const recent = ({
  basePath,
  seesAll,
  recent: rows,
}: OverviewModel): Html => html`<section aria-labelledby="recent"><h2 id="recent">Newest agents</h2>
${
  rows.length === 0
    ? html`<p class="empty">You answer for no agent yet. <a href="${basePath}/console/agents/new">Register one</a>, or let somebody hand one over to you.</p>`
    : html`${agentRows(rows)}<p><a href="${basePath}/console/agents${seesAll && '?of=all'}">All agents</a></p>`
}</section>`;
