/**
 * The durable store: JSON documents in declared collections. It promises little, so that every backend can keep its
 * promises. One document is the unit of every decision. Only `commit` spans several, where a store has it.
 *
 * Implemented by `adapters/memory`, `adapters/sqlite`, `adapters/mongodb`, `adapters/postgresql`; proven by `test/contract`.
 */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [member: string]: Json };

/** Documents are JSON: no Date, undefined, Buffer or NaN. Times are whole epoch seconds (NumericDate, RFC 7519 §2). */
export type Document = { readonly id: string };

/** The result of a lookup by id or name: the document, or undefined when there is none. */
export type Found<T> = Promise<{ readonly document: T } | undefined>;

/** A stored document, deeply frozen: to change it, callers create another one. */
export type Versioned<T> = {
  readonly document: T;
  readonly version: number;
  /**
   * Fields whose value in the index differs from the document, and `id` where its key differs. A search may then miss
   * the document or find it wrongly. Only in collections that declare `comparesIndexes`; absent when all agree.
   */
  readonly misindexed?: readonly string[];
};

/**
 * Fields are top-level members holding a string, an integer or a boolean. A document without the field is not in the index.
 */
export type IndexDeclaration = { readonly fields: readonly string[]; readonly unique?: boolean };

export type CollectionDeclaration = {
  /** snake_case, unique in the store. */
  readonly name: string;
  readonly indexes: readonly IndexDeclaration[];
  /**
   * Top-level members that hold lists of distinct texts, at most 64. `where` finds the documents whose list holds a
   * text. Such a member is first in an index that is not unique: alone, or followed by one field that can order the
   * documents found. Not together with `expiresAt`.
   */
  readonly lists?: readonly string[];
  /**
   * A top-level member that holds the epoch second from which the document may be swept. The sweeper removes the
   * document some time later, so readers must check the expiry. Indexed by the adapter.
   */
  readonly expiresAt?: string;
  /** Required members. A document without them cannot be read: it is damaged, or of another version. */
  readonly members?: readonly string[];
  /**
   * Treats a document that cannot be read as absent. For collections in which absence means denial. In all others,
   * reading such a document throws StoreUnavailable.
   */
  readonly isAbsentWhenUnreadable?: boolean;
  /** Written often and read seldom: no store keeps its documents in memory, so none has to notice who changes them. */
  readonly isReadSeldom?: boolean;
  /** Every read also compares the indexes with the document, for collections that defend against an editor of the store. */
  readonly comparesIndexes?: boolean;
};

/** Called for stored documents that cannot be read; the id is not always known. */
export type OnUnreadable = (collection: string, id: string | undefined) => void;

/** End of a page: the last document's value of the ordering field, and its id. */
export type Cursor = { readonly value?: string | number; readonly id: string };

export type Query = {
  /**
   * Equality on members that are all fields of declared indexes (throws otherwise). At most one of them is a list, with
   * an index of it and the member of `order`, if there is one.
   */
  readonly where?: Readonly<Record<string, string | number | boolean>>;
  /** At most one range on an indexed integer member; both ends inclusive. */
  readonly range?: { readonly field: string; readonly gte?: number; readonly lte?: number };
  /** An indexed member; ties are broken by id in the same direction. Default: by id, ascending. */
  readonly order?: { readonly by?: string; readonly direction: 'ascending' | 'descending' };
  readonly after?: Cursor;
  /** 1..1000, default 100. */
  readonly limit?: number;
};

export interface Collection<T extends Document> {
  /** Stores a new document at version 1. Throws DocumentConflict when its id or a unique key is taken. */
  insert(document: T): Promise<void>;
  /**
   * Stores new documents in the given order, each at version 1, in one durable step where the backend can. On the first
   * conflict throws DocumentConflict and stores no later document; the earlier ones may have been stored. Later
   * documents are never stored without the earlier ones.
   */
  insertMany(documents: readonly T[]): Promise<void>;
  get(id: string): Promise<Versioned<T> | undefined>;
  /** The documents found, in the order of `ids`; unknown ids are left out. At most 1000 ids. */
  getMany(ids: readonly string[]): Promise<readonly Versioned<T>[]>;
  /**
   * Compare-and-swap: writes only if the stored version is `expected`; returns whether it wrote. Throws
   * DocumentConflict on a unique key.
   */
  replace(document: T, expected: number): Promise<boolean>;
  /** Deletes and returns the document. Exactly one of several concurrent callers gets it. */
  take(id: string): Promise<T | undefined>;
  find(query: Query): Promise<readonly Versioned<T>[]>;
}

/** Result of one call of a sweep. `isDone`: no expired document was left when it ended. */
export type SweepSlice = { readonly removed: number; readonly isDone: boolean };

/** A document to insert, and the name of its collection. */
export type Insertion = { readonly collection: string; readonly document: Document };

/** Inserts at version 1. Throws DocumentConflict when the id or a unique key is taken; then nothing of it is stored. */
export type Insert = (insertion: Insertion) => void;

/** A write has reached stable storage when its promise resolves. Any method throws StoreUnavailable when the backend fails. */
export interface DocumentStore {
  /** The same declaration always gives the same data. Throws when a name was declared differently before. */
  collection<T extends Document>(declaration: CollectionDeclaration): Collection<T>;
  /** The names of the collections declared so far whose documents expire. */
  expiring(): readonly string[];
  /**
   * Removes documents of one collection that expired before `now`, at most `limit`. A store within this process stops
   * after about `milliseconds`, because the process serves no requests during the call. Absent: no time limit. A
   * removal need not have reached stable storage. Throws TypeError for a collection whose documents do not expire.
   */
  sweep(collection: string, now: number, limit: number, milliseconds?: number): Promise<SweepSlice>;
  /** How many documents of one collection expired before `now`, counted up to `most`. */
  countExpired(collection: string, now: number, most: number): Promise<number>;
  /**
   * Returns a few unused pages to the file system; returns whether more are left. Absent where the database server does
   * this itself, and where there is no file.
   */
  shrink?(): Promise<boolean>;
  /**
   * Reads within `work` may return any state since `work` began, or since the last write of this process. So one read
   * may serve all of them. Where this is absent, and outside of `work`: any state since the read began.
   */
  asOneRequest?<R>(work: () => R): R;
  /**
   * Runs `work` within one transaction: all that it inserts is stored, and durable when the promise resolves. When `work` throws,
   * nothing is stored. It may catch a DocumentConflict of `insert` and continue. It may be run a second time, from its beginning, so it keeps no
   * result of the first. `bytes`: about how much it inserts. The collections were declared before. Absent where the store has no such
   * transaction.
   */
  commit?<R>(work: (insert: Insert) => R, bytes: number): Promise<R>;
  /** Idempotent. Waits for writes in progress. */
  close(): Promise<void>;
}

/** An id or unique key is taken. `code` is 'document_conflict'. */
export class DocumentConflict extends Error {
  override readonly name = 'DocumentConflict';
  readonly code = 'document_conflict';
}

/** Why a store fails, where the cause is known and has its own remedy. */
export type StoreFailure = 'no_space' | 'unreadable';

/** The backend failed or is closed; the outcome of a write in progress is unknown. `code` is 'store_unavailable'. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
  readonly code = 'store_unavailable';
  /**
   * `no_space`: there is no room for the write, and no part of it was stored. `unreadable`: the store answers, but a document is
   * damaged or of another version.
   */
  readonly reason: StoreFailure | undefined;

  constructor(message: string, options: { readonly cause?: unknown; readonly reason?: StoreFailure } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.reason = options.reason;
  }
}

export const isDocumentConflict = (error: unknown): error is DocumentConflict =>
  (error as { code?: unknown } | undefined)?.code === 'document_conflict';

export const isStoreUnavailable = (error: unknown): error is StoreUnavailable =>
  (error as { code?: unknown } | undefined)?.code === 'store_unavailable';

/** Message and retry time for callers while there is no room. Safe to send. */
export const NO_SPACE = {
  message: 'The storage of this server is full. Nothing was changed. Try again later, or tell its operator.',
  retryAfterSeconds: 30,
} as const;

/** Whether the cause of an error is that a store has no room. */
export const isOutOfSpace = (error: unknown): boolean => {
  for (let cause = error, depth = 0; depth < 8 && cause instanceof Object; depth += 1) {
    if (isStoreUnavailable(cause) && cause.reason === 'no_space') return true;
    // The error of a file beside the store.
    if ((cause as { readonly code?: unknown }).code === 'ENOSPC') return true;
    cause = (cause as { readonly cause?: unknown }).cause;
  }
  return false;
};

/**
 * All documents of a query in its order, read a page of `limit` at a time. Each page is read when the one before is used up,
 * after its last document as it was read.
 */
export async function* everyDocument<T extends Document>(
  collection: Pick<Collection<T>, 'find'>,
  query: Omit<Query, 'after' | 'limit'> & { readonly limit: number },
): AsyncGenerator<T, undefined> {
  const by = query.order?.by;
  for (let after: Cursor | undefined; ; ) {
    const page = await collection.find({ ...query, ...(after ? { after } : {}) });
    for (const { document } of page) yield document;
    const last = page.at(-1)?.document;
    if (page.length < query.limit || !last) return undefined;
    after = { id: last.id, ...(by === undefined ? {} : { value: last[by as keyof T] as string | number }) };
  }
}

/** How many documents fit a query. Reads them all, 1,000 at a time. Store errors propagate. */
export const countDocuments = async <T extends Document>(
  collection: Pick<Collection<T>, 'find'>,
  query: Omit<Query, 'after' | 'limit'>,
): Promise<number> => {
  let count = 0;
  for await (const _ of everyDocument(collection, { ...query, limit: 1000 })) count += 1;
  return count;
};

/** Inserts a document. Returns false when its id or a unique key is taken. */
export const tryInsert = async <T extends Document>(
  collection: Pick<Collection<T>, 'insert'>,
  document: T,
): Promise<boolean> => {
  try {
    await collection.insert(document);
    return true;
  } catch (error) {
    if (!isDocumentConflict(error)) throw error;
    return false;
  }
};

const MOST_LOST_SWAPS = 20;

/** The result of a turn whose write came after another writer's. */
export const LOST: unique symbol = Symbol('lost swap');

/**
 * Repeats `turn`, which reads, decides and writes, until it does not return `LOST`. Throws StoreUnavailable after `most`
 * lost swaps; `about` says of what, for the log.
 */
export const retryLost = async <T>(
  about: string,
  turn: () => Promise<T | typeof LOST>,
  most = MOST_LOST_SWAPS,
): Promise<T> => {
  for (let lost = 0; lost < most; lost += 1) {
    const result = await turn();
    if (result !== LOST) return result;
  }
  throw new StoreUnavailable(`gave up on ${about} after ${most} lost swaps`);
};

/**
 * Reads, changes and writes one document. Reads again when another writer was faster. `change` may throw to refuse, or
 * return `undefined` to leave the document as it is. Returns what is stored afterwards, or `undefined` when there is no
 * such document. Throws StoreUnavailable after 20 lost swaps.
 */
export const update = async <T extends Document>(
  collection: Collection<T>,
  id: string,
  change: (document: T) => T | undefined,
): Promise<Versioned<T> | undefined> =>
  retryLost(id, async () => {
    const found = await collection.get(id);
    if (!found) return undefined;
    const next = change(found.document);
    if (next === undefined) return found;
    const isWritten = await collection.replace(next, found.version);
    return isWritten ? { document: next, version: found.version + 1 } : LOST;
  });

/** The same for a document that may not exist: `change` is then called without one, and its result is inserted. */
export const upsert = <T extends Document>(
  collection: Pick<Collection<T>, 'get' | 'insert' | 'replace'>,
  id: string,
  change: (document: T | undefined) => T | undefined,
  most?: number,
): Promise<void> =>
  retryLost(
    id,
    async () => {
      const found = await collection.get(id);
      const next = change(found?.document);
      if (next === undefined) return undefined;
      const isWritten = found ? await collection.replace(next, found.version) : await tryInsert(collection, next);
      return isWritten ? undefined : LOST;
    },
    most,
  );
