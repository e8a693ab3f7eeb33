/**
 * How many requests a minute one source or one client may make at this node. Counts live in memory,
 * in fixed windows, and are bounded: a limit protects the node that counts, so nothing is shared.
 */
import type { Clock } from '../ports/clock.ts';

const WINDOW_SECONDS = 60;
const MAX_KEYS = 50_000;

export type RequestLimit = ReturnType<typeof requestLimit>;

/** `perMinute` 0 switches the limit off. */
export const requestLimit = (perMinute: number, clock: Clock) => {
  let windowStart = 0;
  let counts = new Map<string, number>();

  const countOf = (key: string): number => {
    const now = clock.now();
    if (now >= windowStart + WINDOW_SECONDS || counts.size >= MAX_KEYS) {
      windowStart = now;
      counts = new Map();
    }
    return counts.get(key) ?? 0;
  };

  return {
    /** Whether the key has used up this minute. Counts nothing. */
    isExceeded: (key: string): boolean => perMinute > 0 && countOf(key) >= perMinute,
    count(key: string): void {
      if (perMinute > 0) counts.set(key, countOf(key) + 1);
    },
    /** Whole seconds, at least 1, until the window ends. */
    retryAfterSeconds: (): number => Math.max(1, windowStart + WINDOW_SECONDS - clock.now()),
  };
};
