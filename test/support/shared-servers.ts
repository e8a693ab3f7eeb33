/**
 * MongoDB (or its stand-in) and Redis for the in-process servers of every test file of one run, started by Jest when
 * BEHALF_TEST_STORES=mongodb+redis. Owns starting and removing them, and a part of both for each test: a database
 * and a prefix of keys of its own. Used by running-server.ts and the worlds.
 */
import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import type { Logger } from 'pino';
import { memoryDocumentStore } from '../../adapters/memory/document-store.ts';
import { memoryEphemeralStore } from '../../adapters/memory/ephemeral-store.ts';
import type { Configuration } from '../../config/configuration.ts';
import { loadConfiguration } from '../../config/load.ts';
import { stores } from '../../src/compose/stores.ts';
import type { Clock } from '../../src/domain/ports/clock.ts';
import { atEndOfFile } from './end-of-file.ts';
import { startMongodb } from './mongodb-server.ts';
import { startRedis } from './redis-server.ts';

/** Where a run's servers are; handed to the test files in an environment variable. */
type Servers = { readonly mongodb: string; readonly isStandalone: boolean; readonly redis: string };

/** Not `BEHALF_…`: servers that tests start as processes would take that for a setting. */
const VARIABLE = 'TEST_STORE_SERVERS';

/** Answers what removes them. */
export const startSharedServers = async (): Promise<() => Promise<void>> => {
  const [mongodb, redis] = await Promise.all([startMongodb(), startRedis()]);
  const servers: Servers = { mongodb: mongodb.url('t'), isStandalone: mongodb.isStandalone, redis: redis.url };
  process.env[VARIABLE] = JSON.stringify(servers);
  return async () => {
    delete process.env[VARIABLE];
    await Promise.all([mongodb.remove(), redis.remove()]);
  };
};

/** Whether this run is on MongoDB and Redis. */
export const isOnServers = (): boolean => process.env['BEHALF_TEST_STORES'] === 'mongodb+redis';

export type OwnPart = Awaited<ReturnType<typeof partOfServers>>;

/** A database and a prefix that no other test has, as the settings that choose them; of servers of its own when none are shared. */
export const partOfServers = async () => {
  const endServers = process.env[VARIABLE] ? undefined : await startSharedServers();
  const { mongodb, isStandalone, redis } = JSON.parse(String(process.env[VARIABLE])) as Servers;
  const name = randomBytes(6).toString('hex');
  const [, front, query = ''] = /^([^?]+)(\?.*)?$/.exec(mongodb) ?? [];
  const urls = { mongodb: `${front}_${name}${query}`, redis };
  const prefix = `${name}:`;
  return {
    urls,
    prefix,
    isStandalone,
    environment: {
      BEHALF_MONGODB_URL: urls.mongodb,
      BEHALF_REDIS_URL: redis,
      BEHALF__STORES__REDISPREFIX: prefix,
      BEHALF__STORES__DEADLINEMILLISECONDS: '5000',
    },
    async remove(): Promise<void> {
      const client = new MongoClient(urls.mongodb);
      const keys = new Redis(redis);
      try {
        await client.db().dropDatabase();
        const own = await keys.keys(`*${prefix}*`);
        if (own.length > 0) await keys.del(own);
      } finally {
        await client.close();
        keys.disconnect();
        await endServers?.();
      }
    },
  };
};

/** The stores that the settings of such a part name, as `compose` opens them. */
export const storesOfPart = (part: OwnPart, configuration: Configuration, clock: Clock, log?: Logger) => {
  // Not by their settings: production refuses a standalone, and some tests are of production. And tests are about what
  // is answered; a busy machine must not turn it into 503.
  const own = { allowStandalone: part.isStandalone, deadlineMilliseconds: 20_000 };
  const settings = { ...configuration.stores, ...own };
  return stores({ ...configuration, stores: settings }, log ? { log } : {}, clock, undefined);
};

/** For a server that a test starts as a process: what makes it use a part of its own; nothing when the run is not on servers. */
export const settingsOfRun = async () => {
  if (!isOnServers()) return { environment: {}, remove: async (): Promise<void> => undefined };
  const part = await partOfServers();
  const environment = { ...part.environment, BEHALF__STORES__ALLOWSTANDALONE: String(part.isStandalone) };
  return { environment, remove: part.remove };
};

/** Stores without a server of ours over them, the same as those of `runServer`, until the test file ends. */
export const openStores = async (clock: Clock) => {
  if (!isOnServers()) return { documents: memoryDocumentStore(), ephemeral: memoryEphemeralStore(clock) };
  const part = await partOfServers();
  const { configuration } = loadConfiguration({ env: part.environment });
  const { documents, ephemeral, broadcast } = await storesOfPart(part, configuration, clock);
  atEndOfFile(async () => {
    await Promise.all([documents.close(), ephemeral.close(), broadcast.close()]);
    await part.remove();
  });
  return { documents, ephemeral };
};
