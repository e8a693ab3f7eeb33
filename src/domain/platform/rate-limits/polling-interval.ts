import type { Clock } from '../../ports/clock.ts';
import type { EphemeralStore } from '../../ports/ephemeral-store.ts';

/** The increase of the interval each time a client polls too soon (RFC 8628 §3.5, CIBA Core §11). */
const STEP_SECONDS = 5;
/** The maximum, so that a client that polled too fast once still gets its answer. */
const MOST_SECONDS = 60;
/** How long a grown interval is stored after the last poll that came too soon. */
const REMEMBERED_SECONDS = 3600;
const MOST_SLOWED = 10_000;

/**
 * Limits how often a client may poll. The interval is shared by all nodes and stored in the volatile store. If it is
 * lost, no client waits longer. A client that polls too fast costs the stores one read a second at each node,
 * regardless of its rate.
 */
export interface PollingInterval {
  /** The interval that this process gave to `who` in this second for polling too soon. Reads no store. */
  slowedTo(who: string): number | undefined;
  /**
   * Counts a poll for `mark`, at most 400 characters. Undefined: it may be answered. Otherwise it came too soon, and
   * the result is the interval from now on, in seconds, to return to `who`. One of several concurrent polls is in time.
   */
  poll(mark: string, leastSeconds: number, who?: string): Promise<number | undefined>;
}

export const pollingInterval = ({
  ephemeral,
  clock,
}: {
  readonly ephemeral: Pick<EphemeralStore, 'get' | 'set' | 'count'>;
  readonly clock: Clock;
}): PollingInterval => {
  /** Clients to which this process returned slow_down in this second, with their interval. */
  let slowed = new Map<string, number>();
  let second = 0;

  const slowedNow = (): Map<string, number> => {
    const now = clock.now();
    if (now !== second || slowed.size >= MOST_SLOWED) {
      second = now;
      slowed = new Map();
    }
    return slowed;
  };

  return {
    slowedTo: (who): number | undefined => slowedNow().get(who),

    async poll(mark, leastSeconds, who = mark): Promise<number | undefined> {
      const interval = Math.max(leastSeconds, Number((await ephemeral.get(`pace:${mark}`)) ?? 0));
      if ((await ephemeral.count(`poll:${interval}:${mark}`, interval)) <= 1) return undefined;
      const longer = Math.max(interval, Math.min(interval + STEP_SECONDS, MOST_SECONDS));
      if (longer > interval) {
        await ephemeral.set(`pace:${mark}`, String(longer), REMEMBERED_SECONDS);
        // The interval starts now: a client that waits this long is in time again.
        await ephemeral.count(`poll:${longer}:${mark}`, longer);
      }
      slowedNow().set(who, longer);
      return longer;
    },
  };
};
