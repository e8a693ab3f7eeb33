/** What a person allowed an app before answers its requests without a page (AP-11; OpenID Connect Core §3.1.2.1, `prompt=none`). */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as openid from 'openid-client';
import { ALLOW, type Browser, newBrowser, walkAuthorization } from '../support/browser-flow.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, REDIRECT_URI, type Scene } from '../support/scene.ts';

const OTHER_URI = `${REDIRECT_URI}/other`;

let server: RunningServer;
let scene: Scene;
let app: openid.Configuration;
let browser: Browser;

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server, { skipConsent: false });
});
afterAll(() => server?.close());

const newApp = async (): Promise<void> => {
  const made = await scene.management.createClient({ name: 'Single page', redirect_uris: [REDIRECT_URI, OTHER_URI] });
  const secret = openid.ClientSecretBasic(String(made['client_secret']));
  app = await openid.discovery(new URL(server.issuer), made.id, undefined, secret, {
    execute: [openid.allowInsecureRequests],
  });
  browser = newBrowser(server.issuer);
};

type Parameters = Readonly<Record<string, string>>;

const newRequest = async (more: Parameters) => {
  const pkceCodeVerifier = openid.randomPKCECodeVerifier();
  const url = openid.buildAuthorizationUrl(app, {
    redirect_uri: REDIRECT_URI,
    resource: scene.jwt.identifier,
    code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    ...more,
  });
  return { url, pkceCodeVerifier };
};

/** The person allows the scopes that are named, of those that are asked. */
const decide = async (scope: string, allowed: string, more: Parameters = {}): Promise<URL> => {
  const { url } = await newRequest({ scope, prompt: 'consent', ...more });
  const names = allowed.split(' ');
  const check = (name: string, value: string): boolean | undefined =>
    ['scope', 'openid'].includes(name) ? names.includes(value.split(' ').at(-1) ?? '') : undefined;
  const button = allowed === '' ? /deny/i : ALLOW;
  return walkAuthorization(browser, url.href, { person: scene.person, consent: { check, button } });
};

/** Scope of the token that comes without a page, or the error. */
const silent = async (scope: string, more: Parameters = {}): Promise<string | undefined> => {
  const { url, pkceCodeVerifier } = await newRequest({ scope, prompt: 'none', ...more });
  const { left } = await browser.open(url.href);
  if (!left) throw new Error('a page was shown');
  const error = left.searchParams.get('error');
  if (error !== null) return error;
  const tokens = await openid.authorizationCodeGrant(app, left, { pkceCodeVerifier });
  return tokens.scope?.split(' ').sort().join(' ');
};

describe('a part of what was allowed', () => {
  test('is given without a page, and more is not', async () => {
    await newApp();
    await decide('openid email read write delete', 'openid email read write');
    expect(await silent('openid read')).toBe('read');
    expect(await silent('openid email write read')).toBe('read write');
    expect(await silent('write')).toBe('write');
    for (const more of ['openid read delete', 'openid profile read']) {
      expect(await silent(more)).toBe('consent_required');
      expect((await server.events('authorization.refused')).at(-1)).toMatchObject({ error: 'consent_required' });
    }
    // The very same question again gives what was left of it.
    expect(await silent('openid email read write delete')).toBe('read write');
    expect((await server.events('consent.granted')).length).toBe(1);
  });

  test('is about the same address, resource and words', async () => {
    await newApp();
    await decide('openid read write', 'openid read write');
    expect(await silent('openid read', { redirect_uri: OTHER_URI })).toBe('consent_required');
    expect(await silent('openid read', { resource: scene.opaque.identifier })).toBe('consent_required');
    const path = `/resource-servers/${scene.jwt.id}`;
    const read = await scene.management.call('GET', path);
    const scopes = read.body['scopes'] as readonly { readonly name: string; readonly description: string }[];
    const worded = (description: string) => scopes.map((one) => (one.name === 'write' ? { ...one, description } : one));
    const change = async (description: string) => {
      const { headers } = await scene.management.call('GET', path);
      const etag = { 'if-match': String(headers.get('etag')) };
      expect((await scene.management.call('PATCH', path, { scopes: worded(description) }, etag)).status).toBe(200);
    };
    await change('Write anything it likes');
    expect(await silent('openid write')).toBe('consent_required');
    expect(await silent('openid read')).toBe('read');
    await change('Add and change');
  });

  test('is what the newest decision leaves', async () => {
    await newApp();
    await decide('openid read write', 'openid read write');
    await decide('openid read write delete', 'openid read delete');
    expect(await silent('openid write')).toBe('consent_required');
    expect(await silent('openid read delete')).toBe('delete read');
  });

  test('is asked about again after a denial of it, and stays after a denial of more', async () => {
    await newApp();
    await decide('openid read', 'openid read');
    expect((await decide('openid read write', '')).searchParams.get('error')).toBe('access_denied');
    expect(await silent('openid read')).toBe('read');
    expect((await decide('openid read', '')).searchParams.get('error')).toBe('access_denied');
    expect(await silent('openid read')).toBe('consent_required');
  });

  test('AP-11 of an agent counts while its delegation holds it', async () => {
    await newApp();
    const identity = scene.agent;
    const ask = (scope: string, prompt: string) =>
      scene.authorizationRequest(identity, { scope, prompt, resource: scene.jwt.identifier }).url;
    const all = { check: (name: string) => name === 'scope' || undefined };
    await walkAuthorization(browser, ask('read write', 'consent'), { person: scene.person, consent: all });
    const errorOf = async (scope: string) => (await browser.open(ask(scope, 'none'))).left?.searchParams.get('error');
    expect(await errorOf('write')).toBeNull();
    const row = await server.behalf.services.delegations.consented(
      scene.accountId,
      identity.clientId,
      scene.jwt.identifier,
    );
    const narrowed = { scope: ['write'] };
    expect((await scene.management.call('POST', `/delegations/${row?.id}/narrow`, narrowed)).status).toBe(200);
    expect(await errorOf('write')).toBe('consent_required');
    expect(await errorOf('read')).toBeNull();
  });
});

test('offline_access asked for once does not end silent renewal (OpenID Connect Core §11)', async () => {
  await newApp();
  await decide('openid offline_access', 'openid offline_access', { resource: '' });
  const { url, pkceCodeVerifier } = await newRequest({ scope: 'openid offline_access', prompt: 'none', resource: '' });
  const { left } = await browser.open(url.href);
  expect(left?.searchParams.get('error')).toBeNull();
  const tokens = await openid.authorizationCodeGrant(app, left as URL, { pkceCodeVerifier });
  expect(tokens.claims()).toMatchObject({ sub: scene.accountId });
});
