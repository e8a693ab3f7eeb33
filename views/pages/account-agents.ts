import { chosenName, chosenWords, isolated, plainText } from '../agent-text.ts';
import { type Html, html, type Phrase } from '../html.ts';
import { andMore } from '../more-text.ts';
import { agentCard } from '../partials/agent-card.ts';
import { lastUsed, narrowingForm, stoppedRights } from '../partials/rights-in-effect.ts';
import { heldRights, rightsBrief } from '../partials/rights-list.ts';
import { resourceHeading } from '../partials/scope-list.ts';
import { submit } from '../partials/submit.ts';
import { timeText } from '../time-text.ts';
import { accountAgentWords as words } from '../words/account.ts';
import { agentWords } from '../words/agent.ts';
import type { AccountModel, DelegationNode } from './account-model.ts';

/** What agents may do for the person: each agent, with the agents to which it re-delegated. */
export const agents = ({ delegations, csrf }: AccountModel): Html => html`<section aria-labelledby="agents">
<h2 id="agents">${words.title}</h2>
${
  delegations.length === 0
    ? html`<p class="empty">${words.none}</p>`
    : byAgent(delegations).map((nodes, _, all) => oneAgent(nodes, csrf, all.length === 1))
}
</section>`;

const byAgent = (delegations: readonly DelegationNode[]): readonly (readonly DelegationNode[])[] => [
  ...Map.groupBy(delegations, ({ agent }) => agent.id).values(),
];

/** One line, which unfolds: who it is, what it may do, and until when. One press ends all of it, also while it is folded. */
const oneAgent = (nodes: readonly DelegationNode[], csrf: string, isOnly: boolean): Html | undefined => {
  const [first] = nodes;
  if (!first) return undefined;
  const { agent, revokeAllAction } = first;
  return html`<div class="held-agent">${
    revokeAllAction !== undefined &&
    html`<form method="post" action="${revokeAllAction}"><input type="hidden" name="csrf" value="${csrf}">${submit({
      ...{ text: words.revokeAll, kind: 'danger' },
      about: words.allOf(plainText(agent.name, 60)),
    })}</form>`
  }<details class="card held"${isOnly && html` open`}><summary>${agentCard(agent, html`<p class="brief">${brief(nodes)}</p>`)}</summary>
<div>${chosenWords(agent.purpose, agentWords.purpose)}</div>
${nodes.map((node) => delegation(node, csrf))}</details></div>`;
};

const BRIEF = 3;

/** The riskiest rights in words, and the latest end. */
const brief = (nodes: readonly DelegationNode[]): Phrase => {
  const rights = nodes.flatMap(({ scopes, details = [] }) => [...scopes, ...details]);
  const until = timeText(Math.max(...nodes.map((node) => node.until)));
  const said = rights.length === 0 ? words.nothingNow : rightsBrief(rights, BRIEF);
  return words.brief([said, andMore(rights.length - BRIEF)], until);
};

const delegation = (node: DelegationNode, csrf: string): Html => html`<div class="delegation">
<h4>${resourceHeading(node.resource)}</h4>
${node.calledBy !== undefined && html`<p>${words.whenCalledBy(chosenName(node.calledBy))}</p>`}
${heldRights([...node.scopes, ...(node.details ?? [])])}
${stoppedRights(node.stopped)}
<p class="hint">${words.sinceUntil(timeText(node.since), timeText(node.until))} ${lastUsed(node.usedAt)}${
  node.mayBeDelegatedTo !== undefined &&
  node.mayBeDelegatedTo.length > 0 &&
  html` ${words.mayBeDelegatedFurther(listed(node.mayBeDelegatedTo))}`
}</p>
${narrowingForm(node.narrowing, {
  ...{ id: node.id, csrf, about: words.what(plainText(node.agent.name, 60), plainText(node.resource.name, 60)) },
  whole: revoke(node, csrf),
})}
${node.narrowing === undefined && revoke(node, csrf)}
${node.below.length > 0 && html`<div class="below"><p class="hint">${words.delegatedFurtherTo}</p>${tree(node.below, csrf)}</div>`}
</div>`;

const tree = (nodes: readonly DelegationNode[], csrf: string): Html =>
  html`<ul class="tree">${nodes.map(
    (
      node,
    ) => html`<li><div class="row"><p><strong>${chosenName(node.agent.name)}</strong> <span class="hint">${words.below(isolated(node.agent.ownerName), isolated(node.resource.name), timeText(node.until))}</span></p>
${revoke(node, csrf)}</div>
${heldRights([...node.scopes, ...(node.details ?? [])])}
${stoppedRights(node.stopped)}
<p class="hint">${lastUsed(node.usedAt)}</p>
${node.below.length > 0 && tree(node.below, csrf)}</li>`,
  )}</ul>`;

const revoke = (node: DelegationNode, csrf: string): Html | undefined =>
  node.revokeAction === undefined
    ? undefined
    : html`<form method="post" action="${node.revokeAction}"><input type="hidden" name="csrf" value="${csrf}">${submit({
        text: words.revoke,
        kind: 'danger',
        about: words.what(plainText(node.agent.name, 60), plainText(node.resource.name, 60)),
      })}</form>`;

const listed = (names: readonly string[]): Html =>
  html`${names.map((name, index) => html`${index > 0 && ', '}${chosenName(name)}`)}`;
