import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { assertionParameters, clientAssertion, dpopProof, newKeyPair } from '../support/agent-keys.ts';
import { type MongodbServer, startMongodb } from '../support/mongodb-server.ts';
import type { Answer, Credential } from '../support/oauth-calls.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { makeScene, type Scene, WITHOUT_LIMITS } from '../support/scene.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { until } from '../support/until.ts';

/** A server of its own process, with MongoDB and Redis chosen by the two settings and nothing else. */
let mongodb: MongodbServer;
let redis: RedisServer;
let server: ServerProcess;
let scene: Scene;

beforeAll(async () => {
  [mongodb, redis] = await Promise.all([startMongodb(), startRedis()]);
  server = await startServer({
    environment: {
      ...WITHOUT_LIMITS,
      BEHALF_MONGODB_URL: mongodb.url('behalf'),
      BEHALF_REDIS_URL: redis.url,
      BEHALF__STORES__ALLOW_STANDALONE: String(mongodb.isStandalone),
    },
  });
  scene = await makeScene(server);
}, 300_000);
afterAll(async () => {
  await server?.remove();
  await Promise.all([mongodb?.remove(), redis?.remove()]);
});

const winnersOf = (answers: readonly Answer[]): readonly Answer[] => answers.filter(({ status }) => status === 200);
const isActive = async (token: unknown): Promise<unknown> =>
  (await scene.calls.introspect(scene.jwt.credential, String(token))).body['active'];
const readiness = async (): Promise<{ readonly status: number; readonly body: { readonly reasons?: object } }> => {
  const response = await fetch(`http://127.0.0.1:${server.operationsPort}/readyz`);
  return { status: response.status, body: (await response.json()) as { reasons?: object } };
};

describe('on MongoDB and Redis', () => {
  test('nothing lies in the data folder but keys and names', async () => {
    const { readdir } = await import('node:fs/promises');
    expect((await readdir(server.dataFolder)).filter((name) => name.includes('.db'))).toEqual([]);
  });

  test('a person signs in and consents, an app gets tokens, refreshes, an agent exchanges, and revoking ends all', async () => {
    const { calls, keyed, app, agent, jwt, opaque } = scene;
    const tokens = await scene.newTokens(jwt.identifier);
    expect(await isActive(tokens['access_token'])).toBe(true);

    const refreshed = await calls.token(keyed(app), {
      grant_type: 'refresh_token',
      refresh_token: String(tokens['refresh_token']),
      resource: jwt.identifier,
    });
    expect(refreshed.status).toBe(200);

    const subject = String(refreshed.body['access_token']);
    await scene.consentToAgent(agent, subject, opaque.identifier);
    const exchanged = await calls.exchange(keyed(agent), subject, opaque.identifier);
    expect(exchanged.status).toBe(200);
    const seen = await calls.introspect(opaque.credential, String(exchanged.body['access_token']));
    expect(seen.body).toMatchObject({ active: true, act: { sub: agent.clientId } });

    const revoked = await calls.revoke(keyed(app), String(refreshed.body['refresh_token']));
    expect(revoked.status).toBe(200);
    expect(await isActive(subject)).toBe(false);
    expect((await calls.introspect(opaque.credential, String(exchanged.body['access_token']))).body['active']).toBe(
      false,
    );
  });

  test('OT-01 of 64 redemptions of one code, and of 64 uses of one refresh token, exactly one wins, and its token works', async () => {
    const { calls, keyed, app, jwt } = scene;
    const code = await scene.newCode(jwt.identifier);
    const byCode = await Promise.all(Array.from({ length: 64 }, () => calls.token(keyed(app), code)));
    const [winner, ...others] = winnersOf(byCode);
    expect(others).toEqual([]);
    expect(await isActive(winner?.body['access_token'])).toBe(true);
    expect(new Set(byCode.filter(({ status }) => status !== 200).map(({ body }) => body['error']))).toEqual(
      new Set(['invalid_grant']),
    );

    const refresh = {
      grant_type: 'refresh_token',
      refresh_token: String(winner?.body['refresh_token']),
      resource: jwt.identifier,
    };
    const byRefresh = await Promise.all(Array.from({ length: 64 }, () => calls.token(keyed(app), refresh)));
    const [next, ...further] = winnersOf(byRefresh);
    expect(further).toEqual([]);
    expect(await isActive(next?.body['access_token'])).toBe(true);
  });

  test('CA-05 of 64 uses of one assertion exactly one is accepted', async () => {
    const { calls, agent, jwt } = scene;
    const assertion = await clientAssertion(agent, scene.issuer);
    const credential: Credential = { kind: 'assertion', clientId: agent.clientId, assertion };
    const parameters = { grant_type: 'client_credentials', resource: jwt.identifier, scope: 'read' };
    const answers = await Promise.all(Array.from({ length: 64 }, () => calls.token(credential, parameters)));
    expect(winnersOf(answers)).toHaveLength(1);
  });

  test('what was written is there after kill -9 of the server', async () => {
    const { calls, keyed, app, jwt } = scene;
    const tokens = await scene.newTokens(jwt.identifier);
    await server.kill();
    await server.restart();
    expect(await isActive(tokens['access_token'])).toBe(true);
    const refreshed = await calls.token(keyed(app), {
      grant_type: 'refresh_token',
      refresh_token: String(tokens['refresh_token']),
      resource: jwt.identifier,
    });
    expect(refreshed.status).toBe(200);
  });
});

describe('FT-04 DP-01 after FLUSHALL of Redis', () => {
  test('no assertion and no proof from before works again, and new ones do after some seconds', async () => {
    const { calls, agent, jwt } = scene;
    const key = await newKeyPair();
    const { token } = calls.endpoints;
    const parameters = { grant_type: 'client_credentials', resource: jwt.identifier, scope: 'read' };
    const used = await assertionParameters(agent, scene.issuer);
    const usedCredential: Credential = {
      kind: 'assertion',
      clientId: agent.clientId,
      assertion: String(used['client_assertion']),
    };
    const keyed = scene.keyed(agent);
    const now = Math.floor(Date.now() / 1000);
    const proofs = await Promise.all(
      [0, 200].map((ahead) => dpopProof(key, { method: 'POST', url: token, claims: { iat: now + ahead } })),
    );
    expect((await calls.token(usedCredential, parameters)).status).toBe(200);
    for (const dpop of proofs) expect((await calls.token(keyed, parameters, { headers: { dpop } })).status).toBe(200);

    const admin = new Redis(redis.port, '127.0.0.1');
    await admin.flushall();
    admin.disconnect();

    expect((await calls.token(usedCredential, parameters)).body['error']).toBe('invalid_client');
    await until(async () => (await calls.token(keyed, parameters)).status === 200);
    for (const dpop of proofs) expect((await calls.token(keyed, parameters, { headers: { dpop } })).status).toBe(400);
    expect((await calls.token(usedCredential, parameters)).body['error']).toBe('invalid_client');
    expect((await calls.token(keyed, parameters, { dpop: key })).status).toBe(200);
  });
});

describe('FT-04 CA-05 DP-01 a Redis that forgets single claims while all else stays', () => {
  const administering = async (work: (client: Redis) => Promise<unknown>): Promise<void> => {
    const client = new Redis(redis.port, '127.0.0.1');
    await work(client);
    client.disconnect();
  };
  const parameters = () => ({ grant_type: 'client_credentials', resource: scene.jwt.identifier, scope: 'read' });
  const worksAgain = () =>
    until(async () => (await scene.calls.token(scene.keyed(scene.agent), parameters())).status === 200);

  test('an assertion and a proof whose claims were evicted are refused, and recorded so', async () => {
    const { calls, agent } = scene;
    const key = await newKeyPair();
    await worksAgain();
    const assertion = await clientAssertion(agent, scene.issuer);
    const used: Credential = { kind: 'assertion', clientId: agent.clientId, assertion };
    const dpop = await dpopProof(key, { method: 'POST', url: calls.endpoints.token });
    expect((await calls.token(used, parameters(), { headers: { dpop } })).status).toBe(200);
    await administering(async (client) => client.del(await client.keys('*bucket*')));
    expect((await calls.token(used, parameters())).body).toMatchObject({ error: 'invalid_client' });
    await worksAgain();
    const replayed = await calls.token(scene.keyed(agent), parameters(), { headers: { dpop } });
    expect([replayed.status, replayed.body['error']]).toEqual([400, 'invalid_dpop_proof']);
    const { body } = await scene.management.call('GET', `/audit/events?outcome=refused&id=${agent.clientId}&limit=50`);
    expect(JSON.stringify(body)).toContain('"type":"client.authentication_refused"');
  });

  test('while maxmemory-policy lets it evict, even a new assertion is refused, and the node says why it is not ready', async () => {
    await worksAgain();
    await administering((client) => client.config('SET', 'maxmemory-policy', 'allkeys-lru'));
    const attempt = () => scene.calls.token(scene.keyed(scene.agent), parameters());
    await until(async () => (await attempt()).body['error'] === 'invalid_client');
    const { status, body } = await readiness();
    expect([status, JSON.stringify(body)]).toEqual([503, expect.stringContaining('maxmemory-policy')]);
    await administering((client) => client.config('SET', 'maxmemory-policy', 'noeviction'));
    await worksAgain();
  });
});

describe('FT-13 a store that fails', () => {
  test('FT-04 Redis down: grants answer 503, introspection goes on, the node says why it is not ready, and recovers', async () => {
    const { calls, keyed, agent, jwt } = scene;
    const tokens = await scene.newTokens(jwt.identifier);
    await redis.kill();
    const refused = await calls.token(keyed(agent), { grant_type: 'client_credentials', resource: jwt.identifier });
    expect([refused.status, refused.body['error']]).toEqual([503, 'temporarily_unavailable']);
    expect(await isActive(tokens['access_token'])).toBe(true);
    const { status, body } = await readiness();
    expect(status).toBe(503);
    expect(Object.keys(body.reasons ?? {})).toContain('redis');
    expect((await fetch(`http://127.0.0.1:${server.operationsPort}/healthz`)).status).toBe(200);
    await redis.restart();
    await until(async () => (await readiness()).status === 200);
    await until(
      async () =>
        (await calls.token(keyed(agent), { grant_type: 'client_credentials', resource: jwt.identifier })).status ===
        200,
    );
  });

  const ours = process.env['MONGODB_URL'] ? test.skip : test;
  ours('FT-02 MongoDB paused: nothing is granted or called live, nothing is a 500, and the node recovers', async () => {
    const { calls, keyed, agent, jwt } = scene;
    const tokens = await scene.newTokens(jwt.identifier);
    mongodb.pause?.();
    try {
      const answers = await Promise.all([
        calls.token(keyed(agent), { grant_type: 'client_credentials', resource: jwt.identifier }),
        calls.introspect(jwt.credential, String(tokens['access_token'])),
        calls.revoke(keyed(scene.app), String(tokens['access_token'])),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([503, 503, 503]);
      const { status, body } = await readiness();
      expect(status).toBe(503);
      expect(Object.keys(body.reasons ?? {})).toContain('mongodb');
      expect((await fetch(`${scene.issuer}/jwks`)).status).toBe(200);
    } finally {
      mongodb.resume?.();
    }
    await until(async () => (await readiness()).status === 200);
    await until(
      async () =>
        (await calls.token(keyed(agent), { grant_type: 'client_credentials', resource: jwt.identifier })).status ===
        200,
    );
  });
});
