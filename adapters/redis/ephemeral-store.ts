import type { Clock } from '../../src/domain/ports/clock.ts';
import { StoreUnavailable } from '../../src/domain/ports/document-store.ts';
import type { EphemeralStore } from '../../src/domain/ports/ephemeral-store.ts';
import { checkKey, checkStep, checkTtl, checkValue, isPossibleKey } from '../../src/domain/ports/store-rules.ts';
import { redisAddress } from './addresses.ts';
import { redisClaims } from './claims.ts';
import { type RedisTls, redisConnection } from './connection.ts';
import { unfitness } from './server-facts.ts';

export type RedisStoreOptions = {
  /** See `redisAddress`. */
  readonly url: string;
  readonly clock: Clock;
  /** Prefix of every key; installations that share a Redis have different ones. */
  readonly prefix?: string;
  /** Longest wait for one call. */
  readonly deadlineMilliseconds?: number;
  /** Nothing was ever used here, so an empty Redis has lost nothing. */
  readonly isNewInstallation?: boolean;
  readonly tls?: RedisTls;
  /** Seconds since some fixed moment; never set. Absent: a step of Redis' clock is not noticed. */
  readonly elapsed?: () => number;
  /** How often to check whether Redis has lost claims, or may; 0: only when `watch` is called. Default: 1000. */
  readonly watchMilliseconds?: number;
  /** Called when claims may have been lost, with the reason; at most once a second. */
  readonly onLoss?: (reason: string) => void;
};

export type RedisEphemeralStore = EphemeralStore & {
  coldSince(): number | undefined;
  /** Why Redis is unavailable now, or undefined. */
  check(): Promise<string | undefined>;
  /** One check for lost claims, as the timer makes it each second. Throws StoreUnavailable. */
  watch(): Promise<void>;
};

const WATCH_EVERY_MILLISECONDS = 1000;

/**
 * Connects and checks the server. Throws StoreUnavailable with the reason when it is unreachable or unsuitable:
 * older than 6.2, a replica, or with another `maxmemory-policy` than `noeviction`.
 */
export const redisEphemeralStore = async (options: RedisStoreOptions): Promise<RedisEphemeralStore> => {
  const { clock, prefix = 'behalf:', deadlineMilliseconds = 1000, isNewInstallation = false } = options;
  const address = redisAddress(options.url);
  const connection = redisConnection(address, deadlineMilliseconds, options.tls);
  const { client, run } = connection;
  const claims = redisClaims({
    connection,
    clock,
    prefix,
    isCluster: address.kind === 'cluster',
    ...(options.elapsed === undefined ? {} : { elapsed: options.elapsed }),
    ...(options.onLoss === undefined ? {} : { onLoss: options.onLoss }),
  });
  const valueKey = (key: string): string => `${prefix}value:${key}`;
  const counterKey = (key: string): string => `${prefix}counter:${key}`;

  /** A value ends when our clock says so, as in every other store, and never later than by Redis' own. */
  const live = (held: string | null): string | undefined => {
    const [whole, end] = /^(\d+):/.exec(held ?? '') ?? [];
    return whole !== undefined && Number(end) > clock.nowMillis() ? held?.slice(whole.length) : undefined;
  };

  try {
    const reason = await run(unfitness);
    if (reason !== undefined) throw new StoreUnavailable(reason);
    await claims.begin(isNewInstallation ? 0 : clock.now());
  } catch (error) {
    await connection.close();
    throw missingRight(error) ?? error;
  }

  const every = options.watchMilliseconds ?? WATCH_EVERY_MILLISECONDS;
  let watching: NodeJS.Timeout | undefined;
  let isClosed = false;
  // Each check begins after the one before: a slow server gets no second one. Without Redis nothing can be claimed
  // anyway.
  const watchAgain = (): void => {
    if (!isClosed) watching = setTimeout(() => claims.watch().then(watchAgain, watchAgain), every).unref();
  };
  if (every > 0) watchAgain();

  return {
    async set(key, value, ttlSeconds) {
      checkKey(key);
      checkValue(value);
      checkTtl(ttlSeconds);
      const held = `${clock.nowMillis() + ttlSeconds * 1000}:${value}`;
      // Never twice: another caller may have taken the value in between.
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
      return claims.claim(key, ttlSeconds);
    },
    async count(key, windowSeconds, by = 1) {
      checkKey(key);
      checkStep(by);
      checkTtl(windowSeconds);
      const now = clock.nowMillis();
      return run(() => client.behalfCount(counterKey(key), windowSeconds, now, now + windowSeconds * 1000, by));
    },
    /** Redis removes expired values by itself. */
    async sweep() {
      return run(async () => ({ removed: 0, isDone: true }));
    },
    async countExpired() {
      return run(async () => 0);
    },
    coldSince: claims.coldSince,
    watch: claims.watch,
    async check() {
      try {
        return await run(unfitness);
      } catch (error) {
        return (error as Error).message;
      }
    },
    async close() {
      isClosed = true;
      clearTimeout(watching);
      await connection.close();
    },
  };
};

/** The error at start for a permission that an ACL user lacks. */
const missingRight = (error: unknown): StoreUnavailable | undefined => {
  const { cause } = error as { cause?: unknown };
  const message = String((cause as Error | undefined)?.message);
  if (!message.includes('NOPERM')) return undefined;
  return new StoreUnavailable(`the Redis user lacks a right that docs/how-to/storage.md lists: ${message}`, { cause });
};
