import type { Clock } from '../../src/domain/ports/clock.ts';

/** A clock that stands still until it is moved. */
export type ControlledClock = Clock & { advance(millis: number): void };

export const controlledClock = (startMillis = 1_800_000_000_000): ControlledClock => {
  let millis = startMillis;
  return {
    now: () => Math.floor(millis / 1000),
    nowMillis: () => millis,
    advance(by) {
      millis += by;
    },
  };
};
