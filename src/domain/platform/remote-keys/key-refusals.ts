import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: public keys. */
export const KEY_REFUSALS = {
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
  key_set_not_object: {
    code: 'invalid_field',
    text: 'A JWK Set is an object with the member "keys", a list (RFC 7517 §5).',
  },
  key_set_size_wrong: { code: 'invalid_field', text: 'A key set holds 1 to {most} keys.' },
  key_use_wrong: { code: 'invalid_field', text: 'The use of a key is "sig" or absent.' },
  key_operations_wrong: { code: 'invalid_field', text: 'The operations of a public signature key include "verify".' },
  key_id_malformed: { code: 'invalid_field', text: 'A key id has 1 to 128 visible ASCII characters.' },
  key_algorithm_unsupported: {
    code: 'invalid_field',
    text: 'The algorithm of this key is absent or one of {algorithms}.',
  },
  rsa_key_size_wrong: { code: 'invalid_field', text: 'An RSA key has 2048 to 4096 bits.' },
  rsa_exponent_wrong: { code: 'invalid_field', text: 'The exponent of an RSA key is 65537 ("AQAB").' },
  operator_host_not_public: {
    code: 'invalid_field',
    text: 'This host is not public. An operator or administrator can enter it, where egress.internalHosts.{purpose} names it.',
  },
  operator_url_malformed: {
    code: 'invalid_field',
    text: 'This is an https URL in its normal form, with port 443, no user name and no fragment.',
  },
  served_keys_exceeded: { code: 'invalid_request', text: 'The set holds more than {most} keys.' },
  served_key_is_private: { code: 'invalid_request', text: 'The set holds a secret part of a key.' },
  served_keys_unusable: { code: 'invalid_request', text: 'The set holds no key that can be used here.' },
} as const satisfies RefusalTable;

export const keyRefusal = refusalsOf(KEY_REFUSALS);
