/**
 * What the domain asks of the machine itself: time, random ids, files nobody else may read.
 * The only place where the system clock and the random source are read. Made once in `src/compose.ts`.
 */
import type { Clock } from '../../src/domain/ports/clock.ts';

export const systemClock: Clock = {
  now: () => Math.floor(Date.now() / 1000),
  nowMillis: () => Date.now(),
};
