import type { IndexDeclaration } from '../../src/domain/ports/document-store.ts';
import { StoreUnavailable } from '../../src/domain/ports/document-store.ts';
import {
  type CollectionRules,
  type FieldValue,
  indexSignature,
  type ListIndex,
} from '../../src/domain/ports/store-rules.ts';
import type { SqliteDatabase } from './database.ts';

/** The value of a column. Booleans are blobs, so that `true` does not match 1. */
export type ColumnValue = string | number | Uint8Array | null;

// A table for each collection. Names are checked by `collectionRules`, so quoting them is enough.
export const tableOf = (collection: string): string => `"c_${collection}"`;
export const columnOf = (field: string): string => `"f_${field}"`;

/** Beside the table of a collection: a row for each text of a list, in the order of its index. */
export const listTableOf = (collection: string, { list, by }: ListIndex): string =>
  `"l_${collection}_${by === undefined ? list : `${list}_${by}`}"`;

/**
 * The columns of a read: the body and version, and where indexes are compared the key and every indexed column after
 * them.
 */
export const readColumns = ({ comparesIndexes, fields }: CollectionRules, prefix = ''): string =>
  ['body', 'version', ...(comparesIndexes ? ['id', ...fields.map(columnOf)] : [])]
    .map((column) => `${prefix}${column}`)
    .join(', ');

const TRUE = Uint8Array.of(1);
const FALSE = Uint8Array.of(0);

export const columnValue = (value: FieldValue | undefined): ColumnValue =>
  value === undefined ? null : typeof value === 'boolean' ? (value ? TRUE : FALSE) : value;

/**
 * Creates the table of a collection, or adds missing indexes and fills them from the stored documents. Throws
 * StoreUnavailable when the file holds an index that is no longer declared.
 */
export const ensureTable = (database: SqliteDatabase, rules: CollectionRules): void => {
  const stored = database.read(() =>
    database.prepare('SELECT declaration FROM collections WHERE name = ?').get(rules.name),
  );
  if (storedText(stored) === rules.signature) return;

  database.define(() => {
    // Again, inside the transaction: another process may have created it meanwhile.
    const held = storedText(database.prepare('SELECT declaration FROM collections WHERE name = ?').get(rules.name));
    if (held === rules.signature) return;
    if (held === undefined) createTable(database, rules);
    else addIndexes(database, rules, held);
    database
      .prepare('INSERT INTO collections VALUES (?, ?) ON CONFLICT DO UPDATE SET declaration = excluded.declaration')
      .run(rules.name, rules.signature);
  });
};

export interface ChangeMarks {
  /**
   * Counts the writes to a collection in the file itself: every writer increments the mark, including another version of
   * this program and an operator with a shell. Creates what is missing. A program that does not know of it can still use
   * the file.
   */
  ensure(collection: string): void;
}

/** Looks once for the marks that there are, since a start declares all collections. */
export const changeMarks = (database: SqliteDatabase): ChangeMarks => {
  let complete: Set<string> | undefined;
  const found = (): Set<string> => {
    const triggers = database.prepare(
      "SELECT substr(tbl_name, 3) FROM sqlite_schema WHERE type = 'trigger' AND tbl_name GLOB 'c_*' GROUP BY 1 HAVING count(*) = ?",
    );
    const rows = triggers.all(CHANGES.length) as unknown as readonly (readonly [string])[];
    return new Set(rows.map(([collection]) => collection));
  };

  return {
    ensure(collection) {
      complete ??= database.read(found);
      if (complete.has(collection)) return;
      database.define(() => createMark(database, collection));
      complete.add(collection);
    },
  };
};

/** Another process may have created it, or a part of it. */
const createMark = (database: SqliteDatabase, collection: string): void => {
  database
    .prepare(
      'CREATE TABLE IF NOT EXISTS changes (collection TEXT NOT NULL PRIMARY KEY, times INTEGER NOT NULL) STRICT, WITHOUT ROWID',
    )
    .run();
  database.prepare('INSERT INTO changes VALUES (?, 0) ON CONFLICT DO NOTHING').run(collection);
  for (const change of CHANGES) {
    database
      .prepare(
        `CREATE TRIGGER IF NOT EXISTS "t_${collection}_${change}" AFTER ${change} ON ${tableOf(collection)}
           BEGIN UPDATE changes SET times = times + 1 WHERE collection = '${collection}'; END`,
      )
      .run();
  }
};

const CHANGES = ['INSERT', 'UPDATE', 'DELETE'] as const;

const storedText = (row: unknown): string | undefined => (row as readonly [string] | undefined)?.[0];

const createTable = (database: SqliteDatabase, rules: CollectionRules): void => {
  const columns = rules.fields.map((field) => `, ${columnOf(field)}`).join('');
  database
    .prepare(
      `CREATE TABLE ${tableOf(rules.name)} (id TEXT NOT NULL UNIQUE, version INTEGER NOT NULL, body TEXT NOT NULL${columns})`,
    )
    .run();
  for (const index of rules.indexes) createIndex(database, rules, index);
};

const addIndexes = (database: SqliteDatabase, rules: CollectionRules, held: string): void => {
  const [heldIndexes = '', heldExpiry = ''] = held.split('|');
  const before = new Set(heldIndexes.split(';').filter((signature) => signature !== ''));
  const after = new Set(rules.indexes.map((index) => indexSignature(index, rules.lists)));
  const gone = [...before].filter((signature) => !after.has(signature));
  // A longer index that begins with it replaces it.
  const served = gone.filter(
    (signature) => !/^unique |\[\]/.test(signature) && [...after].some((other) => other.startsWith(`${signature},`)),
  );
  const lost = gone.filter((signature) => !served.includes(signature));
  if (lost.length > 0 || (heldExpiry !== '' && heldExpiry !== rules.expiresAt)) {
    throw new StoreUnavailable(
      `collection ${rules.name} was declared differently before: the file has ${held}, declared is ${rules.signature}`,
    );
  }
  const columns = new Set(
    database
      .prepare(`SELECT name FROM pragma_table_info('c_${rules.name}')`)
      .all()
      .map((row) => (row as unknown as readonly [string])[0]),
  );
  for (const field of rules.fields) if (!columns.has(`f_${field}`)) addColumn(database, rules.name, field);
  for (const signature of served) {
    database.prepare(`DROP INDEX IF EXISTS "i_${rules.name}_${signature.replaceAll(',', '_')}"`).run();
  }
  for (const index of rules.indexes) {
    if (!before.has(indexSignature(index, rules.lists))) createIndex(database, rules, index);
  }
};

const addColumn = (database: SqliteDatabase, collection: string, field: string): void => {
  const path = `'$."${field}"'`;
  database.prepare(`ALTER TABLE ${tableOf(collection)} ADD COLUMN ${columnOf(field)}`).run();
  database
    .prepare(
      `UPDATE ${tableOf(collection)} SET ${columnOf(field)} = CASE json_type(body, ${path})
         WHEN 'true' THEN x'01' WHEN 'false' THEN x'00'
         WHEN 'text' THEN json_extract(body, ${path}) WHEN 'integer' THEN json_extract(body, ${path}) END`,
    )
    .run();
};

const createIndex = (database: SqliteDatabase, rules: CollectionRules, index: IndexDeclaration): void => {
  const collection = rules.name;
  const ofList = rules.listIndexes.find(({ list, by }) => list === index.fields[0] && by === index.fields[1]);
  if (ofList) {
    createListTable(database, collection, ofList);
    return;
  }
  const columns = index.fields.map(columnOf);
  const name = `"i_${collection}_${index.fields.join('_')}"`;
  const isUnique = index.unique === true;
  // With the id at the end, pages in the order of an index, ties by id, are one walk. Rows without the first field
  // are left out: they cost nothing, and no query that names the field can match them.
  const walked = isUnique ? columns : [...columns, 'id'];
  database
    .prepare(
      `CREATE ${isUnique ? 'UNIQUE ' : ''}INDEX ${name} ON ${tableOf(collection)} (${walked.join(', ')}) WHERE ${columns[0]} IS NOT NULL`,
    )
    .run();
};

const createListTable = (database: SqliteDatabase, collection: string, index: ListIndex): void => {
  const columns = ['held', ...(index.by === undefined ? [] : [columnOf(index.by)]), 'id'].join(', ');
  const table = listTableOf(collection, index);
  database.prepare(`CREATE TABLE ${table} (${columns}, PRIMARY KEY (${columns})) WITHOUT ROWID`).run();
  const by = index.by === undefined ? '' : `t.${columnOf(index.by)}, `;
  const hasField = index.by === undefined ? '' : ` AND t.${columnOf(index.by)} IS NOT NULL`;
  database
    .prepare(
      `INSERT OR IGNORE INTO ${table} SELECT j.value, ${by}t.id FROM ${tableOf(collection)} t, json_each(t.body, '$."${index.list}"') j WHERE j.type = 'text'${hasField}`,
    )
    .run();
};
