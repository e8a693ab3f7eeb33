/**
 * What a set of policies looks at in the context, so that a verdict can be answered again for a question that differs
 * in nothing it could notice. Called by policy-engine.ts when a set is made ready.
 */
import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';

/**
 * How a fact is looked at: `whole`, or as a number that is only ever compared with these, in ascending order. Then
 * numbers between the same two of them are one.
 */
export type Use = 'whole' | readonly number[];

/** By names of attributes of `context`; undefined: it is looked at as a whole. */
export const contextUse = (policies: readonly PolicyJson[]): ReadonlyMap<string, Use> | undefined => {
  const found = new Map<string, 'whole' | Set<number>>();
  const isWhole = policies.some(({ conditions }) => conditions.some(({ body }) => !collect(body, found)));
  if (isWhole) return undefined;
  return new Map(
    [...found].map(([name, use]) => [name, use === 'whole' ? use : [...use].sort((one, other) => one - other)]),
  );
};

type Found = Map<string, 'whole' | Set<number>>;

const COMPARISONS: readonly string[] = ['<', '<=', '>', '>=', '==', '!='];

/** Answers false where `context` stands for itself. Looks into whatever is there, so that no kind of expression is missed. */
const collect = (expression: unknown, found: Found): boolean => {
  if (typeof expression !== 'object' || expression === null) return true;
  if (isContext(expression)) return false;
  for (const [kind, inner] of Object.entries(expression)) {
    const { left, right, attr } = (typeof inner === 'object' && inner !== null ? inner : {}) as {
      readonly left?: unknown;
      readonly right?: unknown;
      readonly attr?: unknown;
    };
    const compared = COMPARISONS.includes(kind) ? (numberOf(left, right) ?? numberOf(right, left)) : undefined;
    if (compared) {
      const known = found.get(compared.name) ?? new Set<number>();
      found.set(compared.name, known);
      if (known !== 'whole') known.add(compared.number);
    } else if ((kind === '.' || kind === 'has') && isContext(left)) {
      // `has` may name a path.
      const name: unknown = Array.isArray(attr) ? attr[0] : attr;
      if (typeof name !== 'string') return false;
      found.set(name, 'whole');
    } else if (!collect(inner, found)) return false;
  }
  return true;
};

/** A fact and the number it is compared with. */
const numberOf = (fact: unknown, value: unknown): { readonly name: string; readonly number: number } | undefined => {
  const name = attributeOf(fact);
  const number: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'Value') : undefined;
  // Whoever compares with more than JavaScript can count has the fact looked at as a whole.
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
