import { expect, test } from '@jest/globals';
import {
  BY_CLIENT,
  BY_DOMAIN,
  type OpenGroups,
  openRequests,
} from '../../../src/domain/platform/rate-limits/open-requests.ts';

const TTL = 60;

const world = ({ perNetwork = 8, total = 100, groups = undefined as OpenGroups | undefined } = {}) => {
  let most = total;
  let now = 1000;
  const live = new Map<string, string>();
  let evicted = 0;
  const budget = openRequests({
    clock: { now: () => now, nowMillis: () => now * 1000 },
    perNetwork,
    total: () => most,
    ...(groups ? { groups } : {}),
    onEvicted: (count) => {
      evicted += count;
    },
  });
  let made = 0;
  return {
    budget,
    wait: (seconds: number): void => {
      now += seconds;
    },
    /** Answers the key. */
    add(source: string, bytes = 100): string {
      made += 1;
      const key = `k${made}`;
      for (const gone of budget.admit([key], source, bytes, TTL)) live.delete(gone);
      live.set(key, source);
      return key;
    },
    live,
    setTotal: (to: number): void => {
      most = to;
    },
    of: (source: string): number => [...live.values()].filter((one) => one === source).length,
    evicted: () => evicted,
  };
};

test('RL-01 a network beyond its budget gives up its own oldest', () => {
  const { add, live, of, evicted } = world({ perNetwork: 3 });
  const keys = Array.from({ length: 5 }, () => add('192.0.2.1'));
  const other = add('198.51.100.1');
  expect([...live.keys()]).toEqual([...keys.slice(2), other]);
  expect([of('192.0.2.1'), of('198.51.100.1'), evicted()]).toEqual([3, 1, 2]);
});

test('RL-01 when all are full, a small network takes from a large one, and a large one from itself', () => {
  const { add, of, budget } = world({ perNetwork: 60, total: 100 });
  for (let index = 0; index < 60; index += 1) add('10.0.0.1');
  for (let index = 0; index < 40; index += 1) add('10.1.0.1');
  const honest = Array.from({ length: 5 }, (_, index) => `203.0.${index}.1`);
  for (const source of honest) add(source);
  expect([of('10.0.0.1'), of('10.1.0.1'), budget.held()]).toEqual([55, 40, 100]);
  for (let index = 0; index < 500; index += 1) add(index % 2 === 0 ? '10.0.0.1' : '10.1.0.1');
  expect(honest.map(of)).toEqual([1, 1, 1, 1, 1]);
  expect(budget.held()).toBe(100);
});

test('RL-01 of 1,000 networks that flood none takes what an honest one has', () => {
  const { add, of, budget } = world({ perNetwork: 256, total: 4096 });
  const honest = Array.from({ length: 50 }, (_, index) => `203.0.${index}.1`);
  for (const source of honest) add(source);
  for (let round = 0; round < 8; round += 1) {
    for (let index = 0; index < 1000; index += 1) add(`10.${index >> 8}.${index & 255}.1`);
  }
  expect(honest.every((source) => of(source) === 1)).toBe(true);
  expect(budget.held()).toBe(4096);
});

test('RL-03 many networks of one site have no more than four', () => {
  const { add, live } = world({ perNetwork: 4, total: 1000 });
  const neighbour = add('2001:db8:1:ffff::1');
  for (let index = 0; index < 200; index += 1) add(`2001:db8:1:${index.toString(16)}::1`);
  // Those that hold most go first, the oldest of equals.
  expect(live.size).toBe(16);
  expect(live.has(neighbour)).toBe(false);
  add('2001:db8:2::1');
  expect(live.size).toBe(17);
});

test('within a site the network that holds most gives up', () => {
  const { add, of } = world({ perNetwork: 8, total: 1000 });
  add('192.0.2.200');
  for (let host = 1; host <= 10; host += 1) for (let index = 0; index < 8; index += 1) add(`192.0.2.${host}`);
  expect(of('192.0.2.200')).toBe(1);
});

test('a large record counts as several, and one that is larger than the budget makes all others go', () => {
  const { add, of, budget } = world({ perNetwork: 8 });
  add('192.0.2.1', 4096);
  add('192.0.2.1', 4097);
  expect(budget.held()).toBe(3);
  for (let index = 0; index < 5; index += 1) add('192.0.2.1', 16_000);
  expect([of('192.0.2.1'), budget.held()]).toEqual([2, 8]);
  add('192.0.2.1', 100_000);
  expect(of('192.0.2.1')).toBe(1);
});

test('what ended or was given back no longer counts; the same key counts once', () => {
  const { add, budget, wait, evicted } = world({ perNetwork: 3 });
  const [first = ''] = [add('192.0.2.1'), add('192.0.2.1')];
  budget.release(first);
  budget.release(first);
  budget.admit(['k2'], '192.0.2.1', 100, TTL);
  expect(budget.held()).toBe(1);
  wait(TTL);
  for (let index = 0; index < 3; index += 1) add('192.0.2.1');
  expect([budget.held(), evicted()]).toEqual([3, 0]);
});

test('a record of several keys goes whole', () => {
  const { budget } = world({ perNetwork: 1 });
  budget.admit(['device', 'user'], '192.0.2.1', 100, TTL);
  expect(budget.admit(['other'], '192.0.2.1', 100, TTL)).toEqual(['device', 'user']);
});

test('0 switches it off', () => {
  const { add, live, budget } = world({ perNetwork: 0, total: 1 });
  for (let index = 0; index < 50; index += 1) add('192.0.2.1');
  expect([live.size, budget.held()]).toEqual([50, 0]);
});

test('by client: each gives up its own oldest, and when all are full the largest client does', () => {
  const { add, of, budget } = world({ perNetwork: 6, total: 10, groups: BY_CLIENT });
  for (let index = 0; index < 9; index += 1) add('app_a');
  for (let index = 0; index < 4; index += 1) add('app_b');
  expect([of('app_a'), of('app_b')]).toEqual([6, 4]);
  for (const client of ['app_c', 'app_d', 'app_e']) add(client);
  expect([of('app_a'), of('app_b')].toSorted()).toEqual([3, 4]);
  expect([of('app_c'), of('app_d'), of('app_e'), budget.held()]).toEqual([1, 1, 1, 10]);
  // In bytes too.
  add('app_c', 4 * 4096);
  expect(budget.held()).toBe(10);
});

test('by domain: hosts below one domain have four times what one host has', () => {
  const { add, live } = world({ perNetwork: 2, total: 100, groups: BY_DOMAIN });
  for (let index = 0; index < 20; index += 1) add(`https://h${index}.example.com/client.json`);
  for (let index = 0; index < 5; index += 1) add(`https://one.example.org/${index}.json`);
  const held = [...live.values()].map((url) => new URL(url).hostname);
  expect(held.filter((host) => host.endsWith('example.com'))).toHaveLength(2);
  expect(held.filter((host) => host.endsWith('example.org'))).toHaveLength(2);
});

test('a provider gives many hosts out, of which one with little keeps its place; domains below a public suffix share nothing', () => {
  const { add, live } = world({ perNetwork: 4, total: 1000, groups: BY_DOMAIN });
  const documentAt = (host: string): string => `https://${host}/client.json`;
  const honest = add(documentAt('app.github.io'));
  for (let index = 0; index < 20; index += 1) add(`https://bad${index % 4}.github.io/${index}.json`);
  expect(live.has(honest)).toBe(true);
  expect(live.size).toBe(16);
  for (let index = 0; index < 30; index += 1) add(`https://shop${index}.co.uk/client.json`);
  for (let index = 0; index < 30; index += 1) add(`https://127.0.0.${index + 1}/client.json`);
  expect(live.size).toBe(16 + 60);
});

test('when the total shrinks, the next one makes as many go as are too many', () => {
  const { add, budget, setTotal } = world({ perNetwork: 100, total: 50 });
  for (let index = 0; index < 50; index += 1) add(`10.0.${index}.1`);
  setTotal(25);
  add('10.1.0.1');
  expect(budget.held()).toBe(25);
});
