/** What the port of broadcasts promises, in memory and over a real Redis and PostgreSQL. */
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { memoryBroadcast } from '../../adapters/memory/broadcast.ts';
import { postgresqlBroadcast } from '../../adapters/postgresql/broadcast.ts';
import { type RedisBroadcastOptions, redisBroadcast } from '../../adapters/redis/broadcast.ts';
import type { Broadcast, Topic } from '../../src/domain/ports/broadcast.ts';
import { isStoreUnavailable } from '../../src/domain/ports/document-store.ts';
import { freePort } from '../support/free-port.ts';
import { type PostgresqlServer, startPostgresql } from '../support/postgresql-server.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { until } from '../support/until.ts';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const redisServer = async (...given: Parameters<typeof startRedis>): Promise<RedisServer> => {
  const server = await startRedis(...given);
  ends.push(server.remove);
  return server;
};
const open = async (url: string, more: Partial<RedisBroadcastOptions> = {}): Promise<Broadcast> => {
  const broadcast = await redisBroadcast({ url, prefix: 'b:', deadlineMilliseconds: 500, ...more });
  ends.push(broadcast.close);
  return broadcast;
};
const heardBy = (broadcast: Broadcast, topic: Topic): readonly string[] => {
  const heard: string[] = [];
  broadcast.subscribe(topic, (message) => heard.push(message));
  return heard;
};
const failure = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (thrown: unknown) => thrown as Error,
  );

const inMemory = async (): Promise<readonly [Broadcast, Broadcast]> => {
  const hub = new Set<(topic: Topic, message: string) => void>();
  const nodes = [memoryBroadcast(hub), memoryBroadcast(hub)] as const;
  for (const node of nodes) ends.push(node.close);
  return nodes;
};
const overRedis = async (): Promise<readonly [Broadcast, Broadcast]> => {
  const { url } = await redisServer();
  return [await open(url), await open(url)];
};
const overCluster = async (): Promise<readonly [Broadcast, Broadcast]> => {
  const { Redis } = await import('ioredis');
  const server = await redisServer([
    ['cluster-enabled', 'yes'],
    ['cluster-announce-ip', '127.0.0.1'],
  ]);
  const admin = new Redis(server.port, '127.0.0.1');
  await admin.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
  await until(async () => /cluster_state:ok/.test(String(await admin.call('CLUSTER', 'INFO'))));
  admin.disconnect();
  const url = server.url.replace('redis:', 'redis+cluster:');
  return [await open(url), await open(url)];
};

const openPostgresql = async (url: string): Promise<Broadcast> => {
  const broadcast = await postgresqlBroadcast({ url, deadlineMilliseconds: 5000 });
  ends.push(broadcast.close);
  return broadcast;
};
/** One for all tests, each of which has schemas of its own. */
let shared: Promise<PostgresqlServer> | undefined;
afterAll(async () => (await shared)?.remove());
const postgresqlServer = (): Promise<PostgresqlServer> => {
  shared ??= startPostgresql();
  return shared;
};
let schemas = 0;
const overPostgresql = async (): Promise<readonly [Broadcast, Broadcast]> => {
  schemas += 1;
  const url = (await postgresqlServer()).url(`a${schemas}`);
  return [await openPostgresql(url), await openPostgresql(url)];
};

describe.each([
  ['memory', inMemory],
  ['redis', overRedis],
  ['redis cluster', overCluster],
  ['postgresql', overPostgresql],
] as const)('%s: a broadcast', (_, two) => {
  test('is heard by every listener of its topic on every node, the one that says it included, and by no other', async () => {
    const [one, other] = await two();
    const own = heardBy(one, 'kills');
    const [first, second] = [heardBy(other, 'kills'), heardBy(other, 'kills')];
    const keys = heardBy(other, 'keys');
    expect(await one.publish('kills', 'née 💥')).toBe(true);
    await until(() => own.length + first.length + second.length === 3);
    expect(await one.publish('keys', '')).toBe(true);
    await until(() => keys.length === 1);
    expect([own, first, second, keys]).toEqual([['née 💥'], ['née 💥'], ['née 💥'], ['']]);
  });

  test('is heard no more by a node that has closed, and says so when it cannot be sent', async () => {
    const [one, other] = await two();
    const heard = heardBy(other, 'kills');
    await other.close();
    await other.close();
    expect(await other.publish('kills', 'late')).toBe(false);
    const own = heardBy(one, 'kills');
    await one.publish('kills', 'x');
    await until(() => own.length === 1);
    expect(heard).toEqual([]);
  });
});

describe('FT-04 a broadcast over Redis', () => {
  test('that is down is not sent, without an error; after the restart nodes listen again by themselves', async () => {
    const server = await redisServer();
    const [one, other] = [await open(server.url), await open(server.url)];
    const heard = heardBy(other, 'kills');
    await server.kill();
    expect(await one.publish('kills', 'lost')).toBe(false);
    await server.restart();
    // A sender that depends on it sends it again.
    await until(async () => {
      await one.publish('kills', 'again');
      return heard.length > 0;
    });
    expect(heard).not.toContain('lost');
  });

  test('that says nothing is given up at the deadline, and gets a new connection', async () => {
    const server = await redisServer();
    const [one, other] = [await open(server.url), await open(server.url)];
    const heard = heardBy(other, 'kills');
    server.pause();
    expect(await one.publish('kills', 'lost')).toBe(false);
    server.resume();
    await until(async () => {
      await one.publish('kills', 'again');
      return heard.includes('again');
    });
  });

  test('of another installation on the same Redis is not heard', async () => {
    const { url } = await redisServer();
    const [one, stranger] = [await open(url), await open(url, { prefix: 'c:' })];
    const heard = heardBy(stranger, 'kills');
    const own = heardBy(one, 'kills');
    await one.publish('kills', 'x');
    await until(() => own.length === 1);
    expect(heard).toEqual([]);
  });

  test('needs the channels in the rights of an ACL user, and start says so', async () => {
    const rights = ['~b:*', '+hello', '+auth', '+client|setname', '+ping', '+info', '+quit', '+publish', '+subscribe'];
    const server = await redisServer([
      ['user', 'default', 'off'],
      ['user', 'behalf', 'on', '>pass', 'resetchannels', '&b:*', ...rights],
      ['user', 'deaf', 'on', '>pass', 'resetchannels', ...rights],
    ]);
    const one = await open(`redis://behalf:pass@127.0.0.1:${server.port}`);
    const heard = heardBy(one, 'kills');
    expect(await one.publish('kills', 'x')).toBe(true);
    await until(() => heard.length === 1);
    const refused = await failure(open(`redis://deaf:pass@127.0.0.1:${server.port}`));
    expect(isStoreUnavailable(refused)).toBe(true);
    expect(refused?.message).toContain('&b:*');
  });

  test('cannot be opened on an unreachable server', async () => {
    expect(isStoreUnavailable(await failure(open(`redis://127.0.0.1:${await freePort()}`)))).toBe(true);
  });
});

describe('FT-02 a broadcast over PostgreSQL', () => {
  test('that is down is not sent, without an error; after the restart nodes listen again by themselves', async () => {
    const server = await postgresqlServer();
    const [one, other] = [await openPostgresql(server.url('b')), await openPostgresql(server.url('b'))];
    const heard = heardBy(other, 'kills');
    await server.kill();
    expect(await one.publish('kills', 'lost')).toBe(false);
    await server.restart();
    // A sender that depends on it sends it again.
    await until(async () => {
      await one.publish('kills', 'again');
      return heard.length > 0;
    });
    expect(heard).not.toContain('lost');
  });

  test('is heard while a synchronous standby is gone and writes wait for it (decision D24)', async () => {
    const server = await postgresqlServer();
    const [one, other] = [await openPostgresql(server.url('b')), await openPostgresql(server.url('b'))];
    const heard = heardBy(other, 'kills');
    await server.set({ synchronous_standby_names: 'absent' });
    try {
      expect(await one.publish('kills', 'x')).toBe(true);
      await until(() => heard.length === 1);
    } finally {
      await server.set({ synchronous_standby_names: '' });
    }
  });

  test('of another schema is not heard, and one that is too long is not sent', async () => {
    const server = await postgresqlServer();
    const [one, stranger] = [await openPostgresql(server.url('b')), await openPostgresql(server.url('c'))];
    const heard = heardBy(stranger, 'kills');
    const own = heardBy(one, 'kills');
    expect(await one.publish('kills', 'x'.repeat(8000))).toBe(false);
    expect(await one.publish('kills', 'x')).toBe(true);
    await until(() => own.length === 1);
    expect([own, heard]).toEqual([['x'], []]);
  });

  test('cannot be opened on an unreachable server', async () => {
    const url = `postgresql://127.0.0.1:${await freePort()}/x`;
    expect(isStoreUnavailable(await failure(openPostgresql(url)))).toBe(true);
  });
});
