import { isDeceptiveName, isolated } from '../agent-text.ts';
import { type Html, html, type Phrase } from '../html.ts';
import { layout } from '../layout.ts';
import { type ApprovalFacts, agentsWords, deeds, facts } from '../partials/approval-facts.ts';
import { slotNote } from '../partials/approver-slot.ts';
import { breakGlassNote } from '../partials/break-glass.ts';
import { rememberForm } from '../partials/standing-approval.ts';
import { timeText } from '../time-text.ts';
import { agentWords } from '../words/agent.ts';
import { approvalWords as words } from '../words/approval.ts';
import { approvalChannelWords as channelWords } from '../words/approval-channel.ts';
import { consentWords } from '../words/consent.ts';
import { decide, denyForm } from './approval-decide.ts';
import type { ApprovalModel } from './approval-model.ts';

/** What, where, who and until when; then the agent's text; then two answers of the same weight, neither preselected. */
export const approvalPage = (model: ApprovalModel): Html => {
  const { approval } = model;
  const isOpen = approval.state === 'open';
  return layout({
    frame: model,
    style: 'approvals.css',
    title: words.title,
    ...(isOpen && model.ask.kind === 'factor' && model.ask.passkey !== undefined ? { script: 'passkeys.js' } : {}),
    body: html`<section class="card approval">
<div class="page-head"><h1>${words.headings[approval.state]}</h1>${!isOpen && html`<p class="lead" role="status">${standing(approval)}</p>`}</div>
${model.error !== undefined && html`<div class="flash error" role="alert">${model.error}</div>`}
${approval.breakGlass && breakGlassNote(approval.breakGlass)}
${deeds(approval)}
${facts(approval)}
${agentsWords(approval)}
${isOpen && warnings(approval)}
${isOpen && model.slot && slotNote(model.slot)}
${isOpen ? decide(model) : takeBack(model)}
${model.remember !== undefined && rememberForm(model.remember)}
<p class="hint"><a href="${model.basePath}/account/approvals">${words.all}</a></p>
</section>`,
  });
};

const standing = (approval: ApprovalFacts): Phrase => {
  const { state, decidedAt, decidedBy, redeemBy, quorum, people, askedAt, until } = approval;
  const when = timeText(decidedAt ?? askedAt);
  const isOfService = approval.channel === 'access_request';
  switch (state) {
    case 'agreed': {
      const missing = quorum - people.filter(({ hasAgreed }) => hasAgreed).length;
      return missing > 0 ? words.othersHaveTo(missing, timeText(until)) : words.neededOneHasTo(timeText(until));
    }
    case 'approved':
      return words.mayOnce(when, timeText(redeemBy ?? until));
    case 'redeemed':
      return isOfService ? channelWords.wasUsed(when) : words.wasUsed(when);
    case 'unused':
      return words.wasNotUsed(when);
    case 'denied':
      return words.wasDenied(when, decidedBy && { ...decidedBy, name: isolated(decidedBy.name) });
    case 'cancelled':
      return isOfService ? channelWords.wasTakenBack : words.wasTakenBack;
    default:
      return words.isOver;
  }
};

const warnings = (approval: ApprovalFacts): Html => {
  const { agent } = approval;
  const all = [
    ...(isDeceptiveName(agent.name) ? [words.deceptiveName] : []),
    ...(agent.environment === 'production' ? [] : [agentWords.unfinished(agent.environment)]),
    ...approval.warnings,
  ];
  return html`<div class="warnings" role="note" aria-label="${consentWords.beforeYouDecide}"><p>${words.onlyIfYouKnow}</p>${
    all.length > 0 && html`<ul>${all.map((text) => html`<li>${text}</li>`)}</ul>`
  }</div>`;
};

/** An approver can withdraw an approval until the agent uses it. */
const takeBack = (model: ApprovalModel): Html | undefined =>
  model.approval.state === 'approved' || model.approval.state === 'agreed'
    ? denyForm(model, words.takeBack, 'danger')
    : undefined;
