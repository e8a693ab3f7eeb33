import type { Collection as MongoCollection } from 'mongodb';
import {
  type Collection,
  type CollectionDeclaration,
  type Document,
  DocumentConflict,
  type DocumentStore,
  type OnUnreadable,
  StoreUnavailable,
  type Versioned,
} from '../../src/domain/ports/document-store.ts';
import { indexComparison } from '../../src/domain/ports/index-comparison.ts';
import {
  type CheckedQuery,
  type CollectionRules,
  checkIds,
  checkQuery,
  collectionRules,
  deepFrozen,
  isPossibleId,
  storedBody,
} from '../../src/domain/ports/store-rules.ts';
import { changeMarks } from './change-marks.ts';
import {
  connectMongodb,
  isDuplicate,
  isUnknownOutcome,
  type MongodbConnection,
  type MongodbOptions,
} from './connection.ts';
import { findFilter } from './find-filter.ts';
import { ensureIndexes } from './indexes.ts';
import { type Read, type Region, type RememberedReads, type Remembering, rememberedReads } from './remembered-reads.ts';
import { type StoredDocument, storedDocument } from './stored-document.ts';
import { expiredBefore, expiring, removeExpired } from './sweeping.ts';

export type MongodbDocumentStore = DocumentStore & {
  /** Whether the database held no data of Behalf before. */
  readonly isNew: boolean;
  /**
   * Resolves when the collections declared so far have their indexes. Throws StoreUnavailable when an index cannot
   * be created.
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
  readonly remembered?: { readonly collections: readonly Remembering[]; readonly elapsed: () => number };
};

/**
 * Collections in one database. Throws StoreUnavailable with the reason when the server is unsuitable; see
 * `MongodbOptions`.
 */
export const mongodbDocumentStore = async (options: Options): Promise<MongodbDocumentStore> => {
  const connection = await connectMongodb(options);
  const { remembered = { collections: [], elapsed: () => 0 } } = options;
  const marks = changeMarks({ database: connection.database, run: connection.run, elapsed: remembered.elapsed });
  const reads = rememberedReads({ marks, elapsed: remembered.elapsed });
  const collections = new Map<string, Known>();
  let isClosed = false;

  return {
    collection<T extends Document>(declaration: CollectionDeclaration): Collection<T> {
      if (isClosed) throw new StoreUnavailable('the store is closed');
      const rules = collectionRules(declaration);
      const known = collections.get(rules.name);
      if (known && known.rules.signature !== rules.signature) {
        throw new TypeError(`collection ${rules.name} was declared differently before`);
      }
      if (known) return known.collection as unknown as Collection<T>;
      const stored = connection.database.collection<StoredDocument>(rules.name);
      const prepared = preparation(() => ensureIndexes(stored, rules));
      const remembering = remembered.collections.find(({ name }) => name === rules.name);
      const region = remembering && reads.region<T>(remembering);
      const { onUnreadable } = options;
      const collection = collectionOver<T>(connection, rules, stored, { prepared, onUnreadable, reads, region });
      collections.set(rules.name, { rules, collection: collection as unknown as Collection<never>, prepared, stored });
      return collection;
    },
    expiring: () =>
      [...collections.values()].flatMap(({ rules }) => (rules.expiresAt === undefined ? [] : [rules.name])),
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
        await Promise.all([...collections.values()].map(({ prepared }) => prepared()));
        if (remembered.collections.length > 0) await marks.prepare();
      } catch (error) {
        throw new StoreUnavailable(`MongoDB has not made the indexes: ${(error as Error).message}`, { cause: error });
      }
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

/** `fields` only where indexes are compared. */
type ReadDocument = Pick<StoredDocument, '_id' | 'body' | 'version'> & Partial<Pick<StoredDocument, 'fields'>>;

const isNone = (held: unknown, value: unknown): boolean => value === undefined && typeof held === 'object';

type Preparation = (() => Promise<void>) & { readonly isDone: () => boolean };

/** The indexes of all collections are created at the same time, at start, which takes longer than a call. */
const AT_START = 10;

/** Runs `work` once for all callers; after a failure the next caller starts again. */
const preparation = (work: () => Promise<void>): Preparation => {
  let running: Promise<void> | undefined;
  let isDone = false;
  const prepare = async (): Promise<void> => {
    running ??= work().then(
      () => {
        isDone = true;
      },
      (error: unknown) => {
        running = undefined;
        throw error;
      },
    );
    return running;
  };
  // Starts now, not with the first request. A caller that needs it gets the error.
  prepare().catch(() => undefined);
  return Object.assign(prepare, { isDone: () => isDone });
};

const collectionOver = <T extends Document>(
  connection: MongodbConnection,
  rules: CollectionRules,
  stored: MongoCollection<StoredDocument>,
  {
    prepared,
    onUnreadable,
    reads,
    region,
  }: Pick<Known, 'prepared'> & {
    readonly onUnreadable: OnUnreadable | undefined;
    readonly reads: RememberedReads;
    /** Absent: this collection is not cached. */
    readonly region: Region<T> | undefined;
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
    const isChange = region !== undefined && ids.some((id) => region.isChangedBy(operation, id));
    try {
      return await reads.write(work, isChange, isUnknownOutcome);
    } finally {
      for (const id of ids) region?.forget(id);
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

  /** One result for each id, in their order. */
  const getEach = async (ids: readonly string[]): Promise<readonly Read<T>[]> => {
    const byId = new Map((await run(() => readMany(ids))).map((each) => [each._id, each]));
    return ids.map((id) => readOf(byId.get(id)));
  };

  const findAll = async (checked: CheckedQuery): Promise<readonly Read<T>[]> => {
    const { filter, sort } = findFilter(rules, checked);
    for (let limit = checked.limit; ; ) {
      // Usually one batch; a batch also ends at 16 MB, which is not the end of the list.
      const options = { sort, limit, batchSize: limit + 1, projection };
      const found = await run(() => stored.find(filter, options).toArray());
      const readable = found.map(readOf).filter(({ found: one }) => one !== undefined);
      // A document that is not understood must not end a list early.
      const missing = checked.limit - readable.length;
      if (missing <= 0 || found.length < limit) return readable.slice(0, checked.limit);
      limit += missing;
    }
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
      return region ? region.get(id, () => getOne(id)) : (await getOne(id)).found;
    },
    async getMany(ids) {
      const possible = checkIds(ids);
      if (region) return region.getMany(possible, getEach);
      return (await getEach(possible)).flatMap(({ found }) => (found ? [found] : []));
    },
    async replace(document, expected) {
      const made = storedDocument(rules, document, expected + 1);
      const { _id, ...rest } = made;
      const swap = async () => (await stored.replaceOne({ _id, version: { $eq: expected } }, rest)).matchedCount === 1;
      return noticed('replace', [_id], () => write(swap, [made], true));
    },
    /**
     * If the response is lost, it is unknown who got the document: no caller gets it, and this one gets
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
      const key = region && uniqueKey(rules, checked);
      if (!region || key === undefined) return (await findAll(checked)).flatMap(({ found }) => (found ? [found] : []));
      const found = await region.find(key, async () => (await findAll(checked))[0] ?? readOf(undefined));
      return found ? [found] : [];
    },
  };
};

/** A key for a query by the text of a unique index; undefined for any other query. */
const uniqueKey = (rules: CollectionRules, { where, range, after }: CheckedQuery): string | undefined => {
  const [field, value] = where[0] ?? [];
  if (where.length !== 1 || range !== undefined || after !== undefined || typeof value !== 'string') return undefined;
  const isUnique = rules.indexes.some(({ unique, fields }) => unique && fields.length === 1 && fields[0] === field);
  return isUnique ? `${field}=${value}` : undefined;
};
