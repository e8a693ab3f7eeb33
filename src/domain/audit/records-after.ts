/** Reads what was recorded after given places of the streams: for the transparency log, the search index, and audit sinks. */
import { type Collection, everyDocument } from '../ports/document-store.ts';
import { type AuditRecord, recordId } from './audit-record.ts';

/** The last record of a stream that a reader has taken; 0: none. */
export type StreamCursor = { readonly stream: string; readonly sequence: number };

type Records = Pick<Collection<AuditRecord>, 'find' | 'getMany'>;

/** Most records read at a time: the process serves no request while a store within it reads. */
const PAGE = 250;
/** Most ids of one read. */
const MOST_IDS = 1000;

/** The query for the records of a stream after the one that a reader has taken. */
export const pageAfter = ({ stream, sequence }: StreamCursor, limit: number) =>
  ({
    where: { stream },
    range: { field: 'sequence', gte: sequence + 1 },
    order: { by: 'sequence', direction: 'ascending' },
    limit,
  }) as const;

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
export const recordsAfter = async (
  records: Records,
  cursors: readonly StreamCursor[],
  { most, turn, pause }: { readonly most: number; readonly turn: number; readonly pause: () => Promise<void> },
): Promise<readonly AuditRecord[]> => {
  const moved: StreamCursor[] = [];
  for (let at = 0; at < cursors.length; at += MOST_IDS) {
    const some = cursors.slice(at, at + MOST_IDS);
    const next = await records.getMany(some.map(({ stream, sequence }) => recordId(stream, sequence + 1)));
    const streams = new Set(next.map(({ document }) => document.stream));
    moved.push(...some.filter(({ stream }) => streams.has(stream)));
  }
  const found: AuditRecord[] = [];
  const first = moved.length === 0 ? 0 : turn % moved.length;
  const waiting = [...moved.slice(first), ...moved.slice(0, first)];
  for (let next = waiting.shift(); next && found.length < most; next = waiting.shift()) {
    const { stream, sequence } = next;
    const limit = Math.min(PAGE, most - found.length);
    const page = await records.find(pageAfter(next, limit));
    const gap = page.findIndex(({ document }, at) => document.sequence !== sequence + 1 + at);
    const whole = gap === -1 ? page : page.slice(0, gap);
    for (const { document } of whole) found.push(document);
    if (whole.length === limit) waiting.push({ stream, sequence: sequence + limit });
    await pause();
  }
  return found;
};
