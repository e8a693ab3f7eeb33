import type { CheckedQuery, CollectionRules } from '../../src/domain/ports/store-rules.ts';
import { type ColumnValue, columnOf, columnValue, tableOf } from './tables.ts';

/** The one statement a query becomes; its text depends on the shape of the query only. */
export type FindStatement = { readonly sql: string; readonly values: readonly ColumnValue[] };

export const findStatement = (rules: CollectionRules, query: CheckedQuery): FindStatement => {
  const conditions: string[] = [];
  const values: ColumnValue[] = [];

  for (const [field, value] of query.where) {
    conditions.push(`${columnOf(field)} = ?`);
    values.push(columnValue(value));
  }
  if (query.range) {
    const { field, gte = Number.MIN_SAFE_INTEGER, lte = Number.MAX_SAFE_INTEGER } = query.range;
    // Both ends always: without an upper one SQLite would count text as greater than any number.
    conditions.push(`${columnOf(field)} BETWEEN ? AND ?`);
    values.push(gte, lte);
  }
  const direction = query.descending ? 'DESC' : 'ASC';
  const by = query.by === undefined ? undefined : columnOf(query.by);
  if (by !== undefined) conditions.push(`${by} IS NOT NULL`);
  if (query.after) {
    const compare = query.descending ? '<' : '>';
    conditions.push(by === undefined ? `id ${compare} ?` : `(${by}, id) ${compare} (?, ?)`);
    if (by !== undefined) values.push(query.after.value ?? null);
    values.push(query.after.id);
  }
  const order = by === undefined ? ['id'] : hasNoTies(rules, query) ? [by] : [by, 'id'];
  values.push(query.limit);
  return {
    sql: `SELECT body, version FROM ${tableOf(rules.name)}${conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : ''} ORDER BY ${order.map((column) => `${column} ${direction}`).join(', ')} LIMIT ?`,
    values,
  };
};

/** A unique index of the fixed fields and the ordering one: no two rows are equal, so the id need not be sorted by. */
const hasNoTies = (rules: CollectionRules, query: CheckedQuery): boolean => {
  const named = new Set([...query.where.map(([field]) => field), query.by]);
  return rules.indexes.some((index) => index.unique === true && index.fields.every((field) => named.has(field)));
};
