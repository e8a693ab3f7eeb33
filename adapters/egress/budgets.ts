import { getDomain } from 'tldts';
import type { Clock } from '../../src/domain/ports/clock.ts';
import type { AskPurpose, FetchPurpose } from '../../src/domain/ports/trusted-fetch.ts';

/** Fetches that may start within a minute. */
export type Budgets = {
  readonly perMinute: number;
  readonly perHostPerMinute: number;
  readonly perSourcePerMinute: number;
};

/** Most concurrent fetches, by purpose. Fetches that any caller can cause do not use up those of registered parties. */
const AT_ONCE: Readonly<Record<FetchPurpose | AskPurpose, number>> = {
  jwks: 32,
  issuer_metadata: 16,
  client_metadata: 16,
  resource_metadata: 4,
  upstream_token: 16,
  upstream_userinfo: 16,
};
const AT_ONCE_PER_HOST = 4;
/** Most fetches that wait for another fetch to end. */
const MAXIMUM_WAITING = 256;
/** Most counters. Beyond this number no further fetch starts in this minute, so that memory stays bounded. */
const MAXIMUM_KEYS = 10_000;

/** A counter and its maximum. */
type Bound = readonly [key: string, most: number];

/** Counts in this process. A refused fetch uses up no budget. */
export const fetchBudgets = (clock: Clock, budgets: Budgets) => {
  const underWay = new Map<string, number>();
  let counts = new Map<string, number>();
  let minute = -1;

  const waiting = new Set<() => void>();
  const free = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const wake = (): void => {
        waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      waiting.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });

  /** The first of these that is full. */
  const fullOf = (taken: ReadonlyMap<string, number>, bounds: readonly Bound[]): string | undefined =>
    bounds.find(([key, most]) => (taken.get(key) ?? 0) >= most)?.[0].split(':', 1)[0];

  const current = (): Map<string, number> => {
    const now = Math.floor(clock.now() / 60);
    if (now !== minute) {
      minute = now;
      counts = new Map();
    }
    return counts;
  };

  const end = (bounds: readonly Bound[]): void => {
    for (const [key] of bounds) {
      const left = (underWay.get(key) ?? 1) - 1;
      if (left === 0) underWay.delete(key);
      else underWay.set(key, left);
    }
    for (const wake of [...waiting]) wake();
  };

  return {
    /**
     * Starts a fetch. Returns the function that ends it, or the name of the budget that is used up. Waits, until the
     * signal, while the maximum of concurrent fetches is running.
     */
    async begin(
      {
        purpose,
        host,
        source,
      }: { readonly purpose: FetchPurpose | AskPurpose; readonly host: string; readonly source?: string },
      signal: AbortSignal,
    ): Promise<(() => void) | string> {
      const perMinute: readonly Bound[] = [
        ['all', budgets.perMinute],
        // One domain with any number of hosts below it cannot use up the budget of all.
        [`domain:${getDomain(host) ?? host}`, Math.max(budgets.perHostPerMinute, budgets.perMinute / 2)],
        [`host:${host}`, budgets.perHostPerMinute],
        // Fetches that any caller can cause leave half of it to registered parties.
        ...(source === undefined
          ? []
          : ([
              [`source:${source}`, budgets.perSourcePerMinute],
              ['anonymous', Math.max(1, budgets.perMinute / 2)],
            ] as const)),
      ];
      const atOnce: readonly Bound[] = [
        [`purpose:${purpose}`, AT_ONCE[purpose]],
        [`host:${purpose}:${host}`, AT_ONCE_PER_HOST],
      ];
      for (;;) {
        const counted = current();
        if (counted.size > MAXIMUM_KEYS) return 'keys';
        const usedUp = fullOf(counted, perMinute);
        if (usedUp !== undefined) return usedUp;
        const full = fullOf(underWay, atOnce);
        if (full === undefined && !signal.aborted) {
          for (const [key] of perMinute) counted.set(key, (counted.get(key) ?? 0) + 1);
          for (const [key] of atOnce) underWay.set(key, (underWay.get(key) ?? 0) + 1);
          let isOver = false;
          return () => {
            if (!isOver) end(atOnce);
            isOver = true;
          };
        }
        if (signal.aborted || waiting.size >= MAXIMUM_WAITING) return full ?? 'waiting';
        await free(signal);
      }
    },
  };
};
