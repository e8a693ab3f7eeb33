/** The records without a place in the index, which a search reads from the log. */
import { fewAtOnce } from '../../vocabulary/few-at-once.ts';
import type { RecordedEvent } from '../audit-record.ts';
import { pageAfter, type StreamCursor, withNewStreams } from '../records-after.ts';
import { wordsOfEvent } from '../search-terms.ts';
import type { SearchCollections } from './index-writer.ts';
import { CHUNK } from './search-documents.ts';

export type TailRecord = {
  readonly id: string;
  readonly at: number;
  readonly sequence: number;
  readonly event: RecordedEvent;
  readonly words: () => ReadonlySet<string>;
};

/** Most records without a place that a search reads. */
const MOST = 8 * CHUNK;
const PAGE = 1000;

/**
 * Reads the records after these cursors; undefined: there are more than 8,192. Keeps their events for the next search, which
 * reads the new ones only: no event changes. Does not keep what can be erased.
 */
export const searchTail = (records: SearchCollections['records']) => {
  const kept = new Map<string, readonly TailRecord[]>();

  const ofStream = async ({ stream, sequence }: StreamCursor): Promise<readonly TailRecord[] | undefined> => {
    const known = (kept.get(stream) ?? []).filter((one) => one.sequence > sequence);
    // A search that began earlier needs records that a later one no longer kept.
    const tail = known[0]?.sequence === sequence + 1 ? known : [];
    for (;;) {
      const page = await records.find(pageAfter({ stream, sequence: tail.at(-1)?.sequence ?? sequence }, PAGE));
      for (const { document } of page) tail.push(tailRecord(document));
      if (tail.length > MOST) {
        kept.delete(stream);
        return undefined;
      }
      if (page.length < PAGE) break;
    }
    kept.set(stream, tail);
    return tail;
  };

  return async (cursors: readonly StreamCursor[]): Promise<readonly TailRecord[] | undefined> => {
    const tails = await fewAtOnce(await withNewStreams(records, cursors), ofStream);
    const found: TailRecord[] = [];
    for (const tail of tails) {
      if (!tail || found.length + tail.length > MOST) {
        kept.clear();
        return undefined;
      }
      found.push(...tail);
    }
    return found;
  };
};

const tailRecord = ({ id, at, sequence, event }: Omit<TailRecord, 'words'>): TailRecord => {
  let words: ReadonlySet<string> | undefined;
  return {
    ...{ id, at, sequence, event },
    words: () => {
      words ??= wordsOfEvent(event);
      return words;
    },
  };
};
