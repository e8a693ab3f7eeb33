/** Several server processes on the same stores, as on several machines: on MongoDB and Redis they share nothing else. */
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MongodbServer, startMongodb } from '../support/mongodb-server.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { WITHOUT_LIMITS } from '../support/scene.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import type { ServerStores } from './server-on.ts';

export type NodesOn = {
  /** What stands behind them. */
  readonly name: string;
  readonly issuer: string;
  readonly servers: readonly ServerProcess[];
  readonly administratorKeyFile: string;
  /** Settings of one more node. */
  readonly environment: Readonly<Record<string, string>>;
  readonly redis?: RedisServer;
  log(): string;
  remove(): Promise<void>;
};

const isEmpty = (folder: string | undefined): boolean =>
  folder !== undefined && !(existsSync(folder) && readdirSync(folder).length > 0);

/** `settings`: of every node, besides those that lift the limits. */
export const startNodesOn = async (
  stores: ServerStores,
  count: number,
  settings: Readonly<Record<string, string>> = {},
): Promise<NodesOn> => {
  const folder = await mkdtemp(join(tmpdir(), 'behalf-nodes-'));
  const removals: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  const remove = async (): Promise<void> => {
    for (const one of removals.splice(0).reverse()) await one();
  };
  const shared: Record<string, string> = { ...WITHOUT_LIMITS, ...settings };
  let mongodb: MongodbServer | undefined;
  let redis: RedisServer | undefined;
  try {
    if (stores === 'mongodb+redis') {
      mongodb = await startMongodb();
      removals.push(mongodb.remove);
      redis = await startRedis([['maxmemory-policy', 'noeviction']]);
      removals.push(redis.remove);
      Object.assign(shared, {
        BEHALF_MONGODB_URL: mongodb.url('behalf_campaign'),
        BEHALF_REDIS_URL: redis.url,
        BEHALF__STORES__ALLOWSTANDALONE: String(mongodb.isStandalone),
        BEHALF__KEYS__MASTERKEY: randomBytes(32).toString('base64url'),
        // The stand-in is slow at its start, and so is each call while several nodes begin on two cores.
        ...(mongodb.kind === 'real' ? {} : { BEHALF__STORES__DEADLINEMILLISECONDS: '4000' }),
      });
    }
    const folderOf = (node: number): string => (stores === 'sqlite' ? folder : join(folder, String(node)));
    // The first one makes the administrator and the key files, alone.
    const first = await startServer({ dataFolder: folderOf(0), environment: shared });
    removals.push(first.remove);
    // A process keeps what it compiled when it ends by itself, and most nodes of campaigns are killed.
    if (isEmpty(process.env['NODE_COMPILE_CACHE'])) {
      await first.stop();
      await first.restart();
    }
    const { issuer } = first;
    const environment = { ...shared, BEHALF_ISSUER: issuer };
    const others = await Promise.all(
      Array.from({ length: count - 1 }, async (_, index) => {
        const server = await startServer({ dataFolder: folderOf(index + 1), environment });
        removals.push(server.remove);
        return server;
      }),
    );
    const servers = [first, ...others];
    return {
      name: mongodb === undefined ? stores : `mongodb (${mongodb.kind}) + redis`,
      issuer,
      servers,
      administratorKeyFile: first.administratorKeyFile,
      environment: { ...environment, BEHALF_DATA: folderOf(stores === 'sqlite' ? 0 : count) },
      ...(redis ? { redis } : {}),
      log: () => servers.map((server) => server.log().slice(-2000)).join('\n'),
      remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
};
