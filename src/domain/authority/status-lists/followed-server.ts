/** How far the statuses of one resource server have come, and the reads of its tokens. For status-list-service.ts. */
import type { ListBits } from './list-bits.ts';

/** The longest pause between two reads of all tokens of a resource server. Shorter reads have as long a pause as they took. */
const LONGEST_PAUSE_SECONDS = 2;

/** A moment up to which all events are in the statuses: seconds of the stopwatch, and of the clock. */
export type Moment = { readonly at: number; readonly second: number };

export type Reads = {
  isDue: boolean;
  isReading: boolean;
  /** Earliest begin of the next one, by the stopwatch. */
  againAt: number;
};

export type Followed = {
  readonly lists: Map<string, ListBits>;
  /** Resolves when its statuses are known. */
  readonly ready: Promise<void>;
  known: Moment;
  /** Stopwatch of the first and the last read of the log that named all its tokens. Undefined: they were read since. */
  owed: { readonly first: number; readonly last: number } | undefined;
  /** Reads of its kinds of tokens: after an event, or again for its late change. */
  readonly kinds: Reads;
  /** Reads of each of its tokens, in the first seconds. They go on beside the others. */
  readonly each: Reads;
  askedAt: number;
};

export const NEVER: Moment = { at: Number.NEGATIVE_INFINITY, second: 0 };

export const later = (one: Moment, other: Moment): Moment => (other.at > one.at ? other : one);

/** Runs one read, and notes when the next one may begin: after a pause of its own length, or at once if it was given up. */
export const reading = async (reads: Reads, elapsed: () => number, work: () => Promise<boolean>): Promise<boolean> => {
  const beganAt = elapsed();
  Object.assign(reads, { isReading: true, isDue: false });
  let isWhole = true;
  try {
    isWhole = await work();
  } finally {
    reads.isReading = false;
    reads.againAt = elapsed() + (isWhole ? Math.min(elapsed() - beganAt, LONGEST_PAUSE_SECONDS) : 0);
  }
  return isWhole;
};

/** Its statuses have all events up to `last`. Not during a read: one for late changes may be finding the ends of many tokens. */
export const advance = (of: Followed, last: Moment): void => {
  if (!of.owed && !of.kinds.isReading) of.known = later(of.known, last);
};

/** All its tokens were read after this moment, except for ends of single tokens, which have been looked at up to `last`. */
export const coverUntil = (of: Followed, upTo: Moment, last: Moment): void => {
  if (of.owed && of.owed.last > upTo.at) {
    of.known = later(of.known, last.at < upTo.at ? last : upTo);
    of.owed = { first: Math.max(of.owed.first, upTo.at), last: of.owed.last };
  } else of.owed = undefined;
  advance(of, last);
};
