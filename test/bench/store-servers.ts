/** A MongoDB and a Redis for one subject of the bench, and the settings that name them. */
import { MongoClient, ObjectId } from 'mongodb';
import type { MarkMode } from '../../adapters/mongodb/mark-states.ts';
import { startMongodb } from '../support/mongodb-server.ts';
import { startRedis } from '../support/redis-server.ts';
import { type WireCounter, wireCounter } from './wire-count.ts';

export type StoreServers = {
  /** What stands for MongoDB. */
  readonly mongodb: 'real' | 'stand-in';
  readonly environment: Readonly<Record<string, string>>;
  /** With `isCounted`: what goes over the wire. */
  readonly wire?: WireCounter;
  /** For a minute at least, servers take changes for few, so that one mark shows all of them, or for many. */
  setMarkMode(mode: MarkMode): Promise<void>;
  remove(): Promise<void>;
};

export const startStoreServers = async ({ isCounted = false } = {}): Promise<StoreServers> => {
  const mongodb = await startMongodb();
  const redis = await startRedis().catch(async (error: Error) => {
    await mongodb.remove();
    throw error;
  });
  const url = mongodb.url('behalf_bench');
  const wire = isCounted ? await wireCounter({ mongodb: portOf(url), redis: redis.port }) : undefined;
  return {
    mongodb: mongodb.kind,
    environment: {
      BEHALF_MONGODB_URL: wire ? direct(url, wire.ports.mongodb) : url,
      BEHALF_REDIS_URL: wire ? `redis://127.0.0.1:${wire.ports.redis}` : redis.url,
      BEHALF__STORES__ALLOWSTANDALONE: String(mongodb.isStandalone),
      // What is measured is how long a call takes. On a busy machine none of them is to fail.
      BEHALF__STORES__DEADLINEMILLISECONDS: '5000',
    },
    ...(wire ? { wire } : {}),
    async setMarkMode(mode) {
      const client = new MongoClient(url);
      const set = { mode, since: new ObjectId().toHexString() };
      await client.db().collection<{ _id: string }>('behalf_changes').updateOne({ _id: 'common' }, { $set: set });
      await client.close();
    },
    async remove() {
      wire?.close();
      await mongodb.remove();
      await redis.remove();
    },
  };
};

const portOf = (url: string): number => Number(/:(\d+)(?:\/|$)/.exec(url.replace(/^mongodb:\/\//, ''))?.[1] ?? 27017);

/** The driver would go to the addresses that a replica set names, past the proxy. */
const direct = (url: string, port: number): string =>
  `${url.replace(/^mongodb:\/\/[^/]+/, `mongodb://127.0.0.1:${port}`).replace(/\?.*$/, '')}?directConnection=true`;
