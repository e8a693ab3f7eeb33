import { declaredCollections } from '../../src/domain/ports/declared-collections.ts';
import {
  type Collection,
  type CollectionDeclaration,
  type Document,
  type DocumentStore,
  type Insert,
  type OnUnreadable,
  StoreUnavailable,
} from '../../src/domain/ports/document-store.ts';
import type { CollectionRules } from '../../src/domain/ports/store-rules.ts';
import { collectionOver, type SqliteCollection } from './collection.ts';
import type { SqliteDatabase } from './database.ts';
import { NO_CACHE, readCache } from './read-cache.ts';
import { BrokenTransaction, isFull } from './sqlite-errors.ts';
import { giveBackPages, sweepInChunks } from './sweeping.ts';
import { columnOf, ensureTable, tableOf } from './tables.ts';

type Known = {
  readonly rules: CollectionRules;
  forget(id: string): void;
  insertNow(document: Document): void;
  removeNow(document: Document): void;
  readonly collection: Collection<never>;
};

/** Collections in the tables of one SQLite file. Closing it closes the file when no other store uses it. */
export const sqliteDocumentStore = (
  database: SqliteDatabase,
  { onUnreadable }: { readonly onUnreadable?: OnUnreadable } = {},
): DocumentStore => {
  const detach = database.attach();
  const remembered = readCache(database);
  let isClosed = false;

  const assertOpen = (): void => {
    if (isClosed) throw new StoreUnavailable('the store is closed');
  };
  const collections = declaredCollections((rules): Known => {
    ensureTable(database, rules);
    const cache = rules.isReadSeldom ? NO_CACHE : remembered.collection(rules.name);
    const { forget, insertNow, removeNow, ...collection } = whenUsed(() =>
      database.read(() => collectionOver<never>(database, cache, rules, { assertOpen, onUnreadable })),
    );
    return {
      ...{ rules, forget, collection },
      insertNow: (document) => insertNow(document as never),
      removeNow: (document) => removeNow(document as never),
    };
  });
  const expired = (collection: string, now: number, most: number): number => {
    const { table, column } = endOf(collections.get(collection)?.rules, collection);
    const counting = database.prepare(
      `SELECT count(*) FROM (SELECT 1 FROM ${table} WHERE ${column} BETWEEN ? AND ? LIMIT ?)`,
    );
    const found = database.read(() => counting.get(Number.MIN_SAFE_INTEGER, now - 1, most));
    return (found as unknown as readonly [number])[0];
  };

  return {
    collection<T extends Document>(declaration: CollectionDeclaration): Collection<T> {
      assertOpen();
      return collections.declared(declaration).collection as unknown as Collection<T>;
    },
    async commit(work, bytes) {
      assertOpen();
      const run = () => {
        const inserted: (() => void)[] = [];
        const insert: Insert = ({ collection, document }) => {
          const known = collections.get(collection);
          if (!known) throw new TypeError(`collection ${collection} was not declared`);
          known.insertNow(document);
          inserted.push(() => known.removeNow(document));
        };
        try {
          return work(insert);
        } catch (error) {
          // Not by a savepoint: SQLite would copy each page before its first change. On a full volume the transaction is rolled back.
          if (!isFull(error)) undo(inserted);
          throw error;
        }
      };
      return database.write(run, 'durable', { bytes });
    },
    expiring: collections.expiring,
    async sweep(collection, now, limit, milliseconds = Number.POSITIVE_INFINITY) {
      assertOpen();
      const known = collections.get(collection);
      const { table, column } = endOf(known?.rules, collection);
      const removing = database.prepare(
        `DELETE FROM ${table} WHERE rowid IN
           (SELECT rowid FROM ${table} WHERE ${column} BETWEEN ? AND ? ORDER BY ${column} LIMIT ?) RETURNING id`,
      );
      // Most look-ups find nothing, and should not request the write lock.
      if (expired(collection, now, 1) === 0) return { removed: 0, isDone: true };
      return database.write(
        () =>
          sweepInChunks(database, { limit, milliseconds }, (most) => {
            const gone = removing.all(Number.MIN_SAFE_INTEGER, now - 1, most) as unknown as readonly (readonly [
              string,
            ])[];
            for (const [id] of gone) known?.forget(id);
            return gone.length;
          }),
        // Needs no sync of its own: data that a power failure restores has expired, and is removed again.
        'buffered',
        { purpose: 'sweep' },
      );
    },
    async countExpired(collection, now, most) {
      assertOpen();
      return expired(collection, now, most);
    },
    async shrink() {
      assertOpen();
      return giveBackPages(database);
    },
    async close() {
      isClosed = true;
      await detach();
    },
  };
};

/**
 * The same collection, made by its first call. A start declares all collections and uses few of them, and to prepare the
 * statements of one takes half a millisecond.
 */
const whenUsed = <T extends Document>(make: () => SqliteCollection<T>): SqliteCollection<T> => {
  let made: SqliteCollection<T> | undefined;
  const using = <R>(call: (of: SqliteCollection<T>) => Promise<R>): Promise<R> => {
    try {
      made ??= make();
    } catch (error) {
      return Promise.reject(error);
    }
    return call(made);
  };
  return {
    insert: (document) => using((of) => of.insert(document)),
    insertMany: (documents) => using((of) => of.insertMany(documents)),
    get: (id) => using((of) => of.get(id)),
    getMany: (ids) => using((of) => of.getMany(ids)),
    replace: (document, expected) => using((of) => of.replace(document, expected)),
    take: (id) => using((of) => of.take(id)),
    find: (query) => using((of) => of.find(query)),
    forget: (id) => made?.forget(id),
    insertNow(document) {
      made ??= make();
      made.insertNow(document);
    },
    removeNow: (document) => made?.removeNow(document),
  };
};

/** Throws BrokenTransaction when a document cannot be removed; the error of a full volume as it is. */
const undo = (inserted: readonly (() => void)[]): void => {
  try {
    for (const remove of inserted.toReversed()) remove();
  } catch (cause) {
    if (isFull(cause)) throw cause;
    throw new BrokenTransaction('documents of a failed commit could not be removed', { cause });
  }
};

const endOf = (rules: CollectionRules | undefined, collection: string) => {
  if (rules?.expiresAt === undefined) throw new TypeError(`documents of ${collection} do not expire`);
  return { table: tableOf(rules.name), column: columnOf(rules.expiresAt) };
};
