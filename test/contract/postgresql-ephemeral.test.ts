import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { postgresqlEphemeralStore } from '../../adapters/postgresql/ephemeral-store.ts';
import { isStoreUnavailable } from '../../src/domain/ports/document-store.ts';
import { lossyProxy } from '../support/lossy-proxy.ts';
import { startPostgresql } from '../support/postgresql-server.ts';
import { controlledClock } from './controlled-clock.ts';
import { describeEphemeralStore } from './ephemeral-store.contract.ts';

// Before any test: without a server this file fails as a whole and says what to install.
const server = await startPostgresql();
const opened = new Set<{ close(): Promise<void> }>();
afterEach(async () => {
  await Promise.all([...opened].map((each) => each.close()));
  opened.clear();
});
afterAll(() => server.remove());

let schemas = 0;
const newUrl = () => server.url(`t${++schemas}`);
const open = async (clock: { nowMillis(): number }, url = newUrl(), deadlineMilliseconds = 20_000) => {
  const store = await postgresqlEphemeralStore({ url, clock, deadlineMilliseconds });
  opened.add(store);
  return store;
};
const isUnavailable = (work: Promise<unknown>) =>
  work.then(
    () => false,
    (error: unknown) => isStoreUnavailable(error),
  );

describeEphemeralStore('postgresql', (clock) => open(clock));

describe('several nodes', () => {
  test('that start at once share claims, values and counters', async () => {
    const [clock, url] = [controlledClock(), newUrl()];
    const nodes = await Promise.all(Array.from({ length: 3 }, () => open(clock, url)));
    const claimed = await Promise.all(nodes.map((node) => node.claim('jti', 60)));
    expect(claimed.filter(Boolean)).toHaveLength(1);
    await nodes[0]?.set('k', 'v', 60);
    const taken = await Promise.all(nodes.map((node) => node.take('k')));
    expect(taken.filter((value) => value !== undefined)).toEqual(['v']);
    const counted = await Promise.all(nodes.map((node) => node.count('c', 60)));
    expect([...counted].sort()).toEqual([1, 2, 3]);
  });

  test('that sweep at once remove each value once, and none that lives', async () => {
    const [clock, url] = [controlledClock(), newUrl()];
    const nodes = await Promise.all(Array.from({ length: 3 }, () => open(clock, url)));
    await Promise.all(Array.from({ length: 30 }, (_, at) => nodes[0]?.set(`k${at}`, 'v', at < 20 ? 1 : 60)));
    clock.advance(1000);
    const slices = await Promise.all(nodes.map((node) => node.sweep(1000)));
    expect(slices.reduce((sum, { removed }) => sum + removed, 0)).toBe(20);
    expect(await nodes[0]?.get('k25')).toBe('v');
  });
});

describe('FT-04 a server that fails', () => {
  test('killed: every method is unavailable, and no claim is forgotten', async () => {
    const store = await open(controlledClock(), newUrl(), 2000);
    expect(await store.claim('jti', 60)).toBe(true);
    await server.kill();
    const attempts = [
      store.set('k', 'v', 1),
      store.get('k'),
      store.take('k'),
      store.claim('jti', 1),
      store.count('k', 1),
      store.sweep(1),
      store.countExpired(1),
    ];
    expect(await Promise.all(attempts.map(isUnavailable))).toEqual(attempts.map(() => true));
    expect(await store.check()).toMatch(/not in reach|failed/);
    await server.restart();
    expect(await store.claim('jti', 60)).toBe(false);
    expect(await store.check()).toBeUndefined();
  });

  test('a claim whose answer is lost is unavailable, and used up', async () => {
    const proxy = await lossyProxy(server.port);
    const store = await open(controlledClock(), newUrl().replace(String(server.port), String(proxy.port)));
    proxy.loseAnswerTo('jti-lost');
    expect(await isUnavailable(store.claim('jti-lost', 60))).toBe(true);
    expect(proxy.lost()).toBe(1);
    expect(await store.claim('jti-lost', 60)).toBe(false);
    await store.close();
    await proxy.close();
  });
});
