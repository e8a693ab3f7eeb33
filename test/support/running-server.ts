/**
 * A whole server in this process, over memory stores unless told otherwise: the same `compose` as in
 * production, listening on a free port. Reads the audit log directly, and can make the stores fail.
 * BEHALF_TEST_STORES=mongodb+redis or =postgresql runs every test that does not say otherwise on those.
 */
import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import { memoryDocumentStore } from '../../adapters/memory/document-store.ts';
import { memoryEphemeralStore } from '../../adapters/memory/ephemeral-store.ts';
import { systemClock } from '../../adapters/node/clock.ts';
import { loadOrCreateMasterKey } from '../../adapters/node/key-files.ts';
import { stopwatch } from '../../adapters/node/stopwatch.ts';
import { openSqlite } from '../../adapters/sqlite/database.ts';
import { sqliteDocumentStore } from '../../adapters/sqlite/document-store.ts';
import { sqliteEphemeralStore } from '../../adapters/sqlite/ephemeral-store.ts';
import type { Configuration } from '../../config/configuration.ts';
import { loadConfiguration } from '../../config/load.ts';
import type { Overrides } from '../../src/compose/foundations.ts';
import { type Behalf, compose } from '../../src/compose.ts';
import type { AuditEvent, AuditEventType } from '../../src/domain/audit/audit-event.ts';
import { masterKey as derivedFrom } from '../../src/domain/platform/crypto/master-key.ts';
import { type DocumentStore, StoreUnavailable } from '../../src/domain/ports/document-store.ts';
import type { EphemeralStore } from '../../src/domain/ports/ephemeral-store.ts';
import { publicServer } from '../../src/public-server.ts';
import { auditReader } from './audit-reader.ts';
import { awaitedAppend } from './awaited-append.ts';
import { newDataFolder } from './data-folder.ts';
import { freePort } from './free-port.ts';
import type { LocalAuthority } from './local-authority.ts';
import { WITHOUT_LIMITS } from './scene.ts';
import type { OwnPart, ServerKind } from './server-kinds.ts';
import { kindOfRun, partOfServers, storesOfPart } from './shared-servers.ts';
import { giveSigningKey } from './shared-signing-key.ts';
import { throughInserts } from './through-inserts.ts';

export type RunningServer = Awaited<ReturnType<typeof runServer>>;

export type RunOptions = {
  /** `BEHALF__SECTION__KEY` and the short names. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Default: memory, or those that BEHALF_TEST_STORES names. */
  readonly stores?: 'memory' | 'sqlite' | ServerKind;
  /** Over https, and so in production: with a certificate of this authority, at a port that others were told. */
  readonly tls?: {
    readonly authority: Pick<LocalAuthority, 'certificateFor'>;
    readonly port: number;
    /** Default: localhost. Browsers keep the cookies of two hosts apart, and not those of two ports. */
    readonly host?: '127.0.0.1';
  };
  /** Path part of the issuer, such as '/id'. */
  readonly path?: string;
  /** Keep the limits of a real installation. Default: switched off. */
  readonly limits?: boolean;
  /** Go on where another one, closed with `keepData`, ended: same data, same issuer. Needs stores 'sqlite'. */
  readonly after?: { readonly dataFolder: string; readonly port: number };
  /** With 'sqlite': what may be lost is in memory, and lost when the server ends. */
  readonly losesEphemeral?: boolean;
  /** Puts something between the server and its documents. */
  readonly between?: (documents: DocumentStore) => DocumentStore;
  /** Which layers of decisions are left out on which routes; asked each time. */
  readonly withoutLayer?: NonNullable<Overrides['withoutLayer']>;
  /** Answers in place of the hosts from which the server fetches documents. */
  readonly trustedFetch?: NonNullable<Overrides['trustedFetch']>;
  /** Receives what the server logs, one JSON text a line. */
  readonly log?: (line: string) => void;
  /** After which a request gets 503. Default: longer than in production, because a busy machine must not turn an answer into 503. */
  readonly deadlineMilliseconds?: number;
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
  /** Awaited before the ephemeral store claims a one-time value. */
  beforeClaim?: (() => Promise<void>) | undefined;
};

/** Production refuses so little. A test about the cost of a hash says its own. */
const QUICK_HASHES = { BEHALF__PASSWORDS__ARGON2MEMORYKIB: '8', BEHALF__PASSWORDS__ARGON2PASSES: '1' };

export const runServer = async (options: RunOptions = {}) => {
  const dataFolder = options.after?.dataFolder ?? (await newDataFolder());
  const port = options.after?.port ?? options.tls?.port ?? (await freePort());
  const origin = `${options.tls ? 'https' : 'http'}://${options.tls?.host ?? 'localhost'}:${port}`;
  const issuer = `${origin}${options.path ?? ''}`;
  const which = options.stores ?? kindOfRun() ?? 'memory';
  const part = which === 'memory' || which === 'sqlite' ? undefined : await partOfServers(which);
  const { configuration } = loadConfiguration({
    env: {
      PORT: String(port),
      BEHALF_ISSUER: issuer,
      BEHALF_DATA: dataFolder,
      BEHALF_ADMIN_PASSWORD: 'correct horse battery staple',
      BEHALF__PASSWORDS__CONCURRENCY: '2',
      ...((options.environment?.['BEHALF_ISSUER'] ?? issuer).startsWith('http:') ? QUICK_HASHES : {}),
      ...(options.limits ? {} : WITHOUT_LIMITS),
      BEHALF__LOG__LEVEL: 'silent',
      ...(options.tls ? await tlsSettings(options.tls.authority, dataFolder) : {}),
      ...part?.environment,
      ...options.environment,
    },
  });
  const faults: Faults = { failingWrites: new Set(), failingReads: new Set(), isEphemeralFailing: false };
  // Before the database: a database without its key beside it is refused.
  const masterKey = loadOrCreateMasterKey(dataFolder);
  const log = options.log && pino({ base: null }, { write: options.log });
  const stores = await storesFor(options, configuration, part, log);
  if (!options.after) await giveSigningKey(stores.documents, derivedFrom(masterKey));
  const calls = storeCalls();
  const audit = auditReader();
  const documents = audit.watched(stores.documents);
  const behalf: Behalf = await compose(configuration, {
    masterKey,
    audit: (log) => ({ ...log, append: awaitedAppend(log.append) }),
    requestDeadlineMilliseconds: options.deadlineMilliseconds ?? 25_000,
    // Few tests are about the second that a message may wait, and many wait for one. A server is asked three times at each interval, which
    // takes 1 ms of processor time each.
    tellEveryMilliseconds: part ? 250 : 50,
    documents: failable(options.between?.(documents) ?? documents, faults, calls),
    ephemeral: failableEphemeral(stores.ephemeral, faults, calls),
    ...('broadcast' in stores ? { broadcast: stores.broadcast } : {}),
    ...(log ? { log } : {}),
    ...(options.withoutLayer ? { withoutLayer: options.withoutLayer } : {}),
    ...(options.trustedFetch ? { trustedFetch: options.trustedFetch } : {}),
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
    /** Of this server alone, on store servers. */
    part,
    /** Resolves when no store is at work: what an answer did not wait for, such as the event of a refusal, is there. */
    async settled(): Promise<void> {
      await behalf.refusalsWritten().catch(() => undefined);
      await calls.settled();
    },
    /** Events of a type, oldest first; all of them without one. */
    async events(type?: AuditEventType): Promise<readonly AuditEvent[]> {
      await behalf.refusalsWritten().catch(() => undefined);
      return audit.events(type);
    },
    /** How many audit records this server has appended, and the events of those that it appended after so many. */
    appended: audit.appended,
    eventsSince: audit.since,
    async close({ keepData = false } = {}): Promise<void> {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      Object.assign(faults, { failingWrites: new Set(), failingReads: new Set(), isEphemeralFailing: false });
      await behalf.close();
      await part?.remove();
      if (!keepData) await rm(dataFolder, { recursive: true, force: true });
    },
  };
};

const tlsSettings = async (authority: Pick<LocalAuthority, 'certificateFor'>, folder: string) => {
  const { cert, key } = await authority.certificateFor('DNS:localhost,IP:127.0.0.1');
  const [certificateFile, keyFile] = [join(folder, 'tls.pem'), join(folder, 'tls.key')];
  await writeFile(certificateFile, cert);
  await writeFile(keyFile, key, { mode: 0o600 });
  return {
    BEHALF__LISTEN__TLS__CERTIFICATEFILE: certificateFile,
    BEHALF__LISTEN__TLS__KEYFILE: keyFile,
    // Not the one that is used, but production wants one named.
    BEHALF__KEYS__MASTERKEY: randomBytes(32).toString('base64url'),
  };
};

const storesFor = async (
  options: RunOptions,
  configuration: Configuration,
  part: OwnPart | undefined,
  log: Logger | undefined,
) => {
  if (part) return storesOfPart(part, configuration, systemClock, log);
  if (options.stores !== 'sqlite') {
    return { documents: memoryDocumentStore(), ephemeral: memoryEphemeralStore(systemClock) };
  }
  const database = openSqlite({ file: join(configuration.data.folder, 'behalf.db'), elapsed: stopwatch });
  return {
    documents: sqliteDocumentStore(database, {
      onUnreadable: (collection, id) => options.log?.(JSON.stringify({ event: 'store.unreadable', collection, id })),
    }),
    ephemeral: options.losesEphemeral ? memoryEphemeralStore(systemClock) : sqliteEphemeralStore(database, systemClock),
  };
};

/** Counts the calls under way. */
const storeCalls = () => {
  let underWay = 0;
  let waiting: (() => void)[] = [];
  return {
    async during<T>(call: () => Promise<T>): Promise<T> {
      underWay += 1;
      try {
        return await call();
      } finally {
        underWay -= 1;
        if (underWay === 0) {
          for (const resolve of waiting) resolve();
          waiting = [];
        }
      }
    },
    async settled(): Promise<void> {
      // Between two calls of one request nothing but what is ready runs, so a few turns in a row are enough.
      for (let quiet = 0; quiet < 5; ) {
        if (underWay > 0) await new Promise<void>((resolve) => waiting.push(resolve));
        await new Promise((resolve) => setImmediate(resolve));
        quiet = underWay === 0 ? quiet + 1 : 0;
      }
    },
  };
};

const failable = (store: DocumentStore, faults: Faults, calls: ReturnType<typeof storeCalls>): DocumentStore => ({
  ...store,
  ...throughInserts(store, calls.during, ({ collection }) => {
    if (faults.failingWrites.has('all') || faults.failingWrites.has(collection)) {
      throw new StoreUnavailable(`Writes of ${collection} fail in this test`);
    }
  }),
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
        return calls.during(() => call(...given));
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

const failableEphemeral = (
  store: EphemeralStore,
  faults: Faults,
  calls: ReturnType<typeof storeCalls>,
): EphemeralStore => {
  const guarded = <A extends unknown[], R>(call: (...given: A) => Promise<R>) => {
    return async (...given: A): Promise<R> => {
      if (faults.isEphemeralFailing) throw new StoreUnavailable('the ephemeral store fails in this test');
      return calls.during(() => call(...given));
    };
  };
  return {
    ...store,
    set: guarded(store.set),
    get: guarded(store.get),
    take: guarded(store.take),
    claim: guarded(async (...given) => {
      await faults.beforeClaim?.();
      return store.claim(...given);
    }),
    count: guarded(store.count),
  };
};
