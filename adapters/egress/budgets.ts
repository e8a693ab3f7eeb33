import type { Clock } from '../../src/domain/ports/clock.ts';
import type { FetchPurpose } from '../../src/domain/ports/trusted-fetch.ts';

/** Fetches that may begin within a minute. */
export type Budgets = {
  readonly perMinute: number;
  readonly perHostPerMinute: number;
  readonly perSourcePerMinute: number;
};

/** Fetches under way at once. Those anybody can cause leave those of registered parties alone. */
const AT_ONCE: Readonly<Record<FetchPurpose, number>> = { jwks: 32, issuer_metadata: 16, client_metadata: 16, logo: 8 };
const AT_ONCE_PER_HOST = 4;
/** Beyond it the minute is over: memory stays bounded. */
const MAXIMUM_KEYS = 10_000;

/** Counts in this process. A refusal costs nothing of any budget. */
export const fetchBudgets = (clock: Clock, budgets: Budgets) => {
  const underWay = new Map<string, number>();
  let counts = new Map<string, number>();
  let minute = -1;

  return {
    /** Begins a fetch and answers what ends it, or the name of the budget that is used up. */
    begin(purpose: FetchPurpose, host: string, source: string | undefined): (() => void) | string {
      const now = Math.floor(clock.now() / 60);
      if (now !== minute) {
        minute = now;
        counts = new Map();
      }
      const counted = [
        ['all', budgets.perMinute],
        // One domain with any number of hosts below it cannot use up what there is for everybody.
        [`domain:${host.split('.').slice(-2).join('.')}`, Math.max(budgets.perHostPerMinute, budgets.perMinute / 2)],
        [`host:${host}`, budgets.perHostPerMinute],
        ...(source === undefined ? [] : [[`source:${source}`, budgets.perSourcePerMinute] as const]),
      ] as const;
      const atOnce = [
        [`purpose:${purpose}`, AT_ONCE[purpose]],
        [`host:${purpose}:${host}`, AT_ONCE_PER_HOST],
      ] as const;
      const usedUp =
        counted.find(([key, most]) => (counts.get(key) ?? 0) >= most) ??
        atOnce.find(([key, most]) => (underWay.get(key) ?? 0) >= most);
      if (usedUp) return String(usedUp[0].split(':', 1)[0]);
      if (counts.size > MAXIMUM_KEYS) return 'keys';
      for (const [key] of counted) counts.set(key, (counts.get(key) ?? 0) + 1);
      for (const [key] of atOnce) underWay.set(key, (underWay.get(key) ?? 0) + 1);
      let isOver = false;
      return () => {
        if (isOver) return;
        isOver = true;
        for (const [key] of atOnce) {
          const left = (underWay.get(key) ?? 1) - 1;
          if (left === 0) underWay.delete(key);
          else underWay.set(key, left);
        }
      };
    },
  };
};
