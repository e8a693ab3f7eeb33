import { systemClock } from '../../adapters/node/clock.ts';
import { stopwatch } from '../../adapters/node/stopwatch.ts';
import type { ConfirmationClocks } from '../../adapters/postgresql/confirmation.ts';

export const CONFIRMATION_CLOCKS: ConfirmationClocks = {
  monotonic: () => 1000 * stopwatch(),
  wall: systemClock.nowMillis,
};
