import { isDeceptiveName, isolated } from '../agent-text.ts';
import { type Html, html, type Phrase } from '../html.ts';
import { layout } from '../layout.ts';
import { type ApprovalFacts, agentsWords, deeds, facts, type ShownState } from '../partials/approval-facts.ts';
import { slotNote } from '../partials/approver-slot.ts';
import { breakGlassNote } from '../partials/break-glass.ts';
import { rememberForm } from '../partials/standing-approval.ts';
import { foldedWarnings } from '../partials/warnings.ts';
import { timeText } from '../time-text.ts';
import { approvalWords as words } from '../words/approval.ts';
import { approvalChannelWords as channelWords } from '../words/approval-channel.ts';
import { consentWarnings } from '../words/consent.ts';
import { decide, denyForm } from './approval-decide.ts';
import { approvalHeadline } from './approval-headline.ts';
import type { ApprovalModel } from './approval-model.ts';

/** What, where, who and until when; then the agent's text; then two answers of the same weight, neither preselected. */
export const approvalPage = (model: ApprovalModel): Html => {
  const { approval } = model;
  const isOpen = approval.state === 'open';
  return layout({
    frame: model,
    style: 'decisions.css',
    alsoStyle: 'approvals.css',
    title: words.title,
    script: ['local-times.js', ...(isOpen && hasPasskey(model) ? (['passkeys.js'] as const) : [])],
    body: html`<section class="card approval deciding">
${
  approval.state === 'open'
    ? approvalHeadline(approval)
    : html`<div class="page-head"><h1 class="outcome-mark ${MARKS[approval.state]}">${words.headings[approval.state]}</h1><p class="lead" role="status">${standing(approval)}</p>
<p><a href="${model.basePath}/account/approvals">${words.all}</a></p></div>`
}
${isOpen && warnings(approval)}
${model.error !== undefined && html`<div class="flash error" role="alert">${model.error}</div>`}
${approval.breakGlass && breakGlassNote(approval.breakGlass)}
${deeds(approval)}
${facts(approval, 'folded')}
${agentsWords(approval)}
${isOpen && model.slot && slotNote(model.slot)}
${isOpen && html`<p class="hint"><a href="${model.basePath}/account/approvals">${words.all}</a></p>`}
${isOpen ? decide(model) : takeBack(model)}
${model.remember !== undefined && rememberForm(model.remember)}
</section>`,
  });
};

/** A tick or a cross before the heading, for the eye; the heading says the same. */
const MARKS: Partial<Record<ShownState, 'yes' | 'no'>> = {
  ...{ agreed: 'yes', approved: 'yes', redeemed: 'yes', unused: 'yes' },
  denied: 'no',
};

const hasPasskey = ({ ask }: ApprovalModel): boolean => ask.kind === 'factor' && ask.passkey !== undefined;

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

const warnings = ({ agent, risk, warnings: further }: ApprovalFacts): Html | undefined =>
  foldedWarnings([
    ...(risk === 'low' ? [] : [words.onlyIfYouKnow]),
    ...(isDeceptiveName(agent.name) ? [consentWarnings.deceptiveName] : []),
    ...(agent.environment === 'production' ? [] : [consentWarnings.unfinished(agent.environment)]),
    ...further,
  ]);

/** An approver can withdraw an approval until the agent uses it. */
const takeBack = (model: ApprovalModel): Html | undefined =>
  model.approval.state === 'approved' || model.approval.state === 'agreed'
    ? denyForm(model, words.takeBack, 'danger')
    : undefined;
