/** Requests that name a resource and no scope, or nothing (RFC 6749 §3.3), and pages on which nothing can be allowed. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as openid from 'openid-client';
import {
  ALLOW,
  type Browser,
  fillForm,
  newBrowser,
  type Page,
  submitSignIn,
  walkAuthorization,
} from '../support/browser-flow.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, REDIRECT_URI, type Scene } from '../support/scene.ts';

let server: RunningServer;
let scene: Scene;
let app: openid.Configuration;

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server, { skipConsent: false });
  const made = await scene.management.createClient({
    name: 'Stock app',
    redirect_uris: [REDIRECT_URI],
    grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
  });
  const secret = openid.ClientSecretBasic(String(made['client_secret']));
  app = await openid.discovery(new URL(server.issuer), made.id, undefined, secret, {
    execute: [openid.allowInsecureRequests],
  });
});
afterAll(() => server?.close());

type Parameters = Readonly<Record<string, string>>;

const newRequest = async (more: Parameters) => {
  const pkceCodeVerifier = openid.randomPKCECodeVerifier();
  const parameters = {
    redirect_uri: REDIRECT_URI,
    code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    ...more,
  };
  const url = openid.buildAuthorizationUrl(app, parameters);
  url.searchParams.delete('scope');
  if (more['scope'] !== undefined) url.searchParams.set('scope', more['scope']);
  return { url, parameters, pkceCodeVerifier };
};

/** The consent page, with the person signed in, in a new browser. */
const consentPage = async (url: URL, language = 'en'): Promise<{ readonly browser: Browser; readonly page: Page }> => {
  const browser = newBrowser(server.issuer, undefined, { 'accept-language': language });
  return { browser, page: await submitSignIn(browser, await browser.open(url.href), scene.person) };
};

const boxes = (page: Page): Readonly<Record<string, boolean>> =>
  Object.fromEntries(
    page.forms
      .flatMap(({ fields }) => fields)
      .filter(({ name }) => name === 'scope')
      .map(({ value, isOn }) => [value.split(' ').at(-1) ?? '', isOn]),
  );

const decisions = (page: Page): readonly string[] =>
  page.forms.flatMap(({ buttons }) => buttons).flatMap(({ name, value }) => (name === 'decision' ? [value] : []));

describe('a request for a resource without scope', () => {
  test('offers all of it, with what is of low risk ticked, and gives what was allowed', async () => {
    const { url, pkceCodeVerifier } = await newRequest({ resource: scene.jwt.identifier });
    const { browser, page } = await consentPage(url);
    expect(boxes(page)).toEqual({ read: true, write: false, delete: false });
    const left = await walkAuthorization(browser, page);
    const tokens = await openid.authorizationCodeGrant(app, left, { pkceCodeVerifier });
    expect(tokens.scope).toBe('read');
    const looked = await scene.calls.introspect(scene.jwt.credential, tokens.access_token);
    expect(looked.body).toMatchObject({ active: true, aud: scene.jwt.identifier, scope: 'read' });
    expect((await server.events('consent.granted')).at(-1)).toMatchObject({ scopeGiven: ['read'] });
  });

  test('pushed, too (RFC 9126)', async () => {
    const { parameters } = await newRequest({ resource: scene.opaque.identifier });
    const pushed = await openid.buildAuthorizationUrlWithPAR(app, parameters);
    const { page } = await consentPage(pushed);
    expect(boxes(page)).toEqual({ read: true, write: false, delete: false });
  });

  test('offers the scopes that the resource declares as default', async () => {
    const identifier = 'https://notes.example.com';
    await scene.management.createResourceServer({
      identifier,
      name: 'Notes',
      scopes: [
        { name: 'notes.read', description: 'See notes', risk: 'low', default: true },
        { name: 'notes.share', description: 'Share notes', risk: 'medium', default: true },
        { name: 'notes.drop', description: 'Drop notes', risk: 'low' },
      ],
    });
    const { page } = await consentPage((await newRequest({ resource: identifier })).url);
    expect(boxes(page)).toEqual({ 'notes.read': true, 'notes.share': false });
  });
});

describe('a request without scope and resource', () => {
  test('is invalid_scope at once, also pushed and by a device', async () => {
    const { url, parameters } = await newRequest({ state: 'st' });
    const { left } = await newBrowser(server.issuer).open(url.href);
    expect(Object.fromEntries(left?.searchParams ?? [])).toMatchObject({ error: 'invalid_scope', state: 'st' });
    const credential = openid.buildAuthorizationUrlWithPAR(app, parameters);
    await expect(credential).rejects.toMatchObject({ error: 'invalid_scope' });
    expect((await server.events('authorization.refused')).at(-1)).toMatchObject({ error: 'invalid_scope' });
    await expect(openid.initiateDeviceAuthorization(app, {})).rejects.toMatchObject({ error: 'invalid_scope' });
  });
});

describe('where nothing can be allowed', () => {
  const nothing = () => newRequest({ scope: 'unheard-of', resource: scene.jwt.identifier });

  test.each([
    ['en', 'Go back', 'There is nothing to allow'],
    ['de', 'Zurück', 'nichts zu erlauben'],
  ])('the page in %s has one button and says what to do', async (language, button, words) => {
    const { page } = await consentPage((await nothing()).url, language);
    expect(decisions(page)).toEqual(['back']);
    expect(page.text).toContain(words);
    expect(page.text).toContain(button);
  });

  test('the app gets invalid_scope, and no denial is recorded', async () => {
    const { browser, page } = await consentPage((await nothing()).url);
    const form = page.forms.find(({ buttons }) => buttons.some(({ value }) => value === 'back'));
    const { left } = await browser.submit(page, form as never, { button: /=back/ });
    expect(left?.searchParams.get('error')).toBe('invalid_scope');
    expect(left?.searchParams.get('error_description')).not.toMatch(/denied/);
    expect(await server.events('consent.denied')).toEqual([]);
    expect((await server.events('authorization.refused')).at(-1)).toMatchObject({
      subject: scene.accountId,
      error: 'invalid_scope',
    });
  });

  test('“back” answers no page on which something can be allowed', async () => {
    const { browser, page } = await consentPage(
      (await newRequest({ resource: scene.jwt.identifier, prompt: 'consent' })).url,
    );
    const form = page.forms.find(({ buttons }) => buttons.some(({ value }) => value === 'allow'));
    const body = fillForm(form as never, { button: ALLOW });
    body.set('decision', 'back');
    const answer = await browser.request(new URL(form?.action ?? '', page.url).href, { method: 'POST', body });
    expect(answer.status).toBe(409);
    expect(await answer.text()).toContain('what is ticked');
  });
});

test('Allow with nothing ticked is no denial: the page is shown again and says so', async () => {
  const { browser, page } = await consentPage(
    (await newRequest({ resource: scene.jwt.identifier, prompt: 'consent' })).url,
  );
  const form = page.forms.find(({ buttons }) => buttons.some(({ value }) => value === 'allow'));
  const again = await browser.submit(page, form as never, { check: () => false, button: ALLOW });
  expect([again.status, decisions(again)]).toEqual([400, ['deny', 'allow']]);
  expect(again.text).toContain('Nothing is ticked');
  expect(await server.events('consent.denied')).toEqual([]);
});
