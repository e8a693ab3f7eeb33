import type { Collection, Versioned } from '../ports/document-store.ts';
import {
  AUDIT_RECORDS,
  type AuditRecord,
  type IndexMembers,
  indexMembers,
  isCommittedTo,
  recordId,
} from './audit-record.ts';
import { removedValues } from './erasure-check.ts';
import { isErasable } from './export-lines.ts';
import { hashOf } from './record-digest.ts';

/** Every member that an index needs and the digest does not cover. */
const COPIES = [...new Set(AUDIT_RECORDS.indexes.flatMap(({ fields }): readonly string[] => fields))].filter(
  (name) => !['stream', 'sequence', 'at', 'opens'].includes(name),
) as readonly (keyof IndexMembers)[];

/**
 * Names the members of a stored record that do not match its digest; empty when all do. `hash`: the content does not give
 * the digest. `id` and `opens`: the key, or the mark of a first record, differs. `personal.NAME`: the value does not give
 * its commitment, or has none. Any other name is an index member: a search may miss the record or find it wrongly.
 * `record`: the record cannot be read at all.
 */
export const mismatchesOf = ({ document: record, misindexed = [] }: Versioned<AuditRecord>): readonly string[] => {
  try {
    const { stream, sequence, event, hash, erasable = {} } = record;
    const derived = { ...indexMembers(event) };
    const commitments = event.personal ?? {};
    return [
      ...(hashOf(record) === hash ? [] : ['hash']),
      ...(record.id === recordId(stream, sequence) && !misindexed.includes('id') ? [] : ['id']),
      ...((record.opens ?? false) === (sequence === 1) && !misindexed.includes('opens') ? [] : ['opens']),
      ...COPIES.filter((name) => record[name] !== derived[name] || misindexed.includes(name)),
      ...['stream', 'sequence', 'at'].filter((name) => misindexed.includes(name)),
      ...Object.entries(erasable).flatMap(([name, value]) =>
        Object.hasOwn(commitments, name) && isErasable(value) && isCommittedTo(value, commitments[name])
          ? []
          : [`personal.${name}`],
      ),
    ];
  } catch {
    return ['record'];
  }
};

/**
 * Checks the records of one page in the same way. Reports `hash` also where the next record of the stream names another
 * digest. An editor of one record can recompute its digest, but not those of all later records. Reports `personal.NAME`
 * also where the value is missing and no event records its erasure. Costs one more read, and one for each record with a
 * missing value.
 */
export const mismatchesOfPage = async (
  records: Collection<AuditRecord>,
  page: readonly Versioned<AuditRecord>[],
): Promise<readonly (readonly string[])[]> => {
  const nextIds = page.map(({ document }) => recordId(document.stream, document.sequence + 1));
  const next = new Map((await records.getMany(nextIds)).map(({ document }) => [document.id, document.prev]));
  const removed = await Promise.all(page.map((one) => removedValues(records, one)));
  return page.map((one, at) => {
    const gone = (removed[at] ?? []).map((name) => `personal.${name}`);
    const found = [...mismatchesOf(one), ...gone];
    const named = next.get(nextIds[at] ?? '');
    const isReplaced = named !== undefined && named !== one.document.hash && !found.includes('hash');
    return isReplaced ? ['hash', ...found] : found;
  });
};
