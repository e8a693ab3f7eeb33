import { expect, test } from '@jest/globals';
import type { AuditEvent } from '../../../src/domain/audit/audit-event.ts';
import { refusalCounter } from '../../../src/domain/audit/refusal-counter.ts';
import { testClock } from './support.ts';

const setUp = (maxKeys = 1000) => {
  const events: AuditEvent[] = [];
  const clock = testClock();
  let isFailing = false;
  const counter = refusalCounter({
    append: async (event) => {
      if (isFailing) throw new Error('unavailable');
      events.push(event);
    },
    clock,
    intervalSeconds: 60,
    maxKeys,
  });
  const seen = () => events.splice(0).map((e) => [e.personal?.source ?? 'other', e.error, e.count]);
  return { counter, clock, seen, fail: (on: boolean) => (isFailing = on) };
};

test('the first refusal is written at once, further ones are counted until the interval ends (decision D18)', async () => {
  const { counter, clock, seen } = setUp();
  for (let n = 0; n < 5; n += 1) await counter.note('192.0.2.1', 'invalid_client');
  await counter.note('192.0.2.2', 'invalid_client');
  await counter.note('192.0.2.1', 'invalid_request');
  expect(seen()).toEqual([
    ['192.0.2.1', 'invalid_client', 1],
    ['192.0.2.2', 'invalid_client', 1],
    ['192.0.2.1', 'invalid_request', 1],
  ]);
  await counter.flush();
  expect(seen()).toEqual([['192.0.2.1', 'invalid_client', 4]]);
  await counter.flush();
  expect(seen()).toEqual([]);
  await counter.note('192.0.2.1', 'invalid_client');
  clock.advance(60);
  await counter.note('192.0.2.1', 'invalid_client');
  expect(seen()).toHaveLength(2);
});

test('sources beyond the bound are counted together', async () => {
  const { counter, seen } = setUp(10);
  for (let n = 0; n < 500; n += 1) await counter.note(`192.0.2.${n}`, 'invalid_client');
  await counter.flush();
  const events = seen();
  expect(events).toHaveLength(12);
  expect(events.at(-1)).toEqual(['other', 'invalid_client', 489]);
});

test('a set of reasons that has no end cannot make it grow', async () => {
  const { counter, seen } = setUp(10);
  for (let n = 0; n < 500; n += 1) await counter.note('192.0.2.1', `reason-${n}`);
  await counter.flush();
  expect(seen().length).toBeLessThanOrEqual(10 + 64 + 2);
});

test('what could not be written is not lost: it stays counted', async () => {
  const { counter, seen, fail } = setUp();
  fail(true);
  await expect(counter.note('192.0.2.1', 'invalid_client')).rejects.toThrow('unavailable');
  await expect(counter.flush()).rejects.toThrow('unavailable');
  fail(false);
  await counter.flush();
  expect(seen()).toEqual([['192.0.2.1', 'invalid_client', 1]]);
});
