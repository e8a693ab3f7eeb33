import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: delegations. */
export const DELEGATION_REFUSALS = {
  agent_changed_owner_again: {
    code: 'precondition_failed',
    text: 'The owner of this agent has changed again. Read who owns it now.',
  },
} as const satisfies RefusalTable;

export const delegationRefusal = refusalsOf(DELEGATION_REFUSALS);
