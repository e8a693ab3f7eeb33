/**
 * What every adapter of a store port must keep. Each suite is called with a way to open a fresh
 * store and registers its tests; `memory.test.ts` and `sqlite.test.ts` call them.
 */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type Collection,
  type DocumentStore,
  everyDocument,
  isDocumentConflict,
  isStoreUnavailable,
  tryInsert,
  update,
  upsert,
} from '../../src/domain/ports/document-store.ts';
import { describeDocumentQueries } from './document-queries.contract.ts';
import { ITEMS, type Item, ids } from './items.ts';

const conflict = expect.objectContaining({ code: 'document_conflict' });

export type DocumentStoreTraits = {
  /** Calls of one caller take effect in their order, awaited or not. Not so where they go over several connections. */
  readonly keepsOrder?: boolean;
  /** A stand-in that orders text by UTF-16 unit, as no real server does. */
  readonly ordersByUnit?: boolean;
};

export const describeDocumentStore = (
  name: string,
  open: () => Promise<DocumentStore> | DocumentStore,
  { keepsOrder = true, ordersByUnit = false }: DocumentStoreTraits = {},
): void => {
  describe(`document store: ${name}`, () => {
    let store: DocumentStore;
    let items: Collection<Item>;

    beforeEach(async () => {
      store = await open();
      items = store.collection<Item>(ITEMS);
    });
    afterEach(() => store.close());

    const insertAll = (documents: readonly Item[]) => Promise.all(documents.map((each) => items.insert(each)));

    describe('one document', () => {
      test('is stored at version 1, replaced at the expected version only, and taken once', async () => {
        await items.insert({ id: 'a', owner: 'o1' });
        expect(await items.get('a')).toEqual({ document: { id: 'a', owner: 'o1' }, version: 1 });
        expect(await items.replace({ id: 'a', owner: 'o2' }, 1)).toBe(true);
        expect(await items.replace({ id: 'a', owner: 'o3' }, 1)).toBe(false);
        expect(await items.get('a')).toEqual({ document: { id: 'a', owner: 'o2' }, version: 2 });
        expect(await items.take('a')).toEqual({ id: 'a', owner: 'o2' });
        expect(await items.take('a')).toBeUndefined();
        expect(await items.get('a')).toBeUndefined();
      });

      test('is not made by replacing or taking what is not there', async () => {
        expect(await items.replace({ id: 'ghost' }, 1)).toBe(false);
        expect(await items.replace({ id: 'ghost' }, 0)).toBe(false);
        expect(await items.take('ghost')).toBeUndefined();
        expect(await items.get('ghost')).toBeUndefined();
      });

      test('is a copy both ways', async () => {
        const list = ['one'];
        const given = { id: 'a', body: { list } };
        await items.insert(given);
        list.push('two');
        const read = (await items.get('a'))?.document.body as { list: string[] };
        expect(read).toEqual({ list: ['one'] });
        expect(() => read.list.push('three')).toThrow(TypeError);
        expect((await items.get('a'))?.document.body).toEqual({ list: ['one'] });
      });

      test('is read as it is now, however often it was read before', async () => {
        const read = async () => ({
          got: await items.get('a'),
          many: await items.getMany(['a', 'b']),
          bySlot: await items.find({ where: { slot: 's' }, limit: 1 }),
        });
        const nothing = { got: undefined, many: [], bySlot: [] };
        const found = (version: number, item: Item) => {
          const one = { document: item, version };
          return { got: one, many: [one], bySlot: [one] };
        };
        expect(await read()).toEqual(nothing);
        await items.insert({ id: 'a', slot: 's', owner: 'o1', expiresAt: 10 });
        expect(await read()).toEqual(found(1, { id: 'a', slot: 's', owner: 'o1', expiresAt: 10 }));
        await items.replace({ id: 'a', slot: 's', owner: 'o2', expiresAt: 10 }, 1);
        expect(await read()).toEqual(found(2, { id: 'a', slot: 's', owner: 'o2', expiresAt: 10 }));
        await store.sweep('items', 11, 10);
        expect(await read()).toEqual(nothing);
        await items.insertMany([{ id: 'a', slot: 's' }]);
        expect(await read()).toEqual(found(1, { id: 'a', slot: 's' }));
        await items.take('a');
        expect(await read()).toEqual(nothing);
      });

      test('reads and replaces keep plain objects and arrays of this realm', async () => {
        await items.insert({ id: 'a', body: { list: [1] } });
        const found = await items.get('a');
        expect(found?.document.constructor).toBe(Object);
        expect(found?.document.body).toBeInstanceOf(Object);
      });

      test('may hold 1 MB', async () => {
        const body = 'ü'.repeat(512 * 1024);
        await items.insert({ id: 'large', body });
        expect((await items.get('large'))?.document.body).toBe(body);
      });

      test('keeps every JSON value as it is', async () => {
        const body = { nothing: null, list: [[], {}, ''], text: 'a\u0000b"\'\\\u2028😀', number: -1.5e-7, yes: true };
        await items.insert({ id: 'a', body });
        expect((await items.get('a'))?.document.body).toEqual(body);
      });

      test('drops undefined members and refuses what is not JSON', async () => {
        await items.insert({ id: 'a', body: { gone: undefined, kept: 1 } });
        expect(Object.keys((await items.get('a'))?.document.body as object)).toEqual(['kept']);
        for (const body of [Number.NaN, new Date(0), Buffer.from('x'), () => 1, 1n, [undefined]]) {
          await expect(items.insert({ id: 'b', body })).rejects.toThrow(TypeError);
        }
        expect(await items.get('b')).toBeUndefined();
      });

      test('IN-03 members named __proto__ and constructor are data and change no prototype', async () => {
        const document = JSON.parse(
          '{"id":"a","__proto__":{"polluted":1},"body":{"constructor":{"prototype":{"x":1}}}}',
        );
        await items.insert(document);
        const found = await items.get('a');
        expect(JSON.stringify(found?.document)).toBe(JSON.stringify(document));
        expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
        expect(await items.get('__proto__')).toBeUndefined();
        await items.insert({ id: '__proto__', owner: 'o1' });
        expect((await items.get('__proto__'))?.document.owner).toBe('o1');
      });
    });

    describe('races', () => {
      test('of two replaces at one version exactly one writes', async () => {
        await items.insert({ id: 'a' });
        const wrote = await Promise.all([
          items.replace({ id: 'a', owner: 'left' }, 1),
          items.replace({ id: 'a', owner: 'right' }, 1),
        ]);
        expect(wrote.filter(Boolean)).toHaveLength(1);
        expect(await items.get('a')).toEqual({ document: { id: 'a', owner: wrote[0] ? 'left' : 'right' }, version: 2 });
      });

      test('of 64 takes exactly one gets the document', async () => {
        await items.insert({ id: 'a', owner: 'o1' });
        const taken = await Promise.all(Array.from({ length: 64 }, () => items.take('a')));
        expect(taken.filter((each) => each !== undefined)).toEqual([{ id: 'a', owner: 'o1' }]);
      });

      test('of 64 inserts of one id, and of one unique key, exactly one succeeds', async () => {
        const sameId = await Promise.allSettled(Array.from({ length: 64 }, () => items.insert({ id: 'a' })));
        const sameKey = await Promise.allSettled(
          Array.from({ length: 64 }, (_, at) => items.insert({ id: `b${at}`, slot: 's' })),
        );
        for (const results of [sameId, sameKey]) {
          expect(results.filter((each) => each.status === 'fulfilled')).toHaveLength(1);
          const refused = results.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
          expect(refused.every(isDocumentConflict)).toBe(true);
        }
      });

      test('no update is lost when many change one document', async () => {
        await items.insert({ id: 'a', sequence: 0 });
        const add = () => update(items, 'a', (found) => ({ ...found, sequence: (found.sequence ?? 0) + 1 }));
        await Promise.all(Array.from({ length: 8 }, add));
        expect(await items.get('a')).toEqual({ document: { id: 'a', sequence: 8 }, version: 9 });
      });

      test('all documents of a query are read in its order, a page at a time, each once', async () => {
        for (const [at, id] of ['c', 'a', 'e', 'b', 'd'].entries())
          await items.insert({ id, owner: `o${at}`, sequence: at >> 1 });
        const idsOf = async (query: Parameters<typeof everyDocument<Item>>[1]): Promise<string> => {
          let read = '';
          for await (const { id } of everyDocument(items, query)) read += id;
          return read;
        };
        expect(await idsOf({ limit: 2 })).toBe('abcde');
        expect(await idsOf({ order: { by: 'sequence', direction: 'descending' }, limit: 2 })).toBe('debca');
        expect(await idsOf({ where: { owner: 'o9' }, limit: 2 })).toBe('');
      });

      test('of eight that change a document which is not there one inserts it, and no change is lost', async () => {
        const add = () =>
          upsert(items, 'a', (found = { id: 'a' }) => ({ ...found, sequence: (found.sequence ?? 0) + 1 }));
        await Promise.all(Array.from({ length: 8 }, add));
        expect(await items.get('a')).toEqual({ document: { id: 'a', sequence: 8 }, version: 8 });
        expect(await Promise.all([tryInsert(items, { id: 'a' }), tryInsert(items, { id: 'b' })])).toEqual([
          false,
          true,
        ]);
      });

      const inOrder = keepsOrder ? test : () => undefined;
      inOrder('operations of one caller keep their order', async () => {
        const results = await Promise.all([
          items.insert({ id: 'a' }),
          items.replace({ id: 'a', owner: 'o1' }, 1),
          items.take('a'),
          items.insert({ id: 'a', owner: 'o2' }),
        ]);
        expect(results).toEqual([undefined, true, { id: 'a', owner: 'o1' }, undefined]);
        expect((await items.get('a'))?.document.owner).toBe('o2');
      });
    });

    describe('unique keys', () => {
      test('hold over insert and replace, and are free again when their document goes', async () => {
        await insertAll([
          { id: 'a', slot: 's1' },
          { id: 'b', slot: 's2' },
        ]);
        await expect(items.insert({ id: 'c', slot: 's1' })).rejects.toEqual(conflict);
        await expect(items.replace({ id: 'b', slot: 's1' }, 1)).rejects.toEqual(conflict);
        expect(await items.get('b')).toEqual({ document: { id: 'b', slot: 's2' }, version: 1 });
        expect(await items.replace({ id: 'a', slot: 's3' }, 1)).toBe(true);
        await items.insert({ id: 'c', slot: 's1' });
        await items.take('c');
        expect(await items.replace({ id: 'b', slot: 's1' }, 1)).toBe(true);
      });

      test('do not bind documents without the field, or with null in it', async () => {
        await insertAll([{ id: 'a' }, { id: 'b' }, { id: 'c', owner: 'o1' }, { id: 'd', owner: 'o1' }]);
        await items.insert({ id: 'e', slot: null } as unknown as Item);
        await items.insert({ id: 'f', slot: null } as unknown as Item);
        expect(ids(await items.find({}))).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
      });

      test('of several fields bind their combination', async () => {
        await insertAll([
          { id: 'a', owner: 'o1', sequence: 1 },
          { id: 'b', owner: 'o2', sequence: 1 },
        ]);
        await expect(items.insert({ id: 'c', owner: 'o1', sequence: 1 })).rejects.toEqual(conflict);
        await items.insert({ id: 'c', owner: 'o1', sequence: 2 });
      });

      test('are exact: neither letter case nor the characters inside a value run together', async () => {
        await insertAll([
          { id: 'a', slot: 'x' },
          { id: 'b', slot: 'X' },
          { id: 'c', slot: 'x\u0000' },
          { id: 'd', slot: 'x ' },
        ]);
        expect(ids(await items.find({ where: { slot: 'x' } }))).toEqual(['a']);
        expect(ids(await items.find({ where: { slot: 'x\u0000' } }))).toEqual(['c']);
      });
    });

    describe('insertMany', () => {
      test('stores all in the given order, and nothing of an empty list', async () => {
        await items.insertMany([]);
        await items.insertMany(Array.from({ length: 100 }, (_, at) => ({ id: `m${at}`, sequence: at })));
        expect(await items.find({ limit: 1000 })).toHaveLength(100);
      });

      test('stops at the first conflict: never a later document without the earlier ones', async () => {
        await items.insert({ id: 'taken' });
        await expect(items.insertMany([{ id: 'a' }, { id: 'b' }, { id: 'taken' }, { id: 'c' }])).rejects.toEqual(
          conflict,
        );
        const stored = ids(await items.find({}));
        expect(stored).not.toContain('c');
        expect([['a', 'b', 'taken'], ['a', 'taken'], ['taken']]).toContainEqual(stored);
      });

      test('refuses a malformed document before it stores any', async () => {
        await expect(items.insertMany([{ id: 'a' }, { id: 1 as unknown as string }])).rejects.toThrow(TypeError);
        expect(await items.get('a')).toBeUndefined();
      });
    });

    describe('ids', () => {
      const ordered = ordersByUnit ? 'are ordered, but not by code point as in MongoDB' : 'are ordered by code point';
      test(`${ordered}, and letter case counts`, async () => {
        const last = ordersByUnit ? ['\uff01'] : ['\uff01', '😀'];
        const sorted = ['', '!', '0', 'A', 'B', 'Z', '_', 'a', 'aA', 'aa', 'b', 'ä', ...last];
        await insertAll([...sorted].reverse().map((id) => ({ id, owner: 'o' })));
        expect(ids(await items.find({}))).toEqual(sorted);
        expect(ids(await items.find({ where: { owner: 'o' }, order: { direction: 'descending' } }))).toEqual(
          [...sorted].reverse(),
        );
        expect(await items.get('AA')).toBeUndefined();
      });

      test('OT-08 crafted text names itself and nothing else', async () => {
        const crafted = [
          "' OR 1=1 --",
          '"; DROP TABLE c_items; --',
          '%',
          '*',
          'a:b',
          'a\u0000',
          'a\u0000b',
          '{"$ne":""}',
          'x'.repeat(10_240),
        ];
        await items.insert({ id: 'a', owner: 'a' });
        for (const text of crafted) {
          expect(await items.get(text)).toBeUndefined();
          expect(await items.take(text)).toBeUndefined();
          expect(await items.getMany([text])).toEqual([]);
          expect(await items.find({ where: { owner: text } })).toEqual([]);
          expect(await items.find({ after: { id: text }, where: { owner: 'none' } })).toEqual([]);
        }
        await insertAll(crafted.map((id) => ({ id, owner: id })));
        for (const text of crafted) {
          expect((await items.get(text))?.document.id).toBe(text);
          expect(ids(await items.find({ where: { owner: text } }))).toEqual([text]);
        }
        expect(await items.find({})).toHaveLength(crafted.length + 1);
      });

      test('IN-02 that are not strings are refused by every method', async () => {
        await items.insert({ id: 'a', owner: 'o1' });
        for (const id of [{ $ne: '' }, { $gt: '' }, ['a'], 1, null, undefined, true] as unknown as string[]) {
          await expect(items.get(id)).rejects.toThrow(TypeError);
          await expect(items.take(id)).rejects.toThrow(TypeError);
          await expect(items.getMany(['a', id])).rejects.toThrow(TypeError);
          await expect(items.insert({ id })).rejects.toThrow(TypeError);
          await expect(items.replace({ id }, 1)).rejects.toThrow(TypeError);
          await expect(items.find({ after: { id } })).rejects.toThrow(TypeError);
        }
        for (const value of [{ $ne: '' }, ['o1'], null, 1.5, Number.NaN] as unknown as string[]) {
          await expect(items.find({ where: { owner: value } })).rejects.toThrow(TypeError);
        }
        expect((await items.get('a'))?.document.owner).toBe('o1');
      });

      test('that are no Unicode name nothing and cannot be stored', async () => {
        await items.insert({ id: '\ufffd' });
        expect(await items.get('\ud800')).toBeUndefined();
        expect(await items.take('\ud800')).toBeUndefined();
        expect(await items.find({ where: { owner: '\ud800' } })).toEqual([]);
        await expect(items.insert({ id: '\ud800' })).rejects.toThrow(TypeError);
        await expect(items.insert({ id: 'a', owner: '\ud800' })).rejects.toThrow(TypeError);
      });
    });

    describe('getMany', () => {
      test('answers in the order of the ids and leaves out unknown ones', async () => {
        await insertAll([{ id: 'a' }, { id: 'b' }, { id: 'c' }]);
        expect(ids(await items.getMany(['c', 'x', 'a']))).toEqual(['c', 'a']);
        expect(await items.getMany([])).toEqual([]);
      });

      test('takes at most 1000 ids', async () => {
        const many = Array.from({ length: 1000 }, (_, at) => `id${at}`);
        await items.insertMany(many.map((id) => ({ id })));
        expect(ids(await items.getMany(many))).toEqual(many);
        await expect(items.getMany([...many, 'one more'])).rejects.toThrow(TypeError);
      });
    });

    describe('collections', () => {
      test('are the same data for the same declaration, and apart from each other', async () => {
        await items.insert({ id: 'a', owner: 'o1' });
        const again = store.collection<Item>({ ...ITEMS, indexes: [...ITEMS.indexes].reverse() });
        expect((await again.get('a'))?.document.owner).toBe('o1');
        const others = store.collection<Item>({ name: 'others', indexes: [] });
        expect(await others.get('a')).toBeUndefined();
        await others.insert({ id: 'a', owner: 'o2' });
        expect((await items.get('a'))?.document.owner).toBe('o1');
      });

      test('refuse another declaration of their name, and malformed ones', () => {
        expect(() => store.collection({ name: 'items', indexes: [] })).toThrow();
        for (const declaration of [
          { name: 'Items', indexes: [] },
          { name: 'x"; DROP TABLE c_items', indexes: [] },
          { name: 'x', indexes: [{ fields: [] }] },
          { name: 'x', indexes: [{ fields: ['a"b'] }] },
          { name: 'x', indexes: [{ fields: ['id'] }] },
          { name: 'x', indexes: [{ fields: ['a'] }, { fields: ['A'] }] },
          { name: 'x', indexes: [{ fields: ['a'] }, { fields: ['a'], unique: true }] },
        ]) {
          expect(() => store.collection(declaration)).toThrow(TypeError);
        }
      });
    });

    describe('sweep', () => {
      test('OT-12 removes what expired before now, of one collection, at most as many as asked', async () => {
        const others = store.collection<Item>({ name: 'others', indexes: [], expiresAt: 'expiresAt' });
        store.collection<Item>({ name: 'lasting', indexes: [] });
        expect([...store.expiring()].sort()).toEqual(['items', 'others']);
        await insertAll([98, 99, 100, 101].map((expiresAt) => ({ id: `e${expiresAt}`, expiresAt })));
        await items.insert({ id: 'for-ever' });
        await others.insert({ id: 'x', expiresAt: 50 });
        expect(await store.countExpired('items', 100, 1)).toBe(1);
        expect(await store.countExpired('items', 100, 1000)).toBe(2);
        expect(await store.sweep('items', 100, 1)).toEqual({ removed: 1, isDone: false });
        expect(await store.sweep('items', 100, 1000)).toEqual({ removed: 1, isDone: true });
        expect(await store.sweep('items', 100, 1000)).toEqual({ removed: 0, isDone: true });
        expect(ids(await items.find({}))).toEqual(['e100', 'e101', 'for-ever']);
        expect(ids(await others.find({}))).toEqual(['x']);
        expect(await store.countExpired('items', 100, 1000)).toBe(0);
        expect(await store.countExpired('others', 100, 1000)).toBe(1);
        expect(await store.sweep('others', 100, 1000)).toEqual({ removed: 1, isDone: true });
        expect(await others.find({})).toEqual([]);
        for (const name of ['lasting', 'unknown']) await expect(store.sweep(name, 100, 1)).rejects.toThrow(TypeError);
      });

      test('leaves of a document that was read before neither its id nor its unique key', async () => {
        await items.insert({ id: 'a', slot: 's', expiresAt: 1 });
        expect((await items.get('a'))?.version).toBe(1);
        expect((await store.sweep('items', 100, 10)).removed).toBe(1);
        expect(await items.get('a')).toBeUndefined();
        await items.insert({ id: 'b', slot: 's', expiresAt: 200 });
        expect(ids(await items.find({ where: { slot: 's' }, limit: 1 }))).toEqual(['b']);
      });
    });

    describe('closing', () => {
      test('is idempotent and waits for writes under way', async () => {
        const writing = items.insert({ id: 'a' });
        await Promise.all([store.close(), store.close()]);
        await writing;
        await store.close();
      });

      test('leaves every method unavailable', async () => {
        await store.close();
        const attempts = [
          () => items.insert({ id: 'a' }),
          () => items.insertMany([{ id: 'a' }]),
          () => items.get('a'),
          () => items.getMany(['a']),
          () => items.replace({ id: 'a' }, 1),
          () => items.take('a'),
          () => items.find({}),
          () => store.sweep('items', 1, 1),
          () => store.countExpired('items', 1, 1),
        ];
        for (const attempt of attempts) {
          const error = await attempt().then(
            () => undefined,
            (thrown: unknown) => thrown,
          );
          expect(isStoreUnavailable(error)).toBe(true);
        }
      });
    });
  });
  describeDocumentQueries(name, open);
};
