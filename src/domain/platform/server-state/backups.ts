/** Backups that the server makes while it runs. `behalf backup` makes them without it (src/cli/commands/store.ts). */
import type { AuditLog } from '../../audit/audit-event.ts';
import type { BackupFile, BackupFiles } from '../../ports/backup-files.ts';
import type { Clock } from '../../ports/clock.ts';
import type { By } from '../registries/registered-documents.ts';
import { backupRefusal } from './backup-refusals.ts';
import { type BackupEvent, backupBegins, copiedAfter } from './recorded-backup.ts';

/** They stand on the volume of the database, so they must not fill it. */
const MOST = 10;
/** Left free beside the backup. */
const SPARE_BYTES = 64 * 1024 * 1024;
const MEBIBYTE = 1024 * 1024;
/** Another process of this server may be writing a draft that changed since then. */
const DRAFT_SECONDS = 3600;
/** A request must be answered within 5 seconds. */
const PATIENCE_MILLISECONDS = 2_000;

export type BackupState = {
  readonly running?: string;
  /** Absent after a backup that succeeded. */
  readonly failed?: { readonly name: string; readonly reason: string };
};

export interface Backups {
  /** Folder of the backups; undefined when the store is no database file. */
  readonly folder: string | undefined;
  /** Backups in the folder of this machine, newest first. */
  list(): Promise<readonly BackupFile[]>;
  /**
   * Copies all data into a new file. Appends 'store.backed_up' first. Resolves after 2 seconds at the latest, with the name
   * alone while the file is being written. Throws DomainError 'conflict' when the store is no database file, another backup
   * runs, the volume has too little room, or the folder holds 10 backups.
   */
  create(by: By): Promise<Partial<BackupFile> & Pick<BackupFile, 'name'>>;
  /** What this process is writing, and how its last backup failed. */
  state(): BackupState;
}

export const newBackups = (deps: {
  /** Absent: the store is no database file. */
  readonly files: BackupFiles | undefined;
  /** The kind of store, for the refusal. */
  readonly store: string;
  readonly audit: Pick<AuditLog, 'append'>;
  readonly clock: Pick<Clock, 'nowMillis'>;
  readonly onFailed: (name: string, error: unknown) => void;
}): Backups => {
  const { files, audit, clock } = deps;
  let running: string | undefined;
  let failed: BackupState['failed'];

  const written = async (folder: BackupFiles, event: BackupEvent): Promise<BackupFile> => {
    const { name } = event;
    try {
      await copiedAfter(audit, event, () => folder.write(name));
      const made = (await folder.list()).find((one) => one.name === name);
      if (!made) throw new Error(`${name} is not in ${folder.folder} after the backup`);
      failed = undefined;
      return made;
    } catch (error) {
      failed = { name, reason: (error as Error).message };
      deps.onFailed(name, error);
      throw error;
    } finally {
      running = undefined;
    }
  };

  const assertRoom = async (folder: BackupFiles): Promise<void> => {
    if ((await folder.list()).length >= MOST) {
      throw backupRefusal('backup_too_many', { params: { most: MOST, folder: folder.folder } });
    }
    const { free, needed } = await folder.room();
    if (free - needed < SPARE_BYTES) {
      const inMebibytes = (bytes: number): number => Math.ceil(bytes / MEBIBYTE);
      throw backupRefusal('backup_no_room', {
        params: { needed: inMebibytes(needed + SPARE_BYTES), free: Math.floor(free / MEBIBYTE) },
      });
    }
  };

  return {
    folder: files?.folder,

    list: async () => (await files?.list()) ?? [],

    state: () => ({ ...(running === undefined ? {} : { running }), ...(failed ? { failed } : {}) }),

    async create(by): Promise<Partial<BackupFile> & Pick<BackupFile, 'name'>> {
      if (!files) throw backupRefusal('backup_elsewhere', { params: { store: deps.store } });
      if (running !== undefined) throw backupRefusal('backup_running');
      // To the millisecond, so that two backups of one second have two names.
      const name = `behalf-${new Date(clock.nowMillis()).toISOString().replaceAll(/[:.]/g, '-')}.db`;
      running = name;
      const event = {
        ...{ name, caller: by.caller },
        ...(by.request === undefined ? {} : { request: by.request }),
        ...(by.source === undefined ? {} : { personal: { source: by.source } }),
      };
      try {
        await files.removeDrafts(Math.floor(clock.nowMillis() / 1000) - DRAFT_SECONDS);
        await assertRoom(files);
        await backupBegins(audit, event);
      } catch (error) {
        running = undefined;
        throw error;
      }
      const writing = written(files, event);
      // A failure after the answer is in `state` and in the log.
      writing.catch(() => undefined);
      return (await withinPatience(writing)) ?? { name };
    },
  };
};

/** Resolves to undefined when the work takes longer. It goes on. */
const withinPatience = async <T>(work: Promise<T>): Promise<T | undefined> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MILLISECONDS, undefined);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};
