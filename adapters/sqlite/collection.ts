/** One collection in its table: reads through the cache, writes in the queue of the file. document-store.ts creates it. */
import {
  type Collection,
  type Document,
  DocumentConflict,
  type OnUnreadable,
  type Query,
  type Versioned,
} from '../../src/domain/ports/document-store.ts';
import { indexComparison } from '../../src/domain/ports/index-comparison.ts';
import {
  type CheckedQuery,
  type CollectionRules,
  checkDocument,
  checkIds,
  checkQuery,
  deepFrozen,
  fieldValue,
  isPossibleId,
  listValues,
  storedBody,
} from '../../src/domain/ports/store-rules.ts';
import { textOf } from '../../src/domain/ports/written-text.ts';
import type { SqliteDatabase } from './database.ts';
import { findStatement } from './find-statement.ts';
import { listRows } from './list-index.ts';
import type { RememberedCollection } from './read-cache.ts';
import { isConstraint } from './sqlite-errors.ts';
import { type ColumnValue, columnOf, columnValue, readColumns, tableOf } from './tables.ts';

type Row = readonly [body: string, version: number, ...compared: ColumnValue[]];

/** More ids are read by one statement, and not remembered: a pass over many documents would push all others out of the cache. */
const FEW_IDS = 50;

export interface SqliteCollection<T extends Document> extends Collection<T> {
  /** Drops a document from the cache. Call it when another statement has removed the document. */
  forget(id: string): void;
  /** Inserts a document. Call it inside `SqliteDatabase.write` only. */
  insertNow(document: T): void;
  /** Removes a document that `insertNow` inserted in the same transaction. */
  removeNow(document: T): void;
}

export const collectionOver = <T extends Document>(
  database: SqliteDatabase,
  cache: RememberedCollection,
  rules: CollectionRules,
  { assertOpen, onUnreadable }: { readonly assertOpen: () => void; readonly onUnreadable: OnUnreadable | undefined },
): SqliteCollection<T> => {
  const table = tableOf(rules.name);
  const columns = rules.fields.map(columnOf);
  const inserting = database.prepare(
    `INSERT INTO ${table} (${['version', 'id', 'body', ...columns].join(', ')}) VALUES (1, ?, ?${', ?'.repeat(columns.length)}) ON CONFLICT DO NOTHING`,
  );
  const getting = database.prepare(`SELECT ${readColumns(rules)} FROM ${table} WHERE id = ?`);
  const gettingMany = database.prepare(
    `SELECT id, ${readColumns(rules)} FROM ${table} WHERE id IN (SELECT value FROM json_each(?))`,
  );
  const taking = database.prepare(`DELETE FROM ${table} WHERE id = ? RETURNING body`);
  const comparing = database.prepare(`SELECT ${['version', ...columns].join(', ')} FROM ${table} WHERE id = ?`);

  const lists = listRows(database, rules);
  const parsedBody = (id: string): T | undefined => {
    const row = lists.isNeeded ? (getting.get(id) as Row | undefined) : undefined;
    return row && readable(row, id)?.document;
  };

  const documents = cache.region<Versioned<T> | typeof ABSENT>();
  /** The documents found by exact values, such as that of a unique key. */
  const lookups = cache.region<readonly Versioned<T>[]>();

  const readable = ([body, version, ...compared]: Row, id?: string): Versioned<T> | undefined => {
    const document = storedBody<T>(rules, body, id, onUnreadable);
    return document && { document, version, ...comparisonOf(rules, document, compared) };
  };

  const forget = (id: string): void => {
    documents.forget(id);
    lookups.clear();
  };

  const read = (id: string): Versioned<T> | undefined => {
    cache.refresh();
    const known = documents.get(id);
    if (known !== undefined) return known === ABSENT ? undefined : known;
    const row = getting.get(id) as Row | undefined;
    const found = row && readable(row, id);
    // Several callers get what is cached; anything else is its caller's own, and freezing it costs as much as parsing it.
    documents.set(id, () => (found ? deepFrozen(found) : ABSENT), row?.[0].length ?? id.length);
    return found;
  };

  /** Those of the documents that exist; undefined when the cache lacks one. */
  const allRemembered = (ids: readonly string[]): readonly Versioned<T>[] | undefined => {
    const found: Versioned<T>[] = [];
    for (const id of ids) {
      const known = documents.get(id);
      if (known === undefined) return undefined;
      if (known !== ABSENT) found.push(known);
    }
    return found;
  };

  const readMany = (ids: readonly string[]): readonly (Versioned<T> | undefined)[] => {
    const unknown = ids.filter((id) => documents.get(id) === undefined);
    if (unknown.length <= FEW_IDS) return ids.map(read);
    const rows = gettingMany.all(JSON.stringify(unknown)) as unknown as readonly (readonly [string, ...Row])[];
    const found = new Map(rows.map(([id, ...row]) => [id, readable(row, id)]));
    return ids.map((id) => {
      const known = documents.get(id);
      return known === undefined || known === ABSENT ? found.get(id) : known;
    });
  };

  const lookup = (key: string): readonly Versioned<T>[] | undefined => {
    cache.refresh();
    return lookups.get(key);
  };

  const insert = (document: T, body: string, fields: readonly ColumnValue[]): void => {
    forget(document.id);
    if (inserting.run(document.id, body, ...fields).changes === 0) {
      throw new DocumentConflict(`${rules.name}: the id or a unique key is taken`);
    }
    lists.add(document);
  };

  /** Sets only the changed fields: each one that is set costs its indexes a page or two. */
  const replace = (document: T, body: string, fields: readonly ColumnValue[], expected: number): boolean => {
    forget(document.id);
    const found = comparing.get(document.id) as unknown as readonly ColumnValue[] | undefined;
    if (found?.[0] !== expected) return false;
    const changed = columns.flatMap((column, at) =>
      isSame(found[at + 1] ?? null, fields[at] ?? null) ? [] : [{ column, value: fields[at] ?? null }],
    );
    const writing = database.prepare(
      `UPDATE ${table} SET version = version + 1, body = ?${changed.map(({ column }) => `, ${column} = ?`).join('')} WHERE id = ?`,
    );
    const before = parsedBody(document.id);
    try {
      writing.run(body, ...changed.map(({ value }) => value), document.id);
      if (before) lists.remove(before);
      lists.add(document);
      return true;
    } catch (error) {
      if (isConstraint(error)) throw new DocumentConflict(`${rules.name}: a unique key is taken`, { cause: error });
      throw error;
    }
  };

  /** Returns as many as requested, if there are so many: a document that is not understood must not end a list early. */
  const readableOf = (query: CheckedQuery): { rows: readonly Row[]; found: readonly Versioned<T>[] } => {
    for (let limit = query.limit; ; ) {
      const { sql, values } = findStatement(rules, { ...query, limit });
      const rows = database.read(() => database.prepare(sql).all(...values)) as unknown as readonly Row[];
      const found = rows.map((row) => readable(row)).filter((one) => one !== undefined);
      const missing = query.limit - found.length;
      if (missing <= 0 || rows.length < limit) return { rows, found: found.slice(0, query.limit) };
      limit += missing;
    }
  };

  return {
    forget,
    insertNow(document) {
      const { body, fields } = rowOf(rules, document);
      insert(document, body, fields);
    },
    removeNow(document) {
      forget(document.id);
      lists.remove(document);
      taking.get(document.id);
    },
    async insert(document) {
      assertOpen();
      const { body, fields } = rowOf(rules, document);
      return database.write(() => insert(document, body, fields), 'durable', { bytes: body.length });
    },
    async insertMany(documents) {
      assertOpen();
      const rows = documents.map((document) => ({ document, ...rowOf(rules, document) }));
      if (rows.length === 0) return;
      const bytes = rows.reduce((sum, { body }) => sum + body.length, 0);
      return database.write(
        () => {
          for (const { document, body, fields } of rows) insert(document, body, fields);
        },
        'durable',
        { bytes },
      );
    },
    async get(id) {
      assertOpen();
      if (!isPossibleId(id)) return undefined;
      return database.read(() => read(id));
    },
    async getMany(ids) {
      assertOpen();
      const possible = checkIds(ids);
      return database.read(() => {
        cache.refresh();
        return allRemembered(possible) ?? readMany(possible).filter((one) => one !== undefined);
      });
    },
    async replace(document, expected) {
      assertOpen();
      const { body, fields } = rowOf(rules, document);
      return database.write(() => replace(document, body, fields, expected), 'durable', { bytes: body.length });
    },
    async take(id) {
      assertOpen();
      if (!isPossibleId(id)) return undefined;
      const row = await database.write(() => {
        forget(id);
        const before = parsedBody(id);
        if (before) lists.remove(before);
        return taking.get(id) as unknown as readonly [string] | undefined;
      }, 'durable');
      return row && storedBody<T>(rules, row[0], id, onUnreadable);
    },
    async find(query) {
      assertOpen();
      const key = lookupKey(query);
      const known = key === undefined ? undefined : database.read(() => lookup(key));
      if (known) return known;
      const checked = checkQuery(rules, query);
      if (!checked) return [];
      const { rows, found } = readableOf(checked);
      if (key !== undefined) {
        const length = rows.reduce((sum, [body]) => sum + body.length, key.length);
        lookups.set(key, () => Object.freeze(found.map(deepFrozen)), length);
      }
      return found;
    },
  };
};

const comparisonOf = (rules: CollectionRules, document: Document, [id, ...held]: readonly ColumnValue[]) =>
  typeof id === 'string'
    ? indexComparison(rules, document, id, (field, value) =>
        isSame(held[rules.fields.indexOf(field)] ?? null, columnValue(value)),
      )
    : {};

const rowOf = (rules: CollectionRules, document: Document): { body: string; fields: readonly ColumnValue[] } => {
  const text = textOf(document);
  if (text === undefined) checkDocument(document);
  for (const list of rules.lists) listValues(document, list);
  return {
    body: text ?? JSON.stringify(document),
    fields: rules.fields.map((field) => columnValue(fieldValue(document, field))),
  };
};

const ABSENT = Symbol('no such document');

/**
 * A key for a query by exact values from its beginning, such as for the one document with a name; undefined for any other. Its answer
 * is cached until the collection changes.
 */
const lookupKey = ({ where, range, order, after, limit }: Query): string | undefined => {
  if (where === undefined || range !== undefined || after !== undefined) return undefined;
  let count = 0;
  for (const field in where) {
    if (where[field] === undefined) return undefined;
    count += 1;
  }
  return count === 0 ? undefined : JSON.stringify([where, limit, order?.by, order?.direction]);
};

const isSame = (a: ColumnValue, b: ColumnValue): boolean =>
  a === b || (typeof a === 'object' && typeof b === 'object' && a?.[0] === b?.[0]);
