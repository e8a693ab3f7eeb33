import { isolated, plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { layout } from '../layout.ts';
import { agentsWords, deedLine, deeds, facts } from '../partials/approval-facts.ts';
import { riskBadge } from '../partials/scope-list.ts';
import { submit } from '../partials/submit.ts';
import type { ApprovalFacts, BatchModel, BatchResult } from './approval-model.ts';

/** Every request in full, none of them chosen (AP-18). */
export const batchPage = (model: BatchModel): Html =>
  layout({
    frame: model,
    style: 'approvals.css',
    title: 'Decide several requests',
    width: 'wide',
    body: html`<div class="page-head"><h1>Decide several requests</h1>
<p class="lead">Choose the ones you have read and know of. What you do not choose stays open. <a href="${model.basePath}/account/approvals">All my approvals</a></p></div>
${model.error !== undefined && html`<div class="flash error" role="alert">${plainText(model.error, 300)}</div>`}
${model.results.length > 0 && results(model.results)}
${
  model.choices.length === 0
    ? html`<p class="empty">There is nothing that can be decided here.</p>`
    : html`<form method="post" action="${model.action}"><input type="hidden" name="csrf" value="${model.csrf}">
${model.choices.map(({ approval, value }) => choice(approval, value))}
<div class="warnings" role="note"><p><strong>Only go on if you know of each one you chose.</strong> When in doubt, deny: an agent can ask again.</p></div>
<div class="decide short">${submit({ text: 'Deny the chosen', kind: 'strong', name: 'decision', value: 'deny' })}
${submit({ text: 'Approve the chosen', name: 'decision', value: 'approve' })}</div></form>`
}
${model.apart.length > 0 && apart(model.apart)}`,
  });

const choice = (approval: ApprovalFacts, value: string): Html => html`<article class="card approval">
<div class="field check"><input type="checkbox" id="${approval.id}" name="chosen" value="${value}">
<label for="${approval.id}">Choose: ${deedLine(approval)}</label></div>
${deeds(approval)}
${facts(approval)}
${agentsWords(approval)}
${approval.warnings.length > 0 && html`<div class="warnings"><ul>${approval.warnings.map((text) => html`<li>${plainText(text, 300)}</li>`)}</ul></div>`}
</article>`;

const OUTCOMES: Readonly<Record<BatchResult['outcome'], string>> = {
  approved: 'Approved',
  agreed: 'You agreed; others have to, too',
  denied: 'Denied',
  refused: 'Not decided',
};

const results = (
  all: readonly BatchResult[],
): Html => html`<section aria-labelledby="results" role="status"><h2 id="results">What happened</h2>
<ul class="results">${all.map(
  ({ approval, outcome, text }) =>
    html`<li><span class="tag ${outcome === 'refused' ? 'off' : outcome === 'denied' ? '' : 'good'}">${OUTCOMES[outcome]}</span> <a href="${approval.href}">${deedLine(approval)}</a>${text !== undefined && html` <span class="hint">${plainText(text, 200)}</span>`}</li>`,
)}</ul></section>`;

const apart = (
  all: BatchModel['apart'],
): Html => html`<section aria-labelledby="apart"><h2 id="apart">Each on its own page</h2>
<ul class="results">${all.map(
  ({ approval, why }) =>
    html`<li>${riskBadge(approval.risk)} <a href="${approval.href}">${deedLine(approval)}</a> <span class="hint">${why} Asked by ${isolated(approval.agent.name)}.</span></li>`,
)}</ul></section>`;
