import { expect, test } from '@jest/globals';
import { memoryEphemeralStore } from '../../../adapters/memory/ephemeral-store.ts';
import { pollingInterval } from '../../../src/domain/platform/rate-limits/polling-interval.ts';
import { movableClock } from '../delegation/fakes.ts';

const scene = () => {
  const clock = movableClock();
  const store = memoryEphemeralStore(clock);
  const calls: string[] = [];
  const ephemeral = {
    get(key: string) {
      calls.push('get');
      return store.get(key);
    },
    set(key: string, value: string, ttlSeconds: number) {
      calls.push('set');
      return store.set(key, value, ttlSeconds);
    },
    count(key: string, windowSeconds: number) {
      calls.push('count');
      return store.count(key, windowSeconds);
    },
  };
  /** One more node on the same store. */
  const node = () => pollingInterval({ ephemeral, clock });
  return { clock, calls, node, pace: node() };
};

test('AP-08 each poll that comes too soon makes the interval five seconds longer, and it stays so (CIBA Core §11)', async () => {
  const { pace, clock } = scene();
  expect(await pace.poll('a', 5)).toBeUndefined();
  clock.advance(4);
  expect(await pace.poll('a', 5)).toBe(10);
  clock.advance(9);
  expect(await pace.poll('a', 5)).toBe(15);
  clock.advance(15);
  expect(await pace.poll('a', 5)).toBeUndefined();
  clock.advance(14);
  expect(await pace.poll('a', 5)).toBe(20);
  expect(await pace.poll('b', 5)).toBeUndefined();
});

test('AP-08 it grows to a minute and no further: a client that polls too fast still gets an answer', async () => {
  const { pace, clock } = scene();
  await pace.poll('a', 5);
  let told = 0;
  for (let turn = 0; turn < 40; turn += 1) told = (await pace.poll('a', 5)) ?? 0;
  expect(told).toBe(60);
  const answered: number[] = [];
  for (let second = 1; second <= 180; second += 1) {
    clock.advance(1);
    if ((await pace.poll('a', 5)) === undefined) answered.push(second);
  }
  expect(answered).toEqual([60, 120, 180]);
});

test('AP-08 the interval holds over nodes, and of several at once one is in time', async () => {
  const { node, clock } = scene();
  const nodes = [node(), node(), node()];
  const told = await Promise.all(nodes.map((pace) => pace.poll('a', 5)));
  expect(told.filter((seconds) => seconds === undefined)).toHaveLength(1);
  expect(told.filter((seconds) => seconds === 10)).toHaveLength(2);
  clock.advance(9);
  expect(await nodes[0]?.poll('a', 5)).toBe(15);
  clock.advance(14);
  expect(await nodes[1]?.poll('a', 5)).toBe(20);
});

test('AP-08 a client that polls too fast is answered from memory for the rest of the second, and no other client is', async () => {
  const { pace, calls, clock } = scene();
  await pace.poll('a', 5, 'agt_a handle');
  expect(pace.slowedTo('agt_a handle')).toBeUndefined();
  await pace.poll('a', 5, 'agt_a handle');
  const before = calls.length;
  expect(pace.slowedTo('agt_a handle')).toBe(10);
  expect(pace.slowedTo('agt_b handle')).toBeUndefined();
  expect(calls).toHaveLength(before);
  clock.advance(1);
  expect(pace.slowedTo('agt_a handle')).toBeUndefined();
});

test('a poll in time costs two calls of the volatile store', async () => {
  const { pace, calls } = scene();
  await pace.poll('a', 5);
  expect(calls).toEqual(['get', 'count']);
});
