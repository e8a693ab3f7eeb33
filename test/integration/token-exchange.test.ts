/** RFC 8693 over HTTP against the whole server: what is given, what is refused, and what the audit log says of both. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { decodeJwt, importJWK, type JWTPayload, SignJWT } from 'jose';
import type { AuditEvent } from '../../src/domain/audit/audit-event.ts';
import { clientAssertion, dpopProof, type Identity, type KeyPair, newKeyPair } from '../support/agent-keys.ts';
import { type AuditWatch, auditWatch, COUNT_EACH_SECOND } from '../support/audit-watch.ts';
import {
  ACCESS_TOKEN_TYPE,
  type Answer,
  answerOf,
  type Credential,
  DEVICE_CODE,
  EXCHANGE,
  formOf,
  type Parameters,
  post,
} from '../support/oauth-calls.ts';
import { newPkce } from '../support/pkce.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { advance, now, startClock, stopClock } from '../support/stopped-clock.ts';
import { newTokenFamily, type TokenFamily } from '../support/token-family.ts';

const JWT_TYPE = 'urn:ietf:params:oauth:token-type:jwt';
const MAX_DEPTH = 3;

let server: RunningServer;
let scene: Scene;
let audit: AuditWatch;
let family: TokenFamily;
let madeAt = 0;
/** Cleared by a test that breaks the family. */
let isWhole = false;

beforeAll(async () => {
  stopClock();
  server = await runServer({
    environment: {
      ...COUNT_EACH_SECOND,
      BEHALF__DELEGATION__MAXDEPTH: String(MAX_DEPTH),
      BEHALF__PASSWORDS__ARGON2MEMORYKIB: '1024',
      BEHALF__PASSWORDS__ARGON2PASSES: '1',
    },
  });
  scene = await makeScene(server);
  audit = auditWatch(server);
});
afterAll(async () => {
  await server?.close();
  startClock();
});
// Each look at the audit log takes a second, and tokens live five minutes.
beforeEach(async () => {
  if (now() < madeAt + 60 && isWhole) return;
  family = await newTokenFamily(scene);
  [madeAt, isWhole] = [now(), true];
});

const keyed = (identity: Identity): Credential => scene.keyed(identity);
const tokenOf = ({ status, body, text }: Answer): string => {
  if (typeof body['access_token'] !== 'string') throw new Error(`no token: ${status} ${text}`);
  return body['access_token'];
};
const scopesOf = (answer: Answer): readonly string[] => String(answer.body['scope']).split(' ').sort();
const denialOf = ({ body }: Answer): Record<string, unknown> => (body['denial'] ?? {}) as Record<string, unknown>;

type Why = { readonly error: string; readonly layer?: string; readonly reason?: string; readonly status?: number };

/** Status, error, the denial in the answer, and the same denial in the one event. */
const refused = async (work: () => Promise<Answer>, why: Why): Promise<{ answer: Answer; event: AuditEvent }> => {
  const { answer, event } = await audit.refused(work, {
    status: why.status ?? 400,
    error: why.error,
    event: 'token.refused',
  });
  const { id, layer, reason } = denialOf(answer);
  expect({ layer, reason }).toEqual({ layer: why.layer, reason: why.reason });
  expect(event.denial).toMatchObject({ id, layer: why.layer, reason: why.reason });
  return { answer, event };
};

const exchange = (by: Identity, form: Parameters, dpop?: KeyPair): Promise<Answer> =>
  scene.calls.token(
    keyed(by),
    { grant_type: EXCHANGE, subject_token_type: ACCESS_TOKEN_TYPE, resource: family.calendar.identifier, ...form },
    dpop ? { dpop } : {},
  );
const ofApp = (form: Parameters = {}, by = family.agent): Promise<Answer> =>
  exchange(by, { subject_token: family.tokens.appCalendar, ...form });

test('TX-17 a granted exchange: the token and its one event say the same (RFC 8693 §2.2.1, §4.1)', async () => {
  const { answer, event } = await audit.issued(() => ofApp({ scope: 'read' }));
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(answer.body).toMatchObject({ issued_token_type: ACCESS_TOKEN_TYPE, token_type: 'Bearer', scope: 'read' });
  const claims = decodeJwt(tokenOf(answer));
  const parent = decodeJwt(family.tokens.appCalendar);
  expect(claims).toMatchObject({
    iss: server.issuer,
    aud: family.calendar.identifier,
    sub: family.accountId,
    client_id: family.agent.clientId,
    scope: 'read',
    act: { sub: family.agent.clientId, iss: server.issuer, sub_profile: 'ai_agent' },
    txn: parent['txn'],
    grant_id: parent['grant_id'],
  });
  expect(event).toMatchObject({
    outcome: 'granted',
    subject: family.accountId,
    caller: family.agent.clientId,
    agent: family.agent.clientId,
    owner: family.ownerId,
    grantType: EXCHANGE,
    resource: family.calendar.identifier,
    scopeAsked: ['read'],
    scopeGiven: ['read'],
    chain: claims['act'],
    txn: claims['txn'],
    grant: claims['grant_id'],
    delegation: claims['delegation'],
    token: { id: claims.jti, format: 'jwt', expiresAt: claims.exp, parent: parent.jti },
    inputs: { subjectToken: { received: 'as_resource_server' }, source: { kind: 'held' } },
  });
});

describe('TX-01 whose token', () => {
  test('an agent that is no resource server of the token, though the person allowed it there', async () => {
    const stranger = await family.newAgent('Stranger', family.ownerId, { resource_servers: [] });
    const own = await family.authorize(stranger, 'openid read', [family.calendar.identifier]);
    await audit.issued(() => exchange(stranger, { subject_token: tokenOf(own) }));
    await refused(() => ofApp({}, stranger), {
      error: 'invalid_request',
      layer: 'subject_token',
      reason: 'subject_token_not_for_caller',
    });
  });
  test('an agent to which the delegation may not be re-delegated', async () => {
    const other = await family.newAgent('Other', family.ownerId);
    await refused(() => exchange(other, { subject_token: family.tokens.agentCalendar }), {
      error: 'access_denied',
      layer: 'delegation',
      reason: 'not_delegable_to_agent',
    });
  });
  test('a token without an audience, of another client', () =>
    refused(() => ofApp({ subject_token: family.tokens.signIn }), {
      error: 'invalid_request',
      layer: 'subject_token',
      reason: 'subject_token_not_for_caller',
    }));
  test('a person who allowed nothing: consent_required with a page on our origin, no other authority', async () => {
    const other = await family.newAgent('Unknown', family.ownerId);
    const { answer } = await refused(() => ofApp({}, other), {
      error: 'consent_required',
      layer: 'delegation',
      reason: 'consent_missing',
    });
    const [remedy] = denialOf(answer)['remedies'] as { kind: string; url: string }[];
    expect(remedy?.kind).toBe('consent');
    expect(remedy?.url.startsWith(`${server.issuer}/delegations/requests/`)).toBe(true);
  });
});

describe('TX-02 authority only shrinks', () => {
  test('absent scope is what the parent holds, not a default', async () => {
    const narrow = tokenOf((await audit.issued(() => ofApp({ scope: 'read' }))).answer);
    const { answer } = await audit.issued(() => exchange(family.agent, { subject_token: narrow }));
    expect(scopesOf(answer)).toEqual(['read']);
    await refused(() => exchange(family.agent, { subject_token: narrow, scope: 'write' }), {
      error: 'invalid_scope',
      layer: 'subject_token',
      reason: 'scope_not_available',
    });
  });
  test.each([
    ['a wildcard', '*'],
    ['another case', 'Read'],
    ['a scope of another resource server', 'agents:read'],
    ['a scope of OpenID Connect', 'openid'],
  ])('%s is not read as anything', (_what, scope) =>
    refused(() => ofApp({ scope }), {
      error: 'invalid_scope',
      layer: 'resource_server',
      reason: 'scope_not_available',
    }),
  );
  test('a look-alike letter is no scope at all (RFC 6749 §3.3)', async () => {
    const { answer } = await refused(() => ofApp({ scope: 'rеad' }), {
      error: 'invalid_scope',
      layer: 'grant',
      reason: 'scope_not_granted',
    });
    expect(answer.body['access_token']).toBeUndefined();
  });
  test('duplicates count once', async () => {
    const { answer } = await audit.issued(() => ofApp({ scope: 'read read write read' }));
    expect(scopesOf(answer)).toEqual(['read', 'write']);
  });
  test('at another resource: what the grant holds there, and only what was consented there (decision D4)', async () => {
    const { answer } = await audit.issued(() => ofApp({ resource: family.files.identifier }));
    expect(scopesOf(answer)).toEqual(['read', 'write']);
    await refused(
      () => exchange(family.agent, { subject_token: family.tokens.sibling, resource: family.files.identifier }),
      { error: 'consent_required', layer: 'delegation', reason: 'consent_missing' },
    );
  });
  test('a refresh reaches no resource and no scope that was not granted (RFC 8707 §2.2)', async () => {
    await refused(() => family.refresh('own', family.files.identifier), {
      error: 'invalid_target',
      layer: 'resource_server',
      reason: 'target_not_granted',
    });
    await refused(() => family.refresh('own', family.calendar.identifier, { scope: 'read agents:read' }), {
      error: 'invalid_scope',
      layer: 'grant',
      reason: 'scope_not_granted',
    });
    const { answer } = await audit.issued(() => family.refresh('own', family.calendar.identifier, { scope: 'read' }));
    expect(answer.body['scope']).toBe('read');
  });
  test('an agent holds nothing for itself at a resource where it acts for people, unless it was given that', async () => {
    const bare = await family.newAgent('Bare', family.ownerId, {
      redirect_uris: [],
      grant_types: ['client_credentials', EXCHANGE],
    });
    const { answer } = await refused(
      () =>
        scene.calls.token(keyed(bare), {
          grant_type: 'client_credentials',
          resource: family.calendar.identifier,
          scope: 'read',
        }),
      { error: 'invalid_scope', layer: 'agent', reason: 'scope_not_available' },
    );
    expect(answer.body['access_token']).toBeUndefined();
  });
  test('a resource server learns nothing of a token for another (RFC 7662 §4)', async () => {
    for (const token of [family.tokens.agentCalendar, family.tokens.appCalendar]) {
      expect((await scene.calls.introspect(family.files.credential, token)).body).toEqual({ active: false });
    }
    for (const token of [family.tokens.agentFiles, family.tokens.subFiles]) {
      expect((await scene.calls.introspect(family.calendar.credential, token)).body).toEqual({ active: false });
    }
    const seen = await scene.calls.introspect(family.files.credential, family.tokens.subFiles);
    expect(seen.body).toMatchObject({
      active: true,
      aud: family.files.identifier,
      sub: family.accountId,
      client_id: family.subAgent.clientId,
      act: { sub: family.subAgent.clientId, act: { sub: family.agent.clientId } },
    });
  });
});

test('TX-03 no exchange lives past its parent; a row of them gains nothing', async () => {
  isWhole = false;
  const fresh = tokenOf(await family.refresh('app', family.calendar.identifier));
  const end = Number(decodeJwt(fresh).exp);
  let last = fresh;
  let bound = end;
  for (let turn = 0; turn < 8; turn += 1) {
    const { answer } = await audit.issued(() => exchange(family.agent, { subject_token: last }));
    last = tokenOf(answer);
    const exp = Number(decodeJwt(last).exp);
    expect(exp).toBeLessThanOrEqual(bound);
    expect(answer.body['expires_in']).toBe(exp - now());
    bound = exp;
    advance(30_000);
  }
  advance((bound - now()) * 1000);
  // Seen before and found good: what is remembered of a signature does not outlive the token.
  expect((await scene.calls.introspect(family.calendar.credential, last)).body).toEqual({ active: false });
  await refused(() => exchange(family.agent, { subject_token: last }), {
    error: 'invalid_request',
    layer: 'subject_token',
    reason: 'subject_token_not_live',
  });
});

test('TX-03 no token of an agent outlives the delegation behind it', async () => {
  isWhole = false;
  const { agent, accountId, calendar } = family;
  const own = () => family.refresh('own', calendar.identifier);
  const before = decodeJwt(tokenOf(await own()));
  const row = await server.behalf.services.delegations.consented(accountId, agent.clientId, calendar.identifier);
  await server.behalf.services.delegations.recordConsent({
    subject: accountId,
    actor: agent.clientId,
    resource: calendar.identifier,
    asked: ['read', 'write'],
    scope: ['read', 'write'],
    expiresAt: now() + 90,
    delegableTo: row?.delegableTo ?? { agents: [], depth: 0 },
    by: accountId,
  });
  const after = decodeJwt(tokenOf(await own()));
  expect(Number(before.exp) - now()).toBeGreaterThan(90);
  expect(after.exp).toBe(now() + 90);
  expect(decodeJwt(tokenOf(await ofApp())).exp).toBe(now() + 90);
  advance(90_000);
  await refused(own, { error: 'invalid_grant', layer: 'delegation', reason: 'delegation_ended' });
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
      claims: JSON.stringify({ access_token: forged }),
    }),
  );
  const claims = decodeJwt(tokenOf(answer));
  const own = ({ jti: _jti, iat: _iat, exp: _exp, decision: _decision, ...rest }: JWTPayload) => rest;
  expect(own(claims)).toEqual(own(plain));
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
    await scene.consentToAgent(scene.agent, subjectToken, scene.jwt.identifier);
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

describe('TX-07 nobody becomes more than they are', () => {
  test('a token of an administrator gives an agent nothing here, neither by exchange nor as it is', async () => {
    const { management } = scene;
    const read = await management.call('GET', `/accounts/${family.accountId}`);
    const made = await management.call(
      'PATCH',
      `/accounts/${family.accountId}`,
      { roles: ['administrator'] },
      { 'if-match': String(read.headers.get('etag')) },
    );
    expect(made.status).toBe(200);
    isWhole = false;
    for (const target of [`${server.issuer}/api/v1`, server.issuer]) {
      await refused(() => ofApp({ resource: target }), {
        error: 'invalid_target',
        layer: 'resource_server',
        reason: 'target_not_for_agents',
      });
    }
    await refused(() => ofApp({ subject_token: family.tokens.appApi }), {
      error: 'invalid_request',
      layer: 'subject_token',
      reason: 'subject_token_not_for_caller',
    });
    const used = await fetch(`${server.issuer}/api/v1/me`, {
      headers: { authorization: `Bearer ${tokenOf(await ofApp())}` },
    });
    expect(used.status).toBe(401);
  });
  test('an agent that a person signs in to at this very server gets no token for it (decision D22)', async () => {
    const { result, events } = await audit.during(() =>
      family
        .authorize(family.agent, 'openid agents:read', [family.api.identifier])
        .catch((error: Error) => error.message),
    );
    expect(result).toContain('"error":"invalid_grant"');
    expect(events.at(-1)).toMatchObject({ type: 'token.refused', denial: { layer: 'delegation' } });
  });
});

describe('TX-08 chains are bounded', () => {
  test(`depth ${MAX_DEPTH} is given, one more is invalid_request; a token stays below 8 KB`, async () => {
    isWhole = false;
    const third = await family.newAgent('Third', family.ownerId);
    const own = await family.authorize(family.agent, 'openid read write', [family.calendar.identifier], {
      prompt: 'consent',
      walk: {
        ...family.allowing,
        consent: {
          check: (name, value) =>
            name === 'delegable_to' ? [family.subAgent, third].some((one) => one.clientId === value) : undefined,
          set: { delegable_depth: '2' },
        },
      },
    });
    const second = await family.exchanged(family.subAgent, tokenOf(own), family.calendar.identifier);
    const deepest = await family.exchanged(third, second, family.calendar.identifier);
    const chain = decodeJwt(deepest)['act'];
    expect(chain).toMatchObject({
      sub: third.clientId,
      act: { sub: family.subAgent.clientId, act: { sub: family.agent.clientId } },
    });
    expect(Buffer.byteLength(deepest)).toBeLessThan(8192);
    await refused(() => exchange(family.subAgent, { subject_token: deepest }), {
      error: 'invalid_request',
      layer: 'delegation',
      reason: 'chain_too_long',
    });
    // Once more by the same agent is no hop.
    await audit.issued(() => exchange(third, { subject_token: deepest }));
  });
  test('a foreign act nested as deep as fits is refused like anything foreign', async () => {
    let act = '{"sub":"a"}';
    while (act.length < 5800) act = `{"act":${act}}`;
    const parts = ['{"alg":"ES256","typ":"at+jwt"}', `{"iss":"${server.issuer}","act":${act}}`, 'signature'];
    const bomb = parts.map((part) => Buffer.from(part).toString('base64url')).join('.');
    await refused(() => ofApp({ subject_token: bomb }), {
      error: 'invalid_request',
      layer: 'subject_token',
      reason: 'subject_token_not_live',
    });
  });
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
  /** The places in which a kind is at home; a device code is refused there, too, while nobody has answered. */
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

describe('TX-14 TX-15 only an authenticated agent that is registered for it', () => {
  test('nobody, a public client, and an agent that only names itself', async () => {
    const form = {
      grant_type: EXCHANGE,
      subject_token: family.tokens.appCalendar,
      subject_token_type: ACCESS_TOKEN_TYPE,
      resource: family.calendar.identifier,
    };
    const url = scene.calls.endpoints.token;
    await audit.refused(() => post(url, form), { status: 400, error: 'invalid_request' });
    await audit.refused(() => post(url, { ...form, client_id: family.agent.clientId }), {
      status: 401,
      error: 'invalid_client',
    });
    const open = await scene.management.createClient({
      name: 'Browser app',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code'],
      redirect_uris: ['https://open.example.com/callback'],
    });
    await audit.refused(() => post(url, { ...form, client_id: open.id }), {
      status: 400,
      error: 'unauthorized_client',
    });
  });
  test('an app, a resource server, and an agent without the grant type', async () => {
    const plain = await family.newAgent('Plain', family.ownerId, { grant_types: ['authorization_code'] });
    for (const caller of [keyed(family.app), family.calendar.credential, keyed(plain)]) {
      const { answer } = await refused(
        () => scene.calls.exchange(caller, family.tokens.appCalendar, family.calendar.identifier),
        { error: 'unauthorized_client', layer: 'client', reason: 'grant_type_not_registered' },
      );
      expect(answer.body['access_token']).toBeUndefined();
    }
  });
  test('the client of our own pages gets no token, though its codes can be asked for by anybody who is signed in', async () => {
    const pkce = newPkce();
    const redirect_uri = `${server.issuer}/account/signed-in`;
    const asked = await family.browser.request(
      `${scene.calls.endpoints.authorization}?${formOf({
        client_id: 'account-pages',
        response_type: 'code',
        redirect_uri,
        scope: 'openid',
        code_challenge: pkce.challenge,
        code_challenge_method: 'S256',
      })}`,
    );
    const code = new URL(String(asked.headers.get('location'))).searchParams.get('code') ?? '';
    await refused(
      () =>
        scene.calls.token(
          { kind: 'public', clientId: 'account-pages' },
          { grant_type: 'authorization_code', code, code_verifier: pkce.verifier, redirect_uri },
        ),
      { error: 'unauthorized_client', layer: 'client', reason: 'no_tokens_for_our_pages' },
    );
  });
  test('an app that is registered for it, which is for assertions to other servers, exchanges no token', async () => {
    const app = await scene.management.createClient({
      name: 'Would-be agent',
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: [EXCHANGE],
    });
    const credential: Credential = { kind: 'basic', clientId: app.id, secret: String(app['client_secret']) };
    await refused(() => scene.calls.exchange(credential, family.tokens.appCalendar, family.calendar.identifier), {
      error: 'unauthorized_client',
      layer: 'client',
      reason: 'caller_not_an_agent',
    });
  });
});

test('TX-16 many exchanges of one token make one row, and one call ends them all', async () => {
  isWhole = false;
  const { agent, accountId, calendar } = family;
  const before = (await scene.management.listDelegations(`?subject=${accountId}`)).body['items'] as object[];
  const children: string[] = [];
  for (let round = 0; round < 10; round += 1) {
    children.push(...(await Promise.all(Array.from({ length: 20 }, () => ofApp()))).map(tokenOf));
  }
  expect(new Set(children.map((token) => decodeJwt(token).jti)).size).toBe(200);
  const rows = (await scene.management.listDelegations(`?subject=${accountId}`)).body['items'] as object[];
  expect(rows.length).toBe(before.length);
  const row = String(decodeJwt(children[0] as string)['delegation']);
  const { events } = await audit.during(() => scene.management.revokeDelegation(row));
  expect(events.map(({ type }) => type)).toEqual(['delegation.revoked']);
  for (const token of children.filter((_, index) => index % 20 === 0)) {
    expect((await scene.calls.introspect(calendar.credential, token)).body).toEqual({ active: false });
  }
  await refused(() => ofApp({}, agent), { error: 'consent_required', layer: 'delegation', reason: 'consent_missing' });
});

test('TX-17 who acted for whom through what can be told from the audit log alone, without orphans', async () => {
  const lines = (await scene.management.exportAudit()).trimEnd().split('\n');
  const events = lines.flatMap((line) => (JSON.parse(line) as { event?: AuditEvent }).event ?? []);
  const issued = new Map(
    events.flatMap((event) => (event.type === 'token.issued' && event.token ? [[event.token.id, event] as const] : [])),
  );
  const rows = new Map<string, { parent: string | null; actor: string }>();
  for (const { type, delegation, agent, inputs } of events) {
    if (type !== 'delegation.created') continue;
    rows.set(String(delegation), { parent: (inputs as { parent: string | null }).parent, actor: String(agent) });
  }
  const actors = (chain: AuditEvent['chain']): string[] => (chain ? [chain.sub, ...actors(chain.act)] : []);
  let exchanged = 0;
  let deepest = 0;
  for (const event of issued.values()) {
    // Who stands in the chain is who stands in the rows above the token's own.
    const above: string[] = [];
    for (let id = event.delegation; id !== undefined; id = rows.get(id)?.parent ?? undefined) {
      const row = rows.get(id);
      expect({ id, row }).toEqual({ id, row: expect.anything() });
      above.push(String(row?.actor));
    }
    if (event.delegation !== undefined) expect(above).toEqual(actors(event.chain));
    if (event.grantType !== EXCHANGE) {
      expect(event.token?.parent).toBeUndefined();
      continue;
    }
    exchanged += 1;
    deepest = Math.max(deepest, above.length);
    const parent = issued.get(String(event.token?.parent));
    expect(parent).toMatchObject({ subject: event.subject, txn: event.txn, grant: event.grant });
    expect(event.token?.expiresAt).toBeLessThanOrEqual(Number(parent?.token?.expiresAt));
    // Up to the token that a person got at an app, or an agent at its own sign-in.
    let root = parent;
    for (; root?.token?.parent !== undefined; root = issued.get(root.token.parent));
    expect(root?.grantType).toMatch(/^(authorization_code|refresh_token)$/);
  }
  expect(exchanged).toBeGreaterThan(200);
  expect(deepest).toBe(MAX_DEPTH);
});
