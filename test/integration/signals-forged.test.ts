/** Security event tokens that a transmitter did not make for this server: none has an effect (RFC 8417, RFC 8935 §2.4, WH-03). */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { CompactSign, UnsecuredJWT } from 'jose';
import { SECURITY_EVENTS } from '../../src/domain/signals/security-events.ts';
import { newKeyPair } from '../support/agent-keys.ts';
import type { Answer } from '../support/oauth-calls.ts';
import { AUDIENCE, type SignalWorld, signalWorld } from '../support/signal-world.ts';

let world: SignalWorld;
let account: string;
let browser: ReturnType<SignalWorld['browser']>;
let other: Awaited<ReturnType<typeof newKeyPair>>;
let second: Awaited<ReturnType<SignalWorld['makeTransmitter']>>;

beforeAll(async () => {
  world = await signalWorld();
  account = await world.linked('victim');
  other = await newKeyPair('RS256');
  second = await world.makeTransmitter({
    ...{ name: 'Second', issuer: `${world.served.origin}/second`, audience: 'https://second.example.com' },
  });
  world.there.claims = { sub: 'victim', preferred_username: 'victim', name: 'victim' };
  browser = world.browser();
  await world.signIn(browser);
}, 60_000);
afterAll(() => world?.close());

const now = (): number => Math.floor(Date.now() / 1000);
type More = Readonly<Record<string, unknown>>;
const claims = (more: More = {}) => world.claimsOf('session_revoked', 'victim', more);
const signed = async (more: More = {}, header: More = {}) => world.push(await world.sign(claims(more), header));
const without = (name: string) => {
  const { [name]: _, ...rest } = claims();
  return rest;
};
const bent = (text: string, part: 0 | 1 | 2, change: (part: string) => string): string =>
  text
    .split('.')
    .map((one, at) => (at === part ? change(one) : one))
    .join('.');
const good = () => world.sign(claims());
const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const raw = async (payload: string): Promise<string> => {
  const { key, kid } = await world.privateKey();
  const header = { alg: 'RS256', typ: 'secevent+jwt', kid };
  return new CompactSign(Buffer.from(payload)).setProtectedHeader(header).sign(key as never);
};
const event = { [SECURITY_EVENTS.session_revoked]: {} };
const tenfold = (): string => 'x'.repeat(20_000);

/** Name, what is sent, and the code that its sender gets. */
const CASES: readonly (readonly [string, () => Promise<Answer>, string])[] = [
  // Authentication
  ['no authorization', async () => world.push(await good(), { authorization: '' }), 'authentication_failed'],
  [
    'another scheme',
    async () => world.push(await good(), { authorization: `Basic ${encoded('a:b')}` }),
    'authentication_failed',
  ],
  [
    'the id of the transmitter without its secret',
    async () => world.push(await good(), { authorization: `Bearer ${world.transmitter.id}` }),
    'authentication_failed',
  ],
  [
    'a guessed secret',
    async () => world.push(await good(), { authorization: `Bearer ${world.transmitter.id}.${'A'.repeat(43)}` }),
    'authentication_failed',
  ],
  [
    'the secret of another transmitter',
    async () => world.push(await good(), { authorization: second.authorization }),
    'invalid_issuer',
  ],
  [
    'the secret with the id of another transmitter',
    async () =>
      world.push(await good(), {
        authorization: world.transmitter.authorization.replace(world.transmitter.id, second.id),
      }),
    'authentication_failed',
  ],
  [
    'a management token',
    async () => world.push(await good(), { authorization: 'Bearer eyJhbGciOiJFUzI1NiJ9.e30.c2ln' }),
    'authentication_failed',
  ],
  // Form
  ['no body', () => world.push(''), 'invalid_request'],
  ['text that is no JWT', () => world.push('not a token'), 'invalid_request'],
  ['two parts', async () => world.push((await good()).split('.').slice(0, 2).join('.')), 'invalid_request'],
  ['five parts (a JWE)', async () => world.push(`${await good()}.a.b`), 'invalid_request'],
  [
    'JSON serialization',
    async () => world.push(JSON.stringify({ payload: encoded(claims()), signatures: [] })),
    'invalid_request',
  ],
  [
    'a form',
    async () => world.push(`set=${await good()}`, { 'content-type': 'application/x-www-form-urlencoded' }),
    'invalid_request',
  ],
  ['as JSON', async () => world.push(await good(), { 'content-type': 'application/json' }), 'invalid_request'],
  ['as JWT', async () => world.push(await good(), { 'content-type': 'application/jwt' }), 'invalid_request'],
  ['compressed', async () => world.push(await good(), { 'content-encoding': 'gzip' }), 'invalid_request'],
  ['more than 16 KiB', () => signed({ padding: tenfold() }), 'invalid_request'],
  ['claims that are no object', async () => world.push(await raw('[]')), 'invalid_request'],
  [
    'a member twice',
    async () => world.push(await raw(JSON.stringify(claims()).replace('{', '{"aud":"https://other.example",'))),
    'invalid_request',
  ],
  [
    'bytes that are no UTF-8',
    async () => world.push(bent(await good(), 1, () => Buffer.from([0xff, 0xfe]).toString('base64url'))),
    'invalid_request',
  ],
  // Type and header
  ['no typ', () => signed({}, { typ: undefined }), 'invalid_request'],
  ['typ JWT', () => signed({}, { typ: 'JWT' }), 'invalid_request'],
  ['typ of a logout token', () => signed({}, { typ: 'logout+jwt' }), 'invalid_request'],
  ['typ of an access token', () => signed({}, { typ: 'at+jwt' }), 'invalid_request'],
  ['a jku', () => signed({}, { jku: 'https://attacker.example/jwks' }), 'invalid_request'],
  ['a jwk', () => signed({}, { jwk: other.publicJwk }), 'invalid_request'],
  ['an x5u', () => signed({}, { x5u: 'https://attacker.example/cert' }), 'invalid_request'],
  // Algorithm, key, signature
  ['no signature', async () => world.push(new UnsecuredJWT({ ...claims() }).encode()), 'invalid_request'],
  [
    'alg none with the right typ',
    async () => world.push(`${encoded({ alg: 'none', typ: 'secevent+jwt' })}.${encoded(claims())}.`),
    'invalid_key',
  ],
  [
    'alg HS256',
    async () => world.push(`${encoded({ alg: 'HS256', typ: 'secevent+jwt' })}.${encoded(claims())}.c2ln`),
    'invalid_key',
  ],
  ['an unknown kid', () => signed({}, { kid: 'another' }), 'invalid_key'],
  [
    'the kid of the transmitter, signed by another key',
    async () => world.push(await world.sign(claims(), {}, other.privateKey)),
    'invalid_key',
  ],
  [
    'another signature',
    async () => world.push(bent(await good(), 2, () => Buffer.alloc(256, 7).toString('base64url'))),
    'invalid_key',
  ],
  ['an empty signature', async () => world.push(bent(await good(), 2, () => '')), 'invalid_key'],
  [
    'other claims below the signature',
    async () => world.push(bent(await good(), 1, () => encoded(claims({ txn: 'changed' })))),
    'invalid_key',
  ],
  [
    'another alg in the header',
    async () =>
      world.push(
        bent(await good(), 0, (part) =>
          encoded({ ...JSON.parse(Buffer.from(part, 'base64url').toString()), alg: 'PS256' }),
        ),
      ),
    'invalid_key',
  ],
  // Issuer
  ['no iss', async () => world.push(await world.sign(without('iss'))), 'invalid_issuer'],
  ['another iss', () => signed({ iss: 'https://attacker.example' }), 'invalid_issuer'],
  ['iss with a slash', () => signed({ iss: `${world.served.origin}/` }), 'invalid_issuer'],
  ['iss in capitals', () => signed({ iss: world.served.origin.toUpperCase() }), 'invalid_issuer'],
  ['iss as a list', () => signed({ iss: [world.served.origin] }), 'invalid_issuer'],
  ['our own issuer', () => signed({ iss: world.server.issuer }), 'invalid_issuer'],
  // Audience
  ['no aud', async () => world.push(await world.sign(without('aud'))), 'invalid_audience'],
  ['aud of another receiver', () => signed({ aud: 'https://second.example.com' }), 'invalid_audience'],
  ['an empty list as aud', () => signed({ aud: [] }), 'invalid_audience'],
  ['aud that begins alike', () => signed({ aud: `${AUDIENCE}/more` }), 'invalid_audience'],
  ['aud in an object', () => signed({ aud: { value: AUDIENCE } }), 'invalid_audience'],
  // Times
  ['no iat', async () => world.push(await world.sign(without('iat'))), 'invalid_request'],
  ['iat as text', () => signed({ iat: String(now()) }), 'invalid_request'],
  ['iat in the future', () => signed({ iat: now() + 3600 }), 'invalid_request'],
  ['iat long ago', () => signed({ iat: now() - 86_500 }), 'invalid_request'],
  ['a negative iat', () => signed({ iat: -1 }), 'invalid_request'],
  ['an exp (SSF 1.0 §4.1.7)', () => signed({ exp: now() + 300 }), 'invalid_request'],
  // Identity of the event and its subject
  ['no jti', async () => world.push(await world.sign(without('jti'))), 'invalid_request'],
  ['an empty jti', () => signed({ jti: '' }), 'invalid_request'],
  ['a long jti', () => signed({ jti: 'j'.repeat(256) }), 'invalid_request'],
  ['a sub (SSF 1.0 §4.1.2)', () => signed({ sub: 'victim' }), 'invalid_request'],
  ['no sub_id', async () => world.push(await world.sign(without('sub_id'))), 'invalid_request'],
  // Events
  ['no events', async () => world.push(await world.sign(without('events'))), 'invalid_request'],
  ['no event in events', () => signed({ events: {} }), 'invalid_request'],
  ['two events', () => signed({ events: { ...event, [SECURITY_EVENTS.account_disabled]: {} } }), 'invalid_request'],
  ['events as a list', () => signed({ events: [SECURITY_EVENTS.session_revoked] }), 'invalid_request'],
  [
    'an event that is no object',
    () => signed({ events: { [SECURITY_EVENTS.session_revoked]: true } }),
    'invalid_request',
  ],
  [
    'an ID token with an event',
    () => signed({ sub: 'victim', nonce: 'n', exp: now() + 300 }, { typ: 'JWT' }),
    'invalid_request',
  ],
];

test.each(CASES)('%s has no effect', async (_, send, err) => {
  const before = (await world.server.events('signal.received')).length;
  const { status, body } = await send();
  expect([status, body['err']]).toEqual([400, err]);
  expect(String(body['description'])).not.toBe('');
  expect(await world.server.events('signal.received')).toHaveLength(before);
  if (err !== 'authentication_failed' && !IN_FRONT.test(_)) {
    expect((await world.server.events('signal.refused')).at(-1)).toMatchObject({ outcome: 'refused', error: err });
  }
});
/** Refused before the domain reads it: no event of its own. */
const IN_FRONT = /^(a form|as JSON|as JWT|compressed|more than 16 KiB)$/;

test('there are at least 60 of them, and the person is still signed in', async () => {
  expect(CASES.length).toBeGreaterThanOrEqual(60);
  expect(await world.signals()).toEqual([]);
  const page = await browser.open(`${world.server.issuer}/account`);
  expect(page.forms.some(({ action }) => action.endsWith('/sign-out'))).toBe(true);
  expect(account).toMatch(/^acc_/);
});

test('a disabled transmitter is refused with access_denied', async () => {
  const path = `/trusted-transmitters/${second.id}`;
  expect((await world.management.call('POST', `${path}/disable`)).status).toBe(200);
  const text = await world.sign(claims({ iss: `${world.served.origin}/second`, aud: 'https://second.example.com' }));
  const refused = await world.push(text, { authorization: second.authorization });
  expect([refused.status, refused.body['err']]).toEqual([400, 'access_denied']);
});

test('the former secret is invalid as soon as there is another', async () => {
  const path = `/trusted-transmitters/${world.transmitter.id}/rotate-secret`;
  const { body } = await world.management.call('POST', path);
  expect((await world.push(await good())).body['err']).toBe('authentication_failed');
  expect((await world.push(await good(), { authorization: String(body['authorization']) })).status).toBe(202);
});
