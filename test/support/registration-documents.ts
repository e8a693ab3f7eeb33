/** Registrations as no client should send them. For the property tests and the campaign `metadata` (DR-08). */
import fc from 'fast-check';
import { REDIRECT } from './registration-world.ts';

const MEMBERS = [
  'redirect_uris',
  'token_endpoint_auth_method',
  'grant_types',
  'response_types',
  'client_name',
  'client_uri',
  'logo_uri',
  'scope',
  'contacts',
  'jwks_uri',
  'jwks',
  'software_id',
  'software_version',
  'software_statement',
  'application_type',
  'subject_type',
  'id_token_signed_response_alg',
  'post_logout_redirect_uris',
  'dpop_bound_access_tokens',
  'agent_owner',
  'agent_purpose',
  'agent_environment',
  'agent_blueprint',
  'client_id',
  'client_secret',
  'owner',
  'roles',
  'authority',
  'skip_consent',
  'state',
  'constructor',
  '__proto__',
  'toString',
] as const;

/** What a refusal may begin with: a member, and where in it. */
export const NAMED = new RegExp(`^(?:${MEMBERS.join('|')})(?:/[^:]*)?: `);

const nested = (depth: number): unknown => (depth === 0 ? [] : [nested(depth - 1)]);

const odd = fc.oneof(
  { weight: 3, arbitrary: fc.jsonValue({ maxDepth: 4 }) },
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constantFrom(
    '',
    ' ',
    '\u202E',
    'a'.repeat(5000),
    'https://[',
    'javascript:alert(1)',
    '0',
    'null',
    '🦆'.repeat(200),
  ),
  fc.array(fc.oneof(fc.webUrl(), fc.string(), fc.integer(), fc.constant(null)), { maxLength: 30 }),
  fc.double(),
  // What is left of a list with holes, what looks like a list, and what is nested.
  fc.constantFrom(
    [null, REDIRECT],
    [[REDIRECT]],
    { length: 1, 0: REDIRECT },
    { __proto__: null },
    nested(30),
    '\ud800',
    '\u0000',
    Number.MAX_SAFE_INTEGER,
    -0,
  ),
);
const plausible = fc.constantFrom<unknown>(
  REDIRECT,
  [REDIRECT],
  [REDIRECT, REDIRECT],
  ['http://127.0.0.1/cb'],
  ['com.example.app:/cb'],
  'none',
  'private_key_jwt',
  ['authorization_code'],
  ['refresh_token'],
  ['client_credentials'],
  ['code'],
  'code',
  true,
  'web',
  'native',
  'RS256',
  'test',
  { keys: [] },
  { keys: [{ kty: 'oct', k: 'AAAA' }] },
  { keys: [{}, null] },
  'https://new.example.com/jwks',
);
/** A document as text: up to twelve of the members, each with something that may stand there or with anything. */
export const anyMetadata = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...MEMBERS), fc.oneof(odd, plausible)), {
    maxLength: 12,
    selector: ([name]) => name,
  })
  .map(
    (members) => `{${members.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value) ?? 'null'}`)}}`,
  );
