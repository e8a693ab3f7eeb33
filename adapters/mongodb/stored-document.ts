import { ObjectId } from 'mongodb';
import type { Document } from '../../src/domain/ports/document-store.ts';
import { shortMembers } from '../../src/domain/ports/short-members.ts';
import {
  type CollectionRules,
  checkDocument,
  type FieldValue,
  fieldValue,
} from '../../src/domain/ports/store-rules.ts';

/**
 * A document as MongoDB stores it. Member names with `$` or dots are in `body` only, as text. `fields` has names and
 * values that are harmless in a query.
 */
export type StoredDocument = {
  readonly _id: string;
  readonly version: number;
  readonly body: string;
  readonly fields: Readonly<Record<string, FieldValue | readonly string[] | { readonly none: string }>>;
  /** Names the write of this version, to learn the outcome of a write whose response was lost. */
  readonly write: string;
  /** For the server's TTL monitor. */
  readonly endsAt?: Date;
};

/** MongoDB's limit is 16 MB with all overhead. */
const MAX_BODY_BYTES = 15 * 1024 * 1024;
/** The TTL monitor uses the server's clock, so it runs an hour after our own sweeper. */
export const GRACE_SECONDS = 3600;

/** Throws TypeError when the document is invalid, or too large. */
export const storedDocument = (rules: CollectionRules, document: Document, version: number): StoredDocument => {
  checkDocument(document);
  const body = JSON.stringify(document);
  if (body.length > MAX_BODY_BYTES / 3 && Buffer.byteLength(body) > MAX_BODY_BYTES) {
    throw new TypeError('a document has at most 15 MB');
  }
  const end = rules.expiresAt === undefined ? undefined : fieldValue(document, rules.expiresAt);
  return {
    _id: document.id,
    version,
    body,
    fields: fieldsOf(rules, document),
    write: new ObjectId().toHexString(),
    ...(typeof end === 'number' ? { endsAt: new Date(end * 1000) } : {}),
  };
};

/**
 * A document without a field of a unique index gets a distinct value there, so that the index need not be partial and nothing
 * collides.
 */
const fieldsOf = (rules: CollectionRules, document: Document): StoredDocument['fields'] => {
  const fields: Record<string, FieldValue | readonly string[] | { readonly none: string }> = shortMembers(
    rules,
    document,
  );
  for (const { fields: names } of rules.indexes.filter((index) => index.unique === true)) {
    for (const name of names) fields[name] ??= { none: document.id };
  }
  return fields;
};
