import { hash } from 'node:crypto';
import { type Collection, tryInsert, upsert } from '../../ports/document-store.ts';
import { fewAtOnce } from '../../vocabulary/few-at-once.ts';
import type { RecordedEvent } from '../audit-record.ts';
import type { RecentRecord, RecentRecords } from '../recent-records.ts';
import { type Records, recentOrStored, type StreamCursor, withNewStreams } from '../records-after.ts';
import { termsKeyOf, termsOf } from '../search-terms.ts';
import { packed } from './packed-numbers.ts';
import { withPlaces } from './posting-set.ts';
import {
  CHUNK,
  type ChunkDocument,
  type IndexEnd,
  type PostingDocument,
  postingId,
  SEGMENT,
  SEGMENT_CHUNKS,
  type SegmentDocument,
  type Span,
} from './search-documents.ts';

/** Most records read at a time: the process serves no request while a store within it reads. */
const PAGE = 256;

/** Gives places in the index to records that have none. Any number of processes may do so at once. */
export interface IndexWriter {
  /**
   * Adds chunks while there are enough records, for about `milliseconds`. Leaves it to another process that has added one
   * since the last call. Returns how many records it added.
   */
  poll(milliseconds: number): Promise<number>;
}

export type SearchCollections = {
  readonly records: Records;
  readonly ends: Collection<IndexEnd>;
  readonly segments: Collection<SegmentDocument>;
  readonly chunks: Collection<ChunkDocument>;
  readonly postings: Collection<PostingDocument>;
};

export const EMPTY_INDEX: IndexEnd = { id: 'end', size: 0, cursors: [], segments: [], chunks: [] };

export const indexWriter = (
  { records, ends, segments, chunks, postings }: SearchCollections,
  how: {
    readonly recent?: RecentRecords | undefined;
    readonly pause: () => Promise<void>;
    readonly nowMillis: () => number;
  },
): IndexWriter => {
  const reader = recentOrStored(records, how.recent);
  /** The version of the end after the last call of this process. */
  let seen: number | undefined;

  /** The earliest records without a place, of each stream in its order; undefined: too few for a chunk. */
  const nextChunk = async (cursors: readonly StreamCursor[]): Promise<readonly RecentRecord[] | undefined> => {
    const waiting: RecentRecord[][] = [];
    for (const { stream, sequence } of cursors) {
      const found: RecentRecord[] = [];
      for (let after = sequence; found.length < CHUNK; ) {
        const page = await reader.page({ stream, sequence: after }, PAGE);
        found.push(...page);
        if (page.length < PAGE) break;
        after = found.at(-1)?.sequence ?? after;
        await how.pause();
      }
      if (found.length > 0) waiting.push(found.slice(0, CHUNK));
    }
    if (waiting.reduce((sum, { length }) => sum + length, 0) < CHUNK) return undefined;
    return inOrder(earliest(waiting, CHUNK));
  };

  /** Whether `most` records have no place: reads the last one of each stream. */
  const isDue = async (cursors: readonly StreamCursor[], most: number): Promise<boolean> => {
    let count = 0;
    for (const { stream, sequence } of cursors) {
      const order = { by: 'sequence', direction: 'descending' } as const;
      const [last] = await records.find({ where: { stream }, order, limit: 1 });
      count += (last?.document.sequence ?? sequence) - sequence;
      if (count >= most) return true;
    }
    return false;
  };

  /** Adds places to the posting sets of a segment. They count only when the end covers them. */
  const post = async (segment: number, places: ReadonlyMap<string, readonly number[]>): Promise<void> => {
    const all = [...places];
    for (let from = 0; from < all.length; from += PAGE) {
      await fewAtOnce(all.slice(from, from + PAGE), ([term, ofTerm]) => {
        const id = postingId(term, segment);
        return upsert(postings, id, (stored) => withPlaces(stored, id, ofTerm));
      });
      await how.pause();
    }
  };

  /**
   * Chunks of records that have no place, as many as `most`, from this place of a segment on; and the places of their terms.
   * The sets of a whole segment are written once, which is most of the work.
   */
  const nextChunks = async (end: IndexEnd, most: number) => {
    const places = new Map<string, number[]>();
    const made: Span[] = [];
    let cursors = await withNewStreams(records, end.cursors);
    while (made.length < most && (made.length > 0 || (await isDue(cursors, CHUNK)))) {
      const added = await nextChunk(cursors);
      if (!added) break;
      const first = (end.size % SEGMENT) + made.length * CHUNK;
      addTerms(places, first, added);
      const chunk = chunkOf(end.size / CHUNK + made.length, added);
      await tryInsert(chunks, chunk);
      made.push(spanOf(chunk.id, added));
      cursors = movedBy(cursors, added);
      await how.pause();
    }
    return { places, made, cursors };
  };

  const append = async (): Promise<number> => {
    const found = await ends.get('end');
    const end = found?.document ?? EMPTY_INDEX;
    seen = found?.version;
    const left = SEGMENT_CHUNKS - (end.size % SEGMENT) / CHUNK;
    const isBehind = await isDue(await withNewStreams(records, end.cursors), left * CHUNK);
    const { places, made, cursors } = await nextChunks(end, isBehind ? left : 1);
    if (made.length === 0) return 0;
    const segment = Math.floor(end.size / SEGMENT);
    await post(segment, places);
    const added = made.length * CHUNK;
    const open = [...end.chunks, ...made];
    const whole = open.length === SEGMENT_CHUNKS ? segmentOf(segment, open) : undefined;
    if (whole) await tryInsert(segments, whole);
    const next: IndexEnd = {
      id: 'end',
      size: end.size + added,
      cursors: cursors.filter(({ sequence }) => sequence > 0),
      segments: whole ? [...end.segments, widest(whole.id, open)] : end.segments,
      chunks: whole ? [] : open,
    };
    const isWritten = found ? await ends.replace(next, found.version) : await tryInsert(ends, next);
    if (!isWritten) return 0;
    seen = (found?.version ?? 0) + 1;
    return added;
  };

  return {
    async poll(milliseconds) {
      const version = (await ends.get('end'))?.version;
      if (seen !== undefined && version !== seen) {
        seen = version;
        return 0;
      }
      const until = how.nowMillis() + milliseconds;
      let added = 0;
      do {
        const some = await append();
        if (some === 0) break;
        added += some;
        await how.pause();
      } while (how.nowMillis() < until);
      return added;
    },
  };
};

/** The first ones of all streams by time. Never passes over a record of a stream: a clock may have been set back. */
const earliest = (waiting: readonly (readonly RecentRecord[])[], count: number): RecentRecord[] => {
  const next = waiting.map(() => 0);
  const taken: RecentRecord[] = [];
  while (taken.length < count) {
    let from: number | undefined;
    let first: RecentRecord | undefined;
    for (const [stream, ofStream] of waiting.entries()) {
      const record = ofStream[next[stream] ?? 0];
      if (!record || (first && inTime(first, record) <= 0)) continue;
      from = stream;
      first = record;
    }
    if (from === undefined || !first) break;
    next[from] = (next[from] ?? 0) + 1;
    taken.push(first);
  }
  return taken;
};

type Place = { readonly at: number; readonly id: string };

/** By time, then by id. */
export const inTime = (one: Place, other: Place): number =>
  one.at - other.at || (one.id < other.id ? -1 : one.id > other.id ? 1 : 0);

const inOrder = (records: RecentRecord[]): readonly RecentRecord[] => records.sort(inTime);

const chunkOf = (index: number, added: readonly RecentRecord[]): ChunkDocument => {
  const streams = [...new Set(added.map(({ stream }) => stream))];
  const runs: [number, number, number][] = [];
  for (const { stream, sequence } of added) {
    const number = streams.indexOf(stream);
    const last = runs.at(-1);
    if (last && last[0] === number && last[1] + last[2] === sequence) last[2] += 1;
    else runs.push([number, sequence, 1]);
  }
  const first = added[0]?.at ?? 0;
  const gaps = added.map(({ at }, place) => at - (added[place - 1]?.at ?? first));
  // Its content names it: two processes that choose other records write other chunks, and the end names one of them.
  const digest = hash('sha256', JSON.stringify([streams, runs]), 'base64url').slice(0, 16);
  return { id: `chunk:${String(index).padStart(10, '0')}:${digest}`, streams, runs, first, gaps: packed(gaps) };
};

/**
 * Adds the places of each term, from `first` on, ascending. The events of a client mostly have the same terms, which are found once for
 * all of them.
 */
const addTerms = (places: Map<string, number[]>, first: number, added: readonly RecentRecord[]): void => {
  const alike = new Map<string, { readonly event: RecordedEvent; readonly at: number[] }>();
  for (const [at, { event }] of added.entries()) {
    const key = termsKeyOf(event);
    const found = alike.get(key);
    if (found) found.at.push(first + at);
    else alike.set(key, { event, at: [first + at] });
  }
  const inChunk = new Map<string, number[]>();
  for (const { event, at } of alike.values()) {
    for (const term of termsOf(event)) {
      const found = inChunk.get(term);
      if (found) found.push(...at);
      else inChunk.set(term, [...at]);
    }
  }
  for (const [term, ofChunk] of inChunk) {
    if (alike.size > 1) ofChunk.sort((one, other) => one - other);
    const found = places.get(term);
    if (found) found.push(...ofChunk);
    else places.set(term, ofChunk);
  }
};

const spanOf = (id: string, added: readonly RecentRecord[]): Span => [id, added[0]?.at ?? 0, added.at(-1)?.at ?? 0];

const segmentOf = (index: number, chunks: readonly Span[]): SegmentDocument => {
  const digest = hash('sha256', JSON.stringify(chunks), 'base64url').slice(0, 16);
  return { id: `segment:${String(index).padStart(8, '0')}:${digest}`, chunks };
};

export const widest = (id: string, spans: readonly Span[]): Span => [
  id,
  Math.min(...spans.map(([, earliestAt]) => earliestAt)),
  Math.max(...spans.map(([, , latest]) => latest)),
];

const movedBy = (cursors: readonly StreamCursor[], added: readonly RecentRecord[]): readonly StreamCursor[] => {
  const moved = new Map(cursors.map(({ stream, sequence }) => [stream, sequence]));
  for (const { stream, sequence } of added) moved.set(stream, Math.max(sequence, moved.get(stream) ?? 0));
  return [...moved].map(([stream, sequence]) => ({ stream, sequence }));
};
