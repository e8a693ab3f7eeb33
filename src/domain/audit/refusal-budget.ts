import type { Clock } from '../ports/clock.ts';
import type { EphemeralStore } from '../ports/ephemeral-store.ts';

const HOUR = 3600;
const HOURS = 24;
/** The key of an hour outlives it, so that no process counts anew at its end. */
const KEPT_SECONDS = 2 * HOUR;

/** What the events of a budget are about. Each has a share of its own, so that no one of them silences the others. */
export const BUDGET_SHARES = { requests: 0.5, clients: 0.15, sign_ins: 0.15, summaries: 0.2 } as const;
export type BudgetShare = keyof typeof BUDGET_SHARES;

export type RefusalBudget = {
  /** False: the budget is `perDay` 0, and nothing is bounded. */
  readonly isBounded: boolean;
  /** Takes one event of this hour; says whether there was one. False as well when that cannot be known now. */
  take(share: BudgetShare): Promise<boolean>;
};

/**
 * Bounds how many permanent events strangers can cause in a day (decision D18): a 24th of `perDay` in each hour of the
 * day in UTC, over all processes that share the ephemeral store. A store that forgets lets each process have it anew
 * once. `perDay` 0 switches the bound off.
 */
export const refusalBudget = (deps: {
  readonly ephemeral: Pick<EphemeralStore, 'count'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly perDay: number;
}): RefusalBudget => {
  const { ephemeral, clock, perDay } = deps;
  const isBounded = perDay > 0;
  /** Of this process in this hour. */
  const taken = new Map<BudgetShare, { readonly hour: number; count: number }>();

  return {
    isBounded,
    async take(share) {
      if (!isBounded) return true;
      const hour = Math.floor(clock.now() / HOUR);
      const most = Math.max(1, Math.floor((perDay / HOURS) * BUDGET_SHARES[share]));
      const known = taken.get(share);
      const own = known?.hour === hour ? known : { hour, count: 0 };
      taken.set(share, own);
      if (own.count >= most) return false;
      own.count += 1;
      try {
        const all = await ephemeral.count(`refusal_events:${share}:${hour}`, KEPT_SECONDS);
        // Nobody has any more in this hour: the store is not asked again.
        if (all > most) own.count = most;
        return all <= most;
      } catch {
        own.count -= 1;
        return false;
      }
    },
  };
};
