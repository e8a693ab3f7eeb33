import { expect, test } from '@jest/globals';
import { memoryEphemeralStore } from '../../../adapters/memory/ephemeral-store.ts';
import type { AuditEvent } from '../../../src/domain/audit/audit-event.ts';
import { refusalBudget } from '../../../src/domain/audit/refusal-budget.ts';
import { requestRefusals } from '../../../src/domain/audit/request-refusals.ts';
import { testClock } from './support.ts';

const HOUR = 3600;

/** `processes` counters that share the ephemeral store. */
const setUp = ({ perDay = 0, maxKeys = 1000, processes = 1 } = {}) => {
  const events: AuditEvent[] = [];
  const clock = testClock();
  const ephemeral = memoryEphemeralStore(clock);
  let isFailing = false;
  const counters = Array.from({ length: processes }, () =>
    requestRefusals({
      append: async (event) => {
        if (isFailing) throw new Error('unavailable');
        events.push(event);
      },
      clock,
      intervalSeconds: 60,
      budget: refusalBudget({ ephemeral, clock, perDay }),
      maxKeys,
    }),
  );
  const [counter] = counters as [(typeof counters)[number]];
  const seen = () => events.splice(0).map((e) => [e.personal?.source ?? e.type, e.error, e.count]);
  return { counter, counters, clock, events, seen, ephemeral, fail: (on: boolean) => (isFailing = on) };
};

test('the first refusal is written at once, further ones are counted until the interval ends (decision D18)', async () => {
  const { counter, clock, seen } = setUp();
  for (let n = 0; n < 5; n += 1) await counter.note('192.0.2.1', 'invalid_client');
  await counter.note('198.51.100.2', 'invalid_client');
  await counter.note('192.0.2.1', 'invalid_request');
  expect(seen()).toEqual([
    ['192.0.2.1', 'invalid_client', 1],
    ['198.51.100.2', 'invalid_client', 1],
    ['192.0.2.1', 'invalid_request', 1],
  ]);
  await counter.flush();
  expect(seen()).toEqual([['192.0.2.0/24', 'invalid_client', 4]]);
  await counter.flush();
  expect(seen()).toEqual([]);
  clock.advance(60);
  await counter.note('192.0.2.1', 'invalid_client');
  clock.advance(60);
  await counter.note('192.0.2.1', 'invalid_client');
  expect(seen()).toHaveLength(2);
});

test('addresses of one site are counted together: an IPv4 /24, an IPv6 /48', async () => {
  const { counter, seen } = setUp();
  for (let n = 1; n < 200; n += 1) {
    await counter.note(`192.0.2.${n}`, 'invalid_client');
    await counter.note(`2001:db8:1:${n}::1`, 'invalid_client');
  }
  await counter.flush();
  expect(seen()).toEqual([
    ['192.0.2.1', 'invalid_client', 1],
    ['2001:db8:1:1::1', 'invalid_client', 1],
    ['192.0.2.0/24', 'invalid_client', 198],
    ['2001:db8:1::/48', 'invalid_client', 198],
  ]);
});

test('what goes on for a day has an event each time the gap has passed, which doubles up to an hour', async () => {
  const { counter, clock, events } = setUp({ perDay: 2400 });
  let refusals = 0;
  for (let minute = 0; minute < 24 * 60; minute += 1) {
    await counter.note('192.0.2.1', 'invalid_client');
    refusals += 1;
    clock.advance(60);
    await counter.flush();
  }
  await counter.flush({ all: true });
  expect(events.length).toBeLessThanOrEqual(64);
  expect(events.reduce((sum, { count = 0 }) => sum + count, 0)).toBe(refusals);
});

test.each([1, 3])(
  'over a day of %i processes there are no more events than the budget, and the rest is a number',
  async (processes) => {
    const perDay = 480;
    const { counters, clock, events } = setUp({ perDay, processes });
    let refusals = 0;
    for (let step = 0; step < 24 * 60; step += 1) {
      for (const [at, counter] of counters.entries()) {
        for (let n = 0; n < 8; n += 1) {
          await counter.note(`2001:db8:${((step * 8 + n) % 65_536).toString(16)}::${at}`, `reason-${n}`);
          refusals += 1;
        }
      }
      clock.advance(60);
      for (const counter of counters) await counter.flush();
    }
    expect(events.length).toBeLessThanOrEqual(perDay);
    clock.advance(HOUR);
    for (const counter of counters) await counter.flush({ all: true });
    const leftOut = events.filter(({ type }) => type === 'refusals.left_out');
    expect(leftOut.length).toBeGreaterThanOrEqual(24);
    expect(leftOut[0]?.inputs).toMatchObject({ kind: 'requests' });
    expect(events.reduce((sum, { count = 0 }) => sum + count, 0)).toBe(refusals);
  },
);

test('groups beyond the bound are counted together, and a set of reasons that has no end cannot make it grow', async () => {
  const { counter, clock, seen, events } = setUp({ maxKeys: 10 });
  for (let n = 0; n < 500; n += 1) await counter.note(`192.0.${n % 256}.1`, `reason-${n}`);
  expect(seen()).toHaveLength(10);
  clock.advance(HOUR);
  await counter.flush();
  expect(events).toMatchObject([{ type: 'refusals.left_out', count: 490 }]);
  const reasons = (events[0]?.inputs?.['reasons'] ?? {}) as Readonly<Record<string, number>>;
  expect(Object.keys(reasons)).toHaveLength(17);
  expect(reasons['other']).toBe(490 - 16);
});

test('what could not be written is not lost: it stays counted', async () => {
  const { counter, seen, fail } = setUp();
  fail(true);
  await expect(counter.note('192.0.2.1', 'invalid_client')).rejects.toThrow('unavailable');
  await expect(counter.flush()).rejects.toThrow('unavailable');
  fail(false);
  await counter.flush();
  expect(seen()).toEqual([['192.0.2.1', 'invalid_client', 1]].map(([, ...rest]) => ['192.0.2.0/24', ...rest]));
});

test('while the remaining budget is unknown, nothing is written and all of it is counted', async () => {
  const { counter, clock, events, ephemeral } = setUp({ perDay: 2400 });
  await ephemeral.close();
  for (let n = 0; n < 5; n += 1) await counter.note('192.0.2.1', 'invalid_client');
  expect(events).toEqual([]);
  clock.advance(HOUR);
  await counter.flush();
  expect(events).toEqual([]);
});
