/** The language of the pages in a real browser without JavaScript, against a whole server. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import type { Browser, Page } from 'playwright-core';
import { type Identity, newKeyPair } from '../support/agent-keys.ts';
import { startChromium, withPage } from '../support/chromium.ts';
import { pointer as hands } from '../support/page-input.ts';
import { type RedirectTarget, redirectTarget } from '../support/redirect-target.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

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

const PHONE = { viewport: { width: 390, height: 844 }, javaScriptEnabled: false, locale: 'en-GB' };

const read = async (page: Page) => ({
  language: await page.getAttribute('html', 'lang'),
  heading: await page.textContent('h1'),
});

const newAgent = async (): Promise<Identity> => {
  const key = await newKeyPair();
  const { id } = await scene.management.createAgent({
    name: 'Terminfinder',
    owner: scene.accountId,
    purpose: 'Findet freie Tage',
    environment: 'test',
    jwks: { keys: [key.publicJwk] },
    redirect_uris: [client.redirectUri],
    grant_types: ['authorization_code'],
    authority: { [scene.jwt.identifier]: ['read', 'write'] },
  });
  return { clientId: id, key };
};

test('OIDC Core §3.1.2.1 ui_locales decides, the choice at the foot of a page counts more, and the request goes on', async () => {
  const agent = await newAgent();
  const { jwt } = scene;
  const request = scene.authorizationRequest(agent, {
    redirect_uri: client.redirectUri,
    scope: 'openid read write',
    resource: jwt.identifier,
    ui_locales: 'fr-CH de en',
  });
  await withPage(browser, PHONE, async (page) => {
    await page.goto(request.url);
    expect(await read(page)).toEqual({ language: 'de', heading: 'Anmelden' });
    await hands.type(page, 'Benutzername', scene.person.username);
    await hands.type(page, 'Passwort', scene.person.password);
    await hands.press(page, 'Anmelden');
    expect(await read(page)).toEqual({
      language: 'de',
      heading: expect.stringMatching(/möchte bei .* für Sie handeln$/),
    });
    const text = await page.textContent('main');
    for (const shown of ['Ihre Antwort geht an', 'gehört Ada', 'für die Umgebung „Test“ registriert'])
      expect(text).toContain(shown);

    // The person chooses in the middle of it: the same question, in another language.
    const question = page.url();
    await hands.press(page, 'English');
    expect(page.url()).toBe(question);
    expect(await read(page)).toEqual({ language: 'en', heading: expect.stringMatching(/wants to act for you at/) });
    await hands.press(page, 'Deutsch');
    expect(await read(page)).toEqual({
      language: 'de',
      heading: expect.stringMatching(/möchte bei .* für Sie handeln$/),
    });

    const arrived = client.next();
    await hands.press(page, 'Angehaktes erlauben');
    const tokens = await scene.calls.token(scene.keyed(agent), {
      grant_type: 'authorization_code',
      code: (await arrived).get('code') ?? '',
      redirect_uri: client.redirectUri,
      code_verifier: request.verifier,
      resource: jwt.identifier,
    });
    expect(tokens.status).toBe(200);
    expect(decodeJwt(String(tokens.body['access_token']))).toMatchObject({ sub: scene.accountId });

    // What was chosen by who is signed in is kept with the account.
    expect((await scene.management.call('GET', `/accounts/${scene.accountId}`)).body).toMatchObject({ language: 'de' });
    expect((await server.events('account.updated')).map(({ caller, changed }) => [caller, changed])).toEqual([
      [scene.accountId, ['language']],
      [scene.accountId, ['language']],
    ]);
    await page.goto(`${server.issuer}/account`);
    expect(await read(page)).toEqual({ language: 'de', heading: 'Agenten und Apps' });

    await page.goto(`${server.issuer}/session/end`);
    await hands.press(page, 'English');
    expect(await read(page)).toEqual({ language: 'en', heading: 'Sign out of Behalf?' });
    await hands.press(page, 'Deutsch');
    await hands.press(page, 'Abmelden');
    expect(await read(page)).toEqual({ language: 'de', heading: 'Sie sind abgemeldet' });
  });
});

test('a device is connected in the language that was chosen on the way (RFC 8628 §3.3)', async () => {
  await withPage(browser, PHONE, async (page) => {
    const device = await scene.calls.device(scene.keyed(scene.app), {
      scope: 'openid read',
      resource: scene.jwt.identifier,
    });
    await page.goto(String(device.body['verification_uri']));
    expect(await read(page)).toEqual({ language: 'en', heading: 'Connect a device' });
    await hands.press(page, 'Deutsch');
    expect(await read(page)).toEqual({ language: 'de', heading: 'Gerät verbinden' });
    await hands.type(page, 'Code', String(device.body['user_code']));
    await hands.press(page, 'Weiter');
    expect(await read(page)).toEqual({ language: 'de', heading: 'Desk möchte ein Gerät mit Ihrem Konto verbinden' });
    await hands.press(page, 'Der Code stimmt überein');
    expect(await read(page)).toEqual({ language: 'de', heading: 'Anmelden' });
  });
});
