/**
 * What the domain asks of the machine itself: time, random ids, files nobody else may read.
 * The only place where the system clock and the random source are read. Made once in `src/compose.ts`.
 */
import type { Clock, EpochSeconds } from '../../src/domain/ports/clock.ts';

/** Resolves when the system clock has reached a moment; for waits of a second or so. */
export const until = async (moment: EpochSeconds): Promise<void> => {
  while (systemClock.now() < moment) {
    const milliseconds = Math.max(1, moment * 1000 - systemClock.nowMillis());
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
  }
};

export const systemClock: Clock = {
  now: () => Math.floor(Date.now() / 1000),
  nowMillis: () => Date.now(),
};
