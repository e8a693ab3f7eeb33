/** One collection of MongoDB: reads through the cache, writes whose outcome is read back. document-store.ts creates it. */
import type { Collection as MongoCollection } from 'mongodb';
import {
  type Collection,
  type Document,
  DocumentConflict,
  type OnUnreadable,
  type Versioned,
} from '../../src/domain/ports/document-store.ts';
import { indexComparison } from '../../src/domain/ports/index-comparison.ts';
import type { Preparation } from '../../src/domain/ports/preparation.ts';
import { readableList } from '../../src/domain/ports/readable-list.ts';
import {
  type CheckedQuery,
  type CollectionRules,
  checkIds,
  checkQuery,
  deepFrozen,
  isPossibleId,
  storedBody,
} from '../../src/domain/ports/store-rules.ts';
import type { CollectionCache, Read, UniqueValue } from './collection-cache.ts';
import { isDuplicate, isUnknownOutcome, type MongodbConnection } from './connection.ts';
import { findFilter } from './find-filter.ts';
import { markedDocument } from './mark-states.ts';
import type { ReadCache } from './read-cache.ts';
import { type StoredDocument, storedDocument } from './stored-document.ts';

/** The indexes of all collections are created at the same time, at start, which takes longer than a call. */
const AT_START = 10;

/** `fields` only where indexes are compared. */
type ReadDocument = Pick<StoredDocument, '_id' | 'body' | 'version'> & Partial<Pick<StoredDocument, 'fields'>>;

const isNone = (held: unknown, value: unknown): boolean => value === undefined && typeof held === 'object';

export const collectionOver = <T extends Document>(
  connection: MongodbConnection,
  rules: CollectionRules,
  stored: MongoCollection<StoredDocument>,
  {
    prepared,
    onUnreadable,
    reads,
    cache,
  }: {
    readonly prepared: Preparation;
    readonly onUnreadable: OnUnreadable | undefined;
    readonly reads: ReadCache;
    /** Absent: this collection is not cached. */
    readonly cache: CollectionCache<T> | undefined;
  },
): Collection<T> => {
  const reading = connection.linearizable.has(rules.name) ? ({ readConcern: { level: 'linearizable' } } as const) : {};
  const projection = { _id: 1, version: 1, body: 1, ...(rules.comparesIndexes ? { fields: 1 } : {}) } as const;

  const versioned = ({ _id, body, version, fields = {} }: ReadDocument) => {
    const document = storedBody<T>(rules, body, _id, onUnreadable);
    const compared =
      document && rules.comparesIndexes
        ? // A document without a field of a unique index has a value there that no search asks for.
          indexComparison(
            rules,
            document,
            _id,
            (field, value) => fields[field] === value || isNone(fields[field], value),
          )
        : {};
    return document && (deepFrozen({ document, version, ...compared }) as Versioned<T>);
  };

  /** Reads also wait for the indexes: a search without its index would be a scan. */
  const run = <R>(work: () => Promise<R>): Promise<R> =>
    prepared.isDone()
      ? connection.run(work)
      : connection.run(async () => {
          await prepared();
          return work();
        }, AT_START);

  const conflict = (error: unknown): unknown =>
    isDuplicate(error)
      ? new DocumentConflict(`${rules.name}: the id or a unique key is taken`, { cause: error })
      : error;

  /**
   * Runs a write. If its outcome is unknown, reads it back: every version names its write. Found: it happened. Not
   * found: it still may happen, so the outcome stays unknown and the error propagates.
   */
  const write = async <R>(work: () => Promise<R>, made: readonly StoredDocument[], whenFound: R): Promise<R> => {
    try {
      return await run(() =>
        work().catch((error: unknown) => {
          throw conflict(error);
        }),
      );
    } catch (error) {
      if (!isUnknownOutcome(error)) throw error;
      const found = await run(() =>
        stored.countDocuments({ $or: made.map(({ _id, write: name }) => ({ _id, write: name })) }),
      ).catch(() => 0);
      if (found === made.length) return whenFound;
      throw error;
    }
  };

  /** `write` as a change that invalidates the caches of all processes. */
  const noticed = async <R>(
    operation: 'insert' | 'replace' | 'take',
    ids: readonly string[],
    work: () => Promise<R>,
  ): Promise<R> => {
    const changed = cache ? ids.filter((id) => cache.isChangedBy(operation, id)) : [];
    try {
      const marked = changed.map((id) => markedDocument(rules.name, id));
      return await reads.write(work, marked, isUnknownOutcome);
    } finally {
      for (const id of ids) cache?.forget(id);
    }
  };

  /** A read concern stronger than majority is only possible for reading one document by its id. */
  const readMany = async (ids: readonly string[]) => {
    if (!('readConcern' in reading)) return stored.find({ _id: { $in: [...ids] } }, { projection }).toArray();
    const read = await Promise.all(ids.map((id) => stored.findOne({ _id: { $eq: id } }, { projection, ...reading })));
    return read.filter((one) => one !== null);
  };

  const readOf = (found: ReadDocument | null | undefined): Read<T> =>
    found ? { found: versioned(found), length: found.body.length } : { found: undefined, length: 0 };

  const getOne = async (id: string): Promise<Read<T>> =>
    readOf(await run(() => stored.findOne({ _id: { $eq: id } }, { projection, ...reading })));

  /** One result for each id, in the order of the ids. */
  const getEach = async (ids: readonly string[]): Promise<readonly Read<T>[]> => {
    const byId = new Map((await run(() => readMany(ids))).map((each) => [each._id, each]));
    return ids.map((id) => readOf(byId.get(id)));
  };

  const findAll = (checked: CheckedQuery): Promise<readonly Read<T>[]> => {
    const { filter, sort } = findFilter(rules, checked);
    return readableList(checked.limit, async (limit) => {
      // Usually one batch; a batch also ends at 16 MB, which is not the end of the list.
      const options = { sort, limit, batchSize: limit + 1, projection };
      const found = await run(() => stored.find(filter, options).toArray());
      return found.map(readOf).map((one) => (one.found === undefined ? undefined : one));
    });
  };

  return {
    async insert(document) {
      const made = storedDocument(rules, document, 1);
      await noticed('insert', [made._id], () => write(() => stored.insertOne(made), [made], undefined));
    },
    async insertMany(documents) {
      const made = documents.map((document) => storedDocument(rules, document, 1));
      if (made.length === 0) return;
      const ids = made.map(({ _id }) => _id);
      await noticed('insert', ids, () => write(() => stored.insertMany(made, { ordered: true }), made, undefined));
    },
    async get(id) {
      if (!isPossibleId(id)) return undefined;
      return cache ? cache.get(id, () => getOne(id)) : (await getOne(id)).found;
    },
    async getMany(ids) {
      const possible = checkIds(ids);
      if (cache) return cache.getMany(possible, getEach);
      return (await getEach(possible)).flatMap(({ found }) => (found ? [found] : []));
    },
    async replace(document, expected) {
      const made = storedDocument(rules, document, expected + 1);
      const { _id, ...rest } = made;
      const swap = async () => (await stored.replaceOne({ _id, version: { $eq: expected } }, rest)).matchedCount === 1;
      return noticed('replace', [_id], () => write(swap, [made], true));
    },
    /**
     * If the response is lost, it is unknown which caller got the document. No caller gets it, and this one gets
     * `unavailable`.
     */
    async take(id) {
      if (!isPossibleId(id)) return undefined;
      return noticed('take', [id], async () => {
        const found = await run(() => stored.findOneAndDelete({ _id: { $eq: id } }, { projection }));
        return found ? versioned(found)?.document : undefined;
      });
    },
    async find(query) {
      const checked = checkQuery(rules, query);
      if (!checked) return run(async () => []);
      const by = cache && uniqueValue(rules, checked);
      if (!cache || by === undefined) return (await findAll(checked)).flatMap(({ found }) => (found ? [found] : []));
      const found = await cache.find(by, async () => (await findAll(checked))[0] ?? readOf(undefined), getOne);
      return found ? [found] : [];
    },
  };
};

/** The member and the text of a query by a unique index; undefined for any other query. */
const uniqueValue = (rules: CollectionRules, { where, range, after }: CheckedQuery): UniqueValue | undefined => {
  const [field, value] = where[0] ?? [];
  if (where.length !== 1 || range !== undefined || after !== undefined || typeof value !== 'string') return undefined;
  const isUnique = rules.indexes.some(({ unique, fields }) => unique && fields.length === 1 && fields[0] === field);
  return isUnique && field !== undefined ? { field, value } : undefined;
};
