import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: public keys. */
export const KEY_REFUSALS = {
  keys_missing: { code: 'invalid_field', text: 'Public keys are needed.' },
  keys_or_uri_missing: {
    code: 'invalid_field',
    text: 'Public keys are needed: send "jwks", or "jwks_uri" for where they are served.',
  },
  keys_sent_and_served: {
    code: 'invalid_field',
    text: 'Keys are sent or served: "jwks" or "jwks_uri", not both (RFC 7591 §2).',
  },
  set_needs_kids: { code: 'invalid_field', text: 'In a set of several keys each key needs its own "kid".' },
  set_repeats_kid: { code: 'invalid_field', text: 'Another key of this set has the same "kid".' },
  key_is_private: {
    code: 'invalid_field',
    text: 'Send the public part of a key pair only; this key holds a secret part and must not be used any more.',
  },
  key_not_object: { code: 'invalid_field', text: 'A key is a JSON object (RFC 7517 §4).' },
  key_unusable: { code: 'invalid_field', text: 'This is not a usable public key.' },
  key_set_malformed: { code: 'invalid_request', text: 'This is no JWK Set (RFC 7517 §5).' },
  key_type_unsupported: { code: 'invalid_field', text: 'The type of a key is "EC", "RSA" or "OKP".' },
  key_curve_unsupported: {
    code: 'invalid_field',
    text: 'The curve is P-256, P-384 or P-521 with "EC", or Ed25519 with "OKP".',
  },
} as const satisfies RefusalTable;

export const keyRefusal = refusalsOf(KEY_REFUSALS);
