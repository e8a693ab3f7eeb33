import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: client certificates. */
export const CERTIFICATE_REFUSALS = {
  certificate_method_wrong: { code: 'invalid_field', text: 'A certificate belongs to {methods}.' },
  certificate_missing: { code: 'invalid_field', text: 'How its certificate is known is needed.' },
  certificate_kind_wrong: {
    code: 'invalid_field',
    text: 'Certificates belong to self_signed_tls_client_auth, names in them to tls_client_auth.',
  },
  certificate_known_twice: {
    code: 'invalid_field',
    text: 'A certificate is known by exactly one of subject_dn, san_dns, san_uri, san_email, san_ip, spiffe_trust_domain with spiffe_path, or certificates.',
  },
  spiffe_path_alone: { code: 'invalid_field', text: 'A path belongs to a trust domain.' },
  spiffe_trust_domain_malformed: {
    code: 'invalid_field',
    text: 'A trust domain has lower-case letters, digits, dots, dashes and underscores.',
  },
  certificate_name_missing: { code: 'invalid_field', text: 'A name is needed.' },
  certificate_name_malformed: { code: 'invalid_field', text: 'This is no such name.' },
  certificates_count_wrong: { code: 'invalid_field', text: 'From one to {most} certificates can be registered.' },
  certificate_unreadable: { code: 'invalid_field', text: 'This is no certificate in PEM.' },
  certificate_expired: { code: 'invalid_field', text: 'This certificate has expired.' },
  certificate_key_too_short: { code: 'invalid_field', text: 'An RSA key has at least 2048 bits.' },
} as const satisfies RefusalTable;

export const certificateRefusal = refusalsOf(CERTIFICATE_REFUSALS);
