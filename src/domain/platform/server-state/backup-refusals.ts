import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: backups that the server makes itself. */
export const BACKUP_REFUSALS = {
  backup_elsewhere: {
    code: 'conflict',
    text: 'The data of this server is in {store}, not in a database file. Back it up with the tools of that store, or with behalf backup --to FILE.',
  },
  backup_running: {
    code: 'conflict',
    text: 'Another backup is being made. Wait until it is in the list.',
  },
  backup_no_room: {
    code: 'conflict',
    text: 'A backup takes {needed} MiB, and {free} MiB are free. Free some room, or back up to another volume with behalf backup --to FILE.',
  },
  backup_too_many: {
    code: 'conflict',
    text: 'There are {most} backups in {folder}. Move some of them to another machine first.',
  },
} as const satisfies RefusalTable;

export const backupRefusal = refusalsOf(BACKUP_REFUSALS);
