/** Schemas of certificates, and of the rules for texts and claims. */
import type { Client } from '../../domain/clients/clients/client.ts';
import { named, type Properties, plain, ref, type Schema, type TypeOf } from './schema.ts';
import { arrayOf, input, list, namesOf, output, string, text } from './schema-parts.ts';
import { toWire } from './wire-names.ts';

/** Exactly one of the members. */
type OneOf<P> = { readonly [member in keyof P]: { readonly [one in member]: TypeOf<P[one]> } }[keyof P];

const rule = <P extends Properties>(properties: P, description: string): Schema<OneOf<P>> => ({
  ...plain(input(properties)),
  description,
  minProperties: 1,
  maxProperties: 1,
});

const TEXTS = {
  equals: text('The exact value.', 512),
  one_of: list('The allowed values.', 20, text('The exact value.', 512)),
  like: text('Pattern. Each "*" matches one or more characters that are not a separator of the issuer.', 512),
};

export const TEXT_RULE = named('TextRule', rule(TEXTS, 'Rule for a text.'));

export const CLAIM_RULE = named(
  'ClaimRule',
  rule(
    { ...TEXTS, contains: text('The claim is a list that contains this value.', 512) },
    'Rule for a claim. Without `contains` the claim is a single value.',
  ),
);

/** The rule for a certificate. */
export const CERTIFICATE_MEMBERS = {
  subject_dn: text('Subject of the certificate (RFC 4514), most specific part first.', 512),
  san_dns: text('A DNS name in the certificate.', 512),
  san_uri: text('A URI in the certificate.', 512),
  san_email: text('An e-mail address in the certificate.', 512),
  san_ip: text('An address in the certificate.', 64),
  spiffe_trust_domain: text('Trust domain of its X.509-SVID; with `spiffe_path`.', 255),
  spiffe_path: { ...ref(TEXT_RULE), description: 'Rule for the path of the SPIFFE ID; "/" separates.' },
};

/** Represents certificates by their thumbprints. */
export const CERTIFICATES = {
  certificates: list('Certificates in PEM. Each is registered individually.', 5, text('A certificate in PEM.', 8192)),
};

const NEW_CERTIFICATE = named('NewCertificate', {
  ...input({ ...CERTIFICATE_MEMBERS, ...CERTIFICATES }, []),
  description: 'How the certificate is identified: by exactly one of these; `spiffe_trust_domain` with `spiffe_path`.',
});

export const THUMBPRINTS = {
  thumbprints: arrayOf(string(), 'Thumbprints of registered certificates: `x5t#S256`.'),
};

export const CERTIFICATE = named(
  'Certificate',
  output({ ...CERTIFICATE_MEMBERS, ...THUMBPRINTS }, [...namesOf(CERTIFICATE_MEMBERS), 'thumbprints']),
);

/** For an authentication method that uses a certificate. */
export const CERTIFICATE_GIVEN = { certificate: ref(NEW_CERTIFICATE) };

export const certificateOf = ({ certificate }: Pick<Client, 'certificate'>) =>
  certificate === undefined ? {} : { certificate: toWire(certificate) };
