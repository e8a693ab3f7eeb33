import { chmodSync, closeSync, existsSync, fsyncSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StoreUnavailable } from '../../src/domain/ports/document-store.ts';
import { assertOurs, migrate } from './migrations.ts';
import { isDamaged, unavailable } from './sqlite-errors.ts';

/** How long a statement waits inside SQLite for another process; longer waits are timers of the queue. */
export const BUSY_TIMEOUT_MS = 25;
const OPENING_BUSY_TIMEOUT_MS = 5000;
/** The check reads the whole file, some 1.5 GB a second, and a start may take two. Larger files: `behalf backup` checks. */
const MAX_CHECKED_BYTES = 512 * 1024 * 1024;

/** 16 MB of log. Pages written again and again reach the file once; a fifth less CPU than with SQLite's 1000. */
const CHECKPOINT_PAGES = 4000;

// First: it can be set as long as the file holds nothing; see `giveBackPages`.
const SETTINGS = `
  PRAGMA auto_vacuum = INCREMENTAL;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
  PRAGMA cache_size = -16000;
  PRAGMA journal_size_limit = 67108864;
  PRAGMA temp_store = MEMORY;
  PRAGMA trusted_schema = OFF;
`;

export type OpenFile = {
  readonly connection: DatabaseSync;
  /** Descriptor of the write-ahead log, to be synced. */
  readonly log: number;
  closeLog(): void;
};

/** Opens, checks and migrates the file. Throws StoreUnavailable with a text for the operator. */
export const openFile = (file: string): OpenFile => {
  let connection: DatabaseSync | undefined;
  try {
    makePrivate(file);
    connection = new DatabaseSync(file, { timeout: OPENING_BUSY_TIMEOUT_MS });
    assertOurs(connection, file);
    if (statSync(file).size <= MAX_CHECKED_BYTES) assertSound(connection, file);
    connection.exec(SETTINGS);
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
    throw failure === error ? failure : new StoreUnavailable(`cannot open ${file}`, { cause: error });
  }
};

/** Throws StoreUnavailable when SQLite finds the file inconsistent. */
export const assertSound = (connection: DatabaseSync, file: string): void => {
  const found = connection.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
  if (found !== 'ok') throw damaged(file, found);
};

const damaged = (file: string, cause: unknown): StoreUnavailable =>
  new StoreUnavailable(`${file} is damaged or no SQLite database; restore a backup with "behalf restore"`, { cause });

/** The log and the shared index get the mode of the file itself. */
const makePrivate = (file: string): void => {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600));
  else if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
};

export const syncFolder = (folder: string): void => {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  fsyncSync(handle);
  closeSync(handle);
};
