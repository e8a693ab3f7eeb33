/**
 * One SQLite file that both stores stand on: opening and checking it, and the queue in which writes
 * share a transaction and a sync to disk. Knows no collection and no key; `document-store.ts` and
 * `ephemeral-store.ts` bring the SQL. Several processes may hold the file at once (server and CLI).
 *
 * Writes called in one turn of the event loop are one transaction. It is committed without a sync
 * (`synchronous=NORMAL`); then one `fdatasync` of the write-ahead log on the thread pool makes all
 * that is in it last, while the event loop goes on (docs/decisions/0003-two-store-ports-and-group-commit.md).
 */
import { fdatasync } from 'node:fs';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { isDocumentConflict, StoreUnavailable } from '../../src/domain/ports/document-store.ts';
import { BUSY_TIMEOUT_MS, openFile } from './open-file.ts';
import { isBusy, unavailable } from './sqlite-errors.ts';

export type SqliteOptions = {
  /** Path of the file; made, with its folder, when there is none. */
  readonly file: string;
  /** Called before each COMMIT; what it throws makes the commit fail. For tests. */
  readonly onCommit?: () => void;
  /** Brings a file to stable storage. Default `fdatasync`. For tests. */
  readonly sync?: (handle: number, done: (error: Error | null) => void) => void;
  /** Seconds since some moment, never set: bounds how long a sweep keeps the event loop. Absent: only its rows are bounded. */
  readonly elapsed?: () => number;
};

/** `durable`: on stable storage when the promise resolves. `buffered`: outlives the process, not the machine. */
export type Durability = 'durable' | 'buffered';

export type SqliteDatabase = {
  /** Seconds since some moment, never set. */
  elapsed(): number;
  /** A prepared statement, made once for each text. Use it inside `read`, `write` and `define` only. */
  prepare(sql: string): StatementSync;
  /** Runs a synchronous read. Throws StoreUnavailable whatever the reason of a failure. */
  read<T>(work: () => T): T;
  /**
   * Runs `work` inside the next transaction, in the order of the calls. Throws DocumentConflict when
   * `work` does and StoreUnavailable on any other failure. What `work` did before it threw stays.
   */
  write<T>(work: () => T, durability: Durability): Promise<T>;
  /** Runs schema changes at once, in a transaction of their own. Lasts like a buffered write until a durable one follows. */
  define(work: () => void): void;
  /** Counts one more user; what is returned gives it up, and the last one closes the file. */
  attach(): () => Promise<void>;
  /** Writes what is queued, then closes the file. Idempotent. */
  close(): Promise<void>;
};

type Job = {
  readonly work: () => unknown;
  readonly durability: Durability;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  result?: unknown;
  error?: unknown;
};

/** Bounds how long one transaction keeps the event loop: some 10 µs each. */
const MAX_BATCH = 500;
/** Another process holds the write lock for milliseconds; after about five seconds something is wrong. */
const BUSY_RETRIES = 200;
const BUSY_PAUSE_MS = 20;
const DEFINE_BUSY_TIMEOUT_MS = 5000;

/** Opens the file. Throws StoreUnavailable, with a text for the operator, when it is damaged, newer or not ours. */
export const openSqlite = (options: SqliteOptions): SqliteDatabase => {
  const { connection, log, closeLog } = openFile(options.file);
  const sync = options.sync ?? fdatasync;
  const statements = new Map<string, StatementSync>();

  let queue: Job[] = [];
  let unsynced: Job[] = [];
  let isFlushPlanned = false;
  let isSyncing = false;
  let busyRetries = 0;
  let users = 0;
  let closing: Promise<void> | undefined;
  let isOpen = true;
  /** Set once a sync has failed: what the kernel still holds is unknown, so nothing is believed until a restart. */
  let failure: StoreUnavailable | undefined;
  let idle: (() => void) | undefined;

  const prepare = (sql: string): StatementSync => {
    const known = statements.get(sql);
    if (known) return known;
    const made = connection.prepare(sql);
    made.setReturnArrays(true);
    statements.set(sql, made);
    return made;
  };
  const begin = prepare('BEGIN IMMEDIATE');
  const commit = prepare('COMMIT');
  const rollback = prepare('ROLLBACK');

  const assertUsable = (): void => {
    if (closing || !isOpen) throw new StoreUnavailable('the database is closed');
    if (failure) throw failure;
  };

  const undo = (): void => {
    try {
      if (connection.isTransaction) rollback.run();
    } catch (error) {
      // A transaction that can be neither committed nor undone would swallow every later write.
      failure = unavailable(error);
    }
  };

  const planFlush = (): void => {
    if (isFlushPlanned || queue.length === 0) return;
    isFlushPlanned = true;
    setImmediate(flush);
  };

  const settleAll = (jobs: readonly Job[], error: unknown): void => {
    for (const job of jobs) job.reject(error);
  };

  const flush = (): void => {
    isFlushPlanned = false;
    if (queue.length === 0) return;
    if (failure) {
      settleAll(queue, failure);
      queue = [];
      signalIdle();
      return;
    }
    try {
      begin.run();
    } catch (error) {
      if (isBusy(error) && busyRetries < BUSY_RETRIES) {
        busyRetries += 1;
        isFlushPlanned = true;
        setTimeout(flush, BUSY_PAUSE_MS);
        return;
      }
      busyRetries = 0;
      settleAll(queue, unavailable(error));
      queue = [];
      signalIdle();
      return;
    }
    busyRetries = 0;
    const batch = queue.splice(0, MAX_BATCH);
    try {
      for (const job of batch) runJob(connection, job);
      options.onCommit?.();
      commit.run();
    } catch (error) {
      undo();
      settleAll(batch, unavailable(error));
      planFlush();
      signalIdle();
      return;
    }
    for (const job of batch) {
      if (job.error !== undefined) job.reject(job.error);
      else if (job.durability === 'durable') unsynced.push(job);
      else job.resolve(job.result);
    }
    startSync();
    planFlush();
    signalIdle();
  };

  const startSync = (): void => {
    if (isSyncing || unsynced.length === 0) return;
    isSyncing = true;
    const covered = unsynced;
    unsynced = [];
    sync(log, (error) => {
      isSyncing = false;
      if (error) {
        failure = unavailable(error);
        settleAll([...covered, ...unsynced], failure);
        unsynced = [];
      } else {
        for (const job of covered) job.resolve(job.result);
        startSync();
      }
      planFlush();
      signalIdle();
    });
  };

  const isIdle = (): boolean => queue.length === 0 && unsynced.length === 0 && !isSyncing;
  const signalIdle = (): void => {
    if (idle && isIdle()) idle();
  };

  const close = (): Promise<void> => {
    closing ??= new Promise<void>((resolve) => {
      idle = resolve;
      signalIdle();
    }).then(() => {
      isOpen = false;
      statements.clear();
      closeLog();
      // Closing copies the log into the file. After a failed sync that would spread what may be wrong.
      if (!failure) connection.close();
    });
    return closing;
  };

  return {
    elapsed: options.elapsed ?? (() => 0),
    prepare,
    read(work) {
      assertUsable();
      try {
        return work();
      } catch (error) {
        throw unavailable(error);
      }
    },
    write<T>(work: () => T, durability: Durability) {
      return new Promise<T>((resolve, reject) => {
        assertUsable();
        queue.push({ work, durability, resolve: resolve as (value: unknown) => void, reject });
        // While a sync runs, durable writes gather: they could not be synced before it ends anyway.
        if (!isSyncing || durability === 'buffered') planFlush();
      });
    },
    define(work) {
      assertUsable();
      try {
        // Collections are declared at start, where waiting inside SQLite for another process harms nobody.
        connection.exec(`PRAGMA busy_timeout = ${DEFINE_BUSY_TIMEOUT_MS}`);
        begin.run();
        work();
        commit.run();
        connection.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
      } catch (error) {
        undo();
        throw unavailable(error);
      }
    },
    attach() {
      users += 1;
      let isAttached = true;
      return async () => {
        if (!isAttached) return;
        isAttached = false;
        users -= 1;
        if (users === 0) await close();
      };
    },
    close,
  };
};

/** A failure that left the transaction standing is that job's alone. */
const runJob = (connection: DatabaseSync, job: Job): void => {
  try {
    job.result = job.work();
  } catch (error) {
    if (!connection.isTransaction) throw error;
    job.error = isDocumentConflict(error) ? error : unavailable(error);
  }
};
