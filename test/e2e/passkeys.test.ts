/** Passkeys in a real browser, with an authenticator of its own (Chromium's, over its debugging protocol), on a whole server. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import type { Browser, Page } from 'playwright-core';
import { MULTI_FACTOR } from '../../src/domain/vocabulary/assurance.ts';
import { startChromium, withPage } from '../support/chromium.ts';
import { pageFaults } from '../support/page-faults.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, REDIRECT_URI, type Scene } from '../support/scene.ts';
import { makePasskey, plugAuthenticator } from '../support/virtual-authenticator.ts';

const PASSWORD = 'a long enough pass phrase';

let server: RunningServer;
let scene: Scene;
let browser: Browser;

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  browser = await startChromium();
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

const newPerson = async (username: string): Promise<string> =>
  (await scene.management.createAccount({ username, name: username, password: PASSWORD })).id;

const signInByPassword = async (page: Page, username: string): Promise<void> => {
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
};

const addPasskey = async (page: Page, username: string): Promise<void> => {
  await page.goto(`${scene.issuer}/account/security/passkey`);
  await signInByPassword(page, username);
  await makePasskey(page, 'Laptop');
};

/** Signs in for the app; answers the claims of its token. */
const signedIn = async (page: Page, walk: () => Promise<void>, parameters: Readonly<Record<string, string>> = {}) => {
  const request = scene.authorizationRequest(scene.app, {
    scope: 'openid read',
    resource: scene.jwt.identifier,
    ...parameters,
  });
  // No user answers there: the browser's own page about that comes last.
  const over = page.waitForEvent('framenavigated', (frame) => frame.url().startsWith('chrome-error:'));
  const left = page.waitForRequest(`${REDIRECT_URI}*`);
  await page.goto(request.url);
  await walk();
  const arrived = (await left).url();
  await over;
  const answer = await scene.calls.token(scene.keyed(scene.app), {
    grant_type: 'authorization_code',
    code: scene.codeFrom(new URL(arrived)),
    redirect_uri: REDIRECT_URI,
    code_verifier: request.verifier,
    resource: scene.jwt.identifier,
  });
  return decodeJwt(String(answer.body['access_token']));
};

const byPasskeyAlone = (page: Page) => page.getByRole('button', { name: 'Sign in with a passkey' }).click();
const asFactor = async (page: Page, username: string): Promise<void> => {
  await signInByPassword(page, username);
  await page.getByRole('button', { name: 'Use your passkey' }).click();
};

describe('passkeys', () => {
  test('one is added, and is then a second factor, or all that a sign-in takes; tokens say which', async () => {
    const account = await newPerson('ada-lovelace');
    await withPage(browser, {}, async (page) => {
      const objections: string[] = [];
      page.on(
        'console',
        (message) => message.text().includes('Content Security Policy') && objections.push(message.text()),
      );
      await plugAuthenticator(page);
      await addPasskey(page, 'ada-lovelace');
      await page.getByRole('link', { name: 'I have kept them' }).click();
      await page.getByRole('heading', { name: 'Laptop' }).waitFor();
      expect(await pageFaults(page)).toEqual([]);

      await page.context().clearCookies();
      const second = await signedIn(page, () => asFactor(page, 'ada-lovelace'));
      expect(second).toMatchObject({ sub: account, acr: MULTI_FACTOR, amr: ['pwd', 'hwk', 'user', 'mfa'] });

      await page.context().clearCookies();
      const alone = await signedIn(page, () => byPasskeyAlone(page), { acr_values: MULTI_FACTOR });
      expect(alone).toMatchObject({ sub: account, acr: MULTI_FACTOR, amr: ['hwk', 'user', 'mfa'] });
      expect(objections).toEqual([]);
    });
    const [added] = await server.events('factor.added');
    expect(added).toMatchObject({ subject: account, inputs: { kind: 'passkey' } });
  });

  test('LG-05 without user verification it is a second factor, and never all that is asked for', async () => {
    await newPerson('grace-hopper');
    await withPage(browser, {}, async (page) => {
      await plugAuthenticator(page);
      await addPasskey(page, 'grace-hopper');
      // A page that an attacker changed asks for less than it was given to ask.
      const askForLess = () =>
        page.evaluate(
          "for (const { dataset } of document.querySelectorAll('form[data-passkey]')) dataset.options = dataset.options.replace(/preferred|required/g, 'discouraged')",
        );
      await page.context().clearCookies();
      const second = await signedIn(page, async () => {
        await signInByPassword(page, 'grace-hopper');
        await page.getByRole('button', { name: 'Use your passkey' }).waitFor();
        await askForLess();
        await page.getByRole('button', { name: 'Use your passkey' }).click();
      });
      expect(second['amr']).toEqual(['pwd', 'hwk', 'user']);
      await page.context().clearCookies();
      await page.goto(`${scene.issuer}/account`);
      await askForLess();
      await byPasskeyAlone(page);
      await page.getByText('That passkey was not accepted').waitFor();
    });
  });

  test('LG-05 OT-10 an assertion is accepted once, in its own interaction, for its own purpose', async () => {
    await newPerson('alan-turing');
    await withPage(browser, {}, async (page) => {
      await plugAuthenticator(page);
      await addPasskey(page, 'alan-turing');
      await page.context().clearCookies();
      await page.goto(`${scene.issuer}/account`);
      // What the browser would send is kept back.
      const [request] = await Promise.all([
        // Told when it was kept back, not when it was made: until then the route has to stay.
        page.waitForEvent('requestfailed', (one) => one.url().endsWith('/passkey') && one.method() === 'POST'),
        page.route('**/interaction/*/passkey', (route) => route.abort()).then(() => byPasskeyAlone(page)),
      ]);
      await page.unroute('**/interaction/*/passkey');
      const credential = new URLSearchParams(request.postData() ?? '').get('credential') ?? '';
      const form = Object.fromEntries(new URLSearchParams(request.postData() ?? ''));
      const send = (to: string, more: Readonly<Record<string, string>> = {}) =>
        page.request.post(to, {
          form: { ...form, ...more },
          maxRedirects: 0,
          headers: { origin: new URL(scene.issuer).origin },
        });
      const changed = (change: (made: Record<string, unknown>) => void): string => {
        const made = JSON.parse(credential) as Record<string, unknown>;
        change(made);
        return JSON.stringify(made);
      };
      // Another id than the one that signed: refused, and the challenge is gone.
      const other = await send(request.url(), {
        credential: changed((made) => Object.assign(made, { rawId: 'AAAA' })),
      });
      expect(other.status()).toBe(403);
      expect((await send(request.url())).status()).toBe(403);
      // Another interaction, with a form of its own.
      await page.goto(`${scene.issuer}/account`);
      const uid = page.url().split('/').at(-1) ?? '';
      const csrf = (await page.locator('form[data-passkey] input[name=csrf]').getAttribute('value')) ?? '';
      expect((await send(page.url().replace(/$/, '/passkey'), { uid, csrf })).status()).toBe(403);
      for (const nonsense of ['', '{}', 'null', '[]', '{"id":1}', 'x'.repeat(13_000)]) {
        expect((await send(`${page.url()}/passkey`, { uid, csrf, credential: nonsense })).status()).toBe(403);
      }
    });
  });

  test('LG-05 a counter that goes back stops the passkey, and the person sees it', async () => {
    const account = await newPerson('katherine-johnson');
    await withPage(browser, {}, async (page) => {
      const { cdp, id } = await plugAuthenticator(page);
      await addPasskey(page, 'katherine-johnson');
      const { credentials } = await cdp.send('WebAuthn.getCredentials', { authenticatorId: id });
      await page.context().clearCookies();
      await signedIn(page, () => byPasskeyAlone(page));
      // The copy that was made before.
      const [copy] = credentials;
      if (!copy) throw new Error('no credential');
      await cdp.send('WebAuthn.clearCredentials', { authenticatorId: id });
      await cdp.send('WebAuthn.addCredential', { authenticatorId: id, credential: copy });
      await page.context().clearCookies();
      await page.goto(`${scene.issuer}/account`);
      await byPasskeyAlone(page);
      await page.getByText('That passkey was not accepted').waitFor();
    });
    expect(await server.events('factor.copied')).toMatchObject([{ subject: account }]);
    expect(await server.behalf.services.factors.passkeysOf(account)).toEqual([]);
    // It still has to be replaced: the password alone is not enough.
    expect(await server.behalf.services.factors.isAsked(account)).toBe(true);
  });
});
