import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: trusted issuers. */
export const TRUSTED_ISSUER_REFUSALS = {
  issuer_not_reachable: {
    code: 'invalid_field',
    text: 'Its discovery document could not be fetched from there: name its host in egress.internalHosts.trustedIssuers, or send "jwks".',
  },
  issuer_document_of_other: {
    code: 'invalid_request',
    text: 'the discovery document is of another issuer (RFC 8414 §3.3)',
  },
  issuer_document_without_keys: { code: 'invalid_request', text: 'the discovery document names no jwks_uri' },
  issuer_keys_repeat_kid: { code: 'invalid_request', text: 'Two keys of the set have the same kid.' },
  trusted_issuer_taken: { code: 'conflict', text: 'This issuer is there already.' },
  trusted_issuer_is_self: { code: 'invalid_field', text: 'This server is no issuer of workload tokens to itself.' },
} as const satisfies RefusalTable;

export const trustedIssuerRefusal = refusalsOf(TRUSTED_ISSUER_REFUSALS);
