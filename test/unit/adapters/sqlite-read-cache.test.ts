import { DatabaseSync } from 'node:sqlite';
import { expect, test } from '@jest/globals';
import { openSqlite, type SqliteOptions } from '../../../adapters/sqlite/database.ts';
import { sqliteDocumentStore } from '../../../adapters/sqlite/document-store.ts';
import { temporaryFiles } from './temporary-files.ts';

type Item = { readonly id: string; readonly owner: string; readonly count?: number };

const path = temporaryFiles();

const open = (file: string, options: Partial<SqliteOptions> = {}) => {
  const store = sqliteDocumentStore(openSqlite({ file: path(file), ...options }));
  return { store, items: store.collection<Item>({ name: 'items', indexes: [{ fields: ['owner'], unique: true }] }) };
};

test('what was read before is read anew once another process has written, whichever way it is asked for', async () => {
  const one = open('fresh.db');
  const other = open('fresh.db');
  const read = async () => {
    const [found] = await one.items.find({ where: { owner: 'o' }, limit: 1 });
    const [many] = await one.items.getMany(['a']);
    return [(await one.items.get('a'))?.version, found?.version, many?.version];
  };
  expect(await read()).toEqual([undefined, undefined, undefined]);
  await other.items.insert({ id: 'a', owner: 'o' });
  expect(await read()).toEqual([1, 1, 1]);
  await other.items.replace({ id: 'a', owner: 'o', count: 2 }, 1);
  expect(await read()).toEqual([2, 2, 2]);
  // A write of one's own in between must not hide that of the other.
  await other.items.replace({ id: 'a', owner: 'o', count: 3 }, 2);
  await one.items.insert({ id: 'b', owner: 'p' });
  expect(await read()).toEqual([3, 3, 3]);
  await other.items.take('a');
  expect(await read()).toEqual([undefined, undefined, undefined]);
  await one.store.close();
  await other.store.close();
});

test('lists are answered again until the collection changes, each query for itself', async () => {
  const declaration = {
    name: 'listed',
    indexes: [{ fields: ['owner', 'count'] }, { fields: ['count'] }],
  } as const;
  const [one, other] = [open('listed.db'), open('listed.db')].map(({ store }) => ({
    store,
    items: store.collection<Item>(declaration),
  }));
  if (!one || !other) throw new Error('two stores');
  const idsOf = async (query: Parameters<typeof one.items.find>[0]) =>
    (await one.items.find(query)).map(({ document }) => document.id).join();
  const ascending = { where: { owner: 'o' }, order: { by: 'count', direction: 'ascending' } } as const;
  const descending = { where: { owner: 'o' }, order: { by: 'count', direction: 'descending' } } as const;
  const all = async () => [
    await idsOf(ascending),
    await idsOf(descending),
    await idsOf({ ...ascending, limit: 1 }),
    await idsOf({ ...ascending, after: { value: 1, id: 'a' } }),
    await idsOf({ ...ascending, range: { field: 'count', gte: 2 } }),
    await idsOf({ where: { owner: 'p' } }),
    await idsOf({ where: { count: 2 } }),
  ];
  for (const [at, id] of ['a', 'b', 'c'].entries()) await one.items.insert({ id, owner: 'o', count: at + 1 });
  const before = ['a,b,c', 'c,b,a', 'a', 'b,c', 'b,c', '', 'b'];
  expect([await all(), await all()]).toEqual([before, before]);
  const [first, again] = [await one.items.find(ascending), await one.items.find(ascending)];
  expect(again).toBe(first);
  expect(Object.isFrozen(first[0]?.document)).toBe(true);
  await other.items.replace({ id: 'b', owner: 'p', count: 2 }, 1);
  expect(await all()).toEqual(['a,c', 'c,a', 'a', 'c', 'c', 'b', 'b']);
  await one.items.take('a');
  expect(await all()).toEqual(['c', 'c', 'c', 'c', 'c', 'b', 'b']);
  await other.items.take('c');
  await one.items.insert({ id: 'd', owner: 'p', count: 2 });
  expect(await all()).toEqual(['', '', '', '', '', 'b,d', 'b,d']);
  await expect(one.items.find({ where: { owner: undefined as never } })).rejects.toThrow(TypeError);
  await one.store.close();
  await other.store.close();
});

test('a collection that is read seldom is read anew each time, and counts no changes', async () => {
  const declaration = { name: 'seldom', indexes: [{ fields: ['owner'], unique: true }], isReadSeldom: true } as const;
  const [one, other] = [open('seldom.db'), open('seldom.db')].map(({ store }) => ({
    store,
    items: store.collection<Item>(declaration),
  }));
  if (!one || !other) throw new Error('two stores');
  const read = async () => [
    (await one.items.get('a'))?.document.count,
    (await one.items.find({ where: { owner: 'o' }, limit: 1 }))[0]?.document.count,
    (await one.items.getMany(['a']))[0]?.document.count,
  ];
  await one.items.insert({ id: 'a', owner: 'o', count: 1 });
  expect(await read()).toEqual([1, 1, 1]);
  expect(await one.items.get('a')).not.toBe(await one.items.get('a'));
  await other.items.replace({ id: 'a', owner: 'o', count: 2 }, 1);
  expect(await read()).toEqual([2, 2, 2]);
  await one.items.take('a');
  expect(await read()).toEqual([undefined, undefined, undefined]);
  await one.store.close();
  await other.store.close();
  const file = new DatabaseSync(path('seldom.db'));
  expect(file.prepare("SELECT DISTINCT tbl_name AS name FROM sqlite_schema WHERE type = 'trigger'").all()).toEqual([
    expect.objectContaining({ name: 'c_items' }),
  ]);
  file.close();
});

test('what another process writes elsewhere leaves what is remembered of a collection', async () => {
  const one = open('elsewhere.db');
  const other = open('elsewhere.db');
  await one.items.insert({ id: 'a', owner: 'o' });
  const find = async () => (await one.items.find({ where: { owner: 'o' }, limit: 1 }))[0];
  // Remembered is the very object that was read before.
  const [first, found] = [await one.items.get('a'), await find()];
  for (let turn = 0; turn < 3; turn += 1) {
    await other.store.collection<Item>({ name: 'others', indexes: [] }).insert({ id: `b${turn}`, owner: 'p' });
    expect(await one.items.get('a')).toBe(first);
    expect(await find()).toBe(found);
  }
  await other.items.insert({ id: 'b', owner: 'p' });
  expect(await one.items.get('a')).not.toBe(first);
  expect(await one.items.get('a')).toEqual(first);
  await one.store.close();
  await other.store.close();
});

test('a change that an operator makes in the file by hand is read, also in a file from before such changes were counted', async () => {
  const before = open('by-hand.db');
  await before.items.insert({ id: 'a', owner: 'o' });
  await before.store.close();
  const hand = new DatabaseSync(path('by-hand.db'));
  for (const change of ['INSERT', 'UPDATE', 'DELETE']) hand.exec(`DROP TRIGGER "t_items_${change}"`);
  hand.exec('DROP TABLE changes');

  const { store, items } = open('by-hand.db');
  const change = async (sql: string): Promise<void> => {
    hand.exec(sql);
    // What stood when a callback began is good until it has ended.
    await new Promise((resolve) => setImmediate(resolve));
  };
  expect((await items.get('a'))?.document.owner).toBe('o');
  await change(`UPDATE c_items SET body = json_set(body, '$.owner', 'p')`);
  expect((await items.get('a'))?.document.owner).toBe('p');
  expect(await items.get('c')).toBeUndefined();
  await change(`INSERT INTO c_items (id, version, body, f_owner) VALUES ('c', 1, '{"id":"c","owner":"r"}', 'r')`);
  expect((await items.get('c'))?.document.owner).toBe('r');
  await change('DELETE FROM c_items');
  expect(await items.get('a')).toBeUndefined();
  // Without its triggers no reader would notice a change: as soon as the count is gone, nothing is cached any more.
  await change('DELETE FROM changes');
  await change(`INSERT INTO c_items (id, version, body, f_owner) VALUES ('d', 1, '{"id":"d","owner":"s"}', 's')`);
  expect((await items.get('d'))?.document.owner).toBe('s');
  hand.close();
  await store.close();
});

test('a commit that fails is not seen by a read after it', async () => {
  let isBroken = false;
  const { store, items } = open('undone.db', {
    onCommit: () => {
      if (isBroken) throw new Error('no commit');
    },
  });
  await items.insert({ id: 'a', owner: 'o' });
  await items.get('a');
  isBroken = true;
  await expect(items.replace({ id: 'a', owner: 'p' }, 1)).rejects.toMatchObject({ code: 'store_unavailable' });
  expect((await items.get('a'))?.document).toEqual({ id: 'a', owner: 'o' });
  await store.close();
});

test('more documents than are remembered are all read, and large ones too', async () => {
  const { store, items } = open('many.db');
  const ids = Array.from({ length: 2100 }, (_, index) => `i${index}`);
  const large = 'x'.repeat(10_000);
  await items.insertMany(ids.map((id) => ({ id, owner: `${id} ${large.slice(0, id === 'i7' ? 10_000 : 1)}` })));
  for (const id of [...ids, ...ids.slice(0, 10)]) expect((await items.get(id))?.document.id).toBe(id);
  await store.close();
});
