import { type Html, html } from '../html.ts';
import { agentWords as words } from '../words/agent.ts';

export type AgentState = 'pending' | 'active' | 'suspended' | 'orphaned' | 'retired';

export const AGENT_STATE_KINDS: readonly AgentState[] = ['active', 'pending', 'suspended', 'orphaned', 'retired'];

const LOOKS: Readonly<Record<AgentState, string>> = {
  active: 'good',
  pending: 'warn',
  suspended: 'still',
  orphaned: 'off',
  retired: 'gone',
};

/** `isStopped`: active in the registry but blocked. */
export const stateTag = (state: AgentState, isStopped = false): Html =>
  html`<span class="tag ${isStopped ? 'off' : LOOKS[state]}">${isStopped ? words.stopped : words.states[state]}</span>`;
