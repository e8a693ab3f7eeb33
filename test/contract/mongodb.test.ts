import { afterAll, describe, expect, test } from '@jest/globals';
import { MongoClient } from 'mongodb';
import type { MongodbOptions } from '../../adapters/mongodb/connection.ts';
import { mongodbDocumentStore } from '../../adapters/mongodb/document-store.ts';
import { isStoreUnavailable } from '../../src/domain/ports/document-store.ts';
import { faultProxy } from '../support/fault-proxy.ts';
import { freePort } from '../support/free-port.ts';
import { lossyProxy } from '../support/lossy-proxy.ts';
import { startMongodb } from '../support/mongodb-server.ts';
import { until } from '../support/until.ts';
import { describeArchiveRemoval } from './archive-removal.contract.ts';
import { describeDirectories } from './directories.contract.ts';
import { describeDocumentStore } from './document-store.contract.ts';
import { ITEMS, type Item, ids } from './items.ts';
import { describeNotifications } from './notifications.contract.ts';
import { describeReports } from './reports.contract.ts';
import { describeStatusIndexes } from './status-indexes.contract.ts';
import { describeTransparencyLog } from './transparency-log.contract.ts';

// Before any test: without a server this file fails as a whole and says what to install.
const server = await startMongodb();
const { isStandalone, kind } = server;
const opened = new Set<{ close(): Promise<void> }>();
afterAll(async () => {
  await Promise.all([...opened].map((each) => each.close()));
  await server.remove();
});

let databases = 0;
const newUrl = () => server.url(`t${++databases}`);
const open = async (url = newUrl(), more: Partial<MongodbOptions> = {}) => {
  const store = await mongodbDocumentStore({ url, allowStandalone: isStandalone, ...more });
  opened.add(store);
  return store;
};
const raw = async <T>(url: string, work: (client: MongoClient) => Promise<T>): Promise<T> => {
  const client = new MongoClient(url);
  try {
    return await work(client);
  } finally {
    await client.close();
  }
};
const failure = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (thrown: unknown) => thrown as Error,
  );

describeDocumentStore(`mongodb (${kind})`, () => open(newUrl(), { deadlineMilliseconds: 10_000 }), {
  keepsOrder: false,
  ordersByUnit: kind === 'stand-in',
});

describeNotifications(`mongodb (${kind})`, () => open(newUrl(), { deadlineMilliseconds: 10_000 }));

describeDirectories(`mongodb (${kind})`, () => open(newUrl(), { deadlineMilliseconds: 10_000 }));
describeReports(`mongodb (${kind})`, () => open(newUrl(), { deadlineMilliseconds: 10_000 }));

describeStatusIndexes(`mongodb (${kind})`, () => open(newUrl(), { deadlineMilliseconds: 10_000 }));
describeTransparencyLog(`mongodb (${kind})`, () => open(newUrl(), { deadlineMilliseconds: 10_000 }));
describeArchiveRemoval(`mongodb (${kind})`, () => open(newUrl(), { deadlineMilliseconds: 10_000 }));

describe('FT-03 what start refuses', () => {
  test.each([
    ['w=1', 'w=majority'],
    ['w=0', 'w=majority'],
    ['journal=false', 'use true'],
    ['readPreference=secondaryPreferred', 'revoked'],
    ['readConcernLevel=local', 'rolled back'],
    ['retryWrites=false', 'use true'],
  ])('a URL with %s', async (parameter, said) => {
    const url = newUrl();
    const error = await failure(open(`${url}${url.includes('?') ? '&' : '?'}${parameter}`));
    expect(isStoreUnavailable(error)).toBe(true);
    expect(error?.message).toContain(said);
  });

  test('a server that is not there, within seconds and without its password', async () => {
    const error = await failure(
      open(`mongodb://user:secret@127.0.0.1:${await freePort()}/x`, { deadlineMilliseconds: 200 }),
    );
    expect(isStoreUnavailable(error)).toBe(true);
    expect(`${error?.message} ${String(error?.cause)}`).not.toContain('secret');
  });

  test('no server that answers late at first', async () => {
    const url = newUrl();
    const proxy = await faultProxy(Number(/:(\d+)\//.exec(url)?.[1]));
    proxy.silent(true);
    const direct = `${url.includes('?') ? '&' : '?'}directConnection=true`;
    const late = open(`${url.replace(/:\d+\//, `:${proxy.port}/`)}${direct}`, { deadlineMilliseconds: 800 });
    const failed = failure(late);
    try {
      await until(() => proxy.messages() >= 2, { what: 'a second question' });
      proxy.silent(false);
      expect(await failed).toBeUndefined();
      await (await late).close();
    } finally {
      await proxy.close();
    }
  });

  const onlyStandalone = isStandalone ? test : test.skip;
  onlyStandalone('a standalone server, unless that is allowed', async () => {
    const error = await failure(open(newUrl(), { allowStandalone: false }));
    expect(isStoreUnavailable(error)).toBe(true);
    expect(error?.message).toContain('stores.allowStandalone');
  });

  test.each([
    ['in which collections had other names', 1, 'before collections and ids got the names they have'],
    ['whose nodes announce changes in another way', 2, 'move the data to an empty database with `behalf export`'],
    ['that is newer', 99, 'newer version'],
  ])('a database of a format %s', async (_, version, reason) => {
    const url = newUrl();
    await open(url);
    await raw(url, (client) =>
      client.db().collection<{ _id: string }>('behalf_format').updateOne({ _id: 'format' }, { $set: { version } }),
    );
    const error = await failure(open(url));
    expect(isStoreUnavailable(error)).toBe(true);
    expect(error?.message).toContain(reason);
  });
});

describe('indexes', () => {
  test('are made and verified; one of the name that is another is refused', async () => {
    const url = newUrl();
    const store = await open(url);
    store.collection<Item>(ITEMS);
    await store.ready();
    await raw(url, async (client) => {
      const held = await client.db().collection('items').listIndexes().toArray();
      expect(held.map((index) => [index['name'], index['unique'] ?? false])).toEqual(
        expect.arrayContaining([
          ['owner', false],
          ['slot_unique', true],
          ['owner_sequence_unique', true],
          ['expiresAt', false],
        ]),
      );
      await client.db().collection('others').createIndex({ 'fields.slot': 1 }, { name: 'slot_unique' });
    });
    store.collection<Item>({ name: 'others', indexes: [{ fields: ['slot'], unique: true }] });
    const error = await failure(store.ready());
    expect(isStoreUnavailable(error)).toBe(true);
    expect(error?.message).toContain('indexes');
  });

  test('FT-08 one declared later finds earlier documents, also those of a list', async () => {
    const url = newUrl();
    const before = await open(url);
    const document = { id: 'a', owner: 'o1', approvers: ['p1', 'p2', 'p1'] };
    for (const name of ['items', 'listed']) await before.collection({ name, indexes: [] }).insert(document);
    const after = await open(url);
    expect(ids(await after.collection<Item>(ITEMS).find({ where: { owner: 'o1' } }))).toEqual(['a']);
    const listed = after.collection({ name: 'listed', indexes: [{ fields: ['approvers'] }], lists: ['approvers'] });
    expect(ids(await listed.find({ where: { approvers: 'p2' } }))).toEqual(['a']);
  });
});

describe('what stands in the database', () => {
  test('IN-02 names with $ and dots are text there, and are given back as they were', async () => {
    const url = newUrl();
    const items = (await open(url)).collection<Item>(ITEMS);
    const document = {
      id: 'a',
      owner: '$gt',
      body: { $where: '1', 'a.b': { $ne: 1 }, '': 0 },
      $set: { x: 1 },
      'c.d': 's',
    };
    await items.insert(document);
    expect((await items.get('a'))?.document).toEqual(document);
    expect(ids(await items.find({ where: { owner: '$gt' } }))).toEqual(['a']);
    const stored = await raw(url, (client) => client.db().collection('items').findOne({}));
    const names = (value: object): string[] =>
      Object.entries(value).flatMap(([name, held]) =>
        held !== null && typeof held === 'object' ? [name, ...names(held)] : [name],
      );
    expect(names(stored ?? {}).filter((name) => /[$.]|^$/.test(name))).toEqual([]);
  });
});

const ours = server.kill === undefined ? test.skip : test;

/** The same store through a proxy, on one connection to one server. */
const openThroughProxy = async () => {
  const url = newUrl();
  const proxy = await lossyProxy(Number(/:(\d+)\//.exec(url)?.[1]));
  const direct = kind === 'real' ? '&directConnection=true' : '';
  const store = await open(`${url.replace(/:\d+\//, `:${proxy.port}/`)}${direct}`, { deadlineMilliseconds: 5000 });
  const items = store.collection<Item>(ITEMS);
  await store.ready();
  return { proxy, store, items };
};

ours('FT-03 every write asks for a majority and the journal, every read for what a majority has', async () => {
  const { proxy, store, items } = await openThroughProxy();
  const asked = async (work: () => Promise<unknown>): Promise<string> => {
    const before = proxy.asked().length;
    await work();
    return proxy.asked().slice(before);
  };
  // As BSON: strings with their length in front, and j as a boolean.
  const majority = '\0\x09\0\0\0majority\0';
  const writes = [
    () => items.insert({ id: 'a' }),
    () => items.insertMany([{ id: 'b' }, { id: 'c' }]),
    () => items.replace({ id: 'a', owner: 'o' }, 1),
    () => items.take('a'),
  ];
  for (const write of writes) {
    const text = await asked(write);
    expect(text).toContain(`w${majority}`);
    expect(text).toContain('\x08j\0\x01');
  }
  for (const read of [() => items.get('b'), () => items.getMany(['b']), () => items.find({})]) {
    expect(await asked(read)).toContain(`level${majority}`);
  }
  await store.close();
  await proxy.close();
});

describe('FT-02 a MongoDB that fails while in use', () => {
  ours('paused: every method is unavailable within its deadline, and works again afterwards', async () => {
    const store = await open(newUrl(), { deadlineMilliseconds: 400 });
    const items = store.collection<Item>(ITEMS);
    await store.ready();
    await items.insert({ id: 'a', owner: 'o1' });
    server.pause?.();
    try {
      const begin = performance.now();
      const errors = await Promise.all(
        [
          () => items.insert({ id: 'b' }),
          () => items.insertMany([{ id: 'c' }, { id: 'd' }]),
          () => items.get('a'),
          () => items.getMany(['a']),
          () => items.replace({ id: 'a', owner: 'o2' }, 1),
          () => items.take('a'),
          () => items.find({}),
        ].map((attempt) => failure(attempt())),
      );
      expect(errors.map(isStoreUnavailable)).toEqual(errors.map(() => true));
      // The call, then the look whether it happened.
      expect(performance.now() - begin).toBeLessThan(2500);
      expect(await store.check()).toMatch(/did not answer|reach|failed/);
    } finally {
      server.resume?.();
    }
    while (isStoreUnavailable(await failure(items.get('a')))) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await store.check()).toBeUndefined();
  });

  ours('a write whose answer was lost is found out by reading; a take cannot be', async () => {
    const { proxy, store, items } = await openThroughProxy();
    proxy.loseAnswerTo('insert');
    await items.insert({ id: 'a', owner: 'o1' });
    proxy.loseAnswerTo('insert');
    await items.insertMany([{ id: 'b' }, { id: 'c' }]);
    proxy.loseAnswerTo('update');
    expect(await items.replace({ id: 'a', owner: 'o2' }, 1)).toBe(true);
    expect(proxy.lost()).toBe(3);
    expect(await items.get('a')).toEqual({ document: { id: 'a', owner: 'o2' }, version: 2 });
    expect(ids(await items.getMany(['a', 'b', 'c']))).toEqual(['a', 'b', 'c']);
    proxy.loseAnswerTo('findAndModify');
    const taken = await failure(items.take('b'));
    // A replica set knows the write when it is repeated, and gives the document after all.
    expect(isStoreUnavailable(taken)).toBe(isStandalone);
    expect(await items.get('b')).toBeUndefined();
    proxy.loseAnswerTo('insert');
    expect(await failure(items.insert({ id: 'a' }))).toMatchObject({
      code: isStandalone ? 'store_unavailable' : 'document_conflict',
    });
    await store.close();
    await proxy.close();
  });
});

/** What only MongoDB itself can show; by name where it could not run (decision D25). */
const real = kind === 'real' ? test : test.skip;

describe('on a real MongoDB', () => {
  real('OT-12 the TTL index expires an hour later than our own sweeper', async () => {
    const url = newUrl();
    const store = await open(url);
    store.collection<Item>(ITEMS);
    await store.ready();
    const held = await raw(url, (client) => client.db().collection('items').listIndexes().toArray());
    expect(held).toContainEqual(expect.objectContaining({ key: { endsAt: 1 }, expireAfterSeconds: 3600 }));
  });

  real('FT-05 what was written is read at once, however far a secondary lags', async () => {
    const items = (await open(newUrl(), { deadlineMilliseconds: 5000 })).collection<Item>(ITEMS);
    await items.insert({ id: 'a', sequence: 0 });
    for (let sequence = 1; sequence <= 300; sequence += 1) {
      expect(await items.replace({ id: 'a', sequence }, sequence)).toBe(true);
      expect((await items.get('a'))?.document.sequence).toBe(sequence);
      expect(await items.find({ range: { field: 'sequence', gte: sequence } })).toHaveLength(1);
    }
  });

  real('FT-02 writes under a step-down have exactly one effect each, or are unknown', async () => {
    const url = newUrl();
    const store = await open(url, { deadlineMilliseconds: 5000 });
    const items = store.collection<Item>(ITEMS);
    await store.ready();
    await items.insert({ id: 'counter', sequence: 0 });
    let done = 0;
    let unknown = 0;
    const steppingDown = raw(url, (client) =>
      client
        .db('admin')
        .command({ replSetStepDown: 2, force: true })
        .catch(() => undefined),
    );
    const end = performance.now() + 8_000;
    while (performance.now() < end) {
      try {
        const found = await items.get('counter');
        const sequence = (found?.document.sequence ?? 0) + 1;
        if (await items.replace({ id: 'counter', sequence }, found?.version ?? 0)) done += 1;
      } catch (error) {
        if (!isStoreUnavailable(error)) throw error;
        unknown += 1;
      }
    }
    await steppingDown;
    const last = await items.get('counter');
    expect(last?.document.sequence).toBe((last?.version ?? 0) - 1);
    expect(last?.document.sequence).toBeGreaterThanOrEqual(done);
    expect(last?.document.sequence).toBeLessThanOrEqual(done + unknown);
  });
});
