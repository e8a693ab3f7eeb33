/**
 * The one SQLite file that both stores use: opening and checking it, and the queue in which writes share a
 * transaction and a sync to disk. Knows no collection and no key; `document-store.ts` and `ephemeral-store.ts` bring
 * the SQL. Several processes may hold the file at once (server and CLI).
 *
 * Writes called in one turn of the event loop are one transaction. It is committed without a sync
 * (`synchronous=NORMAL`). Then one `fdatasync` of the write-ahead log on the thread pool makes the transaction
 * durable, while the event loop continues (docs/explanation/decisions/0003-two-store-ports-and-group-commit.md).
 */
import { fdatasync } from 'node:fs';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { isDocumentConflict, StoreUnavailable } from '../../src/domain/ports/document-store.ts';
import { writePriority } from '../../src/domain/ports/write-priority.ts';
import { BUSY_TIMEOUT_MS, openFile } from './open-file.ts';
import { type RoomKeeping, roomKeeping } from './space-management.ts';
import { isBusy, isFull, unavailable } from './sqlite-errors.ts';
import { type Purpose, type ReserveOptions, volumeReserve } from './volume-reserve.ts';

export type SqliteOptions = {
  /** Path of the file; created, with its folder, when it is missing. */
  readonly file: string;
  /** The reserve of space on the volume for when it is full. Absent: none. */
  readonly reserve?: ReserveOptions;
  /** Called before each COMMIT; an error from it makes the commit fail. For tests. */
  readonly onCommit?: () => void;
  /** Syncs a file to stable storage. Default `fdatasync`. For tests. */
  readonly sync?: (handle: number, done: (error: Error | null) => void) => void;
  /**
   * Seconds since some fixed moment, never set back: limits how long a sweep blocks the event loop. Absent: only its
   * number of rows is limited.
   */
  readonly elapsed?: () => number;
};

/** `durable`: on stable storage when the promise resolves. `buffered`: survives the process, not the machine. */
export type Durability = 'durable' | 'buffered';

export type SqliteDatabase = {
  /** Seconds since some fixed moment; never set. */
  elapsed(): number;
  /** A prepared statement, created once for each text. Use it inside `read`, `write` and `define` only. */
  prepare(sql: string): StatementSync;
  /** Runs a synchronous read. Throws StoreUnavailable on any failure. */
  read<T>(work: () => T): T;
  /**
   * Runs `work` inside the next transaction, in the order of the calls. Throws DocumentConflict when `work` does,
   * and StoreUnavailable on any other failure. The reason is 'no_space' when the volume has no room for its purpose.
   * Changes that `work` made before it threw stay. If the volume turns out to be full, `work` is run once more.
   */
  write<T>(work: () => T, durability: Durability, extent?: Extent): Promise<T>;
  /**
   * Runs schema changes at once, in their own transaction. Durable like a buffered write, until a durable one
   * follows.
   */
  define(work: () => void): void;
  /** The space on the volume, when there is a reserve. */
  readonly room: RoomKeeping | undefined;
  /** Counts one more user. The returned function releases it, and the last release closes the file. */
  attach(): () => Promise<void>;
  /** Writes what is queued, then closes the file. Idempotent. */
  close(): Promise<void>;
};

/** `bytes`: about how much is inserted. `purpose`: default that of the current request. */
export type Extent = { readonly bytes?: number; readonly purpose?: Purpose };

type Job = {
  readonly work: () => unknown;
  readonly durability: Durability;
  readonly bytes: number;
  readonly purpose: Purpose;
  /** Whether it met a full volume before. */
  isSecondTry?: boolean;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  result?: unknown;
  error?: unknown;
};

/** Limits how long one transaction blocks the event loop: some 10 µs each. */
const MAX_BATCH = 500;
/** Another process holds the write lock for milliseconds; after about five seconds something is wrong. */
const BUSY_RETRIES = 200;
const BUSY_PAUSE_MS = 20;
const DEFINE_BUSY_TIMEOUT_MS = 5000;

/** Opens the file. Throws StoreUnavailable, with a text for the operator, when it is damaged, newer or not ours. */
export const openSqlite = (options: SqliteOptions): SqliteDatabase => {
  const reserve = options.reserve && volumeReserve(options.reserve);
  const { connection, log, closeLog } = openFile(options.file, reserve);
  const room = reserve && roomKeeping(connection, reserve);
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
  /**
   * Set once a sync has failed: the content of the kernel's buffers is unknown, so nothing is trusted until a
   * restart.
   */
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
      // A transaction that can be neither committed nor rolled back would swallow every later write.
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
    const batch = nextBatch();
    try {
      for (const job of batch) runJob(connection, job);
      options.onCommit?.();
      commit.run();
    } catch (error) {
      undo();
      const again = isFull(error) ? afterFull(batch) : [];
      settleAll(
        batch.filter((job) => !again.includes(job)),
        unavailable(error),
      );
      queue = [...again, ...queue];
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

  /** The jobs of the next transaction. Jobs without room are refused here. */
  const nextBatch = (): readonly Job[] => {
    const admitted = room?.admission();
    const batch: Job[] = [];
    let bytes = 0;
    while (queue.length > 0 && batch.length < MAX_BATCH) {
      const [job] = queue as [Job];
      if (admitted && !admitted(job.purpose)) {
        queue.shift();
        job.reject(noRoom());
        continue;
      }
      if (batch.length > 0 && bytes + job.bytes > (reserve?.slice ?? Number.POSITIVE_INFINITY)) break;
      bytes += job.bytes;
      batch.push(job);
      queue.shift();
    }
    return batch;
  };

  /**
   * Releases the reserve and checkpoints the log. Returns the jobs to try once more; those that do not fit are
   * refused then.
   */
  const afterFull = (batch: readonly Job[]): readonly Job[] => {
    if (!room) return [];
    room.ranOut();
    return batch.filter((job) => {
      const isFirst = !job.isSecondTry;
      job.isSecondTry = true;
      return isFirst;
    });
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
      // Closing copies the log into the file. After a failed sync that would spread possibly wrong data.
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
    write<T>(work: () => T, durability: Durability, { bytes = 0, purpose = writePriority() }: Extent = {}) {
      return new Promise<T>((resolve, reject) => {
        assertUsable();
        queue.push({ work, durability, bytes, purpose, resolve: resolve as (value: unknown) => void, reject });
        // While a sync runs, durable writes gather: they could not be synced before it ends anyway.
        if (!isSyncing || durability === 'buffered') planFlush();
      });
    },
    define(work) {
      assertUsable();
      const once = (): void => {
        try {
          // Collections are declared at start, where waiting inside SQLite for another process is harmless.
          connection.exec(`PRAGMA busy_timeout = ${DEFINE_BUSY_TIMEOUT_MS}`);
          begin.run();
          work();
          commit.run();
        } catch (error) {
          undo();
          throw error;
        } finally {
          connection.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
        }
      };
      try {
        once();
      } catch (error) {
        if (!isFull(error) || !room) throw unavailable(error);
        room.ranOut();
        try {
          once();
        } catch (second) {
          throw unavailable(second);
        }
      }
    },
    room,
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

const noRoom = (): StoreUnavailable =>
  new StoreUnavailable('the volume of the database has no room for this', { reason: 'no_space' });

/** A failure that left the transaction open concerns that job alone. */
const runJob = (connection: DatabaseSync, job: Job): void => {
  job.error = undefined;
  try {
    job.result = job.work();
  } catch (error) {
    // On a full volume the others would fail, too.
    if (!connection.isTransaction || isFull(error)) throw error;
    job.error = isDocumentConflict(error) ? error : unavailable(error);
  }
};
