import { deepFrozen } from './store-rules.ts';

/** Deeper than any event; recursion stops here. */
const MAX_DEPTH = 32;
/** Integer-like names: an object lists these first, regardless of the order in which they were added. */
const NUMERIC = /^\d+$/;

/**
 * A copy whose members are in the order of RFC 8785 §3.2.3, so that `JSON.stringify` of it is its canonical text. That
 * takes a third of the work of a separate serialization. Undefined where the copy would not have that text: lone
 * surrogates, integer-like names, NaN and infinities, objects that are not plain, great depth.
 */
export const sortedCopy = (value: object): object | undefined => {
  try {
    return copyOf(value, 0) as object;
  } catch (error) {
    if (error === IRREGULAR) return undefined;
    throw error;
  }
};

/** Objects of `constantJson`, and all objects in them. */
const constants = new WeakSet<object>();

/**
 * A copy of a JSON value that many documents share: deeply frozen, with its members in the order of RFC 8785 §3.2.3. Copies of documents
 * hold it as it is. A value of which there is no such copy is frozen itself, and copied each time.
 */
export const constantJson = <T extends object>(value: T): T => {
  const copy = sortedCopy(value) as T | undefined;
  if (copy === undefined) return deepFrozen(value);
  note(copy);
  return deepFrozen(copy);
};

const note = (value: object): void => {
  if (constants.has(value)) return;
  constants.add(value);
  for (const member of Object.values(value)) if (typeof member === 'object' && member !== null) note(member);
};

/** Whether the object is of `constantJson`, so that it never changes. */
export const isConstantJson = (value: object): boolean => constants.has(value);

const IRREGULAR = Symbol('not to be copied');

const copyOf = (value: unknown, depth: number): unknown => {
  switch (typeof value) {
    case 'string':
      if (value.isWellFormed()) return value;
      break;
    case 'boolean':
      return value;
    case 'number':
      if (Number.isFinite(value)) return value;
      break;
    case 'object':
      if (value === null) return null;
      if (constants.has(value)) return value;
      if (depth === MAX_DEPTH) break;
      if (Array.isArray(value)) return value.map((item) => copyOf(item, depth + 1));
      if (isPlain(value)) return objectOf(value, depth);
  }
  throw IRREGULAR;
};

const isPlain = (value: object): value is Readonly<Record<string, unknown>> => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && !('toJSON' in value);
};

/** More names than this are left to `sort`. */
const FEW_NAMES = 32;

/** Sorts in place, by code unit. The names of an event are few and mostly in order, and `sort` would copy them twice. */
const inOrder = (names: string[]): readonly string[] => {
  if (names.length > FEW_NAMES) return names.sort();
  for (let at = 1; at < names.length; at += 1) {
    const name = names[at] as string;
    let place = at;
    for (let before = names[place - 1]; before !== undefined && before > name; before = names[place - 1]) {
      names[place] = before;
      place -= 1;
    }
    names[place] = name;
  }
  return names;
};

const isIrregular = (name: string): boolean =>
  (name.charCodeAt(0) <= NINE && NUMERIC.test(name)) || name === '__proto__' || !name.isWellFormed();

const NINE = 57;

const objectOf = (value: Readonly<Record<string, unknown>>, depth: number): object => {
  const copy: Record<string, unknown> = {};
  for (const name of inOrder(Object.keys(value))) {
    const member = value[name];
    if (member === undefined) continue;
    if (isIrregular(name)) throw IRREGULAR;
    copy[name] = copyOf(member, depth + 1);
  }
  return copy;
};
