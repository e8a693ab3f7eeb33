/** Every cell of test/faults/fail-closed-table.ts, over real servers and over memory stores that fail. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { type Attempts, type FaultWorld, faultWorld, type Seen } from '../faults/attempts.ts';
import { ENDPOINTS, type Endpoint, expectedOf, LOSSES, type Loss, type LossName } from '../faults/fail-closed-table.ts';
import { type MongodbServer, startMongodb } from '../support/mongodb-server.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, WITHOUT_LIMITS } from '../support/scene.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';

const DEADLINE_MILLISECONDS = 5_000;
const endpoints = Object.keys(ENDPOINTS) as readonly Endpoint[];
const namesOn = (kind: 'servers' | 'memory'): readonly LossName[] =>
  (Object.keys(LOSSES) as LossName[]).filter((name) => (LOSSES[name] as Loss).stores.includes(kind));

type Measured = Seen & { readonly milliseconds: number };

/** All at once, as they would come. */
const sendAll = async (attempts: Attempts): Promise<ReadonlyMap<Endpoint, Measured>> => {
  const seen = await Promise.all(
    endpoints.map(async (endpoint) => {
      const begin = performance.now();
      const answer = await attempts[endpoint]().catch((error: Error) => ({ outcome: 'threw', text: `${error.stack}` }));
      return [endpoint, { ...answer, milliseconds: performance.now() - begin }] as const;
    }),
  );
  return new Map(seen);
};

const until = async (holds: () => Promise<boolean>): Promise<void> => {
  const end = performance.now() + 25_000;
  while (!(await holds().catch(() => false))) {
    if (performance.now() > end) throw new Error('it did not come to hold within 25 s');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

/** One test for each cell, and one for the way back. */
const cellsOf = (
  name: LossName,
  around: () => Promise<{ readonly world: FaultWorld; begin(): Promise<void>; end(): Promise<void> }>,
): void => {
  const loss: Loss = LOSSES[name];
  let seen: ReadonlyMap<Endpoint, Measured>;
  let made: Awaited<ReturnType<typeof around>>;
  beforeAll(async () => {
    made = await around();
    const attempts = await made.world.prepare();
    await made.begin();
    seen = await sendAll(attempts);
  }, 120_000);

  test.each(endpoints)(`I12 ${loss.title}: %s`, (endpoint) => {
    const { outcome, text, milliseconds } = seen.get(endpoint) as Measured;
    expect({ outcome, text }).toEqual({ outcome: expectedOf(name, endpoint), text });
    expect(milliseconds).toBeLessThan(DEADLINE_MILLISECONDS);
  });

  test(`${loss.title}: everything works again afterwards`, async () => {
    await made.end();
    let left: readonly string[] = [];
    await until(async () => {
      const again = await sendAll(await made.world.prepare());
      left = [...again].flatMap(([endpoint, { outcome }]) => (outcome === 'works' ? [] : [endpoint]));
      return left.length === 0;
    }).catch((error: Error) => {
      throw new Error(`${error.message}: ${left.join(', ')}`);
    });
  }, 60_000);
};

describe('memory stores that fail', () => {
  let server: RunningServer;
  let world: FaultWorld;
  beforeAll(async () => {
    server = await runServer({
      stores: 'memory',
      environment: { BEHALF__PASSWORDS__ARGON2MEMORYKIB: '1024', BEHALF__PASSWORDS__ARGON2PASSES: '1' },
    });
    world = await faultWorld(await makeScene(server));
  });
  afterAll(() => server?.close());

  const none = { failingWrites: new Set<string>(), failingReads: new Set<string>(), isEphemeralFailing: false };
  const FAULTS: Partial<Record<LossName, Partial<RunningServer['faults']>>> = {
    redis_down: { isEphemeralFailing: true },
    mongodb_down: { failingWrites: new Set(['all']), failingReads: new Set(['all']) },
    writes: { failingWrites: new Set(['all']) },
    audit: { failingWrites: new Set(['audit_records']) },
    epochs: { failingReads: new Set(['epochs']) },
  };
  describe.each(namesOn('memory'))('%s', (name) => {
    cellsOf(name, async () => ({
      world,
      begin: async () => void Object.assign(server.faults, FAULTS[name]),
      end: async () => void Object.assign(server.faults, none),
    }));
  });
});

describe('real servers', () => {
  let mongodb: MongodbServer;
  beforeAll(async () => {
    mongodb = await startMongodb({ isDurable: true });
  }, 300_000);
  afterAll(() => mongodb?.remove());

  const isOurs = process.env['MONGODB_URL'] === undefined;
  const names = namesOn('servers').filter((name) => isOurs || !name.startsWith('mongodb'));
  describe.each(names)('FT-04 FT-02 %s', (name) => {
    let redis: RedisServer;
    let server: ServerProcess;
    const admin = async (work: (client: Redis) => Promise<unknown>): Promise<void> => {
      const client = new Redis(redis.port, '127.0.0.1');
      await work(client);
      client.disconnect();
    };
    const nothing = async (): Promise<void> => undefined;
    const faults: Partial<Record<LossName, readonly [begin: () => unknown, end: () => unknown]>> = {
      redis_down: [() => redis.kill(), () => redis.restart()],
      redis_silent: [() => redis.pause(), () => redis.resume()],
      redis_flushed: [() => admin((client) => client.flushall()), nothing],
      redis_read_only: [
        () => admin((client) => client.replicaof('127.0.0.1', 1)),
        () => admin((client) => client.replicaof('NO', 'ONE')),
      ],
      mongodb_down: [() => mongodb.kill?.(), () => mongodb.restart?.()],
      mongodb_silent: [() => mongodb.pause?.(), () => mongodb.resume?.()],
    };
    const readiness = async () => {
      const answer = await fetch(`http://127.0.0.1:${server.operationsPort}/readyz`);
      return { status: answer.status, body: (await answer.json()) as { readonly reasons?: object } };
    };
    cellsOf(name, async () => {
      redis = await startRedis();
      server = await startServer({
        environment: {
          ...WITHOUT_LIMITS,
          BEHALF_MONGODB_URL: mongodb.url(`closed_${name}`),
          BEHALF_REDIS_URL: redis.url,
          BEHALF__STORES__ALLOW_STANDALONE: String(mongodb.isStandalone),
        },
      });
      const [begin, end] = faults[name] ?? [];
      return {
        world: await faultWorld(await makeScene(server)),
        begin: async () => void (await begin?.()),
        async end() {
          const { unready }: Loss = LOSSES[name];
          const { status, body } = await readiness();
          expect({ status, named: unready === undefined || Object.keys(body.reasons ?? {}).includes(unready) }).toEqual(
            {
              status: unready === undefined ? 200 : 503,
              named: true,
            },
          );
          expect((await fetch(`http://127.0.0.1:${server.operationsPort}/healthz`)).status).toBe(200);
          await end?.();
          await until(async () => (await readiness()).status === 200);
        },
      };
    });
    afterAll(async () => {
      await server?.remove();
      await redis?.remove();
    });
  });
});
