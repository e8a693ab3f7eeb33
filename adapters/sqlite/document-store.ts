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
  type CollectionRules,
  checkDocument,
  checkIds,
  checkQuery,
  collectionRules,
  fieldValue,
  isPossibleId,
} from '../../src/domain/ports/store-rules.ts';
import type { SqliteDatabase } from './database.ts';
import { findStatement } from './find-statement.ts';
import { isConstraint } from './sqlite-errors.ts';
import { type ColumnValue, columnOf, columnValue, ensureTable, tableOf } from './tables.ts';

type Row = readonly [body: string, version: number];

/** Collections in the tables of one SQLite file. Closing it closes the file when no other store uses it. */
export const sqliteDocumentStore = (database: SqliteDatabase): DocumentStore => {
  const detach = database.attach();
  const collections = new Map<string, { readonly rules: CollectionRules; readonly collection: Collection<never> }>();
  let isClosed = false;

  const assertOpen = (): void => {
    if (isClosed) throw new StoreUnavailable('the store is closed');
  };

  return {
    collection<T extends Document>(declaration: CollectionDeclaration): Collection<T> {
      assertOpen();
      const rules = collectionRules(declaration);
      const known = collections.get(rules.name);
      if (known && known.rules.signature !== rules.signature) {
        throw new TypeError(`collection ${rules.name} was declared differently before`);
      }
      if (known) return known.collection as unknown as Collection<T>;
      ensureTable(database, rules);
      const collection = collectionOver<T>(database, rules, assertOpen);
      collections.set(rules.name, { rules, collection: collection as unknown as Collection<never> });
      return collection;
    },
    async sweep(now, limit) {
      assertOpen();
      const swept = [...collections.values()].flatMap(({ rules }) =>
        rules.expiresAt === undefined ? [] : [{ table: tableOf(rules.name), column: columnOf(rules.expiresAt) }],
      );
      return database.write(() => {
        let removed = 0;
        for (const { table, column } of swept) {
          if (removed >= limit) break;
          const statement = database.prepare(
            `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} WHERE ${column} BETWEEN ? AND ? LIMIT ?)`,
          );
          removed += Number(statement.run(Number.MIN_SAFE_INTEGER, now - 1, limit - removed).changes);
        }
        return removed;
      }, 'durable');
    },
    async close() {
      isClosed = true;
      await detach();
    },
  };
};

const collectionOver = <T extends Document>(
  database: SqliteDatabase,
  rules: CollectionRules,
  assertOpen: () => void,
): Collection<T> => {
  const table = tableOf(rules.name);
  const columns = rules.fields.map(columnOf);
  const inserting = database.prepare(
    `INSERT INTO ${table} (${['version', 'id', 'body', ...columns].join(', ')}) VALUES (1, ?, ?${', ?'.repeat(columns.length)}) ON CONFLICT DO NOTHING`,
  );
  const getting = database.prepare(`SELECT body, version FROM ${table} WHERE id = ?`);
  const taking = database.prepare(`DELETE FROM ${table} WHERE id = ? RETURNING body`);
  const comparing = database.prepare(`SELECT ${['version', ...columns].join(', ')} FROM ${table} WHERE id = ?`);

  const insert = (document: T, body: string, fields: readonly ColumnValue[]): void => {
    if (inserting.run(document.id, body, ...fields).changes === 0) {
      throw new DocumentConflict(`${rules.name}: the id or a unique key is taken`);
    }
  };

  /** Sets only the fields that changed: each one set costs its indexes a page or two. */
  const replace = (document: T, body: string, fields: readonly ColumnValue[], expected: number): boolean => {
    const found = comparing.get(document.id) as unknown as readonly ColumnValue[] | undefined;
    if (found?.[0] !== expected) return false;
    const changed = columns.flatMap((column, at) =>
      isSame(found[at + 1] ?? null, fields[at] ?? null) ? [] : [{ column, value: fields[at] ?? null }],
    );
    const writing = database.prepare(
      `UPDATE ${table} SET version = version + 1, body = ?${changed.map(({ column }) => `, ${column} = ?`).join('')} WHERE id = ?`,
    );
    try {
      writing.run(body, ...changed.map(({ value }) => value), document.id);
      return true;
    } catch (error) {
      if (isConstraint(error)) throw new DocumentConflict(`${rules.name}: a unique key is taken`, { cause: error });
      throw error;
    }
  };

  return {
    async insert(document) {
      assertOpen();
      const { body, fields } = rowOf(rules, document);
      return database.write(() => insert(document, body, fields), 'durable');
    },
    async insertMany(documents) {
      assertOpen();
      const rows = documents.map((document) => ({ document, ...rowOf(rules, document) }));
      if (rows.length === 0) return;
      return database.write(() => {
        for (const { document, body, fields } of rows) insert(document, body, fields);
      }, 'durable');
    },
    async get(id) {
      assertOpen();
      if (!isPossibleId(id)) return undefined;
      const row = database.read(() => getting.get(id)) as Row | undefined;
      return row && versioned<T>(row);
    },
    async getMany(ids) {
      assertOpen();
      const possible = checkIds(ids);
      const rows = database.read(() => possible.map((id) => getting.get(id) as Row | undefined));
      return rows.flatMap((row) => (row ? [versioned<T>(row)] : []));
    },
    async replace(document, expected) {
      assertOpen();
      const { body, fields } = rowOf(rules, document);
      return database.write(() => replace(document, body, fields, expected), 'durable');
    },
    async take(id) {
      assertOpen();
      if (!isPossibleId(id)) return undefined;
      const row = await database.write(() => taking.get(id) as unknown as readonly [string] | undefined, 'durable');
      return row && (JSON.parse(row[0]) as T);
    },
    async find(query) {
      assertOpen();
      const checked = checkQuery(rules, query);
      if (!checked) return [];
      const { sql, values } = findStatement(rules, checked);
      const rows = database.read(() => database.prepare(sql).all(...values)) as unknown as readonly Row[];
      return rows.map((row) => versioned<T>(row));
    },
  };
};

const rowOf = (rules: CollectionRules, document: Document): { body: string; fields: readonly ColumnValue[] } => {
  checkDocument(document);
  return {
    body: JSON.stringify(document),
    fields: rules.fields.map((field) => columnValue(fieldValue(document, field))),
  };
};

const versioned = <T>([body, version]: Row): Versioned<T> => ({ document: JSON.parse(body) as T, version });

const isSame = (a: ColumnValue, b: ColumnValue): boolean =>
  a === b || (typeof a === 'object' && typeof b === 'object' && a?.[0] === b?.[0]);
