/** One end of a transfer: the configured document store, opened exclusively, and the master key of its data. */
import { existsSync } from 'node:fs';
import { systemClock } from '../../adapters/node/clock.ts';
import { loadOrCreateMasterKey } from '../../adapters/node/key-files.ts';
import { stopwatch } from '../../adapters/node/stopwatch.ts';
import { assertUnused } from '../../adapters/sqlite/backup.ts';
import { openSqlite } from '../../adapters/sqlite/database.ts';
import { sqliteDocumentStore } from '../../adapters/sqlite/document-store.ts';
import type { Configuration } from '../../config/configuration.ts';
import { dataFolder } from '../../config/data-folder.ts';
import { NODES, type NodeRecord } from '../domain/platform/cluster/node-registry.ts';
import { type MasterKey, masterKey } from '../domain/platform/crypto/master-key.ts';
import { MovingRefused } from '../domain/platform/data-transfer/data-file.ts';
import type { Clock } from '../domain/ports/clock.ts';
import type { DocumentStore, OnUnreadable } from '../domain/ports/document-store.ts';
import { CACHED, COLLECTIONS } from './collections.ts';
import { CONFIRMATION_CLOCKS } from './confirmation-clocks.ts';

/** Longer than for a request: a transfer writes hundreds of documents at once. */
const LEAST_DEADLINE_MILLISECONDS = 30_000;

/** The master key of this installation; never creates one. Throws MovingRefused without one. */
export const existingMasterKey = ({ keys, data }: Configuration): MasterKey => {
  const bytes = (text: string): Buffer => Buffer.from(text, 'base64url');
  const other = keys.otherMasterKey === undefined ? undefined : bytes(keys.otherMasterKey);
  if (keys.masterKey !== undefined) return masterKey(bytes(keys.masterKey), other);
  const { masterKey: file } = dataFolder(data.folder);
  if (existsSync(file)) return masterKey(loadOrCreateMasterKey(data.folder), other);
  throw new MovingRefused(
    `There is no master key ${file}.`,
    'Put the one of the installation the data is from there, or name it in keys.masterKey.',
  );
};

/**
 * Opens the store with every collection declared and ready. `isAlone`: no other process may have it open. `onUnreadable`
 * leaves damaged documents out and receives them; without it they are failures. Throws StoreUnavailable, and MovingRefused
 * for memory.
 */
export const movingStore = async (
  { stores, data }: Configuration,
  { isAlone, onUnreadable }: { readonly isAlone: boolean; readonly onUnreadable?: OnUnreadable },
): Promise<DocumentStore> => {
  const { mongodbUrl = '', postgresqlUrl = '', allowStandalone } = stores;
  const deadlineMilliseconds = Math.max(stores.deadlineMilliseconds, LEAST_DEADLINE_MILLISECONDS);
  const reported = onUnreadable === undefined ? {} : { onUnreadable };
  const isAbsentWhenUnreadable = onUnreadable !== undefined;
  switch (stores.document) {
    case 'sqlite': {
      const { database } = dataFolder(data.folder);
      if (isAlone) assertUnused(database);
      return declared(sqliteDocumentStore(openSqlite({ file: database }), reported), { isAbsentWhenUnreadable });
    }
    case 'mongodb': {
      const { mongodbDocumentStore } = await import('../../adapters/mongodb/document-store.ts');
      const documents = await mongodbDocumentStore({
        url: mongodbUrl,
        ...reported,
        allowStandalone,
        deadlineMilliseconds,
        // Running nodes notice these writes.
        cache: { collections: CACHED, elapsed: stopwatch, now: systemClock.now },
      });
      return whenReady(declared(documents, { isAbsentWhenUnreadable }));
    }
    case 'postgresql': {
      const { postgresqlDocumentStore } = await import('../../adapters/postgresql/document-store.ts');
      const documents = await postgresqlDocumentStore({
        ...{ url: postgresqlUrl, deadlineMilliseconds, clocks: CONFIRMATION_CLOCKS, waitsForHold: true },
        ...reported,
      });
      return whenReady(declared(documents, { isAbsentWhenUnreadable }));
    }
    case 'memory':
      throw new MovingRefused('Data in memory cannot be moved.', 'Use the settings the server runs with.');
  }
};

/** The store, once its collections accept reads and writes. */
const whenReady = async <T extends DocumentStore & { ready(): Promise<void> }>(documents: T): Promise<T> => {
  try {
    await documents.ready();
    return documents;
  } catch (error) {
    await documents.close();
    throw error;
  }
};

/** Declares every collection. An unreadable document is a failure by default; `isAbsentWhenUnreadable` treats it as absent. */
export const declared = <T extends DocumentStore>(documents: T, { isAbsentWhenUnreadable = false } = {}): T => {
  for (const declaration of COLLECTIONS) {
    documents.collection({ ...declaration, isAbsentWhenUnreadable });
  }
  return documents;
};

/** Whether a node was active lately. A node releases its name when it stops. */
export const isServed = async (documents: DocumentStore, clock: Clock): Promise<boolean> => {
  const nodes = await documents.collection<NodeRecord>(NODES).find({ limit: 1000 });
  return nodes.some(({ document }) => document.expiresAt > clock.now());
};
