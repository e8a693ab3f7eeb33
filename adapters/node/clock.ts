/**
 * What the domain asks of the machine itself: time, random ids, files nobody else may read.
 * The only place where the system clock and the random source are read. Made once in `src/compose.ts`.
 */
import type { Clock, EpochSeconds } from '../../src/domain/ports/clock.ts';

/** Resolves when the system clock should have reached a moment, as far as it is off now; for waits of a second or so. */
export const until = (moment: EpochSeconds): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0, moment * 1000 - systemClock.nowMillis()) + 5));

export const systemClock: Clock = {
  now: () => Math.floor(Date.now() / 1000),
  nowMillis: () => Date.now(),
};
