import { describe, expect, test } from '@jest/globals';
import { masterKey } from '../../../src/domain/platform/crypto/master-key.ts';
import { boundedCounts } from '../../../src/domain/platform/rate-limits/bounded-counts.ts';
import { movableClock } from '../delegation/fakes.ts';

const WINDOW = 900;

/** Counts, and how many counters there are in the store. */
const world = () => {
  const clock = movableClock();
  const counters = new Map<string, number>();
  const ephemeral = {
    async count(key: string, _window: number, by = 1): Promise<number> {
      const next = Math.max(0, (counters.get(key) ?? 0) + by);
      counters.set(key, next);
      return next;
    },
  };
  const made = boundedCounts({ ephemeral, clock });
  const { digest } = masterKey(Buffer.alloc(32, 1));
  return {
    clock,
    counters,
    count: (value: string, by?: number) => made.count(`source:${digest('source', value)}`, WINDOW, by),
  };
};

describe('RL-01 counts of what strangers choose', () => {
  test('are in a bounded number of counters, however many values there are', async () => {
    const { counters, count } = world();
    for (let index = 0; index < 60_000; index += 1) await count(`2001:db8:1:${index}::/64`);
    expect(counters.size).toBeLessThanOrEqual((1 << 13) + (1 << 15));
    // A flood of twice as many values as there are counters costs another one some two attempts, and not its limit.
    expect(await count('198.51.100.7/32')).toBeLessThan(20);
  });

  test('are exact for values that came before a flood, in their window and the next one', async () => {
    const { clock, count } = world();
    expect(await count('198.51.100.7/32')).toBe(1);
    for (let index = 0; index < 9_000; index += 1) await count(`2001:db8:1:${index}::/64`);
    expect(await count('198.51.100.7/32')).toBe(2);
    clock.advance(WINDOW);
    for (let index = 0; index < 9_000; index += 1) await count(`2001:db8:2:${index}::/64`);
    expect(await count('198.51.100.7/32')).toBe(3);
  });

  test('subtract what was counted, where it was counted', async () => {
    const { count } = world();
    for (let index = 0; index < 9_000; index += 1) await count(`2001:db8:1:${index}::/64`);
    const before = await count('203.0.113.5/32');
    expect(await count('203.0.113.5/32', -1)).toBe(before - 1);
  });
});
