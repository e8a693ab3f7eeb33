import { randomInt } from 'node:crypto';
import { type Collection, isStoreUnavailable, type Versioned } from '../ports/document-store.ts';
import type { AuditReceipt } from './audit-event.ts';
import { type AuditRecord, type Heads, recordId } from './audit-record.ts';
import { readHeads } from './checkpoints.ts';
import { mismatchesOfPage } from './record-check.ts';
import type { Mismatch } from './verify-store.ts';

export type Sample = { readonly checked: number; readonly mismatches: readonly Mismatch[] };

/** Maximum number of records examined; a shorter log is examined completely. */
const MOST_RECORDS = 1_000;
/** Number of newest records of each stream among them. */
const NEWEST = 100;
const AT_A_TIME = 200;

/**
 * Compares stored records with their digests: the newest of each stream and others at random. Examines at most 1,000,
 * and none after `milliseconds`. Names mismatches as `mismatchesOf` does; `missing`: there is no such record, or it is
 * damaged. `remembered` heads stand for streams that the store does not list. Throws StoreUnavailable when the store
 * fails.
 */
export const sampleStore = async (deps: {
  readonly records: Collection<AuditRecord>;
  readonly remembered: Heads;
  /** Of each stream, the last record that is in an archive: not among the examined ones. */
  readonly archived: Heads;
  readonly milliseconds: number;
  /** Milliseconds since an arbitrary moment. */
  readonly elapsed: () => number;
}): Promise<Sample> => {
  const { records, remembered, milliseconds, elapsed } = deps;
  const end = elapsed() + milliseconds;
  const stored = await readHeads(records);
  const unlisted = remembered.filter(({ stream }) => !stored.some((head) => head.stream === stream));
  const places = placesOf([...stored, ...unlisted], deps.archived);
  const mismatches: Mismatch[] = [];
  let checked = 0;
  for (let at = 0; at < places.length && elapsed() < end; at += AT_A_TIME) {
    const page = places.slice(at, at + AT_A_TIME);
    const found = await readable(records, page);
    const members = await mismatchesOfPage(records, found);
    const byId = new Map(found.map(({ document }, index) => [document.id, members[index] ?? []]));
    for (const { stream, sequence } of page) {
      const wrong = byId.get(recordId(stream, sequence)) ?? ['missing'];
      if (wrong.length > 0) mismatches.push({ stream, sequence, members: wrong });
    }
    checked += page.length;
  }
  return { checked, mismatches };
};

type Place = Pick<AuditReceipt, 'stream' | 'sequence'>;

/** Only places behind the archived ones. */
const placesOf = (stored: Heads, archived: Heads): readonly Place[] => {
  const begins = new Map(archived.map(({ stream, sequence }) => [stream, sequence]));
  const heads = stored.map(({ stream, sequence }) => {
    const begin = begins.get(stream) ?? 0;
    return { stream, begin, count: sequence - begin };
  });
  const total = heads.reduce((sum, { count }) => sum + count, 0);
  const isWhole = total <= MOST_RECORDS;
  const newest = heads.flatMap(({ stream, begin, count }): Place[] =>
    Array.from({ length: isWhole ? count : Math.min(count, NEWEST) }, (_, back) => ({
      stream,
      sequence: begin + count - back,
    })),
  );
  const chosen = new Map(newest.slice(0, MOST_RECORDS).map((place) => [recordId(place.stream, place.sequence), place]));
  // The number of draws is limited, not the number of records: a record drawn twice is examined once.
  for (let draw = chosen.size; draw < MOST_RECORDS && !isWhole; draw += 1) {
    const place = placeAt(heads, randomInt(total));
    chosen.set(recordId(place.stream, place.sequence), place);
  }
  return [...chosen.values()];
};

/** Place number `index` in the concatenation of all streams. */
const placeAt = (
  heads: readonly { readonly stream: string; readonly begin: number; readonly count: number }[],
  index: number,
): Place => {
  let rest = index;
  for (const { stream, begin, count } of heads) {
    if (rest < count) return { stream, sequence: begin + rest + 1 };
    rest -= count;
  }
  throw new RangeError('no such place');
};

/** Leaves out a damaged record, so that the others can be read. */
const readable = async (
  records: Collection<AuditRecord>,
  places: readonly Place[],
): Promise<readonly Versioned<AuditRecord>[]> => {
  const ids = places.map(({ stream, sequence }) => recordId(stream, sequence));
  try {
    return await records.getMany(ids);
  } catch (error) {
    if (!isStoreUnavailable(error)) throw error;
    const found: Versioned<AuditRecord>[] = [];
    let failed = 0;
    for (const id of ids) {
      try {
        const one = await records.get(id);
        if (one) found.push(one);
      } catch (one) {
        failed += 1;
        // All reads failed: the store has failed, not one record.
        if (failed === ids.length || !isStoreUnavailable(one)) throw error;
      }
    }
    return found;
  }
};
