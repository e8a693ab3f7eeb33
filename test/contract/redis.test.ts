import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { redisAddress } from '../../adapters/redis/addresses.ts';
import { redisClaims } from '../../adapters/redis/claims.ts';
import { redisConnection } from '../../adapters/redis/connection.ts';
import { type RedisStoreOptions, redisEphemeralStore } from '../../adapters/redis/ephemeral-store.ts';
import { isStoreUnavailable } from '../../src/domain/ports/document-store.ts';
import { freePort } from '../support/free-port.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { until } from '../support/until.ts';
import { controlledClock } from './controlled-clock.ts';
import { describeEphemeralStore } from './ephemeral-store.contract.ts';

/** Takes `milliseconds` from what every key has left to live: to Redis the same as if they had passed. */
const PASS = `
for _, key in ipairs(redis.call('KEYS', '*')) do
  if redis.call('TYPE', key).ok == 'zset' then
    for _, member in ipairs(redis.call('ZRANGE', key, 0, -1)) do redis.call('ZINCRBY', key, -ARGV[1], member) end
  end
  local left = redis.call('PTTL', key)
  if left >= 0 then
    if left <= tonumber(ARGV[1]) then redis.call('DEL', key) else redis.call('PEXPIRE', key, left - ARGV[1]) end
  end
end`;

let stores = 0;
const newPrefix = () => `t${++stores}:`;
const clock = controlledClock();
const opened = new Set<{ close(): Promise<void> }>();
const removed = new Set<RedisServer>();
const closing = async () => {
  await Promise.all([...opened].map((each) => each.close()));
  await Promise.all([...removed].map((each) => each.remove()));
};
afterAll(closing);

const server = async (...given: Parameters<typeof startRedis>) => {
  const started = await startRedis(...given);
  removed.add(started);
  return started;
};
const open = async (url: string, more: Partial<RedisStoreOptions> = {}) => {
  const store = await redisEphemeralStore({
    url,
    clock,
    prefix: 'b:',
    isNewInstallation: true,
    watchMilliseconds: 0,
    ...more,
  });
  opened.add(store);
  return store;
};
const admin = async <T>(port: number, work: (redis: Redis) => Promise<T>): Promise<T> => {
  const redis = new Redis(port, '127.0.0.1', { lazyConnect: true });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return await work(redis);
  } finally {
    redis.disconnect();
  }
};
const failure = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (thrown: unknown) => thrown as Error,
  );

let shared: RedisServer;
let cluster: RedisServer;
beforeAll(async () => {
  shared = await server();
  cluster = await server([
    ['cluster-enabled', 'yes'],
    ['cluster-announce-ip', '127.0.0.1'],
  ]);
  await admin(cluster.port, async (redis) => {
    await redis.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    await until(async () => /cluster_state:ok/.test(String(await redis.call('CLUSTER', 'INFO'))));
  });
});

const pass = (port: () => number) => (milliseconds: number) =>
  admin(port(), async (redis) => void (await redis.eval(PASS, 0, milliseconds)));

describeEphemeralStore(
  'redis',
  (given) => redisEphemeralStore({ url: shared.url, clock: given, prefix: newPrefix() }),
  { pass: pass(() => shared.port), slack: 5000, sweepsItself: true },
);
describeEphemeralStore(
  'redis cluster',
  (given) =>
    redisEphemeralStore({ url: cluster.url.replace('redis:', 'redis+cluster:'), clock: given, prefix: newPrefix() }),
  { pass: pass(() => cluster.port), slack: 5000, sweepsItself: true },
);

describe('OT-12 two clocks', () => {
  test('a value and a window expire at the very millisecond of our clock, even if Redis still holds them; a claim is not', async () => {
    const store = await open(shared.url, { prefix: newPrefix() });
    await Promise.all([store.set('k', 'v', 20), store.set('taken', '7:v', 20)]);
    expect([await store.count('c', 20), await store.claim('jti', 20)]).toEqual([1, true]);
    clock.advance(19_999);
    expect(await store.get('taken')).toBe('7:v');
    expect([await store.get('k'), await store.count('c', 20)]).toEqual(['v', 2]);
    clock.advance(1);
    expect([await store.get('k'), await store.take('taken'), await store.count('c', 20)]).toEqual([
      undefined,
      undefined,
      1,
    ]);
    expect(await store.claim('jti', 20)).toBe(false);
  });

  test('a clock of ours that was put back makes nothing live longer than Redis says', async () => {
    const store = await open(shared.url, { prefix: newPrefix() });
    await store.set('k', 'v', 20);
    expect(await store.count('c', 20)).toBe(1);
    clock.advance(-3_600_000);
    await pass(() => shared.port)(15_000);
    expect([await store.get('k'), await store.count('c', 20)]).toEqual(['v', 2]);
    await pass(() => shared.port)(5_000);
    expect([await store.get('k'), await store.count('c', 20)]).toEqual([undefined, 1]);
  });
});

describe('FT-04 what start refuses', () => {
  test.each(['allkeys-lru', 'volatile-lru', 'volatile-ttl', 'allkeys-random'])(
    'an eviction policy of %s, naming the setting to change',
    async (policy) => {
      await admin(shared.port, (redis) => redis.config('SET', 'maxmemory-policy', policy));
      const error = await failure(open(shared.url));
      await admin(shared.port, (redis) => redis.config('SET', 'maxmemory-policy', 'noeviction'));
      expect(isStoreUnavailable(error)).toBe(true);
      expect(error?.message).toContain(`maxmemory-policy ${policy}: set maxmemory-policy noeviction`);
    },
  );

  test('a replica, which takes no writes', async () => {
    const replica = await server([['replicaof', '127.0.0.1', String(shared.port)]]);
    expect((await failure(open(replica.url)))?.message).toContain('Redis is a replica');
  });

  test('a server that is not there, within the deadline', async () => {
    const begin = performance.now();
    const error = await failure(open(`redis://:secret@127.0.0.1:${await freePort()}`, { deadlineMilliseconds: 300 }));
    expect(isStoreUnavailable(error)).toBe(true);
    expect(`${error?.message} ${String(error?.cause)}`).not.toContain('secret');
    expect(performance.now() - begin).toBeLessThan(5000);
  });
});

describe('FT-04 cold mode: a loss of claims is discovered with the next claim', () => {
  test('not in a new installation, and not when another node starts', async () => {
    const prefix = newPrefix();
    const first = await open(shared.url, { prefix });
    expect(await first.claim('jti', 60)).toBe(true);
    const second = await open(shared.url, { prefix, isNewInstallation: false });
    expect(await second.claim('jti', 60)).toBe(false);
    expect([first.coldSince(), second.coldSince()]).toEqual([undefined, undefined]);
  });

  test('when an installation that is not new finds nothing', async () => {
    const store = await open(shared.url, { prefix: newPrefix(), isNewInstallation: false });
    expect(store.coldSince()).toBe(clock.now());
  });

  test('after FLUSHALL, on every node, from the very claim that would have been a replay', async () => {
    const own = await server();
    const nodes = await Promise.all([open(own.url), open(own.url)]);
    expect(await nodes[0]?.claim('jti', 60)).toBe(true);
    await admin(own.port, (redis) => redis.flushall());
    clock.advance(7000);
    expect(await nodes[0]?.claim('jti', 60)).toBe(true);
    expect(nodes[0]?.coldSince()).toBe(clock.now());
    const lostAt = clock.now();
    clock.advance(5000);
    expect(await nodes[1]?.claim('jti', 60)).toBe(false);
    expect(nodes[1]?.coldSince()).toBe(lostAt);
  });

  test('after a restart, from an empty memory and from a file', async () => {
    for (const persistence of [
      [],
      [
        ['appendonly', 'yes'],
        ['appendfsync', 'always'],
      ],
    ] as [string, string][][]) {
      const own = await server(persistence);
      const store = await open(own.url);
      await store.claim('jti', 600);
      await own.kill();
      await own.restart();
      clock.advance(1000);
      await until(async () => (await failure(store.claim('other', 600))) === undefined);
      expect(store.coldSince()).toBe(clock.now());
    }
  });

  const bucketsOf = (port: number) => admin(port, (redis) => redis.keys('*bucket*'));

  test('when single claims are evicted while the ledger stays: with the very claim that would have been a replay', async () => {
    const own = await server();
    const nodes = await Promise.all([open(own.url), open(own.url)]);
    for (const jti of ['a', 'b', 'c']) await nodes[0]?.claim(jti, 600);
    await nodes[1]?.claim('known', 600);
    expect([nodes[0]?.coldSince(), nodes[1]?.coldSince()]).toEqual([undefined, undefined]);
    const buckets = await bucketsOf(own.port);
    await admin(own.port, async (redis) => {
      for (const bucket of buckets) if (await redis.zscore(bucket, 'b')) await redis.del(bucket);
    });
    clock.advance(3000);
    expect(await nodes[1]?.claim('b', 600)).toBe(true);
    expect(nodes[1]?.coldSince()).toBe(clock.now());
    await nodes[0]?.claim('another', 600);
    expect(nodes[0]?.coldSince()).toBe(clock.now());
  });

  test('when one member is removed, or the ledger alone, and each second without any claim', async () => {
    const own = await server();
    const store = await open(own.url);
    for (const jti of ['a', 'b', 'c']) await store.claim(jti, 600);
    await store.watch();
    expect(store.coldSince()).toBeUndefined();
    await admin(own.port, async (redis) => {
      for (const bucket of await bucketsOf(own.port)) await redis.zrem(bucket, 'a');
    });
    clock.advance(2000);
    await store.watch();
    expect(store.coldSince()).toBe(clock.now());
    await admin(own.port, async (redis) => void (await redis.del(await redis.keys('*ledger*'))));
    clock.advance(2000);
    expect(await store.claim('b', 600)).toBe(false);
    expect(store.coldSince()).toBe(clock.now());
    const lostAt = clock.now();
    clock.advance(2000);
    await store.watch();
    expect([await store.claim('c', 600), store.coldSince()]).toEqual([false, lostAt]);
  });

  test('as long as maxmemory-policy lets Redis evict, and when it did in between', async () => {
    const own = await server();
    const lost: string[] = [];
    const store = await open(own.url, { onLoss: (reason) => lost.push(reason) });
    await store.watch();
    await admin(own.port, (redis) => redis.config('SET', 'maxmemory-policy', 'allkeys-random'));
    for (const seconds of [1, 1]) {
      clock.advance(seconds * 1000);
      await store.watch();
      expect(store.coldSince()).toBe(clock.now());
    }
    expect(lost).toEqual(Array(2).fill(expect.stringContaining('set maxmemory-policy noeviction')));
    const evicting = async (redis: Redis) => {
      await redis.set('of another', 'x'.repeat(2_000_000));
      await redis.config('SET', 'maxmemory', '1500000');
      await until(async () => !/^evicted_keys:0/m.test(await redis.info('stats')));
      await redis.config('SET', 'maxmemory-policy', 'noeviction');
      await redis.config('SET', 'maxmemory', '0');
    };
    await admin(own.port, evicting);
    clock.advance(1000);
    await store.watch();
    expect(store.coldSince()).toBe(clock.now());
    const evictedAt = clock.now();
    clock.advance(1000);
    await store.watch();
    expect(store.coldSince()).toBe(evictedAt);
  });

  test('a canary that Redis forgot is a loss; one that it never acknowledged is not', async () => {
    const own = await server();
    const { client, ...connection } = redisConnection(redisAddress(own.url), 1000);
    opened.add(connection);
    let failing = '';
    const run: typeof connection.run = (work, options) =>
      connection.run((real) => {
        const isFailing = failing !== '' && String(work).includes(failing);
        return isFailing ? Promise.reject(new Error('no answer')) : work(real);
      }, options);
    const claims = redisClaims({ connection: { run }, clock, prefix: 'c:', isCluster: false });
    await claims.begin(0);
    await claims.watch();
    failing = 'behalfClaim';
    expect(await failure(claims.watch())).toBeDefined();
    failing = '';
    await claims.watch();
    await claims.watch();
    expect(claims.coldSince()).toBeUndefined();
    // Removed without a trace: bucket and ledger agree.
    await client.eval(
      `for at = 0, 15 do
        local bucket = '{c:claims:0}!bucket:' .. at
        local gone = redis.call('ZREMRANGEBYRANK', bucket, 0, -1)
        if gone > 0 then redis.call('HINCRBY', '{c:claims:0}!ledger', 'bucket:' .. at, -gone) end
      end`,
      0,
    );
    await claims.watch();
    expect(claims.coldSince()).toBe(clock.now());
  });

  test('when the clock of Redis was set ahead, which ends claims that are still good', async () => {
    const own = await server();
    const connection = redisConnection(redisAddress(own.url), 1000);
    opened.add(connection);
    let elapsed = 100;
    const claims = redisClaims({ connection, clock, prefix: 'c:', isCluster: false, elapsed: () => elapsed });
    await claims.begin(0);
    await claims.watch();
    expect(claims.coldSince()).toBeUndefined();
    // By our clock ten seconds less passed than by that of Redis.
    elapsed -= 10;
    await claims.watch();
    expect(claims.coldSince()).toBe(clock.now());
  });

  test('by itself: the timer looks each second', async () => {
    const own = await server();
    const store = await open(own.url, { watchMilliseconds: 20 });
    await admin(own.port, (redis) => redis.config('SET', 'maxmemory-policy', 'volatile-lru'));
    await until(async () => store.coldSince() === clock.now());
  });

  test('what has ended is removed from idle buckets, and the ledger stays right', async () => {
    const own = await server();
    const store = await open(own.url);
    for (let at = 0; at < 100; at += 1) await store.claim(`jti ${at}`, 10);
    await pass(() => own.port)(10_000);
    await store.watch();
    const sizes = await admin(own.port, async (redis) =>
      Promise.all((await redis.keys('*bucket*')).map((bucket) => redis.zcard(bucket))),
    );
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(1);
    expect(await store.claim('jti 1', 10)).toBe(true);
    expect(store.coldSince()).toBeUndefined();
  });

  test('after a failover that lost the last claims, through Sentinel', async () => {
    const master = await server();
    const replica = await server([['replicaof', '127.0.0.1', String(master.port)]]);
    const sentinel = await server(
      [
        ['sentinel', 'monitor', 'main', '127.0.0.1', String(master.port), '1'],
        ['sentinel', 'down-after-milliseconds', 'main', '300'],
        ['sentinel', 'failover-timeout', 'main', '2000'],
      ],
      { isSentinel: true },
    );
    await admin(replica.port, (redis) =>
      until(async () => /master_link_status:up/.test(String(await redis.info('replication')))),
    );
    const store = await open(`redis+sentinel://127.0.0.1:${sentinel.port}/0?group=main`);
    expect(await store.claim('before', 60)).toBe(true);
    await admin(replica.port, (redis) => until(async () => (await redis.dbsize()) >= 2));
    // The replica hears of nothing any more, so this claim dies with the master.
    await admin(master.port, async (redis) => {
      await redis.config('SET', 'requirepass', 'changed');
      await redis.call('CLIENT', 'KILL', 'TYPE', 'replica');
    });
    expect(await store.claim('lost', 60)).toBe(true);
    await master.kill();
    clock.advance(3000);
    let probes = 0;
    await until(async () => (await failure(store.claim(`probe${++probes}`, 60))) === undefined);
    expect(await store.claim('lost', 60)).toBe(true);
    expect(store.coldSince()).toBe(clock.now());
  });
});

describe('FT-04 a Redis that fails while in use', () => {
  test('killed: unavailable within the deadline, then at once; back: works again by itself', async () => {
    const own = await server();
    const store = await open(own.url, { deadlineMilliseconds: 300 });
    await store.set('k', 'v', 60);
    await own.kill();
    await until(async () => isStoreUnavailable(await failure(store.get('k'))));
    await until(async () => /not reachable/.test((await failure(store.get('k')))?.message ?? ''));
    expect(await store.check()).toContain('not reachable');
    await own.restart();
    await until(async () => (await failure(store.set('k', 'w', 60))) === undefined);
    expect(await store.get('k')).toBe('w');
    expect(await store.check()).toBeUndefined();
  });

  test('paused: every method is unavailable within the deadline, and nothing is done twice afterwards', async () => {
    const own = await server();
    const store = await open(own.url, { deadlineMilliseconds: 200 });
    await store.set('k', 'v', 600);
    own.pause();
    const attempts = [
      () => store.set('n', 'v', 600),
      () => store.get('k'),
      () => store.take('k'),
      () => store.claim('jti', 600),
      () => store.count('c', 600),
    ];
    const begin = performance.now();
    const errors = await Promise.all(attempts.map((attempt) => failure(attempt())));
    expect(errors.every(isStoreUnavailable)).toBe(true);
    expect(performance.now() - begin).toBeLessThan(2000);
    own.resume();
    await until(async () => (await failure(store.get('n'))) === undefined);
    expect(await store.count('c', 600)).toBeLessThanOrEqual(2);
  });

  test('read-only: reading goes on while many writes are refused', async () => {
    const own = await server();
    const other = await server();
    const store = await open(own.url);
    await store.set('k', 'v', 600);
    await admin(own.port, (redis) => redis.replicaof('127.0.0.1', other.port));
    const isHeld = async () => (await store.get('k')) !== undefined;
    const seen: unknown[] = [];
    for (let round = 0; round < 30; round += 1) {
      const [read] = await Promise.all([
        failure(isHeld()),
        ...Array.from({ length: 8 }, (_, at) => failure(store.count(`${round}:${at}`, 60))),
      ]);
      seen.push(read);
    }
    expect(seen.filter((error) => error !== undefined)).toEqual([]);
  });

  test('read-only or full: unavailable', async () => {
    const own = await server();
    const other = await server();
    const store = await open(own.url, { deadlineMilliseconds: 300 });
    await admin(own.port, (redis) => redis.replicaof('127.0.0.1', other.port));
    expect(isStoreUnavailable(await failure(store.set('k', 'v', 60)))).toBe(true);
    expect(isStoreUnavailable(await failure(store.claim('k', 60)))).toBe(true);
    await admin(own.port, (redis) => redis.replicaof('NO', 'ONE'));
    await until(async () => (await failure(store.set('k', 'v', 60))) === undefined);
    await admin(own.port, (redis) => redis.config('SET', 'maxmemory', '1'));
    expect(isStoreUnavailable(await failure(store.set('k', 'w', 60)))).toBe(true);
    expect(isStoreUnavailable(await failure(store.claim('another', 60)))).toBe(true);
  });
});

describe('login and TLS', () => {
  test('an ACL user with the rights the guide names, and no other', async () => {
    const rights = ['~b:*', '~{b:*', ...RIGHTS];
    const own = await server([
      ['user', 'default', 'off'],
      ['user', 'behalf', 'on', '>p@ss:word', ...rights],
    ]);
    const store = await open(`redis://behalf:p%40ss:word@127.0.0.1:${own.port}`);
    await store.set('k', 'v', 60);
    expect(await store.get('k')).toBe('v');
    expect(await store.take('k')).toBe('v');
    expect(await store.claim('jti', 60)).toBe(true);
    expect(await store.count('c', 60)).toBe(1);
    expect(await store.check()).toBeUndefined();
    const error = await failure(open(`redis://behalf:wrong@127.0.0.1:${own.port}`, { deadlineMilliseconds: 500 }));
    expect(isStoreUnavailable(error)).toBe(true);
    expect((await failure(open(own.url, { prefix: 'b:', deadlineMilliseconds: 500 })))?.message).toBeDefined();
  });

  test('rediss: with a certificate of an authority that is named, and with no other', async () => {
    const tlsPort = await freePort();
    const own = await server([]);
    execFileSync('openssl', [
      ...'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost'.split(' '),
      ...['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
      ...['-keyout', join(own.folder, 'key.pem'), '-out', join(own.folder, 'cert.pem')],
    ]);
    await admin(own.port, async (redis) => {
      await redis.config(
        'SET',
        'tls-cert-file',
        join(own.folder, 'cert.pem'),
        'tls-key-file',
        join(own.folder, 'key.pem'),
      );
      await redis.config('SET', 'tls-auth-clients', 'no');
      await redis.config('SET', 'tls-ca-cert-file', join(own.folder, 'cert.pem'));
      await redis.config('SET', 'tls-port', String(tlsPort));
    });
    const url = `rediss://127.0.0.1:${tlsPort}`;
    const store = await open(url, { tls: { ca: readFileSync(join(own.folder, 'cert.pem'), 'utf8') } });
    await store.set('k', 'v', 60);
    expect(await store.get('k')).toBe('v');
    expect(isStoreUnavailable(await failure(open(url, { deadlineMilliseconds: 500 })))).toBe(true);
  });
});

/** Of docs/how-to/storage.md. */
const RIGHTS = (
  '+hello +auth +client|setname +ping +info +select +quit +set +get +getdel +eval +evalsha ' +
  '+time +hget +hset +zadd +zcard +zcount +zremrangebyscore +zscore'
).split(' ');
