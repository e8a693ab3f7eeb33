/**
 * Sessions here and at a stock provider end together: its logout tokens over HTTP (OpenID Connect Back-Channel
 * Logout 1.0 §2.5 to §2.8), those that others make up, and signing out for an app by way of the provider (RP-Initiated
 * Logout 1.0).
 */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { importJWK, type JWK, SignJWT, UnsecuredJWT } from 'jose';
import { newKeyPair } from '../support/agent-keys.ts';
import { type Browser, walkAuthorization } from '../support/browser-flow.ts';
import { newPkce } from '../support/pkce.ts';
import { sendBytes } from '../support/raw-request.ts';
import { REDIRECT_URI } from '../support/scene.ts';
import { onwardOf, type UpstreamWorld, upstreamWorld } from '../support/upstream-world.ts';

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
const SYSTEM = { caller: 'system' };
const APP_OUT = 'https://app.example.com/out';

type SigningKey = Parameters<SignJWT['sign']>[0];

let world: UpstreamWorld;
let target: string;
beforeAll(async () => {
  world = await upstreamWorld({ create: 'always', signOut: 'always' });
  target = `${world.server.issuer}/upstream/logout`;
}, 60_000);
afterAll(() => world?.close());
afterEach(() => {
  world.server.faults.failingWrites = new Set();
});

const signedIn = async (name: string, sid?: string) => {
  world.there.claims = { sub: `sub-${name}`, preferred_username: name, name, ...(sid ? { sid } : {}) };
  const browser = world.browser();
  await world.signIn(browser);
  const account = String((await world.services.accounts.findByUsername(name))?.document.id);
  return { browser, account };
};

const isSignedIn = async (browser: Browser): Promise<boolean> =>
  (await browser.open(`${world.server.issuer}/account`)).forms.some(({ action }) => action.endsWith('/sign-out'));

const claimsFor = (name: string, more: object = {}) => ({
  iss: world.served.origin,
  aud: 'behalf-here',
  iat: Math.floor(Date.now() / 1000),
  exp: Math.floor(Date.now() / 1000) + 120,
  jti: randomUUID(),
  events: { [EVENT]: {} },
  sub: `sub-${name}`,
  ...more,
});

/** As the provider makes them, unless told otherwise. */
const logoutToken = async (name: string, more: object = {}, header: object = {}, by?: SigningKey): Promise<string> => {
  const [jwk] = world.issuer.keys.toJSON(true) as JWK[];
  return new SignJWT(claimsFor(name, more))
    .setProtectedHeader({ alg: 'RS256', typ: 'logout+jwt', kid: String(jwk?.kid), ...header })
    .sign(by ?? (await importJWK(jwk as JWK, 'RS256')));
};

const tell = async (body: string | URLSearchParams, headers: Record<string, string> = {}) => {
  const answer = await fetch(target, { method: 'POST', body, headers });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text === '' ? undefined : JSON.parse(text) };
};
const tellToken = (token: string) => tell(new URLSearchParams({ logout_token: token }));

describe('a provider tells that a session there is over', () => {
  test('and what began by it ends here, the audit log says by whom (§2.7, §2.8)', async () => {
    const { browser, account } = await signedIn('ada');
    const other = await signedIn('bob');
    const before = (await world.server.events('session.ended')).length;
    const answer = await tellToken(await logoutToken('ada'));
    expect([answer.status, answer.body, answer.headers.get('cache-control')]).toEqual([200, undefined, 'no-store']);
    expect(await isSignedIn(browser)).toBe(false);
    expect(await isSignedIn(other.browser)).toBe(true);
    expect((await world.server.events('session.ended')).slice(before)).toMatchObject([
      { subject: account, caller: world.provider.id, outcome: 'done', inputs: { how: 'at_provider' } },
    ]);
    await world.signIn(browser);
  });

  test('and what began by it ends here, also where the sign-in led to a consent page', async () => {
    const { document: app } = await world.services.clients.create(
      { name: 'Notes', tokenEndpointAuthMethod: 'none', redirectUris: [REDIRECT_URI] },
      SYSTEM,
    );
    world.there.claims = { sub: 'sub-cora', preferred_username: 'cora', name: 'cora' };
    const browser = world.browser();
    const query = new URLSearchParams({
      ...{ client_id: app.id, response_type: 'code', scope: 'openid', redirect_uri: REDIRECT_URI },
      ...{ code_challenge: newPkce().challenge, code_challenge_method: 'S256' },
    });
    const consent = await world.signIn(browser, `${world.server.issuer}/auth?${query}`);
    expect((await walkAuthorization(browser, consent)).searchParams.get('code')).not.toBeNull();
    expect(await isSignedIn(browser)).toBe(true);
    expect((await tellToken(await logoutToken('cora'))).status).toBe(200);
    expect(await isSignedIn(browser)).toBe(false);
    expect((await world.server.events('session.ended')).at(-1)).toMatchObject({
      ...{ caller: world.provider.id, outcome: 'done', inputs: { how: 'at_provider' } },
    });
  });

  test('by its name there, as the ID token gave it', async () => {
    const one = await signedIn('cleo', 'there-1');
    const two = await signedIn('cleo', 'there-2');
    expect((await tellToken(await logoutToken('cleo', { sub: undefined, sid: 'there-2' }))).status).toBe(200);
    expect([await isSignedIn(one.browser), await isSignedIn(two.browser)]).toEqual([true, false]);
  });

  test('that is unknown here: that is no error (§2.8)', async () => {
    const before = (await world.server.events('session.ended')).length;
    expect((await tellToken(await logoutToken('unknown', { sid: 'no-such' }))).status).toBe(200);
    expect((await world.server.events('session.ended')).length).toBe(before);
  });

  test('while the audit log cannot be written: 503, nothing ends, and the same token is accepted afterwards', async () => {
    const { browser } = await signedIn('dora');
    const token = await logoutToken('dora');
    world.server.faults.failingWrites = new Set(['all']);
    const answer = await tellToken(token);
    expect([answer.status, answer.body?.error]).toEqual([503, 'temporarily_unavailable']);
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
    world.server.faults.failingWrites = new Set();
    expect(await isSignedIn(browser)).toBe(true);
    expect((await tellToken(token)).status).toBe(200);
    expect(await isSignedIn(browser)).toBe(false);
  });
});

describe('LG-08 a forged logout token ends nothing, and is counted', () => {
  const spent = async (): Promise<string> => {
    const token = await logoutToken('unknown');
    expect((await tellToken(token)).status).toBe(200);
    return token;
  };

  test.each<[string, string, () => Promise<string> | string]>([
    ['signed by another key under the same kid', 'signature', async () => forged()],
    ['without a signature', 'algorithm', () => new UnsecuredJWT(claimsFor('eve')).encode()],
    ['of an issuer that is none here', 'issuer', () => logoutToken('eve', { iss: 'https://evil.example' })],
    ['for another client', 'audience', () => logoutToken('eve', { aud: 'another' })],
    ['of ten minutes ago', 'time', () => logoutToken('eve', { iat: Math.floor(Date.now() / 1000) - 700 })],
    ['that is an ID token', 'events', () => logoutToken('eve', { events: undefined, nonce: 'n' }, { typ: 'JWT' })],
    ['that has a nonce', 'nonce', () => logoutToken('eve', { nonce: 'n' })],
    ['that was used before', 'replay', spent],
  ])('%s', async (_, check, made) => {
    const { browser } = await signedIn('eve');
    const [ended, refused] = [await world.server.events('session.ended'), await world.server.events('request.refused')];
    const answer = await tellToken(await made());
    expect([answer.status, answer.body?.error]).toEqual([400, 'invalid_request']);
    await world.server.settled();
    expect(await isSignedIn(browser)).toBe(true);
    expect(await world.server.events('session.ended')).toHaveLength(ended.length);
    expect((await world.server.events('request.refused')).slice(refused.length)).toMatchObject([
      { outcome: 'refused', error: `upstream_logout ${check}`, count: 1 },
    ]);
  });

  const forged = async (): Promise<string> => logoutToken('eve', {}, {}, (await newKeyPair('RS256')).privateKey);

  test('by another provider: neither in its own name nor in the name of this one', async () => {
    const { browser } = await signedIn('fay');
    const { privateKey, publicJwk } = await newKeyPair('RS256');
    const header = { kid: String(publicJwk.kid) };
    const registered = async (path: string) => {
      const issuer = `${world.served.origin}/${path}`;
      const made = await world.services.upstreams.create({ name: path, issuer, clientId: 'behalf-here' }, SYSTEM);
      return {
        issuer,
        id: made.document.id,
        tell: async () => tellToken(await logoutToken('fay', { iss: issuer }, header, privateKey)),
      };
    };
    // Whose keys cannot be had is not believed, and not refused for good.
    const gone = await (await registered('gone')).tell();
    expect([gone.status, gone.body?.error]).toEqual([503, 'temporarily_unavailable']);
    const other = await registered('other');
    const { issuer } = other;
    const [authorize, token, keys] = ['authorize', 'token', 'jwks'].map((path) => `${issuer}/${path}`);
    world.documents.set('/other/jwks', { keys: [publicJwk] });
    world.documents.set('/other/.well-known/openid-configuration', {
      ...{ issuer, authorization_endpoint: authorize, token_endpoint: token, jwks_uri: keys },
    });
    expect((await other.tell()).status).toBe(200);
    expect(await isSignedIn(browser)).toBe(true);
    const asWorks = await tellToken(await logoutToken('fay', {}, header, privateKey));
    expect([asWorks.status, asWorks.body?.error]).toEqual([400, 'invalid_request']);
    await world.services.upstreams.disable(other.id, SYSTEM);
    const off = await other.tell();
    expect([off.status, off.body?.error]).toEqual([400, 'invalid_request']);
    expect(await isSignedIn(browser)).toBe(true);
  });
});

describe('what is no logout request', () => {
  test.each<[string, () => ReturnType<typeof tell>]>([
    ['no form', () => tell('{"logout_token":"x"}', { 'content-type': 'application/json' })],
    ['a form without a token', () => tell(new URLSearchParams({ token: 'x' }))],
    ['an empty token', () => tell(new URLSearchParams({ logout_token: '' }))],
    [
      'two tokens',
      () =>
        tell(
          new URLSearchParams([
            ['logout_token', 'a.b.c'],
            ['logout_token', 'a.b.c'],
          ]),
        ),
    ],
    ['a token of a megabyte', () => tell(new URLSearchParams({ logout_token: 'x'.repeat(1_000_000) }))],
    ['a token nested 5,000 deep', () => tellToken(`${part({ alg: 'RS256' })}.${nested(5000)}.x`)],
  ])('%s is 400', async (_, ask) => {
    const answer = await ask();
    expect([answer.status, answer.body?.error]).toEqual([400, 'invalid_request']);
  });

  test('a body that never ends is let go of', async () => {
    const chunk = Buffer.from(`4000\r\n${'x'.repeat(0x4000)}\r\n`);
    const head = [
      'POST /upstream/logout HTTP/1.1',
      `Host: ${new URL(world.server.issuer).host}`,
      'Content-Type: application/x-www-form-urlencoded',
      'Transfer-Encoding: chunked',
    ].join('\r\n');
    let sent = 0;
    const answer = await sendBytes(world.server.port, `${head}\r\n\r\n`, () => {
      sent += 1;
      return sent > 64 ? undefined : chunk;
    });
    expect(answer.status).toBe(400);
  });

  test.each(['GET', 'PUT', 'DELETE'])('%s is 405', async (method) => {
    const answer = await fetch(target, { method });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
  });

  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const nested = (depth: number): string =>
    Buffer.from(`${'['.repeat(depth)}${']'.repeat(depth)}`).toString('base64url');
});

describe('signing out for an app', () => {
  test('ends the session here, goes on at the provider, and only then to the app, once', async () => {
    const { document: app } = await world.services.clients.create(
      {
        name: 'Desk',
        tokenEndpointAuthMethod: 'none',
        redirectUris: [REDIRECT_URI],
        postLogoutRedirectUris: [APP_OUT],
        skipConsent: true,
      },
      SYSTEM,
    );
    world.there.claims = { sub: 'sub-gus', preferred_username: 'gus', name: 'gus' };
    const browser = world.browser();
    const query = new URLSearchParams({
      ...{ client_id: app.id, response_type: 'code', scope: 'openid', redirect_uri: REDIRECT_URI },
      ...{ code_challenge: newPkce().challenge, code_challenge_method: 'S256' },
    });
    await world.signIn(browser, `${world.server.issuer}/auth?${query}`);
    const out = new URLSearchParams({ client_id: app.id, post_logout_redirect_uri: APP_OUT, state: 'of-the-app' });
    const page = await browser.open(`${world.server.issuer}/session/end?${out}`);
    const form = page.forms.find(({ action }) => action.endsWith('/confirm'));
    if (!form) throw new Error(page.text);
    const left = await browser.submit(page, form, { button: /yes/i });
    const there = new URL(onwardOf(left));
    expect(there.origin).toBe(world.served.origin);
    expect(there.searchParams.get('post_logout_redirect_uri')).toBe(`${world.server.issuer}/account/signed-out`);
    expect(there.searchParams.get('id_token_hint')).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    expect((await world.server.events('session.ended')).at(-1)).toMatchObject({ inputs: { how: 'at_end_session' } });
    const back = `${world.server.issuer}/account/signed-out?state=${there.searchParams.get('state')}`;
    expect((await world.browser().open(back)).left).toBeUndefined();
    expect((await browser.open(back)).left?.href).toBe(`${APP_OUT}?state=of-the-app`);
    expect((await browser.open(back)).left).toBeUndefined();
    expect(await isSignedIn(browser)).toBe(false);
  });
});
