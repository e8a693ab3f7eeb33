import { type RefusalTable, refusalsOf } from '../vocabulary/refusals.ts';

/** Refusals: break-glass. */
export const BREAK_GLASS_REFUSALS = {
  break_glass_reason_malformed: { code: 'invalid_field', text: 'Say why, in 10 to 500 characters.' },
  break_glass_needs_passkey: {
    code: 'insufficient_user_authentication',
    text: 'This takes a passkey that verifies you, for this very request.',
  },
  break_glass_requested_already: {
    code: 'conflict',
    text: 'You have requested break-glass access already. Another person with the role must approve it.',
  },
  break_glass_not_possible: { code: 'conflict', text: 'This request does not allow break-glass access, or is over.' },
  break_glass_requests_exceeded: { code: 'too_many_requests', text: 'You requested break-glass access too often.' },
  break_glass_review_by_requester: {
    code: 'forbidden',
    text: 'The people who requested and approved break-glass access do not review it. Ask another reviewer.',
  },
  break_glass_reviewed: { code: 'conflict', text: 'Another person has reviewed this already.' },
  break_glass_finding_malformed: { code: 'invalid_field', text: 'Say what you found, in 10 to 2000 characters.' },
  break_glass_review_by_owner: {
    code: 'forbidden',
    text: 'An owner of an agent in the chain does not review this. Ask another reviewer.',
  },
} as const satisfies RefusalTable;

export const breakGlassRefusal = refusalsOf(BREAK_GLASS_REFUSALS);
