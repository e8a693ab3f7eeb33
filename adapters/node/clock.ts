/**
 * What the domain needs from the machine: time, random ids, and private files. The only place where the system clock
 * and the random source are read. Created once in `src/compose.ts`.
 */
import type { Clock, EpochSeconds } from '../../src/domain/ports/clock.ts';

/**
 * Resolves when the system clock should have reached a moment, from its present distance. For waits of about a
 * second.
 */
export const until = (moment: EpochSeconds): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0, moment * 1000 - systemClock.nowMillis()) + 5));

export const systemClock: Clock = {
  now: () => Math.floor(Date.now() / 1000),
  nowMillis: () => Date.now(),
};
