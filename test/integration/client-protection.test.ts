/**
 * What protects the code flow of a client: pushed requests (RFC 9126), PKCE (RFC 7636), and the one exception from PKCE
 * that an administrator may make for existing OpenID Connect software.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { clientAssertion, type Identity, newKeyPair } from '../support/agent-keys.ts';
import type { Browser } from '../support/browser-flow.ts';
import { authorize, type FrontAnswer } from '../support/front-channel.ts';
import { type Answer, type Credential, formOf, type Parameters } from '../support/oauth-calls.ts';
import { newPkce } from '../support/pkce.ts';
import {
  type Body,
  REDIRECT,
  type RegistrationWorld,
  registrationWorld,
  sendable,
} from '../support/registration-world.ts';
import { until } from '../support/until.ts';

let world: RegistrationWorld;
let wiki: Extract<Credential, { readonly kind: 'basic' }>;
/** Signed in as the person of the scene. */
let browser: Browser;

const pkce = newPkce();
const CHALLENGE = { code_challenge: pkce.challenge, code_challenge_method: 'S256' };

const newClient = (more: Body = {}) =>
  world.scene.management.createClient({
    name: 'Wiki',
    token_endpoint_auth_method: 'client_secret_basic',
    redirect_uris: [REDIRECT],
    skip_consent: true,
    ...more,
  });

const request = (more: Parameters = {}): Parameters => ({
  client_id: wiki.clientId,
  response_type: 'code',
  redirect_uri: REDIRECT,
  scope: 'openid',
  state: 'st',
  nonce: 'n-0S6_WzA2Mj',
  ...more,
});

const ask = (more: Parameters = {}): Promise<FrontAnswer> =>
  authorize(browser.fork(), world.scene.calls.endpoints.authorization, request(more));

const codeOf = async (more: Parameters = {}): Promise<string> => {
  const answer = await ask(more);
  if (!answer.parameters['code']) throw new Error(`no code: ${answer.status} ${answer.text.slice(0, 300)}`);
  return answer.parameters['code'];
};

const redeem = (code: string, more: Parameters = {}): Promise<Answer> =>
  world.scene.calls.token(wiki, { grant_type: 'authorization_code', code, redirect_uri: REDIRECT, ...more });

const change = async (id: string, body: Body): Promise<Answer> => {
  const { management } = world.scene;
  const { headers } = await management.call('GET', `/clients/${id}`);
  const etag = { 'if-match': String(headers.get('etag')) };
  return management.call('PATCH', `/clients/${id}`, body, etag);
};

beforeAll(async () => {
  world = await registrationWorld();
  const made = await newClient({ require_pkce: false });
  wiki = { kind: 'basic', clientId: made.id, secret: String(made['client_secret']) };
  const { scene } = world;
  await scene.walk(`${scene.calls.endpoints.authorization}?${formOf(request())}`);
  browser = scene.browser;
});
afterAll(() => world?.close());

describe('a client for which PKCE is optional', () => {
  test('AZ-05 gets a code for openid with a nonce, and an ID token with that nonce', async () => {
    const { status, body } = await redeem(await codeOf());
    expect([status, typeof body['id_token']]).toEqual([200, 'string']);
    const claims = JSON.parse(Buffer.from(String(body['id_token']).split('.')[1] ?? '', 'base64url').toString());
    expect(claims).toMatchObject({ nonce: 'n-0S6_WzA2Mj', aud: wiki.clientId });
  });

  test.each<[string, Parameters]>([
    ['has no nonce', { nonce: undefined }],
    ['has an empty nonce', { nonce: '' }],
    ['is not OpenID Connect', { scope: 'offline_access' }],
  ])('AZ-05 is refused without a challenge when its request %s', async (_what, more) => {
    const { location, parameters } = await ask(more);
    expect([location?.origin, parameters['error']]).toEqual([
      new URL(REDIRECT).origin,
      expect.stringMatching(/^invalid_/),
    ]);
    expect(parameters['code']).toBeUndefined();
  });

  test('AZ-05 is refused a verifier for a code without a challenge: the challenge was stripped on the way (RFC 9700 §4.8.2)', async () => {
    const refused = await redeem(await codeOf(), { code_verifier: pkce.verifier });
    expect([refused.status, refused.body['error']]).toEqual([400, 'invalid_grant']);
    const [event] = (await world.events(world.closed, 'token.refused')).slice(-1);
    expect(event).toMatchObject({ caller: wiki.clientId, error: 'invalid_grant' });
  });

  test('AZ-05 that sends a challenge must send its verifier', async () => {
    const code = await codeOf(CHALLENGE);
    expect((await redeem(code)).body['error']).toBe('invalid_grant');
    expect((await redeem(code, { code_verifier: pkce.verifier })).status).toBe(200);
  });
});

describe('lifting the rule', () => {
  test('is for an administrator: an operator is refused, by the field', async () => {
    const { script } = world.owner;
    const { management } = world.scene;
    const refused = await management.callOnce(
      'POST',
      '/clients',
      { name: 'Mine', redirect_uris: [REDIRECT], require_pkce: false },
      {},
      script,
    );
    expect([refused.status, refused.body['type']]).toEqual([403, 'urn:behalf:problem:forbidden']);
    expect((await world.events(world.closed, 'management.refused')).at(-1)).toMatchObject({
      caller: script.clientId,
      error: 'forbidden',
      note: 'createClient',
    });
  });

  test('and ending it is for any operator', async () => {
    const { id } = await newClient({ require_pkce: false, skip_consent: false });
    const { management } = world.scene;
    const { headers } = await management.call('GET', `/clients/${id}`);
    const ended = await management.callOnce(
      'PATCH',
      `/clients/${id}`,
      { require_pkce: true },
      { 'if-match': String(headers.get('etag')) },
      world.owner.script,
    );
    expect([ended.status, ended.body['require_pkce']]).toEqual([200, true]);
  });

  test.each<[string, Body]>([
    ['a public client', { token_endpoint_auth_method: 'none', skip_consent: false }],
    [
      'a client without the code grant',
      { grant_types: ['client_credentials'], redirect_uris: [], skip_consent: false },
    ],
  ])('is refused for %s', async (_what, more) => {
    const { management } = world.scene;
    const refused = await management.call('POST', '/clients', {
      name: 'Wiki',
      redirect_uris: [REDIRECT],
      require_pkce: false,
      ...more,
    });
    expect([refused.status, refused.body['errors']]).toMatchObject([400, [{ pointer: '/require_pkce' }]]);
  });

  test('is refused for a client that registered itself, also after it was adopted', async () => {
    const registered = await world.registeredClient({ require_pkce: false });
    const id = String(registered['client_id']);
    expect((await world.scene.management.call('GET', `/clients/${id}`)).body['require_pkce']).toBe(true);
    const refused = await change(id, { require_pkce: false });
    expect([refused.status, refused.body['errors']]).toMatchObject([400, [{ pointer: '/require_pkce' }]]);
  });

  test('is refused for an agent', async () => {
    const { management } = world.scene;
    const refused = await management.call(
      'PATCH',
      `/agents/${world.scene.agent.clientId}`,
      { require_pkce: false },
      {
        'if-match': '"1"',
      },
    );
    expect([refused.status, refused.body['errors']]).toMatchObject([400, [{ pointer: '/require_pkce' }]]);
  });

  test('stands in the audit log, and is a finding as long as it lasts', async () => {
    const { management } = world.scene;
    const { id } = await newClient({ name: 'Old wiki' });
    const lifted = await change(id, { require_pkce: false });
    expect([lifted.status, lifted.body['require_pkce']]).toEqual([200, false]);
    expect((await world.events(world.closed, 'client.updated')).at(-1)).toMatchObject({
      target: { kind: 'client', id },
      changed: ['require_pkce'],
    });
    const found = async () => {
      const { body } = await management.call('GET', `/findings?subject=${id}&kind=exceptions&state=open`);
      return body['items'] as readonly unknown[];
    };
    await until(async () => (await found()).length > 0, { what: 'the finding' });
    expect(await found()).toMatchObject([{ parts: [{ reason: 'no_pkce' }], name: 'Old wiki' }]);
    await change(id, { require_pkce: true });
    await until(async () => (await found()).length === 0, { what: 'the end of the finding' });
  });
});

describe('a client whose assertions may be for the token endpoint (RFC 7523 §3)', () => {
  const newKeyed = async (more: Body = {}): Promise<Identity> => {
    const key = await newKeyPair();
    const { id } = await newClient({
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [key.publicJwk] },
      grant_types: ['client_credentials'],
      redirect_uris: [],
      authority: { [world.scene.jwt.identifier]: ['read'] },
      skip_consent: false,
      ...more,
    });
    return { clientId: id, key };
  };
  const asserted = async (by: Identity, aud: unknown): Promise<Answer> => {
    const { calls, jwt, issuer } = world.scene;
    const assertion = await clientAssertion(by, issuer, { claims: { aud } });
    const credential = { kind: 'assertion', clientId: by.clientId, assertion } as const;
    return calls.token(credential, { grant_type: 'client_credentials', resource: jwt.identifier });
  };

  test('CA-02 is taken for the issuer and the token endpoint, as one string, and for nothing else', async () => {
    const { calls, issuer } = world.scene;
    const { token, par } = calls.endpoints;
    const lifted = await newKeyed({ legacy_assertion_audience: true });
    const plain = await newKeyed();
    for (const aud of [issuer, token]) expect((await asserted(lifted, aud)).status).toBe(200);
    for (const aud of [[token], [token, issuer], `${token}/`, par, 'https://other.example.com/token']) {
      const refused = await asserted(lifted, aud);
      expect([aud, refused.status, refused.body['error']]).toEqual([aud, 401, 'invalid_client']);
    }
    expect((await asserted(plain, token)).status).toBe(401);
  });

  test('CA-02 is made by an administrator only, for private_key_jwt only, and never for FAPI clients', async () => {
    const { management } = world.scene;
    const { id } = await newClient();
    const refused = await change(id, { legacy_assertion_audience: true });
    expect([refused.status, refused.body['errors']]).toMatchObject([400, [{ pointer: '/legacy_assertion_audience' }]]);
    const keyed = await newKeyed();
    const fapi = await change(keyed.clientId, {
      legacy_assertion_audience: true,
      require_pushed_authorization_requests: true,
      dpop_bound_access_tokens: true,
    });
    expect([fapi.status, fapi.body['errors']]).toMatchObject([400, [{ pointer: '/legacy_assertion_audience' }]]);
    const { headers } = await management.call('GET', `/clients/${keyed.clientId}`);
    const byOperator = await management.callOnce(
      'PATCH',
      `/clients/${keyed.clientId}`,
      { legacy_assertion_audience: true },
      { 'if-match': String(headers.get('etag')) },
      world.owner.script,
    );
    expect(byOperator.status).toBe(403);
    const lifted = await change(keyed.clientId, { legacy_assertion_audience: true });
    expect([lifted.status, lifted.body['legacy_assertion_audience']]).toEqual([200, true]);
    const found = async () =>
      (await management.call('GET', `/findings?subject=${keyed.clientId}&kind=exceptions`)).body['items'] as unknown[];
    await until(async () => (await found()).length > 0, { what: 'the finding' });
    expect(await found()).toMatchObject([{ parts: [{ reason: 'token_endpoint_audience' }] }]);
  });
});

describe('a client whose requests must be pushed (RFC 9126 §6)', () => {
  test('is refused at the authorization endpoint without a pushed request, and served with one', async () => {
    const made = await newClient({ require_pushed_authorization_requests: true });
    const by = { kind: 'basic', clientId: made.id, secret: String(made['client_secret']) } as const;
    const parameters = request({ client_id: made.id, ...CHALLENGE });
    const { scene } = world;
    const plain = await authorize(browser.fork(), scene.calls.endpoints.authorization, parameters);
    expect([plain.parameters['error'], plain.parameters['code']]).toEqual(['invalid_request', undefined]);
    const { status, body } = await scene.calls.push(by, parameters);
    expect(status).toBe(201);
    const pushed = await authorize(browser.fork(), scene.calls.endpoints.authorization, {
      client_id: made.id,
      request_uri: String(body['request_uri']),
    });
    expect(pushed.parameters['code']).toEqual(expect.any(String));
  });

  test('declares it at registration, reads it back, and cannot withdraw it with its registration access token', async () => {
    const registered = await world.registeredClient({ require_pushed_authorization_requests: true });
    expect(registered['require_pushed_authorization_requests']).toBe(true);
    const kept = await world.manage('PUT', registered, sendable(registered));
    expect([kept.status, kept.body['require_pushed_authorization_requests']]).toEqual([200, true]);
    const weaker = { ...sendable(registered), require_pushed_authorization_requests: false };
    const refused = await world.manage('PUT', kept.body, weaker);
    expect([refused.status, refused.body['error']]).toEqual([400, 'invalid_client_metadata']);
    const silent = Object.fromEntries(
      Object.entries(weaker).filter(([member]) => member !== 'require_pushed_authorization_requests'),
    );
    const left = await world.manage('PUT', kept.body, silent);
    expect([left.status, left.body['require_pushed_authorization_requests']]).toEqual([200, true]);
  });

  test('may be an agent', async () => {
    const registered = await world.registeredAgent({ require_pushed_authorization_requests: true });
    const { body } = await world.scene.management.call('GET', `/agents/${String(registered['client_id'])}`);
    expect(body['require_pushed_authorization_requests']).toBe(true);
  });
});
