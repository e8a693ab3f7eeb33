import { sortedCopy } from '../ports/sorted-copy.ts';
import { canonicalJson } from '../vocabulary/canonical-json.ts';

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
  if (copy !== undefined) return { value: copy, members: textsOf(copy) };
  const value = JSON.parse(canonicalText(object)) as Canonical['value'];
  const members = Object.entries(value)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, member]) => [name, canonicalText(member)] as const);
  return { value, members };
};

/** The RFC 8785 text of an object with these members. */
export const textOfMembers = (members: Canonical['members']): string => {
  let text = '';
  for (const [name, member] of members) text += `${text === '' ? '{' : ','}${nameText(name)}:${member}`;
  return text === '' ? '{}' : `${text}}`;
};

/** JSON of the names that events have. A file that is verified may have others, so that there is a limit. */
const names = new Map<string, string>();
const MOST_NAMES = 256;

/** JSON of the name of a member. */
export const nameText = (name: string): string => {
  const known = names.get(name);
  if (known !== undefined) return known;
  const text = JSON.stringify(name);
  if (names.size < MOST_NAMES) names.set(name, text);
  return text;
};

/** RFC 8785 text of each member of an object, by code unit of the name. */
export const membersOf = (object: object): Canonical['members'] => {
  const members = isInOrder(object, 0) ? textsOf(object) : undefined;
  // Most likely a lone surrogate.
  const isIrregular = members === undefined || members.some(([, text]) => text.includes('\\ud'));
  return isIrregular ? canonicalOf(object).members : members;
};

const textsOf = (object: object): Canonical['members'] => {
  const members: [string, string][] = [];
  for (const [name, member] of Object.entries(object)) {
    if (member !== undefined) members.push([name, JSON.stringify(member)]);
  }
  return members;
};

/** Whether a text is the RFC 8785 text of the value that was parsed from it. */
export const isCanonical = (value: object, text: string): boolean =>
  isInOrder(value, 0) && !text.includes('\\ud') ? JSON.stringify(value) === text : canonicalText(value) === text;

/** Deeper than any event. */
const MOST_DEPTH = 32;

/** Whether `JSON.stringify` lists all members in the order of RFC 8785 §3.2.3. False where that is unknown. */
const isInOrder = (value: unknown, depth: number): boolean => {
  if (typeof value !== 'object' || value === null) return true;
  if (depth === MOST_DEPTH) return false;
  if (Array.isArray(value)) return value.every((item) => isInOrder(item, depth + 1));
  let last = '';
  for (const name in value) {
    if (
      name < last ||
      !name.isWellFormed() ||
      !isInOrder((value as Readonly<Record<string, unknown>>)[name], depth + 1)
    )
      return false;
    last = name;
  }
  return true;
};

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
