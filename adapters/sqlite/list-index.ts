import type { Document } from '../../src/domain/ports/document-store.ts';
import { type CollectionRules, fieldValue, type ListIndex, listValues } from '../../src/domain/ports/store-rules.ts';
import type { SqliteDatabase } from './database.ts';
import { type ColumnValue, columnOf, columnValue, listTableOf } from './tables.ts';

type ListRows = { readonly table: string; readonly rows: readonly (readonly ColumnValue[])[] };

/** Maintains the tables of a collection's lists. Every call must be in the transaction that writes the document. */
export const listRows = (database: SqliteDatabase, rules: CollectionRules) => {
  const statements = rules.listIndexes.map((index) => {
    const columns = ['held', ...(index.by === undefined ? [] : [columnOf(index.by)]), 'id'];
    const table = listTableOf(rules.name, index);
    return {
      index,
      adding: database.prepare(
        `INSERT OR IGNORE INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
      ),
      removing: database.prepare(
        `DELETE FROM ${table} WHERE ${columns.map((column) => `${column} = ?`).join(' AND ')}`,
      ),
    };
  });

  return {
    isNeeded: statements.length > 0,
    add(document: Document): void {
      for (const { index, adding } of statements) for (const row of rowsOf(index, document)) adding.run(...row);
    },
    remove(document: Document): void {
      for (const { index, removing } of statements) for (const row of rowsOf(index, document)) removing.run(...row);
    },
  };
};

/** None for a document without the list's ordering field. */
const rowsOf = ({ list, by }: ListIndex, document: Document): ListRows['rows'] => {
  const behind = by === undefined ? [] : [columnValue(fieldValue(document, by))];
  if (behind.includes(null)) return [];
  return listValues(document, list).map((held) => [held, ...behind, document.id]);
};
