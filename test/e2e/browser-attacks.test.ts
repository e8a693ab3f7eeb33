/** Attacks that need a browser: what other sites, other windows and other people's words can make it do here. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { plainText } from '../../views/agent-text.ts';
import { type Identity, newKeyPair } from '../support/agent-keys.ts';
import { type AttackSite, attackSite, sendingForm } from '../support/attack-site.ts';
import { newBrowser, submitSignIn } from '../support/browser-flow.ts';
import { startChromium, withPage } from '../support/chromium.ts';
import { authentication, formOf, post } from '../support/oauth-calls.ts';
import { pointer } from '../support/page-input.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, REDIRECT_URI, type Scene } from '../support/scene.ts';
import { PAYLOADS } from '../unit/views/payloads.ts';

let server: RunningServer;
let scene: Scene;
let browser: Browser;
let site: AttackSite;

beforeAll(async () => {
  server = await runServer({
    environment: {
      BEHALF__PASSWORDS__ARGON2MEMORYKIB: '64',
      BEHALF__AUDIT__REFUSALINTERVALSECONDS: '1',
    },
  });
  scene = await makeScene(server, { skipConsent: false });
  site = await attackSite();
  browser = await startChromium();
}, 240_000);

afterAll(async () => {
  await browser?.close();
  await site?.close();
  await server?.close();
});

type SignedIn = { readonly page: Page; readonly context: BrowserContext };

/** Ada, signed in, in a browser of her own. */
const asAda = (use: (ada: SignedIn) => Promise<void>): Promise<void> =>
  withPage(browser, {}, async (page) => {
    await page.goto(`${server.issuer}/account`);
    await pointer.type(page, 'Username', scene.person.username);
    await pointer.type(page, 'Password', scene.person.password);
    await pointer.press(page, 'Sign in');
    await use({ page, context: page.context() });
  });

const isSignedIn = async ({ context }: SignedIn): Promise<boolean> => {
  const page = await context.newPage();
  await page.goto(`${server.issuer}/account`);
  const heading = await page.textContent('h1');
  await page.close();
  return heading === 'Agents and apps';
};

/** What Ada allowed the scene's agent. */
const allowed = () =>
  server.behalf.services.delegations.recordConsent({
    subject: scene.accountId,
    actor: scene.agent.clientId,
    resource: scene.jwt.identifier,
    asked: ['read'],
    scope: ['read'],
    expiresAt: Math.floor(Date.now() / 1000) + 3600,
    delegableTo: { agents: [], depth: 0 },
    by: scene.accountId,
  });

const stillAllowed = async (): Promise<boolean> =>
  (await server.behalf.services.delegations.consented(scene.accountId, scene.agent.clientId, scene.jwt.identifier)) !==
  undefined;

const refusals = async (): Promise<number> =>
  (await server.events('request.refused')).reduce((sum, { count }) => sum + (count ?? 1), 0);

const authorizationUrl = (more: Readonly<Record<string, string>> = {}, identity: Identity = scene.agent): string =>
  scene.authorizationRequest(identity, {
    scope: 'openid read',
    resource: scene.jwt.identifier,
    prompt: 'consent',
    ...more,
  }).url;

describe('WB-01 the policy of every page', () => {
  test('allows nothing but our own files and forms, and names no script (RFC 9700 §4.16)', async () => {
    await asAda(async ({ page }) => {
      const paths = [
        '/',
        '/account',
        '/account?done=revoked',
        '/account/password',
        '/account/signed-out',
        '/account/signed-in',
        '/account/nothing',
        '/device',
        '/session/end',
        '/session/end/success',
        '/interaction/nothing',
        '/delegations/requests/nothing',
        '/auth',
        '/auth/nothing',
        `/auth?client_id=${scene.app.clientId}&redirect_uri=https://evil.example/`,
        authorizationUrl().slice(server.issuer.length),
      ];
      for (const path of paths) {
        const response = await page.goto(`${server.issuer}${path}`);
        const { 'content-security-policy': policy = '', ...headers } = response?.headers() ?? {};
        const directives = new Map(policy.split(';').map((one) => one.trim().split(/ (.*)/s) as [string, string]));
        if (!headers['content-type']?.startsWith('text/html')) {
          expect([path, headers['content-type']]).toEqual([path, expect.stringMatching(/^application\/json/)]);
          continue;
        }
        expect([path, directives.get('default-src')]).toEqual([path, "'none'"]);
        expect([path, directives.get('frame-ancestors'), directives.get('base-uri')]).toEqual([
          path,
          "'none'",
          "'none'",
        ]);
        expect([path, directives.get('form-action')]).toEqual([path, expect.stringMatching(/^'self'/)]);
        expect([path, directives.has('script-src'), policy.includes('unsafe')]).toEqual([path, false, false]);
        expect([path, headers['x-content-type-options'], headers['referrer-policy'], headers['cache-control']]).toEqual(
          [path, 'nosniff', 'no-referrer', expect.stringContaining('no-store')],
        );
        const active = await page.evaluate<number>(
          `document.querySelectorAll('script, style, iframe, object, embed, [style], base').length +
           [...document.querySelectorAll('*')].filter((one) => [...one.attributes].some(({ name }) => name.startsWith('on'))).length`,
        );
        expect([path, active]).toEqual([path, 0]);
      }
    });
  });

  test('no other site can show a page of ours in a frame', async () => {
    await asAda(async (ada) => {
      const consent = await ada.context.newPage();
      await consent.goto(authorizationUrl());
      const paths = ['/account', '/device', '/session/end', new URL(consent.url()).pathname];
      for (const origin of [site.crossSite, site.sameSite]) {
        site.show(paths.map((path) => `<iframe src="${server.issuer}${path}"></iframe>`).join(''));
        await ada.page.goto(origin);
        const shown = await Promise.all(
          ada.page
            .frames()
            .slice(1)
            .map((frame) => frame.evaluate<string>('document.body.innerHTML').catch(() => '')),
        );
        expect(shown).toHaveLength(paths.length);
        for (const markup of shown) expect(markup).not.toMatch(/<form|My account|Connect a device/);
      }
    });
  });
});

describe('WB-02 forms of another site', () => {
  const routes = (): readonly (readonly [string, Readonly<Record<string, string>>])[] => [
    ['/account/sign-out', { csrf: 'x' }],
    [
      '/account/password',
      {
        csrf: 'x',
        current_password: scene.person.password,
        new_password: 'evil evil evil',
        repeat_password: 'evil evil evil',
      },
    ],
    [`/account/agents/${scene.agent.clientId}/revoke`, { csrf: 'x' }],
    ['/session/end/confirm', { xsrf: 'x', logout: 'yes' }],
    ['/device', { xsrf: 'x', user_code: 'BBBBBBBB', confirm: 'yes' }],
    ['/api/v1/accounts', { username: 'evil' }],
  ];

  test.each(['crossSite', 'sameSite'] as const)('are refused with 403 and change nothing: %s', async (which) => {
    await allowed();
    await asAda(async (ada) => {
      const session = await ada.context.cookies(server.issuer);
      const before = await refusals();
      for (const [path, fields] of routes()) {
        for (const enctype of ['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data']) {
          site.show(sendingForm(`${server.issuer}${path}`, fields, enctype));
          const answered = ada.page.waitForResponse((response) => response.url() === `${server.issuer}${path}`);
          await ada.page.goto(site[which]);
          const status = (await answered).status();
          // The management API knows no cookies: it asks for a token.
          expect([path, enctype, status]).toEqual([path, enctype, path.startsWith('/api/') ? 401 : 403]);
          await ada.page.waitForLoadState();
        }
      }
      expect(await refusals()).toBeGreaterThan(before);
      expect(await isSignedIn(ada)).toBe(true);
      expect(await stillAllowed()).toBe(true);
      expect(
        session.some(({ name, sameSite, httpOnly }) => name === 'behalf_session' && sameSite === 'Lax' && httpOnly),
      ).toBe(true);
    });
    expect(await server.events('account.password_changed')).toEqual([]);
    expect((await server.events('request.refused')).map(({ error }) => error)).toContain(
      // Across sites the cookie stays behind: no user is known then.
      which === 'crossSite' ? 'no_session' : 'forbidden',
    );
  });

  test('WB-07 nothing but the person signs out or in: links, pictures and windows of other sites do not', async () => {
    await asAda(async (ada) => {
      const end = `${server.issuer}/session/end?client_id=${scene.app.clientId}`;
      site.show(`<img src="${end}"><link rel="prefetch" href="${end}"><link rel="stylesheet" href="${end}">`);
      await ada.page.goto(site.crossSite);
      await ada.page.goto(end);
      expect(await ada.page.textContent('h1')).toBe('Sign out of Behalf?');
      expect(await isSignedIn(ada)).toBe(true);
      // Coming back from a sign-in that this browser did not start changes nothing either.
      await ada.page.goto(`${server.issuer}/account/signed-in?state=${'x'.repeat(43)}&code=${'y'.repeat(43)}`);
      expect(await ada.page.textContent('main')).toContain('Ada · ada');
    });
  });
});

describe('WB-03 session fixation', () => {
  test('a session that was planted is not the one the person signs in to', async () => {
    // Mallory has an empty session, from the device page, and one of her own account.
    const mallory = { username: 'mallory', password: 'a pass phrase of mine' };
    await scene.management.createAccount({ ...mallory, name: 'Mallory' });
    const empty = newBrowser(server.issuer);
    await empty.open(`${server.issuer}/device`);
    const own = newBrowser(server.issuer);
    await submitSignIn(own, await own.open(`${server.issuer}/account`), mallory);

    for (const attacker of [empty, own]) {
      const planted = attacker.jar
        .header(new URL(server.issuer))
        .split('; ')
        .map((pair) => pair.split(/=(.*)/s));
      expect(planted.map(([name]) => name)).toContain('behalf_session');
      await withPage(browser, {}, async (page) => {
        await page
          .context()
          .addCookies(planted.map(([name = '', value = '']) => ({ name, value, url: server.issuer })));
        await page.goto(authorizationUrl({ prompt: 'login' }));
        await pointer.type(page, 'Username', scene.person.username);
        await pointer.type(page, 'Password', scene.person.password);
        await pointer.press(page, 'Sign in');
        expect(await page.textContent('main')).toContain('Ada (ada)');
        const session = (await page.context().cookies(server.issuer)).find(({ name }) => name === 'behalf_session');
        expect(planted.map(([, value]) => value)).not.toContain(session?.value);

        const seen = await attacker.open(`${server.issuer}/account`);
        expect(seen.text).not.toContain('Ada');
        expect(seen.forms.some(({ fields }) => fields.some(({ type }) => type === 'password'))).toBe(true);

        // Signing out ends it too, for a copy of the cookies as well.
        const copied = await page.context().cookies(server.issuer);
        await page.goto(`${server.issuer}/account`);
        await pointer.press(page, 'Sign out');
        await page.context().addCookies(copied);
        await page.goto(`${server.issuer}/account`);
        expect(await page.textContent('h1')).toBe('Sign in');
      });
    }
  });

  test('signing in again changes the cookie, and the old one is dead', async () => {
    await asAda(async ({ page, context }) => {
      const before = await context.cookies(server.issuer);
      await page.goto(authorizationUrl({ prompt: 'login' }));
      await pointer.type(page, 'Username', scene.person.username);
      await pointer.type(page, 'Password', scene.person.password);
      await pointer.press(page, 'Sign in');
      const after = await context.cookies(server.issuer);
      const sessionOf = (cookies: typeof before): unknown =>
        cookies.find(({ name }) => name === 'behalf_session')?.value;
      expect(sessionOf(after)).not.toBe(sessionOf(before));
      await context.clearCookies();
      await context.addCookies(before);
      await page.goto(`${server.issuer}/account`);
      expect(await page.textContent('h1')).toBe('Sign in');
    });
  });
});

test('WB-08 a script of another site reads nothing, with the person’s cookies or without', async () => {
  await asAda(async ({ page }) => {
    for (const origin of [site.crossSite, site.sameSite]) {
      site.show('');
      await page.goto(origin);
      for (const path of ['/account', '/api/v1/accounts', '/device', '/session/end', '/userinfo', '/token']) {
        const read = (credentials: string): Promise<string> =>
          page.evaluate<string>(
            `fetch(${JSON.stringify(server.issuer + path)}, { credentials: '${credentials}' }).then((answer) => 'read ' + answer.status, () => 'blocked')`,
          );
        expect([path, await read('include'), await read('omit')]).toEqual([path, 'blocked', 'blocked']);
      }
    }
    // Every origin may read public documents, without cookies.
    const discovery = `${server.issuer}/.well-known/openid-configuration`;
    expect(
      await page.evaluate(`fetch('${discovery}', { credentials: 'include' }).then(() => 'read', () => 'blocked')`),
    ).toBe('blocked');
    expect(await page.evaluate(`fetch('${discovery}').then(({ status }) => status)`)).toBe(200);
  });
});

test('WB-10 a window of ours has no opener, and the page that opened it cannot drive it', async () => {
  await asAda(async ({ page, context }) => {
    for (const origin of [site.crossSite, site.sameSite]) {
      site.show('<button onclick="popup = window.open(\'about:blank\')">Open</button>');
      await page.goto(origin);
      const [popup] = await Promise.all([context.waitForEvent('page'), page.click('button')]);
      await page.evaluate(`void (popup.location = ${JSON.stringify(authorizationUrl())})`);
      await popup.waitForURL(/\/interaction\//);
      expect(await popup.evaluate('window.opener')).toBeNull();
      // The browser tells the opener's process after the popup has its page.
      await page.waitForFunction('popup.closed');
      expect(await popup.textContent('h1')).toMatch(/^\S.* wants to act for you at /);
      const response = await popup.reload();
      expect(response?.headers()).toMatchObject({
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
      });
      await popup.close();
    }
  });
});

test('AP-09 AP-15 opening a link decides nothing: the code of a device link waits to be sent, a consent link to be answered', async () => {
  const device = await scene.calls.device(scene.keyed(scene.app), {
    scope: 'openid read',
    resource: scene.jwt.identifier,
  });
  await asAda(async ({ page }) => {
    const posts: string[] = [];
    page.on('request', (request) => {
      if (request.method() !== 'GET') posts.push(request.url());
    });
    await page.goto(String(device.body['verification_uri_complete']));
    expect(await page.getByLabel('Code').inputValue()).toBe(device.body['user_code']);
    expect(await page.textContent('main')).toContain('Only do this if you started it yourself');
    await page.goto(authorizationUrl());
    await page.reload();
    expect(posts).toEqual([]);
  });
  const pending = await scene.calls.token(scene.keyed(scene.app), {
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    device_code: String(device.body['device_code']),
  });
  expect([pending.status, pending.body['error']]).toEqual([400, 'authorization_pending']);
});

describe('WB-05 text of others never runs, and never breaks the policy (0 scripts, 0 reports)', () => {
  /** What happened that only markup of others can bring about. */
  const watched = async (page: Page, use: () => Promise<void>): Promise<readonly string[]> => {
    const happened: string[] = [];
    await page.exposeFunction('hit', () => happened.push('script ran'));
    page.on('dialog', (dialog) => {
      happened.push('dialog');
      void dialog.dismiss();
    });
    page.on('console', (message) => {
      // The status of an error page is no report.
      if (!message.text().startsWith('Failed to load resource')) happened.push(message.text());
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(server.issuer)) happened.push(`request to ${request.url().slice(0, 80)}`);
    });
    await use();
    return happened;
  };

  const shows = async (page: Page, payload: string, limit: number): Promise<void> => {
    expect((await page.textContent('body')) ?? '').toContain(plainText(payload, limit).slice(0, 40));
  };

  test('the watch sees what does run', async () => {
    await withPage(browser, {}, async (page) => {
      site.show('<img src=x onerror=hit()>');
      const happened = await watched(page, async () => {
        await page.goto(site.crossSite);
        await page.waitForFunction('document.images[0].complete');
      });
      expect(happened).toContain('script ran');
    });
  });

  test('registered: names and purposes of agents, apps and services, scopes and their words, names of people', async () => {
    const isRegistrable = (payload: string): boolean => !/[\p{C}\p{Zl}\p{Default_Ignorable_Code_Point}]/u.test(payload);
    const registrable = PAYLOADS.map((payload) => payload.trim().normalize('NFC')).filter(isRegistrable);
    expect(registrable.length).toBeGreaterThan(60);
    const [one = '', another = ''] = ['"><img src=x onerror=hit()>', '</main><script>hit()</script>'];
    const person = { username: 'eve', password: 'a pass phrase of hers' };
    const eve = await scene.management.createAccount({ ...person, name: one });
    const words = registrable.map((payload, index) => ({
      name: payload.replace(/[^\x21\x23-\x5b\x5d-\x7e]/g, '').slice(0, 100) + index,
      description: payload,
      risk: 'high',
    }));
    const service = await scene.management.createResourceServer({
      identifier: 'https://words.example.com',
      name: another,
      scopes: words,
      introspection_auth_method: 'client_secret_basic',
    });
    const { publicJwk } = await newKeyPair();
    const agents: string[] = [];
    for (const payload of registrable) {
      const made = await scene.management.createAgent({
        name: payload.slice(0, 100),
        purpose: payload,
        owner: eve.id,
        environment: 'production',
        jwks: { keys: [publicJwk] },
        redirect_uris: [REDIRECT_URI],
        grant_types: ['authorization_code'],
        resource_servers: [service.id],
      });
      agents.push(made.id);
      await server.behalf.services.delegations.recordConsent({
        subject: eve.id,
        actor: made.id,
        resource: 'https://words.example.com',
        asked: words.map(({ name }) => name),
        scope: [words[agents.length - 1]?.name ?? ''],
        expiresAt: Math.floor(Date.now() / 1000) + 3600,
        delegableTo: { agents: [], depth: 0 },
        by: eve.id,
      });
    }

    await withPage(browser, {}, async (page) => {
      const happened = await watched(page, async () => {
        await page.goto(`${server.issuer}/account`);
        await pointer.type(page, 'Username', person.username);
        await pointer.type(page, 'Password', person.password);
        await pointer.press(page, 'Sign in');
        for (const payload of registrable) await shows(page, payload, 60);
        const key = await newKeyPair();
        for (const [index, clientId] of agents.entries()) {
          if (index % 5 > 0) continue;
          // All scopes once; then each agent with its own.
          const scope = index === 0 ? words.map(({ name }) => name).join(' ') : `openid ${words[index]?.name}`;
          await page.goto(authorizationUrl({ scope, resource: 'https://words.example.com' }, { clientId, key }));
          if (index === 0) for (const payload of registrable) await shows(page, payload, 160);
          await shows(page, registrable[index] ?? '', 60);
        }
      });
      expect(happened).toEqual([]);
    });
  }, 240_000);

  test('sent: parameters of a request, a hint, a code, a refused address, a device that names itself', async () => {
    await withPage(browser, {}, async (page) => {
      const happened = await watched(page, async () => {
        const from = (index: number): string => PAYLOADS[index % PAYLOADS.length] ?? '';
        for (const [index, payload] of PAYLOADS.entries()) {
          // Each goes somewhere; test/unit/views puts each everywhere.
          if (index % 3 > 0) continue;
          await page.goto(authorizationUrl({ login_hint: payload, state: payload, nonce: payload }));
          expect(await page.getByLabel('Username').inputValue()).toBe(payload.replace('\0', '\ufffd'));
          const broken = { client_id: from(index + 1), redirect_uri: from(index + 2), scope: payload, prompt: payload };
          await page.goto(`${server.issuer}/auth?${formOf(broken)}`);
          if (index % 2 > 0) continue;
          await page.goto(
            `${server.issuer}/account/signed-in?${formOf({ state: payload, error_description: payload })}`,
          );
          await page.goto(`${server.issuer}/device?${formOf({ user_code: payload })}`);
          await pointer.press(page, 'Continue');
          expect(await page.textContent('.error')).toContain('That code is not known');
        }
        for (const software of PAYLOADS.filter((text) => /^[\x21-\x7e][\x20-\x7e]+$/.test(text)).slice(0, 15)) {
          const proof = await authentication(scene.keyed(scene.app), server.issuer);
          const request = { ...proof.parameters, scope: 'openid' };
          const { body } = await post(scene.calls.endpoints.device, request, { 'user-agent': software });
          await page.goto(String(body['verification_uri_complete']));
          await pointer.press(page, 'Continue');
          await shows(page, software, 120);
        }
      });
      expect(happened).toEqual([]);
    });
  }, 240_000);
});
