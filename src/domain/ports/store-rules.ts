/**
 * Checks that all store adapters share: declarations, documents, ids and queries. A mistake therefore shows on each
 * backend alike. A TypeError here is a bug of the calling code.
 */

import {
  type CollectionDeclaration,
  type Cursor,
  type Document,
  type IndexDeclaration,
  type OnUnreadable,
  type Query,
  StoreUnavailable,
} from './document-store.ts';
import { checkJson } from './json-check.ts';

/** The value that an index holds for one field. */
export type FieldValue = string | number | boolean;

/** A checked declaration. `expiresAt` is an additional index. */
export type CollectionRules = {
  readonly name: string;
  readonly indexes: readonly IndexDeclaration[];
  readonly expiresAt: string | undefined;
  /** Every field of every index, without duplicates and without lists. */
  readonly fields: readonly string[];
  /** Members that hold lists. */
  readonly lists: readonly string[];
  /** Indexes that begin with a list. */
  readonly listIndexes: readonly ListIndex[];
  /** Equal for declarations that mean the same. */
  readonly signature: string;
  readonly members: readonly string[];
  readonly isAbsentWhenUnreadable: boolean;
  readonly comparesIndexes: boolean;
  readonly isReadSeldom: boolean;
};

/** The list, and the field after it in the index, if any. */
export type ListIndex = { readonly list: string; readonly by: string | undefined };

/** A query with its defaults filled in. `by` undefined: by id. */
export type CheckedQuery = {
  readonly where: readonly (readonly [string, FieldValue])[];
  /** The text that a list must hold, and the index to use. */
  readonly list: (ListIndex & { readonly holds: string }) | undefined;
  readonly range: { readonly field: string; readonly gte?: number; readonly lte?: number } | undefined;
  readonly by: string | undefined;
  readonly descending: boolean;
  readonly after: Cursor | undefined;
  readonly limit: number;
};

const COLLECTION_NAME = /^[a-z][a-z0-9_]{0,47}$/;
const FIELD_NAME = /^[A-Za-z][A-Za-z0-9_]{0,47}$/;
const MAX_LIMIT = 1000;
/** Texts in a list. */
export const MOST_LISTED = 64;
const MAX_KEY_LENGTH = 512;

/** A start asks for three hundred collections, most of them several times. */
const known = new WeakMap<CollectionDeclaration, CollectionRules>();

/** Throws TypeError when the declaration is malformed. The same declaration has the same rules. */
export const collectionRules = (declaration: CollectionDeclaration): CollectionRules => {
  const rules = known.get(declaration) ?? rulesOf(declaration);
  known.set(declaration, rules);
  return rules;
};

const rulesOf = (declaration: CollectionDeclaration): CollectionRules => {
  const { name, expiresAt } = declaration;
  if (!COLLECTION_NAME.test(name)) throw new TypeError(`collection name ${JSON.stringify(name)} is not snake_case`);
  const indexes: readonly IndexDeclaration[] = declaration.indexes;
  const lists: readonly string[] = declaration.lists ?? [];
  const isIndexed = indexes.some((index) => index.fields.length === 1 && index.fields[0] === expiresAt);
  const all = expiresAt === undefined || isIndexed ? indexes : [...indexes, { fields: [expiresAt] }];
  const fields = [...new Set(all.flatMap((index) => index.fields))].filter((field) => !lists.includes(field));
  const signatures = all.map((index) => indexSignature(index, lists));
  const listIndexes = listIndexesOf(name, all, lists);
  if (lists.length > 0 && expiresAt !== undefined)
    throw new TypeError(`${name}: lists and expiresAt exclude each other`);

  for (const index of all) {
    if (index.fields.length === 0) throw new TypeError(`${name}: an index needs a field`);
    if (new Set(index.fields).size !== index.fields.length)
      throw new TypeError(`${name}: an index names a field twice`);
  }
  if (new Set(all.map((index) => index.fields.join(','))).size !== all.length) {
    throw new TypeError(`${name}: an index is declared twice`);
  }
  for (const field of [...fields, ...lists]) {
    if (!FIELD_NAME.test(field) || field === 'id') throw new TypeError(`${name}: ${JSON.stringify(field)} is no field`);
  }
  // Column names of some backends have no case.
  if (new Set(fields.map((field) => field.toLowerCase())).size !== fields.length) {
    throw new TypeError(`${name}: two fields differ in case only`);
  }
  const { members = [], isAbsentWhenUnreadable = false, comparesIndexes = false, isReadSeldom = false } = declaration;
  const signature = `${signatures.sort().join(';')}|${expiresAt ?? ''}`;
  const understood = { members, isAbsentWhenUnreadable, comparesIndexes, isReadSeldom };
  return { name, indexes: all, expiresAt, fields, lists, listIndexes, signature, ...understood };
};

/**
 * The document in a stored text. Undefined when it cannot be read and is treated as absent. Otherwise throws
 * StoreUnavailable, since the document might have denied something.
 */
export const storedBody = <T extends Document>(
  rules: CollectionRules,
  body: string,
  id: string | undefined,
  onUnreadable: OnUnreadable | undefined,
): T | undefined => {
  const document = parsed(body) as Readonly<Record<string, unknown>> | undefined;
  const isOne = typeof document === 'object' && document !== null && typeof document['id'] === 'string';
  if (isOne && (id === undefined || document['id'] === id) && hasAll(document, rules.members)) {
    return document as unknown as T;
  }
  onUnreadable?.(rules.name, id);
  if (rules.isAbsentWhenUnreadable) return undefined;
  throw new StoreUnavailable(`a document of ${rules.name} is damaged or of another version`, { reason: 'unreadable' });
};

const parsed = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
};

const hasAll = (document: object, members: readonly string[]): boolean => {
  for (const member of members) if (!Object.hasOwn(document, member)) return false;
  return true;
};

/** Names an index: equal for indexes that mean the same. */
export const indexSignature = (index: IndexDeclaration, lists: readonly string[]): string =>
  `${index.unique === true ? 'unique ' : ''}${index.fields.map((field) => (lists.includes(field) ? `${field}[]` : field)).join(',')}`;

const listIndexesOf = (
  name: string,
  indexes: readonly IndexDeclaration[],
  lists: readonly string[],
): readonly ListIndex[] =>
  indexes.flatMap(({ fields, unique }) => {
    if (!fields.some((field) => lists.includes(field))) return [];
    const [list = '', by, ...more] = fields;
    if (!lists.includes(list) || (by !== undefined && lists.includes(by)) || more.length > 0 || unique === true) {
      throw new TypeError(
        `${name}: a list stands first in an index that is not unique, with at most one field behind it`,
      );
    }
    return [{ list, by }];
  });

/** The texts of a list member, without duplicates; none when the document has none. Throws TypeError on any other value. */
export const listValues = (document: object, list: string): readonly string[] => {
  const value: unknown = Object.hasOwn(document, list) ? Reflect.get(document, list) : undefined;
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || value.length > MOST_LISTED || !value.every(isListed)) {
    throw new TypeError(`${list} is a list of at most ${MOST_LISTED} texts`);
  }
  return [...new Set(value as readonly string[])];
};

const isListed = (text: unknown): boolean => typeof text === 'string' && text.isWellFormed();

/**
 * Whether a stored document could have this id. False for text that is not Unicode (a lone surrogate). Throws TypeError
 * when it is not a string at all: `{ $ne: '' }` is no id.
 */
export const isPossibleId = (id: unknown): id is string => {
  if (typeof id !== 'string') throw new TypeError('an id is a string');
  return id.isWellFormed();
};

/** The ids themselves; throws TypeError unless they are at most 1000 strings. */
export const checkIds = (ids: readonly string[]): readonly string[] => {
  if (!Array.isArray(ids) || ids.length > MAX_LIMIT) throw new TypeError(`at most ${MAX_LIMIT} ids`);
  return ids.filter(isPossibleId);
};

/** Throws TypeError unless it is JSON with a string `id`. Members that are undefined are not stored. */
export const checkDocument = (document: { readonly id: string }): void => {
  if (typeof document !== 'object' || document === null) throw new TypeError('a document is an object');
  if (!isPossibleId(document.id)) throw new TypeError('an id is well-formed Unicode');
  checkJson(document, 0);
};

/** Freezes a JSON value deeply, and returns it. */
export const deepFrozen = <T extends object>(value: T): T => {
  for (const member in value) {
    const held = value[member];
    if (typeof held === 'object' && held !== null) deepFrozen(held);
  }
  return Object.freeze(value);
};

/** The value an index holds for this document; undefined when it is not in the index. Throws TypeError on any other value. */
export const fieldValue = (document: object, field: string): FieldValue | undefined => {
  if (!Object.hasOwn(document, field)) return undefined;
  const value = (document as Readonly<Record<string, unknown>>)[field];
  return value === undefined || value === null ? undefined : checkFieldValue(value, field);
};

/** Undefined when nothing can match. Throws TypeError when the query names a member without index, or is malformed. */
export const checkQuery = (rules: CollectionRules, query: Query): CheckedQuery | undefined => {
  const all = Object.entries(query.where ?? {});
  const where = all.filter(([field]) => !rules.lists.includes(field));
  const { range, order, after, limit = 100 } = query;
  const by = order?.by === 'id' ? undefined : order?.by;
  const named = [...where.map(([field]) => field), ...(range ? [range.field] : []), ...(by === undefined ? [] : [by])];

  for (const field of named) {
    if (!rules.fields.includes(field)) throw new TypeError(`${rules.name}: ${JSON.stringify(field)} is not indexed`);
  }
  const list = checkedList(rules, all, by);
  if (named.length > 0 && list === undefined && !rules.indexes.some((index) => named.includes(index.fields[0] ?? ''))) {
    throw new TypeError(`${rules.name}: no index begins with one of ${named.join(', ')}`);
  }
  for (const end of [range?.gte, range?.lte]) {
    if (end !== undefined && !Number.isSafeInteger(end)) throw new TypeError(`${rules.name}: a range ends at integers`);
  }
  if (order && order.direction !== 'ascending' && order.direction !== 'descending') {
    throw new TypeError(`${rules.name}: direction is ascending or descending`);
  }
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    throw new TypeError(`${rules.name}: limit is 1 to ${MAX_LIMIT}`);
  }
  if (after) checkCursor(after, by);
  for (const [field, value] of where) {
    if (typeof value === 'string' && !value.isWellFormed()) return undefined;
    checkFieldValue(value, field);
  }
  if (list !== undefined && !list.holds.isWellFormed()) return undefined;
  return { where, list, range, by, descending: order?.direction === 'descending', after, limit };
};

const checkedList = (
  rules: CollectionRules,
  where: readonly (readonly [string, unknown])[],
  by: string | undefined,
): CheckedQuery['list'] => {
  const [asked, ...more] = where.filter(([field]) => rules.lists.includes(field));
  if (!asked) return undefined;
  const [list, holds] = asked;
  const index = rules.listIndexes.find((one) => one.list === list && one.by === by);
  if (more.length > 0 || typeof holds !== 'string' || !index) {
    throw new TypeError(`${rules.name}: ${list} is asked for one text, in the order of an index that begins with it`);
  }
  return { ...index, holds };
};

/** Whether there could be a value under this key. Throws TypeError when it is not a string at all. */
export const isPossibleKey = (key: unknown): key is string => isPossibleId(key) && key.length <= MAX_KEY_LENGTH;

/** Throws TypeError unless a value may be written under this key. */
export const checkKey = (key: string): void => {
  if (!isPossibleKey(key)) throw new TypeError(`a key has at most ${MAX_KEY_LENGTH} characters of well-formed Unicode`);
};

/** Throws TypeError unless it is a string of well-formed Unicode. */
export const checkValue = (value: string): void => {
  if (typeof value !== 'string' || !value.isWellFormed()) throw new TypeError('a value is well-formed Unicode');
};

/** Throws TypeError unless it is a whole number of seconds, at least 1: no rounding makes a value permanent. */
export const checkTtl = (seconds: number): void => {
  if (!Number.isSafeInteger(seconds) || seconds < 1)
    throw new TypeError('a TTL is a whole number of seconds, at least 1');
};

const checkFieldValue = (value: unknown, field: string): FieldValue => {
  if (typeof value === 'string' && value.isWellFormed()) return value;
  if (typeof value === 'boolean' || Number.isSafeInteger(value)) return value as FieldValue;
  throw new TypeError(`${field} is indexed: a string, an integer or a boolean`);
};

const checkCursor = (after: Cursor, by: string | undefined): void => {
  if (typeof after.id !== 'string') throw new TypeError('a cursor has an id');
  if (by === undefined) return;
  if (typeof after.value !== 'string' && !Number.isSafeInteger(after.value)) {
    throw new TypeError('a cursor has the value of the ordering field');
  }
};

/** Throws TypeError unless a counter can be changed by this number: a whole number other than 0. */
export const checkStep = (by: number): void => {
  if (!Number.isSafeInteger(by)) throw new TypeError('a counter moves by a whole number');
};

/** A unique index of the fixed fields and the ordering one: no two documents are equal, so the id need not order them. */
export const hasNoTies = (rules: CollectionRules, query: CheckedQuery): boolean => {
  const named = new Set([...query.where.map(([field]) => field), query.by]);
  return rules.indexes.some((index) => index.unique === true && index.fields.every((field) => named.has(field)));
};
