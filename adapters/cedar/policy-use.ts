/**
 * The facts that policies read. A verdict can then be reused for a question that differs only in other facts, and
 * Cedar is given no other fact. Derived from a policy when it is checked (check-policies.ts).
 */
import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';

/**
 * How a fact is read: `whole`, or as a number that is only compared with these, in ascending order. Then all numbers
 * between two neighbouring ones are equivalent.
 */
export type Use = 'whole' | readonly number[];

export type PolicyUse = {
  /** By names of attributes of `context`; undefined: the policies read it as a whole. */
  readonly context: ReadonlyMap<string, Use> | undefined;
  /** Names of attributes of anything. */
  readonly attributes: ReadonlySet<string>;
  /** Types of the entities that something may be `in`; undefined: of any. */
  readonly within: ReadonlySet<string> | undefined;
};

/** The compared numbers between which a number lies, and whether it equals one of them. */
export const placeOf = (value: number, among: Exclude<Use, 'whole'>): readonly [string, number, boolean] => [
  'place',
  among.filter((one) => one < value).length,
  among.includes(value),
];

type Found = {
  readonly context: Map<string, 'whole' | Set<number>>;
  readonly attributes: Set<string>;
  readonly types: Set<string>;
  isContextWhole: boolean;
  isAnyType: boolean;
};

/** The combined use of several policies. */
export const useOf = (policies: readonly PolicyJson[]): PolicyUse => {
  const found: Found = {
    context: new Map(),
    attributes: new Set(),
    types: new Set(),
    isContextWhole: false,
    isAnyType: false,
  };
  for (const { principal, resource, conditions } of policies) {
    collect(principal, found);
    collect(resource, found);
    for (const { body } of conditions) collect(body, found);
  }
  const context = [...found.context].map(
    ([name, use]) => [name, use === 'whole' ? use : [...use].sort((one, other) => one - other)] as const,
  );
  return {
    context: found.isContextWhole ? undefined : new Map(context),
    attributes: found.attributes,
    within: found.isAnyType ? undefined : found.types,
  };
};

export const joinedUse = (uses: readonly PolicyUse[]): PolicyUse => {
  const context = new Map<string, Use>();
  for (const use of uses) {
    for (const [name, one] of use.context ?? []) {
      const other = context.get(name);
      if (other === undefined || one === 'whole') context.set(name, one);
      else if (other !== 'whole')
        context.set(
          name,
          [...new Set([...one, ...other])].sort((a, b) => a - b),
        );
    }
  }
  return {
    context: uses.every((use) => use.context) ? context : undefined,
    attributes: new Set(uses.flatMap(({ attributes }) => [...attributes])),
    within: uses.every(({ within }) => within) ? new Set(uses.flatMap(({ within = [] }) => [...within])) : undefined,
  };
};

const COMPARISONS: readonly string[] = ['<', '<=', '>', '>=', '==', '!='];

/** Visits every member, so that no kind of expression is missed. */
const collect = (expression: unknown, found: Found): void => {
  if (typeof expression !== 'object' || expression === null) return;
  if (isContext(expression)) found.isContextWhole = true;
  const { type, id } = expression as { readonly type?: unknown; readonly id?: unknown };
  if (typeof type === 'string' && typeof id === 'string') found.types.add(type);
  for (const [kind, inner] of Object.entries(expression)) {
    const { left, right, attr } = (typeof inner === 'object' && inner !== null ? inner : {}) as {
      readonly left?: unknown;
      readonly right?: unknown;
      readonly attr?: unknown;
    };
    const compared = COMPARISONS.includes(kind) ? (numberOf(left, right) ?? numberOf(right, left)) : undefined;
    if (compared) {
      const known = found.context.get(compared.name) ?? new Set<number>();
      found.context.set(compared.name, known);
      if (known !== 'whole') known.add(compared.number);
      continue;
    }
    if (kind === '.' || kind === 'has') {
      // `has` may name a path.
      const names: readonly unknown[] = Array.isArray(attr) ? attr : [attr];
      for (const name of names) if (typeof name === 'string') found.attributes.add(name);
      const [first] = names;
      if (isContext(left) && typeof first === 'string') {
        found.context.set(first, 'whole');
        continue;
      }
    }
    // The right side of `in` may be a fact, too, of any type.
    if (kind === 'in' && right !== undefined && !isLiteral(right)) found.isAnyType = true;
    if (kind === 'is' && !isLiteral((inner as { readonly in?: unknown } | null)?.in)) found.isAnyType = true;
    collect(inner, found);
  }
};

/** Entities by name, or nothing. */
const isLiteral = (expression: unknown): boolean => {
  if (expression === undefined || expression === null) return true;
  const { Value, Set: members } = expression as { readonly Value?: unknown; readonly Set?: unknown };
  return Value !== undefined || (Array.isArray(members) && members.every((one) => isLiteral(one)));
};

/** A fact and the number it is compared with. */
const numberOf = (fact: unknown, value: unknown): { readonly name: string; readonly number: number } | undefined => {
  const name = attributeOf(fact);
  const number: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'Value') : undefined;
  // A comparison with a number beyond JavaScript's safe integers makes the fact `whole`.
  return name !== undefined && Number.isSafeInteger(number) ? { name, number: number as number } : undefined;
};

/** X in `context.X`. */
const attributeOf = (expression: unknown): string | undefined => {
  if (typeof expression !== 'object' || expression === null) return undefined;
  const { left, attr } = (Reflect.get(expression, '.') ?? {}) as { readonly left?: unknown; readonly attr?: unknown };
  return isContext(left) && typeof attr === 'string' ? attr : undefined;
};

const isContext = (expression: unknown): boolean =>
  typeof expression === 'object' && expression !== null && Reflect.get(expression, 'Var') === 'context';
