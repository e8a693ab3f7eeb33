import type { Clock } from '../../src/domain/ports/clock.ts';
import { StoreUnavailable } from '../../src/domain/ports/document-store.ts';
import type { EphemeralStore } from '../../src/domain/ports/ephemeral-store.ts';
import { checkKey, checkTtl, checkValue, isPossibleKey } from '../../src/domain/ports/store-rules.ts';
import { redisAddress } from './addresses.ts';
import { type RedisTls, redisConnection } from './connection.ts';
import { unfitness } from './server-facts.ts';

export type RedisStoreOptions = {
  /** See `redisAddress`. */
  readonly url: string;
  readonly clock: Clock;
  /** In front of every key; installations that share a Redis differ in it. */
  readonly prefix?: string;
  /** Longest wait for one call. */
  readonly deadlineMilliseconds?: number;
  /** Nothing was ever used here, so an empty Redis has lost nothing. */
  readonly isNewInstallation?: boolean;
  readonly tls?: RedisTls;
};

export type RedisEphemeralStore = EphemeralStore & {
  coldSince(): number | undefined;
  /** Why Redis cannot be used now, or undefined. */
  check(): Promise<string | undefined>;
};

/** In a Cluster, claims spread over this many slots; each slot has a marker of its own. */
const CLUSTER_SHARDS = 16;

/**
 * Connects and checks the server. Throws StoreUnavailable with the reason when it is not reachable or not fit:
 * older than 6.2, a replica, or with another `maxmemory-policy` than `noeviction`.
 */
export const redisEphemeralStore = async (options: RedisStoreOptions): Promise<RedisEphemeralStore> => {
  const { clock, prefix = 'behalf:', deadlineMilliseconds = 1000, isNewInstallation = false } = options;
  const address = redisAddress(options.url);
  const { client, run, close } = redisConnection(address, deadlineMilliseconds, options.tls);
  const shards = address.kind === 'cluster' ? CLUSTER_SHARDS : 1;
  let coldSince: number | undefined;

  // Braces make everything of a shard one slot of a Cluster.
  const shardOf = (shard: number): string => `{${prefix}claims:${shard}}`;
  const valueKey = (key: string): string => `${prefix}value:${key}`;
  const counterKey = (key: string): string => `${prefix}counter:${key}`;

  /** A value is over when our clock says so, as everywhere else, and never later than by Redis' own. */
  const live = (held: string | null): string | undefined => {
    const [whole, end] = /^(\d+):/.exec(held ?? '') ?? [];
    return whole !== undefined && Number(end) > clock.nowMillis() ? held?.slice(whole.length) : undefined;
  };

  /**
   * A claim is over by Redis' clock alone: the longer it is remembered, the better. A claim of no seconds only looks at
   * the marker, and sets it when it is missing.
   */
  const claim = async (shard: number, key: string, ttlSeconds: number, since = clock.now()): Promise<boolean> => {
    const tag = shardOf(shard);
    const [first, marker] = await run(() => client.behalfClaim(`${tag}:${key}`, `${tag}!marker`, ttlSeconds, since));
    const lostAt = Number(marker.slice(marker.indexOf(':') + 1));
    if (lostAt > 0) coldSince = Math.max(coldSince ?? 0, lostAt);
    return first === 1;
  };

  try {
    const reason = await run(unfitness);
    if (reason !== undefined) throw new StoreUnavailable(reason);
    for (let shard = 0; shard < shards; shard += 1) await claim(shard, '', 0, isNewInstallation ? 0 : clock.now());
  } catch (error) {
    await close();
    throw error;
  }

  return {
    async set(key, value, ttlSeconds) {
      checkKey(key);
      checkValue(value);
      checkTtl(ttlSeconds);
      const held = `${clock.nowMillis() + ttlSeconds * 1000}:${value}`;
      // Never twice: somebody may have taken the value in between.
      await run(() => client.set(valueKey(key), held, 'EX', ttlSeconds));
    },
    async get(key) {
      if (!isPossibleKey(key)) return undefined;
      return live(await run(() => client.get(valueKey(key)), { isRepeatable: true }));
    },
    async take(key) {
      if (!isPossibleKey(key)) return undefined;
      return live(await run(() => client.getdel(valueKey(key))));
    },
    async claim(key, ttlSeconds) {
      checkKey(key);
      checkTtl(ttlSeconds);
      return claim(shardFor(key, shards), key, ttlSeconds);
    },
    async count(key, windowSeconds) {
      checkKey(key);
      checkTtl(windowSeconds);
      const now = clock.nowMillis();
      return run(() => client.behalfCount(counterKey(key), windowSeconds, now, now + windowSeconds * 1000));
    },
    /** Redis removes what has expired by itself. */
    async sweep() {
      return run(async () => ({ removed: 0, isDone: true }));
    },
    async countExpired() {
      return run(async () => 0);
    },
    coldSince: () => coldSince,
    async check() {
      try {
        return await run(unfitness);
      } catch (error) {
        return (error as Error).message;
      }
    },
    close,
  };
};

const shardFor = (key: string, shards: number): number => {
  let sum = 0;
  for (let at = 0; at < key.length; at += 1) sum = (sum * 31 + key.charCodeAt(at)) % 65_521;
  return sum % shards;
};
