/**
 * A stock client (openid-client, certified) against the server as `npm start` runs it, on SQLite
 * or on the stores of this run: every flow of the main job by the plain specifications.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as client from 'openid-client';
import { newKeyPair } from '../support/agent-keys.ts';
import { newBrowser, walkAuthorization } from '../support/browser-flow.ts';
import { exampleTypes } from '../support/detail-types.ts';
import { type Management, managementFromKeyFile } from '../support/management.ts';
import { ACCESS_TOKEN_TYPE, DEVICE_CODE, EXCHANGE } from '../support/oauth-calls.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { settingsOfRun } from '../support/shared-servers.ts';

const REDIRECT_URI = 'https://app.example.com/callback';
const SIGNED_OUT = 'https://app.example.com/signed-out';
const CALENDAR = 'https://calendar.example.com';
const person = { username: 'ada', password: 'a long enough pass phrase' };
const insecure = { execute: [client.allowInsecureRequests] };

let server: ServerProcess;
let stores: Awaited<ReturnType<typeof settingsOfRun>>;
let management: Management;
let app: client.Configuration;
let agent: client.Configuration;
let dpopAgent: client.Configuration;
let resourceServer: client.Configuration;
let agentId: string;

const walk = (url: URL) => walkAuthorization(newBrowser(server.issuer), url.href, { person });

beforeAll(async () => {
  stores = await settingsOfRun();
  server = await startServer({
    environment: { ...stores.environment, BEHALF__TOKENS__DEVICEPOLLINTERVALSECONDS: '1' },
  });
  management = await managementFromKeyFile(server.administratorKeyFile);
  const calendar = await management.createResourceServer({
    identifier: CALENDAR,
    name: 'Calendar',
    scopes: [
      { name: 'calendar.read', description: 'See your calendar', risk: 'low' },
      { name: 'calendar.write', description: 'Add and change entries', risk: 'medium' },
    ],
    detail_types: exampleTypes('file-access'),
    access_token_format: 'jwt',
    introspection_auth_method: 'client_secret_basic',
  });
  await management.createAccount({ ...person, name: 'Ada', email: 'ada@example.com', groups: ['planners'] });
  const owner = (await management.createAccount({ username: 'olga', name: 'Olga', password: 'another pass phrase' }))
    .id;
  const appMade = await management.createClient({
    name: 'Desk',
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials', DEVICE_CODE],
    redirect_uris: [REDIRECT_URI],
    post_logout_redirect_uris: [SIGNED_OUT],
    skip_consent: true,
    authority: { [CALENDAR]: ['calendar.read'] },
  });
  const newAgent = async (name: string, bound: boolean) => {
    const key = await newKeyPair();
    const made = await management.createAgent({
      name,
      owner,
      purpose: 'Keeps the calendar in order',
      environment: 'test',
      jwks: { keys: [key.publicJwk] },
      redirect_uris: [REDIRECT_URI],
      grant_types: ['authorization_code', 'refresh_token', EXCHANGE],
      dpop_bound_access_tokens: bound,
    });
    const auth = client.PrivateKeyJwt({ key: key.privateKey, kid: key.kid as string });
    return {
      id: made.id,
      configuration: await client.discovery(new URL(server.issuer), made.id, undefined, auth, insecure),
    };
  };
  const plain = await newAgent('Secretary', false);
  agentId = plain.id;
  agent = plain.configuration;
  dpopAgent = (await newAgent('Bound secretary', true)).configuration;
  const secret = String(appMade['client_secret']);
  app = await client.discovery(
    new URL(server.issuer),
    appMade.id,
    undefined,
    client.ClientSecretBasic(secret),
    insecure,
  );
  resourceServer = await client.discovery(
    new URL(server.issuer),
    calendar.id,
    undefined,
    client.ClientSecretBasic(String(calendar['client_secret'])),
    insecure,
  );
}, 240_000);

afterAll(async () => {
  await server?.stop();
  await stores?.remove();
});

/** Authorization code + PKCE by the library; answers its validated token response. */
const signIn = async (
  configuration: client.Configuration,
  parameters: Record<string, string>,
  options: { readonly pushed?: boolean; readonly DPoP?: client.DPoPHandle } = {},
) => {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const expectedState = client.randomState();
  const expectedNonce = client.randomNonce();
  const all = {
    redirect_uri: REDIRECT_URI,
    scope: 'openid',
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
    nonce: expectedNonce,
    ...parameters,
  };
  const url = options.pushed
    ? await client.buildAuthorizationUrlWithPAR(configuration, all)
    : client.buildAuthorizationUrl(configuration, all);
  const landed = await walk(url);
  return client.authorizationCodeGrant(
    configuration,
    landed,
    { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true },
    parameters['resource'] === undefined ? undefined : { resource: parameters['resource'] },
    options.DPoP ? { DPoP: options.DPoP } : undefined,
  );
};

describe('openid-client against the running server', () => {
  test('signs a person in by code + PKCE, with standard claims by scope (OpenID Connect Core §5.4)', async () => {
    const tokens = await signIn(app, { scope: 'openid profile email groups' });
    const claims = tokens.claims();
    expect(claims?.iss).toBe(server.issuer);
    const userinfo = await client.fetchUserInfo(app, tokens.access_token, String(claims?.sub));
    expect(userinfo).toMatchObject({
      name: 'Ada',
      preferred_username: 'ada',
      email: 'ada@example.com',
      groups: ['planners'],
    });
  });

  test('pushes the authorization request (RFC 9126) and gets a JWT for the resource (RFC 9068, RFC 8707)', async () => {
    const tokens = await signIn(app, { scope: 'openid calendar.read', resource: CALENDAR }, { pushed: true });
    const [header, payload] = tokens.access_token.split('.').map((part) => Buffer.from(part, 'base64url').toString());
    expect(JSON.parse(String(header))).toMatchObject({ typ: 'at+jwt', alg: 'ES256' });
    expect(JSON.parse(String(payload))).toMatchObject({ aud: CALENDAR, scope: 'calendar.read', iss: server.issuer });
  });

  test('refreshes with rotation, and the old refresh token ends', async () => {
    const first = await signIn(app, { scope: 'openid offline_access', prompt: 'consent' });
    const second = await client.refreshTokenGrant(app, String(first.refresh_token));
    expect(second.refresh_token).not.toBe(first.refresh_token);
    await expect(client.refreshTokenGrant(app, String(first.refresh_token))).rejects.toMatchObject({
      error: 'invalid_grant',
    });
  });

  test('gets a token for itself by client credentials, within its registered authority', async () => {
    const tokens = await client.clientCredentialsGrant(app, { resource: CALENDAR, scope: 'calendar.read' });
    expect(tokens.scope).toBe('calendar.read');
  });

  test('connects a device (RFC 8628)', async () => {
    const device = await client.initiateDeviceAuthorization(app, { scope: 'openid' });
    await walkAuthorization(newBrowser(server.issuer), String(device.verification_uri_complete), { person }).catch(
      (error: Error) => {
        if (!/^ended on/.test(error.message)) throw error;
      },
    );
    const tokens = await client.pollDeviceAuthorizationGrant(app, device);
    expect(tokens.claims()?.iss).toBe(server.issuer);
  });

  test('lets an agent without a secret exchange what it holds, and names it in `act` (RFC 8693)', async () => {
    const own = await signIn(agent, { scope: 'openid calendar.read calendar.write', resource: CALENDAR });
    const exchanged = await client.genericGrantRequest(agent, EXCHANGE, {
      subject_token: own.access_token,
      subject_token_type: ACCESS_TOKEN_TYPE,
      resource: CALENDAR,
      scope: 'calendar.read',
    });
    expect(exchanged['issued_token_type']).toBe(ACCESS_TOKEN_TYPE);
    const live = await client.tokenIntrospection(resourceServer, exchanged.access_token);
    expect(live).toMatchObject({ active: true, aud: CALENDAR, scope: 'calendar.read', act: { sub: agentId } });
  });

  test('asks for an authorization detail, gets it, and exchanges a smaller one (RFC 9396)', async () => {
    const detail = (...actions: readonly string[]) => [{ type: 'file_access', paths: ['/reports/2026'], actions }];
    const tokens = await signIn(agent, {
      resource: CALENDAR,
      authorization_details: JSON.stringify(detail('list', 'read')),
    });
    expect(tokens.authorization_details).toEqual(detail('list', 'read'));
    const exchange = (...actions: readonly string[]) =>
      client.genericGrantRequest(agent, EXCHANGE, {
        subject_token: tokens.access_token,
        subject_token_type: ACCESS_TOKEN_TYPE,
        resource: CALENDAR,
        authorization_details: JSON.stringify(detail(...actions)),
      });
    const smaller = await exchange('read');
    expect(smaller.authorization_details).toEqual(detail('read'));
    const seen = await client.tokenIntrospection(resourceServer, smaller.access_token);
    expect(seen['authorization_details']).toEqual(detail('read'));
    await expect(exchange('read', 'delete')).rejects.toMatchObject({ status: 400 });
  });

  test('asks for a newer sign-in and a class of it, and learns at once what no sign-in reaches (RFC 9470)', async () => {
    const reading = { scope: 'openid calendar.read', resource: CALENDAR };
    const [acr] = app.serverMetadata().acr_values_supported ?? [];
    const before = Math.floor(Date.now() / 1000);
    const tokens = await signIn(app, { ...reading, max_age: '0', acr_values: String(acr) });
    const seen = await client.tokenIntrospection(resourceServer, tokens.access_token);
    expect(seen['acr']).toBe(acr);
    expect(Number(seen['auth_time'])).toBeGreaterThanOrEqual(before);
    const refused = signIn(app, { ...reading, acr_values: 'urn:unreachable:class' });
    await expect(refused).rejects.toMatchObject({ error: 'unmet_authentication_requirements' });
  });

  test('revokes a JWT access token, and introspection says so (RFC 7009, RFC 7662)', async () => {
    const tokens = await signIn(agent, { scope: 'openid calendar.read', resource: CALENDAR });
    expect(await client.tokenIntrospection(resourceServer, tokens.access_token)).toMatchObject({ active: true });
    await client.tokenRevocation(agent, tokens.access_token);
    expect(await client.tokenIntrospection(resourceServer, tokens.access_token)).toEqual({ active: false });
  });

  test('binds tokens to a DPoP key, also on exchange (RFC 9449)', async () => {
    const DPoP = client.getDPoPHandle(dpopAgent, await client.randomDPoPKeyPair('ES256'));
    const tokens = await signIn(dpopAgent, { scope: 'openid calendar.read', resource: CALENDAR }, { DPoP });
    expect(tokens.token_type.toLowerCase()).toBe('dpop');
    const exchanged = await client.genericGrantRequest(
      dpopAgent,
      EXCHANGE,
      { subject_token: tokens.access_token, subject_token_type: ACCESS_TOKEN_TYPE, resource: CALENDAR },
      { DPoP },
    );
    const live = await client.tokenIntrospection(resourceServer, exchanged.access_token);
    expect(live).toMatchObject({ active: true, token_type: 'DPoP', cnf: { jkt: expect.any(String) } });
  });

  test('signs the person out and returns to the registered address (RP-Initiated Logout)', async () => {
    const pkce = client.randomPKCECodeVerifier();
    const browser = newBrowser(server.issuer);
    const url = client.buildAuthorizationUrl(app, {
      redirect_uri: REDIRECT_URI,
      scope: 'openid',
      code_challenge: await client.calculatePKCECodeChallenge(pkce),
      code_challenge_method: 'S256',
    });
    const landed = await walkAuthorization(browser, url.href, { person });
    const tokens = await client.authorizationCodeGrant(app, landed, { pkceCodeVerifier: pkce });
    const end = client.buildEndSessionUrl(app, {
      id_token_hint: String(tokens.id_token),
      post_logout_redirect_uri: SIGNED_OUT,
      state: 'goodbye',
    });
    const asked = await browser.open(end.href);
    const form = asked.forms.find(({ buttons }) => buttons.some(({ name }) => name === 'logout'));
    if (!form) throw new Error(`no form to sign out: ${asked.text}`);
    const left = await browser.submit(asked, form, { button: /logout=yes/ });
    expect(left.left?.href).toBe(`${SIGNED_OUT}?state=goodbye`);
    const silent = await browser.open(
      client.buildAuthorizationUrl(app, {
        redirect_uri: REDIRECT_URI,
        scope: 'openid',
        prompt: 'none',
        code_challenge: await client.calculatePKCECodeChallenge(pkce),
        code_challenge_method: 'S256',
      }).href,
    );
    expect(silent.left?.searchParams.get('error')).toBe('login_required');
  });
});
