import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Clock } from '../../src/domain/ports/clock.ts';
import { isStoreUnavailable } from '../../src/domain/ports/document-store.ts';
import type { EphemeralStore } from '../../src/domain/ports/ephemeral-store.ts';
import { type ControlledClock, controlledClock } from './controlled-clock.ts';

export type EphemeralStoreTraits = {
  /** A store that measures time by itself: lets that time pass. Default: moving the clock is enough. */
  readonly pass?: (milliseconds: number) => Promise<void>;
  /** How exact its ends are in this suite, in milliseconds. Default: exact. */
  readonly slack?: number;
  /** Removes what has expired by itself, so `sweep` finds nothing. */
  readonly sweepsItself?: boolean;
};

export const describeEphemeralStore = (
  name: string,
  open: (clock: Clock) => Promise<EphemeralStore> | EphemeralStore,
  { pass = async () => undefined, slack = 0, sweepsItself = false }: EphemeralStoreTraits = {},
): void => {
  describe(`ephemeral store: ${name}`, () => {
    let controlled: ControlledClock;
    let store: EphemeralStore;
    const advance = async (milliseconds: number): Promise<void> => {
      controlled.advance(milliseconds);
      await pass(milliseconds);
    };

    beforeEach(async () => {
      controlled = controlledClock();
      store = await open(controlled);
    });
    afterEach(() => store.close());

    test('keeps a value, replaces it, and gives it away once', async () => {
      await store.set('k', 'one', 10);
      await store.set('k', 'two', 10);
      expect(await store.get('k')).toBe('two');
      expect(await store.take('k')).toBe('two');
      expect(await store.take('k')).toBeUndefined();
      expect(await store.get('k')).toBeUndefined();
    });

    test('keeps every well-formed text as it is', async () => {
      for (const value of ['', '0', 'a\u0000b', '{"a":"😀"}', "'; DROP TABLE ephemeral; --", 'x'.repeat(1024 * 1024)]) {
        await store.set('k', value, 10);
        expect(await store.get('k')).toBe(value);
      }
    });

    test('OT-12 a value is gone at the very millisecond its time has passed, swept or not', async () => {
      await store.set('k', 'v', 20);
      await store.set('taken', 'v', 20);
      await advance(19_999 - slack);
      expect(await store.get('k')).toBe('v');
      await advance(1 + slack);
      expect(await store.get('k')).toBeUndefined();
      expect(await store.take('taken')).toBeUndefined();
    });

    test('OT-12 setting a value again starts its time anew', async () => {
      await store.set('k', 'v', 20);
      await advance(15_000);
      await store.set('k', 'w', 20);
      await advance(15_000 - slack);
      expect(await store.get('k')).toBe('w');
    });

    test('OT-12 no lifetime below a second, by rounding or without end', async () => {
      for (const ttl of [0, -1, 0.5, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '10' as unknown as number]) {
        await expect(store.set('k', 'v', ttl)).rejects.toThrow(TypeError);
        await expect(store.claim('k', ttl)).rejects.toThrow(TypeError);
        await expect(store.count('k', ttl)).rejects.toThrow(TypeError);
      }
      expect(await store.get('k')).toBeUndefined();
      expect(await store.claim('k', 1)).toBe(true);
    });

    test('of 64 takes exactly one gets the value', async () => {
      await store.set('k', 'v', 10);
      const taken = await Promise.all(Array.from({ length: 64 }, () => store.take('k')));
      expect(taken.filter((each) => each !== undefined)).toEqual(['v']);
    });

    test('of 64 claims exactly one succeeds, until the time has passed (RFC 7523 §3, RFC 9449 §11.1)', async () => {
      const claims = async () =>
        (await Promise.all(Array.from({ length: 64 }, () => store.claim('jti', 50)))).filter(Boolean);
      expect(await claims()).toHaveLength(1);
      await advance(49_999 - slack);
      expect(await claims()).toHaveLength(0);
      await advance(1 + slack);
      expect(await claims()).toHaveLength(1);
      await advance(49_999 - slack);
      expect(await store.claim('jti', 50)).toBe(false);
    });

    test('a claim can be neither read nor removed', async () => {
      await store.claim('jti', 5);
      expect(await store.get('jti')).toBeUndefined();
      expect(await store.take('jti')).toBeUndefined();
      expect(await store.claim('jti', 5)).toBe(false);
    });

    test('counts every call once, and starts anew when the window since the first has passed', async () => {
      const counted = await Promise.all(Array.from({ length: 64 }, () => store.count('c', 60)));
      expect([...counted].sort((a, b) => a - b)).toEqual(Array.from({ length: 64 }, (_, at) => at + 1));
      await advance(59_999 - slack);
      expect(await store.count('c', 60)).toBe(65);
      await advance(1 + slack);
      expect(await store.count('c', 60)).toBe(1);
      expect(await store.count('other', 60)).toBe(1);
    });

    test('counts several at once, and subtracts what was counted, not below 0', async () => {
      expect([await store.count('c', 60, 5), await store.count('c', 60, -2), await store.count('c', 60)]).toEqual([
        5, 3, 4,
      ]);
      expect([await store.count('c', 60, -9), await store.count('c', 60)]).toEqual([0, 1]);
      await advance(60_000 + slack);
      // What was counted in a window that is over cannot be taken from the next one.
      expect([await store.count('c', 60, -1), await store.count('c', 60)]).toEqual([0, 1]);
      // A look counts nothing and begins no window.
      expect([await store.count('c', 60, 0), await store.count('other', 60, 0)]).toEqual([1, 0]);
      expect([await store.count('other', 60, 7), await store.count('other', 60, 0)]).toEqual([7, 7]);
      for (const by of [0.5, Number.NaN]) await expect(store.count('c', 60, by)).rejects.toThrow(TypeError);
    });

    test('OT-08 crafted text names itself and nothing else', async () => {
      const crafted = ["' OR 1=1 --", '%', '*', 'k:', 'k\u0000', 'K', 'k ', '{"$ne":""}', '__proto__', 'x'.repeat(512)];
      await store.set('k', 'v', 10);
      for (const key of crafted) {
        expect(await store.get(key)).toBeUndefined();
        expect(await store.take(key)).toBeUndefined();
        expect(await store.claim(key, 10)).toBe(true);
      }
      expect(await store.get('k')).toBe('v');
    });

    test('OT-08 a key of more than 512 characters, or of no Unicode, holds nothing', async () => {
      await store.set('x'.repeat(512), 'v', 10);
      await store.set('\ufffd', 'v', 10);
      for (const key of ['x'.repeat(513), 'x'.repeat(10_240), '\ud800']) {
        expect(await store.get(key)).toBeUndefined();
        expect(await store.take(key)).toBeUndefined();
        await expect(store.set(key, 'v', 10)).rejects.toThrow(TypeError);
        await expect(store.claim(key, 10)).rejects.toThrow(TypeError);
        await expect(store.count(key, 10)).rejects.toThrow(TypeError);
      }
    });

    test('IN-02 keys and values that are not strings are refused', async () => {
      for (const key of [{ $ne: '' }, ['k'], 1, null, undefined] as unknown as string[]) {
        await expect(store.get(key)).rejects.toThrow(TypeError);
        await expect(store.take(key)).rejects.toThrow(TypeError);
        await expect(store.set(key, 'v', 10)).rejects.toThrow(TypeError);
        await expect(store.claim(key, 10)).rejects.toThrow(TypeError);
        await expect(store.count(key, 10)).rejects.toThrow(TypeError);
      }
      await expect(store.set('k', { a: 1 } as unknown as string, 10)).rejects.toThrow(TypeError);
    });

    test('sweeps what expired, at most as many as asked, and nothing that lives', async () => {
      await Promise.all(Array.from({ length: 5 }, (_, at) => store.set(`old${at}`, 'v', 1)));
      await store.claim('old-claim', 1);
      await store.set('young', 'v', 60);
      await advance(1000);
      expect(await store.countExpired(4)).toBe(sweepsItself ? 0 : 4);
      expect(await store.countExpired(40)).toBe(sweepsItself ? 0 : 6);
      expect(await store.sweep(4)).toEqual({ removed: sweepsItself ? 0 : 4, isDone: sweepsItself });
      expect(await store.sweep(4)).toEqual({ removed: sweepsItself ? 0 : 2, isDone: true });
      expect(await store.sweep(4)).toEqual({ removed: 0, isDone: true });
      expect(await store.countExpired(40)).toBe(0);
      expect(await store.get('young')).toBe('v');
    });

    test('closing is idempotent and leaves every method unavailable', async () => {
      const writing = store.set('k', 'v', 10);
      await Promise.all([store.close(), store.close()]);
      await writing;
      const attempts = [
        () => store.set('k', 'v', 1),
        () => store.get('k'),
        () => store.take('k'),
        () => store.claim('k', 1),
        () => store.count('k', 1),
        () => store.sweep(1),
        () => store.countExpired(1),
      ];
      for (const attempt of attempts) {
        const error = await attempt().then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        expect(isStoreUnavailable(error)).toBe(true);
      }
    });
  });
};
