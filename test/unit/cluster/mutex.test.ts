import { expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { withMutex } from '../../../src/domain/platform/cluster/mutex.ts';
import { type DocumentStore, StoreUnavailable } from '../../../src/domain/ports/document-store.ts';

let now = 1_790_000_000;
const clock = { now: () => now, nowMillis: () => now * 1000 };

test('what has one name runs one at a time, what has another beside it', async () => {
  const documents = memoryDocumentStore();
  const running = { a: 0, b: 0 };
  let most = 0;
  const work = (name: 'a' | 'b') => async (): Promise<string> => {
    running[name] += 1;
    most = Math.max(most, running[name]);
    await new Promise((resolve) => setImmediate(resolve));
    running[name] -= 1;
    return name;
  };
  const done = await Promise.all(
    (['a', 'b', 'a', 'a', 'b'] as const).map((name) => withMutex({ documents, clock }, name, work(name))),
  );
  expect(done).toEqual(['a', 'b', 'a', 'a', 'b']);
  expect(most).toBe(1);
});

test('a failure ends the turn and is reported', async () => {
  const documents = memoryDocumentStore();
  const failing = withMutex({ documents, clock }, 'a', async () => {
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(await withMutex({ documents, clock }, 'a', async () => 'next')).toBe('next');
});

test('a store that fails after the work hides neither its result nor its error; the turn then expires', async () => {
  const store = memoryDocumentStore();
  const documents: DocumentStore = {
    ...store,
    collection: (declaration) => ({
      ...store.collection<never>(declaration),
      take: async () => {
        throw new StoreUnavailable('the line is dead');
      },
    }),
  };
  expect(await withMutex({ documents, clock }, 'a', async () => 'done')).toBe('done');
  const failing = withMutex({ documents, clock }, 'b', async () => {
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  now += 31;
  expect(await withMutex({ documents, clock }, 'a', async () => 'next')).toBe('next');
});

test('a process that died in its turn delays others only shortly, and does not end the turn of its successor', async () => {
  const documents = memoryDocumentStore();
  let wake = (): void => {};
  const stuck = withMutex(
    { documents, clock },
    'a',
    () =>
      new Promise<void>((resolve) => {
        wake = resolve;
      }),
  );
  await new Promise((resolve) => setImmediate(resolve));
  now += 31;
  const second = withMutex({ documents, clock }, 'a', async () => {
    wake();
    await stuck;
    const turns = documents.collection<{ id: string }>({ name: 'turns', indexes: [] });
    return (await turns.get('a')) !== undefined;
  });
  expect(await second).toBe(true);
});

test('a turn that expires while it is ended does not take that of its successor along', async () => {
  const store = memoryDocumentStore();
  const later: { hook?: () => Promise<void> } = {};
  const documents: DocumentStore = {
    ...store,
    collection: (declaration) => {
      const turns = store.collection<never>(declaration);
      return {
        ...turns,
        get: async (id) => {
          const found = await turns.get(id);
          const { hook } = later;
          delete later.hook;
          await hook?.();
          return found;
        },
      };
    },
  };
  let finish = (): void => {};
  let successor: Promise<void> | undefined;
  await withMutex({ documents, clock }, 'a', async () => {
    now += 29;
    // The turn is read by the process that ends it, and expires before it is removed.
    later.hook = async () => {
      now += 2;
      await new Promise<void>((begun) => {
        successor = withMutex({ documents: store, clock }, 'a', () => {
          begun();
          return new Promise<void>((resolve) => {
            finish = resolve;
          });
        });
      });
    };
  });
  const turns = store.collection<{ id: string }>({ name: 'turns', indexes: [] });
  expect(await turns.get('a')).toBeDefined();
  finish();
  await successor;
  expect(await turns.get('a')).toBeUndefined();
});

test('long work keeps its turn, and learns that another process has taken it', async () => {
  const documents = memoryDocumentStore();
  let isNext = false;
  let next: Promise<void> | undefined;
  const long = withMutex({ documents, clock }, 'a', async (keep) => {
    next = withMutex({ documents, clock }, 'a', async () => {
      isNext = true;
    });
    for (let part = 0; part < 4; part += 1) {
      now += 20;
      await keep();
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    expect(isNext).toBe(false);
    now += 31;
    await next;
    await keep();
  });
  await expect(long).rejects.toMatchObject({ code: 'store_unavailable' });
  expect(isNext).toBe(true);
});
