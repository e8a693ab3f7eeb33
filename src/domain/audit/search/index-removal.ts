/** Removes from the search index what names archived records only. */
import { type DocumentStore, everyDocument, update } from '../../ports/document-store.ts';
import { fewAtOnce } from '../../vocabulary/few-at-once.ts';
import type { Heads } from '../audit-record.ts';
import { isBefore } from '../beginning.ts';
import {
  AUDIT_SEARCH_INDEX,
  AUDIT_SEARCH_POSTINGS,
  type ChunkDocument,
  type IndexEnd,
  type PostingDocument,
  type SegmentDocument,
  type Span,
} from './search-documents.ts';

const PAGE = 500;
/** Stands in place of a removed segment, so that the others keep their numbers. No time is in it. */
const REMOVED: Span = ['', Number.MAX_SAFE_INTEGER, -1];

/**
 * Removes the full segments whose records were all removed (`heads`: the last removed record of each stream), with their chunks
 * and posting sets. Interrupted at any point, the next call completes it. Throws StoreUnavailable.
 */
export const removeIndexed = async (documents: DocumentStore, heads: Heads): Promise<void> => {
  const ends = documents.collection<IndexEnd>(AUDIT_SEARCH_INDEX);
  const segments = documents.collection<SegmentDocument>(AUDIT_SEARCH_INDEX);
  const chunks = documents.collection<ChunkDocument>(AUDIT_SEARCH_INDEX);
  const postings = documents.collection<PostingDocument>(AUDIT_SEARCH_POSTINGS);
  const end = (await ends.get('end'))?.document;
  const gone = new Map<number, readonly string[]>();

  const isRemoved = ({ streams, runs }: ChunkDocument): boolean =>
    runs.every(([stream, first, count]) => {
      const last = { stream: streams[stream] ?? '', sequence: first + count - 1 };
      // The first record of a stream stays: `getMany` finds it, a search by two conditions no longer does.
      return last.sequence === 1 || isBefore(heads, last);
    });

  for (const [number, [id]] of (end?.segments ?? []).entries()) {
    if (id === '') continue;
    const ids = ((await segments.get(id))?.document.chunks ?? []).map(([chunk]) => chunk);
    const found = await chunks.getMany(ids);
    // Segments are nearly in the order of time: the first that stays is the last that is read.
    if (!found.every(({ document }) => isRemoved(document))) break;
    gone.set(number, [...ids, id]);
  }
  if (gone.size === 0) return;
  for await (const { id } of everyDocument(postings, { limit: PAGE })) {
    if (gone.has(Number(id.slice(id.lastIndexOf(':') + 1)))) await postings.take(id);
  }
  for (const ids of gone.values()) await fewAtOnce(ids, (id) => chunks.take(id));
  await update(ends, 'end', (now) => ({
    ...now,
    segments: now.segments.map((span, number) => (gone.has(number) ? REMOVED : span)),
  }));
};
