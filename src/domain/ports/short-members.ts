import type { Document } from './document-store.ts';
import { type CollectionRules, type FieldValue, fieldValue, listValues, MOST_LISTED } from './store-rules.ts';

const NAME = /^[A-Za-z][A-Za-z0-9_]{0,47}$/;
const MAX_LENGTH = 512;

type Member = FieldValue | readonly string[];

/**
 * The indexed members of a document, and every other short one that an index could hold: a text of at most 512 characters, an
 * integer, a boolean, or a list of at most 64 such texts. A store that keeps them all beside the text need not rewrite what it has for an
 * index of them that is declared later, and versions of Behalf that declare different ones can run together. Longer members are
 * kept only while they are indexed. Throws TypeError for an indexed member that no index can hold.
 */
export const shortMembers = (rules: CollectionRules, document: Document): Record<string, Member> => {
  const members: Record<string, Member> = {};
  for (const [name, value] of Object.entries<unknown>(document)) {
    if (name === 'id' || !NAME.test(name) || rules.fields.includes(name) || rules.lists.includes(name)) continue;
    if (isShort(value)) members[name] = value;
    else if (isShortList(value)) members[name] = [...new Set(value)];
  }
  for (const name of rules.fields) {
    const value = fieldValue(document, name);
    if (value !== undefined) members[name] = value;
  }
  for (const name of rules.lists) members[name] = listValues(document, name);
  return members;
};

const isShortText = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= MAX_LENGTH && value.isWellFormed();

const isShort = (value: unknown): value is FieldValue =>
  typeof value === 'boolean' || Number.isSafeInteger(value) || isShortText(value);

const isShortList = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.length <= MOST_LISTED && value.every(isShortText);
