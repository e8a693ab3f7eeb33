import { chmodSync, closeSync, existsSync, fsyncSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isOutOfSpace, StoreUnavailable } from '../../src/domain/ports/document-store.ts';
import { makePrivateFolder } from '../node/private-folder.ts';
import { assertOurs, migrate } from './migrations.ts';
import { isDamaged, unavailable } from './sqlite-errors.ts';
import type { VolumeReserve } from './volume-reserve.ts';

/** How long a statement waits inside SQLite for another process; longer waits are timers of the queue. */
export const BUSY_TIMEOUT_MS = 25;
const OPENING_BUSY_TIMEOUT_MS = 5000;
/**
 * The check reads the whole file, some 1.5 GB a second, and a start may take two seconds. Larger files: `behalf
 * backup` checks.
 */
const MAX_CHECKED_BYTES = 512 * 1024 * 1024;

/**
 * 16 MB of log, less on a small volume. Pages written again and again reach the file once; a fifth less CPU than
 * with SQLite's 1000.
 */
const CHECKPOINT_PAGES = 4000;

const PAGE_BYTES = 4096;

/**
 * `logBytes`: the size from which the log is copied into the file. auto_vacuum comes first: it can be set only while
 * the file holds nothing; see `giveBackPages`.
 */
const settings = (logBytes: number): string => `
  PRAGMA auto_vacuum = INCREMENTAL;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA wal_autocheckpoint = ${Math.floor(logBytes / PAGE_BYTES)};
  PRAGMA cache_size = -16000;
  PRAGMA journal_size_limit = ${4 * logBytes};
  PRAGMA temp_store = MEMORY;
  PRAGMA trusted_schema = OFF;
`;

export type OpenFile = {
  readonly connection: DatabaseSync;
  /** Descriptor of the write-ahead log, to be synced. */
  readonly log: number;
  closeLog(): void;
};

/**
 * Opens, checks and migrates the file. Throws StoreUnavailable with a text for the operator. Its reason is
 * 'no_space' when the volume is full and its reserve is released and used up too.
 */
export const openFile = (file: string, reserve?: VolumeReserve): OpenFile => {
  const logBytes = Math.min(CHECKPOINT_PAGES * PAGE_BYTES, reserve?.slice ?? Number.POSITIVE_INFINITY);
  // Opening writes: the log and its index are files of their own.
  if (reserve?.isLow()) reserve.release();
  try {
    return opened(file, logBytes);
  } catch (error) {
    if (!reserve || !(isOutOfSpace(error) || (reserve.isLow() && !isDamage(error)))) throw error;
    try {
      if (reserve.release()) return opened(file, logBytes);
    } catch {
      // The released space was not enough.
    }
    const text = `${whole(reserve.volume().free)} of ${whole(reserve.size)} MiB are free`;
    throw new StoreUnavailable(`there is no room on the volume of ${file}: ${text}`, {
      cause: error,
      reason: 'no_space',
    });
  }
};

const whole = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1);

const opened = (file: string, logBytes: number): OpenFile => {
  let connection: DatabaseSync | undefined;
  try {
    makePrivate(file);
    connection = new DatabaseSync(file, { timeout: OPENING_BUSY_TIMEOUT_MS });
    assertOurs(connection, file);
    if (statSync(file).size <= MAX_CHECKED_BYTES) assertSound(connection, file);
    connection.exec(settings(logBytes));
    migrate(connection, file);
    const log = openSync(`${file}-wal`, 'r+');
    fsyncSync(log);
    syncFolder(dirname(file));
    connection.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    return { connection, log, closeLog: () => closeSync(log) };
  } catch (error) {
    connection?.close();
    if (isDamaged(error)) throw damaged(file, error);
    const failure = unavailable(error);
    if (failure === error) throw failure;
    const { reason } = failure;
    throw new StoreUnavailable(`cannot open ${file}`, { cause: error, ...(reason ? { reason } : {}) });
  }
};

/**
 * Copies the log into a file that no process has open and truncates the log, which may free space. A crash on a full
 * volume leaves such a log. Holds the file exclusively, so that it needs no index of the log. Leaves the file
 * unchanged when it cannot.
 */
export const cutLogAlone = (file: string): void => {
  if (!existsSync(`${file}-wal`)) return;
  let connection: DatabaseSync | undefined;
  try {
    connection = new DatabaseSync(file, { timeout: 0 });
    connection.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA wal_checkpoint(TRUNCATE)');
  } catch {
    // In use, or no room for what the log adds to the file.
  } finally {
    connection?.close();
  }
};

/** More space would not repair that. */
const isDamage = (error: unknown): boolean => isDamaged(error) || isDamaged((error as { cause?: unknown }).cause);

/** Throws StoreUnavailable when SQLite finds the file inconsistent. */
export const assertSound = (connection: DatabaseSync, file: string): void => {
  const found = connection.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
  if (found !== 'ok') throw damaged(file, found);
};

const damaged = (file: string, cause: unknown): StoreUnavailable =>
  new StoreUnavailable(`${file} is damaged or no SQLite database; restore a backup with "behalf restore"`, { cause });

/** The log and the shared index get the mode of the file itself. */
const makePrivate = (file: string): void => {
  makePrivateFolder(dirname(file));
  if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600));
  else if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
};

export const syncFolder = (folder: string): void => {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  fsyncSync(handle);
  closeSync(handle);
};
