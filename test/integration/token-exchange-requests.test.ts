/** RFC 8693 over HTTP: the tokens, target and claims that a request names. What is not valid is refused or ignored. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { decodeJwt, importJWK, type JWTPayload, SignJWT } from 'jose';
import { clientAssertion, dpopProof, type Identity, newKeyPair } from '../support/agent-keys.ts';
import type { AuditWatch } from '../support/audit-watch.ts';
import { exchangeWorld, JWT_TYPE, tokenOf } from '../support/exchange-world.ts';
import {
  ACCESS_TOKEN_TYPE,
  type Answer,
  answerOf,
  DEVICE_CODE,
  EXCHANGE,
  type Parameters,
} from '../support/oauth-calls.ts';
import type { RunningServer } from '../support/running-server.ts';
import type { Scene } from '../support/scene.ts';
import type { TokenFamily } from '../support/token-family.ts';

const world = exchangeWorld();
const { keyed, exchange, ofApp, refused } = world;

let server: RunningServer;
let scene: Scene;
let audit: AuditWatch;
let family: TokenFamily;

beforeAll(async () => {
  ({ server, scene, audit } = await world.start());
  const { access_token: token } = await scene.newTokens(scene.jwt.identifier);
  await scene.consentToAgent(scene.agent, String(token), scene.jwt.identifier);
});
afterAll(world.close);
beforeEach(async () => {
  family = await world.wholeFamily();
});

describe('TX-04 a subject token that is not one is refused, and no other grant takes over', () => {
  const MALFORMED: readonly (readonly [string, Parameters, string | undefined])[] = [
    ['missing', { subject_token: undefined }, 'parameter_missing'],
    ['empty', { subject_token: '' }, 'parameter_missing'],
    ['without its type', { subject_token_type: undefined }, 'parameter_missing'],
    ['oversized', { subject_token: 'a'.repeat(8193) }, 'parameter_too_long'],
    ['of a type of ours that is no access token', { subject_token_type: 'refresh_token' }, 'token_type_unsupported'],
    ['an array in JSON', { subject_token: '["a"]' }, 'subject_token_not_live'],
  ];
  test.each(MALFORMED)('%s', async (_what, form, reason) => {
    const layer = reason === 'subject_token_not_live' ? 'subject_token' : 'request';
    await refused(() => ofApp(form), { error: 'invalid_request', layer, ...(reason ? { reason } : {}) });
  });
  test('given twice', async () => {
    const { appCalendar } = family.tokens;
    const { answer } = await refused(() => ofApp({ subject_token: [appCalendar, appCalendar] }), {
      error: 'invalid_request',
      layer: 'request',
      reason: 'request_not_valid',
    });
    expect(answer.body['error_description']).toMatch(/subject_token/);
  });
  test('an agent that may also act for itself gets no token for itself instead', async () => {
    const { body } = await scene.calls.token(keyed(scene.agent), {
      grant_type: 'client_credentials',
      resource: scene.jwt.identifier,
    });
    expect(body['access_token']).toBeDefined();
    await refused(() => exchange(scene.agent, { resource: scene.jwt.identifier, subject_token: 'nothing' }), {
      error: 'invalid_request',
      layer: 'subject_token',
      reason: 'subject_token_not_live',
    });
  });
});

test('TX-05 act, may_act, sub, cnf, iss and what else a request says of itself is not copied', async () => {
  const forged = { sub: 'acc_forged', iss: 'https://evil.example', act: { sub: 'agt_forged' } };
  const plain = decodeJwt(tokenOf(await ofApp({ scope: 'read' })));
  const { answer } = await audit.issued(() =>
    ofApp({
      scope: 'read',
      act: JSON.stringify(forged),
      may_act: JSON.stringify(forged),
      sub: 'acc_forged',
      iss: 'https://evil.example',
      cnf: JSON.stringify({ jkt: 'forged' }),
      grant_id: 'grt_forged',
      delegation: 'dlg_forged',
      txn: 'txn_forged',
      status: JSON.stringify({ status_list: { idx: 0, uri: 'https://evil.example/forged' } }),
      claims: JSON.stringify({ access_token: forged }),
    }),
  );
  const claims = decodeJwt(tokenOf(answer));
  // Each token has an id, an index in a status list and a decision of its own.
  const own = ({ jti: _jti, iat: _iat, exp: _exp, decision: _decision, status: _status, ...rest }: JWTPayload) => rest;
  expect(own(claims)).toEqual(own(plain));
  const list = { idx: expect.any(Number), uri: expect.stringContaining(`${scene.issuer}/status-lists/`) };
  expect([claims['status'], plain['status']]).toEqual([{ status_list: list }, { status_list: list }]);
  expect(JSON.stringify(claims)).not.toMatch(/forged|evil/);
});

describe('TX-06 an actor token may only say who the caller is', () => {
  const actor = (token: string, more: Parameters = {}) => ({
    actor_token: token,
    actor_token_type: ACCESS_TOKEN_TYPE,
    ...more,
  });
  const ownToken = async (of: Identity): Promise<string> =>
    tokenOf(await scene.calls.token(keyed(of), { grant_type: 'client_credentials', resource: scene.jwt.identifier }));
  let subjectToken = '';
  const forScene = (form: Parameters) =>
    exchange(scene.agent, { subject_token: subjectToken, resource: scene.jwt.identifier, scope: 'read', ...form });
  beforeAll(async () => {
    subjectToken = String((await scene.newTokens(scene.jwt.identifier))['access_token']);
  });
  test('its own token changes nothing', async () => {
    const without = decodeJwt(tokenOf(await forScene({})));
    const form = actor(await ownToken(scene.agent));
    const { answer } = await audit.issued(() => forScene(form));
    expect(decodeJwt(tokenOf(answer))['act']).toEqual(without['act']);
  });
  test('a token of another agent, of a person, of a delegation, or none of ours', async () => {
    const other = await scene.newAgent('Another');
    const delegated = tokenOf(await forScene({}));
    for (const token of [await ownToken(other), family.tokens.appCalendar, delegated]) {
      const form = actor(token);
      await refused(() => forScene(form), {
        error: 'invalid_request',
        layer: 'request',
        reason: 'actor_token_not_of_caller',
      });
    }
    const ended = await ownToken(scene.agent);
    await scene.calls.revoke(keyed(scene.agent), ended);
    for (const token of [ended, 'nothing', 'a.b.c']) {
      const form = actor(token);
      await refused(() => forScene(form), {
        error: 'invalid_request',
        layer: 'request',
        reason: 'actor_token_not_live',
      });
    }
  });
  test.each([
    ['actor_token alone', { actor_token: 'x' }],
    ['actor_token_type alone', { actor_token_type: ACCESS_TOKEN_TYPE }],
  ])('%s (RFC 8693 §2.1)', (_what, form) =>
    refused(() => ofApp(form), { error: 'invalid_request', layer: 'request', reason: 'parameter_missing' }),
  );
});

describe('TX-10 a thing of one kind is taken for no other (RFC 8725 §3.11)', () => {
  const ownJwt = async (typ: string | undefined, claims: JWTPayload): Promise<string> => {
    const [jwk] = (await server.behalf.services.keys.privateJwks()).filter(({ kty }) => kty === 'EC');
    if (!jwk) throw new Error('no key');
    const header = { alg: 'ES256', kid: String(jwk.kid), ...(typ === undefined ? {} : { typ }) };
    return new SignJWT(claims).setProtectedHeader(header).sign(await importJWK(jwk, 'ES256'));
  };
  const tokens = () => scene.newTokens(scene.jwt.identifier);
  let lastCode: Parameters = {};
  const KINDS: Readonly<Record<string, () => Promise<string>>> = {
    'JWT access token': async () => String((await tokens())['access_token']),
    'opaque access token': async () => String((await scene.newTokens(scene.opaque.identifier))['access_token']),
    'UserInfo token': async () => family.tokens.signIn,
    'ID token': async () => String((await tokens())['id_token']),
    'refresh token': async () => String((await tokens())['refresh_token']),
    code: async () => {
      lastCode = await scene.newCode(scene.jwt.identifier);
      return String(lastCode['code']);
    },
    'device code': async () =>
      String((await scene.calls.device(keyed(scene.app), { scope: 'openid' })).body['device_code']),
    'client assertion': () => clientAssertion(scene.agent, server.issuer),
    'DPoP proof': async () => dpopProof(await newKeyPair(), { method: 'POST', url: scene.calls.endpoints.token }),
    'logout token': async () => ownJwt('logout+jwt', decodeJwt(family.tokens.appCalendar)),
    'security event token': async () => ownJwt('secevent+jwt', decodeJwt(family.tokens.appCalendar)),
    'JWT of ours without a type': async () => ownJwt(undefined, decodeJwt(family.tokens.appCalendar)),
  };
  const byApp = (form: Parameters) => scene.calls.token(keyed(scene.app), form);
  const byAgent = (form: Parameters) => exchange(scene.agent, { resource: scene.jwt.identifier, ...form });
  /** Made in front of what is watched. */
  let subjectToken = '';
  let codeForm: Parameters = {};
  const PLACES: Readonly<Record<string, (value: string) => Promise<Answer>>> = {
    'subject_token as access token': (value) => byAgent({ subject_token: value }),
    'subject_token as JWT': (value) => byAgent({ subject_token: value, subject_token_type: JWT_TYPE }),
    actor_token: (value) =>
      byAgent({ subject_token: subjectToken, actor_token: value, actor_token_type: ACCESS_TOKEN_TYPE }),
    'introspection of JWTs': (value) => scene.calls.introspect(scene.jwt.credential, value),
    'introspection of opaque tokens': (value) => scene.calls.introspect(scene.opaque.credential, value),
    UserInfo: (value) => scene.calls.userinfo(value),
    'management API': async (value) =>
      answerOf(await fetch(`${server.issuer}/api/v1/me`, { headers: { authorization: `Bearer ${value}` } })),
    code: (value) => byApp({ ...codeForm, code: value }),
    refresh_token: (value) =>
      byApp({ grant_type: 'refresh_token', refresh_token: value, resource: scene.jwt.identifier }),
    device_code: (value) => byApp({ grant_type: DEVICE_CODE, device_code: value }),
    client_assertion: (value) =>
      scene.calls.token(
        { kind: 'assertion', clientId: scene.agent.clientId, assertion: value },
        { grant_type: 'client_credentials', resource: scene.jwt.identifier },
      ),
    'DPoP header': (value) =>
      scene.calls.token(
        keyed(scene.agent),
        { grant_type: 'client_credentials', resource: scene.jwt.identifier },
        { headers: { dpop: value } },
      ),
  };
  /** The places in which a kind is at home; a device code is refused there, too, while no user has answered. */
  const HOMES: Readonly<Record<string, readonly string[]>> = {
    'JWT access token': ['subject_token as access token', 'subject_token as JWT', 'introspection of JWTs'],
    'opaque access token': ['subject_token as access token', 'introspection of opaque tokens'],
    'UserInfo token': ['UserInfo'],
    'refresh token': ['refresh_token'],
    code: ['code'],
    'client assertion': ['client_assertion'],
    'DPoP proof': ['DPoP header'],
  };

  test.each(Object.keys(KINDS))('%s', async (kind) => {
    const accepted: string[] = [];
    for (const [place, present] of Object.entries(PLACES)) {
      const value = await (KINDS[kind] as () => Promise<string>)();
      subjectToken = String((await tokens())['access_token']);
      codeForm = kind === 'code' && place === 'code' ? lastCode : await scene.newCode(scene.jwt.identifier);
      const { result, events } = await audit.during(() => present(value));
      const { status, body } = result;
      if (status === 200 && body['active'] !== false) {
        accepted.push(place);
        continue;
      }
      const about = events.filter(({ outcome }) => outcome === 'refused');
      const expected = status === 200 ? [] : [body['error'] ?? 'unauthenticated'];
      expect({ kind, place, status, refusals: about.map(({ error }) => error) }).toEqual({
        kind,
        place,
        status: [200, 400, 401, 403].find((one) => one === status),
        refusals: expected,
      });
    }
    expect(accepted).toEqual(HOMES[kind] ?? []);
  });
});

describe('TX-11 the target is one resource server, and not this server', () => {
  const unknown = 'https://nowhere.example.com';
  test.each([
    ['unknown resource', () => ({ resource: unknown }), 'resource_server', 'target_unknown'],
    ['unknown audience', () => ({ resource: undefined, audience: unknown }), 'resource_server', 'target_unknown'],
    ['no target', () => ({ resource: undefined }), 'request', 'target_missing'],
    [
      'two resources',
      () => ({ resource: [family.calendar.identifier, family.files.identifier] }),
      'request',
      'target_ambiguous',
    ],
    ['resource and audience that differ', () => ({ audience: family.files.identifier }), 'request', 'target_ambiguous'],
    [
      'a trailing slash too many',
      () => ({ resource: `${family.calendar.identifier}/` }),
      'resource_server',
      'target_unknown',
    ],
    ['a client', () => ({ resource: undefined, audience: family.app.clientId }), 'resource_server', 'target_unknown'],
    ['this server', () => ({ resource: server.issuer }), 'resource_server', 'target_not_for_agents'],
    [
      'the management API by its id',
      () => ({ resource: undefined, audience: managementApiId }),
      'resource_server',
      'target_not_for_agents',
    ],
  ] as const)('%s', (_what, form, layer, reason) =>
    refused(() => ofApp(form()), { error: 'invalid_target', layer, reason }),
  );
  test.each([
    ['a refresh token', 'urn:ietf:params:oauth:token-type:refresh_token', 'jwt'],
    ['an ID token', 'urn:ietf:params:oauth:token-type:id_token', 'jwt'],
    ['a JWT where the resource server takes opaque tokens', JWT_TYPE, 'opaque'],
  ])('requested_token_type: %s', (_what, type, at) =>
    refused(
      () =>
        ofApp({
          requested_token_type: type,
          resource: (at === 'jwt' ? family.calendar : family.files).identifier,
        }),
      { error: 'invalid_request', layer: 'request', reason: 'token_type_unsupported' },
    ),
  );
  test('a JWT where it takes JWTs', async () => {
    const { answer } = await audit.issued(() =>
      ofApp({ requested_token_type: JWT_TYPE, audience: family.calendar.id }),
    );
    expect(answer.body['issued_token_type']).toBe(JWT_TYPE);
  });
  let managementApiId = '';
  beforeAll(async () => {
    const found = await scene.management.call('GET', `/resource-servers?identifier=${server.issuer}/api/v1`);
    managementApiId = (found.body['items'] as { id: string }[])[0]?.id ?? '';
  });
});

describe('TX-13 a bound token stays bound (RFC 9449 §6)', () => {
  test('no downgrade: a proof is needed, the child is bound to the key of its holder', async () => {
    const appKey = await newKeyPair();
    const agentKey = await newKeyPair();
    const otherKey = await newKeyPair();
    const bound = await scene.calls.token(keyed(scene.app), await scene.newCode(scene.jwt.identifier), {
      dpop: appKey,
    });
    expect(bound.body['token_type']).toBe('DPoP');
    const form = { subject_token: tokenOf(bound), resource: scene.jwt.identifier };
    const proofMissing = { error: 'invalid_request', layer: 'subject_token', reason: 'subject_token_proof_missing' };
    await refused(() => exchange(scene.agent, form), proofMissing);
    const { answer } = await audit.issued(() => exchange(scene.agent, form, agentKey));
    expect(answer.body['token_type']).toBe('DPoP');
    const child = tokenOf(answer);
    expect(decodeJwt(child)['cnf']).toEqual({ jkt: agentKey.kid });

    const again = { subject_token: child, resource: scene.jwt.identifier };
    await refused(() => exchange(scene.agent, again), proofMissing);
    await refused(() => exchange(scene.agent, again, otherKey), proofMissing);
    const second = await audit.issued(() => exchange(scene.agent, again, agentKey));
    expect(decodeJwt(tokenOf(second.answer))['cnf']).toEqual({ jkt: agentKey.kid });
  });
  test('a proof is good once', async () => {
    const key = await newKeyPair();
    const headers = { dpop: await dpopProof(key, { method: 'POST', url: scene.calls.endpoints.token }) };
    const form = {
      grant_type: EXCHANGE,
      subject_token_type: ACCESS_TOKEN_TYPE,
      subject_token: family.tokens.appCalendar,
      resource: family.calendar.identifier,
    };
    const send = () => scene.calls.token(keyed(family.agent), form, { headers });
    await audit.issued(send);
    const { answer } = await refused(send, {
      error: 'invalid_dpop_proof',
      layer: 'request',
      reason: 'proof_not_valid',
    });
    expect(answer.body['access_token']).toBeUndefined();
  });
});
