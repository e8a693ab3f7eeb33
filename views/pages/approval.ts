import { isDeceptiveName, isolated, plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { layout } from '../layout.ts';
import { agentsWords, deeds, facts } from '../partials/approval-facts.ts';
import { rememberForm } from '../partials/standing-approval.ts';
import { timeText } from '../time-text.ts';
import { decide, denyForm } from './approval-decide.ts';
import type { ApprovalFacts, ApprovalModel, ShownState } from './approval-model.ts';

const HEADINGS: Readonly<Record<ShownState, string>> = {
  open: 'An agent asks: may it do this?',
  agreed: 'You agreed',
  approved: 'Approved',
  redeemed: 'Approved, and used',
  denied: 'Denied',
  cancelled: 'Not needed any more',
  expired: 'Too late',
};

/** What, where, who and until when; then what the agent says; then two answers of the same weight, of which none is chosen. */
export const approvalPage = (model: ApprovalModel): Html => {
  const { approval } = model;
  const isOpen = approval.state === 'open';
  return layout({
    frame: model,
    style: 'approvals.css',
    title: 'A request of an agent',
    ...(isOpen && model.ask.kind === 'factor' && model.ask.passkey !== undefined ? { script: 'passkeys.js' } : {}),
    body: html`<section class="card approval">
<div class="page-head"><h1>${HEADINGS[approval.state]}</h1>${!isOpen && html`<p class="lead" role="status">${standing(approval)}</p>`}</div>
${model.error !== undefined && html`<div class="flash error" role="alert">${plainText(model.error, 300)}</div>`}
${deeds(approval)}
${facts(approval)}
${agentsWords(approval)}
${isOpen && warnings(approval)}
${isOpen ? decide(model) : takeBack(model)}
${model.remember !== undefined && rememberForm(model.remember)}
<p class="hint"><a href="${model.basePath}/account/approvals">All my approvals</a></p>
</section>`,
  });
};

const standing = (approval: ApprovalFacts): Html => {
  const { state, decidedAt, decidedBy, redeemBy, quorum, people, askedAt, until } = approval;
  const when = timeText(decidedAt ?? askedAt);
  switch (state) {
    case 'agreed': {
      const missing = quorum - people.filter(({ hasAgreed }) => hasAgreed).length;
      return missing > 0
        ? html`${missing === 1 ? 'One more person has' : `${missing} more people have`} to agree until ${timeText(until)}. Nothing happens before that.`
        : html`Somebody without whom it does not count has to agree until ${timeText(until)}.`;
    }
    case 'approved':
      return html`At ${when}. The agent may do this one time, until ${timeText(redeemBy ?? until)}.`;
    case 'redeemed':
      return html`At ${when}. The agent has taken what it needs for this one action. It is good for nothing else.`;
    case 'denied':
      return html`At ${when}${decidedBy !== undefined && html`, by ${isolated(decidedBy)}`}. Nothing was allowed, and the agent was told.`;
    case 'cancelled':
      return html`The agent took it back. Nothing was allowed.`;
    default:
      return html`Nobody decided in time, or the agent did not come back in time. Nothing is allowed by it.`;
  }
};

const warnings = (approval: ApprovalFacts): Html => {
  const { agent } = approval;
  const all = [
    ...(isDeceptiveName(agent.name)
      ? [
          'The name of the agent holds characters that can make it look like another one. Go by its owner, not by its name.',
        ]
      : []),
    ...(agent.environment === 'production'
      ? []
      : [`This agent is registered for ${agent.environment}. It may be unfinished.`]),
    ...approval.warnings,
  ];
  return html`<div class="warnings" role="note" aria-label="Before you decide"><p><strong>Only go on if you know of this.</strong> When in doubt, deny: the agent can ask again.</p>${
    all.length > 0 && html`<ul>${all.map((text) => html`<li>${plainText(text, 300)}</li>`)}</ul>`
  }</div>`;
};

/** What was agreed to can be taken back until it was used. */
const takeBack = (model: ApprovalModel): Html | undefined =>
  model.approval.state === 'approved' || model.approval.state === 'agreed'
    ? denyForm(model, 'Take it back and deny', 'danger')
    : undefined;
