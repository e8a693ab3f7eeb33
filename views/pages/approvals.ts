import { chosenName, isolated } from '../agent-text.ts';
import { type Html, html, type Phrase } from '../html.ts';
import { layout } from '../layout.ts';
import { accountNavigation } from '../partials/account-frame.ts';
import { type ApprovalFacts, deedLine, deedTitle, type ShownState } from '../partials/approval-facts.ts';
import { hostOf, riskBadge } from '../partials/scope-list.ts';
import { standingList } from '../partials/standing-approval.ts';
import { agoText, nearTime, timeText } from '../time-text.ts';
import { agentWords } from '../words/agent.ts';
import { approvalPeopleWords as peopleWords } from '../words/approval-people.ts';
import { approvalStateWords, inboxWords as words } from '../words/approvals.ts';
import { notificationsWords } from '../words/notifications.ts';
import { scopeWords } from '../words/scope.ts';
import type { InboxModel } from './approval-model.ts';

/** Requests that wait for the person, then recent decisions. approvals.js updates the marked part. */
export const inboxPage = (model: InboxModel): Html =>
  layout({
    frame: model,
    style: 'approvals.css',
    script: ['approvals.js', 'local-times.js'],
    title: words.title,
    side: accountNavigation(model, 'approvals'),
    width: 'wide',
    body: html`<div class="page-head"><h1>${words.title}</h1>
<p class="lead">${words.lead}${model.notificationsHref !== undefined && html` <a href="${model.notificationsHref}">${notificationsWords.toList}</a>`}</p></div>
<p class="unseen" role="status" data-live-status data-updated="${words.updated}"></p>
<div class="stack" id="live" data-live="${model.liveHref}">
<section aria-labelledby="open"><h2 id="open">${words.waiting}</h2>
${
  model.open.length === 0
    ? html`<p class="empty">${words.nothing}</p>`
    : html`${model.batchHref !== undefined && html`<p><a href="${model.batchHref}">${words.several}</a></p>`}${model.open.map(waiting)}`
}
</section>
${model.standing.length > 0 && standingList(model.standing)}
${model.decided.length > 0 && lately(model.decided)}
</div>`,
  });

const peopleNeeded = ({ quorum, people }: ApprovalFacts): Phrase =>
  words.needsAgreement(quorum, people.filter(({ hasAgreed }) => hasAgreed).length);

const waiting = (approval: ApprovalFacts): Html => html`<article class="card ask ${approval.risk}">
<div class="row"><h3><a href="${approval.href}">${deedTitle(approval)}</a></h3>${riskBadge(approval.risk)}</div>
${approval.details.length === 1 && html`<p>${deedLine(approval)}</p>`}
<p class="facts">${approval.state === 'agreed' && html`<span class="tag good">${words.youAgreed}</span>`}${approval.forWhom && html`<span class="tag">${peopleWords.forTag(isolated(approval.forWhom.name))}</span>`}<span>${scopeWords.at(isolated(approval.resource.name))} <strong>${hostOf(approval.resource.identifier)}</strong></span>
<span>${words.by(chosenName(approval.agent.name), isolated(approval.agent.ownerName))}</span>${
  !approval.onBehalfOf.isYou && html` <span>${words.inTheNameOf(isolated(approval.onBehalfOf.name))}</span>`
}</p>
<p class="hint">${words.expiresAndAsked(nearTime(approval.until, approval.now), timeText(approval.askedAt))} ${peopleNeeded(approval)}</p>
</article>`;

const LOOKS: Partial<Record<ShownState, string>> = { approved: 'good', redeemed: 'good', denied: 'off' };

export const approvalState = (state: ShownState): Html =>
  html`<span class="tag ${LOOKS[state]}">${approvalStateWords[state]}</span>`;

const lately = (
  decided: readonly ApprovalFacts[],
): Html => html`<section aria-labelledby="decided"><h2 id="decided">${words.lately}</h2>
<div class="card flush"><table class="log">
<thead><tr><th scope="col">${words.what}</th><th scope="col">${agentWords.agent}</th><th scope="col">${words.outcome}</th><th scope="col">${words.when}</th></tr></thead>
<tbody>${decided.map(
  (one) =>
    html`<tr><td data-label="${words.what}"><a href="${one.href}">${deedLine(one)}</a></td><td data-label="${agentWords.agent}">${chosenName(one.agent.name)}</td><td data-label="${words.outcome}">${approvalState(one.state)}</td><td data-label="${words.when}">${agoText(one.decidedAt ?? one.until)}</td></tr>`,
)}</tbody></table></div></section>`;
