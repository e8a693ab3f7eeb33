/**
 * The kinds of stores in servers that a run of tests can be on: a row for each, which starts the servers once, and gives each test a part of its
 * own of them. Used by shared-servers.ts.
 */
import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import {
  mongodbRows,
  mongodbText,
  postgresqlRows,
  postgresqlText,
  redisRows,
  redisText,
} from './contents-of-servers.ts';
import { startMongodb } from './mongodb-server.ts';
import { postgresqlAt, startPostgresql } from './postgresql-server.ts';
import { startRedis } from './redis-server.ts';

/** Settings that choose the part, and what is in it. */
export type OwnPart = {
  readonly environment: Readonly<Record<string, string>>;
  /** Whether the setting for a MongoDB without replicas is needed. */
  readonly isStandalone: boolean;
  /** All that it holds, read past the adapters. */
  text(): Promise<string>;
  /** Rows of each collection, and of `ephemeral`. */
  rows(): Promise<Readonly<Record<string, number>>>;
  remove(): Promise<void>;
};

/** `address`: where they are, for `partOf` in other processes. */
type Started<A> = { readonly address: A; remove(): Promise<void> };

type Kind<A> = {
  start(): Promise<Started<A>>;
  /** `name`: that no other test has. */
  partOf(address: A, name: string): OwnPart;
};

/** Tests are about what is answered: a busy machine must not turn it into 503. */
const PATIENCE = { BEHALF__STORES__DEADLINEMILLISECONDS: '5000' };

type MongodbAndRedis = { readonly mongodb: string; readonly isStandalone: boolean; readonly redis: string };

/** A database and a prefix of keys. */
const mongodbAndRedis: Kind<MongodbAndRedis> = {
  async start() {
    const [mongodb, redis] = await Promise.all([startMongodb(), startRedis()]);
    return {
      address: { mongodb: mongodb.url('t'), isStandalone: mongodb.isStandalone, redis: redis.url },
      async remove() {
        await Promise.all([mongodb.remove(), redis.remove()]);
      },
    };
  },
  partOf({ mongodb, isStandalone, redis }, name) {
    const [, front, query = ''] = /^([^?]+)(\?.*)?$/.exec(mongodb) ?? [];
    const url = `${front}_${name}${query}`;
    const prefix = `${name}:`;
    return {
      isStandalone,
      environment: {
        ...PATIENCE,
        BEHALF_MONGODB_URL: url,
        BEHALF_REDIS_URL: redis,
        BEHALF__STORES__REDISPREFIX: prefix,
      },
      text: async () => `${await mongodbText(url)}\n${await redisText(redis, prefix)}`,
      rows: async () => ({ ...(await mongodbRows(url)), ephemeral: await redisRows(redis, prefix) }),
      async remove() {
        const client = new MongoClient(url);
        const keys = new Redis(redis);
        try {
          await client.db().dropDatabase();
          const own = await keys.keys(`*${prefix}*`);
          if (own.length > 0) await keys.del(own);
        } finally {
          await client.close();
          keys.disconnect();
        }
      },
    };
  },
};

/** A schema. */
const postgresql: Kind<{ readonly port: number }> = {
  async start() {
    const server = await startPostgresql();
    return { address: { port: server.port }, remove: server.remove };
  },
  partOf({ port }, name) {
    const { url, ask } = postgresqlAt(port);
    const schema = `t_${name}`;
    return {
      isStandalone: false,
      environment: { ...PATIENCE, BEHALF_POSTGRESQL_URL: url(schema) },
      text: () => postgresqlText(ask, schema),
      rows: () => postgresqlRows(ask, schema),
      async remove() {
        await ask(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
      },
    };
  },
};

const KINDS = { 'mongodb+redis': mongodbAndRedis, postgresql } as const;

export type ServerKind = keyof typeof KINDS;

export const SERVER_KINDS = Object.keys(KINDS) as readonly ServerKind[];

/** Of each kind the address is its own, and was made by its own `start`. */
export const serversOf = (kind: ServerKind): Kind<unknown> => KINDS[kind] as Kind<unknown>;
