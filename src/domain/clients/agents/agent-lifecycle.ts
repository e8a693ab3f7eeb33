import type { Agent, AgentState } from './agent.ts';
import { agentRefusal } from './agent-refusals.ts';

/** `expire`: no owner accepted it in time. `orphan`: it has lost its owner. */
export type Transition = 'accept' | 'suspend' | 'resume' | 'retire' | 'orphan' | 'expire' | 'decline';

/** The next state by transition and current state. Absent: not allowed. A retired agent stays retired. */
const TRANSITIONS: Readonly<Record<Transition, Readonly<Partial<Record<AgentState, AgentState>>>>> = {
  accept: { pending: 'active', orphaned: 'active' },
  decline: { pending: 'retired' },
  expire: { pending: 'retired' },
  suspend: { active: 'suspended', suspended: 'suspended' },
  resume: { suspended: 'active', active: 'active' },
  orphan: { active: 'orphaned', suspended: 'orphaned', orphaned: 'orphaned' },
  retire: { pending: 'retired', active: 'retired', suspended: 'retired', orphaned: 'retired', retired: 'retired' },
};

/** A transition as what is done to an agent. */
const DONE: Readonly<Record<Transition, string>> = {
  ...{ accept: 'accepted', decline: 'declined', expire: 'expired', suspend: 'suspended', resume: 'resumed' },
  ...{ orphan: 'orphaned', retire: 'retired' },
};

/**
 * The state after a transition. It is the same state when the transition was made before. Throws 'conflict'
 * when the transition is not allowed.
 */
export const nextState = (state: AgentState, transition: Transition): AgentState => {
  const next = TRANSITIONS[transition][state];
  if (!next)
    throw agentRefusal('agent_state_conflict', { params: { state, action: DONE[transition] }, field: '/state' });
  return next;
};

/**
 * The agent after a suspension. `directory`: the directory that suspends it, and may resume it. A suspension by others stays
 * theirs, and replaces that of a directory. A pending agent is then suspended when its owner accepts it.
 */
export const suspendedState = (agent: Agent, directory?: string): Agent => {
  const { suspendedByDirectory: _, ...rest } = agent;
  if (directory === undefined) return { ...rest, state: nextState(agent.state, 'suspend') };
  const isBlocked = agent.state === 'suspended' || agent.wasSuspended === true;
  if (isBlocked) return agent;
  const marked = { ...rest, suspendedByDirectory: directory };
  if (agent.state === 'pending') return { ...marked, wasSuspended: true };
  return { ...marked, state: nextState(agent.state, 'suspend') };
};

/** The agent after it was resumed. A pending agent then waits for its owner only. */
export const resumedState = (agent: Agent): Agent => {
  const { suspendedByDirectory: _, securitySuspension: __, suspension: ___, wasSuspended, ...rest } = agent;
  if (agent.state === 'pending' && wasSuspended) return rest;
  return { ...rest, state: nextState(agent.state, 'resume') };
};

/**
 * The agent after a change, with the times of its state: since when it is active in its environment, was resumed, or is suspended. A pending
 * agent has done nothing before. `activeSince` of a resumed agent depends on the caller: agent-registry.ts sets it.
 */
export const withStateTimes = (before: Agent, after: Agent, now: number): Agent => {
  if (after.state === 'suspended' && before.state !== 'suspended')
    return { ...after, suspension: { at: now, owner: after.owner } };
  if (after.state !== 'active') return after;
  const isAnew = before.state === 'orphaned' || before.environment !== after.environment;
  return {
    ...after,
    ...(isAnew ? { activeSince: now } : {}),
    ...(before.state === 'suspended' ? { resumedAt: now } : {}),
  };
};
