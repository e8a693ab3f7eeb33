/** The configured stores and the master key: the basis of all other services. */
import { existsSync } from 'node:fs';
import type { Logger } from 'pino';
import { memoryBroadcast } from '../../adapters/memory/broadcast.ts';
import { memoryDocumentStore } from '../../adapters/memory/document-store.ts';
import { memoryEphemeralStore } from '../../adapters/memory/ephemeral-store.ts';
import { memoryKillLatch } from '../../adapters/memory/kill-latch.ts';
import { loadOrCreateMasterKey } from '../../adapters/node/key-files.ts';
import { fileKillLatch } from '../../adapters/node/kill-latch.ts';
import { fileLocalProofs } from '../../adapters/node/local-proofs.ts';
import { usablePrivateFolder } from '../../adapters/node/private-folder.ts';
import { stopwatch } from '../../adapters/node/stopwatch.ts';
import { sqliteBackupFiles } from '../../adapters/sqlite/backup-files.ts';
import { openSqlite } from '../../adapters/sqlite/database.ts';
import { sqliteDocumentStore } from '../../adapters/sqlite/document-store.ts';
import { sqliteEphemeralStore } from '../../adapters/sqlite/ephemeral-store.ts';
import type { RoomKeeping } from '../../adapters/sqlite/space-management.ts';
import type { Configuration } from '../../config/configuration.ts';
import { dataFolder, sqliteFile } from '../../config/data-folder.ts';
import { isOnServer } from '../../config/store-rules.ts';
import type { BackupFiles } from '../domain/ports/backup-files.ts';
import type { Broadcast } from '../domain/ports/broadcast.ts';
import type { Clock } from '../domain/ports/clock.ts';
import type { DocumentStore, OnUnreadable } from '../domain/ports/document-store.ts';
import type { EphemeralStore } from '../domain/ports/ephemeral-store.ts';
import type { KillLatch } from '../domain/ports/kill-latch.ts';
import type { LocalProofs } from '../domain/ports/local-proofs.ts';
import { type OpenedStores, storeServers } from './store-servers.ts';

/** Creates a missing data folder. Throws an Error that names the obstacle and the setting. */
export const usableDataFolder = (folder: string): void =>
  usablePrivateFolder(
    folder,
    'Choose a folder that the user of this process may write to with BEHALF_DATA or data.folder, or give it that right.',
  );

/** Folder for files of this node, if it keeps any. */
export const folderOf = ({ stores, data }: Configuration): string | undefined => {
  if (stores.document === 'memory' && stores.ephemeral === 'memory') return undefined;
  usableDataFolder(data.folder);
  return data.folder;
};

export type Stores = OpenedStores & {
  /** The volume of SQLite; absent with other stores. */
  readonly room?: RoomKeeping | undefined;
};

type Replaced = {
  readonly documents?: DocumentStore;
  readonly ephemeral?: EphemeralStore;
  readonly broadcast?: Broadcast;
  readonly log?: Logger;
};

/** Opens the configured stores. Throws StoreUnavailable with the reason when a server is not reachable or not suitable. */
export const stores = async (
  configuration: Configuration,
  replaced: Replaced,
  clock: Clock,
  folder: string | undefined,
): Promise<Stores> => {
  const { document, ephemeral } = configuration.stores;
  const onUnreadable: OnUnreadable = (collection, id) =>
    replaced.log?.error({ event: 'store.unreadable', collection, id }, 'a stored document is not understood');
  if (isOnServer(configuration) && !isReplaced(replaced)) {
    return storeServers(configuration, { clock, onUnreadable, log: replaced.log });
  }

  const isLocal = folder !== undefined && (document === 'sqlite' || ephemeral === 'sqlite');
  const database =
    isLocal && !isReplaced(replaced)
      ? openSqlite({ ...sqliteFile(configuration, folder), elapsed: stopwatch })
      : undefined;
  return {
    documents:
      replaced.documents ??
      (database && document === 'sqlite' ? sqliteDocumentStore(database, { onUnreadable }) : memoryDocumentStore()),
    ephemeral:
      replaced.ephemeral ??
      (database && ephemeral === 'sqlite' ? sqliteEphemeralStore(database, clock) : memoryEphemeralStore(clock)),
    broadcast: replaced.broadcast ?? memoryBroadcast(),
    room: database?.room,
    checks: [],
    ready: async () => undefined,
  };
};

const isReplaced = ({ documents, ephemeral }: Replaced): boolean => documents !== undefined && ephemeral !== undefined;

/** Backups of the database in a data folder. */
export const backupFilesIn = (folder: string): BackupFiles => {
  const { database, backups } = dataFolder(folder);
  return sqliteBackupFiles({ file: database, folder: backups });
};

/** The second master key, during a rotation. */
export const otherSecretOf = ({ keys }: Configuration): Buffer | undefined =>
  keys.otherMasterKey === undefined ? undefined : Buffer.from(keys.otherMasterKey, 'base64url');

export const secretOf = ({ keys, data }: Configuration, folder: string | undefined): Buffer => {
  if (keys.masterKey !== undefined) return Buffer.from(keys.masterKey, 'base64url');
  const files = dataFolder(folder ?? data.folder);
  // With a new key and an old database, no digest in it would match, and no error would say so.
  if (existsSync(files.database) && !existsSync(files.masterKey)) {
    throw new Error(
      `${files.masterKey} is missing beside ${files.database}: put it back, or name it in keys.masterKey; without it nothing in the database can be read`,
    );
  }
  return loadOrCreateMasterKey(folder ?? data.folder);
};

/** Absent for a server without a data folder. */
export const localProofs = (
  folder: string | undefined,
  clock: Pick<Clock, 'now'>,
): { readonly localProofs?: LocalProofs } =>
  folder === undefined ? {} : { localProofs: fileLocalProofs(dataFolder(folder).localProofs, clock) };

/** Storage of kills besides the store. A node without a folder keeps them in memory only. */
export const killLatch = (folder: string | undefined): KillLatch =>
  folder === undefined ? memoryKillLatch() : fileKillLatch(dataFolder(folder).kills);
