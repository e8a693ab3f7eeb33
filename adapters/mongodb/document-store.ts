import type { Collection as MongoCollection } from 'mongodb';
import { declaredCollections } from '../../src/domain/ports/declared-collections.ts';
import {
  type Collection,
  type CollectionDeclaration,
  type Document,
  type DocumentStore,
  type OnUnreadable,
  StoreUnavailable,
} from '../../src/domain/ports/document-store.ts';
import { type Preparation, preparation } from '../../src/domain/ports/preparation.ts';
import type { CollectionRules } from '../../src/domain/ports/store-rules.ts';
import { changeMarks } from './change-marks.ts';
import { collectionOver } from './collection.ts';
import type { CachedCollection } from './collection-cache.ts';
import { connectMongodb, type MongodbOptions } from './connection.ts';
import { ensureIndexes } from './indexes.ts';
import { readCache } from './read-cache.ts';
import type { StoredDocument } from './stored-document.ts';
import { expiredBefore, expiring, removeExpired } from './sweeping.ts';

export type MongodbDocumentStore = DocumentStore & {
  /** Whether the database held no data of Behalf before. */
  readonly isNew: boolean;
  /**
   * Resolves when the collections declared so far have their indexes. Throws StoreUnavailable when an index cannot
   * be created, or when the database has another number of partitions of changes.
   */
  ready(): Promise<void>;
  /** Why MongoDB is unavailable now, or undefined. */
  check(): Promise<string | undefined>;
};

type Known = {
  readonly rules: CollectionRules;
  readonly collection: Collection<never>;
  readonly prepared: Preparation;
  readonly stored: MongoCollection<StoredDocument>;
};

type Options = MongodbOptions & {
  readonly onUnreadable?: OnUnreadable;
  /** Collections cached while nothing has changed; the same in all processes on one database. */
  readonly cache?: {
    readonly collections: readonly CachedCollection[];
    /** As those of `changeMarks`. */
    readonly elapsed: () => number;
    readonly now: () => number;
  };
};

/**
 * Collections in one database. Throws StoreUnavailable with the reason when the server is unsuitable; see
 * `MongodbOptions`.
 */
export const mongodbDocumentStore = async (options: Options): Promise<MongodbDocumentStore> => {
  const connection = await connectMongodb(options);
  const { cache = { collections: [], elapsed: () => 0, now: () => 0 } } = options;
  const { database, run } = connection;
  const { elapsed } = cache;
  const marks = changeMarks({ database, run, elapsed, now: cache.now, isNew: connection.isNew });
  const reads = readCache({ marks, elapsed });
  const { onUnreadable } = options;
  const collections = declaredCollections((rules): Known => {
    const stored = database.collection<StoredDocument>(rules.name);
    const prepared = preparation(() => ensureIndexes(stored, rules));
    const cached = cache.collections.find(({ name }) => name === rules.name);
    const collection = collectionOver<never>(connection, rules, stored, {
      ...{ prepared, onUnreadable, reads },
      cache: cached && reads.of<never>(cached),
    });
    return { rules, collection, prepared, stored };
  });
  let isClosed = false;

  return {
    collection<T extends Document>(declaration: CollectionDeclaration): Collection<T> {
      if (isClosed) throw new StoreUnavailable('the store is closed');
      return collections.declared(declaration).collection as unknown as Collection<T>;
    },
    expiring: collections.expiring,
    async sweep(name, now, limit) {
      const { stored, prepared, field } = expiring(collections.get(name), name);
      return connection.run(async () => {
        await prepared();
        return removeExpired(stored, field, now, limit);
      });
    },
    async countExpired(name, now, most) {
      const { stored, prepared, field } = expiring(collections.get(name), name);
      return connection.run(async () => {
        await prepared();
        return stored.countDocuments(expiredBefore(field, now), { limit: most });
      });
    },
    async ready() {
      try {
        await Promise.all(collections.all().map(({ prepared }) => prepared()));
      } catch (error) {
        throw new StoreUnavailable(`MongoDB has not made the indexes: ${(error as Error).message}`, { cause: error });
      }
      if (cache.collections.length > 0) await marks.prepare();
    },
    asOneRequest: reads.asOneRequest,
    isNew: connection.isNew,
    check: connection.check,
    async close() {
      isClosed = true;
      await connection.close();
    },
  };
};
