/**
 * The document port over MongoDB 4.4 or newer. Each decision is one document; there are no transactions. Owns all
 * communication with MongoDB. Created by src/compose.ts; tested by test/contract/mongodb.test.ts.
 *
 * This file: the client, the checks at start, and deadlines.
 */
import { type Db, MongoClient, MongoNetworkTimeoutError, MongoServerSelectionError } from 'mongodb';
import { isDocumentConflict, isStoreUnavailable, StoreUnavailable } from '../../src/domain/ports/document-store.ts';
import { stuckDriver } from './stuck-driver.ts';

export type MongodbOptions = {
  /** `mongodb://` or `mongodb+srv://`; the database is `behalf` unless it names one. */
  readonly url: string;
  /** Accept a server that is no member of a replica set, which may lose acknowledged writes: for development. */
  readonly allowStandalone?: boolean;
  /** Longest wait for one call. */
  readonly deadlineMilliseconds?: number;
  /**
   * Collections whose `get` and `getMany` are linearizable: a primary that was replaced without noticing never
   * answers them. Slower.
   */
  readonly linearizable?: readonly string[];
};

/**
 * Format of the stored data; any other is refused. In format 1 collections, members and ids have other names. Processes of format 2 announce
 * their changes in another document, so they must not run beside those of format 3.
 */
const FORMAT = 3;

export interface MongodbConnection {
  /** The database that the URL names, or `behalf`. */
  readonly database: Db;

  /** Whether the database held nothing of ours when this process connected. */
  readonly isNew: boolean;

  /** Longest wait for one call. */
  readonly deadlineMilliseconds: number;

  /** Names of the collections whose `get` and `getMany` are linearizable. */
  readonly linearizable: ReadonlySet<string>;

  /**
   * Runs `work` within the deadline, or `patience` times that. Throws StoreUnavailable on any failure but a
   * conflict.
   */
  run<T>(work: () => Promise<T>, patience?: number): Promise<T>;

  /** Why MongoDB is unavailable now, or undefined. */
  check(): Promise<string | undefined>;

  /** Idempotent. Waits for running calls, at most as long as one can take. */
  close(): Promise<void>;
}

/** Connects and checks the server. Throws StoreUnavailable with the reason when it is unreachable or unsuitable. */
export const connectMongodb = async (options: MongodbOptions): Promise<MongodbConnection> => {
  const { url, allowStandalone = false, deadlineMilliseconds = 1000 } = options;
  assertStrong(url);
  const client = new MongoClient(url, {
    appName: 'behalf',
    writeConcern: { w: 'majority', journal: true, wtimeoutMS: deadlineMilliseconds },
    readConcern: { level: 'majority' },
    readPreference: 'primary',
    // The driver retries each once; on a replica set a retried write has one effect.
    retryWrites: true,
    retryReads: true,
    serverSelectionTimeoutMS: deadlineMilliseconds,
    connectTimeoutMS: deadlineMilliseconds,
    socketTimeoutMS: deadlineMilliseconds,
    waitQueueTimeoutMS: deadlineMilliseconds,
  });
  const database = client.db(/^[^:]+:\/\/[^/]+\/[^?]/.test(url) ? undefined : 'behalf');
  const driver = stuckDriver(client, deadlineMilliseconds);
  let isClosed = false;

  const run = async <T>(work: () => Promise<T>, patience = 1): Promise<T> => {
    if (isClosed) throw new StoreUnavailable('the store is closed');
    const { promise: late, reject } = Promise.withResolvers<never>();
    const most = patience * deadlineMilliseconds;
    const timer = setTimeout(() => reject(new StoreUnavailable(`MongoDB did not answer within ${most} ms`)), most);
    const worked = work();
    // Also after the deadline, when no caller waits for it any more.
    driver.watch(worked);
    try {
      return await Promise.race([worked, late]);
    } catch (error) {
      throw isStoreUnavailable(error) || isDocumentConflict(error) ? error : unavailable(error);
    } finally {
      clearTimeout(timer);
    }
  };

  let isNew: boolean;
  try {
    const reason = await firstAnswer(async () => {
      await client.connect();
      return unfitness(database, allowStandalone);
    });
    if (reason !== undefined) throw new StoreUnavailable(reason);
    isNew = await checkFormat(database);
  } catch (error) {
    await driver.stop();
    await client.close();
    throw isStoreUnavailable(error) ? error : unavailable(error);
  }

  return {
    database,
    isNew,
    deadlineMilliseconds,
    linearizable: new Set(options.linearizable ?? []),
    run,
    async check(): Promise<string | undefined> {
      try {
        return await run(() => unfitness(database, allowStandalone));
      } catch (error) {
        return (error as Error).message;
      }
    },
    async close(): Promise<void> {
      isClosed = true;
      const { promise: late, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, 4 * deadlineMilliseconds);
      await Promise.race([Promise.allSettled(driver.underWay()), late]);
      clearTimeout(timer);
      await driver.stop();
      await client.close();
    },
  };
};

/** How often the first answer is asked for. Each time that none comes takes a deadline. */
const FIRST_TRIES = 5;

/**
 * The first answer takes longer than any later one: the driver resolves names, derives keys and discovers members, and the server may
 * start at the same time. So `ask` is called again while no answer comes in time. Other errors count at once.
 */
const firstAnswer = async <T>(ask: () => Promise<T>): Promise<T> => {
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask();
    } catch (error) {
      if (tries === FIRST_TRIES || !isLate(error)) throw error;
    }
  }
};

/** The driver does not export the class of a wait for a connection that took too long. */
const isLate = (error: unknown): boolean =>
  error instanceof MongoServerSelectionError ||
  error instanceof MongoNetworkTimeoutError ||
  (error as Error).name === 'MongoWaitQueueTimeoutError';

/** Refuses options of the URL that contradict our guarantees; options it leaves out are set here. */
const assertStrong = (url: string): void => {
  for (const [name, value] of new URLSearchParams(url.split('?')[1] ?? '')) {
    const refuse = (wanted: string): never => {
      throw new StoreUnavailable(`the MongoDB URL says ${name}=${value}: ${wanted}`);
    };
    switch (name.toLowerCase()) {
      case 'w':
        if (value !== 'majority') refuse('leave it out, or use w=majority, or what was acknowledged can be lost');
        break;
      case 'journal':
      case 'j':
      case 'retrywrites':
        if (value !== 'true') refuse('leave it out, or use true');
        break;
      case 'readpreference':
        if (value !== 'primary') refuse('leave it out: other members may not know yet what was revoked');
        break;
      case 'readconcernlevel':
        if (value !== 'majority') refuse('leave it out: what other levels read can be rolled back');
        break;
    }
  }
};

const unfitness = async (database: Db, allowStandalone: boolean): Promise<string | undefined> => {
  const hello = await database.admin().command({ isMaster: 1 });
  const isReplicated = hello['setName'] !== undefined || hello['msg'] === 'isdbgrid';
  if (!isReplicated && !allowStandalone) {
    return 'MongoDB is a standalone server, which can lose what it has acknowledged: make it a replica set (of one member at least), or for development set stores.allowStandalone';
  }
  return hello['ismaster'] === true ? undefined : 'MongoDB has no primary';
};

/**
 * Whether the database was empty. Also the first write, so that a database user without write permission is detected
 * at start.
 */
const checkFormat = async (database: Db): Promise<boolean> => {
  const formats = database.collection<{ _id: string; version: number }>('behalf_format');
  const held = await formats.findOne({ _id: 'format' });
  if (held?.version === 2) {
    throw new StoreUnavailable(
      'the database was written by a version that announces changes in another way (format 2), and no release wrote it; move the data to an empty database with `behalf export` of that version and `behalf import` of this one',
    );
  }
  if (held && held.version < FORMAT) {
    throw new StoreUnavailable(
      `the database was written before collections and ids got the names they have (format ${held.version}), and no release wrote it; name an empty database`,
    );
  }
  if (held && held.version > FORMAT) {
    throw new StoreUnavailable(`the database was written by a newer version of Behalf (format ${held.version})`);
  }
  await formats.updateOne({ _id: 'format' }, { $set: { version: FORMAT } }, { upsert: true });
  return held === null;
};

const DUPLICATE_KEY = 11000;

export const isDuplicate = (error: unknown): boolean =>
  (error as { code?: unknown } | undefined)?.code === DUPLICATE_KEY;

/** Whether a failed write may still have happened. */
export const isUnknownOutcome = (error: unknown): boolean =>
  isStoreUnavailable(error) && !(error.cause instanceof MongoServerSelectionError);

/** The driver's own message, which may name the server, is in `cause`. */
const unavailable = (error: unknown): StoreUnavailable =>
  new StoreUnavailable(
    error instanceof MongoServerSelectionError ? 'MongoDB has no primary in reach' : 'MongoDB failed',
    { cause: error },
  );
