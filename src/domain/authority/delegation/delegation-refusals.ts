import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: delegations. */
export const DELEGATION_REFUSALS = {
  agent_changed_owner_again: {
    code: 'precondition_failed',
    text: 'The owner of this agent has changed again. Read who owns it now.',
  },
  consent_exceeds_request: { code: 'invalid_scope', text: 'more was allowed than was asked' },
  redelegation_resource_differs: {
    code: 'invalid_target',
    text: 'a delegation is handed on for its own resource only',
  },
  redelegation_too_deep: { code: 'invalid_request', text: 'the actor chain may have at most {most} hops' },
  redelegation_forbidden: { code: 'access_denied', text: 'the delegation may not be re-delegated to this agent' },
  redelegation_empty: { code: 'invalid_scope', text: 'nothing is left of the scope to hand on' },
  owner_not_confirmed: { code: 'consent_required', text: 'the person has not confirmed the new owner of this agent' },
  parent_delegation_ended: { code: 'invalid_request', text: 'the delegation behind the subject token has ended' },
  approved_grant_ended: { code: 'invalid_grant', text: 'what was approved has ended' },
  delegation_requests_exceeded: { code: 'too_many_requests', text: 'this agent has asked this account too often' },
  delegation_hop_ended: { code: 'access_denied', text: 'this hop of the delegation was ended' },
  delegation_contended: {
    code: 'conflict',
    text: 'Another caller changed this delegation in the meantime. Read it again.',
  },
  delegation_revoked: { code: 'conflict', text: 'It has ended.' },
  delegation_hop_not_narrowable: {
    code: 'conflict',
    text: 'What a hop holds is cut from the one above: narrow that, or end this.',
  },
  narrowing_names_nothing: { code: 'invalid_request', text: 'It names nothing that is to be taken.' },
  narrowing_leaves_nothing: { code: 'conflict', text: 'Nothing would be left of it: end it instead.' },
  delegation_holds_less: { code: 'invalid_field', text: 'The delegation does not hold this.' },
} as const satisfies RefusalTable;

export const delegationRefusal = refusalsOf(DELEGATION_REFUSALS);
