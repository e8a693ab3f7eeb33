/** What a store keeps that commits several documents at once. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type Collection,
  type DocumentStore,
  type Insert,
  isDocumentConflict,
} from '../../src/domain/ports/document-store.ts';
import { ITEMS, type Item } from './items.ts';

const MARKS = { name: 'marks', indexes: [] } as const;

export const describeDocumentCommit = (name: string, open: () => Promise<DocumentStore> | DocumentStore): void => {
  describe(`commit of several documents: ${name}`, () => {
    let store: DocumentStore;
    let items: Collection<Item>;
    let marks: Collection<{ readonly id: string }>;

    beforeEach(async () => {
      store = await open();
      items = store.collection<Item>(ITEMS);
      marks = store.collection(MARKS);
    });
    afterEach(() => store.close());

    const commit = <R>(work: (insert: Insert) => R): Promise<R> => {
      if (!store.commit) throw new Error('the store has no commit');
      return store.commit(work, 100);
    };
    const item = (id: string, owner = 'o') => ({ collection: ITEMS.name, document: { id, owner } });
    const mark = (id: string) => ({ collection: MARKS.name, document: { id } });
    const isThere = async (id: string) => [(await marks.get(id)) !== undefined, (await items.get(id)) !== undefined];

    test('stores documents of several collections at version 1, in place of what was read as absent', async () => {
      expect(await isThere('a')).toEqual([false, false]);
      const result = await commit((insert) => {
        insert(mark('a'));
        insert(item('a'));
        return 'done';
      });
      expect(result).toBe('done');
      expect(await isThere('a')).toEqual([true, true]);
      expect(await items.get('a')).toEqual({ document: { id: 'a', owner: 'o' }, version: 1 });
    });

    test('stores nothing of work that throws, and what other writers of the same moment store', async () => {
      const failing = commit((insert) => {
        insert(mark('a'));
        insert(item('a'));
        throw new Error('no');
      });
      const other = items.insert({ id: 'b', owner: 'o' });
      await expect(failing).rejects.toMatchObject({ code: 'store_unavailable' });
      await other;
      expect(await isThere('a')).toEqual([false, false]);
      expect(await isThere('b')).toEqual([false, true]);
      // The same names are free.
      await commit((insert) => insert(mark('a')));
      expect(await isThere('a')).toEqual([true, false]);
    });

    test('work may continue after a conflict, and a conflict that it does not catch undoes it', async () => {
      await marks.insert({ id: 'used' });
      const tried = (insert: Insert, id: string): boolean => {
        try {
          insert(mark(id));
          return true;
        } catch (error) {
          if (!isDocumentConflict(error)) throw error;
          return false;
        }
      };
      const won = await commit((insert) => ['used', 'new'].filter((id) => tried(insert, id)));
      expect(won).toEqual(['new']);
      const caught = commit((insert) => {
        insert(item('c'));
        insert(mark('used'));
      });
      await expect(caught).rejects.toMatchObject({ code: 'document_conflict' });
      expect(await isThere('c')).toEqual([false, false]);
    });

    test('of sixteen at once with one mark, one stores it and its document', async () => {
      const outcomes = await Promise.allSettled(
        Array.from({ length: 16 }, (_, index) =>
          commit((insert) => {
            insert(mark('once'));
            insert(item(`of-${index}`));
          }),
        ),
      );
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const winner = outcomes.findIndex(({ status }) => status === 'fulfilled');
      const { length } = await items.find({});
      expect([length, await items.get(`of-${winner}`)]).toEqual([1, expect.anything()]);
    });

    test('refuses a collection that was not declared', async () => {
      const unknown = commit((insert) => insert({ collection: 'unknown', document: { id: 'a' } }));
      await expect(unknown).rejects.toMatchObject({ code: 'store_unavailable' });
    });
  });
};
