/** The stores that campaigns run on: a row for each kind, which starts what outlives the servers and says how servers choose it. */
import { startMongodb } from '../support/mongodb-server.ts';
import { startPostgresql } from '../support/postgresql-server.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';

export type StartedStores = {
  /** What stands behind the servers. */
  readonly name: string;
  /** The settings of a server that choose them. None: they are in its data folder. */
  readonly environment: Readonly<Record<string, string>>;
  /** Further settings where several nodes begin at once. */
  readonly ofSeveral?: Readonly<Record<string, string>>;
  readonly redis?: RedisServer;
  /** A database server that keeps what it acknowledged when it is killed. */
  readonly database?: { kill(): Promise<void>; restart(): Promise<void> };
  remove(): Promise<void>;
};

const inMongodb = async (): Promise<StartedStores> => {
  const mongodb = await startMongodb();
  const redis = await startRedis([['maxmemory-policy', 'noeviction']]).catch(async (error: Error) => {
    await mongodb.remove();
    throw error;
  });
  return {
    name: `mongodb (${mongodb.kind}) + redis`,
    environment: {
      BEHALF_MONGODB_URL: mongodb.url('behalf_campaign'),
      BEHALF_REDIS_URL: redis.url,
      BEHALF__STORES__ALLOWSTANDALONE: String(mongodb.isStandalone),
    },
    // The stand-in is slow at its start, and so is each call while several nodes begin on two cores.
    ...(mongodb.kind === 'real' ? {} : { ofSeveral: { BEHALF__STORES__DEADLINEMILLISECONDS: '4000' } }),
    redis,
    async remove() {
      await mongodb.remove();
      await redis.remove();
    },
  };
};

const inPostgresql = async (): Promise<StartedStores> => {
  const postgresql = await startPostgresql();
  return {
    name: 'postgresql',
    environment: { BEHALF_POSTGRESQL_URL: postgresql.url('behalf_campaign') },
    database: postgresql,
    remove: postgresql.remove,
  };
};

const STORES = {
  sqlite: async (): Promise<StartedStores> => ({ name: 'sqlite', environment: {}, remove: async () => undefined }),
  'mongodb+redis': inMongodb,
  postgresql: inPostgresql,
} as const;

export type ServerStores = keyof typeof STORES;

export const SERVER_STORES = Object.keys(STORES) as readonly ServerStores[];

export const startStores = (stores: ServerStores): Promise<StartedStores> => STORES[stores]();
