/**
 * A whole server in this process, over memory stores unless told otherwise: the same `compose` as in
 * production, listening on a free port. Reads the audit trail directly, and can make the stores fail.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryDocumentStore } from '../../adapters/memory/document-store.ts';
import { memoryEphemeralStore } from '../../adapters/memory/ephemeral-store.ts';
import { systemClock } from '../../adapters/node/clock.ts';
import { loadConfiguration } from '../../config/load.ts';
import { type Behalf, compose } from '../../src/compose.ts';
import type { AuditEvent, AuditEventType } from '../../src/domain/audit/audit-event.ts';
import { type DocumentStore, StoreUnavailable } from '../../src/domain/ports/document-store.ts';
import { WITHOUT_LIMITS } from './scene.ts';
import { freePort } from './server-process.ts';

export type RunningServer = Awaited<ReturnType<typeof runServer>>;

export type RunOptions = {
  /** `BEHALF__SECTION__KEY` and the short names. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Default 'memory'. */
  readonly stores?: 'memory' | 'sqlite';
  /** Path part of the issuer, such as '/id'. */
  readonly path?: string;
  /** Keep the limits of a real installation. Default: switched off. */
  readonly limits?: boolean;
};

/** What a test can break while the server runs. */
export type Faults = {
  /** Names of collections whose writes fail; 'all' for every one. */
  failingWrites: ReadonlySet<string>;
};

export const runServer = async (options: RunOptions = {}) => {
  const dataFolder = await mkdtemp(join(tmpdir(), 'behalf-test-'));
  const port = await freePort();
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
  const faults: Faults = { failingWrites: new Set() };
  const behalf: Behalf = await compose(
    configuration,
    options.stores === 'sqlite'
      ? {}
      : { documents: failable(memoryDocumentStore(), faults), ephemeral: memoryEphemeralStore(systemClock) },
  );
  const server: Server = createServer(behalf.handle).on('connection', behalf.accepted);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));

  return {
    issuer,
    port,
    dataFolder,
    administratorKeyFile: join(dataFolder, 'administrator.json'),
    configuration,
    behalf,
    faults,
    /** Events of a type, oldest first; all of them without one. */
    async events(type?: AuditEventType): Promise<readonly AuditEvent[]> {
      const { entries } = await behalf.services.audit.list({ limit: 1000, ...(type ? { type } : {}) });
      return entries.map(({ event }) => event as unknown as AuditEvent).reverse();
    },
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      faults.failingWrites = new Set();
      await behalf.close();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
};

const failable = (store: DocumentStore, faults: Faults): DocumentStore => ({
  ...store,
  collection(declaration) {
    const collection = store.collection<never>(declaration);
    const guarded = <A extends unknown[], R>(write: (...given: A) => Promise<R>) => {
      return async (...given: A): Promise<R> => {
        if (faults.failingWrites.has('all') || faults.failingWrites.has(declaration.name)) {
          throw new StoreUnavailable(`writes to ${declaration.name} fail in this test`);
        }
        return write(...given);
      };
    };
    return {
      ...collection,
      insert: guarded(collection.insert),
      insertMany: guarded(collection.insertMany),
      replace: guarded(collection.replace),
      take: guarded(collection.take),
    } as never;
  },
});
