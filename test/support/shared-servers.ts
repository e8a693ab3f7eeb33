/**
 * Store servers for the in-process servers of every test file of one run, started by Jest when BEHALF_TEST_STORES names them:
 * MongoDB (or its stand-in) and Redis, or PostgreSQL. Owns starting and removing them, and a part of them for each test. Used by
 * running-server.ts and the worlds.
 */
import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { memoryDocumentStore } from '../../adapters/memory/document-store.ts';
import { memoryEphemeralStore } from '../../adapters/memory/ephemeral-store.ts';
import type { Configuration } from '../../config/configuration.ts';
import { loadConfiguration } from '../../config/load.ts';
import { stores } from '../../src/compose/stores.ts';
import type { Clock } from '../../src/domain/ports/clock.ts';
import { atEndOfFile } from './end-of-file.ts';
import { type OwnPart, SERVER_KINDS, type ServerKind, serversOf } from './server-kinds.ts';

/** Where a run's servers are; handed to the test files in an environment variable. */
type Servers = { readonly kind: ServerKind; readonly address: unknown };

/** Not `BEHALF_…`: servers that tests start as processes would take that for a setting. */
const VARIABLE = 'TEST_STORE_SERVERS';

/** The servers that BEHALF_TEST_STORES names; undefined: the stores of the run are none. Throws when it names others. */
export const kindOfRun = (): ServerKind | undefined => {
  const named = process.env['BEHALF_TEST_STORES'];
  const kind = SERVER_KINDS.find((one) => one === named);
  if (named && kind === undefined) {
    throw new Error(`BEHALF_TEST_STORES=${named}: it takes ${SERVER_KINDS.join(', ')}`);
  }
  return kind;
};

/** Whether this run is on servers. */
export const isOnServers = (): boolean => kindOfRun() !== undefined;

/** Resolves with what removes them. */
export const startSharedServers = async (kind: ServerKind): Promise<() => Promise<void>> => {
  const { address, remove } = await serversOf(kind).start();
  const servers: Servers = { kind, address };
  process.env[VARIABLE] = JSON.stringify(servers);
  return async () => {
    delete process.env[VARIABLE];
    await remove();
  };
};

/** A part that no other test has; of servers of its own when none of this kind are shared. */
export const partOfServers = async (kind: ServerKind): Promise<OwnPart> => {
  const shared = process.env[VARIABLE];
  const held = shared === undefined ? undefined : (JSON.parse(shared) as Servers);
  const isShared = held?.kind === kind;
  const { partOf, start } = serversOf(kind);
  const servers = isShared ? { address: held.address, remove: undefined } : await start();
  const part = partOf(servers.address, randomBytes(6).toString('hex'));
  return {
    ...part,
    async remove() {
      await part.remove();
      await servers.remove?.();
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
  const kind = kindOfRun();
  if (kind === undefined) return { environment: {}, remove: async (): Promise<void> => undefined };
  const part = await partOfServers(kind);
  const environment = { ...part.environment, BEHALF__STORES__ALLOWSTANDALONE: String(part.isStandalone) };
  return { environment, remove: part.remove };
};

/** Stores without a server of ours over them, the same as those of `runServer`, until the test file ends. */
export const openStores = async (clock: Clock) => {
  const kind = kindOfRun();
  if (kind === undefined) return { documents: memoryDocumentStore(), ephemeral: memoryEphemeralStore(clock) };
  const part = await partOfServers(kind);
  const { configuration } = loadConfiguration({ env: part.environment });
  const { documents, ephemeral, broadcast } = await storesOfPart(part, configuration, clock);
  atEndOfFile(async () => {
    await Promise.all([documents.close(), ephemeral.close(), broadcast.close()]);
    await part.remove();
  });
  return { documents, ephemeral };
};
