/** What lies in the stores of a running server, by table or collection; without the audit log, which grows by design. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import type { RunningServer } from './running-server.ts';
import type { OwnPart } from './shared-servers.ts';

export type StoredRows = Readonly<Record<string, number>>;

/**
 * Tables that hold the audit log, what follows from it a second later (figures, findings, uses of scopes, responses), and heartbeats of nodes, which come and go: they
 * are bounded by other rules.
 */
const OF_AUDIT =
  /audit|checkpoint|refusal|outcome|notification|changes|collections|nodes|findings|client_activity|agent_facts|fleet_networks|scope_use|response|discovery/;

/** Rows of each table that has any. The file may be open in the server. */
export const storedRows = (dataFolder: string): StoredRows => {
  const database = new DatabaseSync(join(dataFolder, 'behalf.db'), { readOnly: true, timeout: 5000 });
  try {
    const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all() as { name: string }[];
    return Object.fromEntries(
      tables
        .map(({ name }) => [
          name,
          (database.prepare(`SELECT count(*) AS rows FROM "${name}"`).get() as { rows: number }).rows,
        ])
        .filter(([name, rows]) => !OF_AUDIT.test(String(name)) && Number(rows) > 0),
    ) as StoredRows;
  } finally {
    database.close();
  }
};

/**
 * The same of a server in this process, on SQLite or on MongoDB and Redis. What is kept for a while is `ephemeral` in both.
 * Redis removes it by its own clock, not by that of the test.
 */
export const storedIn = async ({
  part,
  dataFolder,
}: Pick<RunningServer, 'part' | 'dataFolder'>): Promise<StoredRows> =>
  part ? { ...(await documentsIn(part)), ephemeral: await keysIn(part) } : storedRows(dataFolder);

const documentsIn = async ({ urls }: OwnPart): Promise<StoredRows> => {
  const client = new MongoClient(urls.mongodb);
  try {
    const database = client.db();
    const names = (await database.listCollections().toArray()).map(({ name }) => name);
    const counted = names
      .filter((name) => !OF_AUDIT.test(name))
      .map(async (name) => [name, await database.collection(name).countDocuments()] as const);
    return Object.fromEntries((await Promise.all(counted)).filter(([, rows]) => rows > 0));
  } finally {
    await client.close();
  }
};

/** Values, counters and claims; without the claims by which a node watches Redis. */
const keysIn = async ({ urls, prefix }: OwnPart): Promise<number> => {
  const redis = new Redis(urls.redis);
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
