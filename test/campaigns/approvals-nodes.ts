/** Three servers in this process on the same stores, with one clock that stands still until it is moved. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mock } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { memoryDocumentStore } from '../../adapters/memory/document-store.ts';
import { memoryEphemeralStore } from '../../adapters/memory/ephemeral-store.ts';
import { systemClock } from '../../adapters/node/clock.ts';
import { loadOrCreateMasterKey } from '../../adapters/node/key-files.ts';
import { openSqlite } from '../../adapters/sqlite/database.ts';
import { sqliteDocumentStore } from '../../adapters/sqlite/document-store.ts';
import { sqliteEphemeralStore } from '../../adapters/sqlite/ephemeral-store.ts';
import type { Configuration } from '../../config/configuration.ts';
import { loadConfiguration } from '../../config/load.ts';
import { type Behalf, compose } from '../../src/compose.ts';
import { APPROVALS } from '../../src/domain/approvals/approval.ts';
import type { Broadcast } from '../../src/domain/ports/broadcast.ts';
import type { DocumentStore } from '../../src/domain/ports/document-store.ts';
import type { EphemeralStore } from '../../src/domain/ports/ephemeral-store.ts';
import { publicServer } from '../../src/public-server.ts';
import { freePort } from '../support/free-port.ts';
import { WITHOUT_LIMITS } from '../support/scene.ts';
import { type OwnPart, SERVER_KINDS, type ServerKind } from '../support/server-kinds.ts';
import { partOfServers, storesOfPart } from '../support/shared-servers.ts';
import type { Random } from './campaign.ts';
import { type Node, nodeClient } from './node-client.ts';

export type ApprovalStores = 'memory' | 'sqlite' | ServerKind;
export const APPROVAL_STORES: readonly ApprovalStores[] = ['memory', 'sqlite', ...SERVER_KINDS];

/** Seconds an agent has to fetch the token of what was approved. */
export const REDEEM_SECONDS = 30;

/** People have so long at least, for any wish of the agent (docs/how-to/approvals.md). */
export const LEAST_SECONDS = 60;

/** What is remembered of MongoDB follows changes within this (docs/explanation/revocation.md). */
const REMEMBERED_MILLISECONDS = 250;

export type NodeHere = { readonly behalf: Behalf; readonly client: Node };

export type NodesHere = {
  readonly issuer: string;
  readonly administratorKeyFile: string;
  readonly nodes: readonly NodeHere[];
  /** Milliseconds after which an edit that was answered counts at every node. */
  readonly bound: number;
  close(): Promise<void>;
};

/** Epoch seconds of all servers and of the campaign. */
export const secondNow = (): number => Math.floor(Date.now() / 1000);

export const stopTime = (): void => mock.timers.enable({ apis: ['Date'], now: Date.now() });
export const startTime = (): void => mock.timers.reset();
export const passTime = (seconds: number): void => mock.timers.setTime(Date.now() + seconds * 1000);

export const startNodesHere = async (stores: ApprovalStores, count: number, random: Random): Promise<NodesHere> => {
  const folder = await mkdtemp(join(tmpdir(), 'behalf-approvals-'));
  const removals: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  const close = async (): Promise<void> => {
    for (const one of removals.splice(0).reverse()) await one();
  };
  try {
    const ports = [];
    for (let node = 0; node < count; node += 1) ports.push(await freePort());
    const issuer = `http://localhost:${ports[0]}`;
    const masterKey = loadOrCreateMasterKey(folder);
    const part = stores === 'memory' || stores === 'sqlite' ? undefined : await partOfServers(stores);
    if (part) removals.push(part.remove);
    const open = opener(stores, join(folder, 'behalf.db'), part);
    const nodes: NodeHere[] = [];
    for (const [process, port] of ports.entries()) {
      const { configuration } = loadConfiguration({
        env: {
          ...WITHOUT_LIMITS,
          PORT: String(port),
          BEHALF_ISSUER: issuer,
          BEHALF_DATA: folder,
          BEHALF_ADMIN_PASSWORD: 'correct horse battery staple',
          BEHALF__LOG__LEVEL: 'silent',
          BEHALF__APPROVALS__MOSTOPEN: '16',
          BEHALF__APPROVALS__MOSTOPENPERAPPROVER: '100',
          BEHALF__APPROVALS__REDEEMSECONDS: String(REDEEM_SECONDS),
          ...part?.environment,
        },
      });
      const opened = await open(configuration);
      const behalf = await compose(configuration, {
        ...opened,
        documents: overtaken(opened.documents, random),
        ephemeral: withoutFloodLimits(opened.ephemeral),
        masterKey,
        machine: { host: 'here', process: process + 1, isAlive: () => true },
        requestDeadlineMilliseconds: 25_000,
      });
      removals.push(behalf.close);
      const server = publicServer(configuration.listen, behalf).listen(port, '127.0.0.1');
      removals.push(() => closed(server));
      await once(server, 'listening');
      const client = nodeClient(port, issuer);
      removals.push(async () => client.close());
      nodes.push({ behalf, client });
    }
    const administratorKeyFile = join(folder, 'administrator.json');
    return {
      issuer,
      administratorKeyFile,
      nodes,
      bound: stores === 'mongodb+redis' ? REMEMBERED_MILLISECONDS : 0,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
};

const closed = async (server: Server): Promise<void> => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
};

type Opened = {
  readonly documents: DocumentStore;
  readonly ephemeral: EphemeralStore;
  readonly broadcast?: Broadcast;
};

/** Memory is one store for all; of SQLite and of servers each node has connections of its own, as processes have. */
const opener = (
  stores: ApprovalStores,
  file: string,
  part: OwnPart | undefined,
): ((configuration: Configuration) => Promise<Opened>) => {
  if (part) {
    return async (configuration) => {
      const { documents, ephemeral, broadcast } = await storesOfPart(part, configuration, systemClock);
      return { documents, ephemeral, broadcast };
    };
  }
  if (stores === 'sqlite') {
    return async () => {
      const database = openSqlite({ file });
      return { documents: sqliteDocumentStore(database), ephemeral: sqliteEphemeralStore(database, systemClock) };
    };
  }
  const documents: DocumentStore = { ...memoryDocumentStore(), close: async () => undefined };
  const ephemeral: EphemeralStore = { ...memoryEphemeralStore(systemClock), close: async () => undefined };
  return async () => ({ documents, ephemeral });
};

/** Turns of the loop in which others may overtake a reader of an approval, as between processes. */
const MOST_TURNS = 4;

/** In one process a reading and the swap that follows from it would mostly be one turn, and no other task would come between. */
const overtaken = (store: DocumentStore, random: Random): DocumentStore => ({
  ...store,
  collection(declaration) {
    const collection = store.collection<never>(declaration);
    if (declaration.name !== APPROVALS.name) return collection as never;
    const slowly =
      <A extends unknown[], R>(read: (...given: A) => Promise<R>) =>
      async (...given: A): Promise<R> => {
        const found = await read(...given);
        for (let turn = random.integer(MOST_TURNS + 1); turn > 0; turn -= 1) await nextTurn();
        return found;
      };
    return { ...collection, get: slowly(collection.get), find: slowly(collection.find) } as never;
  },
});

const FLOOD = /^approval-(?:hour|denied|muted|owner-hour):/;

/** The same few agents ask the same person a hundred thousand times: how often one may is not what is looked at here. */
const withoutFloodLimits = (store: EphemeralStore): EphemeralStore => ({
  ...store,
  count: async (key, seconds) => (FLOOD.test(key) ? 1 : store.count(key, seconds)),
});
