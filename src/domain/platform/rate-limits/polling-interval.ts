import type { Clock } from '../../ports/clock.ts';
import type { EphemeralStore } from '../../ports/ephemeral-store.ts';

/** By so much the interval grows each time it was not kept (RFC 8628 §3.5, CIBA Core §11). */
const STEP_SECONDS = 5;
/** Beyond that it does not grow, so that who hurried once still hears of an answer. */
const MOST_SECONDS = 60;
/** How long a grown interval is remembered after it was last not kept. */
const REMEMBERED_SECONDS = 3600;
const MOST_HURRIED = 10_000;

export type PollingInterval = ReturnType<typeof pollingInterval>;

/**
 * How often one who waits may ask. The interval is shared by all nodes and kept in the volatile store; losing it makes
 * nobody wait longer. Who hurries costs the stores one look a second at each node, whatever it sends.
 */
export const pollingInterval = ({
  ephemeral,
  clock,
}: {
  readonly ephemeral: Pick<EphemeralStore, 'get' | 'set' | 'count'>;
  readonly clock: Clock;
}) => {
  /** Who was told to slow down here this second, and to which interval. */
  let hurried = new Map<string, number>();
  let second = 0;

  const hurriedNow = (): Map<string, number> => {
    const now = clock.now();
    if (now !== second || hurried.size >= MOST_HURRIED) {
      second = now;
      hurried = new Map();
    }
    return hurried;
  };

  return {
    /** The interval that `who` was told here in this very second, for having come too soon. No store is asked. */
    toldNow: (who: string): number | undefined => hurriedNow().get(who),

    /**
     * Counts a poll for `mark`, at most 400 characters. Undefined: it may be answered. Else it came too soon, and this is
     * the interval from now on, in seconds, which `who` is told. Of several at once one is in time.
     */
    async poll(mark: string, leastSeconds: number, who = mark): Promise<number | undefined> {
      const interval = Math.max(leastSeconds, Number((await ephemeral.get(`pace:${mark}`)) ?? 0));
      if ((await ephemeral.count(`poll:${interval}:${mark}`, interval)) <= 1) return undefined;
      const longer = Math.max(interval, Math.min(interval + STEP_SECONDS, MOST_SECONDS));
      if (longer > interval) {
        await ephemeral.set(`pace:${mark}`, String(longer), REMEMBERED_SECONDS);
        // It begins now: whoever waits for so long is in time again.
        await ephemeral.count(`poll:${longer}:${mark}`, longer);
      }
      hurriedNow().set(who, longer);
      return longer;
    },
  };
};
