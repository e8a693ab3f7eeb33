import { readdir, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { BackupFile, BackupFiles } from '../../src/domain/ports/backup-files.ts';
import { StoreUnavailable } from '../../src/domain/ports/document-store.ts';

const OURS = /^behalf-[\dTZ-]+\.db$/;
/** The file that `backupDatabase` writes before it has the name of a backup, and the files of SQLite beside it. */
const DRAFT = /^behalf-[\dTZ-]+\.db\.[0-9a-f]{12}\.tmp(?:-(?:wal|shm|journal))?$/;

/** Files of the folder with names of this form. A file that is removed meanwhile is left out. */
const filesOf = async (folder: string, form: RegExp): Promise<readonly BackupFile[]> => {
  const names = (await readdir(folder).catch(() => [])).filter((name) => form.test(name));
  const found = await Promise.all(
    names.map(async (name) => {
      const file = await stat(join(folder, name)).catch(() => undefined);
      return file ? [{ name, bytes: file.size, createdAt: Math.floor(file.mtimeMs / 1000) }] : [];
    }),
  );
  return found.flat();
};

/** Backups of one database file, in a folder of their own. */
export const sqliteBackupFiles = ({
  file,
  folder,
}: {
  readonly file: string;
  readonly folder: string;
}): BackupFiles => ({
  folder,

  async list(): Promise<readonly BackupFile[]> {
    const found = await filesOf(folder, OURS);
    return found.toSorted((one, other) => other.createdAt - one.createdAt || other.name.localeCompare(one.name));
  },

  async removeDrafts(before): Promise<void> {
    const drafts = await filesOf(folder, DRAFT);
    for (const { name, createdAt } of drafts) if (createdAt < before) await rm(join(folder, name), { force: true });
  },

  async room() {
    const [{ bavail, bsize }, { size }, log] = await Promise.all([
      statfs(file),
      stat(file),
      stat(`${file}-wal`).catch(() => ({ size: 0 })),
    ]);
    return { free: bavail * bsize, needed: size + log.size };
  },

  write: (name) =>
    new Promise((resolve, reject) => {
      // SQLite copies synchronously: on the thread of the server, it would answer no request meanwhile.
      const worker = new Worker(new URL('./backup-worker.ts', import.meta.url), {
        workerData: { file, to: join(folder, name) },
      });
      let refusal: string | undefined;
      worker.on('message', (message: string) => {
        refusal = message;
      });
      worker.on('error', reject);
      worker.on('exit', (code) => {
        if (refusal !== undefined) reject(new StoreUnavailable(refusal));
        else if (code === 0) resolve();
        else reject(new StoreUnavailable('the backup ended early'));
      });
    }),
});
