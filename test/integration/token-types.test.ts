/**
 * TX-10: every kind of token and JWT of ours, declared as each type there is, where a token is exchanged for another
 * (RFC 8693) and where it is traded for an assertion to another server (ID-JAG). Only the pairs that are meant go through.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader, importJWK, type JWTPayload, SignJWT } from 'jose';
import { GRANTS, type GrantRecord } from '../../src/provider/seam/records.ts';
import { clientAssertion, dpopProof, type Identity, newKeyPair } from '../support/agent-keys.ts';
import { ID_JAG } from '../support/foreign-issuer.ts';
import { type Answer, EXCHANGE, type Parameters } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, REDIRECT_URI, type Scene } from '../support/scene.ts';

const TICKETS = 'https://tickets.example.com';
const TOOL = 'https://as.tool.example';
const typeOf = (name: string): string => `urn:ietf:params:oauth:token-type:${name}`;
const TYPES = [
  ...['access_token', 'jwt', 'id_token', 'refresh_token', 'id-jag', 'txn_token', 'saml1', 'saml2', 'self_signed'],
] as const;

let server: RunningServer;
let scene: Scene;
let agent: Identity;
let other: Identity;

const newAgent = async (name: string): Promise<Identity> => {
  const key = await newKeyPair();
  const made = await scene.management.createAgent({
    name,
    owner: scene.accountId,
    purpose: 'Keeps things in order',
    environment: 'test',
    jwks: { keys: [key.publicJwk] },
    redirect_uris: [REDIRECT_URI],
    grant_types: ['authorization_code', 'refresh_token', EXCHANGE],
    resource_servers: [scene.jwt.id],
  });
  return { clientId: made.id, key };
};

beforeAll(async () => {
  server = await runServer({
    environment: { BEHALF__REGISTRATION__OPEN: 'true', BEHALF__TOKENS__TRUSTDOMAIN: 'shop.example' },
  });
  scene = await makeScene(server);
  agent = await newAgent('Secretary of types');
  other = await newAgent('Another secretary');
  const peer = await scene.management.call('POST', '/peers', {
    name: 'The tool',
    issuer: TOOL,
    outbound: {
      clients: { [agent.clientId]: 'their-name-for-it' },
      resources: [{ identifier: TICKETS, scopes: [{ name: 'read', description: 'Read', risk: 'low' }] }],
    },
  });
  expect(peer.status).toBe(201);
});
afterAll(() => server?.close());

const tokensOf = async (identity: Identity, resource = scene.jwt.identifier): Promise<Answer['body']> => {
  const form = await scene.newCode(resource, 'openid offline_access read', identity);
  const answer = await scene.calls.token(scene.keyed(identity), form);
  if (answer.status !== 200) throw new Error(answer.text);
  return answer.body;
};
const exchange = (form: Parameters, by = agent): Promise<Answer> =>
  scene.calls.token(scene.keyed(by), { grant_type: EXCHANGE, resource: scene.jwt.identifier, ...form });
const vouch = (form: Parameters, by = agent): Promise<Answer> =>
  exchange({ resource: TICKETS, audience: TOOL, requested_token_type: ID_JAG, ...form }, by);
const reasonOf = ({ body }: Answer): string => String((body['denial'] as { readonly reason?: string })?.reason);

const ownJwt = async (typ: string | undefined, claims: JWTPayload): Promise<string> => {
  const [jwk] = (await server.behalf.services.keys.privateJwks()).filter(({ kty }) => kty === 'EC');
  if (!jwk) throw new Error('no key');
  const header = { alg: 'ES256', kid: String(jwk.kid), ...(typ === undefined ? {} : { typ }) };
  return new SignJWT(claims).setProtectedHeader(header).sign(await importJWK(jwk, 'ES256'));
};

/** Of one sign-in of the person to the agent. */
let first: Promise<Answer['body']> | undefined;
const signedIn = (): Promise<Answer['body']> => {
  first ??= tokensOf(agent);
  return first;
};
const idClaims = async (): Promise<JWTPayload> => decodeJwt(String((await signedIn())['id_token']));
const past = Math.floor(Date.now() / 1000) - 100;

const KINDS: Readonly<Record<string, () => Promise<unknown>>> = {
  'JWT access token': async () => (await signedIn())['access_token'],
  'opaque access token': async () => (await tokensOf(agent, scene.opaque.identifier))['access_token'],
  'ID token': async () => (await signedIn())['id_token'],
  'refresh token': async () => (await signedIn())['refresh_token'],
  'ID-JAG': async () =>
    (await vouch({ subject_token: String((await signedIn())['id_token']), subject_token_type: typeOf('id_token') }))
      .body['access_token'],
  'logout token': async () => ownJwt('logout+jwt', { ...(await idClaims()), events: {} }),
  'logout token without a type': async () => ownJwt(undefined, { ...(await idClaims()), events: {} }),
  'security event token': async () => ownJwt('secevent+jwt', await idClaims()),
  'transaction token': async () => ownJwt('txntoken+jwt', await idClaims()),
  'access token without a type': async () => ownJwt(undefined, decodeJwt(String((await signedIn())['access_token']))),
  'ID token as access token': async () => ownJwt('at+jwt', await idClaims()),
  'ID token that has expired': async () => ownJwt(undefined, { ...(await idClaims()), exp: past }),
  'ID token for several': async () =>
    ownJwt(undefined, { ...(await idClaims()), aud: [agent.clientId, other.clientId] }),
  'ID token of another client': async () => (await tokensOf(other))['id_token'],
  'refresh token of another client': async () => (await tokensOf(other))['refresh_token'],
  'client assertion': () => clientAssertion(agent, server.issuer),
  'DPoP proof': async () => dpopProof(await newKeyPair(), { method: 'POST', url: scene.calls.endpoints.token }),
  'registration access token': async () => {
    const answer = await fetch(`${server.issuer}/reg`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ client_name: 'Told nothing', redirect_uris: [REDIRECT_URI] }),
    });
    return ((await answer.json()) as Answer['body'])['registration_access_token'];
  },
};
/** As what each kind is taken: for an access token, and for an assertion. */
const MEANT: Readonly<Record<string, { readonly exchange: readonly string[]; readonly vouch: readonly string[] }>> = {
  'JWT access token': { exchange: ['access_token', 'jwt'], vouch: [] },
  'opaque access token': { exchange: ['access_token'], vouch: [] },
  'ID token': { exchange: ['id_token'], vouch: ['id_token'] },
  'refresh token': { exchange: ['refresh_token'], vouch: ['refresh_token'] },
};
const REASONS = ['token_type_unsupported', 'subject_token_not_live', 'subject_token_type_mismatch'];

describe('TX-10 every kind declared as every type', () => {
  test.each(Object.keys(KINDS))('TX-10 %s', async (kind) => {
    const value = await KINDS[kind]?.();
    expect(value).toEqual(expect.stringMatching(/^.{20,}$/));
    const taken = { exchange: [] as string[], vouch: [] as string[] };
    for (const type of TYPES) {
      const form = { subject_token: String(value), subject_token_type: typeOf(type) };
      for (const [way, answer] of [
        ['exchange', await exchange(form)],
        ['vouch', await vouch(form)],
      ] as const) {
        if (answer.status === 200) taken[way].push(type);
        else
          expect([type, answer.body['error'], REASONS]).toEqual([
            type,
            'invalid_request',
            expect.arrayContaining([reasonOf(answer)]),
          ]);
      }
    }
    expect(taken).toEqual(MEANT[kind] ?? { exchange: [], vouch: [] });
  });

  test.each(TYPES.filter((type) => type !== 'access_token' && type !== 'jwt'))(
    'TX-10 nothing of type %s speaks for the actor',
    async (type) => {
      const tokens = await signedIn();
      const form = { subject_token: String(tokens['access_token']), subject_token_type: typeOf('access_token') };
      for (const value of [tokens['id_token'], tokens['refresh_token'], tokens['access_token']]) {
        const answer = await exchange({ ...form, actor_token: String(value), actor_token_type: typeOf(type) });
        expect([answer.status, reasonOf(answer)]).toEqual([400, 'token_type_unsupported']);
      }
    },
  );
});

describe('a sign-in as subject token (RFC 8693 §2.1)', () => {
  test.each(['id_token', 'refresh_token'])(
    '%s: what the person allowed this agent at the target, no more',
    async (type) => {
      const tokens = await tokensOf(agent);
      const answer = await exchange({ subject_token: String(tokens[type]), subject_token_type: typeOf(type) });
      expect(answer.body).toMatchObject({ scope: 'read', issued_token_type: typeOf('access_token') });
      const claims = decodeJwt(String(answer.body['access_token']));
      const own = decodeJwt(String(tokens['access_token']));
      expect(claims).toMatchObject({
        sub: scene.accountId,
        client_id: agent.clientId,
        act: { sub: agent.clientId },
        grant_id: own['grant_id'],
        delegation: own['delegation'],
        auth_time: own['auth_time'],
      });
      const wider = await exchange({
        subject_token: String(tokens[type]),
        subject_token_type: typeOf(type),
        scope: 'read write delete',
      });
      expect(wider.body['scope']).toBe('read');
    },
  );

  test('it makes no refresh token of an instance', async () => {
    const tokens = await tokensOf(agent);
    const answer = await scene.calls.token(scene.keyed(agent), {
      grant_type: EXCHANGE,
      requested_token_type: typeOf('refresh_token'),
      subject_token: String(tokens['refresh_token']),
      subject_token_type: typeOf('refresh_token'),
    });
    expect(reasonOf(answer)).toBe('token_type_unsupported');
  });

  test('TX-12 nothing any more once the authorization it came with has ended, or a refresh token was used', async () => {
    const tokens = await tokensOf(agent);
    const [idToken, refreshToken] = [String(tokens['id_token']), String(tokens['refresh_token'])];
    const refreshed = await scene.calls.token(scene.keyed(agent), {
      grant_type: 'refresh_token',
      refresh_token: refreshToken,
      resource: scene.jwt.identifier,
    });
    expect(refreshed.status).toBe(200);
    const asRefresh = { subject_token: refreshToken, subject_token_type: typeOf('refresh_token') };
    expect(reasonOf(await exchange(asRefresh))).toBe('subject_token_not_live');
    const asId = { subject_token: idToken, subject_token_type: typeOf('id_token') };
    expect((await exchange(asId)).status).toBe(200);
    const grants = server.behalf.services.documents.collection<GrantRecord>(GRANTS);
    for (const { document } of await grants.find({ where: { account: scene.accountId }, limit: 1000 })) {
      if (document.clientId === agent.clientId) await grants.take(document.id);
    }
    expect(reasonOf(await exchange(asId))).toBe('subject_token_not_live');
    const rotated = { ...asRefresh, subject_token: String(refreshed.body['refresh_token']) };
    expect(reasonOf(await exchange(rotated))).toBe('subject_token_not_live');
  });
});

describe('transaction tokens (draft-ietf-oauth-transaction-tokens after -08)', () => {
  const ask = async (form: Parameters = {}): Promise<Answer> =>
    exchange({
      resource: undefined,
      audience: 'shop.example',
      requested_token_type: typeOf('txn_token'),
      scope: 'read',
      subject_token: String((await tokensOf(agent))['access_token']),
      subject_token_type: typeOf('access_token'),
      ...form,
    });

  test('a part of the access token for the services of one trust domain, and nothing else', async () => {
    const parent = String((await tokensOf(agent))['access_token']);
    const answer = await ask({
      subject_token: parent,
      request_context: '{"req_ip":"192.0.2.1"}',
      request_details: '{"order":7}',
    });
    expect(answer.body).toMatchObject({ issued_token_type: typeOf('txn_token'), token_type: 'N_A', scope: 'read' });
    expect(answer.body).not.toHaveProperty('refresh_token');
    const text = String(answer.body['access_token']);
    expect(decodeProtectedHeader(text)).toMatchObject({ typ: 'txntoken+jwt', kid: expect.any(String) });
    const claims = decodeJwt(text);
    expect(claims).toMatchObject({
      aud: 'shop.example',
      sub: scene.accountId,
      txn: decodeJwt(parent)['txn'],
      req_wl: agent.clientId,
      scope: 'read',
      tctx: { order: 7 },
      rctx: { 'sha-256': expect.stringMatching(/^[\w-]{43}$/) },
      act: { sub: agent.clientId },
    });
    expect(JSON.stringify(claims)).not.toContain('192.0.2.1');
    expect(Number(claims.exp) - Number(claims.iat)).toBeLessThanOrEqual(300);
    // It is a credential nowhere here.
    expect((await scene.calls.introspect(scene.jwt.credential, text)).body).toEqual({ active: false });
    expect(reasonOf(await exchange({ subject_token: text, subject_token_type: typeOf('access_token') }))).toBe(
      'subject_token_not_live',
    );
  });

  test.each<readonly [string, Parameters, string]>([
    ['another trust domain', { audience: 'other.example' }, 'trust_domain_unknown'],
    ['no scope', { scope: undefined }, 'parameter_missing'],
    ['more than the access token holds', { scope: 'write' }, 'scope_not_available'],
    ['a resource', { resource: 'https://calendar.example.com' }, 'token_type_unsupported'],
    ['a context that is no object', { request_context: '[1]' }, 'context_malformed'],
    ['a member twice', { request_details: '{"a":1,"a":2}' }, 'context_malformed'],
    ['a long context', { request_context: `{"a":"${'x'.repeat(5000)}"}` }, 'context_malformed'],
    ['a refresh token', { subject_token_type: typeOf('refresh_token') }, 'token_type_unsupported'],
  ])('%s', async (_, form, reason) => {
    const answer = await ask(form);
    expect([answer.status, reasonOf(answer)]).toEqual([400, reason]);
  });
});
