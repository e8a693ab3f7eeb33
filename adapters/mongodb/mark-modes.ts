/**
 * Decides which marks a request has to read. Up to a few hundred changes a second, one common mark shows all of them, and a request reads
 * that alone. Above, each announcement would wait for the others there, so that only the marks of partitions are written.
 */
import type { CommonMark, MarkMode } from './mark-states.ts';

/** So many changes within a second are many. The common mark keeps no more of them. */
const MANY = 256;
/** Changes that the common mark keeps while they are few: each request reads all of them. */
const RECENT_OF_FEW = 32;
/** Changes a second. */
const FEW_PER_SECOND = 8;
const WINDOW_SECONDS = 1;
/** How long changes count as many before the common mark is tried again. */
const TRIED_AFTER_SECONDS = 60;
/**
 * How long the common mark collects changes before it is relied on. Until then each change that was announced in its partition alone is
 * over: its process writes within 10 s or not at all, and others give it up after 60 s.
 */
const COLLECTS_SECONDS = 90;

export interface MarkModes {
  /** Takes each state of the common mark that this process reads, in their order. Returns the mode that it should get, if another. */
  observe(mark: CommonMark): MarkMode | undefined;

  /** How many changes the common mark should keep: any number is safe, and too few cost reads. */
  recentLimit(): number;
}

/** Counts by the clock of this process alone. */
export const markModes = (elapsed: () => number): MarkModes => {
  const NONE = { newest: '', at: Number.NEGATIVE_INFINITY };
  let since = { name: '', at: 0 };
  let window = NONE;
  /** Not before a second has shown it: a process that only writes does not know. */
  let areFew = false;

  const wanted = ({ mode, recent }: CommonMark, at: number): MarkMode | undefined => {
    if (mode === 'partitions') return at - since.at >= TRIED_AFTER_SECONDS ? 'collecting' : undefined;
    const isInWindow = at - window.at <= WINDOW_SECONDS;
    if (isInWindow && recent.length >= MANY && !recent.includes(window.newest)) return 'partitions';
    return mode === 'collecting' && at - since.at >= COLLECTS_SECONDS ? 'common' : undefined;
  };

  return {
    observe(mark) {
      const at = elapsed();
      if (mark.since !== since.name) {
        since = { name: mark.since, at };
        window = NONE;
      }
      const mode = wanted(mark, at);
      if (at - window.at > WINDOW_SECONDS) {
        const changes = mark.recent.length - 1 - mark.recent.lastIndexOf(window.newest);
        areFew = window !== NONE && changes <= FEW_PER_SECOND * (at - window.at);
        window = { newest: mark.recent.at(-1) ?? '', at };
      }
      return mode;
    },
    recentLimit: () => (areFew ? RECENT_OF_FEW : MANY),
  };
};
