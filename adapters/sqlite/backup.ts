import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, linkSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StoreUnavailable } from '../../src/domain/ports/document-store.ts';
import { makePrivateFolder } from '../node/private-folder.ts';
import { assertHoldsData, assertOurs } from './migrations.ts';
import { assertSound, syncFolder } from './open-file.ts';
import { isBusy, isDamaged, unavailable } from './sqlite-errors.ts';

const BUSY_TIMEOUT_MS = 5000;

/**
 * Writes a copy of the database as it is at one moment, while other processes continue to serve. The copy is one
 * file of mode 0600, checked and on stable storage when this resolves. Throws StoreUnavailable when `to` exists, or
 * `file` is damaged or not ours.
 */
export const backupDatabase = async (options: { readonly file: string; readonly to: string }): Promise<void> => {
  const { file, to } = options;
  if (!existsSync(file)) throw new StoreUnavailable(`there is no database at ${file}`);
  if (existsSync(to)) throw new StoreUnavailable(`${to} exists already; a backup never replaces a file`);
  makePrivateFolder(dirname(to));
  const staged = `${to}.${randomBytes(6).toString('hex')}.tmp`;

  try {
    closeSync(openSync(staged, 'wx', 0o600));
    withDatabase(file, (source) => {
      assertOurs(source, file);
      // A restored copy then returns empty pages, even if this file is older than that setting.
      source.exec('PRAGMA auto_vacuum = INCREMENTAL');
      // One read transaction: it neither delays a writer of another process nor copies half of its write.
      source.prepare('VACUUM INTO ?').run(staged);
    });
    withDatabase(staged, (copy) => {
      assertHoldsData(copy, staged);
      assertSound(copy, staged);
    });
    syncFile(staged);
    // A link, unlike a rename, fails when another process has created `to` meanwhile.
    linkSync(staged, to);
  } catch (error) {
    throw worded(error, `cannot back up ${file} to ${to}`);
  } finally {
    removeDatabase(staged);
  }
  syncFolder(dirname(to));
};

/**
 * Replaces the database with a backup, whole or not at all, and returns where it set the replaced one aside. Does not restore
 * values with a TTL, but restores claims, because a restore must not make anything usable again. `prepare` may change the
 * restored file before it becomes the database. Throws StoreUnavailable when a process holds the target, or the backup is
 * damaged, newer or not ours. Never changes the backup.
 */
export const restoreDatabase = async (options: {
  readonly from: string;
  readonly file: string;
  /** Reads `from` once, into a new private file. */
  readonly copy: (from: string, to: string) => Promise<void>;
  readonly prepare?: (staged: string) => Promise<void>;
}): Promise<{ readonly setAside: string | undefined }> => {
  const { from, file } = options;
  if (!existsSync(from)) throw new StoreUnavailable(`there is no backup at ${from}`);
  makePrivateFolder(dirname(file));
  const staged = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  let target: DatabaseSync | undefined;

  try {
    target = existsSync(file) ? lockOut(file) : undefined;
    // Copied once: the bytes that are checked here become the database, even if `from` changes.
    await options.copy(from, staged);
    withDatabase(staged, (copy) => {
      assertHoldsData(copy, from);
      assertSound(copy, from);
      copy.exec('DELETE FROM ephemeral WHERE value IS NOT NULL');
    });
    await options.prepare?.(staged);
    // One file without a log beside it, so that one rename is enough.
    withDatabase(staged, (copy) => copy.exec('PRAGMA journal_mode = DELETE'));
    syncFile(staged);

    const setAside = existsSync(file) ? freeName(`${file}.replaced`) : undefined;
    if (setAside !== undefined) linkSync(file, setAside);
    // SQLite would replay a leftover log into any file of its name.
    removeLogs(file);
    renameSync(staged, file);
    syncFolder(dirname(file));
    return { setAside };
  } catch (error) {
    throw worded(error, `cannot restore ${from} to ${file}`);
  } finally {
    target?.close();
    removeDatabase(staged);
  }
};

/** Throws StoreUnavailable when another process has the database open. A missing file is not in use. */
export const assertUnused = (file: string): void => {
  if (existsSync(file)) lockOut(file)?.close();
};

/**
 * Locks the file exclusively, which SQLite grants only when no other connection is open: leaving WAL mode needs
 * that. Undefined when the file is too damaged to be in use.
 */
const lockOut = (file: string): DatabaseSync | undefined => {
  const connection = new DatabaseSync(file, { timeout: 100 });
  try {
    connection.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
    return connection;
  } catch (error) {
    connection.close();
    if (isBusy(error)) throw new StoreUnavailable(`${file} is in use; stop the server first`);
    if (isDamaged(error)) return undefined;
    throw error;
  }
};

const withDatabase = (file: string, work: (connection: DatabaseSync) => void): void => {
  const connection = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    work(connection);
  } finally {
    connection.close();
  }
};

const worded = (error: unknown, text: string): StoreUnavailable => {
  const failure = unavailable(error);
  if (failure === error) return failure;
  const reason = isDamaged(error) ? 'the file is damaged or no SQLite database' : (error as Error).message;
  return new StoreUnavailable(`${text}: ${reason}`, { cause: error });
};

const freeName = (path: string): string => {
  for (let number = 1; ; number += 1) if (!existsSync(`${path}-${number}`)) return `${path}-${number}`;
};

const syncFile = (path: string): void => {
  const handle = openSync(path, 'r+');
  fsyncSync(handle);
  closeSync(handle);
};

const removeLogs = (file: string): void => {
  for (const suffix of ['-wal', '-shm', '-journal']) rmSync(`${file}${suffix}`, { force: true });
};

const removeDatabase = (file: string): void => {
  removeLogs(file);
  rmSync(file, { force: true });
};
