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
import {
  type CollectionRules,
  checkIds,
  checkQuery,
  collectionRules,
  deepFrozen,
  isPossibleId,
  storedBody,
} from '../../src/domain/ports/store-rules.ts';
import {
  connectMongodb,
  isDuplicate,
  isUnknownOutcome,
  type MongodbConnection,
  type MongodbOptions,
} from './connection.ts';
import { findFilter } from './find-filter.ts';
import { ensureIndexes } from './indexes.ts';
import { type StoredDocument, storedDocument } from './stored-document.ts';

export type MongodbDocumentStore = DocumentStore & {
  /** Whether the database held nothing of Behalf before. */
  readonly isNew: boolean;
  /** Resolves when the collections declared so far have their indexes. Throws StoreUnavailable when one cannot be had. */
  ready(): Promise<void>;
  /** Why MongoDB cannot be used now, or undefined. */
  check(): Promise<string | undefined>;
};

type Known = {
  readonly rules: CollectionRules;
  readonly collection: Collection<never>;
  readonly prepared: () => Promise<void>;
  readonly stored: MongoCollection<StoredDocument>;
};

/** Collections in one database. Throws StoreUnavailable with the reason when the server is not fit; see `MongodbOptions`. */
export const mongodbDocumentStore = async (
  options: MongodbOptions & { readonly onUnreadable?: OnUnreadable },
): Promise<MongodbDocumentStore> => {
  const connection = await connectMongodb(options);
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
      const collection = collectionOver<T>(connection, rules, stored, { prepared, onUnreadable: options.onUnreadable });
      collections.set(rules.name, { rules, collection: collection as unknown as Collection<never>, prepared, stored });
      return collection;
    },
    async sweep(now, limit) {
      let removed = 0;
      for (const { rules, stored, prepared } of collections.values()) {
        if (rules.expiresAt === undefined || removed >= limit) continue;
        const end = { [`fields.${rules.expiresAt}`]: { $gte: Number.MIN_SAFE_INTEGER, $lt: now } };
        removed += await connection.run(async () => {
          await prepared();
          const found = await stored.find(end, { projection: { _id: 1 }, limit: limit - removed }).toArray();
          if (found.length === 0) return 0;
          // The end once more: it may have been moved since.
          const { deletedCount } = await stored.deleteMany({ ...end, _id: { $in: found.map(({ _id }) => _id) } });
          return deletedCount;
        });
      }
      return removed > 0 ? removed : connection.run(async () => 0);
    },
    async ready() {
      try {
        await Promise.all([...collections.values()].map(({ prepared }) => prepared()));
      } catch (error) {
        throw new StoreUnavailable(`MongoDB has not made the indexes: ${(error as Error).message}`, { cause: error });
      }
    },
    isNew: connection.isNew,
    check: connection.check,
    async close() {
      isClosed = true;
      await connection.close();
    },
  };
};

/** Does `work` once for all callers; when it fails, the next caller begins again. */
const preparation = (work: () => Promise<void>): (() => Promise<void>) => {
  let running: Promise<void> | undefined;
  const prepare = (): Promise<void> => {
    running ??= work().catch((error: unknown) => {
      running = undefined;
      throw error;
    });
    return running;
  };
  // At once, not with the first request. Whoever needs it hears of the failure.
  prepare().catch(() => undefined);
  return prepare;
};

const collectionOver = <T extends Document>(
  connection: MongodbConnection,
  rules: CollectionRules,
  stored: MongoCollection<StoredDocument>,
  { prepared, onUnreadable }: Pick<Known, 'prepared'> & { readonly onUnreadable: OnUnreadable | undefined },
): Collection<T> => {
  const reading = connection.linearizable.has(rules.name) ? ({ readConcern: { level: 'linearizable' } } as const) : {};
  const projection = { _id: 1, version: 1, body: 1 } as const;

  const versioned = ({ _id, body, version }: Pick<StoredDocument, '_id' | 'body' | 'version'>) => {
    const document = storedBody<T>(rules, body, _id, onUnreadable);
    return document && (deepFrozen({ document, version }) as Versioned<T>);
  };

  /** Nothing is read either before the indexes are there: a search without its index would be a scan. */
  const run = <R>(work: () => Promise<R>): Promise<R> =>
    connection.run(async () => {
      await prepared();
      return work();
    });

  const conflict = (error: unknown): unknown =>
    isDuplicate(error)
      ? new DocumentConflict(`${rules.name}: the id or a unique key is taken`, { cause: error })
      : error;

  /**
   * Does a write, and when it is not known whether it happened, reads whether it did: every version names its write.
   * Found: it happened. Not found: it still may, so it stays unknown, and the error stands.
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

  /** A read concern stronger than majority is for the reading of one document by its id. */
  const readMany = async (ids: readonly string[]) => {
    if (!('readConcern' in reading)) return stored.find({ _id: { $in: [...ids] } }, { projection }).toArray();
    const read = await Promise.all(ids.map((id) => stored.findOne({ _id: { $eq: id } }, { projection, ...reading })));
    return read.filter((one) => one !== null);
  };

  return {
    async insert(document) {
      const made = storedDocument(rules, document, 1);
      await write(() => stored.insertOne(made), [made], undefined);
    },
    async insertMany(documents) {
      const made = documents.map((document) => storedDocument(rules, document, 1));
      if (made.length === 0) return;
      await write(() => stored.insertMany(made, { ordered: true }), made, undefined);
    },
    async get(id) {
      if (!isPossibleId(id)) return undefined;
      const found = await run(() => stored.findOne({ _id: { $eq: id } }, { projection, ...reading }));
      return found ? versioned(found) : undefined;
    },
    async getMany(ids) {
      const possible = checkIds(ids);
      const found = await run(() => readMany(possible));
      const byId = new Map(found.map((each) => [each._id, each]));
      return possible.flatMap((id) => {
        const each = byId.get(id);
        const one = each && versioned(each);
        return one ? [one] : [];
      });
    },
    async replace(document, expected) {
      const made = storedDocument(rules, document, expected + 1);
      const { _id, ...rest } = made;
      return write(
        async () => (await stored.replaceOne({ _id, version: { $eq: expected } }, rest)).matchedCount === 1,
        [made],
        true,
      );
    },
    /** When the answer is lost it cannot be known who got the document: nobody did, and the caller hears `unavailable`. */
    async take(id) {
      if (!isPossibleId(id)) return undefined;
      const found = await run(() => stored.findOneAndDelete({ _id: { $eq: id } }, { projection }));
      return found ? versioned(found)?.document : undefined;
    },
    async find(query) {
      const checked = checkQuery(rules, query);
      if (!checked) return run(async () => []);
      const { filter, sort } = findFilter(rules, checked);
      for (let limit = checked.limit; ; ) {
        const options = { sort, limit, batchSize: limit, singleBatch: true, projection };
        const found = await run(() => stored.find(filter, options).toArray());
        const readable = found.map(versioned).filter((one) => one !== undefined);
        // What is not understood must not end a list early.
        const missing = checked.limit - readable.length;
        if (missing <= 0 || found.length < limit) return readable.slice(0, checked.limit);
        limit += missing;
      }
    },
  };
};
