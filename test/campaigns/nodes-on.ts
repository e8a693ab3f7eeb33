/** Several server processes on the same stores, as on several machines: on database servers they share nothing else. */
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RedisServer } from '../support/redis-server.ts';
import { WITHOUT_LIMITS } from '../support/scene.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { type ServerStores, startStores } from './server-stores.ts';

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
  try {
    const { name, environment: chosen, ofSeveral, redis, remove: removeStores } = await startStores(stores);
    removals.push(removeStores);
    const isInFolder = Object.keys(chosen).length === 0;
    const shared: Readonly<Record<string, string>> = {
      ...WITHOUT_LIMITS,
      ...settings,
      ...chosen,
      ...ofSeveral,
      ...(isInFolder ? {} : { BEHALF__KEYS__MASTERKEY: randomBytes(32).toString('base64url') }),
    };
    const folderOf = (node: number): string => (isInFolder ? folder : join(folder, String(node)));
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
      name,
      issuer,
      servers,
      administratorKeyFile: first.administratorKeyFile,
      environment: { ...environment, BEHALF_DATA: folderOf(isInFolder ? 0 : count) },
      ...(redis ? { redis } : {}),
      log: () => servers.map((server) => server.log().slice(-2000)).join('\n'),
      remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
};
