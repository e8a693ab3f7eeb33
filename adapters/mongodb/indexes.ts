import type { Collection, IndexDescription } from 'mongodb';
import { StoreUnavailable } from '../../src/domain/ports/document-store.ts';
import type { CollectionRules } from '../../src/domain/ports/store-rules.ts';
import { GRACE_SECONDS, type StoredDocument } from './stored-document.ts';

/**
 * Creates the missing indexes of a collection, and verifies the essential ones. Throws StoreUnavailable when an
 * index of that name has another definition. Indexes that are no longer declared stay: an older version of Behalf
 * may be running beside this one.
 */
export const ensureIndexes = async (stored: Collection<StoredDocument>, rules: CollectionRules): Promise<void> => {
  const wanted = rules.indexes.map(descriptionOf);
  // Throws when an index of that name has other keys, or is unique where this one is not.
  if (wanted.length > 0) await stored.createIndexes(wanted);
  if (rules.expiresAt !== undefined) {
    // A server without TTL indexes refuses this. Then only our own sweeper removes documents, as on every other
    // store.
    await stored.createIndex({ endsAt: 1 }, { name: 'ttl', expireAfterSeconds: GRACE_SECONDS }).catch(() => undefined);
  }
  const held = new Map((await stored.listIndexes().toArray()).map((index) => [index['name'], index]));
  for (const { name, key, unique = false } of wanted) {
    const found = held.get(name);
    const isSame = JSON.stringify(found?.['key']) === JSON.stringify(key) && (found?.['unique'] ?? false) === unique;
    if (!isSame || found?.['partialFilterExpression'] !== undefined || found?.['sparse'] === true) {
      throw new StoreUnavailable(`collection ${rules.name}: MongoDB has not made the index ${name}`);
    }
  }
};

const descriptionOf = ({ fields, unique = false }: CollectionRules['indexes'][number]) => {
  const keys = fields.map((field) => [`fields.${field}`, 1] as const);
  return {
    name: `${fields.join('_')}${unique ? '_unique' : ''}`,
    // With the id at the end, pages in the order of an index, ties by id, are one walk.
    key: Object.fromEntries(unique ? keys : [...keys, ['_id', 1] as const]),
    ...(unique ? { unique } : {}),
  } satisfies IndexDescription;
};
