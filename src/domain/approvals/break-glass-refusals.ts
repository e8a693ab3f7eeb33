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
    text: 'You have called for it already; somebody else has to agree.',
  },
  break_glass_not_possible: { code: 'conflict', text: 'This cannot be let happen like this, or not any more.' },
  break_glass_requests_exceeded: { code: 'too_many_requests', text: 'You called for this too often.' },
  break_glass_review_by_requester: {
    code: 'forbidden',
    text: 'Whoever broke the glass does not say whether that was right.',
  },
  break_glass_reviewed: { code: 'conflict', text: 'Somebody has looked at it already.' },
  break_glass_finding_malformed: { code: 'invalid_field', text: 'Say what you found, in 10 to 2000 characters.' },
  break_glass_review_by_owner: {
    code: 'forbidden',
    text: 'An owner of an agent in the chain does not review this. Ask another reviewer.',
  },
} as const satisfies RefusalTable;

export const breakGlassRefusal = refusalsOf(BREAK_GLASS_REFUSALS);
