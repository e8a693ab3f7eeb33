/** RL-03: limits on requests by network, over HTTP, as they hold at one server, two workers, and two nodes on Redis. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { systemClock } from '../../adapters/node/clock.ts';
import { redisEphemeralStore } from '../../adapters/redis/ephemeral-store.ts';
import { type MemoryNodes, memoryNodes } from '../support/memory-nodes.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { startServer } from '../support/server-process.ts';
import { advance, startClock, stopClock } from '../support/stopped-clock.ts';
import { until } from '../support/until.ts';

const PROXY = { BEHALF__LISTEN__TRUSTEDPROXIES: '127.0.0.1' };
const perMinute = (limit: number) => ({ ...PROXY, BEHALF__LIMITS__REQUESTSPERSOURCEPERMINUTE: String(limit) });

const get = (base: string, source: string): Promise<Response> =>
  fetch(`${base}/jwks`, { headers: { 'x-forwarded-for': source, connection: 'close' } });

/** How many of so many requests, one after the other, are let pass. */
const passed = async (base: string, source: string, times: number): Promise<number> => {
  let count = 0;
  for (let time = 0; time < times; time += 1) if ((await get(base, source)).status === 200) count += 1;
  return count;
};

describe('at one server', () => {
  let server: RunningServer;
  beforeEach(async () => {
    server = await runServer({ stores: 'memory', environment: perMinute(8) });
    stopClock();
  });
  afterEach(async () => {
    startClock();
    await server.close();
  });

  test('RL-03 an IPv6 /64 has the limit once, its /56 four times, its /48 sixteen times', async () => {
    for (let net = 1; net <= 4; net += 1) expect(await passed(server.issuer, `2001:db8:1:${net}::1`, 9)).toBe(8);
    const inFull = await get(server.issuer, '2001:db8:1:5::1');
    expect([inFull.status, await inFull.json()]).toEqual([
      429,
      { error: 'temporarily_unavailable', error_description: 'too many requests from 2001:db8:1:0::/56' },
    ]);
    expect(Number(inFull.headers.get('retry-after'))).toBeLessThanOrEqual(60);

    for (let net = 1; net <= 12; net += 1) {
      const source = `2001:db8:1:${(net << 8).toString(16)}::1`;
      expect(await passed(server.issuer, source, 8)).toBe(8);
    }
    const inWide = await get(server.issuer, '2001:db8:1:ff00::1');
    expect([inWide.status, ((await inWide.json()) as { error_description: string }).error_description]).toEqual([
      429,
      'too many requests from 2001:db8:1::/48',
    ]);
    expect(await passed(server.issuer, '2001:db8:2::1', 9)).toBe(8);

    const refused = await server.events('request.refused');
    expect(refused.every(({ error, outcome }) => error === 'temporarily_unavailable' && outcome === 'refused')).toBe(
      true,
    );
    expect(refused.length).toBeGreaterThan(0);
    // And in the next minute it begins anew.
    advance(60_000);
    expect(await passed(server.issuer, '2001:db8:1:5::1', 9)).toBe(8);
  });

  test('RL-03 an IPv4 address has the limit once, its /24 sixteen times', async () => {
    for (let host = 1; host <= 16; host += 1) expect(await passed(server.issuer, `192.0.2.${host}`, 8)).toBe(8);
    expect((await get(server.issuer, '192.0.2.99')).status).toBe(429);
    expect((await get(server.issuer, '192.0.3.99')).status).toBe(200);
    // The same address in the notation of IPv6 is the same source.
    expect((await get(server.issuer, '::ffff:192.0.2.1')).status).toBe(429);
  });

  test('RL-03 who comes from 500 networks resets the minute of none, and no other one', async () => {
    expect(await passed(server.issuer, '198.51.100.7', 9)).toBe(8);
    for (let net = 0; net < 500; net += 1) {
      await get(server.issuer, `2001:db8:${(net + 256).toString(16)}::1`);
    }
    expect((await get(server.issuer, '198.51.100.7')).status).toBe(429);
    expect(await passed(server.issuer, '203.0.113.7', 9)).toBe(8);
  });
});

const LIMIT = 20;

describe('on two nodes with Redis', () => {
  let redis: RedisServer;
  let ephemeral: Awaited<ReturnType<typeof redisEphemeralStore>>;
  let nodes: MemoryNodes;
  let base: readonly [string, string];
  beforeAll(async () => {
    redis = await startRedis();
    ephemeral = await redisEphemeralStore({ url: redis.url, clock: systemClock, isNewInstallation: true });
    nodes = await memoryNodes(2, { environment: perMinute(LIMIT), ephemeral });
    const [one, other] = nodes.nodes.map(({ port }) => `http://127.0.0.1:${port}`);
    base = [String(one), String(other)];
    stopClock();
  });
  afterAll(async () => {
    startClock();
    await nodes?.close();
    await ephemeral?.close();
    await redis?.remove();
  });

  test('RL-03 what a network used at one node, it has used at the other', async () => {
    const [one, other] = base;
    expect(await passed(one, '192.0.2.1', LIMIT + 5)).toBe(LIMIT);
    // Until it has heard of it: a 32nd of the limit, at least one, and what comes while it asks.
    expect(await passed(other, '192.0.2.1', LIMIT)).toBeLessThanOrEqual(3);
    expect((await get(other, '192.0.2.1')).status).toBe(429);
    expect(await passed(other, '198.51.100.1', LIMIT + 5)).toBe(LIMIT);
  });

  test('RL-03 a client that alternates has no limit of its own at each', async () => {
    let count = 0;
    for (let time = 0; time < LIMIT; time += 1) {
      for (const node of base) count += await passed(node, '203.0.113.1', 1);
    }
    expect(count).toBeGreaterThanOrEqual(LIMIT);
    expect(count).toBeLessThanOrEqual(LIMIT + 4);
  });

  test('RL-03 without Redis each node goes on with its part of the limit, and they share again when it is back', async () => {
    const [one, other] = base;
    let net = 0;
    const fresh = (): string => {
      net += 1;
      return `100.64.${net}.1`;
    };
    await redis.kill();
    for (const node of base) {
      await until(async () => (await passed(node, fresh(), LIMIT)) === LIMIT / 2, { what: 'half of the limit' });
    }
    await redis.restart();
    await until(
      async () => {
        const source = fresh();
        const here = await passed(one, source, LIMIT);
        return here === LIMIT && (await passed(other, source, LIMIT)) <= 3;
      },
      { what: 'the shared limit' },
    );
  });
});

test('RL-03 two workers of one server share a limit', async () => {
  const server = await startServer({
    workers: 2,
    environment: { ...perMinute(LIMIT), BEHALF__LOG__LEVEL: 'error' },
  });
  try {
    const readiness = async () => (await fetch(`http://127.0.0.1:${server.operationsPort}/readyz`)).text();
    await until(async () => (await readiness()) === '{"status":"ready"}\n', { what: 'both workers' });
    // Connections go to one and the other in turn. Again when a minute began in between.
    let minute: number;
    let count: number;
    do {
      minute = Math.floor(Date.now() / 60_000);
      count = await passed(server.issuer, `192.0.2.${minute % 250}`, 3 * LIMIT);
    } while (Math.floor(Date.now() / 60_000) !== minute);
    expect(count).toBeGreaterThanOrEqual(LIMIT);
    expect(count).toBeLessThanOrEqual(LIMIT + 4);
  } finally {
    await server.remove();
  }
}, 60_000);
