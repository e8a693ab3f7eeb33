/**
 * Filters of SCIM (RFC 7644 §3.4.2.2): reads one with bounds on length, depth and terms, and evaluates it. The time of both
 * grows with the number of characters only.
 */
import { foldedName } from '../accounts/username.ts';
import {
  type Attribute,
  type AttributePath,
  findAttribute,
  type ResourceSchema,
  subTable,
  USER_RESOURCE,
} from './attributes.ts';
import { scimRefusal } from './scim-refusals.ts';
import { extensionOf, isObject, type Values } from './values.ts';

const OPERATORS = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'] as const;
type Operator = (typeof OPERATORS)[number];
type Comparable = string | number | boolean | null;

export type Filter =
  | { readonly kind: 'and' | 'or'; readonly of: readonly Filter[] }
  | { readonly kind: 'not'; readonly of: Filter }
  | { readonly kind: 'present'; readonly path: AttributePath }
  | { readonly kind: 'compare'; readonly path: AttributePath; readonly operator: Operator; readonly value: Comparable }
  /** One value of the list fits the whole filter. */
  | { readonly kind: 'any'; readonly path: AttributePath; readonly of: Filter };

/** A path of a PATCH operation (RFC 7644 §3.5.2): an attribute, with a filter of its values, and a sub-attribute. */
export type PatchPath = AttributePath & { readonly filter?: Filter };

export const FILTER_BOUNDS = { characters: 4096, terms: 100, depth: 20 } as const;

const SPACE = / +/y;
const WORD = /[A-Za-z$][A-Za-z0-9$_:.-]*/y;
const TEXT = /"(?:[^"\\]|\\.)*"/y;
const NUMBER = /-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const SUB = /\.[A-Za-z$][A-Za-z0-9$_-]*/y;

type Find = (name: string) => AttributePath | undefined;

/** Names inside of brackets are those of one value. */
const insideOf =
  ({ attribute }: AttributePath): Find =>
  (name) => {
    const sub = subTable(attribute).get(name.toLowerCase());
    return sub && { isEnterprise: false, attribute: sub };
  };

/** Reads one text from left to right. */
const reader = (text: string, resource: ResourceSchema, isPath = false) => {
  const findIn: Find = (name) => findAttribute(name, resource);
  const { characters, terms, depth } = FILTER_BOUNDS;
  let at = 0;
  let termCount = 0;
  let level = 0;

  /** Of a path, only what is between brackets is a filter (RFC 7644 §3.12). */
  const malformed = () =>
    scimRefusal(isPath && level === 0 ? 'scim_path_malformed' : 'scim_filter_malformed', {
      params: { position: at + 1 },
    });
  const tooLarge = () => scimRefusal('scim_filter_too_large', { params: FILTER_BOUNDS });
  if (text.length > characters) throw tooLarge();

  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const [found] = pattern.exec(text) ?? [];
    if (found !== undefined) at += found.length;
    return found;
  };
  const peek = (symbol: string): boolean => text[at] === symbol;
  const expect = (symbol: string): void => {
    take(SPACE);
    if (!peek(symbol)) throw malformed();
    at += 1;
  };
  /** A word that has a space or a bracket after it, and is one of these. */
  const keyword = (words: readonly string[]): string | undefined => {
    const before = at;
    take(SPACE);
    const word = take(WORD)?.toLowerCase();
    if (word !== undefined && words.includes(word)) return word;
    at = before;
    return undefined;
  };
  const nested = <T>(read: () => T): T => {
    level += 1;
    if (level > depth) throw tooLarge();
    const value = read();
    level -= 1;
    return value;
  };

  /** JSON may escape half a character, which no store can look for. */
  const textOf = (quoted: string): string => {
    try {
      const value = JSON.parse(quoted) as string;
      if (value.isWellFormed()) return value;
    } catch {
      // Refused below.
    }
    throw malformed();
  };

  const literal = (): Comparable => {
    take(SPACE);
    const quoted = take(TEXT);
    if (quoted !== undefined) return textOf(quoted);
    const number = take(NUMBER);
    if (number !== undefined) return Number(number);
    const word = keyword(['true', 'false', 'null']);
    if (word === undefined) throw malformed();
    return word === 'null' ? null : word === 'true';
  };

  const found = (name: string, find: Find): AttributePath => {
    const path = find(name);
    if (!path) throw scimRefusal('scim_filter_attribute_unknown');
    if (path.attribute.isDerived) throw scimRefusal('scim_filter_comparison_wrong');
    return path;
  };

  const bracket = (path: AttributePath): Filter => {
    if (!path.attribute.subAttributes || path.sub) throw malformed();
    at += 1;
    const of = nested(() => either(insideOf(path)));
    expect(']');
    return of;
  };

  const term = (find: Find): Filter => {
    termCount += 1;
    if (termCount > terms) throw tooLarge();
    const name = take(WORD);
    if (name === undefined) throw malformed();
    const path = found(name, find);
    if (peek('[')) return { kind: 'any', path, of: bracket(path) };
    if (keyword(['pr'])) return { kind: 'present', path };
    const word = keyword(OPERATORS);
    const operator = OPERATORS.find((one) => one === word);
    if (!operator) throw malformed();
    const value = literal();
    checkComparison(path, operator, value);
    return { kind: 'compare', path, operator, value };
  };

  const factor = (find: Find): Filter => {
    take(SPACE);
    const before = at;
    const isNot = keyword(['not']) !== undefined;
    if (isNot) take(SPACE);
    if (!peek('(')) {
      at = before;
      return term(find);
    }
    at += 1;
    const of = nested(() => either(find));
    expect(')');
    return isNot ? { kind: 'not', of } : of;
  };

  const chain = (kind: 'and' | 'or', next: (find: Find) => Filter, find: Find): Filter => {
    const of = [next(find)];
    while (keyword([kind])) of.push(next(find));
    const [only] = of;
    return of.length === 1 && only ? only : { kind, of };
  };
  const both = (find: Find): Filter => chain('and', factor, find);
  const either = (find: Find): Filter => chain('or', both, find);

  const end = (): void => {
    take(SPACE);
    if (at < text.length) throw malformed();
  };

  return {
    filter: (): Filter => {
      const filter = either(findIn);
      end();
      return filter;
    },
    path: (): PatchPath | undefined => {
      const name = take(WORD);
      const path = name === undefined ? undefined : findIn(name);
      if (!path || !peek('[')) {
        end();
        return path;
      }
      const filter = bracket(path);
      const sub = take(SUB);
      end();
      if (sub === undefined) return { ...path, filter };
      const inner = subTable(path.attribute).get(sub.slice(1).toLowerCase());
      return inner && { ...path, sub: inner, filter };
    },
  };
};

/** Throws 'invalid_field' for a filter that is malformed, too large, or names an attribute that does not exist. */
export const readFilter = (text: string, resource: ResourceSchema = USER_RESOURCE): Filter =>
  reader(text, resource).filter();

/** Undefined: the path names no attribute. Throws as `readFilter` does. */
export const readPath = (text: string, resource: ResourceSchema = USER_RESOURCE): PatchPath | undefined =>
  reader(text, resource, true).path();

/** The attribute whose values are compared: of a complex attribute, its `value`. */
const comparedOf = ({ attribute, sub }: AttributePath): Attribute | undefined =>
  sub ?? (attribute.type === 'complex' ? subTable(attribute).get('value') : attribute);

const checkComparison = (path: AttributePath, operator: Operator, value: Comparable): void => {
  const wrong = () => scimRefusal('scim_filter_comparison_wrong');
  const compared = comparedOf(path);
  if (!compared) throw wrong();
  const isEquality = operator === 'eq' || operator === 'ne';
  if (value === null) {
    if (!isEquality) throw wrong();
    return;
  }
  if (compared.type === 'boolean') {
    const isBoolean = typeof value === 'boolean' || (typeof value === 'string' && /^(?:true|false)$/i.test(value));
    if (!isBoolean || !isEquality) throw wrong();
    return;
  }
  if (typeof value !== 'string') throw wrong();
  if (compared.type === 'binary' && !isEquality) throw wrong();
  if (compared.type === 'dateTime' && Number.isNaN(Date.parse(value))) throw wrong();
};

/** All values at a path; none when there is no value. */
export const valuesAt = (user: Values, { isEnterprise, attribute, sub }: AttributePath): readonly unknown[] => {
  const value = (isEnterprise ? extensionOf(user) : user)[attribute.name];
  const list = Array.isArray(value) ? value : value === undefined ? [] : [value];
  if (!sub) return list;
  return list.flatMap((one) => (isObject(one) && one[sub.name] !== undefined ? [one[sub.name]] : []));
};

const HOLDS = {
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  co: (a, b) => String(a).includes(String(b)),
  sw: (a, b) => String(a).startsWith(String(b)),
  ew: (a, b) => String(a).endsWith(String(b)),
  gt: (a, b) => a > b,
  ge: (a, b) => a >= b,
  lt: (a, b) => a < b,
  le: (a, b) => a <= b,
} as const satisfies Record<Operator, (a: string | number, b: string | number) => boolean>;

/**
 * The form in which values of an attribute are compared. Of a unique one it is the form in which the server finds it taken: else a
 * directory that writes a letter in two characters looks in vain for a user that it cannot create.
 */
const comparable = ({ type, caseExact, uniqueness }: Attribute, value: unknown): string | number => {
  if (type === 'dateTime') return Date.parse(String(value));
  if (uniqueness === 'server') return foldedName(String(value));
  return type === 'boolean' || !caseExact ? String(value).toLowerCase() : String(value);
};

const compares = (user: Values, { path, operator, value }: Extract<Filter, { kind: 'compare' }>): boolean => {
  const compared = comparedOf(path);
  if (!compared) return false;
  const found = valuesAt(user, path).flatMap((one) => {
    const inner = isObject(one) ? one[compared.name] : one;
    return inner === undefined ? [] : [inner];
  });
  if (value === null) return (found.length === 0) === (operator === 'eq');
  // An attribute without a value is not equal to any (RFC 7644 §3.4.2.2).
  if (operator === 'ne' && found.length === 0) return true;
  const wanted = comparable(compared, value);
  const { [operator]: holds } = HOLDS;
  return found.some((one) => holds(comparable(compared, one), wanted));
};

/** Whether a user, or one value of a list, fits the filter. */
export const fits = (user: Values, filter: Filter): boolean => {
  switch (filter.kind) {
    case 'and':
      return filter.of.every((one) => fits(user, one));
    case 'or':
      return filter.of.some((one) => fits(user, one));
    case 'not':
      return !fits(user, filter.of);
    case 'present':
      return valuesAt(user, filter.path).some((one) => one !== '');
    case 'any':
      return valuesAt(user, filter.path).some((one) => isObject(one) && fits(one, filter.of));
    case 'compare':
      return compares(user, filter);
  }
};

/** The text that one attribute must equal, in a filter that is only this comparison. For look-ups by an index. */
export const equalTo = (filter: Filter, name: string): string | undefined => {
  if (filter.kind !== 'compare' || filter.operator !== 'eq' || typeof filter.value !== 'string') return undefined;
  const { isEnterprise, attribute, sub } = filter.path;
  return !isEnterprise && !sub && attribute.name === name ? filter.value : undefined;
};
