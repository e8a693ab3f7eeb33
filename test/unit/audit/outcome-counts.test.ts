/** Figures of refusals: counts are found again over nodes and days by one bounded query, independent of the audit log. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { openSqlite } from '../../../adapters/sqlite/database.ts';
import { sqliteDocumentStore } from '../../../adapters/sqlite/document-store.ts';
import { COUNTED_DAYS, OUTCOME_COUNTS, outcomeCounts } from '../../../src/domain/audit/outcome-counts.ts';
import { type DocumentStore, type Query, StoreUnavailable } from '../../../src/domain/ports/document-store.ts';

const DAY = 86_400;
const MIDNIGHT = 1_799_971_200;

const movable = (at = MIDNIGHT + 8 * 3600) => {
  const clock = { at, now: () => clock.at };
  return clock;
};

const refusedOf = (spans: readonly { readonly refused: number }[]): readonly number[] =>
  spans.map(({ refused }) => refused);

const folder = mkdtempSync(join(tmpdir(), 'behalf-counts-'));
let files = 0;
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const STORES: readonly (readonly [string, () => DocumentStore])[] = [
  ['memory', memoryDocumentStore],
  ['SQLite', () => sqliteDocumentStore(openSqlite({ file: join(folder, `${++files}.db`) }))],
];

describe.each(STORES)('on %s', (_, open) => {
  test('counts what was refused and granted by day and by hour, over all nodes', async () => {
    const documents = open();
    const clock = movable();
    const [one, other] = ['nod_a', 'nod_b'].map((node) => outcomeCounts({ documents, clock, node }));
    if (!one || !other) throw new Error('no nodes');
    clock.at = MIDNIGHT - DAY + 23 * 3600;
    one.note({ type: 'session.refused', outcome: 'refused' });
    await one.flush();
    clock.at = MIDNIGHT + 60;
    one.note({ type: 'token.refused', outcome: 'refused' });
    one.note({ type: 'token.issued', outcome: 'granted' });
    one.note({ type: 'account.created', outcome: 'done' });
    await one.flush();
    other.note({ type: 'request.refused', outcome: 'refused', count: 40 });
    await other.flush();
    clock.at = MIDNIGHT + 5 * 3600;
    other.note({ type: 'token.refused', outcome: 'refused' });
    await other.flush();
    // Not written yet, and counted all the same by this node.
    one.note({ type: 'token.refused', outcome: 'refused' });

    const days = await one.of('days');
    expect(refusedOf(days.spans)).toEqual([...Array.from({ length: COUNTED_DAYS - 2 }, () => 0), 1, 43]);
    expect(days.spans.at(-1)).toEqual({ from: MIDNIGHT, granted: 1, refused: 43 });
    expect(days.kinds).toEqual([
      { type: 'request.refused', count: 40 },
      { type: 'token.refused', count: 3 },
      { type: 'session.refused', count: 1 },
    ]);
    const hours = await one.of('hours');
    expect(hours.spans).toHaveLength(24);
    expect(hours.spans.at(-1)?.from).toBe(MIDNIGHT + 5 * 3600);
    expect(refusedOf(hours.spans).slice(-7)).toEqual([1, 41, 0, 0, 0, 0, 2]);
    await documents.close();
  });

  test('what is older than the days that are shown is neither counted nor kept', async () => {
    const documents = open();
    const clock = movable();
    const counts = outcomeCounts({ documents, clock, node: 'nod_a' });
    counts.note({ type: 'token.refused', outcome: 'refused' });
    await counts.flush();
    clock.at += (COUNTED_DAYS - 1) * DAY;
    expect(refusedOf((await counts.of('days')).spans)[0]).toBe(1);
    clock.at += DAY;
    expect(refusedOf((await counts.of('days')).spans).every((count) => count === 0)).toBe(true);
    expect((await documents.sweep(OUTCOME_COUNTS.name, clock.at + 2 * DAY, 10)).removed).toBe(1);
    await documents.close();
  });
});

/** Says how often each method was called, and fails those writes that are named. */
const watched = (inner: DocumentStore) => {
  const seen = { finds: 0, documents: 0, failing: false };
  const documents: DocumentStore = {
    ...inner,
    collection(declaration) {
      const collection = inner.collection<never>(declaration);
      const failed = (): void => {
        if (seen.failing) throw new StoreUnavailable('away');
      };
      return {
        ...collection,
        async insert(document: never) {
          failed();
          await collection.insert(document);
        },
        async replace(document: never, expected: number) {
          failed();
          return collection.replace(document, expected);
        },
        async find(query: Query) {
          const found = await collection.find(query);
          seen.finds += 1;
          seen.documents += found.length;
          return found;
        },
      } as never;
    },
  };
  return { documents, seen };
};

test('a million events of fourteen days are fourteen documents a node, read by one query', async () => {
  const { documents, seen } = watched(memoryDocumentStore());
  const clock = movable(MIDNIGHT - (COUNTED_DAYS - 1) * DAY);
  const nodes = ['nod_a', 'nod_b', 'nod_c'].map((node) => outcomeCounts({ documents, clock, node }));
  for (let day = 0; day < COUNTED_DAYS; day += 1) {
    for (const counts of nodes) {
      for (let event = 0; event < 24_000; event += 1) {
        counts.note({ type: 'token.refused', outcome: event % 3 === 0 ? 'refused' : 'granted' });
      }
      await counts.flush();
    }
    clock.at += DAY;
  }
  clock.at -= DAY;
  expect(await documents.collection<{ id: string }>(OUTCOME_COUNTS).find({ limit: 1000 })).toHaveLength(42);
  Object.assign(seen, { finds: 0, documents: 0 });
  const figures = await nodes[0]?.of('days');
  expect(seen).toMatchObject({ finds: 1, documents: 42 });
  expect(refusedOf(figures?.spans ?? [])).toEqual(Array.from({ length: COUNTED_DAYS }, () => 24_000));
  expect(figures?.spans.reduce((sum, { granted }) => sum + granted, 0)).toBe(14 * 48_000);
});

test('what could not be written stays noted and is written once', async () => {
  const { documents, seen } = watched(memoryDocumentStore());
  const clock = movable();
  const counts = outcomeCounts({ documents, clock, node: 'nod_a' });
  counts.note({ type: 'token.refused', outcome: 'refused' });
  seen.failing = true;
  await expect(counts.flush()).rejects.toThrow('away');
  counts.note({ type: 'token.refused', outcome: 'refused' });
  seen.failing = false;
  await counts.flush();
  await counts.flush();
  const later = outcomeCounts({ documents, clock, node: 'nod_b' });
  expect((await later.of('days')).kinds).toEqual([{ type: 'token.refused', count: 2 }]);
});

test('two processes that write for one node at once lose nothing', async () => {
  const documents = memoryDocumentStore();
  const clock = movable();
  const both = [0, 1].map(() => outcomeCounts({ documents, clock, node: 'nod_a' }));
  for (let round = 0; round < 10; round += 1) {
    for (const counts of both) counts.note({ type: 'token.refused', outcome: 'refused' });
    await Promise.all(both.map((counts) => counts.flush()));
  }
  expect((await both[0]?.of('days'))?.kinds).toEqual([{ type: 'token.refused', count: 20 }]);
});
