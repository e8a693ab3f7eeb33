/** Seconds since some fixed moment, for durations: finer than the clock, and never set back. */
export const stopwatch = (): number => performance.now() / 1000;
