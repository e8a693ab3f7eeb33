import { chosenName, isolated } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { layout } from '../layout.ts';
import { accountNavigation } from '../partials/account-frame.ts';
import {
  type ApprovalFacts,
  agentsWords,
  deedLine,
  deedList,
  deeds,
  deedTitle,
  facts,
} from '../partials/approval-facts.ts';
import { hostOf, riskBadge } from '../partials/scope-list.ts';
import { submit } from '../partials/submit.ts';
import { foldedWarnings } from '../partials/warnings.ts';
import { nearTime } from '../time-text.ts';
import { approvalFactWords as factWords } from '../words/approval-facts.ts';
import { inboxWords, batchWords as words } from '../words/approvals.ts';
import type { BatchModel, BatchResult } from './approval-model.ts';

/** Shows every request in full and preselects none (AP-18). */
export const batchPage = (model: BatchModel): Html =>
  layout({
    frame: model,
    style: 'decisions.css',
    alsoStyle: 'approvals.css',
    script: 'local-times.js',
    title: words.title,
    side: accountNavigation(model, 'approvals', false),
    width: 'wide',
    body: html`<div class="page-head"><h1>${words.title}</h1>
<p class="lead">${words.lead} <a href="${model.basePath}/account/approvals">${words.all}</a></p></div>
${model.error !== undefined && html`<div class="flash error" role="alert">${model.error}</div>`}
${model.results.length > 0 && results(model.results)}
${
  model.choices.length === 0
    ? html`<p class="empty">${words.nothing}</p>`
    : html`<form method="post" action="${model.action}" class="answering batch"><input type="hidden" name="csrf" value="${model.csrf}">
<ul class="card flush requests">${model.choices.map(({ approval, value }) => choice(approval, value))}</ul>
<div class="warnings" role="note"><p>${words.onlyIfYouKnow}</p></div>
<div class="decide stay"><p class="chosen-of">${words.chosenOf(html`<span class="count"></span>`)}</p>
${submit({ text: words.deny, kind: 'plain', name: 'decision', value: 'deny' })}
${submit({ text: words.approve, name: 'decision', value: 'approve' })}</div></form>`
}
${model.apart.length > 0 && apart(model.apart)}`,
  });

/** All that the title does not say is below it. What does not fit in a sentence is open from the beginning. */
const choice = (approval: ApprovalFacts, value: string): Html => {
  const { id, risk, agent, resource, until, now, isCut } = approval;
  return html`<li class="${risk}"><input type="checkbox" id="${id}" name="chosen" value="${value}">
<div class="request"><div class="option"><label for="${id}">${words.choose(deedTitle(approval), isolated(resource.name))}</label> <span class="marks">${riskBadge(risk)}</span></div>
${deedList(approval)}
<ul class="asker"><li><strong>${hostOf(resource.identifier)}</strong></li><li>${inboxWords.by(chosenName(agent.name), isolated(agent.ownerName))}</li><li><strong>${factWords.expires(nearTime(until, now))}</strong></li></ul>
${foldedWarnings(approval.warnings)}
<details${isCut && html` open`}><summary>${words.details}<span class="unseen"> ${deedTitle(approval)}</span></summary>${deeds(approval)}
${facts(approval)}
${agentsWords(approval)}</details></div></li>`;
};

const results = (
  all: readonly BatchResult[],
): Html => html`<section aria-labelledby="results" role="status"><h2 id="results">${words.whatHappened}</h2>
<ul class="results">${all.map(
  ({ approval, outcome, text }) =>
    html`<li><span class="tag ${outcome === 'refused' ? 'off' : outcome === 'denied' ? '' : 'good'}">${words.outcomes[outcome]}</span> <a href="${approval.href}">${deedLine(approval)}</a>${text !== undefined && html` <span class="hint">${text}</span>`}</li>`,
)}</ul></section>`;

const apart = (
  all: BatchModel['apart'],
): Html => html`<section aria-labelledby="apart"><h2 id="apart">${words.apart}</h2>
<ul class="card flush requests">${all.map(
  ({ approval, why }) =>
    html`<li class="${approval.risk}"><div class="request"><div class="option"><a href="${approval.href}">${deedTitle(approval)}</a> <span class="marks">${riskBadge(approval.risk)}</span></div>
<p class="hint">${words.askedBy(isolated(approval.agent.name))} ${why}</p></div></li>`,
)}</ul></section>`;
