import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: subject links. */
export const LINK_REFUSALS = {
  linked_account_unknown: { code: 'invalid_field', text: 'There is no such account.' },
  subject_linked: { code: 'conflict', text: 'This subject is linked already.' },
  peer_issuer_taken: { code: 'conflict', text: 'There is a peer of this issuer already.' },
  holding_not_found: { code: 'not_found', text: 'You hold nothing of that name.' },
} as const satisfies RefusalTable;

export const linkRefusal = refusalsOf(LINK_REFUSALS);
