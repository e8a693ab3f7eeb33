/**
 * Apps hear that a session is over (OpenID Connect Back-Channel Logout 1.0): two of them at an address of their own, which
 * check what they are sent as a relying party does (§2.6).
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createLocalJWKSet, decodeJwt, type JWTPayload, jwtVerify } from 'jose';
import { type Browser, newBrowser } from '../support/browser-flow.ts';
import { internalHosts } from '../support/internal-hosts.ts';
import { localAuthority } from '../support/local-authority.ts';
import { discover } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, REDIRECT_URI, type Scene } from '../support/scene.ts';
import { advance, now, startClock, stopClock } from '../support/stopped-clock.ts';

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';

type Heard = { readonly path: string; readonly type: string; readonly form: URLSearchParams };

let server: RunningServer;
let scene: Scene;
let authority: Awaited<ReturnType<typeof localAuthority>>;
let heard: Heard[] = [];
/** What the apps answer with. */
let status = 200;
let origin: string;
/** Which of the two wants to be told the session. */
let apps: { readonly any: string; readonly one: string };

beforeAll(async () => {
  stopClock();
  authority = await localAuthority();
  const served = await authority.serve((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const type = String(request.headers['content-type']);
      heard.push({ path: String(request.url), type, form: new URLSearchParams(body) });
      response.writeHead(status).end();
    });
  });
  origin = served.origin;
  server = await runServer({
    environment: {
      ...internalHosts({ appLogout: served.host }),
      BEHALF__EGRESS__CAFILE: authority.caFile,
    },
  });
  scene = await makeScene(server);
  const app = async (path: string, more: object) =>
    (
      await scene.management.createClient({
        name: `App ${path}`,
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: { keys: [scene.app.key.publicJwk] },
        redirect_uris: [REDIRECT_URI],
        skip_consent: true,
        backchannel_logout_uri: `${origin}/${path}`,
        ...more,
      })
    ).id;
  apps = {
    any: await app('any', {}),
    one: await app('one', { backchannel_logout_session_required: true, id_token_signed_response_alg: 'ES256' }),
  };
}, 60_000);
beforeEach(() => {
  advance(2000);
  heard = [];
  status = 200;
});
afterAll(async () => {
  await server?.close();
  await authority?.remove();
  startClock();
});

const { notifications } = { notifications: () => server.behalf.services.notifications };
/** As housekeeping does every second. */
const deliver = async (): Promise<void> => {
  await notifications().deliveryWorker.poll();
  await notifications().deliveryWorker.idle();
};

/** Signs in to an app; answers the ID token's claims. */
const signIn = async (browser: Browser, clientId: string): Promise<JWTPayload> => {
  scene.useBrowser(browser);
  const app = { clientId, key: scene.app.key };
  const request = scene.authorizationRequest(app, { scope: 'openid' });
  const left = await scene.walk(request.url);
  const answer = await scene.calls.token(scene.keyed(app), {
    grant_type: 'authorization_code',
    code: scene.codeFrom(left),
    redirect_uri: REDIRECT_URI,
    code_verifier: request.verifier,
  });
  return decodeJwt(String(answer.body['id_token']));
};

const signedInToBoth = async () => {
  const browser = newBrowser(server.issuer);
  const any = await signIn(browser, apps.any);
  const one = await signIn(browser, apps.one);
  return { browser, any, one };
};

const press = async (browser: Browser, path: string, end: string, button?: RegExp): Promise<void> => {
  const page = await browser.open(`${server.issuer}${path}`);
  const form = page.forms.find(({ action }) => action.endsWith(end));
  if (!form) throw new Error(`no form ${end} on ${page.text}`);
  await browser.submit(page, form, button ? { button } : {});
};

/** What an app was sent, checked as §2.6 says. */
const tokenAt = async (path: string): Promise<JWTPayload> => {
  const found = heard.filter((one) => one.path === `/${path}`);
  expect(found).toHaveLength(1);
  expect(found[0]?.type).toBe('application/x-www-form-urlencoded');
  const { jwks } = await discover(server.issuer);
  const keys = createLocalJWKSet((await (await fetch(jwks)).json()) as never);
  const { payload, protectedHeader } = await jwtVerify(String(found[0]?.form.get('logout_token')), keys, {
    issuer: server.issuer,
    typ: 'logout+jwt',
    requiredClaims: ['iat', 'exp', 'jti', 'events', 'sub'],
    currentDate: new Date(now() * 1000),
  });
  expect(protectedHeader.alg).toBe(path === 'one' ? 'ES256' : 'RS256');
  expect(payload['events']).toEqual({ [EVENT]: {} });
  expect(payload).not.toHaveProperty('nonce');
  expect(Number(payload.exp) - Number(payload.iat)).toBe(120);
  return payload;
};

test('discovery announces back-channel logout with session ids (§2.1)', async () => {
  const document = await (await fetch(`${server.issuer}/.well-known/openid-configuration`)).json();
  expect(document).toMatchObject({ backchannel_logout_supported: true, backchannel_logout_session_supported: true });
});

describe('apps are told', () => {
  test.each([
    ['when their person signs out', (browser: Browser) => press(browser, '/account', '/sign-out')],
    ['at the end-session endpoint', (browser: Browser) => press(browser, '/session/end', '/confirm', /yes/i)],
    ['when everything is signed out', (browser: Browser) => press(browser, '/account/sessions', '/end-all')],
    [
      'when the password is changed',
      () => scene.management.call('POST', `/accounts/${scene.accountId}/password`, { password: scene.person.password }),
    ],
    [
      'when the account is killed',
      async () => {
        const answer = await scene.management.call('POST', '/kills', {
          scope: 'account',
          id: scene.accountId,
          reason: 'the laptop was stolen',
        });
        expect(answer.status).toBe(201);
        await server.settled();
        await scene.management.call('POST', `/kills/${answer.body['id']}/lift`);
        // What begins within a few seconds after it is from before, for a clock that goes wrong.
        advance(10_000);
      },
    ],
  ] as const)('%s, each once, and the one that asked for it which session', async (_, end) => {
    const { browser, one } = await signedInToBoth();
    await deliver();
    expect(heard).toEqual([]);
    await end(browser);
    await deliver();
    await deliver();
    expect(await tokenAt('any')).toMatchObject({ sub: scene.accountId, aud: apps.any });
    expect(await tokenAt('any')).not.toHaveProperty('sid');
    expect(await tokenAt('one')).toMatchObject({ sub: scene.accountId, aud: apps.one, sid: one['sid'] });
    expect(one['sid']).toBeTruthy();
  });

  test('of their own session only: others of the person go on', async () => {
    const [first, second] = [await signedInToBoth(), await signedInToBoth()];
    await press(first.browser, '/account', '/sign-out');
    await deliver();
    expect((await tokenAt('one'))['sid']).toBe(first.one['sid']);
    expect(first.one['sid']).not.toBe(second.one['sid']);
  });

  test('an app that asks for its own sign-out is notified of that alone, and the user stays signed in', async () => {
    const { browser, one } = await signedInToBoth();
    await press(browser, `/session/end?client_id=${apps.one}`, '/confirm', /stay/i);
    await deliver();
    expect(heard.map(({ path }) => path)).toEqual(['/one']);
    expect((await tokenAt('one'))['sid']).toBe(one['sid']);
    expect((await browser.open(`${server.issuer}/account`)).status).toBe(200);
    const again = await signIn(browser, apps.one);
    expect(again['sid']).not.toBe(one['sid']);
    heard = [];
    await press(browser, '/account', '/sign-out');
    await deliver();
    expect((await tokenAt('one'))['sid']).toBe(again['sid']);
  });

  test('an app that could not be notified then is notified when the session ends', async () => {
    const { browser, one } = await signedInToBoth();
    server.faults.failingWrites = new Set(['deliveries']);
    await press(browser, `/session/end?client_id=${apps.one}`, '/confirm', /stay/i);
    server.faults.failingWrites = new Set();
    await press(browser, '/account', '/sign-out');
    await deliver();
    expect((await tokenAt('one'))['sid']).toBe(one['sid']);
  });

  test('again, with a new token, while they do not answer; no more when they say that it was wrong (400, §2.8)', async () => {
    const { browser } = await signedInToBoth();
    status = 503;
    await press(browser, '/account', '/sign-out');
    await deliver();
    const first = String(heard[0]?.form.get('logout_token'));
    status = 200;
    heard = [];
    advance(600_000);
    await deliver();
    const token = String(heard.find(({ path }) => path === '/any')?.form.get('logout_token'));
    expect(decodeJwt(token).jti).not.toBe(decodeJwt(first).jti);
    expect(Number(decodeJwt(token).iat)).toBe(now());

    const other = await signedInToBoth();
    status = 400;
    heard = [];
    await press(other.browser, '/account', '/sign-out');
    await deliver();
    advance(600_000);
    await deliver();
    expect(heard).toHaveLength(2);
    const given = (await server.events('notification.undelivered')).slice(-2);
    expect(given).toMatchObject(
      [apps.any, apps.one].map(() => ({ target: { kind: 'client' }, inputs: { kind: 'app.logout' } })),
    );
  });

  test('no app of an end that came to nothing', async () => {
    const { browser } = await signedInToBoth();
    // The audit log takes nothing: the session goes on, and no app is told.
    server.faults.failingWrites = new Set(['audit_records']);
    const page = await browser.open(`${server.issuer}/account`);
    const form = page.forms.find(({ action }) => action.endsWith('/sign-out'));
    if (!form) throw new Error(page.text);
    expect((await browser.submit(page, form)).status).toBe(503);
    server.faults.failingWrites = new Set();
    advance(20_000);
    await deliver();
    expect(heard).toEqual([]);
    await press(browser, '/account', '/sign-out');
    await deliver();
    await tokenAt('any');
  });

  test('no app at an address that was removed', async () => {
    const { browser } = await signedInToBoth();
    const read = await scene.management.call('GET', `/clients/${apps.any}`);
    const put = (change: object, etag: string | null) =>
      scene.management.call('PATCH', `/clients/${apps.any}`, change, { 'if-match': String(etag) });
    const taken = await put({ backchannel_logout_uri: null }, read.headers.get('etag'));
    expect(taken.body).not.toHaveProperty('backchannel_logout_uri');
    await press(browser, '/account', '/sign-out');
    await deliver();
    expect(heard.map(({ path }) => path)).toEqual(['/one']);
    await put({ backchannel_logout_uri: `${origin}/any` }, taken.headers.get('etag'));
  });
});

describe('the address', () => {
  test.each([
    ['http://app.example.com/out', 'https'],
    ['https://user@app.example.com/out', 'user name'],
    ['https://app.example.com/out#part', 'fragment'],
    ['https://10.0.0.7/out', 'public'],
    ['https://localhost/out', 'public'],
    ['javascript:alert(1)', 'https'],
  ])('SF-02 is refused where it is registered: %s', async (uri, about) => {
    await expect(
      scene.management.createClient({ name: 'X', redirect_uris: [REDIRECT_URI], backchannel_logout_uri: uri }),
    ).rejects.toThrow(about);
    expect((await server.events('management.refused')).at(-1)).toMatchObject({
      note: 'createClient',
      error: 'invalid_field',
    });
  });
});
