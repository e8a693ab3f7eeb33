import type { Collection } from 'mongodb';
import type { SweepSlice } from '../../src/domain/ports/document-store.ts';
import type { CollectionRules } from '../../src/domain/ports/store-rules.ts';
import type { StoredDocument } from './stored-document.ts';

/** The collection with the field its documents expire by. Throws TypeError when they do not expire. */
export const expiring = <K extends { readonly rules: CollectionRules }>(known: K | undefined, name: string) => {
  const end = known?.rules.expiresAt;
  if (known === undefined || end === undefined) throw new TypeError(`documents of ${name} do not expire`);
  return { ...known, field: `fields.${end}` };
};

export const expiredBefore = (field: string, now: number) => ({ [field]: { $gte: Number.MIN_SAFE_INTEGER, $lt: now } });

/** Removes at most `limit` documents, the earliest expired first. Several nodes may do so at once. */
export const removeExpired = async (
  stored: Collection<StoredDocument>,
  field: string,
  now: number,
  limit: number,
): Promise<SweepSlice> => {
  const expired = expiredBefore(field, now);
  const found = await stored.find(expired, { projection: { _id: 1 }, sort: { [field]: 1 }, limit }).toArray();
  if (found.length === 0) return { removed: 0, isDone: true };
  // Checks the end again: it may have been moved since.
  const { deletedCount } = await stored.deleteMany({ ...expired, _id: { $in: found.map(({ _id }) => _id) } });
  return { removed: deletedCount, isDone: found.length < limit };
};
