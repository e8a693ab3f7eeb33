import { type CheckedQuery, type CollectionRules, hasNoTies } from '../../src/domain/ports/store-rules.ts';
import { fieldKey, keyOf } from './stored-row.ts';
import { fieldOf, listOf, tableOf } from './tables.ts';

/** The columns of a read; where indexes are compared also the indexed values. */
export const readColumns = ({ comparesIndexes }: CollectionRules): string =>
  `id, version, body${comparesIndexes ? ', fields' : ''}`;

/** The one statement a query becomes; its text depends on the shape of the query only. */
export const findStatement = (
  rules: CollectionRules,
  query: CheckedQuery,
): { readonly sql: string; readonly values: readonly unknown[] } => {
  const values: unknown[] = [];
  const placed = (value: unknown): string => `$${values.push(value)}`;
  const conditions = query.where.map(([field, value]) => `${fieldOf(field)} = ${placed(fieldKey(value))}`);
  if (query.list) conditions.push(`${listOf(query.list.list)} ? ${placed(keyOf(query.list.holds))}`);
  if (query.range) {
    const { field, gte = Number.MIN_SAFE_INTEGER, lte = Number.MAX_SAFE_INTEGER } = query.range;
    // Always both ends, because keys of texts are greater than those of numbers.
    conditions.push(`${fieldOf(field)} BETWEEN ${placed(fieldKey(gte))} AND ${placed(fieldKey(lte))}`);
  }
  const by = query.by === undefined ? undefined : fieldOf(query.by);
  if (by !== undefined) conditions.push(`${by} IS NOT NULL`);
  if (query.after) {
    const compare = query.descending ? '<' : '>';
    const { id, value = '' } = query.after;
    conditions.push(
      by === undefined
        ? `id ${compare} ${placed(keyOf(id))}`
        : `(${by}, id) ${compare} (${placed(fieldKey(value))}, ${placed(keyOf(id))})`,
    );
  }
  const direction = query.descending ? 'DESC' : 'ASC';
  const order = by === undefined ? ['id'] : hasNoTies(rules, query) ? [by] : [by, 'id'];
  const where = conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : '';
  return {
    sql: `SELECT ${readColumns(rules)} FROM ${tableOf(rules.name)}${where} ORDER BY ${order.map((column) => `${column} ${direction}`).join(', ')} LIMIT ${placed(query.limit)}`,
    values,
  };
};
