/** FT-09: the network between the server and its stores is late, lossy, half open, or knows no names. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type FaultProxy, faultProxy } from '../support/fault-proxy.ts';
import { type MongodbServer, startMongodb } from '../support/mongodb-server.ts';
import type { Answer } from '../support/oauth-calls.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { makeScene, type Scene, WITHOUT_LIMITS } from '../support/scene.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { until } from '../support/until.ts';

let mongodb: MongodbServer;
let redis: RedisServer;
let toMongodb: FaultProxy;
let toRedis: FaultProxy;
let server: ServerProcess;
let scene: Scene;

/** While there is such a file, no name is answered. */
const names = mkdtempSync(join(tmpdir(), 'behalf-names-'));
const outage = join(names, 'out');

const isOurs = process.env['MONGODB_URL'] === undefined;
const ours = isOurs ? describe : describe.skip;

beforeAll(async () => {
  if (!isOurs) return;
  [mongodb, redis] = await Promise.all([startMongodb(), startRedis()]);
  const url = mongodb.url('slow');
  toMongodb = await faultProxy(Number(/:(\d+)\//.exec(url)?.[1]));
  toRedis = await faultProxy(redis.port);
  const direct = url.includes('?') ? '&directConnection=true' : '';
  server = await startServer({
    environment: {
      ...WITHOUT_LIMITS,
      NODE_OPTIONS: `--import=${pathToFileURL(join(import.meta.dirname, '../support/name-service.ts')).href}`,
      TEST_NAMES_OUT: outage,
      BEHALF_MONGODB_URL: `${url.replace(/\/\/[^/]+\//, `//mongodb.stores.test:${toMongodb.port}/`)}${direct}`,
      BEHALF_REDIS_URL: `redis://redis.stores.test:${toRedis.port}`,
      BEHALF__STORES__ALLOW_STANDALONE: String(mongodb.isStandalone),
    },
  });
  scene = await makeScene(server);
}, 300_000);
afterAll(async () => {
  await server?.remove();
  await Promise.all([toMongodb?.close(), toRedis?.close()]);
  await Promise.all([mongodb?.remove(), redis?.remove()]);
  rmSync(names, { recursive: true });
});
afterEach(async () => {
  rmSync(outage, { force: true });
  for (const proxy of [toMongodb, toRedis]) {
    proxy?.delay(0);
    proxy?.cutEvery(0);
    proxy?.silent(false);
  }
  if (isOurs) await until(async () => (await own()).status === 200);
}, 40_000);

const own = (): Promise<Answer> =>
  scene.calls.token(scene.keyed(scene.agent), { grant_type: 'client_credentials', resource: scene.jwt.identifier });
const timed = async (work: () => Promise<Answer>) => {
  const begin = performance.now();
  const { status, headers } = await work();
  return { status, retryAfter: headers.get('retry-after'), milliseconds: performance.now() - begin };
};
const messages = (): number => toMongodb.messages() + toRedis.messages();

ours('FT-09', () => {
  test('200 ms later each way: answers come within the deadline, granted or put off', async () => {
    for (const proxy of [toMongodb, toRedis]) proxy.delay(100);
    const answers = await Promise.all(Array.from({ length: 6 }, () => timed(own)));
    for (const { status, retryAfter, milliseconds } of answers) {
      expect(status === 503 ? retryAfter !== null : status).toBe(status === 503 ? true : 200);
      expect(milliseconds).toBeLessThan(6000);
    }
  });

  test('so late that the calls of one request add up: 503 after five seconds, not later', async () => {
    toMongodb.delay(440);
    const { status, retryAfter, milliseconds } = await timed(own);
    expect([status, retryAfter]).toEqual([503, '1']);
    expect(milliseconds).toBeLessThan(6000);
  });

  test('half-open connections: 503 within the deadline, and asked for no more often than before', async () => {
    const many = 10;
    const before = messages();
    for (let count = 0; count < many; count += 1) expect((await own()).status).toBe(200);
    const usual = messages() - before;
    for (const proxy of [toMongodb, toRedis]) proxy.silent(true);
    const begin = messages();
    const answers = await Promise.all(Array.from({ length: many }, () => timed(own)));
    // Only what these requests send: drivers and housekeeping look for their servers by themselves.
    expect(messages() - begin).toBeLessThanOrEqual(usual * 1.1 + 30);
    for (const { status, retryAfter, milliseconds } of answers) {
      expect([status, retryAfter !== null]).toEqual([503, true]);
      expect(milliseconds).toBeLessThan(6000);
    }
  });

  test('connections cut again and again: every answer is a token or 503, and retries make no storm', async () => {
    const many = 20;
    const before = messages();
    for (let count = 0; count < many; count += 1) expect((await own()).status).toBe(200);
    const usual = messages() - before;
    const [quiet, quietAt] = [messages(), performance.now()];
    await until(() => messages() - quiet >= 90, { what: 'housekeeping' });
    const housekeepingPerMillisecond = (messages() - quiet) / (performance.now() - quietAt);
    toMongodb.cutEvery(53);
    toRedis.cutEvery(31);
    const [begin, beganAt] = [messages(), performance.now()];
    const statuses: number[] = [];
    for (let count = 0; count < many; count += 1) statuses.push((await own()).status);
    const sent = messages() - begin;
    expect(statuses.filter((status) => status !== 200 && status !== 503)).toEqual([]);
    // A new connection greets before it works: some messages for each cut.
    const greetings = (usual / 31) * 8 + 20;
    // These requests take longer than the usual ones, and housekeeping goes on.
    const housekeeping = (performance.now() - beganAt) * housekeepingPerMillisecond;
    expect(sent).toBeLessThanOrEqual(usual * 1.1 + greetings + housekeeping);
  });

  test('no names: what is connected goes on; cut off, it is 503 within the deadline, and works when names are back', async () => {
    writeFileSync(outage, '');
    expect((await own()).status).toBe(200);
    for (const proxy of [toMongodb, toRedis]) proxy.cut();
    const begin = messages();
    await until(async () => (await own()).status === 503);
    const answers = await Promise.all(Array.from({ length: 10 }, () => timed(own)));
    for (const { status, retryAfter, milliseconds } of answers) {
      expect([status, retryAfter !== null]).toEqual([503, true]);
      expect(milliseconds).toBeLessThan(6000);
    }
    // No store is reached, after any number of lookups of a name.
    expect(messages() - begin).toBeLessThanOrEqual(30);
    const ready = await fetch(`http://127.0.0.1:${server.operationsPort}/readyz`);
    const alive = await fetch(`http://127.0.0.1:${server.operationsPort}/healthz`);
    expect([ready.status, alive.status]).toEqual([503, 200]);
    rmSync(outage);
    await until(async () => (await own()).status === 200);
  }, 60_000);

  test('no names at the start: it ends within seconds, and says why', async () => {
    writeFileSync(outage, '');
    expect(await server.stop()).toBe(0);
    const begin = performance.now();
    const failed = await server.restart().then(
      () => 'started',
      (error: Error) => error.message,
    );
    expect(performance.now() - begin).toBeLessThan(20_000);
    expect(failed).toMatch(/the process ended with 1/);
    expect(failed).toContain('Behalf cannot start: MongoDB has no primary in reach');
    rmSync(outage);
    await server.restart();
    await until(async () => (await own()).status === 200);
  }, 90_000);
});
