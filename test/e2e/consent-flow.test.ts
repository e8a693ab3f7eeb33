/** Everything a person does here, in a real browser against a whole server, in the ways people use one. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { type Identity, newKeyPair } from '../support/agent-keys.ts';
import { startChromium, withPage } from '../support/chromium.ts';
import { DEVICE_CODE, EXCHANGE } from '../support/oauth-calls.ts';
import { type Hands, keyboard, pointer } from '../support/page-input.ts';
import { type RedirectTarget, redirectTarget } from '../support/redirect-target.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { consentUrl, makeScene, type Scene } from '../support/scene.ts';

let server: RunningServer;
let scene: Scene;
let browser: Browser;
let client: RedirectTarget;

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  client = await redirectTarget();
  browser = await startChromium();
}, 240_000);

afterAll(async () => {
  await browser?.close();
  await client?.close();
  await server?.close();
});

const newAgent = async (name: string, redirectUris: readonly string[]): Promise<Identity> => {
  const key = await newKeyPair();
  const made = await scene.management.createAgent({
    name,
    owner: scene.accountId,
    purpose: 'Finds free days',
    environment: 'production',
    jwks: { keys: [key.publicJwk] },
    redirect_uris: redirectUris,
    grant_types: ['authorization_code', 'refresh_token', EXCHANGE],
    resource_servers: [scene.jwt.id],
    authority: { [scene.jwt.identifier]: ['read', 'write'], [scene.opaque.identifier]: ['read', 'write'] },
  });
  return { clientId: made.id, key };
};

const signIn = async (page: Page, hands: Hands, person = scene.person): Promise<void> => {
  await hands.type(page, 'Username', person.username);
  await hands.type(page, 'Password', person.password);
  await hands.press(page, 'Sign in');
};

/** All that the browser objects to: our policy broken, a file missing, script of ours failing. */
const objections = (page: Page): readonly string[] => {
  const heard: string[] = [];
  page.on('console', (message) => heard.push(message.text()));
  page.on('pageerror', (error) => heard.push(String(error)));
  return heard;
};

type Way = { readonly hands: Hands; readonly options: BrowserContextOptions };
const WAYS: readonly (readonly [string, Way])[] = [
  ['with a pointer on a wide screen', { hands: pointer, options: { viewport: { width: 1280, height: 800 } } }],
  [
    'without JavaScript on a phone',
    { hands: pointer, options: { viewport: { width: 390, height: 844 }, javaScriptEnabled: false } },
  ],
  [
    'with nothing but a keyboard on a phone',
    { hands: keyboard, options: { viewport: { width: 390, height: 844 }, colorScheme: 'dark' } },
  ],
];

describe.each(WAYS)('WB-01 WB-12 %s', (way, { hands, options }) => {
  test('a person signs in, allows less than was asked, connects a device, lets an agent take over, and ends it all', async () => {
    const agent = await newAgent(`Planner ${way}`, [client.redirectUri]);
    const helper = await newAgent(`Helper ${way}`, [client.redirectUri]);
    const { jwt, opaque, calls, keyed } = scene;

    await withPage(browser, options, async (page) => {
      const objected = objections(page);
      const fits = async (): Promise<void> => {
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(options.viewport?.width);
      };

      // An agent asks; the person signs in and narrows.
      const request = scene.authorizationRequest(agent, {
        redirect_uri: client.redirectUri,
        scope: 'openid read write',
        resource: [jwt.identifier, opaque.identifier],
        state: 'the-state',
      });
      await page.goto(request.url);
      await fits();
      await signIn(page, hands);
      await fits();
      const text = await page.textContent('main');
      for (const shown of ['wants to act for you at', client.origin.slice(7), 'Owned by Ada', 'Ada (ada)'])
        expect(text).toContain(shown);
      await hands.toggle(page, /Add and change/);
      await hands.choose(page, 'For how long', '1 hour');
      const arrived = client.next();
      await hands.press(page, 'Allow what is ticked');
      const answer = await arrived;
      expect(Object.fromEntries(answer)).toMatchObject({ state: 'the-state', iss: server.issuer });
      const tokens = await calls.token(keyed(agent), {
        grant_type: 'authorization_code',
        code: answer.get('code') ?? '',
        redirect_uri: client.redirectUri,
        code_verifier: request.verifier,
        resource: jwt.identifier,
      });
      expect([tokens.status, tokens.body['scope']]).toEqual([200, 'read']);
      expect(decodeJwt(String(tokens.body['access_token']))).toMatchObject({
        sub: scene.accountId,
        scope: 'read',
        act: { sub: agent.clientId, sub_profile: 'ai_agent' },
      });

      // A device shows a code; the person types it (RFC 8628 §3.3).
      const device = await calls.device(keyed(scene.app), { scope: 'openid read', resource: jwt.identifier });
      await page.goto(String(device.body['verification_uri']));
      await fits();
      await hands.type(page, 'Code', String(device.body['user_code']).toLowerCase());
      await hands.press(page, 'Continue');
      await fits();
      const asked = await page.textContent('main');
      for (const shown of [String(device.body['user_code']), 'Desk', '127.0.0.1', 'Asked at', 'started this yourself'])
        expect(asked).toContain(shown);
      await hands.press(page, 'The code is the same');
      expect(await page.textContent('h1')).toBe('Your device is connected');
      const connected = await calls.token(keyed(scene.app), {
        grant_type: DEVICE_CODE,
        device_code: String(device.body['device_code']),
        resource: jwt.identifier,
      });
      expect([connected.status, connected.body['scope']]).toEqual([200, 'read']);

      // Another agent may not act with what the app has: it hands the person a link (decision D1 b).
      const own = await scene.newTokens(jwt.identifier);
      const subjectToken = String(own['access_token']);
      const refused = await calls.exchange(keyed(helper), subjectToken, opaque.identifier);
      expect([refused.status, refused.body['error']]).toEqual([400, 'consent_required']);
      await page.goto(String(consentUrl(refused)));
      await fits();
      expect(await page.textContent('main')).toContain('Asked through');
      await hands.toggle(page, /Add and change/);
      await hands.press(page, 'Allow what is ticked');
      expect(await page.textContent('main')).toContain('Allowed. The agent can go on now.');
      const exchanged = await calls.exchange(keyed(helper), subjectToken, opaque.identifier);
      expect([exchanged.status, exchanged.body['scope']]).toEqual([200, 'read']);

      // My account: one thing ends, then all of an agent.
      await fits();
      const isActive = async (token: unknown, at: Scene['jwt']): Promise<unknown> =>
        (await calls.introspect(at.credential, String(token))).body['active'];
      expect(await isActive(exchanged.body['access_token'], opaque)).toBe(true);
      await hands.unfold(page, `Helper ${way}`);
      await hands.press(page, new RegExp(`^Revoke what Helper ${way}`));
      expect(await isActive(exchanged.body['access_token'], opaque)).toBe(false);
      expect(await isActive(tokens.body['access_token'], jwt)).toBe(true);
      await hands.press(page, new RegExp(`^Revoke all that Planner ${way}`));
      expect(await page.textContent('main')).toContain('Access revoked');
      expect(await isActive(tokens.body['access_token'], jwt)).toBe(false);
      const refreshed = await calls.token(keyed(agent), {
        grant_type: 'refresh_token',
        refresh_token: String(tokens.body['refresh_token']),
      });
      expect([refreshed.status, refreshed.body['error']]).toEqual([400, 'invalid_grant']);

      // Out.
      await hands.press(page, 'Sign out');
      expect(await page.textContent('h1')).toBe('You are signed out');
      await page.goto(`${server.issuer}/account`);
      expect(await page.textContent('h1')).toBe('Sign in');
      expect(objected).toEqual([]);
    });

    const events = await server.events();
    const mine = events.filter(({ agent: by }) => by === agent.clientId || by === helper.clientId);
    expect(mine.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['consent.granted', 'authorization.granted', 'token.issued', 'token.refused']),
    );
    expect(events.filter(({ type }) => type === 'grant.revoked').at(-1)).toMatchObject({
      subject: scene.accountId,
      target: { kind: 'agent', id: agent.clientId },
    });
  }, 240_000);
});

/** Presses a button whose answer leads to `target`; answers whether the browser asks for it, or refuses on account of our policy. */
const whereTo = async (page: Page, button: string, target: string): Promise<'target' | 'refused'> => {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  const asked = new Promise<'target'>((resolve) => {
    session.on('Network.requestWillBeSent', ({ request }) => {
      if (request.url.startsWith(target)) resolve('target');
    });
  });
  const refused = new Promise<'refused'>((resolve) => {
    page.on('console', (message) => {
      if (message.text().includes('form-action')) resolve('refused');
    });
  });
  await page.getByRole('button', { name: button, exact: true }).click({ noWaitAfter: true });
  return Promise.race([asked, refused]);
};

/** Loads the page again without the target of its request in the policy: what a policy without it would do. */
const withoutTargets = async (page: Page): Promise<void> => {
  const url = page.url();
  await page.route(url, async (route) => {
    const response = await route.fetch({ maxRedirects: 0 });
    const policy = String(response.headers()['content-security-policy']).replace(/form-action.*/, "form-action 'self'");
    await route.fulfill({ response, headers: { ...response.headers(), 'content-security-policy': policy } });
  });
  await page.goto(url);
};

describe('form-action lets an answer go where this request leads, and nowhere else (w3c/webappsec #482)', () => {
  const CUSTOM = 'com.example.planner:/callback';

  const signedIn = (use: (page: Page) => Promise<void>): Promise<void> =>
    withPage(browser, {}, async (page) => {
      await page.goto(`${server.issuer}/account`);
      await signIn(page, pointer);
      await use(page);
    });

  test.each([
    ['reaches the custom scheme of a native app', 'target'],
    ['does not without its scheme in the policy', 'refused'],
  ])('an answer %s', async (_, expected) => {
    const native = await scene.management.createClient({
      name: 'Planner on this computer',
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code'],
      redirect_uris: [CUSTOM],
    });
    const identity = { clientId: native.id, key: await newKeyPair() };
    const { url } = scene.authorizationRequest(identity, { redirect_uri: CUSTOM, scope: 'openid', prompt: 'consent' });
    await signedIn(async (page) => {
      await page.goto(url);
      if (expected === 'refused') await withoutTargets(page);
      expect(await page.textContent('main')).toContain('com.example.planner:');
      expect(await whereTo(page, 'Allow what is ticked', CUSTOM)).toBe(expected);
    });
  });

  test('signing out leads on to the page that the app registered', async () => {
    const after = `${client.origin}/bye`;
    const key = await newKeyPair();
    const app = await scene.management.createClient({
      name: 'Desk with an end',
      application_type: 'native',
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [key.publicJwk] },
      grant_types: ['authorization_code'],
      redirect_uris: [client.redirectUri],
      post_logout_redirect_uris: [after],
      skip_consent: true,
    });
    const query = new URLSearchParams({ client_id: app.id, post_logout_redirect_uri: after, state: 's' });
    await signedIn(async (page) => {
      await page.goto(`${scene.calls.endpoints.endSession}?${query}`);
      expect(await page.textContent('main')).toContain('Desk with an end');
      expect(await whereTo(page, 'Sign out', after)).toBe('target');
      await page.waitForURL(`${after}?state=s`);
      await page.goto(`${server.issuer}/account`);
      expect(await page.textContent('h1')).toBe('Sign in');
    });
    expect((await server.events('session.ended')).at(-1)).toMatchObject({ subject: scene.accountId });
  });

  test.each([true, false])(
    'WB-01 an answer as a form (response_mode=form_post), script %s',
    async (javaScriptEnabled) => {
      const agent = await newAgent(`Poster ${javaScriptEnabled}`, [client.redirectUri]);
      const { url } = scene.authorizationRequest(agent, {
        redirect_uri: client.redirectUri,
        response_mode: 'form_post',
        scope: 'openid read',
        resource: scene.jwt.identifier,
      });
      await withPage(browser, { javaScriptEnabled }, async (page) => {
        const objected = objections(page);
        await page.goto(url);
        await signIn(page, pointer);
        const arrived = client.next();
        const posting = page.waitForResponse((response) => response.url().includes('/auth/'));
        await page.getByRole('button', { name: 'Allow what is ticked' }).click();
        const policy = String((await posting).headers()['content-security-policy']);
        expect(policy).toContain("default-src 'none'");
        expect(policy).toContain("frame-ancestors 'none'");
        expect(policy).toMatch(new RegExp(`form-action 'self' ${client.origin}$`));
        expect(policy).not.toContain('unsafe');
        if (!javaScriptEnabled) await page.getByRole('button', { name: 'Continue' }).click();
        expect((await arrived).get('code')).toMatch(/^[\w-]{20,}$/);
        expect(objected).toEqual([]);
      });
    },
  );
});

test('a person who returns sees what they allow already and until when, what is new, and their choice of duration', async () => {
  const agent = await newAgent('Returning', [client.redirectUri]);
  const asking = (scope: string): string =>
    scene.authorizationRequest(agent, {
      ...{ redirect_uri: client.redirectUri, scope, resource: scene.jwt.identifier, prompt: 'consent' },
    }).url;
  await withPage(browser, { viewport: { width: 390, height: 844 }, javaScriptEnabled: false }, async (page) => {
    const duration = () => page.getByLabel('For how long').locator('option:checked').textContent();
    const allow = async (): Promise<void> => {
      const arrived = client.next();
      await pointer.press(page, 'Allow what is ticked');
      expect((await arrived).get('code')).toMatch(/./);
    };
    await page.goto(asking('openid read'));
    await signIn(page, pointer);
    expect(await page.locator('.earlier').count()).toBe(0);
    await pointer.choose(page, 'For how long', '8 hours');
    await allow();

    await page.goto(asking('openid read'));
    expect(await page.textContent('.earlier')).toMatch(/^You already allow, until .+ UTC: See what is there, /);
    expect(await duration()).toBe('8 hours');

    await page.goto(asking('openid read write'));
    expect(await page.textContent('.earlier')).toMatch(/^You already allow the rest until .+ UTC\. What is marked New/);
    const isNew = (what: string) => page.locator('.choices > li', { hasText: what }).locator('.tag.new').count();
    expect([await isNew('See what is there'), await isNew('Add and change')]).toEqual([0, 1]);
    expect(await duration()).toBe('8 hours');
    await pointer.choose(page, 'For how long', '1 day');
    await allow();
    await page.goto(asking('openid read write'));
    expect(await duration()).toBe('1 day');
  });
  const granted = (await server.events('consent.granted')).filter(({ agent: by }) => by === agent.clientId);
  expect(granted.map(({ scopeGiven }) => scopeGiven)).toEqual([['read'], ['read', 'write']]);
});

describe('“Not you?”', () => {
  const bob = { username: 'bob', password: 'another long pass phrase' };

  beforeAll(async () => {
    await scene.management.createAccount({ ...bob, name: 'Bob' });
  });

  test('another user takes over the same request; the first session ends, and no other page comes between', async () => {
    const agent = await newAgent('Switcher', [client.redirectUri]);
    const parameters = { redirect_uri: client.redirectUri, scope: 'openid read', resource: scene.jwt.identifier };
    const pushed = scene.authorizationRequest(agent, { ...parameters, state: 'kept' });
    const { body } = await scene.calls.push(scene.keyed(agent), pushed.parameters);
    const url = `${scene.calls.endpoints.authorization}?client_id=${agent.clientId}&request_uri=${body['request_uri']}`;
    await withPage(browser, { javaScriptEnabled: false }, async (page) => {
      await page.goto(url);
      await signIn(page, pointer);
      expect(await page.textContent('main')).toContain('Ada (ada)');
      const consentOfAda = page.url();
      await pointer.press(page, 'Not you?');
      expect(await page.textContent('h1')).toBe('Sign in');
      expect(await page.getByLabel('Username').inputValue()).toBe('');
      await signIn(page, pointer, bob);
      expect(await page.textContent('main')).toContain('Bob (bob)');
      const arrived = client.next();
      await pointer.press(page, 'Allow what is ticked');
      const answer = await arrived;
      expect(answer.get('state')).toBe('kept');
      const tokens = await scene.calls.token(scene.keyed(agent), {
        grant_type: 'authorization_code',
        code: answer.get('code') ?? '',
        redirect_uri: client.redirectUri,
        code_verifier: pushed.verifier,
        resource: scene.jwt.identifier,
      });
      const subject = decodeJwt(String(tokens.body['access_token'])).sub;
      expect(subject).not.toBe(scene.accountId);
      expect((await server.events('session.ended')).at(-1)).toMatchObject({ subject: scene.accountId });
      expect((await server.events('consent.granted')).at(-1)).toMatchObject({ subject, agent: agent.clientId });

      // What was pushed is used up, and the page of the first person is no more.
      expect((await page.goto(consentOfAda))?.status()).toBe(404);
      const again = client.next();
      await page.goto(url);
      expect((await again).get('error')).toBe('invalid_request_uri');
      await page.goto(`${server.issuer}/account`);
      expect(await page.textContent('main')).toContain('Bob · bob');
    });
  });

  test('the same person may sign in again, or go back', async () => {
    const agent = await newAgent('Returner', [client.redirectUri]);
    const { url } = scene.authorizationRequest(agent, {
      redirect_uri: client.redirectUri,
      scope: 'openid read',
      resource: scene.jwt.identifier,
    });
    await withPage(browser, {}, async (page) => {
      await page.goto(url);
      await signIn(page, pointer);
      await pointer.press(page, 'Not you?');
      await signIn(page, pointer);
      expect(await page.textContent('main')).toContain('Ada (ada)');
      await pointer.press(page, 'Not you?');
      const arrived = client.next();
      await pointer.press(page, 'Cancel and go back');
      expect((await arrived).get('error')).toBe('access_denied');
    });
    expect((await server.events('consent.granted')).filter(({ agent: by }) => by === agent.clientId)).toEqual([]);
  });
});
