import { type RefusalTable, refusalsOf } from '../../domain/vocabulary/refusals.ts';

/** Refusals: access tokens of calls. */
export const BEARER_REFUSALS = {
  access_token_missing: { code: 'unauthenticated', text: 'Send an access token in the Authorization header.' },
  access_token_not_live: { code: 'unauthenticated', text: 'This is no live access token for {audience}.' },
  access_token_unbound: { code: 'unauthenticated', text: 'This token is not bound to a key; send it as Bearer.' },
  access_token_bound_to_key: { code: 'unauthenticated', text: 'This token is bound to a key; send it as DPoP.' },
  access_token_of_other_key: { code: 'unauthenticated', text: 'The proof is made with another key.' },
  access_token_of_other_certificate: { code: 'unauthenticated', text: 'This token is bound to another certificate.' },
  actor_token_refused: {
    code: 'forbidden',
    text: 'A token with an actor cannot be used here; call with a token of your own.',
  },
  access_token_lacks_scope: { code: 'forbidden', text: 'The token lacks the scope {scope}.' },
  proof_unusable: { code: 'unauthenticated', text: '{problem}' },
} as const satisfies RefusalTable;

export const bearerRefusal = refusalsOf(BEARER_REFUSALS);
