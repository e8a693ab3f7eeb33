/** What no start waits for is made ready after it: failures are logged and tried again, and a stop ends it. */
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { readyPolicies } from '../../src/compose/opening.ts';
import { newActivePolicy } from '../../src/domain/authority/policy/active-policy.ts';
import { ACTIVE, ACTIVE_POLICY, POLICY_SETS } from '../../src/domain/authority/policy/policy-set.ts';
import { loadLater } from '../../src/load-later.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** `failures`: how often each load fails before it succeeds. */
const loading = (failures: { policies: number; pages: number }) => {
  const calls: string[] = [];
  const logged: object[] = [];
  const load = (kind: 'policies' | 'pages') => async () => {
    calls.push(kind);
    failures[kind] -= 1;
    if (failures[kind] >= 0) throw new Error(`${kind} fail`);
  };
  const end = loadLater(
    { loadPolicies: load('policies'), loadPages: load('pages') },
    { error: ((line: object) => logged.push(line)) as never },
  );
  return { calls, logged, end };
};

test('policies and pages are loaded once each, in this order, without a line in the log', async () => {
  const { calls, logged } = loading({ policies: 0, pages: 0 });
  await jest.advanceTimersByTimeAsync(3_600_000);
  expect([calls, logged]).toEqual([['policies', 'pages'], []]);
});

test('a failure is logged, and tried again after one second, two, four, up to a minute, until it succeeds', async () => {
  const { calls, logged } = loading({ policies: 9, pages: 1 });
  const counted = () => calls.filter((kind) => kind === 'policies').length;
  await jest.advanceTimersByTimeAsync(100);
  expect([counted(), logged]).toEqual([1, [{ event: 'policy.not_ready', err: new Error('policies fail') }]]);
  for (const [seconds, count] of [
    [1, 2],
    [2, 3],
    [4, 4],
    [8 + 16 + 32, 7],
    [60, 8],
    [60, 9],
    [60, 10],
    [3600, 10],
  ] as const) {
    await jest.advanceTimersByTimeAsync(seconds * 1000);
    expect([seconds, counted()]).toEqual([seconds, count]);
  }
  expect(logged.filter((line) => (line as { event: string }).event === 'policy.not_ready')).toHaveLength(9);
  expect(logged).toContainEqual({ event: 'pages.not_ready', err: new Error('pages fail') });
});

test('after a stop nothing is loaded, and a failure under way is neither logged nor tried again', async () => {
  const early = loading({ policies: 0, pages: 0 });
  early.end();
  await jest.advanceTimersByTimeAsync(60_000);
  expect(early.calls).toEqual([]);

  const begun = Promise.withResolvers<void>();
  const logged: object[] = [];
  let calls = 0;
  const loadPolicies = () => {
    calls += 1;
    return begun.promise;
  };
  const end = loadLater(
    { loadPolicies, loadPages: async () => undefined },
    { error: ((line: object) => logged.push(line)) as never },
  );
  await jest.advanceTimersByTimeAsync(100);
  end();
  begun.reject(new Error('the store is closed'));
  await jest.advanceTimersByTimeAsync(60_000);
  expect([calls, logged]).toEqual([1, []]);
});

test('the active set is compiled also if the look for what it permits no user fails', async () => {
  const calls: string[] = [];
  const made = {
    policies: {
      gaps: async () => {
        calls.push('gaps');
        throw new Error('no gaps');
      },
    },
    activePolicy: { current: async () => void calls.push('current') },
    log: {},
  };
  await expect(readyPolicies(made as never, { policy: { enforcement: 'on' } } as never)).rejects.toThrow('no gaps');
  expect(calls).toEqual(['current', 'gaps']);
});

test('a set that becomes ready after the stop is freed, and serves no decision', async () => {
  const read = Promise.withResolvers<object>();
  let released = 0;
  const release = (): void => {
    released += 1;
  };
  const collections: Readonly<Record<string, unknown>> = {
    [ACTIVE_POLICY.name]: { get: async () => ({ document: { id: ACTIVE, set: 'pol_1', version: 1 } }) },
    [POLICY_SETS.name]: { get: () => read.promise },
  };
  const active = newActivePolicy({
    documents: { collection: ({ name }: { name: string }) => collections[name] } as never,
    engine: { compile: () => ({ release }) } as never,
  });
  const asked = active.current();
  active.release();
  read.resolve({ document: { text: '' } });
  await expect(asked).rejects.toMatchObject({ code: 'unavailable' });
  expect(released).toBe(1);
});
