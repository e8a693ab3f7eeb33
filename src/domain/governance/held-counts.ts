/** How many counts of agents and clients the reader of the audit log keeps in memory, and when it stores them. */

/**
 * Most bytes in memory of what is counted of one agent or client, where each list is full: 88,000 of facts for response rules, and 23,000 of
 * activity. Agents at work have about 15,000.
 */
const BYTES_OF_ONE = 111_000;
/** The share of the heap that the counts take at most. */
const SHARE = 0.5;
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

/** Most facts, and most activities, that are stored before the reader extends its lock and reads on. */
export const STORED_AT_ONCE = 2000;
/** What others name and this server does not know counts in a finding once the cursors move: else it would count again. */
const REPORT_SECONDS = 60;
const FEW_CHANGED = 20;

/**
 * Seconds after which counts are stored because of a report about something that this server does not know. With many changed documents they
 * are more, so that such reports cost at most STORED_AT_ONCE documents a minute.
 */
export const secondsOfReport = (changed: number): number =>
  changed <= FEW_CHANGED ? 0 : REPORT_SECONDS * Math.max(1, changed / STORED_AT_ONCE);

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
