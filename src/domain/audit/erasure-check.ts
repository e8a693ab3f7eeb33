import type { Collection, Versioned } from '../ports/document-store.ts';
import type { AuditRecord } from './audit-record.ts';

type Stored = Versioned<AuditRecord>;

/**
 * Maximum number of erasures of one record that are examined. Each value is erased once; a second attempt finds
 * nothing.
 */
const MOST_ERASURES = 200;

/** Names of personal values for which a record has a commitment and no value. */
const missingValues = ({ event, erasable = {} }: AuditRecord): readonly string[] =>
  Object.keys(event.personal ?? {}).filter((name) => !Object.hasOwn(erasable, name));

/** Reads the event, not its copies for the indexes: the digest covers the event. */
const erasedBy = ({ event }: AuditRecord, id: string): readonly string[] =>
  event.type === 'audit.erased' && event.target?.id === id ? (event.changed ?? []) : [];

/**
 * Names of personal values of a record that are missing without an `audit.erased` event: an editor of the store removed
 * them. Costs one read where a value is missing, otherwise none.
 */
export const removedValues = async (
  records: Collection<AuditRecord>,
  { document: record }: Stored,
): Promise<readonly string[]> => {
  const missing = missingValues(record);
  if (missing.length === 0) return [];
  // The event is durable before the value is removed, so it is found whenever the value was erased.
  const where = { target: record.id, type: 'audit.erased' };
  const found = await records.find({ where, limit: MOST_ERASURES });
  const erased = found.flatMap(({ document }) => erasedBy(document, record.id));
  return missing.filter((name) => !erased.includes(name));
};

/**
 * Names of personal values that an `audit.erased` event names as erased and that their record still holds. Either the
 * erasure was interrupted, or an editor of the store put them back. Costs one read for such an event, otherwise none.
 */
export const keptValues = async (
  records: Collection<AuditRecord>,
  { document: { event } }: Stored,
): Promise<{ readonly record: AuditRecord; readonly names: readonly string[] } | undefined> => {
  const id = event.target?.id;
  if (event.type !== 'audit.erased' || id === undefined) return undefined;
  const record = (await records.get(id))?.document;
  const names = record ? (event.changed ?? []).filter((name) => Object.hasOwn(record.erasable ?? {}, name)) : [];
  return record && names.length > 0 ? { record, names } : undefined;
};
