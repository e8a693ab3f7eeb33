/**
 * The records that this process wrote last, in memory. The transparency log and the search index take them from here: reading a
 * record back from the store and parsing it costs as much as writing it.
 */
import type { AuditRecord, RecordedEvent } from './audit-record.ts';

/**
 * What readers of the log need of a record. Its only personal value is the address of its request: the store may have
 * erased it meanwhile, so a reader keeps at most a keyed digest of its network.
 */
export type RecentRecord = Pick<AuditRecord, 'id' | 'stream' | 'sequence' | 'at' | 'hash' | 'event'> & {
  readonly source?: string;
  /** JSON of the event without personal values, where texts are kept and the record was written meanwhile. */
  readonly text?: string;
};

/** The address of the request. A record that this process wrote last has it in memory, a stored one beside the chain. */
export const sourceOfRecord = (record: RecentRecord): string | undefined =>
  record.source ?? (record as Partial<AuditRecord>).erasable?.['source']?.value;

export interface RecentRecords {
  /**
   * Notes stored records of one stream, in its order, and the canonical text of the event of each. Forgets the earlier ones if
   * these do not follow them.
   */
  note(stored: readonly AuditRecord[], texts: readonly string[]): void;
  /** Whether the texts of events are kept from now on: for readers that write the events once more. By default they are not. */
  keepTexts(isKept: boolean): void;
  /** Forgets all: the outcome of a write is unknown, or another process has written to the stream. */
  forget(): void;
  /** The next records of a stream after this one, at most `limit`. Empty: only the store knows whether there are any. */
  after(stream: string, sequence: number, limit: number): readonly RecentRecord[];
}

/** A reader that is further behind reads the store: two chunks of the search index, and as many written while it waits. */
const MOST_RECORDS = 4096;
/** About 2,000 for a record: an event may have 131,072. */
const MOST_CHARACTERS = 8 * 1024 * 1024;

/**
 * The text without the member `personal`, which holds commitments. Their salts were drawn when the text was written, so no other part
 * of it has the same member. It is never the last one: `type` comes later.
 */
const withoutPersonal = (text: string, { personal }: RecordedEvent): string =>
  personal === undefined ? text : text.replace(`"personal":${JSON.stringify(personal)},`, '');

/** Holds records of one stream: at most 4,096, whose events have at most 8 Mi characters, and those texts once more if they are kept. */
export const recentRecords = (): RecentRecords => {
  let held: RecentRecord[] = [];
  let lengths: number[] = [];
  let total = 0;
  let isTextKept = false;

  const forget = (): void => {
    held = [];
    lengths = [];
    total = 0;
  };

  /** Drops the earliest ones beyond the limits, some hundred at a time. */
  const shrink = (): void => {
    if (held.length < MOST_RECORDS + MOST_RECORDS / 8 && total < MOST_CHARACTERS) return;
    let from = Math.max(0, held.length - MOST_RECORDS);
    let left = total - lengths.slice(0, from).reduce((sum, length) => sum + length, 0);
    for (; left > MOST_CHARACTERS * 0.9; from += 1) left -= lengths[from] ?? left;
    held = held.slice(from);
    lengths = lengths.slice(from);
    total = left;
  };

  return {
    note(stored, texts) {
      const [first] = stored;
      const last = held.at(-1);
      if (first && last && (last.stream !== first.stream || last.sequence + 1 !== first.sequence)) forget();
      for (const [index, { id, stream, sequence, at, hash, event, erasable }] of stored.entries()) {
        const text = texts[index] ?? '';
        const source = erasable?.['source']?.value;
        held.push({
          ...{ id, stream, sequence, at, hash, event },
          ...(source === undefined ? {} : { source }),
          ...(isTextKept ? { text: withoutPersonal(text, event) } : {}),
        });
        lengths.push(text.length);
        total += text.length;
      }
      shrink();
    },
    keepTexts(isKept) {
      isTextKept = isKept;
    },
    forget,
    after(stream, sequence, limit) {
      const [first] = held;
      const from = first?.stream === stream ? sequence + 1 - first.sequence : -1;
      return from < 0 ? [] : held.slice(from, from + limit);
    },
  };
};
