import type { Document } from './document-store.ts';
import { type CollectionRules, type FieldValue, fieldValue } from './store-rules.ts';

const NAME = /^[A-Za-z][A-Za-z0-9_]{0,47}$/;
const MAX_LENGTH = 512;

/**
 * The indexed members of a document, and every other short one that an index could hold. A store that keeps them all beside the text
 * needs to rewrite nothing for an index that is declared later, and versions of Behalf that declare different ones can run
 * together. Throws TypeError for an indexed member that no index can hold.
 */
export const shortMembers = (rules: CollectionRules, document: Document): Record<string, FieldValue> => {
  const members: Record<string, FieldValue> = {};
  for (const [name, value] of Object.entries(document)) {
    if (name === 'id' || !NAME.test(name) || rules.fields.includes(name) || !isShort(value)) continue;
    members[name] = value;
  }
  for (const name of rules.fields) {
    const value = fieldValue(document, name);
    if (value !== undefined) members[name] = value;
  }
  return members;
};

const isShort = (value: unknown): value is FieldValue =>
  typeof value === 'boolean' ||
  Number.isSafeInteger(value) ||
  (typeof value === 'string' && value.length <= MAX_LENGTH && value.isWellFormed());
