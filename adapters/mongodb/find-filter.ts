import type { Filter, Sort } from 'mongodb';
import { type CheckedQuery, type CollectionRules, hasNoTies } from '../../src/domain/ports/store-rules.ts';
import type { StoredDocument } from './stored-document.ts';

type Condition = Filter<StoredDocument>;

/** The types of a field, in MongoDB's order of types. A missing value, and `{ none }`, have none of these types. */
const TYPES = ['number', 'string', 'bool'] as const;

/** The filter and the order of a query. Values always come after an operator, so that none is read as one. */
export const findFilter = (
  rules: CollectionRules,
  query: CheckedQuery,
): { readonly filter: Condition; readonly sort: Sort } => {
  const { range, by, after } = query;
  const conditions: Condition[] = query.where.map(([field, value]) => on(field, { $eq: value }));
  if (query.list) conditions.push(on(query.list.list, { $eq: query.list.holds }));
  if (range) {
    const { gte = Number.MIN_SAFE_INTEGER, lte = Number.MAX_SAFE_INTEGER } = range;
    conditions.push(on(range.field, { $gte: gte, $lte: lte }));
  }
  const direction = query.descending ? -1 : 1;
  if (by === undefined) {
    if (after) conditions.push({ _id: query.descending ? { $lt: after.id } : { $gt: after.id } });
    return { filter: all(conditions), sort: { _id: direction } };
  }
  const sort: Sort = hasNoTies(rules, query)
    ? { [`fields.${by}`]: direction }
    : { [`fields.${by}`]: direction, _id: direction };
  if (!after) return { filter: all([...conditions, on(by, { $type: TYPES })]), sort };
  // One complete branch for each way to come after the cursor: the server merges their index walks.
  const compare = query.descending ? '$lt' : '$gt';
  const branches: Condition[] = [
    { ...on(by, { $eq: after.value }), _id: { [compare]: after.id } },
    // Compares within a type only.
    on(by, { [compare]: after.value }),
  ];
  const type = TYPES.indexOf(typeof after.value === 'number' ? 'number' : 'string');
  const further = query.descending ? TYPES.slice(0, type) : TYPES.slice(type + 1);
  if (further.length > 0) branches.push(on(by, { $type: further }));
  return { filter: { $or: branches.map((branch) => all([...conditions, branch])) }, sort };
};

const on = (field: string, condition: object): Condition => ({ [`fields.${field}`]: condition }) as Condition;

const all = (conditions: readonly Condition[]): Condition =>
  conditions.length === 0 ? {} : conditions.length === 1 ? (conditions[0] ?? {}) : { $and: [...conditions] };
