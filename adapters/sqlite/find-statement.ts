import type { CheckedQuery, CollectionRules } from '../../src/domain/ports/store-rules.ts';
import { type ColumnValue, columnOf, columnValue, listTableOf, readColumns, tableOf } from './tables.ts';

/** The one statement a query becomes; its text depends on the shape of the query only. */
export type FindStatement = { readonly sql: string; readonly values: readonly ColumnValue[] };

export const findStatement = (rules: CollectionRules, query: CheckedQuery): FindStatement => {
  if (query.list) return listStatement(rules, query, query.list);
  const conditions: string[] = [];
  const values: ColumnValue[] = [];

  for (const [field, value] of query.where) {
    conditions.push(`${columnOf(field)} = ?`);
    values.push(columnValue(value));
  }
  if (query.range) {
    const { field, gte = Number.MIN_SAFE_INTEGER, lte = Number.MAX_SAFE_INTEGER } = query.range;
    // Always both ends: without an upper one SQLite would treat text as greater than any number.
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
    sql: `SELECT ${readColumns(rules)} FROM ${tableOf(rules.name)}${conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : ''} ORDER BY ${order.map((column) => `${column} ${direction}`).join(', ')} LIMIT ?`,
    values,
  };
};

/** A unique index of the fixed fields and the ordering one: no two rows are equal, so sorting by id is not needed. */
const hasNoTies = (rules: CollectionRules, query: CheckedQuery): boolean => {
  const named = new Set([...query.where.map(([field]) => field), query.by]);
  return rules.indexes.some((index) => index.unique === true && index.fields.every((field) => named.has(field)));
};

/** Walks the texts of a list in the order of its index, and reads the documents one by one. */
const listStatement = (
  rules: CollectionRules,
  query: CheckedQuery,
  list: NonNullable<CheckedQuery['list']>,
): FindStatement => {
  const conditions = ['l.held = ?'];
  const values: ColumnValue[] = [list.holds];
  for (const [field, value] of query.where) {
    conditions.push(`t.${columnOf(field)} = ?`);
    values.push(columnValue(value));
  }
  if (query.range) {
    const { field, gte = Number.MIN_SAFE_INTEGER, lte = Number.MAX_SAFE_INTEGER } = query.range;
    conditions.push(`${field === query.by ? 'l' : 't'}.${columnOf(field)} BETWEEN ? AND ?`);
    values.push(gte, lte);
  }
  const direction = query.descending ? 'DESC' : 'ASC';
  const places = [...(query.by === undefined ? [] : [`l.${columnOf(query.by)}`]), 'l.id'];
  if (query.after) {
    conditions.push(`(${places.join(', ')}) ${query.descending ? '<' : '>'} (${places.map(() => '?').join(', ')})`);
    if (query.by !== undefined) values.push(query.after.value ?? null);
    values.push(query.after.id);
  }
  values.push(query.limit);
  return {
    // CROSS JOIN makes SQLite keep this order of the two.
    sql: `SELECT ${readColumns(rules, 't.')} FROM ${listTableOf(rules.name, list)} l CROSS JOIN ${tableOf(rules.name)} t ON t.id = l.id WHERE ${conditions.join(' AND ')} ORDER BY ${places.map((place) => `${place} ${direction}`).join(', ')} LIMIT ?`,
    values,
  };
};
