import { chosenName, isDeceptiveName, isolated } from '../agent-text.ts';
import { amountOf } from '../detail-amount.ts';
import { type Html, html } from '../html.ts';
import { type ApprovalFacts, deedLine } from '../partials/approval-facts.ts';
import { hostOf } from '../partials/scope-list.ts';
import { nearTime } from '../time-text.ts';
import { agentWords } from '../words/agent.ts';
import { approvalFactWords as words } from '../words/approval-facts.ts';
import { consentHeadings } from '../words/consent.ts';

/** The headline of an open request: the amount and the payee, else the action; then who asks, and how long it is open. */
export const approvalHeadline = (approval: ApprovalFacts): Html => {
  const { agent, resource, onBehalfOf, until, now, details } = approval;
  const [first] = details;
  const money = details.length === 1 && first ? amountOf(first) : undefined;
  const who = isDeceptiveName(agent.name)
    ? consentHeadings.anAgentOf(isolated(agent.ownerName, NAME))
    : html`<strong>${chosenName(agent.name, NAME)}</strong>`;
  const where = html`<strong>${isolated(resource.name, NAME)}</strong>`;
  return html`<div class="ask-head"><h1 class="headline">${
    money
      ? html`<strong class="amount">${money.amount}</strong>${money.payee && html` <span class="payee">${words.toPayee(html`<strong>${money.payee}</strong>`)}</span>`}`
      : html`<strong>${deedLine(approval)}</strong>`
  }</h1>
<p class="asks">${onBehalfOf.isYou ? words.asksFor(who, where) : words.asksForOther(who, isolated(onBehalfOf.name, NAME), where)}</p>
<ul class="asker"><li>${agentWords.ownsIt(isolated(agent.ownerName))}</li><li>${hostOf(resource.identifier)}</li><li><strong>${words.expires(nearTime(until, now))}</strong></li></ul></div>`;
};

const NAME = 40;
