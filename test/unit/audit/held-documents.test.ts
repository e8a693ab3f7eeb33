/** Documents that are counted in memory and stored seldom: nothing is lost, and no other process's counts are overwritten. */
import { describe, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { heldDocuments } from '../../../src/domain/audit/held-documents.ts';
import { CLIENT_ACTIVITY, type ClientActivity, withTokens } from '../../../src/domain/governance/client-activity.ts';
import { StoreUnavailable } from '../../../src/domain/ports/document-store.ts';

const AT = 1_790_000_000;
const token = (sequence: number) => ({ id: `s:${sequence}`, stream: 's', sequence, at: AT + sequence });
const counted = (id: string, before: ClientActivity | undefined, ...sequences: number[]): ClientActivity => {
  const next = withTokens(id, before, sequences.map(token));
  if (!next) throw new Error('no activity');
  return next;
};
const fails = (_: string, error: unknown): void => {
  throw error;
};

const world = (most = 10) => {
  const documents = memoryDocumentStore();
  const collection = documents.collection<ClientActivity>(CLIENT_ACTIVITY);
  const time = { now: AT };
  const clock = { now: () => time.now, nowMillis: () => time.now * 1000 };
  const options = { most, clock, pause: async () => undefined };
  const held = (of: Pick<typeof collection, 'get' | 'getMany' | 'insert' | 'replace'> = collection) =>
    heldDocuments(of, options);
  const last = async (id: string) => (await collection.get(id))?.document.counted[0]?.sequence;
  /** Sixty days later: the sweeper removes what had its last token before. */
  const sweep = async () => {
    time.now += 61 * 86_400;
    await documents.sweep(CLIENT_ACTIVITY.name, time.now, 1000);
  };
  return { collection, held, last, time, sweep };
};

describe('held documents', () => {
  test('are stored when asked, and read from memory until then', async () => {
    const { held, last } = world();
    const mine = held();
    const one = await mine.load('app_1');
    mine.change(one, counted('app_1', one.document, 1, 2));
    expect([mine.changed(), await last('app_1')]).toEqual([1, undefined]);
    expect((await mine.getMany(['app_1', 'app_2'])).get('app_1')?.counted).toEqual([{ stream: 's', sequence: 2 }]);
    await mine.store(fails);
    expect([mine.changed(), await last('app_1')]).toEqual([0, 2]);
    mine.change(one, counted('app_1', one.document, 3));
    await mine.store(fails);
    expect(await last('app_1')).toBe(3);
  });

  test('of another process that read further are taken over; of one that read less they are not overwritten', async () => {
    const { held, last } = world();
    const [mine, other] = [held(), held()];
    const [here, there] = [await mine.load('app_1'), await other.load('app_1')];
    mine.change(here, counted('app_1', undefined, 1));
    other.change(there, counted('app_1', undefined, 1, 2));
    await other.store(fails);
    await mine.store(fails);
    expect([here.document?.counted[0]?.sequence, await last('app_1')]).toEqual([2, 2]);
    // Both go on from there.
    other.change(there, counted('app_1', there.document, 3));
    await other.store(fails);
    mine.change(here, counted('app_1', here.document, 3, 4));
    await expect(mine.store(fails)).rejects.toThrow(StoreUnavailable);
    expect(await last('app_1')).toBe(3);
    mine.forget();
    const again = await mine.load('app_1');
    mine.change(again, counted('app_1', again.document, 3, 4));
    await mine.store(fails);
    expect(await last('app_1')).toBe(4);
  });

  test('one that cannot be stored keeps no other from being stored, and is tried again', async () => {
    const { collection, held, last } = world();
    const failed: string[] = [];
    let isFailing = true;
    const insert: typeof collection.insert = async (document) => {
      if (isFailing && document.id === 'app_1') throw new Error('damaged');
      return collection.insert(document);
    };
    const mine = held({ ...collection, insert });
    for (const id of ['app_1', 'app_2']) mine.change(await mine.load(id), counted(id, undefined, 1));
    await mine.store((id) => failed.push(id));
    expect([failed, await last('app_1'), await last('app_2'), mine.changed()]).toEqual([['app_1'], undefined, 1, 1]);
    isFailing = false;
    await mine.store(fails);
    expect([await last('app_1'), held().changed(), mine.changed()]).toEqual([1, 0, 0]);
  });

  test('those used longest ago leave the memory once they are stored, and no sooner', async () => {
    const { held } = world(2);
    const mine = held();
    for (const id of ['app_1', 'app_2', 'app_3']) mine.change(await mine.load(id), counted(id, undefined, 1));
    expect(mine.known('app_1')).toBeDefined();
    await mine.store(fails);
    expect(['app_1', 'app_2', 'app_3'].map((id) => mine.known(id) !== undefined)).toEqual([false, true, true]);
    expect((await mine.getMany(['app_1', 'app_3'])).size).toBe(2);
  });

  test('those loaded and those stored later share one bound with the changed ones', async () => {
    const { held } = world(3);
    const mine = held();
    const ids = Array.from({ length: 9 }, (_, index) => `app_${index}`);
    const known = () => ids.filter((id) => mine.known(id) !== undefined);
    for (const id of ids) await mine.load(id);
    expect(known()).toEqual(['app_6', 'app_7', 'app_8']);
    for (const id of ids.slice(0, 2)) mine.change(await mine.load(id), counted(id, undefined, 1));
    expect(known()).toEqual(['app_0', 'app_1', 'app_8']);
    await mine.store(fails);
    for (const id of ids.slice(2, 4)) mine.change(await mine.load(id), counted(id, undefined, 1));
    expect(known()).toEqual(['app_1', 'app_2', 'app_3']);
  });

  test('are stored in rounds of some at a time: each that was changed when the round began, and a later one in the next', async () => {
    const { held, last } = world(1000);
    const mine = held();
    const ids = Array.from({ length: 120 }, (_, index) => `app_${index}`);
    for (const id of ids) mine.change(await mine.load(id), counted(id, undefined, 1));
    expect(await mine.store(fails, 50)).toBe(70);
    expect([await last('app_49'), await last('app_50'), mine.changed()]).toEqual([1, undefined, 70]);
    const [first, late] = [await mine.load('app_0'), await mine.load('app_late')];
    mine.change(first, counted('app_0', first.document, 2));
    mine.change(late, counted('app_late', undefined, 2));
    expect([await mine.store(fails, 50), await mine.store(fails, 50)]).toEqual([20, 0]);
    expect([await last('app_119'), await last('app_0'), await last('app_late')]).toEqual([1, 1, undefined]);
    expect([await mine.store(fails, 50), await last('app_0'), await last('app_late')]).toEqual([0, 2, 2]);
  });

  test('whose time is over are not known any more, and begin anew', async () => {
    const { held, last, time, sweep } = world();
    const mine = held();
    mine.change(await mine.load('app_1'), counted('app_1', undefined, 1));
    await mine.store(fails);
    await sweep();
    expect([mine.known('app_1'), (await mine.getMany(['app_1'])).size]).toEqual([undefined, 0]);
    const one = await mine.load('app_1');
    const next = withTokens('app_1', one.document, [{ ...token(2), at: time.now }]);
    if (!next) throw new Error('no activity');
    mine.change(one, next);
    await mine.store(fails);
    expect([await last('app_1'), next.firstAt]).toEqual([2, time.now]);
  });

  test('that were removed between their change and their storing are stored again', async () => {
    const { collection, held, last } = world();
    const mine = held();
    const one = await mine.load('app_1');
    mine.change(one, counted('app_1', undefined, 1));
    await mine.store(fails);
    mine.change(one, counted('app_1', one.document, 2));
    await collection.take('app_1');
    await mine.store(fails);
    expect([await last('app_1'), mine.changed()]).toEqual([2, 0]);
    mine.change(one, counted('app_1', one.document, 3));
    await mine.store(fails);
    expect(await last('app_1')).toBe(3);
  });

  test('one that is stored and cannot be read fails alone', async () => {
    const { collection, held, last } = world();
    await collection.insert(counted('app_1', undefined, 1));
    const get: typeof collection.get = async (id) => (id === 'app_1' ? undefined : collection.get(id));
    const mine = held({ ...collection, get });
    for (const id of ['app_1', 'app_2']) mine.change(await mine.load(id), counted(id, undefined, 2));
    const failed: [string, unknown][] = [];
    await mine.store((id, error) => failed.push([id, error]));
    expect(failed).toMatchObject([['app_1', { code: 'store_unavailable', reason: 'unreadable' }]]);
    expect([await last('app_1'), await last('app_2'), mine.changed()]).toEqual([1, 2, 1]);
  });
});
