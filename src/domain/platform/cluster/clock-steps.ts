/**
 * Detects that the clock was set. Code that deletes by the clock checks this first. A clock that ran ahead may have
 * caused deletions, for example of the mark that a value was used. When the clock is right again, that mark is missing.
 */
import type { Clock } from '../../ports/clock.ts';

/** A smaller step is drift, or the granularity of the caller. */
const STEP_SECONDS = 60;
/** A clock that has been ahead for this long is treated as correct. */
const BELIEVED_AFTER_SECONDS = 3_600;

export interface ClockSteps {
  /** Whether deletions may rely on the clock. Must be called each time, every few seconds. */
  isSteady(): boolean;
}

export const clockSteps = (deps: {
  readonly clock: Clock;
  /** Seconds since some fixed moment; never set. */
  readonly elapsed: () => number;
  /** Called once for each step, with its seconds. */
  readonly onStep: (seconds: number) => void;
}): ClockSteps => {
  const { clock, elapsed, onStep } = deps;
  let known = { wall: clock.nowMillis() / 1000, elapsed: elapsed() };
  let aheadSince: number | undefined;

  return {
    isSteady(): boolean {
      const now = { wall: clock.nowMillis() / 1000, elapsed: elapsed() };
      const step = now.wall - known.wall - (now.elapsed - known.elapsed);
      if (step > STEP_SECONDS) {
        if (aheadSince === undefined) {
          aheadSince = now.elapsed;
          onStep(Math.round(step));
        }
        if (now.elapsed - aheadSince < BELIEVED_AFTER_SECONDS) return false;
      } else if (step < -STEP_SECONDS) {
        onStep(Math.round(step));
      }
      aheadSince = undefined;
      known = now;
      return true;
    },
  };
};
