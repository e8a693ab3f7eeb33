/**
 * The one SQLite file that both stores use: opening and checking it, reading it, and writing it through the queue of
 * group-commit.ts. Knows no collection and no key; `document-store.ts` and `ephemeral-store.ts` bring
 * the SQL. Several processes may hold the file at once (server and CLI).
 *
 * Writes called in one turn of the event loop are one transaction. It is committed without a sync
 * (`synchronous=NORMAL`). Then one `fdatasync` of the write-ahead log on the thread pool makes the transaction
 * durable, while the event loop continues (docs/explanation/decisions/0003-two-store-ports-and-group-commit.md).
 */
import { fdatasync } from 'node:fs';
import type { StatementSync } from 'node:sqlite';
import { StoreUnavailable } from '../../src/domain/ports/document-store.ts';
import { writePriority } from '../../src/domain/ports/write-priority.ts';
import { type Durability, groupCommit } from './group-commit.ts';
import { BUSY_TIMEOUT_MS, openFile } from './open-file.ts';
import { type RoomKeeping, roomKeeping } from './space-management.ts';
import { isFull, unavailable } from './sqlite-errors.ts';
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

const DEFINE_BUSY_TIMEOUT_MS = 5000;

/** Opens the file. Throws StoreUnavailable, with a text for the operator, when it is damaged, newer or not ours. */
export const openSqlite = (options: SqliteOptions): SqliteDatabase => {
  const reserve = options.reserve && volumeReserve(options.reserve);
  const { connection, log, closeLog } = openFile(options.file, reserve);
  const room = reserve && roomKeeping(connection, reserve);
  const sync = options.sync ?? fdatasync;
  const statements = new Map<string, StatementSync>();

  let users = 0;
  let closing: Promise<void> | undefined;
  let isOpen = true;

  const prepare = (sql: string): StatementSync => {
    const known = statements.get(sql);
    if (known) return known;
    const made = connection.prepare(sql);
    made.setReturnArrays(true);
    statements.set(sql, made);
    return made;
  };
  const transaction = {
    begin: prepare('BEGIN IMMEDIATE'),
    commit: prepare('COMMIT'),
    rollback: prepare('ROLLBACK'),
  };
  const writes = groupCommit({
    ...{ connection, transaction, room },
    slice: reserve?.slice,
    sync: (done) => sync(log, done),
    onCommit: options.onCommit,
  });

  const assertUsable = (): void => {
    if (closing || !isOpen) throw new StoreUnavailable('the database is closed');
    const failure = writes.failure();
    if (failure) throw failure;
  };

  const close = (): Promise<void> => {
    closing ??= writes.idle().then(() => {
      isOpen = false;
      statements.clear();
      closeLog();
      // Closing copies the log into the file. After a failed sync that would spread possibly wrong data.
      if (!writes.failure()) connection.close();
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
        writes.add({ work, durability, bytes, purpose, resolve: resolve as (value: unknown) => void, reject });
      });
    },
    define(work) {
      assertUsable();
      const once = (): void => {
        try {
          // Collections are declared at start, where waiting inside SQLite for another process is harmless.
          connection.exec(`PRAGMA busy_timeout = ${DEFINE_BUSY_TIMEOUT_MS}`);
          transaction.begin.run();
          work();
          transaction.commit.run();
        } catch (error) {
          writes.undo();
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
