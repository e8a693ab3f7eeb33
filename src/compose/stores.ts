/** The stores and the master key, as the settings name them: what everything else is built on. */
import { existsSync, mkdirSync } from 'node:fs';
import { memoryDocumentStore } from '../../adapters/memory/document-store.ts';
import { memoryEphemeralStore } from '../../adapters/memory/ephemeral-store.ts';
import { loadOrCreateMasterKey } from '../../adapters/node/key-files.ts';
import { openSqlite } from '../../adapters/sqlite/database.ts';
import { sqliteDocumentStore } from '../../adapters/sqlite/document-store.ts';
import { sqliteEphemeralStore } from '../../adapters/sqlite/ephemeral-store.ts';
import type { Configuration } from '../../config/configuration.ts';
import { dataFolder } from '../../config/data-folder.ts';
import type { Clock } from '../domain/ports/clock.ts';
import type { DocumentStore } from '../domain/ports/document-store.ts';
import type { EphemeralStore } from '../domain/ports/ephemeral-store.ts';

/** Where this node keeps files, unless it keeps nothing. */
export const folderOf = ({ stores, data }: Configuration): string | undefined => {
  if (stores.document !== 'sqlite' && stores.ephemeral !== 'sqlite') return undefined;
  mkdirSync(data.folder, { recursive: true, mode: 0o700 });
  return data.folder;
};

export const stores = (
  configuration: Configuration,
  overrides: { readonly documents?: DocumentStore; readonly ephemeral?: EphemeralStore },
  clock: Clock,
  folder: string | undefined,
) => {
  const wanted = configuration.stores;
  const isReplaced = overrides.documents !== undefined && overrides.ephemeral !== undefined;
  const database = folder === undefined || isReplaced ? undefined : openSqlite({ file: dataFolder(folder).database });
  const documents =
    overrides.documents ??
    (database && wanted.document === 'sqlite' ? sqliteDocumentStore(database) : memoryDocumentStore());
  const ephemeral =
    overrides.ephemeral ??
    (database && wanted.ephemeral === 'sqlite' ? sqliteEphemeralStore(database, clock) : memoryEphemeralStore(clock));
  return { documents, ephemeral };
};

export const secretOf = ({ keys, data }: Configuration, folder: string | undefined): Buffer => {
  if (keys.masterKey !== undefined) return Buffer.from(keys.masterKey, 'base64url');
  const files = dataFolder(folder ?? data.folder);
  // A new key beside an old database would make every digest in it match nothing, without a word.
  if (existsSync(files.database) && !existsSync(files.masterKey)) {
    throw new Error(
      `${files.masterKey} is missing beside ${files.database}: put it back, or name it in keys.masterKey; without it nothing in the database can be read`,
    );
  }
  return loadOrCreateMasterKey(folder ?? data.folder);
};
