import { closeSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { makePrivateFolder } from './private-folder.ts';

const WAIT_MILLISECONDS = 5_000;

/**
 * Runs synchronous work under a lock that processes of one machine share by the file at `path`, which stays empty.
 * The operating system releases the lock when a process ends. Taking the lock writes nothing, so a full volume does
 * not prevent it. Throws when the file cannot be created, and after 5 s in which others held it.
 */
export const fileLock = (path: string): (<T>(work: () => T) => T) => {
  let connection: DatabaseSync | undefined;
  const open = (): DatabaseSync => {
    makePrivateFolder(dirname(path));
    closeSync(openSync(path, 'a', 0o600));
    const made = new DatabaseSync(path, { timeout: WAIT_MILLISECONDS });
    // Keeps a journal off the disk, if SQLite ever wants one.
    made.exec('PRAGMA journal_mode = MEMORY');
    return made;
  };
  return (work) => {
    connection ??= open();
    connection.exec('BEGIN EXCLUSIVE');
    try {
      return work();
    } finally {
      connection.exec('ROLLBACK');
    }
  };
};
