import { chosenName, plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { agentCard } from '../partials/agent-card.ts';
import { hostOf, scopeChips } from '../partials/scope-list.ts';
import { submit } from '../partials/submit.ts';
import { timeText } from '../time-text.ts';
import type { AccountModel, DelegationNode } from './account-model.ts';

/** What agents may do for the person, by agent, each with the agents it was passed on to. */
export const agents = ({ delegations, csrf }: AccountModel): Html => html`<section aria-labelledby="agents">
<h2 id="agents">Agents that act for me</h2>
${
  delegations.length === 0
    ? html`<p class="empty">No agent may act for you. When one asks, you will see who it is and what it wants before you decide, and it will be listed here.</p>`
    : byAgent(delegations).map(
        (nodes) =>
          html`<article class="card">${nodes[0] && agentCard(nodes[0].agent, 3)}${nodes.map((node) => delegation(node, csrf))}</article>`,
      )
}
</section>`;

const byAgent = (delegations: readonly DelegationNode[]): readonly (readonly DelegationNode[])[] => [
  ...Map.groupBy(delegations, ({ agent }) => agent.id).values(),
];

const delegation = (node: DelegationNode, csrf: string): Html => html`<div class="delegation">
<h4>At <bdi>${plainText(node.resource.name, 60)}</bdi> <span class="host">${hostOf(node.resource.identifier)}</span></h4>
${scopeChips(node.scopes)}
<p class="hint">Since ${timeText(node.since)}, until ${timeText(node.until)}.${
  node.mayPassOnTo !== undefined &&
  node.mayPassOnTo.length > 0 &&
  html` May pass this on to ${listed(node.mayPassOnTo)}.`
}</p>
${node.below.length > 0 && html`<div class="below"><p>Passed on to</p><ul class="tree">${node.below.map((child) => hop(child, csrf))}</ul></div>`}
${revoke(node, csrf, node.below.length > 0 ? 'Revoke, with all below' : 'Revoke')}
</div>`;

const hop = (
  node: DelegationNode,
  csrf: string,
): Html => html`<li><p><strong>${chosenName(node.agent.name)}</strong> <span class="hint">owned by <bdi>${plainText(node.agent.ownerName, 60)}</bdi>, at <bdi>${plainText(node.resource.name, 60)}</bdi>, until ${timeText(node.until)}</span></p>
${scopeChips(node.scopes)}
${revoke(node, csrf, 'Revoke')}
${node.below.length > 0 && html`<ul class="tree">${node.below.map((child) => hop(child, csrf))}</ul>`}</li>`;

const revoke = (node: DelegationNode, csrf: string, text: string): Html | undefined =>
  node.revokeAction === undefined
    ? undefined
    : html`<form method="post" action="${node.revokeAction}"><input type="hidden" name="csrf" value="${csrf}">${submit({
        text,
        kind: 'danger',
        about: `what ${plainText(node.agent.name, 60)} may do at ${plainText(node.resource.name, 60)}`,
      })}</form>`;

const listed = (names: readonly string[]): Html =>
  html`${names.map((name, index) => html`${index > 0 && ', '}${chosenName(name)}`)}`;
