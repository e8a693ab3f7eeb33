import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { postgresqlDocumentStore } from '../../adapters/postgresql/document-store.ts';
import { postgresqlEphemeralStore } from '../../adapters/postgresql/ephemeral-store.ts';
import { isStoreUnavailable } from '../../src/domain/ports/document-store.ts';
import { lossyProxy } from '../support/lossy-proxy.ts';
import { startPostgresql } from '../support/postgresql-server.ts';
import { until } from '../support/until.ts';
import { controlledClock } from './controlled-clock.ts';
import { describeEphemeralStore } from './ephemeral-store.contract.ts';
import { ITEMS } from './items.ts';

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
const open = async (
  clock: { nowMillis(): number },
  url = newUrl(),
  deadlineMilliseconds = 20_000,
  onLoss: (reason: string) => void = () => undefined,
) => {
  const store = await postgresqlEphemeralStore({ url, clock, deadlineMilliseconds, onLoss });
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

describe('claims that a server may have forgotten (decision D13)', () => {
  const second = (clock: { nowMillis(): number }) => Math.floor(clock.nowMillis() / 1000);

  test('none on a new schema, and after a restart of the server', async () => {
    const [clock, url] = [controlledClock(), newUrl()];
    const store = await open(clock, url);
    expect([await store.claim('jti', 60), store.coldSince()]).toEqual([true, undefined]);
    await server.kill();
    await server.restart();
    const later = await open(clock, url);
    expect([await later.claim('jti', 60), later.coldSince()]).toEqual([false, undefined]);
  });

  test('after a standby was promoted: every node is cold from its next claim on and says so, and the next start is cold too', async () => {
    const [clock, url] = [controlledClock(), newUrl()];
    const told: string[] = [];
    const named = (name: string) => open(clock, url, 20_000, (reason) => told.push(`${name}: ${reason}`));
    const nodes = await Promise.all([named('one'), named('other')]);
    for (const node of nodes) expect([await node.claim('jti', 60), node.coldSince()]).toContain(undefined);
    await server.kill();
    await server.write('standby.signal', '');
    await server.restart();
    await server.ask('SELECT pg_promote()');
    clock.advance(5000);
    const lostAt = second(clock);
    const claimed = async (node?: Pick<Awaited<ReturnType<typeof open>>, 'claim' | 'coldSince'>) => {
      await until(async () => (await node?.claim(crypto.randomUUID(), 60).catch(() => false)) === true);
      return node?.coldSince();
    };
    expect(await claimed(nodes[0])).toBe(lostAt);
    clock.advance(5000);
    expect(await claimed(nodes[1])).toBe(lostAt);
    for (const node of nodes) await claimed(node);
    const reason = 'PostgreSQL was promoted or restored, or what was used had been kept elsewhere before';
    expect(told).toEqual([`one: ${reason}`, `other: ${reason}`]);
    expect((await named('later')).coldSince()).toBe(lostAt);
    expect(told).toHaveLength(2);
  });

  test('after its table was restored from a dump, or dropped', async () => {
    const [clock, url] = [controlledClock(), newUrl()];
    const schema = `t${schemas}`;
    const store = await open(clock, url);
    await store.claim('jti', 60);
    const table = `${schema}.behalf_ephemeral`;
    await server.ask(
      `CREATE TABLE ${schema}.dump AS SELECT * FROM ${table}; DROP TABLE ${table};
       CREATE TABLE ${table} (key text COLLATE "C" PRIMARY KEY, value bytea, number bigint, ends_at bigint NOT NULL);
       INSERT INTO ${table} SELECT * FROM ${schema}.dump`,
    );
    clock.advance(5000);
    await store.claim('other', 60);
    expect(store.coldSince()).toBe(second(clock));
    await server.ask(`DROP TABLE ${table}`);
    clock.advance(5000);
    expect((await open(clock, url)).coldSince()).toBe(second(clock));
  });

  test('on a schema whose claims were elsewhere before', async () => {
    const [clock, url] = [controlledClock(), newUrl()];
    const documents = await postgresqlDocumentStore({ url, deadlineMilliseconds: 20_000 });
    opened.add(documents);
    expect((await open(clock, url)).coldSince()).toBeUndefined();
    documents.collection(ITEMS);
    await documents.ready();
    expect((await open(clock, url)).coldSince()).toBeUndefined();
    await server.ask(`DROP TABLE t${schemas}.behalf_ephemeral, t${schemas}.behalf_ephemeral_origin`);
    expect((await open(clock, url)).coldSince()).toBe(second(clock));
  });

  test('on a server that keeps its timeline from the user: claims work, and a table that was dropped is noticed', async () => {
    const clock = controlledClock();
    await server.ask(`CREATE ROLE kept LOGIN; CREATE SCHEMA t${++schemas} AUTHORIZATION kept;
      REVOKE EXECUTE ON FUNCTION pg_walfile_name(pg_lsn) FROM PUBLIC`);
    try {
      const url = server.url(`t${schemas}`).replace('//behalf@', '//kept@');
      const store = await open(clock, url);
      expect([await store.claim('jti', 60), store.coldSince()]).toEqual([true, undefined]);
      expect([await store.claim('jti', 60), (await open(clock, url)).coldSince()]).toEqual([false, undefined]);
      await server.ask(`DROP TABLE t${schemas}.behalf_ephemeral`);
      clock.advance(5000);
      expect((await open(clock, url)).coldSince()).toBe(second(clock));
    } finally {
      await server.ask('GRANT EXECUTE ON FUNCTION pg_walfile_name(pg_lsn) TO PUBLIC');
    }
  });

  test('a user without rights of its own on the server can claim', async () => {
    const clock = controlledClock();
    await server.ask(`CREATE ROLE plain LOGIN; CREATE SCHEMA t${++schemas} AUTHORIZATION plain`);
    const store = await open(clock, server.url(`t${schemas}`).replace('//behalf@', '//plain@'));
    expect([await store.claim('jti', 60), store.coldSince()]).toEqual([true, undefined]);
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
