import { chosenName, isolated } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { layout } from '../layout.ts';
import { deedLine } from '../partials/approval-facts.ts';
import { hostOf, riskBadge } from '../partials/scope-list.ts';
import { standingList } from '../partials/standing-approval.ts';
import { timeText } from '../time-text.ts';
import { notificationsWords } from '../words/notifications.ts';
import type { ApprovalFacts, InboxModel, ShownState } from './approval-model.ts';

/** What waits for the person, then what was decided lately. approvals.js keeps the marked part up to date. */
export const inboxPage = (model: InboxModel): Html =>
  layout({
    frame: model,
    style: 'approvals.css',
    script: 'approvals.js',
    title: 'My approvals',
    width: 'wide',
    body: html`<div class="page-head"><h1>My approvals</h1>
<p class="lead">Single actions that agents may not do without you. Nothing happens until you decide.${model.notificationsHref !== undefined && html` <a href="${model.notificationsHref}">${notificationsWords.toList}</a>`}</p></div>
<p class="unseen" role="status" data-live-status></p>
<div class="stack" id="live" data-live="${model.liveHref}">
<section aria-labelledby="open"><h2 id="open">Waiting for a decision</h2>
${
  model.open.length === 0
    ? html`<p class="empty">Nothing waits for you. When an agent wants to do something that takes your yes, it stands here, and this page shows it by itself.</p>`
    : html`${model.batchHref !== undefined && html`<p><a href="${model.batchHref}">Decide several at once</a></p>`}${model.open.map(waiting)}`
}
</section>
${model.standing.length > 0 && standingList(model.standing)}
${model.decided.length > 0 && lately(model.decided)}
</div>`,
  });

const peopleNeeded = ({ quorum, people }: ApprovalFacts): string => {
  const agreed = people.filter(({ hasAgreed }) => hasAgreed).length;
  if (quorum === 1) return 'One person has to agree.';
  return `${agreed} of ${quorum} people agreed.`;
};

const waiting = (approval: ApprovalFacts): Html => html`<article class="card ask ${approval.risk}">
<div class="row"><h3><a href="${approval.href}">${deedLine(approval)}</a></h3>${riskBadge(approval.risk)}</div>
<p class="facts">${approval.state === 'agreed' && html`<span class="tag good">You agreed</span>`}<span>At ${isolated(approval.resource.name)} <strong>${hostOf(approval.resource.identifier)}</strong></span>
<span>by ${chosenName(approval.agent.name)}, owned by ${isolated(approval.agent.ownerName)}</span>${
  !approval.onBehalfOf.isYou && html` <span>in the name of ${isolated(approval.onBehalfOf.name)}</span>`
}</p>
<p class="hint">Asked ${timeText(approval.askedAt)}. Decide until ${timeText(approval.until)}. ${peopleNeeded(approval)}</p>
</article>`;

const STATES: Readonly<Record<ShownState, readonly [text: string, look: string]>> = {
  open: ['open', ''],
  agreed: ['open', ''],
  approved: ['approved', 'good'],
  redeemed: ['approved and used', 'good'],
  denied: ['denied', 'off'],
  cancelled: ['taken back by the agent', ''],
  expired: ['expired', ''],
};

export const approvalState = (state: ShownState): Html =>
  html`<span class="tag ${STATES[state][1]}">${STATES[state][0]}</span>`;

const lately = (
  decided: readonly ApprovalFacts[],
): Html => html`<section aria-labelledby="decided"><h2 id="decided">Decided lately</h2>
<div class="card flush"><table class="log">
<thead><tr><th scope="col">What</th><th scope="col">Agent</th><th scope="col">Outcome</th><th scope="col">When</th></tr></thead>
<tbody>${decided.map(
  (one) =>
    html`<tr><td data-label="What"><a href="${one.href}">${deedLine(one)}</a></td><td data-label="Agent">${chosenName(one.agent.name)}</td><td data-label="Outcome">${approvalState(one.state)}</td><td data-label="When">${timeText(one.decidedAt ?? one.until)}</td></tr>`,
)}</tbody></table></div></section>`;
