import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Collection, DocumentStore } from '../../src/domain/ports/document-store.ts';
import { ITEMS, type Item, ids } from './items.ts';

/** The part of the document store's contract that is about `find`. Called by `describeDocumentStore`. */
export const describeDocumentQueries = (name: string, open: () => Promise<DocumentStore> | DocumentStore): void => {
  describe(`find of the document store: ${name}`, () => {
    let store: DocumentStore;
    let items: Collection<Item>;

    beforeEach(async () => {
      store = await open();
      items = store.collection<Item>(ITEMS);
    });
    afterEach(() => store.close());

    const insertAll = (documents: readonly Item[]) => Promise.all(documents.map((each) => items.insert(each)));

    const numbered = (count: number): readonly Item[] =>
      Array.from({ length: count }, (_, at) => ({
        id: `i${String((at * 37) % count).padStart(3, '0')}`,
        slot: `s${String(at).padStart(3, '0')}`,
        owner: at % 2 === 0 ? 'even' : 'odd',
        active: at % 3 === 0,
        sequence: Math.floor(at / 2) * 2 + 10,
      })).map((each, at) => ({ ...each, owner: `${each.owner}${at % 4}`, expiresAt: 1000 - at }));

    test('by equality, exact in value and type', async () => {
      await insertAll([
        { id: 'a', owner: 'o1', active: true, sequence: 1 },
        { id: 'b', owner: 'o1', active: false, sequence: 0 },
        { id: 'c', owner: 'o2', active: true, sequence: 5 },
      ]);
      expect(ids(await items.find({ where: { owner: 'o1' } }))).toEqual(['a', 'b']);
      expect(ids(await items.find({ where: { active: true } }))).toEqual(['a', 'c']);
      expect(ids(await items.find({ where: { active: true, owner: 'o2' } }))).toEqual(['c']);
      expect(await items.find({ where: { active: 1 } })).toEqual([]);
      expect(await items.find({ where: { active: 'true' } })).toEqual([]);
      expect(await items.find({ where: { sequence: '1' } })).toEqual([]);
      expect(await items.find({ where: { sequence: true } })).toEqual([]);
    });

    describe('by a text that a list holds', () => {
      type Tagged = {
        readonly id: string;
        readonly tags?: readonly string[];
        readonly at?: number;
        readonly owner?: string;
      };
      const tagged = () =>
        store.collection<Tagged>({
          name: 'tagged',
          indexes: [{ fields: ['owner'] }, { fields: ['tags'] }, { fields: ['tags', 'at'] }, { fields: ['at'] }],
          lists: ['tags'],
        });
      const fill = async (collection: Collection<Tagged>) => {
        await collection.insertMany([
          { id: 'a', tags: ['red', 'round'], at: 3, owner: 'o1' },
          { id: 'b', tags: ['red'], at: 1, owner: 'o2' },
          { id: 'c', tags: ['round', 'round'], at: 2 },
          { id: 'd', at: 5 },
          { id: 'e', tags: ['red'], owner: 'o1' },
        ]);
      };

      test('exactly, in the order of ids or of the field behind it', async () => {
        const collection = tagged();
        await fill(collection);
        const newest = { by: 'at', direction: 'descending' } as const;
        expect(ids(await collection.find({ where: { tags: 'red' } }))).toEqual(['a', 'b', 'e']);
        expect(ids(await collection.find({ where: { tags: 'red' }, order: newest }))).toEqual(['a', 'b']);
        expect(ids(await collection.find({ where: { tags: 'round' }, order: newest }))).toEqual(['a', 'c']);
        expect(ids(await collection.find({ where: { tags: 'red', owner: 'o1' } }))).toEqual(['a', 'e']);
        expect(await collection.find({ where: { tags: 're' } })).toEqual([]);
        const after = { value: 3, id: 'a' };
        expect(ids(await collection.find({ where: { tags: 'red' }, order: newest, after }))).toEqual(['b']);
        const range = { field: 'at', gte: 2, lte: 3 };
        expect(ids(await collection.find({ where: { tags: 'round' }, order: newest, range }))).toEqual(['a', 'c']);
        await expect(collection.find({ where: { tags: 'red' }, order: { ...newest, by: 'owner' } })).rejects.toThrow(
          TypeError,
        );
      });

      test('follows what is replaced and taken', async () => {
        const collection = tagged();
        await fill(collection);
        await collection.replace({ id: 'a', tags: ['blue'], at: 4 }, 1);
        await collection.take('b');
        const held = async (tags: string) => ids(await collection.find({ where: { tags } }));
        expect([await held('red'), await held('round'), await held('blue')]).toEqual([['e'], ['c'], ['a']]);
        await expect(collection.insert({ id: 'f', tags: [1] as unknown as string[] })).rejects.toThrow(TypeError);
      });
    });

    test('sees a replaced document under its new values only', async () => {
      await items.insert({ id: 'a', owner: 'o1', active: true });
      await items.replace({ id: 'a', owner: 'o2' }, 1);
      expect(await items.find({ where: { owner: 'o1' } })).toEqual([]);
      expect(await items.find({ where: { active: true } })).toEqual([]);
      expect(await items.find({ where: { owner: 'o2' } })).toEqual([
        { document: { id: 'a', owner: 'o2' }, version: 2 },
      ]);
    });

    test('in a range, both ends inclusive; text and missing values are in no range', async () => {
      await insertAll([1, 2, 3, 4].map((sequence) => ({ id: `n${sequence}`, sequence })));
      await insertAll([{ id: 'none' }, { id: 'text', sequence: '3' as unknown as number }]);
      const range = async (gte?: number, lte?: number) =>
        ids(
          await items.find({
            range: {
              field: 'sequence',
              ...(gte === undefined ? {} : { gte }),
              ...(lte === undefined ? {} : { lte }),
            },
          }),
        );
      expect(await range(2, 3)).toEqual(['n2', 'n3']);
      expect(await range(3)).toEqual(['n3', 'n4']);
      expect(await range(undefined, 1)).toEqual(['n1']);
      expect(await range(5)).toEqual([]);
      expect(await range()).toEqual(['n1', 'n2', 'n3', 'n4']);
    });

    test('walks all pages by id, both ways, each document once', async () => {
      const documents = numbered(41);
      await insertAll(documents);
      const expected = documents.map((each) => each.id).sort();
      for (const direction of ['ascending', 'descending'] as const) {
        const seen: string[] = [];
        for (;;) {
          const last = seen.at(-1);
          const page = await items.find({
            order: { direction },
            limit: 10,
            ...(last === undefined ? {} : { after: { id: last } }),
          });
          seen.push(...ids(page));
          if (page.length < 10) break;
        }
        expect(seen).toEqual(direction === 'ascending' ? expected : [...expected].reverse());
      }
    });

    test('walks all pages by a field with ties, both ways, each document once', async () => {
      const documents = [...numbered(41), { id: 'no-sequence' }];
      await insertAll(documents);
      const expected = numbered(41)
        .map((each) => ({ id: each.id, sequence: each.sequence ?? 0 }))
        .sort((a, b) => a.sequence - b.sequence || (a.id < b.id ? -1 : 1))
        .map((each) => each.id);
      for (const direction of ['ascending', 'descending'] as const) {
        const seen: string[] = [];
        let after: { value: number; id: string } | undefined;
        for (;;) {
          const page = await items.find({
            order: { by: 'sequence', direction },
            limit: 7,
            ...(after ? { after } : {}),
          });
          seen.push(...ids(page));
          const last = page.at(-1)?.document;
          if (page.length < 7 || !last) break;
          after = { value: last.sequence ?? 0, id: last.id };
        }
        expect(seen).toEqual(direction === 'ascending' ? expected : [...expected].reverse());
      }
    });

    test('walks pages of one owner by sequence, and by id', async () => {
      await insertAll(numbered(40));
      const all = await items.find({ where: { owner: 'odd1' }, order: { by: 'sequence', direction: 'descending' } });
      expect(all.map((each) => each.document.sequence)).toEqual(
        numbered(40)
          .filter((each) => each.owner === 'odd1')
          .map((each) => each.sequence)
          .reverse(),
      );
      const third = all[2]?.document;
      const rest = await items.find({
        where: { owner: 'odd1' },
        order: { by: 'sequence', direction: 'descending' },
        after: { value: third?.sequence ?? 0, id: third?.id ?? '' },
      });
      expect(ids(rest)).toEqual(ids(all.slice(3)));
      const byId = ids(await items.find({ where: { owner: 'odd1' } }));
      expect(byId).toEqual([...byId].sort());
      expect(ids(await items.find({ where: { owner: 'odd1' }, after: { id: byId[4] ?? '' } }))).toEqual(byId.slice(5));
    });

    test('combines equality, range, order and limit', async () => {
      await insertAll(numbered(40));
      const found = await items.find({
        where: { active: true },
        range: { field: 'sequence', gte: 20, lte: 40 },
        order: { by: 'expiresAt', direction: 'ascending' },
        limit: 3,
      });
      const expected = numbered(40)
        .filter((each) => each.active && (each.sequence ?? 0) >= 20 && (each.sequence ?? 0) <= 40)
        .sort((a, b) => (a.expiresAt ?? 0) - (b.expiresAt ?? 0))
        .slice(0, 3);
      expect(ids(found)).toEqual(expected.map((each) => each.id));
    });

    test('answers 100 documents by default, at most 1000', async () => {
      await items.insertMany(Array.from({ length: 1001 }, (_, at) => ({ id: `n${at}` })));
      expect(await items.find({})).toHaveLength(100);
      expect(await items.find({ limit: 1000 })).toHaveLength(1000);
      for (const limit of [0, -1, 1001, 1.5, Number.NaN])
        await expect(items.find({ limit })).rejects.toThrow(TypeError);
    });

    test('refuses members that are not indexed', async () => {
      await expect(items.find({ where: { body: 'x' } })).rejects.toThrow(TypeError);
      await expect(items.find({ where: { "owner' OR 1=1": 'x' } })).rejects.toThrow(TypeError);
      await expect(items.find({ where: { $where: '1' } })).rejects.toThrow(TypeError);
      await expect(items.find({ range: { field: 'body', gte: 1 } })).rejects.toThrow(TypeError);
      await expect(items.find({ order: { by: 'body', direction: 'ascending' } })).rejects.toThrow(TypeError);
      await expect(items.find({ order: { by: 'sequence', direction: 'up' as 'ascending' } })).rejects.toThrow(
        TypeError,
      );
      await expect(
        items.find({ order: { by: 'sequence', direction: 'ascending' }, after: { id: 'a' } }),
      ).rejects.toThrow(TypeError);
    });

    test('refuses a query no index begins with', async () => {
      const pairs = store.collection<Item>({ name: 'pairs', indexes: [{ fields: ['owner', 'slot'] }] });
      await pairs.insert({ id: 'a', owner: 'o1', slot: 's1' });
      await pairs.insert({ id: 'b', owner: 'o1' });
      await expect(pairs.find({ where: { slot: 's1' } })).rejects.toThrow(TypeError);
      expect(ids(await pairs.find({ where: { owner: 'o1' } }))).toEqual(['a', 'b']);
      expect(ids(await pairs.find({ where: { owner: 'o1', slot: 's1' } }))).toEqual(['a']);
    });

    test('refuses to store an indexed member that is not a string, integer or boolean', async () => {
      for (const owner of [1.5, {}, ['o1'], 2 ** 53] as unknown as string[]) {
        await expect(items.insert({ id: 'a', owner })).rejects.toThrow(TypeError);
      }
    });
  });
};
