/**
 * Both store ports in the memory of this process: for tests and development, and as the simplest reference
 * implementation of the ports. No data survives the process, so no production start uses it.
 */
import { declaredCollections } from '../../src/domain/ports/declared-collections.ts';
import {
  type Collection,
  type CollectionDeclaration,
  type Document,
  DocumentConflict,
  type DocumentStore,
  StoreUnavailable,
  type Versioned,
} from '../../src/domain/ports/document-store.ts';
import {
  type CheckedQuery,
  type CollectionRules,
  checkDocument,
  checkIds,
  checkQuery,
  deepFrozen,
  type FieldValue,
  fieldValue,
  isPossibleId,
  listValues,
} from '../../src/domain/ports/store-rules.ts';
import { compareText } from './compare-text.ts';
import { countUpTo, type Sweeping, sweepingOver } from './sweeping.ts';

/** A stored document: a frozen copy, so that no caller can change the store. */
type Entry = {
  readonly id: string;
  readonly document: Document;
  readonly version: number;
  readonly fields: ReadonlyMap<string, FieldValue>;
  readonly lists: ReadonlyMap<string, readonly string[]>;
};

/**
 * What happens to a member of a document that has no value. Types forbid such a member (`exactOptionalPropertyTypes`), but
 * the compiler does not see it where a condition decides whether a member is spread: so tests refuse it.
 */
type EmptyMembers = 'refused' | 'dropped';

type MemoryCollection = {
  readonly rules: CollectionRules;
  readonly emptyMembers: EmptyMembers;
  readonly entries: Map<string, Entry>;
  /** For each unique index, the key of its fields → the id that holds it. */
  readonly uniqueKeys: readonly { readonly fields: readonly string[]; readonly holders: Map<string, string> }[];
  readonly sweeping: Sweeping<Entry>;
};

export const memoryDocumentStore = (emptyMembers: EmptyMembers = 'dropped'): DocumentStore => {
  const collections = declaredCollections((rules) => emptyCollection(rules, emptyMembers));
  let isClosed = false;

  const assertOpen = (): void => {
    if (isClosed) throw new StoreUnavailable('the store is closed');
  };

  return {
    collection<T extends Document>(declaration: CollectionDeclaration): Collection<T> {
      assertOpen();
      return collectionOver<T>(collections.declared(declaration), assertOpen);
    },
    expiring: collections.expiring,
    async sweep(name, now, limit) {
      assertOpen();
      const { collection, isOver } = expiring(collections.get(name), name);
      return collection.sweeping.slice(limit, (entry) => {
        if (!isOver(entry, now)) return false;
        remove(collection, entry);
        return true;
      });
    },
    async countExpired(name, now, most) {
      assertOpen();
      const { collection, isOver } = expiring(collections.get(name), name);
      return countUpTo(most, collection.entries.values(), (entry) => isOver(entry, now));
    },
    async close() {
      isClosed = true;
    },
  };
};

const emptyCollection = (rules: CollectionRules, emptyMembers: EmptyMembers): MemoryCollection => {
  const entries = new Map<string, Entry>();
  return {
    rules,
    emptyMembers,
    entries,
    uniqueKeys: rules.indexes
      .filter((index) => index.unique === true)
      .map((index) => ({ fields: index.fields, holders: new Map() })),
    sweeping: sweepingOver(() => entries.values()),
  };
};

const expiring = (collection: MemoryCollection | undefined, name: string) => {
  const end = collection?.rules.expiresAt;
  if (collection === undefined || end === undefined) throw new TypeError(`documents of ${name} do not expire`);
  const isOver = ({ fields }: Entry, now: number): boolean => {
    const value = fields.get(end);
    return typeof value === 'number' && value < now;
  };
  return { collection, isOver };
};

// No method awaits anything between reading and writing, so each is atomic for all callers.
const collectionOver = <T extends Document>(stored: MemoryCollection, assertOpen: () => void): Collection<T> => ({
  async insert(document) {
    assertOpen();
    insert(stored, entryOf(stored, document, 1));
  },
  async insertMany(documents) {
    assertOpen();
    for (const entry of documents.map((document) => entryOf(stored, document, 1))) insert(stored, entry);
  },
  async get(id) {
    assertOpen();
    const entry = isPossibleId(id) ? stored.entries.get(id) : undefined;
    return entry && versioned<T>(entry);
  },
  async getMany(ids) {
    assertOpen();
    return checkIds(ids).flatMap((id) => {
      const entry = stored.entries.get(id);
      return entry ? [versioned<T>(entry)] : [];
    });
  },
  async replace(document, expected) {
    assertOpen();
    const next = entryOf(stored, document, expected + 1);
    const entry = stored.entries.get(document.id);
    if (entry?.version !== expected) return false;
    assertUnique(stored, next);
    remove(stored, entry);
    insert(stored, next);
    return true;
  },
  async take(id) {
    assertOpen();
    const entry = isPossibleId(id) ? stored.entries.get(id) : undefined;
    if (!entry) return undefined;
    remove(stored, entry);
    return versioned<T>(entry).document;
  },
  async find(query) {
    assertOpen();
    const checked = checkQuery(stored.rules, query);
    if (!checked) return [];
    const found = [...stored.entries.values()].filter((entry) => matches(entry, checked));
    const ordered = found.sort((a, b) => comparePlaces(placeOf(a, checked), placeOf(b, checked), checked.descending));
    return ordered.slice(0, checked.limit).map((entry) => versioned<T>(entry));
  },
});

/** Throws TypeError at the first member without a value, however deep. */
const refuseEmpty = (value: object, at: string): void => {
  for (const [name, held] of Object.entries(value)) {
    if (held === undefined) throw new TypeError(`${at}: ${name} has no value`);
    if (typeof held === 'object' && held !== null) refuseEmpty(held, `${at}/${name}`);
  }
};

const entryOf = ({ rules, emptyMembers }: MemoryCollection, document: Document, version: number): Entry => {
  checkDocument(document);
  if (emptyMembers === 'refused') refuseEmpty(document, rules.name);
  const fields = new Map<string, FieldValue>();
  for (const field of rules.fields) {
    const value = fieldValue(document, field);
    if (value !== undefined) fields.set(field, value);
  }
  const lists = new Map(rules.lists.map((list) => [list, listValues(document, list)]));
  return {
    id: document.id,
    document: deepFrozen(JSON.parse(JSON.stringify(document)) as Document),
    version,
    fields,
    lists,
  };
};

const versioned = <T>(entry: Entry): Versioned<T> => ({
  document: entry.document as T,
  version: entry.version,
});

const insert = (collection: MemoryCollection, entry: Entry): void => {
  if (collection.entries.has(entry.id)) throw new DocumentConflict(`${collection.rules.name}: the id is taken`);
  assertUnique(collection, entry);
  collection.entries.set(entry.id, entry);
  for (const { fields, holders } of collection.uniqueKeys) {
    const key = uniqueKey(entry, fields);
    if (key !== undefined) holders.set(key, entry.id);
  }
};

const remove = (collection: MemoryCollection, entry: Entry): void => {
  collection.entries.delete(entry.id);
  for (const { fields, holders } of collection.uniqueKeys) {
    const key = uniqueKey(entry, fields);
    if (key !== undefined) holders.delete(key);
  }
};

const assertUnique = (collection: MemoryCollection, entry: Entry): void => {
  for (const { fields, holders } of collection.uniqueKeys) {
    const key = uniqueKey(entry, fields);
    const holder = key === undefined ? undefined : holders.get(key);
    if (holder !== undefined && holder !== entry.id) {
      throw new DocumentConflict(`${collection.rules.name}: a document with this ${fields.join(', ')} exists`);
    }
  }
};

/** Undefined when a field is missing: such a document is not in the index. */
const uniqueKey = (entry: Entry, fields: readonly string[]): string | undefined => {
  const values = fields.map((field) => entry.fields.get(field));
  return values.includes(undefined) ? undefined : JSON.stringify(values);
};

/** The position of an entry in the order of a query. */
type Place = { readonly value: FieldValue | undefined; readonly id: string };

const placeOf = (entry: Entry, query: CheckedQuery): Place => ({
  value: query.by === undefined ? undefined : entry.fields.get(query.by),
  id: entry.id,
});

const matches = (entry: Entry, query: CheckedQuery): boolean => {
  for (const [field, value] of query.where) if (entry.fields.get(field) !== value) return false;
  if (query.list && !entry.lists.get(query.list.list)?.includes(query.list.holds)) return false;
  if (query.range) {
    const { field, gte = Number.MIN_SAFE_INTEGER, lte = Number.MAX_SAFE_INTEGER } = query.range;
    const value = entry.fields.get(field);
    if (typeof value !== 'number' || value < gte || value > lte) return false;
  }
  if (query.by !== undefined && !entry.fields.has(query.by)) return false;
  if (!query.after) return true;
  const end: Place = { value: query.by === undefined ? undefined : query.after.value, id: query.after.id };
  return comparePlaces(placeOf(entry, query), end, query.descending) > 0;
};

const comparePlaces = (a: Place, b: Place, descending: boolean): number =>
  (compareValues(a.value, b.value) || compareText(a.id, b.id)) * (descending ? -1 : 1);

const compareValues = (a: FieldValue | undefined, b: FieldValue | undefined): number => {
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  return rank(a) - rank(b) || Number(a ?? 0) - Number(b ?? 0);
};

/** Numbers before text before booleans, as in SQLite. */
const rank = (value: FieldValue | undefined): number =>
  typeof value === 'number' ? 0 : typeof value === 'string' ? 1 : 2;
