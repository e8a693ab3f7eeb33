import type { Versioned } from '../../ports/document-store.ts';
import { type AuditRecord, recordId } from '../audit-record.ts';
import type { IndexReader } from '../event-search.ts';
import { meets, termsOfConditions } from '../search-terms.ts';
import { EMPTY_INDEX, inTime, type SearchCollections, widest } from './index-writer.ts';
import { unpacked } from './packed-numbers.ts';
import { hasPlaceIn, intersect, type PostingSet, placesOf, readSet, unite } from './posting-set.ts';
import {
  CHUNK,
  type ChunkDocument,
  type IndexEnd,
  type PostingDocument,
  postingId,
  SEGMENT,
  type Span,
} from './search-documents.ts';
import { searchTail } from './search-tail.ts';

/** Segments whose posting sets are read at once. The first ones often suffice. */
const SEGMENTS_AT_ONCE = [1, 2, 4, 8, 16] as const;
/** Most ids of one read. */
const MOST_IDS = 1000;

/** A record that the conditions may select. */
type Candidate = { readonly id: string; readonly at: number };
/** Chunks with a place of every term. */
type OpenChunk = { readonly span: Span; readonly places: readonly number[] };
type Numbered = { readonly span: Span; readonly number: number; readonly chunks?: readonly Span[] };

export const indexReader = (collections: SearchCollections): IndexReader => {
  const { records, ends, postings } = collections;
  const tailOf = searchTail(records);

  /** The places that have a term of each group, for each of these segments; undefined: none. */
  const matchesIn = async (groups: readonly (readonly string[])[], numbers: readonly number[]) => {
    const ids = numbers.flatMap((number) => groups.flat().map((term) => postingId(term, number)));
    const stored = new Map((await postings.getMany(ids)).map(({ document }) => [document.id, document]));
    return numbers.map((number): PostingSet | undefined => {
      let matches: PostingSet | undefined;
      for (const group of groups) {
        const ofGroup = group.flatMap((term) => stored.get(postingId(term, number)) ?? []);
        const set = joined(ofGroup);
        if (!set || (matches && !intersect(matches, set))) return undefined;
        matches ??= set;
      }
      return matches;
    });
  };

  const chunksOf = async ({ span, chunks }: Numbered): Promise<readonly Span[]> =>
    chunks ?? (await collections.segments.get(span[0]))?.document.chunks ?? [];

  return {
    async search({ conditions, direction, fromMillis = 0, toMillis = Number.MAX_SAFE_INTEGER, after, limit }) {
      const end = (await ends.get('end'))?.document ?? EMPTY_INDEX;
      const tail = await tailOf(end.cursors);
      if (!tail) return undefined;
      const terms = termsOfConditions(conditions);
      const sign = direction === 'ascending' ? 1 : -1;
      const place = after && { at: Number(after.value), id: after.id };
      const isAsked = (one: Candidate): boolean =>
        one.at >= fromMillis && one.at <= toMillis && (!place || inTime(one, place) * sign > 0);
      /** Where the first record of a span may stand. */
      const nearEnd = ([, earliest, latest]: Span): number => (sign > 0 ? earliest : latest);
      const isInRange = ([, earliest, latest]: Span): boolean =>
        latest >= Math.max(fromMillis, sign > 0 ? (place?.at ?? 0) : 0) &&
        earliest <= Math.min(toMillis, sign < 0 ? (place?.at ?? toMillis) : toMillis);
      const byNearEnd = (one: { readonly span: Span }, other: { readonly span: Span }): number =>
        (nearEnd(other.span) - nearEnd(one.span)) * sign;

      // The next one is the last of each list.
      const segments = segmentsOf(end)
        .filter(({ span }) => isInRange(span))
        .sort(byNearEnd);
      const open: OpenChunk[] = [];
      const candidates: Candidate[] = tail.filter((one) => meets(one.event, conditions, one.words)).filter(isAsked);
      const sorted = (): void => void candidates.sort((one, other) => inTime(other, one) * sign);
      sorted();
      let reads = 0;

      /** Reads posting sets of the next segments. */
      const openSegments = async (): Promise<void> => {
        const count = Math.min(SEGMENTS_AT_ONCE[reads] ?? 16, Math.floor(MOST_IDS / terms.flat().length));
        reads += 1;
        const next = segments.splice(-count).reverse();
        const sets = await matchesIn(
          terms,
          next.map(({ number }) => number),
        );
        for (const [index, segment] of next.entries()) {
          const set = sets[index];
          if (!set) continue;
          for (const [number, span] of (await chunksOf(segment)).entries()) {
            if (!isInRange(span) || !hasPlaceIn(set, number)) continue;
            open.push({ span, places: placesOf(set, number * CHUNK, (number + 1) * CHUNK).map((one) => one % CHUNK) });
          }
        }
        open.sort(byNearEnd);
      };

      const openChunk = async (): Promise<void> => {
        const next = open.pop();
        const chunk = next && (await collections.chunks.get(next.span[0]))?.document;
        if (!chunk) return;
        candidates.push(...candidatesOf(chunk, next.places).filter(isAsked));
        sorted();
      };

      const found: Versioned<AuditRecord>[] = [];
      /** Candidates before which no other record can come, at most as many as are missing. */
      const settled = (): readonly Candidate[] => {
        const bounds = [segments.at(-1), open.at(-1)].flatMap((one) => (one ? [nearEnd(one.span)] : []));
        const bound = bounds.length === 0 ? undefined : sign > 0 ? Math.min(...bounds) : Math.max(...bounds);
        const isSettled = ({ at }: Candidate): boolean => bound === undefined || (at - bound) * sign < 0;
        let count = 0;
        const most = limit - found.length;
        for (let one = candidates.at(-1); one && count < most && isSettled(one); one = candidates.at(-1 - count))
          count += 1;
        return count === 0 ? [] : candidates.splice(-count).reverse();
      };

      while (found.length < limit) {
        const next = settled();
        if (next.length > 0) {
          const ids = next.map(({ id }) => id);
          const read = new Map((await records.getMany(ids)).map((one) => [one.document.id, one]));
          for (const id of ids) {
            const record = read.get(id);
            // The index may have been edited, and may name places of an attempt that another process overtook.
            if (record && meets(record.document.event, conditions)) found.push(record);
          }
        } else if (open.length > 0 && !comesFirst(segments.at(-1), open.at(-1), byNearEnd)) await openChunk();
        else if (segments.length > 0) await openSegments();
        else break;
      }
      return { found, isMore: candidates.length > 0 || open.length > 0 || segments.length > 0 };
    },
  };
};

/** The places of any of them; undefined: of none. */
const joined = (stored: readonly PostingDocument[]): PostingSet | undefined => {
  const [first, ...others] = stored;
  if (!first) return undefined;
  const set = readSet(first);
  for (const other of others) unite(set, readSet(other));
  return set;
};

/** Whether the segment may hold a record that comes before those of the chunk. */
const comesFirst = (
  segment: Numbered | undefined,
  chunk: OpenChunk | undefined,
  order: (one: { readonly span: Span }, other: { readonly span: Span }) => number,
): boolean => segment !== undefined && (chunk === undefined || order(segment, chunk) > 0);

const segmentsOf = ({ segments, chunks, size }: IndexEnd): Numbered[] => [
  ...segments.map((span, number) => ({ span, number })),
  ...(chunks.length === 0 ? [] : [{ span: widest('', chunks), number: Math.floor(size / SEGMENT), chunks }]),
];

const candidatesOf = (
  { streams, runs, first, gaps: stored }: ChunkDocument,
  places: readonly number[],
): readonly Candidate[] => {
  const gaps = typeof stored === 'string' ? unpacked(stored) : stored;
  const all: Candidate[] = [];
  let [at, place, next] = [first, 0, 0];
  for (const [stream, sequence, count] of runs) {
    for (let index = 0; index < count; index += 1, place += 1) {
      at += gaps[place] ?? 0;
      if (places[next] !== place) continue;
      next += 1;
      all.push({ id: recordId(streams[stream] ?? '', sequence + index), at });
    }
  }
  return all;
};
