import type { Clock } from '../../src/domain/ports/clock.ts';
import { StoreUnavailable } from '../../src/domain/ports/document-store.ts';
import type { EphemeralStore } from '../../src/domain/ports/ephemeral-store.ts';
import { checkKey, checkStep, checkTtl, checkValue, isPossibleKey } from '../../src/domain/ports/store-rules.ts';
import { countUpTo, sweepingOver } from './sweeping.ts';

/** `value` is absent on a claim, which can be neither read nor removed. Ends are milliseconds since the epoch. */
type Entry = { readonly value?: string; readonly endsAt: number };

export const memoryEphemeralStore = (clock: Clock): EphemeralStore => {
  const entries = new Map<string, Entry>();
  const sweeping = sweepingOver(() => entries.entries());
  let isClosed = false;

  const assertOpen = (): void => {
    if (isClosed) throw new StoreUnavailable('the store is closed');
  };
  const live = (key: string): Entry | undefined => {
    if (!isPossibleKey(key)) return undefined;
    const entry = entries.get(key);
    return entry && entry.endsAt > clock.nowMillis() ? entry : undefined;
  };
  const endOf = (ttlSeconds: number): number => {
    checkTtl(ttlSeconds);
    return clock.nowMillis() + ttlSeconds * 1000;
  };

  // No method awaits anything between reading and writing, so each is atomic for all callers.
  return {
    async set(key, value, ttlSeconds) {
      assertOpen();
      checkKey(key);
      checkValue(value);
      entries.set(key, { value, endsAt: endOf(ttlSeconds) });
    },
    async get(key) {
      assertOpen();
      return live(key)?.value;
    },
    async take(key) {
      assertOpen();
      const value = live(key)?.value;
      if (value !== undefined) entries.delete(key);
      return value;
    },
    async claim(key, ttlSeconds) {
      assertOpen();
      checkKey(key);
      const endsAt = endOf(ttlSeconds);
      if (live(key)) return false;
      entries.set(key, { endsAt });
      return true;
    },
    async count(key, windowSeconds, by = 1) {
      assertOpen();
      checkKey(key);
      checkStep(by);
      const endsAt = endOf(windowSeconds);
      const counted = live(key);
      const value = Math.max(0, Number(counted?.value ?? 0) + by);
      if (!counted && by <= 0) return 0;
      entries.set(key, { value: String(value), endsAt: counted?.endsAt ?? endsAt });
      return value;
    },
    async sweep(limit) {
      assertOpen();
      const now = clock.nowMillis();
      return sweeping.slice(limit, ([key, { endsAt }]) => endsAt <= now && entries.delete(key));
    },
    async countExpired(most) {
      assertOpen();
      const now = clock.nowMillis();
      return countUpTo(most, entries.values(), ({ endsAt }) => endsAt <= now);
    },
    async close() {
      isClosed = true;
    },
  };
};
