import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: proofs of clients and tokens. */
export const CREDENTIAL_REFUSALS = {
  assertion_not_valid: {
    code: 'unauthenticated',
    text: 'This is no good client assertion, signed with a key of this credential.',
  },
  instance_not_proven: {
    code: 'invalid_grant',
    text: 'what is presented is of an instance: prove the key of that one',
  },
  resource_server_not_authenticated: {
    code: 'unauthenticated',
    text: 'Send the credential with which this resource server introspects.',
  },
  proof_needed: { code: 'unauthenticated', text: 'a DPoP proof is needed with this token' },
  proof_not_valid: { code: 'unauthenticated', text: 'the DPoP proof is not valid' },
  proof_of_other_method: { code: 'unauthenticated', text: 'the DPoP proof is for another method' },
  proof_of_other_url: { code: 'unauthenticated', text: 'the DPoP proof is for another URL' },
  proof_of_other_token: { code: 'unauthenticated', text: 'the DPoP proof is for another token' },
  proof_time_wrong: { code: 'unauthenticated', text: 'the DPoP proof is too old or dated ahead' },
  proof_without_jti: { code: 'unauthenticated', text: 'the DPoP proof has no usable jti' },
  proof_used: { code: 'unauthenticated', text: 'the DPoP proof was used before' },
  proof_too_early: {
    code: 'unauthenticated',
    text: 'the DPoP proof was made too early to be told from a used one: make a new one',
  },
  dpop_not_proven: {
    code: 'invalid_grant',
    text: 'this refresh token came with a token that is bound by DPoP: send a DPoP proof with the refresh',
  },
  certificate_not_proven: {
    code: 'invalid_grant',
    text: 'this refresh token came with a token that is bound to a client certificate: refresh with a certificate',
  },
} as const satisfies RefusalTable;

export const credentialRefusal = refusalsOf(CREDENTIAL_REFUSALS);
