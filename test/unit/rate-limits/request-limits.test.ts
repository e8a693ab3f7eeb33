import { describe, expect, test } from '@jest/globals';
import { memoryEphemeralStore } from '../../../adapters/memory/ephemeral-store.ts';
import { countSketch } from '../../../src/domain/platform/rate-limits/count-sketch.ts';
import { networkLimit, requestLimit } from '../../../src/domain/platform/rate-limits/request-limits.ts';
import { sharedCounts } from '../../../src/domain/platform/rate-limits/shared-counts.ts';
import { StoreUnavailable } from '../../../src/domain/ports/document-store.ts';
import type { EphemeralStore } from '../../../src/domain/ports/ephemeral-store.ts';

const START = 1_800_000_000;
const clockAt = (second = START) => ({ second, now: () => clock.second, nowMillis: () => clock.second * 1000 });
const clock = clockAt();
const SEED = new Uint32Array([17, 4711]);
const COLUMNS = 1 << 18;
const address = (index: number): string => `2001:db8:${(index >> 8).toString(16)}:${(index & 255).toString(16)}00::1`;

describe('RL-03 a table of requests of bounded size', () => {
  test('60,000 sources reset no counter and refuse no request: it counts the others as before', () => {
    const limit = networkLimit(requestLimit(10, clock, { sketch: countSketch(COLUMNS, SEED) }));
    const takes = (source: string, times: number): number =>
      Array.from({ length: times }, () => limit.take(source)).filter((usedUp) => usedUp === undefined).length;
    expect(takes('192.0.2.1', 20)).toBe(10);
    expect(takes('198.51.100.1', 4)).toBe(4);
    let refused = 0;
    for (let index = 0; index < 60_000; index += 1) if (limit.take(address(index)) !== undefined) refused += 1;
    // Each /48 has 256 of them here, and 160 requests.
    expect(refused).toBe(Math.floor(60_000 / 256) * 96);
    expect(takes('192.0.2.1', 20)).toBe(0);
    expect(takes('198.51.100.1', 20)).toBe(6);
    expect(takes('203.0.113.1', 20)).toBe(10);
  });

  test('a count is never too low, and of 60,000 keys that fill it few are too high', () => {
    const sketch = countSketch(COLUMNS, SEED);
    const keys = Array.from({ length: 60_000 }, (_, index) => `key ${index}`);
    for (const key of keys) for (let time = 0; time < 3; time += 1) sketch.add(key);
    const counts = keys.map((key) => sketch.estimate(key));
    expect(Math.min(...counts)).toBe(3);
    expect(counts.filter((count) => count > 3).length).toBeLessThan(60);
    expect(sketch.estimate('a key that was never added')).toBe(0);
  });

  test('a minute begins anew for all when the clock says so, and Retry-After names its end', () => {
    const limit = requestLimit(1, clock);
    clock.second = START + 59 - (START % 60);
    limit.count('a');
    expect([limit.isExceeded('a'), limit.retryAfterSeconds()]).toEqual([true, 1]);
    clock.second += 1;
    expect([limit.isExceeded('a'), limit.retryAfterSeconds()]).toEqual([false, 60]);
    clock.second = START;
  });

  test('a limit of 0 is none', () => {
    const limit = requestLimit(0, clock);
    for (let time = 0; time < 10; time += 1) limit.count('a');
    expect(limit.isExceeded('a')).toBe(false);
  });
});

/** Processes on one ephemeral store. `most` of a minute each. */
const processesOn = (count: number, most: number, ephemeral: Pick<EphemeralStore, 'count'>) =>
  Array.from({ length: count }, () => {
    const masterKey = { digest: (...parts: readonly string[]) => parts.join(' ') };
    const shared = sharedCounts({ name: 'test', ephemeral, masterKey, clock, processes: () => count });
    const limit = requestLimit(most, clock, { shared });
    return async (key: string, times: number): Promise<number> => {
      let passed = 0;
      for (let time = 0; time < times; time += 1) {
        if (!limit.isExceeded(key)) {
          limit.count(key);
          passed += 1;
        }
        await new Promise((resolve) => setImmediate(resolve));
      }
      return passed;
    };
  });

const passedBy = async (all: Promise<number>[]): Promise<number> =>
  (await Promise.all(all)).reduce((sum, one) => sum + one, 0);

describe('RL-03 processes share a minute', () => {
  test.each([
    [2, 10],
    [4, 100],
    [4, 6000],
  ])('%i processes with a limit of %i let pass that many, and at most a 32nd of it more each', async (count, most) => {
    const takes = processesOn(count, most, memoryEphemeralStore(clock));
    const passed = await passedBy(takes.map((take) => take('a', most)));
    expect(passed).toBeGreaterThanOrEqual(most);
    // One more each: what comes while an exchange is under way.
    expect(passed).toBeLessThanOrEqual(most + count * (Math.max(1, Math.floor(most / 32)) + 1));
  });

  test('what one of them counted another one learns from its first exchange', async () => {
    const [one, other] = processesOn(2, 320, memoryEphemeralStore(clock));
    expect(await one?.('a', 320)).toBe(320);
    expect(await other?.('a', 320)).toBeLessThanOrEqual(11);
    expect(await other?.('b', 320)).toBe(320);
  });

  test('a store that fails opens nothing and closes nothing: each process has its part', async () => {
    let isFailing = true;
    const store = memoryEphemeralStore(clock);
    const ephemeral = {
      count: (...call: Parameters<EphemeralStore['count']>) =>
        isFailing ? Promise.reject(new StoreUnavailable('gone')) : store.count(...call),
    };
    const takes = processesOn(4, 100, ephemeral);
    await passedBy(takes.map((take) => take('first', 10)));
    expect(await Promise.all(takes.map((take) => take('a', 100)))).toEqual([25, 25, 25, 25]);
    isFailing = false;
    await passedBy(takes.map((take) => take('first', 10)));
    expect(await takes[0]?.('b', 100)).toBe(100);
    // It has recovered, and counts together again.
    expect(await takes[1]?.('b', 100)).toBeLessThanOrEqual(4);
  });

  test('keys beyond those that are shared have their part in each process, and displace no other', async () => {
    const [one, other] = processesOn(2, 4, memoryEphemeralStore(clock));
    await one?.('victim', 4);
    for (let index = 0; index < 5000; index += 1) await one?.(`key ${index}`, 1);
    expect(await one?.('late', 4)).toBe(2);
    expect(await one?.('victim', 4)).toBe(0);
    expect(await other?.('victim', 4)).toBeLessThanOrEqual(2);
  });

  test('one process alone asks no store', async () => {
    const count = () => Promise.reject(new Error('asked'));
    const [take] = processesOn(1, 10, { count });
    expect(await take?.('a', 20)).toBe(10);
  });
});
