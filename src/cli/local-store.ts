/**
 * Opens the database file for commands on the machine, while the server runs or not. Their events go to an audit stream of
 * their own, `command-line`.
 */
import { existsSync } from 'node:fs';
import { systemClock } from '../../adapters/node/clock.ts';
import { openSqlite, type SqliteOptions } from '../../adapters/sqlite/database.ts';
import { sqliteDocumentStore } from '../../adapters/sqlite/document-store.ts';
import type { Configuration } from '../../config/configuration.ts';
import { dataFolder, sqliteFile } from '../../config/data-folder.ts';
import { isOnServer } from '../../config/store-rules.ts';
import type { AuditLog } from '../domain/audit/audit-event.ts';
import { commandLineAuditLog } from '../domain/audit/command-line-log.ts';
import type { DocumentStore } from '../domain/ports/document-store.ts';
import { withPriority } from '../domain/ports/write-priority.ts';
import { CommandError } from './command.ts';

export type LocalStore = { readonly documents: DocumentStore; readonly audit: AuditLog };

/** Path of the database. Throws CommandError when the store is not a file, or there is none. */
export const existingDatabase = (configuration: Configuration): string => {
  const file = databaseFile(configuration);
  if (existsSync(file)) return file;
  throw new CommandError(`There is no database ${file}.`, {
    hint: 'Name the settings the server runs with: --config FILE, or --data FOLDER for its data folder.',
  });
};

/** The paths of the database and of the reserve file beside it. Throws as `existingDatabase`. */
export const databaseOfServer = (configuration: Configuration): SqliteOptions => {
  existingDatabase(configuration);
  return sqliteFile(configuration, configuration.data.folder);
};

/** Path of the database, which may not exist yet. Throws CommandError when the store is not a file. */
export const databaseFile = (configuration: Configuration): string => {
  if (configuration.stores.document === 'sqlite') return dataFolder(configuration.data.folder).database;
  throw new CommandError(`With stores.document "${configuration.stores.document}" there is no database file.`, {
    hint: isOnServer(configuration)
      ? 'This works on the file of SQLite only; the management API does the same on every store.'
      : 'Use the settings the server runs with.',
  });
};

/**
 * Opens a database, runs `work`, and closes it even after a failure. On a full volume it uses the reserve, so that the
 * operator can recover the server.
 */
export const withLocalStore = async <T>(
  options: SqliteOptions,
  work: (store: LocalStore) => Promise<T>,
): Promise<T> => {
  const documents = sqliteDocumentStore(openSqlite(options));
  try {
    return await withPriority('essential', () =>
      work({ documents, audit: commandLineAuditLog(documents, systemClock) }),
    );
  } finally {
    await documents.close();
  }
};
