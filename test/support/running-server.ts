/**
 * A whole server in this process, over memory stores unless told otherwise: the same `compose` as in
 * production, listening on a free port. Reads the audit trail directly, and can make the stores fail.
 * BEHALF_TEST_STORES=mongodb+redis runs every test that does not say otherwise on those.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { memoryDocumentStore } from '../../adapters/memory/document-store.ts';
import { memoryEphemeralStore } from '../../adapters/memory/ephemeral-store.ts';
import { mongodbDocumentStore } from '../../adapters/mongodb/document-store.ts';
import { systemClock } from '../../adapters/node/clock.ts';
import { loadOrCreateMasterKey } from '../../adapters/node/key-files.ts';
import { stopwatch } from '../../adapters/node/stopwatch.ts';
import { redisEphemeralStore } from '../../adapters/redis/ephemeral-store.ts';
import { openSqlite } from '../../adapters/sqlite/database.ts';
import { sqliteDocumentStore } from '../../adapters/sqlite/document-store.ts';
import { sqliteEphemeralStore } from '../../adapters/sqlite/ephemeral-store.ts';
import { loadConfiguration } from '../../config/load.ts';
import { REMEMBERED } from '../../src/compose/stores.ts';
import { type Behalf, compose } from '../../src/compose.ts';
import type { AuditEvent, AuditEventType } from '../../src/domain/audit/audit-event.ts';
import { type DocumentStore, StoreUnavailable } from '../../src/domain/ports/document-store.ts';
import type { EphemeralStore } from '../../src/domain/ports/ephemeral-store.ts';
import { publicServer } from '../../src/public-server.ts';
import { startMongodb } from './mongodb-server.ts';
import { startRedis } from './redis-server.ts';
import { WITHOUT_LIMITS } from './scene.ts';
import { freePort } from './server-process.ts';

export type RunningServer = Awaited<ReturnType<typeof runServer>>;

export type RunOptions = {
  /** `BEHALF__SECTION__KEY` and the short names. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Default: BEHALF_TEST_STORES, else 'memory'. */
  readonly stores?: 'memory' | 'sqlite' | 'mongodb+redis';
  /** Path part of the issuer, such as '/id'. */
  readonly path?: string;
  /** Keep the limits of a real installation. Default: switched off. */
  readonly limits?: boolean;
  /** Go on where another one, closed with `keepData`, ended: same data, same issuer. Needs stores 'sqlite'. */
  readonly after?: { readonly dataFolder: string; readonly port: number };
  /** With 'sqlite': what may be lost is in memory, and lost when the server ends. */
  readonly losesEphemeral?: boolean;
  /** Receives what the server logs, one JSON text a line. */
  readonly log?: (line: string) => void;
  /** Of a connection, where those of production take too long for a test. */
  readonly bounds?: Parameters<typeof publicServer>[2];
};

/** What a test can break while the server runs. */
export type Faults = {
  /** Names of collections whose writes fail; 'all' for every one. */
  failingWrites: ReadonlySet<string>;
  /** The same for reads. */
  failingReads: ReadonlySet<string>;
  /** Whether the ephemeral store fails. */
  isEphemeralFailing: boolean;
};

export const runServer = async (options: RunOptions = {}) => {
  const dataFolder = options.after?.dataFolder ?? (await mkdtemp(join(tmpdir(), 'behalf-test-')));
  const port = options.after?.port ?? (await freePort());
  const issuer = `http://localhost:${port}${options.path ?? ''}`;
  const { configuration } = loadConfiguration({
    env: {
      PORT: String(port),
      BEHALF_ISSUER: issuer,
      BEHALF_DATA: dataFolder,
      BEHALF_ADMIN_PASSWORD: 'correct horse battery staple',
      BEHALF__PASSWORDS__CONCURRENCY: '2',
      ...(options.limits ? {} : WITHOUT_LIMITS),
      BEHALF__LOG__LEVEL: 'silent',
      ...options.environment,
    },
  });
  const faults: Faults = { failingWrites: new Set(), failingReads: new Set(), isEphemeralFailing: false };
  // Before the database: a database without its key beside it is refused.
  const masterKey = loadOrCreateMasterKey(dataFolder);
  const { removeServers, urls, ...stores } = await storesFor(options, dataFolder);
  const behalf: Behalf = await compose(configuration, {
    masterKey,
    ...stores,
    documents: failable(stores.documents, faults),
    ephemeral: failableEphemeral(stores.ephemeral, faults),
    ...(options.log ? { log: pino({ base: null }, { write: options.log }) } : {}),
  });
  const server: Server = publicServer(configuration.listen, behalf, options.bounds ?? {});
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));

  return {
    issuer,
    port,
    dataFolder,
    administratorKeyFile: join(dataFolder, 'administrator.json'),
    configuration,
    behalf,
    faults,
    /** Of the database servers, with 'mongodb+redis'. */
    urls,
    /** Events of a type, oldest first; all of them without one. */
    async events(type?: AuditEventType): Promise<readonly AuditEvent[]> {
      const { entries } = await behalf.services.audit.list({ limit: 1000, ...(type ? { type } : {}) });
      return entries.map(({ event }) => event as unknown as AuditEvent).reverse();
    },
    async close({ keepData = false } = {}): Promise<void> {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      Object.assign(faults, { failingWrites: new Set(), failingReads: new Set(), isEphemeralFailing: false });
      await behalf.close();
      await removeServers();
      if (!keepData) await rm(dataFolder, { recursive: true, force: true });
    },
  };
};

const storesFor = async ({ stores, losesEphemeral, log }: RunOptions, dataFolder: string) => {
  const removeServers = async (): Promise<void> => undefined;
  const urls = { mongodb: '', redis: '' };
  switch (stores ?? process.env['BEHALF_TEST_STORES'] ?? 'memory') {
    case 'memory':
      return { documents: memoryDocumentStore(), ephemeral: memoryEphemeralStore(systemClock), removeServers, urls };
    case 'mongodb+redis':
      return onServers();
    default: {
      const database = openSqlite({ file: join(dataFolder, 'behalf.db') });
      return {
        documents: sqliteDocumentStore(database, {
          onUnreadable: (collection, id) => log?.(JSON.stringify({ event: 'store.unreadable', collection, id })),
        }),
        ephemeral: losesEphemeral ? memoryEphemeralStore(systemClock) : sqliteEphemeralStore(database, systemClock),
        removeServers,
        urls,
      };
    }
  }
};

const onServers = async () => {
  const [mongodb, redis] = await Promise.all([startMongodb(), startRedis()]);
  // Tests are about what is answered; a busy machine must not turn it into 503.
  const deadlineMilliseconds = 5000;
  return {
    urls: { mongodb: mongodb.url('behalf'), redis: redis.url },
    documents: await mongodbDocumentStore({
      url: mongodb.url('behalf'),
      allowStandalone: mongodb.isStandalone,
      deadlineMilliseconds,
      remembered: { collections: REMEMBERED, elapsed: stopwatch },
    }),
    ephemeral: await redisEphemeralStore({
      url: redis.url,
      clock: systemClock,
      isNewInstallation: true,
      deadlineMilliseconds,
    }),
    async removeServers(): Promise<void> {
      await Promise.all([mongodb.remove(), redis.remove()]);
    },
  };
};

const failable = (store: DocumentStore, faults: Faults): DocumentStore => ({
  ...store,
  collection(declaration) {
    const collection = store.collection<never>(declaration);
    const guarded = <A extends unknown[], R>(
      call: (...given: A) => Promise<R>,
      what: 'Writes' | 'Reads' = 'Writes',
    ) => {
      return async (...given: A): Promise<R> => {
        const failing = faults[`failing${what}`];
        if (failing.has('all') || failing.has(declaration.name)) {
          throw new StoreUnavailable(`${what} of ${declaration.name} fail in this test`);
        }
        return call(...given);
      };
    };
    return {
      insert: guarded(collection.insert),
      insertMany: guarded(collection.insertMany),
      replace: guarded(collection.replace),
      take: guarded(collection.take),
      get: guarded(collection.get, 'Reads'),
      getMany: guarded(collection.getMany, 'Reads'),
      find: guarded(collection.find, 'Reads'),
    } as never;
  },
});

const failableEphemeral = (store: EphemeralStore, faults: Faults): EphemeralStore => {
  const guarded = <A extends unknown[], R>(call: (...given: A) => Promise<R>) => {
    return async (...given: A): Promise<R> => {
      if (faults.isEphemeralFailing) throw new StoreUnavailable('the ephemeral store fails in this test');
      return call(...given);
    };
  };
  return {
    ...store,
    set: guarded(store.set),
    get: guarded(store.get),
    take: guarded(store.take),
    claim: guarded(store.claim),
    count: guarded(store.count),
  };
};
