/** All that the stores of a running server hold, as text, read past the adapters: bytes of the file, or through the drivers. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import type { RunningServer } from './running-server.ts';

export const storedText = async ({ dataFolder, part }: RunningServer): Promise<string> =>
  part
    ? `${await mongodbText(part.urls.mongodb)}\n${await redisText(part.urls.redis, part.prefix)}`
    : fileBytes(dataFolder);

const fileBytes = async (folder: string): Promise<string> => {
  const files = (await readdir(folder)).filter((name) => name.startsWith('behalf.db'));
  if (!files.includes('behalf.db')) throw new Error(`no database in ${folder}`);
  return (await Promise.all(files.map((name) => readFile(join(folder, name), 'latin1')))).join('\n');
};

const mongodbText = async (url: string): Promise<string> => {
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

const redisText = async (url: string, prefix: string): Promise<string> => {
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
