/** Seconds since the epoch. */
export type Clock = () => number;

/** Seconds of a clock that is never set back. */
export const monotonicClock: Clock = () => performance.now() / 1000;

/** The clock of the machine. */
export const systemClock: Clock = () => Date.now() / 1000;
