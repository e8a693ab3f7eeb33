import { DomainError } from '../../vocabulary/errors.ts';
import type { AgentState } from './agent.ts';

/** `expire`: nobody accepted it in time. `orphan`: nobody answers for it any more. */
export type Transition = 'accept' | 'suspend' | 'resume' | 'retire' | 'orphan' | 'expire' | 'decline';

/** Where each transition leads from each state; absent: not allowed. A retired agent stays so. */
const TRANSITIONS: Readonly<Record<Transition, Readonly<Partial<Record<AgentState, AgentState>>>>> = {
  accept: { pending: 'active', orphaned: 'active' },
  decline: { pending: 'retired' },
  expire: { pending: 'retired' },
  suspend: { active: 'suspended', suspended: 'suspended' },
  resume: { suspended: 'active', active: 'active' },
  orphan: { active: 'orphaned', suspended: 'orphaned', orphaned: 'orphaned' },
  retire: { pending: 'retired', active: 'retired', suspended: 'retired', orphaned: 'retired', retired: 'retired' },
};

/** The state after a transition, which is the same state when it was made before. Throws 'conflict' when it is not allowed. */
export const nextState = (state: AgentState, transition: Transition): AgentState => {
  const next = TRANSITIONS[transition][state];
  if (!next) throw new DomainError('conflict', `An agent that is ${state} cannot ${transition}.`, { field: '/state' });
  return next;
};
