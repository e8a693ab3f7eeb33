/** Opaque tokens, and JWTs that are introspected (RFC 7662). */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { decodeJwt, exportJWK, jwtVerify } from 'jose';
import { resourceServer } from '../../packages/resource-server/src/resource-server.ts';
import { ask, seen } from './asking.ts';
import { type Issuer, newPair, RESOURCE, startIssuer } from './issuer.ts';

const OPAQUE = 'opaque-token';
const SECRET = { clientId: 'rs_1', clientSecret: 'pass word:+' } as const;

let issuer: Issuer;
beforeEach(async () => {
  issuer = await startIssuer();
  issuer.state.introspected = { active: true, ...issuer.claims() };
});
afterEach(() => issuer.close());

const newServer = (introspection: object = SECRET) =>
  resourceServer({ issuer: issuer.url, resource: RESOURCE, introspection: introspection as never });

const lastRequest = () => issuer.requests.findLast(({ path }) => path === '/token/introspection');

test('an opaque token is introspected each time, with the secret form-encoded (RFC 6749 §2.3.1)', async () => {
  const server = newServer();
  const first = await ask(server, OPAQUE, { scopes: ['notes.read'] });
  expect([first.granted && first.access.subject, seen(await ask(server, OPAQUE))]).toEqual(['acc_ada', 'granted']);
  expect(issuer.asked('/token/introspection')).toBe(2);
  const [id, secret] = Buffer.from(String(lastRequest()?.authorization).slice('Basic '.length), 'base64')
    .toString()
    .split(':');
  expect([id, secret]).toEqual(['rs_1', 'pass+word%3A%2B']);
  expect(new URLSearchParams(lastRequest()?.body).get('token')).toBe(OPAQUE);
  issuer.state.introspected = { active: false };
  expect(seen(await ask(server, OPAQUE))).toBe('401 invalid_token token_inactive');
});

test('a redirect of the server is not followed, so that no other host gets the credential', async () => {
  issuer.state.redirectTo = `${issuer.url}/elsewhere`;
  expect(seen(await ask(newServer(), OPAQUE))).toBe('503 temporarily_unavailable server_unreachable');
  expect([issuer.asked('/token/introspection'), issuer.asked('/elsewhere')]).toEqual([1, 0]);
});

test('private_key_jwt: the audience is the issuer, and each assertion is new (RFC 7523 §3)', async () => {
  const pair = await newPair('ES256', 'rs-key');
  const privateKey = { ...(await exportJWK(pair.privateKey)), alg: 'ES256', kid: 'rs-key' };
  const server = newServer({ clientId: 'rs_1', privateKey });
  await ask(server, OPAQUE);
  await ask(server, OPAQUE);
  const assertions = issuer.requests
    .filter(({ path }) => path === '/token/introspection')
    .map(({ body }) => String(new URLSearchParams(body).get('client_assertion')));
  const verified = await jwtVerify(String(assertions[0]), pair.jwk, {
    audience: issuer.url,
    issuer: 'rs_1',
    subject: 'rs_1',
  });
  expect(verified.protectedHeader).toMatchObject({ alg: 'ES256', kid: 'rs-key' });
  expect(new Set(assertions.map((one) => decodeJwt(one).jti)).size).toBe(2);
});

test.each([
  ['for another API', { aud: 'https://other.example.com' }, 'audience_other'],
  ['for two APIs', { aud: [RESOURCE, 'https://other.example.com'] }, 'audience_other'],
  ['without an audience', { aud: undefined }, 'audience_other'],
  ['of another issuer', { iss: 'https://attacker.example' }, 'issuer_unknown'],
  ['that expired', { exp: 1 }, 'token_expired'],
  ['without an end', { exp: undefined }, 'claim_malformed'],
  ['without a subject', { sub: undefined }, 'claim_malformed'],
  ['with a malformed actor', { act: 'agt_1' }, 'claim_malformed'],
])('refuses an active token %s', async (_, changes, reason) => {
  issuer.state.introspected = { active: true, ...issuer.claims(changes) };
  expect(seen(await ask(newServer(), OPAQUE))).toBe(`401 invalid_token ${reason}`);
});

test.each([
  ['no active', {}],
  ['active as text', { active: 'true' }],
  ['active as a number', { active: 1 }],
])('answers 503 for an answer with %s', async (_, changes) => {
  issuer.state.introspected = { ...issuer.claims(), ...changes };
  expect(seen(await ask(newServer(), OPAQUE))).toBe('503 temporarily_unavailable introspection_malformed');
});

test('answers 503 while the server is down, and for a key that cannot be used', async () => {
  issuer.state.isDown = true;
  expect(seen(await ask(newServer(), OPAQUE))).toBe('503 temporarily_unavailable server_unreachable');
  issuer.state.isDown = false;
  const broken = { clientId: 'rs_1', privateKey: { kty: 'EC', crv: 'P-256', d: 'x', x: 'x', y: 'x', alg: 'ES256' } };
  expect(seen(await ask(newServer(broken), OPAQUE))).toBe('503 temporarily_unavailable credential_unusable');
});

test("tokens 'every': a JWT is verified and introspected, so that a revoked one is refused at once", async () => {
  const server = newServer({ ...SECRET, tokens: 'every' });
  const token = await issuer.token();
  expect(seen(await ask(server, token))).toBe('granted');
  issuer.state.introspected = { active: false };
  expect(seen(await ask(server, token))).toBe('401 invalid_token token_inactive');
  // A forged one is not even asked about.
  const asked = issuer.asked('/token/introspection');
  expect(seen(await ask(server, await issuer.token({}, {}, await newPair('ES256', 'es-1'))))).toBe(
    '401 invalid_token signature_wrong',
  );
  expect(issuer.asked('/token/introspection')).toBe(asked);
});

test("requirement 'live': only this request introspects a JWT", async () => {
  const server = newServer();
  const token = await issuer.token();
  issuer.state.introspected = { active: false };
  expect(seen(await ask(server, token))).toBe('granted');
  expect(seen(await ask(server, token, { live: true }))).toBe('401 invalid_token token_inactive');
  expect(issuer.asked('/token/introspection')).toBe(1);
});
