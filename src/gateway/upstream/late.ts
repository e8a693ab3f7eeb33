/** Finds what takes too long, with one timer for all: most requests are over long before a timer of their own would be of use. */

/** One thing that is watched. */
export type Watched = { ticks: number; readonly onLate: () => void };

export interface Late {
  /** Calls `onLate` once, after these milliseconds and at most half a second later. */
  watch(milliseconds: number, onLate: () => void): Watched;
  /** Watches no longer. Idempotent. */
  forget(watched: Watched): void;
}

const TICK_MILLISECONDS = 250;

export const lateWatch = (): Late => {
  const all = new Set<Watched>();
  let timer: ReturnType<typeof setInterval> | undefined;

  const tick = (): void => {
    for (const watched of all) {
      watched.ticks -= 1;
      if (watched.ticks > 0) continue;
      all.delete(watched);
      watched.onLate();
    }
    if (all.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };

  return {
    watch(milliseconds, onLate) {
      // The first tick can come at once.
      const watched = { ticks: Math.ceil(milliseconds / TICK_MILLISECONDS) + 1, onLate };
      all.add(watched);
      timer ??= setInterval(tick, TICK_MILLISECONDS).unref();
      return watched;
    },
    forget(watched) {
      all.delete(watched);
    },
  };
};
