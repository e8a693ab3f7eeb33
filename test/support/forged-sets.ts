/**
 * Security event tokens that a transmitter did not make for a server: a table for the tests and the campaign `signals`. Each is refused with
 * the code of RFC 8935 §2.4 that stands beside it.
 */
import { CompactSign, UnsecuredJWT } from 'jose';
import { SECURITY_EVENTS } from '../../src/domain/signals/security-events.ts';
import type { KeyPair } from './agent-keys.ts';
import type { Answer } from './oauth-calls.ts';
import { AUDIENCE, type SignalWorld } from './signal-world.ts';

type More = Readonly<Record<string, unknown>>;

/** A trusted transmitter that speaks of a person, another one, and a key of neither. */
export type ForgingWorld = Pick<SignalWorld, 'claimsOf' | 'sign' | 'push' | 'privateKey'> & {
  readonly transmitter: { readonly id: string; readonly authorization: string };
  readonly second: { readonly id: string; readonly authorization: string };
  readonly other: KeyPair;
  /** Where the keys of the transmitter are: its issuer. */
  readonly served: { readonly origin: string };
  readonly server: { readonly issuer: string };
};

const now = (): number => Math.floor(Date.now() / 1000);
const claims = (world: ForgingWorld, more: More = {}) => world.claimsOf('session_revoked', 'victim', more);
const signed = async (world: ForgingWorld, more: More = {}, header: More = {}) =>
  world.push(await world.sign(claims(world, more), header));
const without = (world: ForgingWorld, name: string) => {
  const { [name]: _, ...rest } = claims(world);
  return rest;
};
const bent = (text: string, part: 0 | 1 | 2, change: (part: string) => string): string =>
  text
    .split('.')
    .map((one, at) => (at === part ? change(one) : one))
    .join('.');
const good = (world: ForgingWorld) => world.sign(claims(world));
const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const raw = async (world: ForgingWorld, payload: string): Promise<string> => {
  const { key, kid } = await world.privateKey();
  const header = { alg: 'RS256', typ: 'secevent+jwt', kid };
  return new CompactSign(Buffer.from(payload)).setProtectedHeader(header).sign(key as never);
};
const event = { [SECURITY_EVENTS.session_revoked]: {} };
const tenfold = (): string => 'x'.repeat(20_000);

/** Name, what is sent, and the code that its sender gets. */
export const FORGED_SETS: readonly (readonly [string, (world: ForgingWorld) => Promise<Answer>, string])[] = [
  // Authentication
  ['no authorization', async (world) => world.push(await good(world), { authorization: '' }), 'authentication_failed'],
  [
    'another scheme',
    async (world) => world.push(await good(world), { authorization: `Basic ${encoded('a:b')}` }),
    'authentication_failed',
  ],
  [
    'the id of the transmitter without its secret',
    async (world) => world.push(await good(world), { authorization: `Bearer ${world.transmitter.id}` }),
    'authentication_failed',
  ],
  [
    'a guessed secret',
    async (world) =>
      world.push(await good(world), { authorization: `Bearer ${world.transmitter.id}.${'A'.repeat(43)}` }),
    'authentication_failed',
  ],
  [
    'the secret of another transmitter',
    async (world) => world.push(await good(world), { authorization: world.second.authorization }),
    'invalid_issuer',
  ],
  [
    'the secret with the id of another transmitter',
    async (world) =>
      world.push(await good(world), {
        authorization: world.transmitter.authorization.replace(world.transmitter.id, world.second.id),
      }),
    'authentication_failed',
  ],
  [
    'a management token',
    async (world) => world.push(await good(world), { authorization: 'Bearer eyJhbGciOiJFUzI1NiJ9.e30.c2ln' }),
    'authentication_failed',
  ],
  // Form
  ['no body', (world) => world.push(''), 'invalid_request'],
  ['text that is no JWT', (world) => world.push('not a token'), 'invalid_request'],
  ['two parts', async (world) => world.push((await good(world)).split('.').slice(0, 2).join('.')), 'invalid_request'],
  ['five parts (a JWE)', async (world) => world.push(`${await good(world)}.a.b`), 'invalid_request'],
  [
    'JSON serialization',
    async (world) => world.push(JSON.stringify({ payload: encoded(claims(world)), signatures: [] })),
    'invalid_request',
  ],
  [
    'a form',
    async (world) => world.push(`set=${await good(world)}`, { 'content-type': 'application/x-www-form-urlencoded' }),
    'invalid_request',
  ],
  [
    'as JSON',
    async (world) => world.push(await good(world), { 'content-type': 'application/json' }),
    'invalid_request',
  ],
  ['as JWT', async (world) => world.push(await good(world), { 'content-type': 'application/jwt' }), 'invalid_request'],
  ['compressed', async (world) => world.push(await good(world), { 'content-encoding': 'gzip' }), 'invalid_request'],
  ['more than 16 KiB', (world) => signed(world, { padding: tenfold() }), 'invalid_request'],
  ['claims that are no object', async (world) => world.push(await raw(world, '[]')), 'invalid_request'],
  [
    'a member twice',
    async (world) =>
      world.push(await raw(world, JSON.stringify(claims(world)).replace('{', '{"aud":"https://other.example",'))),
    'invalid_request',
  ],
  [
    'bytes that are no UTF-8',
    async (world) => world.push(bent(await good(world), 1, () => Buffer.from([0xff, 0xfe]).toString('base64url'))),
    'invalid_request',
  ],
  // Type and header
  ['no typ', (world) => signed(world, {}, { typ: undefined }), 'invalid_request'],
  ['typ JWT', (world) => signed(world, {}, { typ: 'JWT' }), 'invalid_request'],
  ['typ of a logout token', (world) => signed(world, {}, { typ: 'logout+jwt' }), 'invalid_request'],
  ['typ of an access token', (world) => signed(world, {}, { typ: 'at+jwt' }), 'invalid_request'],
  ['a jku', (world) => signed(world, {}, { jku: 'https://attacker.example/jwks' }), 'invalid_request'],
  ['a jwk', (world) => signed(world, {}, { jwk: world.other.publicJwk }), 'invalid_request'],
  ['an x5u', (world) => signed(world, {}, { x5u: 'https://attacker.example/cert' }), 'invalid_request'],
  // Algorithm, key, signature
  ['no signature', async (world) => world.push(new UnsecuredJWT({ ...claims(world) }).encode()), 'invalid_request'],
  [
    'alg none with the right typ',
    async (world) => world.push(`${encoded({ alg: 'none', typ: 'secevent+jwt' })}.${encoded(claims(world))}.`),
    'invalid_key',
  ],
  [
    'alg HS256',
    async (world) => world.push(`${encoded({ alg: 'HS256', typ: 'secevent+jwt' })}.${encoded(claims(world))}.c2ln`),
    'invalid_key',
  ],
  ['an unknown kid', (world) => signed(world, {}, { kid: 'another' }), 'invalid_key'],
  [
    'the kid of the transmitter, signed by another key',
    async (world) => world.push(await world.sign(claims(world), {}, world.other.privateKey)),
    'invalid_key',
  ],
  [
    'another signature',
    async (world) => world.push(bent(await good(world), 2, () => Buffer.alloc(256, 7).toString('base64url'))),
    'invalid_key',
  ],
  ['an empty signature', async (world) => world.push(bent(await good(world), 2, () => '')), 'invalid_key'],
  [
    'other claims below the signature',
    async (world) => world.push(bent(await good(world), 1, () => encoded(claims(world, { txn: 'changed' })))),
    'invalid_key',
  ],
  [
    'another alg in the header',
    async (world) =>
      world.push(
        bent(await good(world), 0, (part) =>
          encoded({ ...JSON.parse(Buffer.from(part, 'base64url').toString()), alg: 'PS256' }),
        ),
      ),
    'invalid_key',
  ],
  // Issuer
  ['no iss', async (world) => world.push(await world.sign(without(world, 'iss'))), 'invalid_issuer'],
  ['another iss', (world) => signed(world, { iss: 'https://attacker.example' }), 'invalid_issuer'],
  ['iss with a slash', (world) => signed(world, { iss: `${world.served.origin}/` }), 'invalid_issuer'],
  ['iss in capitals', (world) => signed(world, { iss: world.served.origin.toUpperCase() }), 'invalid_issuer'],
  ['iss as a list', (world) => signed(world, { iss: [world.served.origin] }), 'invalid_issuer'],
  ['our own issuer', (world) => signed(world, { iss: world.server.issuer }), 'invalid_issuer'],
  // Audience
  ['no aud', async (world) => world.push(await world.sign(without(world, 'aud'))), 'invalid_audience'],
  ['aud of another receiver', (world) => signed(world, { aud: 'https://second.example.com' }), 'invalid_audience'],
  ['an empty list as aud', (world) => signed(world, { aud: [] }), 'invalid_audience'],
  ['aud that begins alike', (world) => signed(world, { aud: `${AUDIENCE}/more` }), 'invalid_audience'],
  ['aud in an object', (world) => signed(world, { aud: { value: AUDIENCE } }), 'invalid_audience'],
  // Times
  ['no iat', async (world) => world.push(await world.sign(without(world, 'iat'))), 'invalid_request'],
  ['iat as text', (world) => signed(world, { iat: String(now()) }), 'invalid_request'],
  ['iat in the future', (world) => signed(world, { iat: now() + 3600 }), 'invalid_request'],
  ['iat long ago', (world) => signed(world, { iat: now() - 86_500 }), 'invalid_request'],
  ['a negative iat', (world) => signed(world, { iat: -1 }), 'invalid_request'],
  ['an exp (SSF 1.0 §4.1.7)', (world) => signed(world, { exp: now() + 300 }), 'invalid_request'],
  // Identity of the event and its subject
  ['no jti', async (world) => world.push(await world.sign(without(world, 'jti'))), 'invalid_request'],
  ['an empty jti', (world) => signed(world, { jti: '' }), 'invalid_request'],
  ['a long jti', (world) => signed(world, { jti: 'j'.repeat(256) }), 'invalid_request'],
  ['a sub (SSF 1.0 §4.1.2)', (world) => signed(world, { sub: 'victim' }), 'invalid_request'],
  ['no sub_id', async (world) => world.push(await world.sign(without(world, 'sub_id'))), 'invalid_request'],
  // Events
  ['no events', async (world) => world.push(await world.sign(without(world, 'events'))), 'invalid_request'],
  ['no event in events', (world) => signed(world, { events: {} }), 'invalid_request'],
  [
    'two events',
    (world) => signed(world, { events: { ...event, [SECURITY_EVENTS.account_disabled]: {} } }),
    'invalid_request',
  ],
  ['events as a list', (world) => signed(world, { events: [SECURITY_EVENTS.session_revoked] }), 'invalid_request'],
  [
    'an event that is no object',
    (world) => signed(world, { events: { [SECURITY_EVENTS.session_revoked]: true } }),
    'invalid_request',
  ],
  [
    'an ID token with an event',
    (world) => signed(world, { sub: 'victim', nonce: 'n', exp: now() + 300 }, { typ: 'JWT' }),
    'invalid_request',
  ],
];
