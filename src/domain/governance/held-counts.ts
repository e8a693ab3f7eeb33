/** How many counts of agents and clients the reader of the audit log keeps in memory, and when it stores them. */

/** Bytes of what is counted of one agent or client: its facts for response rules, and its activity. */
const BYTES_OF_ONE = 15_000;
/** The share of the heap for counts. */
const SHARE = 0.1;
const LEAST_HELD = 2000;
const MOST_HELD = 50_000;

/** Most agents and clients whose counts stay in memory, for a heap of at most so many bytes. */
export const mostHeld = (heapBytes: number): number =>
  Math.min(MOST_HELD, Math.max(LEAST_HELD, Math.floor((heapBytes * SHARE) / BYTES_OF_ONE)));

/** To store the counts of one agent costs as much as some events, so that each is stored once in so many events. */
const RECORDS_OF_ONE = 20;
/** A process that takes over reads as many records again, 12,000 at each poll: so that takes between 3 and 33 seconds. */
const [LEAST_RECORDS, MOST_RECORDS] = [30_000, 400_000];
const MOST_SECONDS = 86_400;

/**
 * Whether counts are to be stored: so many documents have changed that no more stay in memory, or so many records or seconds were counted
 * since. With many agents, more records are counted in between: else each event would load and store an agent.
 */
export const isToStore = (
  { changed, records, seconds }: { readonly changed: number; readonly records: number; readonly seconds: number },
  most: number,
): boolean =>
  changed >= most ||
  records >= Math.min(MOST_RECORDS, Math.max(LEAST_RECORDS, changed * RECORDS_OF_ONE)) ||
  seconds >= MOST_SECONDS;
