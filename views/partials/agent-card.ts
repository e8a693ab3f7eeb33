import { chosenName, chosenWords, isolated, plainText } from '../agent-text.ts';
import { type Html, html, type Text } from '../html.ts';
import { agentWords as words } from '../words/agent.ts';
import { type AgentState, stateTag } from './agent-state.ts';

/** Facts about an agent. The party that registered it chose `name` and `purpose`. */
export type AgentFacts = {
  /** `agt_…` */
  readonly id: string;
  readonly name: string;
  /** Name of the owning account; our own text without one. */
  readonly ownerName: Text;
  readonly purpose: string;
  readonly environment: 'development' | 'test' | 'production';
  /** Absent: active. */
  readonly state?: AgentState;
  /** An operator verified its name: no other agent has a look-alike name. */
  readonly isVerified?: true;
};

/** An agent: first its facts, without its id; then its own text. `what`: stands in place of that text. */
export const agentCard = (agent: AgentFacts, what?: Html): Html => html`<div class="agent">
<div class="item-title"><h3>${chosenName(agent.name)}</h3>${tags(agent)}</div>
<p class="hint">${words.ownedBy(isolated(agent.ownerName))}</p>
${what ?? chosenWords(agent.purpose, words.purpose)}
</div>`;

/** The same with its id, below a heading that already names the agent. */
export const agentDetails = (agent: AgentFacts): Html => html`<div class="agent">${facts(agent)}</div>`;

const facts = (
  agent: AgentFacts,
): Html => html`<p class="facts"><span class="tag">${words.agent}</span>${tags(agent)} <span>${words.ownedBy(isolated(agent.ownerName))}</span> <code>${plainText(agent.id, 80)}</code></p>
${chosenWords(agent.purpose, words.purpose)}`;

const tags = ({ isVerified, environment, state }: AgentFacts): Html =>
  html`${isVerified && verifiedTag}${environmentTag(environment)}${state !== undefined && state !== 'active' && stateTag(state)}`;

export const verifiedTag = html`<span class="tag good">${words.verified}</span>`;

export const environmentTag = (environment: AgentFacts['environment']): Html =>
  html`<span class="tag ${LOOKS[environment]}">${words.environments[environment]}</span>`;

/** Production is the loudest. A person who is asked for consent also notices another one; in a list of agents it is plain. */
const LOOKS = { production: 'live', test: 'warn spare', development: 'warn spare' } as const;
