/** The attenuation of authorization details: the only place that narrows details from a parent to a child. */
import { type Detail, type DetailType, isObject, type JsonValue, memberAt } from '../../vocabulary/detail-type.ts';
import { isEqual, isInside } from './member-rules.ts';

export type DetailTypes = readonly DetailType[];

export type NarrowedDetails = {
  /** Each with all members that limit it. Members that it did not name come from its parent. */
  readonly details: readonly Detail[];
  /** Details that are not provably inside a held one. */
  readonly refused: readonly Detail[];
};

export const typeOf = (types: DetailTypes, { type }: Pick<Detail, 'type'>): DetailType | undefined =>
  types.find((each) => each.type === type);

/**
 * Returns each of `asked` that is inside one of `held` by the rules of its type, completed with the members of that
 * one. Never wider than `held`: several details inside one share its amount. Returns duplicates once. A detail of an
 * unknown type is never inside.
 */
export const narrowedDetails = (
  types: DetailTypes,
  asked: readonly Detail[],
  held: readonly Detail[],
): NarrowedDetails => {
  const left = held.map((one) => amountOf(types, one));
  const details: Detail[] = [];
  const refused: Detail[] = [];
  for (const detail of withoutRepeats(asked)) {
    const type = typeOf(types, detail);
    const found = type && firstParent(type, detail, held, left);
    if (!type || !found) {
      refused.push(detail);
      continue;
    }
    const amount = amountOf(types, found.detail);
    const before = left[found.index];
    if (before !== undefined && amount !== undefined) left[found.index] = before - amount;
    details.push(found.detail);
  }
  return { details: withoutRepeats(details), refused };
};

/**
 * The details that both hold, as far as it can be determined: those of either list that are inside one of the other.
 * Never wider than either list.
 */
export const commonDetails = (
  types: DetailTypes,
  one: readonly Detail[],
  other: readonly Detail[],
): readonly Detail[] => {
  const { details, refused } = narrowedDetails(types, one, other);
  if (refused.length === 0) return details;
  const all = withoutRepeats([...details, ...narrowedDetails(types, other, refused).details]);
  return insideAll(types, all, [other, one]).details;
};

const MOST_PASSES = 5;

/**
 * `asked` inside each of several holders at once. A detail completed by one of them must be inside the others as well.
 * `refusedBy`: in the order of `holders`.
 */
export const insideAll = (
  types: DetailTypes,
  asked: readonly Detail[],
  holders: readonly (readonly Detail[])[],
): { readonly details: readonly Detail[]; readonly refusedBy: readonly (readonly Detail[])[] } => {
  const refusedBy: Detail[][] = holders.map(() => []);
  let left = asked;
  for (let pass = 0; pass < MOST_PASSES; pass += 1) {
    const before = left;
    for (const [index, held] of holders.entries()) {
      const { details, refused } = narrowedDetails(types, left, held);
      refusedBy[index]?.push(...refused);
      left = details;
    }
    if (before.length === left.length && before.every((one, index) => isEqual(one, left[index] ?? null))) {
      return { details: left, refusedBy };
    }
  }
  refusedBy[0]?.push(...left);
  return { details: [], refusedBy };
};

/**
 * The identical detail where it is held, or else the first that contains it. A detail that is held exactly is granted
 * exactly.
 */
const firstParent = (
  type: DetailType,
  detail: Detail,
  held: readonly Detail[],
  left: readonly (number | undefined)[],
): { readonly index: number; readonly detail: Detail } | undefined => {
  let first: { readonly index: number; readonly detail: Detail } | undefined;
  for (const [index, parent] of held.entries()) {
    const narrowed = narrowedDetail(type, detail, parent);
    if (!narrowed) continue;
    const rest = left[index];
    const amount = amountOf([type], narrowed);
    if (rest !== undefined && (amount === undefined || amount > rest)) continue;
    if (isEqual(detail, parent)) return { index, detail: narrowed };
    first ??= { index, detail: narrowed };
  }
  return first;
};

/** `asked` inside `held`, completed with the members it did not name. Undefined when it is not provably inside. */
export const narrowedDetail = (type: DetailType, asked: Detail, held: Detail): Detail | undefined => {
  if (asked.type !== type.type || held.type !== type.type) return undefined;
  const { type: _, ...ofChild } = asked;
  const { type: __, ...ofParent } = held;
  const members = narrowedObject(type.members, '', ofChild, ofParent);
  return members && { type: type.type, ...members };
};

type Members = { readonly [member: string]: JsonValue };

const narrowedObject = (
  rules: DetailType['members'],
  path: string,
  asked: Members,
  held: Members,
): Members | undefined => {
  const names = new Set([...Object.keys(held), ...Object.keys(asked)]);
  const members: [string, JsonValue][] = [];
  for (const name of names) {
    const one = Object.hasOwn(asked, name) ? asked[name] : undefined;
    const other = Object.hasOwn(held, name) ? held[name] : undefined;
    const value = narrowedMember(rules, `${path}${name}`, one, other);
    if (value === undefined) return undefined;
    members.push([name, value]);
  }
  return Object.fromEntries(members);
};

const narrowedMember = (
  rules: DetailType['members'],
  path: string,
  asked: JsonValue | undefined,
  held: JsonValue | undefined,
): JsonValue | undefined => {
  if (asked === undefined) return held;
  const rule = Object.hasOwn(rules, path) ? rules[path] : undefined;
  if (!rule && isObject(asked) && Object.keys(rules).some((each) => each.startsWith(`${path}.`))) {
    if (held !== undefined && !isObject(held)) return undefined;
    return narrowedObject(rules, `${path}.`, asked, held ?? {});
  }
  if (held === undefined) return rule?.absent === 'unlimited' ? asked : undefined;
  return isInside(rule?.rule ?? 'equal', asked, held) ? asked : undefined;
};

/** The amount of a detail. Undefined: its type has no amount, or the detail sets no limit. */
export const amountOf = (types: DetailTypes, detail: Detail): number | undefined => {
  const path = typeOf(types, detail)?.amount;
  const amount = path === undefined ? undefined : memberAt(detail, path);
  return typeof amount === 'number' ? amount : undefined;
};

/** The amount that budgets count for a detail. `detail`: the detail itself, for the currency. */
export type DetailAmount = { readonly type: string; readonly amount?: number; readonly detail?: Detail };

/** Of each detail, in their order. */
export const amountsOf = (types: DetailTypes, details: readonly Detail[]): readonly DetailAmount[] =>
  details.map((detail) => {
    const amount = amountOf(types, detail);
    return { type: detail.type, ...(amount === undefined ? {} : { amount }), detail };
  });

/** In their order, without duplicates. */
export const withoutRepeats = (details: readonly Detail[]): readonly Detail[] => {
  const kept: Detail[] = [];
  for (const detail of details) if (!kept.some((one) => isEqual(one, detail))) kept.push(detail);
  return kept;
};

/** Maximum number of characters and of entries that one delegation holds. */
const MOST_HELD = { length: 32_768, count: 100 };

/** Joins both, the earlier first. Drops the oldest beyond the maximum of a delegation. */
export const joinedDetails = (one: readonly Detail[] = [], other: readonly Detail[] = []): readonly Detail[] => {
  let joined = withoutRepeats([...one, ...other]);
  while (joined.length > MOST_HELD.count || JSON.stringify(joined).length > MOST_HELD.length) joined = joined.slice(1);
  return joined;
};

/** Details of `one` that are not in `other`. */
export const detailsWithout = (one: readonly Detail[] = [], other: readonly Detail[] = []): readonly Detail[] =>
  one.filter((detail) => !other.some((each) => isEqual(each, detail)));
