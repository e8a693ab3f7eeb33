/** What existing apps send to the authorization endpoint, and what people may allow them. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as openid from 'openid-client';
import { auditWatch, COUNT_EACH_SECOND } from '../support/audit-watch.ts';
import { newBrowser } from '../support/browser-flow.ts';
import { authorize, frontRequest } from '../support/front-channel.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, REDIRECT_URI, type Scene } from '../support/scene.ts';
import { startClock, stopClock } from '../support/stopped-clock.ts';

let server: RunningServer;
let scene: Scene;
let audit: ReturnType<typeof auditWatch>;
let endpoint: string;

beforeAll(async () => {
  stopClock();
  server = await runServer({ environment: COUNT_EACH_SECOND });
  scene = await makeScene(server);
  audit = auditWatch(server);
  endpoint = scene.calls.endpoints.authorization;
});
afterAll(async () => {
  startClock();
  await server?.close();
});

const secretApp = async (more: object = {}): Promise<openid.Configuration> => {
  const made = await scene.management.createClient({ name: 'Stock app', redirect_uris: [REDIRECT_URI], ...more });
  const secret = openid.ClientSecretBasic(String(made['client_secret']));
  return openid.discovery(new URL(server.issuer), made.id, undefined, secret, {
    execute: [openid.allowInsecureRequests],
  });
};

const newRequest = async (configuration: openid.Configuration, more: Readonly<Record<string, string>>) => {
  const pkceCodeVerifier = openid.randomPKCECodeVerifier();
  const url = openid.buildAuthorizationUrl(configuration, {
    redirect_uri: REDIRECT_URI,
    scope: 'openid',
    code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    ...more,
  });
  return { url, pkceCodeVerifier };
};

const posted = (query: string, body: string, type = 'application/x-www-form-urlencoded') =>
  frontRequest(newBrowser(server.issuer), `${endpoint}${query}`, {
    method: 'POST',
    headers: { 'content-type': type, accept: 'text/html', origin: 'https://app.example.com' },
    body,
  });

describe('a request by POST (OpenID Connect Core §3.1.2.1)', () => {
  test('is the same request: openid-client gets its tokens', async () => {
    const configuration = await secretApp({ skip_consent: true });
    const { url, pkceCodeVerifier } = await newRequest(configuration, {});
    const answer = await posted('', url.searchParams.toString());
    expect(answer.status).toBe(303);
    expect(answer.location?.href).toBe(url.href);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const left = await scene.walk(String(answer.location));
    const tokens = await openid.authorizationCodeGrant(configuration, left, { pkceCodeVerifier });
    expect(tokens.claims()).toMatchObject({ sub: scene.accountId });
  });

  test('a parameter in form and query came twice', async () => {
    const configuration = await secretApp();
    const { url } = await newRequest(configuration, { state: 'st' });
    const answer = await posted('?state=other', url.searchParams.toString());
    expect(answer.status).toBe(303);
    const { answer: refused } = await audit.refused(
      () => frontRequest(newBrowser(server.issuer), String(answer.location)),
      { status: 303, error: 'invalid_request' },
    );
    expect(refused.body).toMatchObject({ error: 'invalid_request' });
  });

  test.each<[string, string, string, RegExp]>([
    ['JSON', '{}', 'application/json', /application\/x-www-form-urlencoded/],
    ['more than fits', `state=${'x'.repeat(8001)}`, 'application/x-www-form-urlencoded', /RFC 9126/],
    ['more than is read', `state=${'x'.repeat(20_000)}`, 'application/x-www-form-urlencoded', /at most/],
  ])('%s is refused with the way out, and counted', async (_what, body, type, text) => {
    const { answer } = await audit.refused(() => posted('', body, type), { status: 400, error: 'invalid_request' });
    expect(answer.text).toMatch(text);
    expect(answer.text).not.toContain('xxxxx');
  });
});

describe('the refusal of a request object', () => {
  const objectOf = (claims: object): string =>
    [{ alg: 'none' }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.')
      .concat('.');
  const ask = (claims: object, more: Readonly<Record<string, string>> = {}) =>
    authorize(newBrowser(server.issuer), endpoint, {
      client_id: scene.app.clientId,
      response_type: 'code',
      scope: 'openid',
      request: objectOf(claims),
      ...more,
    });

  test.each([
    ['form_post', 400],
    ['fragment', 303],
    ['query', 303],
  ])('goes where the object says, as response_mode=%s (RFC 9101 §6.3)', async (response_mode, status) => {
    const padding = 'x'.repeat(3000);
    const claims = { response_mode, state: 'inside', redirect_uri: REDIRECT_URI, padding };
    const { answer } = await audit.refused(() => ask(claims), { status, error: 'request_not_supported' });
    expect(answer).toMatchObject({
      parameters: { error: 'request_not_supported', state: 'inside', iss: server.issuer },
    });
    if (response_mode === 'form_post') expect(answer.text).toContain(`action="${REDIRECT_URI}"`);
    if (response_mode === 'fragment') expect((answer as { location?: URL }).location?.hash).toContain('state=inside');
  });

  test('what stands beside it goes first', async () => {
    const beside = { response_mode: 'query', state: 'beside', redirect_uri: REDIRECT_URI };
    const answer = await ask({ response_mode: 'form_post', state: 'inside' }, beside);
    expect(answer.status).toBe(303);
    expect(answer.parameters).toMatchObject({ error: 'request_not_supported', state: 'beside' });
  });

  test.each<[string, object, string]>([
    ['to an address that is not registered', { redirect_uri: 'https://evil.example/cb' }, 'invalid_redirect_uri'],
    ['nowhere', { redirect_uri: 7, response_mode: {}, state: ['x'] }, 'request_not_supported'],
  ])('AZ-10 goes %s from no object', async (_where, claims, error) => {
    const client = await scene.management.createClient({
      name: 'Two addresses',
      redirect_uris: [REDIRECT_URI, `${REDIRECT_URI}/2`],
    });
    const { answer } = await audit.refused(() => ask(claims, { client_id: client.id }), { status: 400, error });
    expect((answer as { location?: URL }).location).toBeUndefined();
    expect(answer.text).not.toContain('evil.example');
  });
});

describe('the authority of an app is what it may do in its own name', () => {
  const authority = (): object => ({ authority: { [scene.jwt.identifier]: ['read'] } });
  const grants = { grant_types: ['authorization_code', 'client_credentials'] };
  const allowed = async (configuration: openid.Configuration): Promise<openid.TokenEndpointResponse> => {
    const { url, pkceCodeVerifier } = await newRequest(configuration, {
      scope: 'openid read write',
      resource: scene.jwt.identifier,
    });
    const left = await scene.walk(url.href, { consent: { check: (name) => name === 'scope' || undefined } });
    return openid.authorizationCodeGrant(configuration, left, { pkceCodeVerifier }, { resource: scene.jwt.identifier });
  };

  test('it does not cut what a person allows', async () => {
    const configuration = await secretApp({ ...authority(), ...grants });
    const tokens = await allowed(configuration);
    expect(tokens.scope).toBe('read write');
    const looked = await scene.calls.introspect(scene.jwt.credential, tokens.access_token);
    expect(looked.body).toMatchObject({ active: true, scope: 'read write' });
    const own = openid.clientCredentialsGrant(configuration, { resource: scene.jwt.identifier, scope: 'write' });
    await expect(own).rejects.toMatchObject({ error: 'invalid_scope' });
    expect((await server.events('token.refused')).at(-1)).toMatchObject({ error: 'invalid_scope' });
  });

  test('it cuts where no person is asked', async () => {
    const tokens = await allowed(await secretApp({ ...authority(), ...grants, skip_consent: true }));
    expect(tokens.scope).toBe('read');
  });
});
