/** Schemas of credentials and trusted issuers; see schemas.ts. */
import { AUTHENTICATION_METHODS } from '../../domain/clients/blueprints/ceilings.ts';
import { ISSUER_TEMPLATES } from '../../domain/clients/workload-identity/trusted-issuer.ts';
import {
  change,
  flag,
  ISSUER_KEYS,
  input,
  type JsonSchema,
  list,
  nullable,
  oneOf,
  output,
  type Properties,
  page,
  ref,
  seconds,
  text,
} from './schema-parts.ts';

const KINDS = AUTHENTICATION_METHODS.filter((method) => method !== 'secret');

/** The rule for a certificate. */
const CERTIFICATE: Properties = {
  subject_dn: text('Subject of the certificate (RFC 4514), most specific part first.', 512),
  san_dns: text('A DNS name in the certificate.', 512),
  san_uri: text('A URI in the certificate.', 512),
  san_email: text('An e-mail address in the certificate.', 512),
  san_ip: text('An address in the certificate.', 64),
  spiffe_trust_domain: text('Trust domain of its X.509-SVID; with `spiffe_path`.', 255),
  spiffe_path: { ...ref('TextRule'), description: 'Rule for the path of the SPIFFE ID; "/" separates.' },
};
/** Shown by their thumbprints. */
const CERTIFICATES: Properties = {
  certificates: list('Certificates in PEM. Each is registered individually.', 5, text('A certificate in PEM.', 8192)),
};
const THUMBPRINTS: Properties = {
  thumbprints: {
    type: 'array',
    items: { type: 'string' },
    description: 'Thumbprints of registered certificates: `x5t#S256`.',
  },
};
const withKind = (properties: Properties): Properties =>
  Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [
      name,
      { ...schema, description: `With kind mtls: ${String(schema['description'])}` },
    ]),
  );

const CREDENTIAL: Properties = {
  kind: oneOf('How the agent authenticates with it.', KINDS),
  name: text('Name to show.', 100),
  expires_at: { ...seconds('When it expires.'), minimum: 0, maximum: 99_999_999_999 },
  jwks: { ...ref('JsonWebKeySet'), description: 'With kind jwks; with kind attested: public keys of the attester.' },
  jwks_uri: text(
    'With kind jwks_uri: URL that serves the public keys. With kind attested: URL that serves the attester’s public keys, instead of `jwks`.',
    2048,
  ),
  issuer: text('With kind federated: id of the trusted issuer.', 64),
  subject: { ...ref('TextRule'), description: 'With kind federated: rule for `sub`.' },
  claims: {
    type: 'object',
    maxProperties: 20,
    additionalProperties: ref('ClaimRule'),
    description:
      'With kind federated: rules by claim name, or by JSON pointer (RFC 6901) when the name begins with "/". All rules must match.',
  },
  attester: text(
    'With kind attested: name of the attester. An attestation with an issuer (`iss`) must name this attester.',
    512,
  ),
  ...withKind(CERTIFICATE),
};
const CREDENTIAL_ADDED: Properties = {
  id: { type: 'string', description: 'Begins with crd_.' },
  state: oneOf('The agent can authenticate only with active credentials.', ['active', 'suspended', 'expired']),
  kind: oneOf('How the agent authenticates with it.', AUTHENTICATION_METHODS),
  ...THUMBPRINTS,
  told_at: seconds('When the owner was notified that it expires soon.'),
  reason: { type: 'string', description: 'Of a secret: reason why it was allowed.' },
  created_at: seconds('When it was added.'),
  last_used_at: seconds('When the agent last authenticated with it, to the minute.'),
};
const TEXTS: Properties = {
  equals: text('The exact value.', 512),
  one_of: list('The allowed values.', 20, text('The exact value.', 512)),
  like: text('Pattern. Each "*" matches one or more characters that are not a separator of the issuer.', 512),
};
const rule = (properties: Properties, description: string): JsonSchema => ({
  ...input(properties),
  description,
  minProperties: 1,
  maxProperties: 1,
});

const ISSUER: Properties = {
  name: text('Name to show, one line.', 100),
  ...ISSUER_KEYS,
  audience: text('Audience of its tokens. Default: the issuer of this server.', 512),
  max_token_age_seconds: {
    type: 'integer',
    minimum: 60,
    maximum: 86_400,
    description: 'How long a token is valid after `iat`. Default 3600.',
  },
  one_time_tokens: flag('Whether a token with a `jti` can be used only once. Default false.'),
};
const ISSUER_KIND: Properties = {
  template: oneOf('Platform of the issuer. Cannot be changed.', ISSUER_TEMPLATES),
  issuer: text('`iss` of its tokens, compared exactly. Cannot be changed.', 512),
};
const OPTIONAL = ['jwks', 'jwks_uri', 'audience'];

export const WORKLOAD_IDENTITY_SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  TextRule: rule(TEXTS, 'Rule for a text.'),
  ClaimRule: rule(
    { ...TEXTS, contains: text('The claim is a list that contains this value.', 512) },
    'Rule for a claim. Without `contains` the claim is a single value.',
  ),
  NewCertificate: {
    ...input({ ...CERTIFICATE, ...CERTIFICATES }, []),
    description:
      'How the certificate is identified: by exactly one of these; `spiffe_trust_domain` with `spiffe_path`.',
  },
  Certificate: output({ ...CERTIFICATE, ...THUMBPRINTS }, [...Object.keys(CERTIFICATE), 'thumbprints']),
  NewCredential: input({ ...CREDENTIAL, ...withKind(CERTIFICATES) }, ['kind']),
  Credential: output(
    { ...CREDENTIAL, ...CREDENTIAL_ADDED },
    [...Object.keys(CREDENTIAL), 'thumbprints', 'told_at', 'reason', 'last_used_at'].filter((name) => name !== 'kind'),
  ),
  CredentialList: output({ items: { type: 'array', items: ref('Credential') } }),
  CredentialRotation: input(
    {
      client_assertion_type: oneOf('Optional.', ['urn:ietf:params:oauth:client-assertion-type:jwt-bearer']),
      client_assertion: text('Client assertion of the agent (RFC 7523), signed with a key of the credential.', 16_384),
      jwks: { ...ref('JsonWebKeySet'), description: 'The new keys.' },
      overlap_seconds: {
        type: 'integer',
        minimum: 0,
        maximum: 86_400,
        description: 'How long the old keys stay valid beside the new ones. Default 0.',
      },
    },
    ['client_assertion', 'jwks'],
  ),

  NewTrustedIssuer: input({ ...ISSUER_KIND, ...ISSUER }, ['name', 'template', 'issuer']),
  TrustedIssuerChange: change({
    ...ISSUER,
    ...Object.fromEntries(OPTIONAL.map((name) => [name, nullable(ISSUER[name] ?? {})])),
  }),
  TrustedIssuer: output(
    {
      id: { type: 'string', description: 'Begins with tis_.' },
      ...ISSUER_KIND,
      ...ISSUER,
      state: oneOf('Whether its tokens are accepted.', ['active', 'disabled']),
      keys: output(
        {
          state: oneOf('Result of the last key fetch by the answering node.', [
            'pinned',
            'unknown',
            'healthy',
            'unhealthy',
          ]),
          fetched_at: seconds('When the keys in use were fetched.'),
          reason: { type: 'string', description: 'Why the node could not fetch the keys.' },
        },
        ['fetched_at', 'reason'],
      ),
      keys_after: seconds('The server does not use keys fetched up to then.'),
      created_at: seconds('When it was created.'),
      updated_at: seconds('When it was last changed.'),
    },
    [...OPTIONAL, 'keys_after'],
  ),
  TrustedIssuerPage: page('TrustedIssuer'),
  TokenToTest: input(
    {
      token: {
        type: 'string',
        minLength: 1,
        maxLength: 16_384,
        writeOnly: true,
        description: 'A workload token. It is not stored.',
      },
    },
    ['token'],
  ),
  WorkloadIdentityTest: output(
    {
      good: flag('Whether an agent could authenticate with it now.'),
      issuer: output({ id: { type: 'string' }, name: { type: 'string' }, issuer: { type: 'string' } }),
      subject: { type: 'string', description: '`sub` of the token.' },
      failed: output({ check: { type: 'string' }, detail: { type: 'string' } }),
      matches: {
        type: 'array',
        items: output({ agent: { type: 'string' }, name: { type: 'string' }, credential: { type: 'string' } }),
        description: 'Agents that the token authenticates, and the matching credentials.',
      },
      needs_client_id: flag('Whether the caller has to name the agent with client_id.'),
    },
    ['issuer', 'subject', 'failed'],
  ),
};
