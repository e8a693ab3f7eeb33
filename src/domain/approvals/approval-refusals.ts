import { type RefusalTable, refusalsOf } from '../vocabulary/refusals.ts';

/** Refusals: approvals. */
export const APPROVAL_REFUSALS = {
  approval_not_found: { code: 'not_found', text: 'There is no such request.' },
  approval_decided: { code: 'conflict', text: 'This request is {state}: there is nothing left to decide.' },
  approval_given_already: {
    code: 'conflict',
    text: 'You have approved this already. Another approver must approve it, too.',
  },
  approval_given_in_this_name: {
    code: 'conflict',
    text: 'There is an approval for this person already. Another approver must approve it, too.',
  },
  deputy_not_allowed: { code: 'invalid_field', text: 'You do not decide for this person, or not any more.' },
  approval_changed: {
    code: 'precondition_failed',
    text: 'What you saw is not what is asked for now. Look at it again.',
  },
  approval_needs_factor: { code: 'insufficient_user_authentication', text: 'This needs a second factor of yours.' },
  approval_needs_fresh_proof: {
    code: 'insufficient_user_authentication',
    text: 'Prove again that it is you, for this very request.',
  },
  approval_number_wrong: { code: 'invalid_field', text: 'That is not the number the agent shows.' },
  approval_number_attempts_exceeded: {
    code: 'conflict',
    text: 'The number was wrong too often: this request is denied.',
  },
  standing_approval_forbidden: { code: 'forbidden', text: 'This is approved each time.' },
  standing_approval_exists: {
    code: 'conflict',
    text: 'There is such a standing approval already: see “Approved in advance”.',
  },
  standing_approval_not_found: { code: 'not_found', text: 'There is no such standing approval.' },
  sum_not_positive: { code: 'invalid_field', text: 'A whole number above 0.' },
  sum_not_applicable: { code: 'invalid_field', text: 'This action has no amount.' },
  approval_used_by_other: { code: 'conflict', text: 'This approval was used by another call.' },
  approval_token_missing: { code: 'invalid_field', text: 'The access token that came with the call.' },
  approval_call_malformed: { code: 'invalid_field', text: 'A name of the call: 1 to 200 visible ASCII characters.' },
  approval_token_not_live: { code: 'not_found', text: 'This is no live token of an approval at this resource server.' },
  approval_over: { code: 'conflict', text: 'This approval is good for nothing any more.' },
  approval_not_open: { code: 'conflict', text: 'This request is {state}.' },
  chain_owners_exceeded: {
    code: 'access_denied',
    text: 'more people own or owned the agents of this chain than can be left out; hand one of them over to another group',
  },
  approvers_differ: {
    code: 'access_denied',
    text: 'different people approve parts of this; ask for each part by itself',
  },
  approvers_too_few: { code: 'access_denied', text: 'this takes more people than can be asked; ask the operator' },
  chain_owners_unknown: {
    code: 'access_denied',
    text: 'not all owners of the agents of this chain are known; ask the operator to hand them to another group',
  },
  approval_requests_muted: {
    code: 'too_many_requests',
    text: 'this person denied this agent again and again, and is not asked by it for a day',
  },
  approval_requests_exceeded: {
    code: 'too_many_requests',
    text: 'this agent, or those of its owner, asked this person too often',
  },
  open_approvals_of_agent_exceeded: {
    code: 'too_many_requests',
    text: 'this agent has too many requests open with this person',
  },
  open_approvals_of_owner_exceeded: {
    code: 'too_many_requests',
    text: 'the agents of this owner have too many requests open with an approver',
  },
  approval_polled_too_soon: { code: 'slow_down', text: 'from now on ask once in {seconds} seconds' },
  approval_undecided: { code: 'authorization_pending', text: 'people have not decided yet' },
  approval_asked_by_other_client: {
    code: 'unauthorized_client',
    text: 'only a registered agent asks people for approvals',
  },
  approval_subject_missing: {
    code: 'invalid_scope',
    text: 'name what is to be approved: a scope of the resource, or authorization_details',
  },
  approval_not_possible: {
    code: 'access_denied',
    text: 'no person can approve this here: the agent asks for more than it may ask for',
  },
  approval_resource_missing: { code: 'invalid_target', text: 'name the one resource it is about' },
  approval_resource_unknown: { code: 'invalid_target', text: 'there is no such resource server' },
} as const satisfies RefusalTable;

export const approvalRefusal = refusalsOf(APPROVAL_REFUSALS);
