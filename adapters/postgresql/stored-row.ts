import { createHash } from 'node:crypto';
import type { Document } from '../../src/domain/ports/document-store.ts';
import { shortMembers } from '../../src/domain/ports/short-members.ts';
import { type CollectionRules, checkDocument, type FieldValue } from '../../src/domain/ports/store-rules.ts';
import { textOf } from '../../src/domain/ports/written-text.ts';

/**
 * A document as PostgreSQL stores it: `id` is a key, and `fields` the JSON text of keys by member. `body` is the text of the document.
 * `write` names the write of this version, and is among `fields` too: two nodes may write equal documents.
 */
export type StoredRow = {
  readonly id: string;
  readonly body: string;
  readonly fields: string;
  readonly write: string;
};

/** An entry of an index has at most 2,704 bytes: five of these. */
const MOST_BYTES = 512;
const KEPT_BYTES = 440;

const START = '\u0001';

/**
 * The key of a text, in whose place PostgreSQL stores and compares it: equal for equal texts only, and in the same order by
 * code point. PostgreSQL has no U+0000, so that character and U+0001 are written as pairs. Of a text of more than 512 bytes the key has
 * the beginning and a digest, so two such texts that begin alike are in the order of their digests.
 */
export const keyOf = (text: string): string => {
  const escaped =
    text.includes('\u0000') || text.includes(START)
      ? text.replaceAll(START, `${START}\u0002`).replaceAll('\u0000', `${START}${START}`)
      : text;
  if (escaped.length * 3 <= MOST_BYTES) return escaped;
  const bytes = Buffer.from(escaped);
  if (bytes.length <= MOST_BYTES) return escaped;
  let end = KEPT_BYTES;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  let kept = bytes.toString('utf8', 0, end);
  // So that the mark behind it is no part of a pair.
  while (kept.endsWith(START)) kept = kept.slice(0, -1);
  return `${kept}${START}\u0003${createHash('sha256').update(escaped).digest('base64url')}`;
};

/** More than the least safe integer is below 0. */
const OFFSET = 2n ** 53n;
const DIGITS = 17;

/** The key of a member: numbers are before texts, and texts before booleans; each in its own order. */
export const fieldKey = (value: FieldValue): string => {
  if (typeof value === 'string') return `s${keyOf(value)}`;
  if (typeof value === 'number') return `n${String(BigInt(value) + OFFSET).padStart(DIGITS, '0')}`;
  return value ? 't1' : 't0';
};

/** Throws TypeError when the document is invalid. */
export const storedRow = (rules: CollectionRules, document: Document): StoredRow => {
  const text = textOf(document);
  if (text === undefined) checkDocument(document);
  const write = crypto.randomUUID();
  const fields: Record<string, string | readonly string[]> = { '!write': write };
  for (const [name, value] of Object.entries(shortMembers(rules, document))) {
    fields[name] = typeof value === 'object' ? value.map(keyOf) : fieldKey(value);
  }
  return { id: keyOf(document.id), body: text ?? JSON.stringify(document), fields: JSON.stringify(fields), write };
};
