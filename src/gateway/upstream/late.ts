/** Finds what takes too long, with one timer for all: most requests are over long before a timer of their own would be of use. */

/** One thing that is watched. */
export type Watched = { ticks: number; at: number; onLate: () => void };

export interface Late {
  /** Calls `onLate` once, after these milliseconds and at most half a second later. */
  watch(milliseconds: number, onLate: () => void): Watched;
  /** Watches no longer. Idempotent. */
  forget(watched: Watched): void;
}

const TICK_MILLISECONDS = 250;
const NOTHING = (): void => undefined;

/**
 * A list, and no Set: the former tables of a Set hold what was in them, until the old generation of the heap is collected. They would keep
 * most requests of a busy gateway so long.
 */
export const lateWatch = (): Late => {
  const all: Watched[] = [];
  let timer: NodeJS.Timeout | undefined;

  const forget = (watched: Watched): void => {
    const { at } = watched;
    if (all[at] !== watched) return;
    const last = all.pop();
    if (last && last !== watched) {
      all[at] = last;
      last.at = at;
    }
    watched.onLate = NOTHING;
  };

  const tick = (): void => {
    // From the end: the last one takes the place of one that is forgotten.
    for (let index = all.length - 1; index >= 0; index -= 1) {
      const watched = all[index];
      if (!watched) continue;
      watched.ticks -= 1;
      if (watched.ticks > 0) continue;
      const { onLate } = watched;
      forget(watched);
      onLate();
    }
    if (all.length > 0) return;
    clearInterval(timer);
    timer = undefined;
  };

  return {
    watch(milliseconds, onLate) {
      // The first tick can come at once.
      const watched = { ticks: Math.ceil(milliseconds / TICK_MILLISECONDS) + 1, at: all.length, onLate };
      all.push(watched);
      timer ??= setInterval(tick, TICK_MILLISECONDS).unref();
      return watched;
    },
    forget,
  };
};
