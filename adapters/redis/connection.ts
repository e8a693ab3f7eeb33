import { Cluster, type ClusterOptions, type DNSLookupFunction, Redis, type RedisOptions } from 'ioredis';
import { isStoreUnavailable, StoreUnavailable } from '../../src/domain/ports/document-store.ts';
import type { RedisAddress } from './addresses.ts';
import { CLAIM, COUNT, WATCH } from './scripts.ts';

/** Our own commands, defined by the scripts. */
type Scripted = {
  behalfClaim(
    ledger: string,
    bucket: string,
    since: number,
    name: string,
    claim: string,
    seconds: number,
  ): Promise<readonly [number, string]>;
  /** Number of keys, then the keys, then the arguments. */
  behalfWatch(keys: number, ...keysAndArguments: readonly (string | number)[]): Promise<readonly [string, string]>;
  behalfCount(counter: string, seconds: number, now: number, end: number, by: number): Promise<number>;
};

export type RedisClient = (Redis | Cluster) & Scripted;

/** PEM certificates to verify the server's against; default: those that Node trusts. */
export type RedisTls = { readonly ca?: string };

const LONGEST_WAIT_MILLISECONDS = 1000;
const BETWEEN_ATTEMPTS_MILLISECONDS = 5;

export interface RedisConnection {
  /** The client of the driver, for its events; commands go through `run`. */
  readonly client: RedisClient;

  /**
   * Runs `work` within the deadline. Each time the connection breaks meanwhile, repeatable work is tried again.
   * Throws StoreUnavailable on any failure.
   */
  run<T>(
    work: (client: RedisClient) => Promise<T>,
    options?: { readonly isRepeatable?: boolean | undefined },
  ): Promise<T>;

  /** Idempotent. Waits for pending replies, at most until the deadline. */
  close(): Promise<void>;
}

/**
 * One connection that reconnects by itself. Nothing is queued. While it is down, callers wait for it until the
 * deadline; when it has been down that long, they fail at once.
 */
export const redisConnection = (
  address: RedisAddress,
  deadlineMilliseconds: number,
  tls: RedisTls = {},
): RedisConnection => {
  const client = clientOf(address, deadlineMilliseconds, tls);
  let ready = Promise.withResolvers<void>();
  let isUp = false;
  let isClosed = false;
  let isGivenUp = false;
  let reason: unknown;
  let givingUp: NodeJS.Timeout | undefined;

  const down = (): void => {
    if (isUp) ready = Promise.withResolvers();
    isUp = false;
    givingUp ??= setTimeout(() => {
      isGivenUp = true;
    }, deadlineMilliseconds).unref();
  };
  down();
  client.on('ready', () => {
    clearTimeout(givingUp);
    givingUp = undefined;
    isGivenUp = false;
    isUp = true;
    reason = undefined;
    ready.resolve();
  });
  client.on('close', down);
  client.on('end', () => {
    down();
    if (isClosed) return;
    // The driver gives up when a search for the master fails at the wrong moment; this retries.
    setTimeout(() => {
      if (!isClosed) client.connect().catch(() => undefined);
    }, LONGEST_WAIT_MILLISECONDS).unref();
  });
  // Without a listener an error event would end the process. The failing calls report what matters.
  client.on('error', (error: unknown) => {
    reason = error;
  });

  return {
    client,
    async run<T>(work: (client: RedisClient) => Promise<T>, { isRepeatable = false } = {}): Promise<T> {
      if (isClosed) throw new StoreUnavailable('the store is closed');
      if (isGivenUp) throw new StoreUnavailable('Redis is not reachable', { cause: reason });
      const { promise: late, reject } = Promise.withResolvers<never>();
      let isLate = false;
      const timer = setTimeout(() => {
        isLate = true;
        reject(new StoreUnavailable(`Redis did not answer within ${deadlineMilliseconds} ms`, { cause: reason }));
      }, deadlineMilliseconds);
      const attempt = async (): Promise<T> => {
        if (!isUp) await ready.promise;
        // The caller already got an error: the work must not happen now.
        if (isLate) throw new StoreUnavailable('too late');
        return work(client);
      };
      try {
        const attempts = async (): Promise<T> => {
          while (true) {
            try {
              return await attempt();
            } catch (error) {
              if (!isRepeatable || isAnswer(error) || isLate) throw error;
              // A break that the driver has not yet noticed would end the next attempt at once, and the one after
              // it.
              await new Promise((resolve) => setTimeout(resolve, BETWEEN_ATTEMPTS_MILLISECONDS));
            }
          }
        };
        const worked = attempts();
        // No caller waits for it any more when the deadline has passed.
        worked.catch(() => undefined);
        return await Promise.race([worked, late]);
      } catch (error) {
        throw isStoreUnavailable(error) ? error : new StoreUnavailable('Redis failed', { cause: error });
      } finally {
        clearTimeout(timer);
      }
    },
    async close(): Promise<void> {
      if (isClosed) return;
      isClosed = true;
      clearTimeout(givingUp);
      const timer = setTimeout(() => client.disconnect(), deadlineMilliseconds);
      await client.quit().catch(() => client.disconnect());
      clearTimeout(timer);
    },
  };
};

/** Whether Redis itself refused, in contrast to a broken connection. */
const isAnswer = (error: unknown): boolean => (error as { name?: unknown } | undefined)?.name === 'ReplyError';

const clientOf = (address: RedisAddress, deadline: number, tls: RedisTls): RedisClient => {
  const login = {
    ...(address.username === undefined ? {} : { username: address.username }),
    ...(address.password === undefined ? {} : { password: address.password }),
  };
  const common = {
    ...login,
    ...(address.isTls ? { tls: { ...tls } } : {}),
    connectionName: 'behalf',
    // Needs a separate permission, and Redis 7.2.
    disableClientInfo: true,
    connectTimeout: deadline,
    // A connection that is silent for this long is presumed dead, and a new one is opened.
    socketTimeout: 2 * deadline,
    // How long a closed connection may delay the process: closing waits for pending replies first.
    disconnectTimeout: 100,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    // A former master answers READONLY: look for the current master again. Not for each such answer: every break
    // also ends the reads under way, which a replica could have answered.
    reconnectOnError: atMostEach(deadline, (error: Error) => error.message.startsWith('READONLY')),
  } satisfies RedisOptions;
  const scripts = {
    behalfClaim: { lua: CLAIM, numberOfKeys: 2 },
    behalfWatch: { lua: WATCH },
    behalfCount: { lua: COUNT, numberOfKeys: 1 },
  };
  const again = (times: number): number => Math.min(25 * 2 ** Math.min(times, 6), LONGEST_WAIT_MILLISECONDS);

  if (address.kind === 'cluster') {
    const { enableOfflineQueue, ...ofNodes } = common;
    const options = {
      redisOptions: ofNodes,
      enableOfflineQueue,
      scripts,
      clusterRetryStrategy: again,
      maxRedirections: 4,
      retryDelayOnFailover: 100,
      slotsRefreshTimeout: deadline,
      // Names unresolved: certificates are for names, and the client would otherwise resolve addresses.
      ...(address.isTls ? { dnsLookup: unresolved } : {}),
    } satisfies ClusterOptions;
    return new Cluster([...address.hosts], options) as RedisClient;
  }
  if (address.kind === 'sentinel') {
    return new Redis({
      ...common,
      scripts,
      db: address.database,
      sentinels: [...address.hosts],
      name: address.group,
      sentinelUsername: address.sentinelUsername,
      sentinelPassword: address.sentinelPassword,
      enableTLSForSentinelMode: address.isTls,
      ...(address.isTls ? { sentinelTLS: { ...tls } } : {}),
      sentinelCommandTimeout: deadline,
      sentinelRetryStrategy: again,
      retryStrategy: again,
    }) as RedisClient;
  }
  const [{ host, port } = { host: 'localhost', port: 6379 }] = address.hosts;
  return new Redis({ ...common, scripts, host, port, db: address.database, retryStrategy: again }) as RedisClient;
};

/** True for an error that `isReason`, once, and again when that many milliseconds have passed. */
const atMostEach = (milliseconds: number, isReason: (error: Error) => boolean): ((error: Error) => boolean) => {
  let isResting = false;
  return (error) => {
    if (isResting || !isReason(error)) return false;
    isResting = true;
    setTimeout(() => {
      isResting = false;
    }, milliseconds).unref();
    return true;
  };
};

const unresolved: DNSLookupFunction = (name, found) => found(null, name);
