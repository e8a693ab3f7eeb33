import { describe, expect, test } from '@jest/globals';
import { deliveryRuns, isLockedByOther } from '../../../src/domain/notifications/delivery-runs.ts';

/** Work that ends when the test says so, and how often it began. */
const work = () => {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const begun = { count: 0 };
  const run = (): Promise<void> => {
    begun.count += 1;
    return promise;
  };
  return { begun, run, end: resolve, fail: reject };
};

const unexpected = (error: unknown): void => {
  throw error;
};

describe('delivery runs', () => {
  test('one at a time for each receiver, and receivers side by side', async () => {
    const runs = deliveryRuns(unexpected);
    const [one, again, other] = [work(), work(), work()];
    runs.start('a', one.run);
    runs.start('a', again.run);
    runs.start('b', other.run);
    expect([one, again, other].map(({ begun }) => begun.count)).toEqual([1, 0, 1]);
    one.end();
    other.end();
    await runs.idle();
    runs.start('a', again.run);
    expect(again.begun.count).toBe(1);
    again.end();
    await runs.idle();
  });

  test('an error is reported, and the receiver is tried again', async () => {
    const errors: unknown[] = [];
    const runs = deliveryRuns((error) => errors.push(error));
    const [failing, next] = [work(), work()];
    runs.start('a', failing.run);
    failing.fail(new Error('broken'));
    await runs.idle();
    expect(errors).toEqual([new Error('broken')]);
    runs.start('a', next.run);
    expect(next.begun.count).toBe(1);
    next.end();
    await runs.idle();
  });

  test('after the stop nothing begins, and it ends with the work that runs', async () => {
    const runs = deliveryRuns(unexpected);
    const [running, late] = [work(), work()];
    runs.start('a', running.run);
    let isOver = false;
    const stopped = runs.stop().then(() => {
      isOver = true;
    });
    expect(runs.isStopped()).toBe(true);
    runs.start('b', late.run);
    await Promise.resolve();
    expect({ isOver, begun: late.begun.count }).toEqual({ isOver: false, begun: 0 });
    running.end();
    await stopped;
    expect(isOver).toBe(true);
  });

  test('it is full with as many as may run', async () => {
    const runs = deliveryRuns(unexpected, 2);
    const [one, other] = [work(), work()];
    runs.start('a', one.run);
    expect(runs.isFull()).toBe(false);
    runs.start('b', other.run);
    expect(runs.isFull()).toBe(true);
    one.end();
    other.end();
    await runs.idle();
    expect(runs.isFull()).toBe(false);
  });
});

test.each([
  ['no process holds the lock', {}, false],
  ['this process does', { lockedBy: 'nod_a', lockedUntil: 200 }, false],
  ['another one does', { lockedBy: 'nod_b', lockedUntil: 101 }, true],
  ['another one did, and its end has come', { lockedBy: 'nod_b', lockedUntil: 100 }, false],
] as const)('a receiver is left to another process: %s', (_, lock, isOther) => {
  expect(isLockedByOther(lock, 'nod_a', { now: () => 100 })).toBe(isOther);
});
