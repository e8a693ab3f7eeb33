/** What a part of store servers holds, read through the drivers: all of it as text, and rows by collection with `ephemeral` for what is kept for a while. */
import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import type { PostgresqlServer } from './postgresql-server.ts';

export const mongodbText = async (url: string): Promise<string> => {
  const client = new MongoClient(url);
  try {
    const database = client.db();
    const parts: string[] = [];
    for (const { name } of await database.listCollections().toArray()) {
      parts.push(name);
      for await (const document of database.collection(name).find()) parts.push(JSON.stringify(document));
    }
    if (parts.length < 50) throw new Error('hardly anything in MongoDB');
    return parts.join('\n');
  } finally {
    await client.close();
  }
};

export const redisText = async (url: string, prefix: string): Promise<string> => {
  const client = new Redis(url);
  try {
    const keys = await client.keys(`*${prefix}*`);
    if (keys.length < 10) throw new Error('hardly anything in Redis');
    const values = await Promise.all(keys.map((key) => storedAt(client, key)));
    return keys.map((key, index) => `${key} ${values[index]}`).join('\n');
  } finally {
    client.disconnect();
  }
};

export const postgresqlText = async (ask: PostgresqlServer['ask'], schema: string): Promise<string> => {
  const tables = await ask(`SELECT tablename FROM pg_tables WHERE schemaname = '${schema}'`);
  if (tables.length < 50) throw new Error('hardly anything in PostgreSQL');
  const parts: string[] = [];
  for (const { tablename } of tables) {
    // Of bytes, their text; all columns of a row as PostgreSQL writes them.
    const rows = await ask(
      `SELECT held::text AS row${tablename === 'behalf_ephemeral' ? ", encode(value, 'escape') AS value" : ''} FROM ${schema}."${tablename}" AS held`,
    );
    parts.push(String(tablename), ...rows.map(({ row, value }) => `${row} ${value ?? ''}`));
  }
  return parts.join('\n');
};

const storedAt = async (client: Redis, key: string): Promise<string | null> => {
  switch (await client.type(key)) {
    case 'zset':
      return (await client.zrange(key, 0, '-1')).join(' ');
    case 'hash':
      return JSON.stringify(await client.hgetall(key));
    default:
      return client.get(key);
  }
};

type Rows = Readonly<Record<string, number>>;

export const mongodbRows = async (url: string): Promise<Rows> => {
  const client = new MongoClient(url);
  try {
    const database = client.db();
    const names = (await database.listCollections().toArray()).map(({ name }) => name);
    const counted = names.map(async (name) => [name, await database.collection(name).countDocuments()] as const);
    return Object.fromEntries(await Promise.all(counted));
  } finally {
    await client.close();
  }
};

/** Values, counters and claims; without the claims by which a node watches Redis. */
export const redisRows = async (url: string, prefix: string): Promise<number> => {
  const redis = new Redis(url);
  try {
    const keys = await redis.keys(`*${prefix}*`);
    const claims = await Promise.all(
      keys.filter((key) => key.includes('!bucket:')).map((key) => redis.zrange(key, 0, '-1')),
    );
    const kept = keys.filter((key) => key.startsWith(`${prefix}value:`) || key.startsWith(`${prefix}counter:`));
    return kept.length + claims.flat().filter((claim) => !claim.startsWith('canary:')).length;
  } finally {
    redis.disconnect();
  }
};

const COLLECTION = /^c_/;

export const postgresqlRows = async (ask: PostgresqlServer['ask'], schema: string): Promise<Rows> => {
  const tables = await ask(`SELECT tablename FROM pg_tables WHERE schemaname = '${schema}'`);
  const names = tables.map(({ tablename }) => String(tablename));
  const kept = names.filter((name) => COLLECTION.test(name) || name === 'behalf_ephemeral');
  const counts = kept.map((name) => `SELECT '${name}' AS name, count(*)::int AS rows FROM ${schema}."${name}"`);
  const counted = counts.length === 0 ? [] : await ask(counts.join(' UNION ALL '));
  return Object.fromEntries(
    counted.map(({ name, rows }) => [
      String(name)
        .replace(COLLECTION, '')
        .replace(/^behalf_/, ''),
      Number(rows),
    ]),
  );
};
