import { createHash, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { calculateJwkThumbprint, decodeJwt } from 'jose';
import {
  type DpopRequest,
  dpopProof,
  type Identity,
  type KeyPair,
  keyPairFromJwk,
  newKeyPair,
} from '../support/agent-keys.ts';
import { type AuditWatch, auditWatch, COUNT_EACH_SECOND, type Refusal } from '../support/audit-watch.ts';
import { craftedJwt, hmacBy, signedBy, unsigned } from '../support/crafted-jwt.ts';
import { postToHost } from '../support/host-request.ts';
import {
  ACCESS_TOKEN_TYPE,
  type Answer,
  answerOf,
  authentication,
  type Credential,
  DEVICE_CODE,
  EXCHANGE,
  type Parameters,
} from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { consentUrl, makeScene, REDIRECT_URI, type Scene } from '../support/scene.ts';
import { advance, now, startClock, stopClock } from '../support/stopped-clock.ts';

const REPLAYED: Refusal = { status: 400, error: 'invalid_grant', event: 'token.refused' };
const BAD_PROOF: Refusal = { status: 400, error: 'invalid_dpop_proof', event: 'token.refused' };
const UNAUTHORIZED: Refusal = { status: 401, error: 'invalid_token' };

let server: RunningServer;
let scene: Scene;
let audit: AuditWatch;
let key: KeyPair;
let thumbprint: string;

beforeAll(async () => {
  stopClock();
  server = await runServer({ environment: COUNT_EACH_SECOND });
  scene = await makeScene(server);
  audit = auditWatch(server);
  key = await newKeyPair();
  thumbprint = await calculateJwkThumbprint(key.publicJwk);
});
afterAll(async () => {
  await server?.close();
  startClock();
});

const tokenUrl = () => scene.calls.endpoints.token;
const proof = (more: Partial<DpopRequest> = {}, by = key) =>
  dpopProof(by, { method: 'POST', url: tokenUrl(), ...more });

/** A client credentials request with this very proof; undefined for none. */
const withProof = (dpop: string | undefined, at = scene, credential = at.keyed(at.agent)): Promise<Answer> =>
  at.calls.token(
    credential,
    { grant_type: 'client_credentials', resource: at.jwt.identifier },
    dpop === undefined ? {} : { headers: { dpop } },
  );

const operatorOf = async (running: RunningServer) => {
  const { client_id, private_key } = JSON.parse(await readFile(running.administratorKeyFile, 'utf8'));
  return { clientId: String(client_id), keyPair: await keyPairFromJwk(private_key) };
};

const get = async (url: string, headers: Record<string, string>): Promise<Answer> =>
  answerOf(await fetch(url, { headers }));

describe('DP-01 a proof is used once (RFC 9449 §11.1)', () => {
  test.each(['memory', 'sqlite'] as const)('DP-01 V3 serial and 64 at once, on %s', async (stores) => {
    const own = stores === 'memory' ? undefined : await runServer({ stores, environment: COUNT_EACH_SECOND });
    try {
      const here = own ? await makeScene(own) : scene;
      const watch = own ? auditWatch(own) : audit;
      const url = here.calls.endpoints.token;
      const once = await proof({ url });
      const { answer } = await watch.issued(() => withProof(once, here));
      expect(answer.body['token_type']).toBe('DPoP');
      await watch.refused(() => withProof(once, here), REPLAYED);

      const raced = await proof({ url });
      const { result, events } = await watch.during(() =>
        Promise.all(Array.from({ length: 64 }, () => withProof(raced, here))),
      );
      expect(result.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(result.filter(({ body }) => body['error'] === 'invalid_grant')).toHaveLength(63);
      expect(events.filter(({ type }) => type === 'token.refused')).toHaveLength(63);
      expect(events.filter(({ type }) => type === 'token.issued')).toHaveLength(1);
    } finally {
      await own?.close();
    }
  });

  test.each([299, 0, -299])(
    'DP-01 V4 a proof dated %i s from now is not accepted again while it looks fresh',
    async (offset) => {
      const dated = await proof({ claims: { iat: now() + 1 + offset } });
      await audit.issued(() => withProof(dated));
      for (const later of [2, 300, 290, 10]) {
        advance(later * 1000);
        const { result, events } = await audit.during(() => withProof(dated));
        expect(result.status).toBe(400);
        expect(['invalid_grant', 'invalid_dpop_proof', 'use_dpop_nonce']).toContain(result.body['error']);
        expect(events.map(({ type, error }) => [type, error])).toEqual([['token.refused', result.body['error']]]);
      }
    },
  );

  test('DP-01 one proof does not serve two endpoints, two clients or two grants', async () => {
    const one = await proof();
    await audit.issued(() => withProof(one));
    const other = await scene.newAgent('Other');
    // Another client may choose the same id; the same client may not use it again for another grant.
    await audit.issued(() => withProof(one, scene, scene.keyed(other)));
    const code = await scene.newCode(scene.jwt.identifier);
    const first = await proof();
    await audit.issued(() => scene.calls.token(scene.keyed(scene.app), code, { headers: { dpop: first } }));
    const next = await scene.newCode(scene.jwt.identifier);
    await audit.refused(() => scene.calls.token(scene.keyed(scene.app), next, { headers: { dpop: first } }), REPLAYED);
  });
});

describe('DP-02 what a proof says (RFC 9449 §4.3)', () => {
  const claims = () => ({ jti: randomUUID(), htm: 'POST', htu: tokenUrl(), iat: now() });
  const header = () => {
    const { kid: _kid, use: _use, alg: _alg, ...jwk } = key.publicJwk;
    return { typ: 'dpop+jwt', alg: 'ES256', jwk };
  };

  test('DP-02 accepts the honest proof, and a target whose query and fragment are left out of the comparison', async () => {
    for (const htu of [tokenUrl(), `${tokenUrl()}?a=b`, `${tokenUrl()}#c`]) {
      await audit.issued(async () => withProof(await proof({ claims: { htu } })));
    }
  });

  test('DP-02 refuses another method or target', async () => {
    const url = new URL(tokenUrl());
    const wrong: readonly Readonly<Record<string, unknown>>[] = [
      { htm: 'GET' },
      { htm: 'post' },
      { htm: undefined },
      { htm: ['POST'] },
      { htu: undefined },
      { htu: 'token' },
      { htu: [tokenUrl()] },
      { htu: `${url.origin}/TOKEN` },
      { htu: `${tokenUrl()}/` },
      { htu: scene.calls.endpoints.introspection },
      { htu: tokenUrl().replace(`:${url.port}`, '') },
      { htu: tokenUrl().replace('http:', 'https:') },
      { htu: tokenUrl().replace('localhost', '127.0.0.1') },
      { htu: 'http://evil.example/token' },
      { jti: undefined },
      { jti: '' },
      { jti: 7 },
      { iat: undefined },
      { iat: 'now' },
      { nonce: 7 },
    ];
    for (const more of wrong) {
      await audit.refused(async () => withProof(await proof({ claims: { ...claims(), ...more } })), BAD_PROOF);
    }
    for (const iat of [now() + 400, now() - 400, 0, -1]) {
      const { result } = await audit.during(async () => withProof(await proof({ claims: { iat } })));
      expect([result.status, result.body['access_token']]).toEqual([400, undefined]);
      expect(['use_dpop_nonce', 'invalid_dpop_proof']).toContain(result.body['error']);
    }
  });

  test('DP-02 refuses another type, algorithm or key', async () => {
    const rsa = await newKeyPair('RS256');
    const made: readonly (readonly [object, (input: string) => string | Promise<string>])[] = [
      [{ ...header(), typ: 'JWT' }, signedBy(key)],
      [{ ...header(), typ: undefined }, signedBy(key)],
      [{ ...header(), typ: 'at+jwt' }, signedBy(key)],
      [{ ...header(), alg: 'none' }, unsigned],
      [{ ...header(), alg: 'HS256' }, hmacBy('')],
      [{ ...header(), alg: 'HS256', jwk: { kty: 'oct', k: 'c2VjcmV0' } }, hmacBy('secret')],
      [{ ...header(), jwk: undefined }, signedBy(key)],
      [{ ...header(), jwk: { ...header().jwk, d: key.privateJwk.d } }, signedBy(key)],
      [{ ...header(), jwk: rsa.publicJwk }, signedBy(key)],
      [{ ...header(), alg: 'RS256' }, signedBy(key)],
      [header(), signedBy(await newKeyPair())],
      [header(), () => Buffer.alloc(64).toString('base64url')],
      [{ ...header(), crit: ['b64'], b64: false }, signedBy(key)],
    ];
    for (const [head, sign] of made) {
      const jwt = await craftedJwt(head, claims(), sign);
      await audit.refused(() => withProof(jwt), BAD_PROOF);
    }
    for (const text of ['x', 'a.b.c', '..', `${await proof()},${await proof()}`]) {
      await audit.refused(() => withProof(text), BAD_PROOF);
    }
    const honest = await craftedJwt(header(), claims(), signedBy(key));
    await audit.issued(() => withProof(honest));
  });

  test('DP-02 V7 a Host header does not decide the target', async () => {
    const dpop = await proof({ url: 'http://evil.example/token' });
    const { parameters } = await authentication(scene.keyed(scene.agent), scene.issuer);
    const form = { grant_type: 'client_credentials', resource: scene.jwt.identifier, ...parameters };
    const send = () => postToHost(server.port, { host: 'evil.example' }, form, { dpop });
    await audit.refused(send, BAD_PROOF);
  });
});

describe('DP-04 a bound token is never a Bearer token', () => {
  const stranger = newKeyPair();

  const codeFor = async (scope: string, resource: string | undefined, identity: Identity) => {
    const asked = resource === undefined ? { scope } : { scope, resource };
    const request = scene.authorizationRequest(identity, asked);
    return {
      grant_type: 'authorization_code',
      code: scene.codeFrom(await scene.walk(request.url)),
      redirect_uri: REDIRECT_URI,
      code_verifier: request.verifier,
      ...(resource === undefined ? {} : { resource }),
    };
  };

  test('DP-04 at userinfo', async () => {
    const url = scene.calls.endpoints.userinfo;
    const code = await codeFor('openid profile', undefined, scene.app);
    const bound = await scene.calls.token(scene.keyed(scene.app), code, { dpop: key });
    expect(bound.body['token_type']).toBe('DPoP');
    const token = String(bound.body['access_token']);
    const userinfoProof = (more: Partial<DpopRequest> = {}, by = key) =>
      dpopProof(by, { method: 'GET', url, accessToken: token, ...more });
    const dpop = async (given: string | Promise<string>, scheme = 'DPoP', value = token) =>
      get(url, { authorization: `${scheme} ${value}`, dpop: await given });

    const good = await userinfoProof();
    const shown = await dpop(good);
    expect([shown.status, shown.body['sub']]).toEqual([200, scene.accountId]);
    await audit.refused(() => dpop(good), UNAUTHORIZED);
    await audit.refused(() => get(url, { authorization: `Bearer ${token}` }), UNAUTHORIZED);
    await audit.refused(async () => dpop(userinfoProof({}, await stranger)), UNAUTHORIZED);
    const other = createHash('sha256').update('another token').digest('base64url');
    for (const wrong of [{ claims: { ath: other } }, { claims: { ath: undefined } }, { claims: { htm: 'POST' } }]) {
      await audit.refused(() => dpop(userinfoProof(wrong)), { status: 401, error: 'invalid_dpop_proof' });
    }
    const { result } = await audit.during(() => dpop(userinfoProof(), 'Bearer'));
    expect([result.status, result.body['sub']]).toEqual([expect.any(Number), undefined]);
    expect([400, 401]).toContain(result.status);
    expect((await get(url, { authorization: `DPoP ${token}` })).status).toBeGreaterThanOrEqual(400);

    // And a token that is bound to nothing does not become bound by a proof that comes along.
    const plainCode = await codeFor('openid profile', undefined, scene.app);
    const plain = String((await scene.calls.token(scene.keyed(scene.app), plainCode)).body['access_token']);
    await audit.refused(async () => dpop(userinfoProof({ accessToken: plain }), 'DPoP', plain), UNAUTHORIZED);
    expect((await scene.calls.userinfo(plain)).status).toBe(200);
  });

  test('DP-01 a proof from before the store lost its claims is refused, and a later one is accepted', async () => {
    const url = scene.calls.endpoints.userinfo;
    const code = await codeFor('openid profile', undefined, scene.app);
    const token = String((await scene.calls.token(scene.keyed(scene.app), code, { dpop: key })).body['access_token']);
    const shown = async () =>
      get(url, {
        authorization: `DPoP ${token}`,
        dpop: await dpopProof(key, { method: 'GET', url, accessToken: token }),
      });
    const store: { coldSince?: () => number | undefined } = server.behalf.services.ephemeral;
    const lostAt = now() + 5;
    store.coldSince = () => lostAt;
    try {
      await audit.refused(shown, { status: 401, error: 'invalid_dpop_proof' });
      advance(60_000);
      expect((await shown()).status).toBe(200);
    } finally {
      delete store.coldSince;
    }
  });

  test.each(['jwt', 'opaque'] as const)('DP-04 introspection names the binding: %s', async (form) => {
    const resource = scene[form];
    const code = await scene.newCode(resource.identifier);
    const { answer } = await audit.issued(() => scene.calls.token(scene.keyed(scene.app), code, { dpop: key }));
    const { body } = await scene.calls.introspect(resource.credential, String(answer.body['access_token']));
    expect(body).toMatchObject({ active: true, token_type: 'DPoP', cnf: { jkt: thumbprint } });
    if (form === 'jwt') {
      expect(decodeJwt(String(answer.body['access_token']))['cnf']).toEqual({ jkt: thumbprint });
    }
  });

  test('DP-04 DP-06 a refresh token of a public client is worth nothing without the key it is bound to, or with another', async () => {
    const made = await scene.management.createClient({
      name: 'Pocket',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: [REDIRECT_URI],
      skip_consent: true,
    });
    const pocket: Credential = { kind: 'public', clientId: made.id };
    const code = await scene.newCode(scene.jwt.identifier, undefined, { clientId: made.id, key });
    const first = await scene.calls.token(pocket, code, { dpop: key });
    const refresh = {
      grant_type: 'refresh_token',
      refresh_token: String(first.body['refresh_token']),
      resource: scene.jwt.identifier,
    };
    await audit.refused(() => scene.calls.token(pocket, refresh), { ...REPLAYED, event: 'request.refused' });
    const by = await stranger;
    await audit.refused(() => scene.calls.token(pocket, refresh, { dpop: by }), {
      ...REPLAYED,
      event: 'request.refused',
    });
    const { answer } = await audit.issued(() => scene.calls.token(pocket, refresh, { dpop: key }));
    expect(answer.body['token_type']).toBe('DPoP');
  });

  test('DP-04 a bound subject token is not exchanged for a Bearer token', async () => {
    const plain = String((await scene.newTokens(scene.jwt.identifier))['access_token']);
    await scene.consentToAgent(scene.agent, plain, scene.opaque.identifier);
    const code = await scene.newCode(scene.jwt.identifier);
    const bound = await scene.calls.token(scene.keyed(scene.app), code, { dpop: key });
    const exchange = (dpop?: KeyPair) =>
      scene.calls.token(
        scene.keyed(scene.agent),
        {
          grant_type: EXCHANGE,
          subject_token: String(bound.body['access_token']),
          subject_token_type: ACCESS_TOKEN_TYPE,
          resource: scene.opaque.identifier,
        },
        dpop ? { dpop } : {},
      );
    const { event } = await audit.refused(() => exchange(), {
      status: 400,
      error: 'invalid_request',
      event: 'token.refused',
    });
    expect(event.denial?.reason).toBe('subject_token_proof_missing');
    const own = await newKeyPair();
    const { answer } = await audit.issued(() => exchange(own));
    const seen = await scene.calls.introspect(scene.opaque.credential, String(answer.body['access_token']));
    expect(seen.body).toMatchObject({
      active: true,
      token_type: 'DPoP',
      cnf: { jkt: await calculateJwkThumbprint(own.publicJwk) },
    });
  });

  test('DP-01 DP-04 at the management API', async () => {
    const { clientId, keyPair } = await operatorOf(server);
    const resource = `${server.issuer}/api/v1`;
    const url = `${resource}/accounts`;
    const answer = await scene.calls.token(
      scene.keyed({ clientId, key: keyPair }),
      { grant_type: 'client_credentials', resource },
      { dpop: key },
    );
    const token = String(answer.body['access_token']);
    const presented = (more: Partial<DpopRequest> = {}, by = key) =>
      dpopProof(by, { method: 'GET', url, accessToken: token, ...more });
    const dpop = async (given: Promise<string> | string) =>
      get(url, { authorization: `DPoP ${token}`, dpop: await given });

    const once = await presented();
    expect((await dpop(once)).status).toBe(200);
    const wrong: readonly (() => Promise<Answer>)[] = [
      () => dpop(once),
      () => get(url, { authorization: `Bearer ${token}` }),
      async () => get(url, { authorization: `Bearer ${token}`, dpop: await presented() }),
      () => get(url, { authorization: `DPoP ${token}` }),
      async () => dpop(presented({}, await stranger)),
      () => dpop(presented({ method: 'POST' })),
      () => dpop(presented({ url: `${resource}/agents` })),
      () => dpop(presented({ accessToken: 'another' })),
      () => dpop(presented({ claims: { iat: now() - 120 } })),
      () => dpop(presented({ claims: { iat: now() + 120 } })),
      () => dpop(presented({ claims: { jti: undefined } })),
    ];
    for (const send of wrong) {
      const { result, events } = await audit.during(send);
      expect([result.status, result.headers.get('www-authenticate')]).toEqual([401, expect.stringMatching(/^DPoP /)]);
      expect(events.map(({ type }) => type)).toEqual(['request.refused']);
    }
    // Dated a little ahead, and still remembered while it looks fresh.
    const ahead = await presented({ claims: { iat: now() + 59 } });
    expect((await dpop(ahead)).status).toBe(200);
    for (const later of [30, 60, 28]) {
      advance(later * 1000);
      expect((await dpop(ahead)).status).toBe(401);
    }
  });
});

describe('DP-05 a client whose tokens must be bound gets no other, by any grant (RFC 9449 §5.2)', () => {
  let app: Identity;
  let agent: Identity;

  beforeAll(async () => {
    const appKey = await newKeyPair();
    const made = await scene.management.createClient({
      name: 'Bound app',
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [appKey.publicJwk] },
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials', DEVICE_CODE],
      redirect_uris: [REDIRECT_URI],
      skip_consent: true,
      dpop_bound_access_tokens: true,
      authority: { [scene.jwt.identifier]: ['read', 'write'], [scene.opaque.identifier]: ['read', 'write'] },
    });
    app = { clientId: made.id, key: appKey };
    const agentKey = await newKeyPair();
    const registered = await scene.management.createAgent({
      name: 'Bound agent',
      owner: scene.accountId,
      purpose: 'Holds bound tokens only',
      environment: 'test',
      jwks: { keys: [agentKey.publicJwk] },
      grant_types: ['client_credentials', EXCHANGE],
      resource_servers: [scene.jwt.id],
      authority: { [scene.jwt.identifier]: ['read'], [scene.opaque.identifier]: ['read'] },
      dpop_bound_access_tokens: true,
    });
    agent = { clientId: registered.id, key: agentKey };
  });

  /** Refused without a proof, then granted with one. */
  const onlyBound = async (identity: Identity, parameters: Parameters, error: string): Promise<Answer> => {
    const send = (dpop?: KeyPair) => scene.calls.token(scene.keyed(identity), parameters, dpop ? { dpop } : {});
    await audit.refused(() => send(), { status: 400, error, event: 'token.refused' });
    const { answer } = await audit.issued(() => send(key));
    expect(answer.body['token_type']).toBe('DPoP');
    return answer;
  };

  test('DP-05 authorization code and refresh token', async () => {
    const first = await onlyBound(app, await scene.newCode(scene.jwt.identifier, undefined, app), 'invalid_grant');
    const resource = scene.jwt.identifier;
    const refresh = { grant_type: 'refresh_token', refresh_token: String(first.body['refresh_token']), resource };
    await onlyBound(app, refresh, 'invalid_grant');
  });

  test('DP-05 device code', async () => {
    const resource = scene.jwt.identifier;
    const begun = await scene.calls.device(scene.keyed(app), { scope: 'openid read', resource });
    await scene.walkConsent(await scene.browser.open(String(begun.body['verification_uri_complete'])));
    const parameters = { grant_type: DEVICE_CODE, device_code: String(begun.body['device_code']), resource };
    await onlyBound(app, parameters, 'invalid_grant');
  });

  test('DP-05 client credentials', async () => {
    for (const identity of [app, agent]) {
      await onlyBound(identity, { grant_type: 'client_credentials', resource: scene.jwt.identifier }, 'invalid_grant');
    }
  });

  test('DP-05 token exchange', async () => {
    const plain = String((await scene.newTokens(scene.jwt.identifier))['access_token']);
    const parameters = {
      grant_type: EXCHANGE,
      subject_token: plain,
      subject_token_type: ACCESS_TOKEN_TYPE,
      resource: scene.opaque.identifier,
    };
    const asked = await scene.calls.token(scene.keyed(agent), parameters, { dpop: key });
    expect(asked.body['error']).toBe('consent_required');
    await scene.walkConsent(await scene.browser.open(String(consentUrl(asked))));
    await onlyBound(agent, parameters, 'invalid_request');
  });
});
