import { chosenName, isolated, plainText } from '../agent-text.ts';
import { type Html, html, type Phrase } from '../html.ts';
import { layout, type PageFrame } from '../layout.ts';
import { type AgentFacts, agentCard, agentDetails } from '../partials/agent-card.ts';
import type { DetailItem } from '../partials/detail-list.ts';
import { heldRights } from '../partials/rights-list.ts';
import { type ResourceFacts, resourceHeading, type ScopeItem } from '../partials/scope-list.ts';
import { submit } from '../partials/submit.ts';
import { timeText } from '../time-text.ts';
import { accountAgentWords } from '../words/account.ts';
import { newOwnerWords as words } from '../words/new-owner.ts';

/** What a person allowed an agent that has changed ownership since. */
export type SuspendedRight = {
  readonly resource: ResourceFacts;
  readonly scopes: readonly ScopeItem[];
  readonly details?: readonly DetailItem[];
  /** Epoch seconds. */
  readonly since: number;
  readonly until: number;
  /** Name of the agent that re-delegated it; absent: the person allowed it directly. */
  readonly delegatedFurtherBy?: string;
  /** Name of the app to whose calls it is limited. Absent: it applies to all. */
  readonly calledBy?: string;
};

/** The form POSTs `csrf`, `ownership` and `decision` (`allow` or `deny`) to `action`. */
export type NewOwnerModel = PageFrame & {
  readonly csrf: string;
  readonly action: string;
  readonly agent: AgentFacts;
  /** Start of the new ownership, epoch seconds. */
  readonly since?: number;
  /** Number of the ownership that the page shows (agents/ownership.ts). */
  readonly ownership: number;
  readonly rights: readonly SuspendedRight[];
  readonly error?: Phrase;
};

/** Agents with a new owner, on the account page. Each leads to its confirmation page. */
export type AgentInNewHands = { readonly agent: AgentFacts; readonly href: string };

/** Facts first, then what is at stake, then two answers of the same weight. Enter triggers the first button: revoke. */
export const newOwnerPage = (model: NewOwnerModel): Html =>
  layout({
    frame: model,
    style: 'decisions.css',
    title: words.title,
    body: html`<section class="card deciding">
<div class="ask-head"><h1 class="headline">${words.heading(html`<strong>${chosenName(model.agent.name)}</strong>`, html`<strong>${isolated(model.agent.ownerName)}</strong>`)}</h1>
<p class="lead">${words.lead}${model.since !== undefined && html` ${words.since(timeText(model.since))}`}</p></div>
${model.error !== undefined && html`<div class="flash error" role="alert">${model.error}</div>`}
<h2>${words.waits}</h2>
${model.rights.map(right)}
<details><summary>${words.details}</summary>${agentDetails(model.agent)}</details>
<p class="hint">${words.whatFollows}</p>
<form method="post" action="${model.action}" class="flat"><input type="hidden" name="csrf" value="${model.csrf}"><input type="hidden" name="ownership" value="${model.ownership}">
<div class="decide stay">
${submit({ text: words.deny, kind: 'plain', name: 'decision', value: 'deny' })}
${submit({ text: words.confirm, kind: 'primary', name: 'decision', value: 'allow' })}
</div></form></section>`,
  });

const right = (one: SuspendedRight): Html => html`<div class="delegation">
<h3>${resourceHeading(one.resource)}</h3>
${heldRights([...one.scopes, ...(one.details ?? [])])}
<p class="hint">${words.sinceUntil(timeText(one.since), timeText(one.until))}${
  one.delegatedFurtherBy !== undefined && html` ${words.delegatedFurtherBy(chosenName(one.delegatedFurtherBy))}`
}${one.calledBy !== undefined && html` ${accountAgentWords.whenCalledBy(chosenName(one.calledBy))}`}</p>
</div>`;

/** The section of the account page; empty without such an agent. */
export const newOwners = (agents: readonly AgentInNewHands[]): Html | false =>
  agents.length > 0 &&
  html`<section aria-labelledby="new-owners"><h2 id="new-owners">${words.sectionTitle}</h2>
<p class="hint">${words.sectionLead}</p>
${agents.map(
  ({ agent, href }) =>
    html`<article class="card"><div class="row">${agentCard(agent)}<p><a class="button primary" href="${href}">${words.look} <span class="unseen">${words.about(plainText(agent.name, 60))}</span></a></p></div></article>`,
)}
</section>`;
