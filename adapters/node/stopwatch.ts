/** Seconds since some moment, for durations: finer than the clock, and never put back. */
export const stopwatch = (): number => performance.now() / 1000;
