/** Reads what was recorded after given places of the streams: for the transparency log, the search index, and audit sinks. */
import { type Collection, everyDocument } from '../ports/document-store.ts';
import { type AuditRecord, type Heads, recordId } from './audit-record.ts';
import type { RecentRecord, RecentRecords } from './recent-records.ts';

/** The last record of a stream that a reader has taken; 0: none. */
export type StreamCursor = { readonly stream: string; readonly sequence: number };

export type Records = Pick<Collection<AuditRecord>, 'find' | 'getMany'>;

/** Reads records of one stream after another. */
export interface RecordReader<R extends RecentRecord> {
  /** Those of these cursors, at most 1,000, whose stream goes on. */
  moved(cursors: readonly StreamCursor[]): Promise<readonly StreamCursor[]>;
  /** The next records after a cursor, at most `limit`; fewer when the stream has no more, or the rest is elsewhere. */
  page(cursor: StreamCursor, limit: number): Promise<readonly R[]>;
}

/** The places behind these records. */
export const cursorsAt = (heads: Heads): readonly StreamCursor[] =>
  heads.map(({ stream, sequence }) => ({ stream, sequence }));

/** Most records read at a time: the process serves no request while a store within it reads. */
const PAGE = 250;
/** Most ids of one read. */
const MOST_IDS = 1000;

/** The places with this one, the last `most` that went on. */
export const countedTo = (
  places: readonly StreamCursor[],
  place: StreamCursor,
  most: number,
): readonly StreamCursor[] => {
  if (places.at(-1)?.stream === place.stream) return places.with(-1, place);
  return [...places.filter(({ stream }) => stream !== place.stream), place].slice(-most);
};

/** The query for the records of a stream after the one that a reader has taken. */
export const pageAfter = ({ stream, sequence }: StreamCursor, limit: number) =>
  ({
    where: { stream },
    range: { field: 'sequence', gte: sequence + 1 },
    order: { by: 'sequence', direction: 'ascending' },
    limit,
  }) as const;

/** Reads whole records, from the store. */
export const storedRecords = (records: Records): RecordReader<AuditRecord> => ({
  async moved(cursors) {
    const next = await records.getMany(cursors.map(({ stream, sequence }) => recordId(stream, sequence + 1)));
    const streams = new Set(next.map(({ document }) => document.stream));
    return cursors.filter(({ stream }) => streams.has(stream));
  },
  page: async (cursor, limit) => (await records.find(pageAfter(cursor, limit))).map(({ document }) => document),
});

/** Reads what this process wrote last from memory, and everything else from the store. */
export const recentOrStored = (records: Records, recent: RecentRecords | undefined): RecordReader<RecentRecord> => {
  const stored = storedRecords(records);
  if (!recent) return stored;
  const isRecent = ({ stream, sequence }: StreamCursor): boolean => recent.after(stream, sequence, 1).length > 0;
  return {
    async moved(cursors) {
      const others = new Set(await stored.moved(cursors.filter((cursor) => !isRecent(cursor))));
      return cursors.filter((cursor) => others.has(cursor) || isRecent(cursor));
    },
    async page(cursor, limit) {
      const found = recent.after(cursor.stream, cursor.sequence, limit);
      return found.length > 0 ? found : stored.page(cursor, limit);
    },
  };
};

/** Cursors of all streams: those given, and new streams at their beginning. */
export const withNewStreams = async (
  records: Records,
  cursors: readonly StreamCursor[],
): Promise<readonly StreamCursor[]> => {
  const known = new Map(cursors.map(({ stream, sequence }) => [stream, sequence]));
  for await (const { stream } of everyDocument(records, { where: { opens: true }, limit: MOST_IDS })) {
    if (!known.has(stream)) known.set(stream, 0);
  }
  return [...known].map(([stream, sequence]) => ({ stream, sequence }));
};

/**
 * Records after these cursors, at most `most`. Those of one stream are in its order, without a gap. `turn`: another stream
 * comes first for each number, so that one with a long backlog delays no other. Throws StoreUnavailable.
 */
export const recordsAfter = async <R extends RecentRecord>(
  reader: RecordReader<R>,
  cursors: readonly StreamCursor[],
  { most, turn, pause }: { readonly most: number; readonly turn: number; readonly pause: () => Promise<void> },
): Promise<readonly R[]> => {
  const moved: StreamCursor[] = [];
  for (let at = 0; at < cursors.length; at += MOST_IDS) {
    moved.push(...(await reader.moved(cursors.slice(at, at + MOST_IDS))));
  }
  const found: R[] = [];
  const first = moved.length === 0 ? 0 : turn % moved.length;
  const waiting = [...moved.slice(first), ...moved.slice(0, first)];
  for (let next = waiting.shift(); next && found.length < most; next = waiting.shift()) {
    const { stream, sequence } = next;
    const limit = Math.min(PAGE, most - found.length);
    const page = await reader.page(next, limit);
    const gap = page.findIndex((record, at) => record.sequence !== sequence + 1 + at);
    const whole = gap === -1 ? page : page.slice(0, gap);
    found.push(...whole);
    if (whole.length === limit) waiting.push({ stream, sequence: sequence + limit });
    await pause();
  }
  return found;
};
