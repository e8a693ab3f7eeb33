import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { MongoClient, ObjectId } from 'mongodb';
import { mongodbDocumentStore } from '../../adapters/mongodb/document-store.ts';
import { type MarkMode, markedDocument } from '../../adapters/mongodb/mark-states.ts';
import { startMongodb } from '../support/mongodb-server.ts';

type Row = { readonly id: string; readonly name: string; readonly value?: number };

const THINGS = { name: 'things', indexes: [{ fields: ['name'], unique: true }] } as const;
const ENDS = { name: 'ends', indexes: [] } as const;
const OTHERS = { name: 'others', indexes: [] } as const;
const CACHED = [{ name: 'things' }, { name: 'ends', absence: 'allows' }] as const;

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

type Mark = { _id: string; open: string[]; recent: string[]; mode: MarkMode; generation: string; partitions: number };
const database = () => client.db(`r${databases}`);
const marks = () => database().collection<Mark>('behalf_changes');
const common = () => marks().findOne({ _id: 'common' });
const setCommon = (members: Partial<Mark>) => marks().updateOne({ _id: 'common' }, { $set: members });
const OF_A = markedDocument('things', 'a');

/** One process on the database. */
const newNode = async () => {
  const store = await mongodbDocumentStore({
    url,
    allowStandalone: server.isStandalone,
    cache: { collections: CACHED, elapsed: () => now, now: () => BEGIN + now },
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
type Node = Awaited<ReturnType<typeof newNode>>;

const A = { id: 'a', name: 'ada', value: 1 };
const body = (row: Row): string => JSON.stringify(row);
/** Past everything: only who really reads sees it. */
const writeByHand = (row: Row) =>
  database()
    .collection<{ _id: string; body: string }>('things')
    .updateOne({ _id: row.id }, { $set: { body: body(row) } });
const valueAt = async ({ things, request }: Node) => (await request(() => things.get('a')))?.document.value;
const byName = async ({ things, request }: Node) =>
  (await request(() => things.find({ where: { name: 'ada' }, limit: 1 })))[0]?.document;
const nameOfNow = (): string => ObjectId.createFromTime(Math.floor(BEGIN + now)).toHexString();
/** Ids of documents in the partition of `a`. */
const neighbours = (most: number): string[] => {
  const ids: string[] = [];
  for (let at = 0; ids.length < most; at += 1)
    if (markedDocument('things', `n${at}`).partition === OF_A.partition) ids.push(`n${at}`);
  return ids;
};

describe.each<{ mode: MarkMode }>([{ mode: 'common' }, { mode: 'partitions' }])(
  'by marks of mode $mode',
  ({ mode }) => {
    const markOfA = { _id: mode === 'common' ? 'common' : `p${OF_A.partition}` };
    /** Leaves a change of the document open, as a process does that died. */
    const leaveOpen = (name = nameOfNow()) =>
      marks().updateOne(
        markOfA,
        { $push: { open: name + OF_A.hash, recent: name + OF_A.hash } as never },
        { upsert: true },
      );

    /** Two nodes of which the first has read the thing, and remembers it. */
    const warm = async () => {
      const [one, other] = [await newNode(), await newNode()];
      await setCommon({ mode });
      await other.things.insert(A);
      for (let twice = 0; twice < 2; twice += 1) {
        await valueAt(one);
        await byName(one);
      }
      return { one, other };
    };

    describe('what was read is answered again while it does not change', () => {
      test('by id, among several, and by a value that is there once', async () => {
        const { one } = await warm();
        await writeByHand({ ...A, value: 2 });
        expect(await valueAt(one)).toBe(1);
        const several = await one.request(() => one.things.getMany(['b', 'a']));
        expect(several.map(({ document }) => document.value)).toEqual([1]);
        expect((await byName(one))?.value).toBe(1);
      });

      test('also while other documents change', async () => {
        const { one, other } = await warm();
        await other.things.insert({ id: 'b', name: 'bob', value: 1 });
        await other.things.replace({ id: 'b', name: 'bob', value: 2 }, 1);
        await other.ends.insert({ id: 'x', name: 'over' });
        await writeByHand({ ...A, value: 2 });
        expect(await valueAt(one)).toBe(1);
        expect((await byName(one))?.value).toBe(1);
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

      test('or until an operator sets another generation', async () => {
        const { one } = await warm();
        await writeByHand({ ...A, value: 2 });
        expect(await valueAt(one)).toBe(1);
        await setCommon({ generation: 'changed by hand' });
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
        expect(await byName(one)).toBeUndefined();
      });

      test('a document that was taken, and another that has its id', async () => {
        const { one, other } = await warm();
        await other.things.take('a');
        await other.things.insert({ ...A, value: 7 });
        expect(await valueAt(one)).toBe(7);
        expect((await byName(one))?.value).toBe(7);
      });

      test('a value that another document has now', async () => {
        const { one, other } = await warm();
        await other.things.replace({ ...A, name: 'adele' }, 1);
        await other.things.insert({ id: 'b', name: 'ada', value: 9 });
        expect(await byName(one)).toEqual({ id: 'b', name: 'ada', value: 9 });
        expect(await byName(one)).toEqual({ id: 'b', name: 'ada', value: 9 });
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
        expect(await one.request(() => one.things.find({ where: { name: 'bob' }, limit: 1 }))).toEqual([]);
        await other.things.insert({ id: 'b', name: 'bob' });
        expect(await one.request(() => one.things.get('b'))).toBeDefined();
        expect(await one.request(() => one.things.find({ where: { name: 'bob' }, limit: 1 }))).toHaveLength(1);
      });

      test('each of 200 that were inserted together, announced by few names', async () => {
        const { one, other } = await warm();
        const ids = Array.from({ length: 200 }, (_, at) => `e${at}`);
        const there = async () => (await one.request(() => one.ends.getMany(ids.slice(0, 100)))).length;
        expect([await there(), await there()]).toEqual([0, 0]);
        await other.ends.insertMany(ids.map((id) => ({ id, name: 'over' })));
        expect(await there()).toBe(100);
        const held = await marks().find({}).toArray();
        expect(Math.max(...held.map(({ recent }) => recent.length))).toBeLessThan(4);
      });

      test('after more changes than a mark keeps', async () => {
        const { one, other } = await warm();
        const ids = neighbours(20);
        await Promise.all(ids.map((id) => other.things.insert({ id, name: id })));
        await other.things.replace({ ...A, value: 2 }, 1);
        const most = mode === 'common' ? 256 : 16;
        for (let version = 1; version <= most / ids.length + 1; version += 1)
          await Promise.all(ids.map((id) => other.things.replace({ id, name: id, value: version }, version)));
        expect((await marks().findOne(markOfA))?.recent).toHaveLength(most);
        expect(await valueAt(one)).toBe(2);
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

      test.each([0.3, 300])('in the same request, after %d s', async (seconds) => {
        const { one, other } = await warm();
        await one.request(async () => {
          await one.things.get('a');
          await other.things.replace({ ...A, value: 2 }, 1);
          now += seconds;
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

    describe('while a change of a document may be under way, it is not answered from memory', () => {
      test('one that its process did not live to end', async () => {
        const { one } = await warm();
        await leaveOpen();
        await writeByHand({ ...A, value: 2 });
        expect(await valueAt(one)).toBe(2);
        await writeByHand({ ...A, value: 3 });
        expect(await valueAt(one)).toBe(3);
      });

      test('one of two, of which the other is over', async () => {
        const { one, other } = await warm();
        await leaveOpen();
        await other.things.replace({ ...A, value: 2 }, 1);
        expect(await valueAt(one)).toBe(2);
        await writeByHand({ ...A, value: 3 });
        expect(await valueAt(one)).toBe(3);
      });

      test('until the change cannot be under way any more', async () => {
        const { one } = await warm();
        await leaveOpen();
        await writeByHand({ ...A, value: 2 });
        expect(await valueAt(one)).toBe(2);
        // By the clock that the store was given.
        now += 62;
        const isOpen = async () => (await marks().findOne(markOfA))?.open.length !== 0;
        for (let asked = 0; asked < 1_000 && (await isOpen()); asked += 1) await valueAt(one);
        expect(await isOpen()).toBe(false);
        await valueAt(one);
        await writeByHand({ ...A, value: 3 });
        expect(await valueAt(one)).toBe(2);
      });

      test('also when the marks are gone', async () => {
        const { one } = await warm();
        await marks().deleteMany({});
        await writeByHand({ ...A, value: 2 });
        expect(await valueAt(one)).toBe(2);
      });
    });
  },
);

test('a database with another number of partitions is refused', async () => {
  await newNode();
  await setCommon({ partitions: 8 });
  await expect(newNode()).rejects.toMatchObject({ message: expect.stringMatching(/^the database has 8 partitions/) });
});

test('the first common mark of a database shows every change, and one that is made later collects them first', async () => {
  await newNode();
  expect(await common()).toMatchObject({ mode: 'common', open: [] });
  await marks().deleteMany({});
  await newNode();
  expect(await common()).toMatchObject({ mode: 'collecting' });
});
