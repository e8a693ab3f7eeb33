import { canonicalJson } from '../vocabulary/canonical-json.ts';
import { sortedCopy } from './sorted-copy.ts';

/** An object as the audit log stores and hashes it. */
export type Canonical = {
  /** A copy as its RFC 8785 text states it. */
  readonly value: Readonly<Record<string, unknown>>;
  /** RFC 8785 text of each member, by code unit of the name. */
  readonly members: readonly (readonly [name: string, text: string])[];
};

/** Throws TypeError for a value that is not JSON. */
export const canonicalOf = (object: object): Canonical => {
  const copy = sortedCopy(object) as Canonical['value'] | undefined;
  if (copy !== undefined) {
    return { value: copy, members: Object.keys(copy).map((name) => [name, JSON.stringify(copy[name])]) };
  }
  const value = JSON.parse(canonicalText(object)) as Canonical['value'];
  return { value, members: membersOf(value) };
};

/** RFC 8785 text of each member of an object, by code unit of the name. */
export const membersOf = (object: object): Canonical['members'] =>
  Object.entries(object)
    .filter(([, member]) => member !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, member]) => [name.toWellFormed(), canonicalText(member)]);

/**
 * RFC 8785 text. Replaces a lone surrogate, for which RFC 8785 has no text, by U+FFFD. Throws TypeError for a value
 * that is not JSON.
 */
export const canonicalText = (value: unknown): string => {
  try {
    const text = canonicalJson(value);
    if (text !== undefined) return text;
  } catch {
    // Most likely a lone surrogate. For any other defect the second attempt throws.
    const text = canonicalJson(wellFormed(JSON.parse(JSON.stringify(value))));
    if (text !== undefined) return text;
  }
  throw new TypeError('not a JSON value');
};

const wellFormed = (value: unknown): unknown => {
  if (typeof value === 'string') return value.toWellFormed();
  if (Array.isArray(value)) return value.map(wellFormed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name.toWellFormed(), wellFormed(member)]));
};
