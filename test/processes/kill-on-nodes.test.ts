/**
 * Nodes that share nothing but MongoDB and Redis: each with a data folder of its own. What is ended at one of them is
 * over at the other, whether Redis is there or not, and whether MongoDB takes writes or not.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { mongodbDocumentStore } from '../../adapters/mongodb/document-store.ts';
import { systemClock } from '../../adapters/node/clock.ts';
import { redisBroadcast } from '../../adapters/redis/broadcast.ts';
import { redisEphemeralStore } from '../../adapters/redis/ephemeral-store.ts';
import { loadConfiguration } from '../../config/load.ts';
import { type Behalf, compose } from '../../src/compose.ts';
import { KILLS } from '../../src/domain/authority/revocation/kill.ts';
import { type DocumentStore, StoreUnavailable } from '../../src/domain/ports/document-store.ts';
import type { Kill } from '../../src/domain/vocabulary/kill.ts';
import type { Identity } from '../support/agent-keys.ts';
import { freePort } from '../support/free-port.ts';
import { type MongodbServer, startMongodb } from '../support/mongodb-server.ts';
import { type Answer, answerOf, authentication, formOf, type Parameters } from '../support/oauth-calls.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { makeScene, type Scene, WITHOUT_LIMITS } from '../support/scene.ts';
import { until } from '../support/until.ts';

const MASTER_KEY = Buffer.alloc(32, 5);
const DEADLINE = 1000;

type Node = Awaited<ReturnType<typeof startNode>>;

let mongodb: MongodbServer;
let redis: RedisServer;
let issuer: string;
let nodes: readonly [Node, Node];
let scene: Scene;
const agents: Record<string, Identity> = {};

/** What MongoDB does while it has no majority, or a full disk, as far as the nodes can tell. */
let takesWrites = true;
const writing = (store: DocumentStore): DocumentStore => ({
  ...store,
  collection(declaration) {
    const collection = store.collection<never>(declaration);
    const guarded =
      <A extends unknown[], R>(call: (...given: A) => Promise<R>) =>
      async (...given: A): Promise<R> => {
        if (!takesWrites) throw new StoreUnavailable('it takes no writes in this test');
        return call(...given);
      };
    return {
      ...collection,
      insert: guarded(collection.insert),
      insertMany: guarded(collection.insertMany),
      replace: guarded(collection.replace),
      take: guarded(collection.take),
    } as never;
  },
});

const startNode = async (port: number, process: number) => {
  const dataFolder = await mkdtemp(join(tmpdir(), 'behalf-node-'));
  const { configuration } = loadConfiguration({
    env: {
      BEHALF_ISSUER: issuer,
      BEHALF_DATA: dataFolder,
      BEHALF_ADMIN_PASSWORD: 'correct horse battery staple',
      BEHALF__PASSWORDS__ARGON2MEMORYKIB: '1024',
      BEHALF__PASSWORDS__ARGON2PASSES: '1',
      ...WITHOUT_LIMITS,
      BEHALF__LOG__LEVEL: 'silent',
    },
  });
  const behalf: Behalf = await compose(configuration, {
    masterKey: MASTER_KEY,
    documents: writing(
      await mongodbDocumentStore({
        url: mongodb.url('behalf'),
        allowStandalone: mongodb.isStandalone,
        deadlineMilliseconds: 5 * DEADLINE,
        linearizable: ['epochs'],
      }),
    ),
    ephemeral: await redisEphemeralStore({
      url: redis.url,
      clock: systemClock,
      isNewInstallation: true,
      deadlineMilliseconds: DEADLINE,
    }),
    broadcast: await redisBroadcast({ url: redis.url, deadlineMilliseconds: DEADLINE }),
    machine: { host: `machine-${process}`, process, isAlive: () => true },
  });
  const server: Server = createServer(behalf.handle);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));

  const call = async (path: string, body: string, headers: Record<string, string>): Promise<Answer> =>
    answerOf(await fetch(`http://localhost:${port}${path}`, { method: 'POST', body, headers }));
  const form = async (path: string, identity: Identity, parameters: Parameters): Promise<Answer> => {
    const { parameters: proof } = await authentication(scene.keyed(identity), issuer);
    return call(path, String(formOf({ ...proof, ...parameters })), {
      'content-type': 'application/x-www-form-urlencoded',
    });
  };
  return {
    dataFolder,
    port,
    behalf,
    form,
    kill: async (identity: Identity, token: string): Promise<Answer> =>
      call('/api/v1/kills', JSON.stringify({ scope: 'agent', id: identity.clientId, reason: 'a test' }), {
        'content-type': 'application/json',
        authorization: `Bearer ${token}`,
      }),
    lift: async (id: unknown, token: string): Promise<Answer> =>
      call(`/api/v1/kills/${id}/lift`, '', { authorization: `Bearer ${token}` }),
    async isActive(token: string): Promise<unknown> {
      const { headers } = await authentication(scene.jwt.credential, issuer);
      const answer = await call('/token/introspection', String(formOf({ token })), {
        'content-type': 'application/x-www-form-urlencoded',
        ...headers,
      });
      return answer.status === 200 ? answer.body['active'] : answer.status;
    },
    ask: (identity: Identity): Promise<Answer> =>
      form('/token', identity, { grant_type: 'client_credentials', resource: scene.jwt.identifier }),
    latchedIds: async (): Promise<readonly string[]> => (await behalf.services.latch.read()).map(({ kill }) => kill.id),
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await behalf.close();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
};

beforeAll(async () => {
  [mongodb, redis] = await Promise.all([
    startMongodb(),
    startRedis([
      ['appendonly', 'yes'],
      ['appendfsync', 'always'],
    ]),
  ]);
  const port = await freePort();
  // What one node calls itself, both do: a proxy stands in front of them.
  issuer = `http://localhost:${port}`;
  const one = await startNode(port, 1);
  nodes = [one, await startNode(await freePort(), 2)];
  scene = await makeScene({ issuer, administratorKeyFile: join(one.dataFolder, 'administrator.json') });
  for (const name of ['plain', 'latched', 'repeated', 'without redis', 'control']) {
    agents[name] = await scene.newAgent(name);
  }
}, 300_000);
afterAll(async () => {
  takesWrites = true;
  for (const node of nodes ?? []) await node.close();
  await Promise.all([mongodb?.remove(), redis?.remove()]);
});

const agent = (name: string): Identity => agents[name]!;
const tokenOf = async (name: string): Promise<string> => String((await nodes[0].ask(agent(name))).body['access_token']);
const reconciled = async (id: unknown): Promise<number> =>
  (await nodes[0].behalf.services.audit.list({ type: 'kill.reconciled', limit: 100 })).entries.filter(
    ({ event }) => event.inputs?.['kill'] === id,
  ).length;
const stored = async (id: unknown) =>
  (await nodes[1].behalf.services.documents.collection<Kill>(KILLS).get(String(id)))?.document;

describe('LC-11 of two nodes that share no volume', () => {
  test('what is killed at one is denied by the other with the first question', async () => {
    const [one, other] = nodes;
    const token = await tokenOf('plain');
    expect(await other.isActive(token)).toBe(true);
    const answer = await one.kill(agent('plain'), await scene.management.accessToken());
    expect(answer.status).toBe(201);
    expect(await other.isActive(token)).toBe(false);
    expect(await other.ask(agent('plain'))).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
  });

  test('a kill that MongoDB cannot store reaches the other, which denies at once, keeps it, and drops it when the store holds it', async () => {
    const [one, other] = nodes;
    const [token, control] = [await tokenOf('latched'), await tokenOf('control')];
    const administrator = await scene.management.accessToken();
    takesWrites = false;
    const answer = await one.kill(agent('latched'), administrator);
    const answeredAt = performance.now();
    expect(answer).toMatchObject({ status: 202, body: { not_durable_yet: ['audit', 'store'] } });
    const { id } = answer.body;
    await until(async () => (await other.isActive(token)) === false);
    expect(performance.now() - answeredAt).toBeLessThan(2000);
    expect(await other.isActive(control)).toBe(true);
    expect(await one.isActive(token)).toBe(false);
    await until(async () => (await other.latchedIds()).includes(String(id)));
    expect(other.behalf.services.latched.get(String(id))?.reason).toBe('a test');

    takesWrites = true;
    await until(async () => nodes.every(({ behalf }) => behalf.services.latched.get(String(id)) === undefined));
    expect(await stored(id)).toMatchObject({ state: 'standing', by: expect.stringMatching(/^app_/) });
    // By the administrator who ordered it, and by no other.
    expect(await reconciled(id)).toBe(1);
    for (const node of nodes) expect(await node.isActive(token)).toBe(false);
    expect(await other.ask(agent('latched'))).toMatchObject({ status: 401 });

    // Published again after the lift, it is in the store, and stops no agent.
    expect(await other.lift(id, administrator)).toMatchObject({ status: 200, body: { state: 'lifted' } });
    const { broadcast, masterKey } = one.behalf.services;
    const kill = await stored(id);
    await broadcast.publish('kills', masterKey.seal('broadcast/kill', JSON.stringify({ ...kill, state: 'standing' })));
    await until(async () => (await one.ask(agent('latched'))).status === 200);
    expect(other.behalf.services.latched.all()).toEqual([]);
  });

  test('a message that no node has sealed stops no agent', async () => {
    const [one, other] = nodes;
    const kill = {
      id: `kil_${'a'.repeat(26)}`,
      scope: 'all',
      target: 'all',
      key: 'all',
      reason: 'x',
      state: 'standing',
    };
    const stranger = new Redis(redis.port, '127.0.0.1');
    const { masterKey } = one.behalf.services;
    const heard: string[] = [];
    other.behalf.services.broadcast.subscribe('kills', (message) => heard.push(message));
    for (const forged of [JSON.stringify(kill), 'AAAA', '', masterKey.seal('another', JSON.stringify(kill))]) {
      await stranger.publish('behalf:kills', forged);
    }
    await until(async () => heard.length === 4);
    stranger.disconnect();
    expect(other.behalf.services.latched.all()).toEqual([]);
  });
});

test('signing keys that one node rotates are loaded by the other on its broadcast', async () => {
  const [one, other] = nodes;
  const heard: string[] = [];
  other.behalf.services.broadcast.subscribe('keys', (message) => heard.push(message));
  const administrator = await scene.management.accessToken();
  const published = async ({ port }: Node): Promise<readonly string[]> => {
    const { keys } = (await (await fetch(`http://localhost:${port}/jwks`)).json()) as { keys: { kid: string }[] };
    return keys.map(({ kid }) => kid).sort();
  };
  const before = await published(one);
  const answer = await answerOf(
    await fetch(`${issuer}/api/v1/keys/rotations`, {
      method: 'POST',
      headers: { authorization: `Bearer ${administrator}` },
    }),
  );
  expect(answer.status).toBe(200);
  await until(async () => heard.length > 0);
  const rotated = await published(one);
  expect(rotated.length).toBeGreaterThan(before.length);
  await until(async () => (await published(other)).length >= rotated.length, {
    what: 'the rotation at the other node',
  });
  expect(await published(other)).toEqual(rotated);
});

test('LC-11 with Redis down, the other denies a killed agent from the first request on; a kill that MongoDB cannot store, on the next broadcast', async () => {
  const [one, other] = nodes;
  const [plain, repeated] = [await tokenOf('without redis'), await tokenOf('repeated')];
  const administrator = await scene.management.accessToken();
  expect(await other.isActive(plain)).toBe(true);
  await redis.kill();
  expect((await one.kill(agent('without redis'), administrator)).status).toBe(201);
  expect(await other.isActive(plain)).toBe(false);
  expect((await other.ask(agent('without redis'))).status).toBe(401);
  expect((await other.ask(agent('control'))).status).toBe(503);

  takesWrites = false;
  const answer = await one.kill(agent('repeated'), administrator);
  expect(answer.status).toBe(202);
  expect(await one.isActive(repeated)).toBe(false);
  // The other cannot know yet. It grants nothing meanwhile, to no client: a token needs its event.
  expect((await other.ask(agent('repeated'))).status).toBe(503);
  await redis.restart();
  await until(async () => (await other.isActive(repeated)) === false);
  takesWrites = true;
  await until(async () => (await stored(answer.body['id'])) !== undefined);
  await until(async () => nodes.every(({ behalf }) => behalf.services.latched.all().length === 0));
  for (const node of nodes) expect(await node.isActive(repeated)).toBe(false);
});
