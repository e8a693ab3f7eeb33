import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { MongoClient, ObjectId } from 'mongodb';
import { changeMarks } from '../../adapters/mongodb/change-marks.ts';
import { mongodbDocumentStore } from '../../adapters/mongodb/document-store.ts';
import { isStoreUnavailable, StoreUnavailable } from '../../src/domain/ports/document-store.ts';
import { startMongodb } from '../support/mongodb-server.ts';

type Row = { readonly id: string; readonly name: string; readonly value?: number };

const THINGS = { name: 'things', indexes: [{ fields: ['name'], unique: true }] } as const;
const ENDS = { name: 'ends', indexes: [] } as const;
const OTHERS = { name: 'others', indexes: [] } as const;
const REMEMBERED = [{ name: 'things' }, { name: 'ends', absence: 'allows' }] as const;

/** Epoch seconds of the nodes' clock at their start: later than that of this machine. */
const BEGIN = 2_000_000_000;

const server = await startMongodb();
const client = new MongoClient(server.url('none'));
const opened: { close(): Promise<void> }[] = [client];
let now = 0;
let databases = 0;
let url = '';

beforeEach(() => {
  databases += 1;
  url = server.url(`r${databases}`);
});
afterAll(async () => {
  for (const each of opened) await each.close();
  await server.remove();
});

const database = () => client.db(`r${databases}`);
const marks = () => database().collection<{ _id: string; state: string; open: string[] }>('behalf_changes');

/** One process on the database. */
const newNode = async () => {
  const store = await mongodbDocumentStore({
    url,
    allowStandalone: server.isStandalone,
    remembered: { collections: REMEMBERED, elapsed: () => now, now: () => BEGIN + now },
  });
  opened.unshift(store);
  const node = {
    things: store.collection<Row>(THINGS),
    ends: store.collection<Row>(ENDS),
    others: store.collection<Row>(OTHERS),
    request: <R>(work: () => Promise<R>): Promise<R> => store.asOneRequest?.(work) as Promise<R>,
  };
  await store.ready();
  return node;
};

const A = { id: 'a', name: 'ada', value: 1 };
const body = (row: Row): string => JSON.stringify(row);
/** Past everything: only who really reads sees it. */
const writeByHand = (row: Row) =>
  database()
    .collection<{ _id: string; body: string }>('things')
    .updateOne({ _id: row.id }, { $set: { body: body(row) } });

/** Two nodes of which the first has read the thing, and remembers it. */
const warm = async () => {
  const [one, other] = [await newNode(), await newNode()];
  await other.things.insert(A);
  await one.request(() => one.things.get('a'));
  await one.request(() => one.things.find({ where: { name: 'ada' }, limit: 1 }));
  return { one, other };
};
const valueAt = async ({ things, request }: Awaited<ReturnType<typeof newNode>>) =>
  (await request(() => things.get('a')))?.document.value;

describe('what was read is answered again while nothing has changed', () => {
  test('by id, among several, and by a value that is there once', async () => {
    const { one } = await warm();
    await writeByHand({ ...A, value: 2 });
    expect(await valueAt(one)).toBe(1);
    expect((await one.request(() => one.things.getMany(['b', 'a']))).map(({ document }) => document.value)).toEqual([
      1,
    ]);
    const [found] = await one.request(() => one.things.find({ where: { name: 'ada' }, limit: 1 }));
    expect(found?.document.value).toBe(1);
  });

  test('outside of a request everything is read', async () => {
    const { one } = await warm();
    await writeByHand({ ...A, value: 2 });
    expect((await one.things.get('a'))?.document.value).toBe(2);
  });

  test('a minute at most, after any write by hand', async () => {
    const { one } = await warm();
    await writeByHand({ ...A, value: 2 });
    now += 61;
    expect(await valueAt(one)).toBe(2);
  });
});

describe('the next request knows of every change, whichever process made it', () => {
  test('a document that was replaced', async () => {
    const { one, other } = await warm();
    await other.things.replace({ ...A, value: 2 }, 1);
    expect(await valueAt(one)).toBe(2);
    const [found] = await one.request(() => one.things.find({ where: { name: 'ada' }, limit: 1 }));
    expect(found).toMatchObject({ version: 2, document: { value: 2 } });
  });

  test('a document that was taken', async () => {
    const { one, other } = await warm();
    await other.things.take('a');
    expect(await valueAt(one)).toBeUndefined();
    expect(await one.request(() => one.things.find({ where: { name: 'ada' }, limit: 1 }))).toEqual([]);
  });

  test('a document that was not there, where absence allows something', async () => {
    const { one, other } = await warm();
    expect(await one.request(() => one.ends.get('x'))).toBeUndefined();
    expect(await one.request(() => one.ends.getMany(['x', 'y']))).toEqual([]);
    await other.ends.insert({ id: 'x', name: 'over' });
    expect(await one.request(() => one.ends.getMany(['x', 'y']))).toHaveLength(1);
    expect(await one.request(() => one.ends.get('x'))).toBeDefined();
  });

  test('also where absence is not remembered at all', async () => {
    const { one, other } = await warm();
    expect(await one.request(() => one.things.get('b'))).toBeUndefined();
    await other.things.insert({ id: 'b', name: 'bob' });
    expect(await one.request(() => one.things.get('b'))).toBeDefined();
  });

  test('in the same request, once this process has written anything', async () => {
    const { one, other } = await warm();
    await one.request(async () => {
      await one.things.get('a');
      await other.things.replace({ ...A, value: 2 }, 1);
      await one.others.insert({ id: 'event', name: 'durable' });
      expect((await one.things.get('a'))?.document.value).toBe(2);
    });
  });

  test('in the same request, after a moment', async () => {
    const { one, other } = await warm();
    await one.request(async () => {
      await one.things.get('a');
      await other.things.replace({ ...A, value: 2 }, 1);
      now += 0.3;
      expect((await one.things.get('a'))?.document.value).toBe(2);
    });
  });

  test('of 200 changes at one process while another asks without pause, each is seen as soon as it is acknowledged', async () => {
    const { one, other } = await warm();
    let acknowledged = 1;
    let isOver = false;
    const asking = Array.from({ length: 4 }, async () => {
      while (!isOver) {
        const least = acknowledged;
        expect(Number(await valueAt(one))).toBeGreaterThanOrEqual(least);
      }
    });
    for (let value = 2; value <= 200; value += 1) {
      expect(await other.things.replace({ ...A, value }, value - 1)).toBe(true);
      acknowledged = value;
    }
    isOver = true;
    await Promise.all(asking);
  });
});

const openedNow = (): string => ObjectId.createFromTime(Math.floor(BEGIN + now)).toHexString();

describe('while a change may be under way, nothing is answered from memory', () => {
  test('one that its process did not live to end', async () => {
    const { one } = await warm();
    await marks().updateOne({}, { $push: { open: openedNow() } });
    await writeByHand({ ...A, value: 2 });
    expect(await valueAt(one)).toBe(2);
    await writeByHand({ ...A, value: 3 });
    expect(await valueAt(one)).toBe(3);
  });

  test('until the change cannot be under way any more', async () => {
    const { one } = await warm();
    await marks().updateOne({}, { $push: { open: openedNow() } });
    await writeByHand({ ...A, value: 2 });
    expect(await valueAt(one)).toBe(2);
    // By the clock that the store was given.
    now += 62;
    const isOpen = async () => (await marks().findOne({}))?.open.length !== 0;
    for (let asked = 0; asked < 1_000 && (await isOpen()); asked += 1) await valueAt(one);
    expect(await isOpen()).toBe(false);
    await valueAt(one);
    await writeByHand({ ...A, value: 3 });
    expect(await valueAt(one)).toBe(2);
  });

  test('also when the document of the marks is gone', async () => {
    const { one } = await warm();
    await marks().deleteOne({});
    await writeByHand({ ...A, value: 2 });
    expect(await valueAt(one)).toBe(2);
  });
});

describe('a change', () => {
  const newMarks = (run: <R>(work: () => Promise<R>) => Promise<R> = (work) => work()) =>
    changeMarks({ database: database(), run, elapsed: () => now, now: () => Date.now() / 1000 });
  const unavailable = new StoreUnavailable('gone');

  test('that cannot be announced is not made', async () => {
    let isWritten = false;
    const write = async () => {
      isWritten = true;
    };
    await expect(newMarks(() => Promise.reject(unavailable)).change(write, () => true)).rejects.toBe(unavailable);
    expect(isWritten).toBe(false);
  });

  test('that was announced and then held up too long is not made', async () => {
    let isWritten = false;
    const slow = newMarks((work) => {
      now += 11;
      return work();
    });
    const write = async () => {
      isWritten = true;
    };
    const thrown = await slow.change(write, () => true).catch((error: unknown) => error);
    expect(isStoreUnavailable(thrown)).toBe(true);
    expect(isWritten).toBe(false);
  });

  test('whose outcome is not known stays open', async () => {
    const all = newMarks();
    await all.prepare();
    expect(await all.state()).toBeDefined();
    await expect(all.change(() => Promise.reject(unavailable), isStoreUnavailable)).rejects.toBe(unavailable);
    expect(await all.state()).toBeUndefined();
    expect((await marks().findOne({}))?.open).toHaveLength(1);
  });

  test('that was refused is over', async () => {
    const all = newMarks();
    await all.prepare();
    const before = await all.state();
    const refused = new Error('taken');
    await expect(all.change(() => Promise.reject(refused), isStoreUnavailable)).rejects.toBe(refused);
    while ((await marks().findOne({}))?.open.length !== 0);
    expect(await all.state()).not.toBe(before);
  });
});
