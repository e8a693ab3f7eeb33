import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: subject links. */
export const LINK_REFUSALS = {
  subject_linked: { code: 'conflict', text: 'This subject is linked already.' },
  peer_issuer_taken: { code: 'conflict', text: 'There is a peer of this issuer already.' },
  holding_not_found: { code: 'not_found', text: 'You hold nothing of that name.' },
  linked_peer_unknown: { code: 'invalid_field', text: 'There is no such peer.' },
  linked_account_has_role: {
    code: 'invalid_field',
    text: 'This account has a role, so no peer may act for it. Link an account without a role.',
  },
} as const satisfies RefusalTable;

export const linkRefusal = refusalsOf(LINK_REFUSALS);
