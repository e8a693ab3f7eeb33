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
  count_out_of_range: { code: 'invalid_field', text: 'A whole number from 1 to {most}.' },
  sum_not_positive: { code: 'invalid_field', text: 'A whole number above 0.' },
  sum_not_applicable: { code: 'invalid_field', text: 'This action has no amount.' },
} as const satisfies RefusalTable;

export const approvalRefusal = refusalsOf(APPROVAL_REFUSALS);
