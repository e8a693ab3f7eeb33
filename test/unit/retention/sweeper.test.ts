import { describe, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { memoryEphemeralStore } from '../../../adapters/memory/ephemeral-store.ts';
import { sweeper } from '../../../src/domain/platform/retention/sweeper.ts';
import type { DocumentStore } from '../../../src/domain/ports/document-store.ts';

type Row = { readonly id: string; readonly expiresAt: number };

/** Two collections, a large and a small one behind it; what is swept, counted and waited for is noted. */
const world = async (
  large: number,
  small: number,
  {
    between = (documents: DocumentStore): DocumentStore => documents,
    sliceSeconds = 0.01,
    endless = undefined as undefined | (() => { readonly isDone: boolean }),
  } = {},
) => {
  let elapsed = 0;
  const clock = { now: () => 1000, nowMillis: () => 1_000_000 };
  const documents = between(memoryDocumentStore());
  for (const [name, rows] of [
    ['large', large],
    ['small', small],
  ] as const) {
    const collection = documents.collection<Row>({ name, indexes: [], expiresAt: 'expiresAt' });
    const expired = Array.from({ length: rows }, (_, at) => ({ id: `r${at}`, expiresAt: at % 1000 }));
    await collection.insertMany([...expired, { id: 'alive', expiresAt: 2000 }]);
  }
  const slices: string[] = [];
  const backlog: Record<string, number[]> = {};
  const pauses: number[] = [];
  const lengths: number[] = [];
  const swept = sweeper({
    documents: {
      ...documents,
      async sweep(name, now, limit, milliseconds = 0) {
        slices.push(name);
        lengths.push(milliseconds);
        elapsed += sliceSeconds;
        return documents.sweep(name, now, limit, milliseconds);
      },
    },
    ephemeral: {
      ...memoryEphemeralStore(clock),
      ...(endless && {
        async sweep() {
          elapsed += sliceSeconds;
          return { removed: 500, ...endless() };
        },
        countExpired: async () => 500,
      }),
    },
    clock,
    elapsed: () => elapsed,
    pause: async (milliseconds) => {
      pauses.push(milliseconds);
      elapsed += milliseconds / 1000;
    },
    onRemoved: () => undefined,
    onBacklog: (name, rows) => {
      backlog[name] = [...(backlog[name] ?? []), rows];
    },
  });
  return { documents, swept, slices, backlog, pauses, lengths };
};

describe('OT-12 the sweeper', () => {
  test('takes every collection to its end in one run, and the small one does not wait for the large one', async () => {
    const { documents, swept, slices } = await world(20_000, 300);
    expect(await swept.run()).toBe(20_300);
    for (const name of ['large', 'small']) {
      expect(await documents.countExpired(name, 1000, 10)).toBe(0);
      expect(await documents.collection<Row>({ name, indexes: [], expiresAt: 'expiresAt' }).get('alive')).toBeDefined();
    }
    expect(slices.slice(0, 2)).toEqual(['large', 'small']);
  });

  test('leaves nine tenths of the time to others, and says how large the backlog is until it is gone', async () => {
    const { swept, backlog, pauses } = await world(20_000, 1);
    await swept.run();
    expect(pauses[0]).toBeCloseTo(90);
    expect(backlog['large']?.[0]).toBe(10_000);
    expect(backlog['large']?.at(-1)).toBe(0);
    expect(backlog['small']).toEqual([0]);
  });

  test('takes a larger share and longer slices when a run does not come to an end', async () => {
    const { swept, pauses, lengths } = await world(80_000, 0, { sliceSeconds: 0.1 });
    await swept.run();
    expect([...new Set(lengths)]).toEqual([1, 2, 4]);
    expect(pauses.at(-1)).toBeLessThanOrEqual(10);
  });

  test('a collection that fails keeps no other waiting, is counted, and is an error of the run', async () => {
    const { documents, swept, backlog } = await world(5, 7, {
      between: (inner) => ({
        ...inner,
        sweep: async (name, now, limit) => {
          if (name === 'large') throw new Error('no room');
          return inner.sweep(name, now, limit);
        },
      }),
    });
    await expect(swept.run()).rejects.toThrow('no room');
    expect(await documents.countExpired('small', 1000, 10)).toBe(0);
    expect(backlog).toMatchObject({ large: [5], small: [0] });
  });

  test('a store that always has more to sweep keeps no collection waiting: what ends meanwhile is swept in the same run', async () => {
    let sweeps = 0;
    let late: Promise<void> | undefined;
    let left = -1;
    const { documents, swept } = await world(3, 3, {
      endless: () => {
        sweeps += 1;
        if (sweeps === 10) late = collection().insert({ id: 'late', expiresAt: 900 });
        return { isDone: sweeps === 1000 };
      },
      between: (inner) => ({
        ...inner,
        sweep: async (name, ...more) => {
          const slice = await inner.sweep(name, ...more);
          if (name === 'small' && sweeps > 10) left = await inner.countExpired('small', 1000, 10);
          return slice;
        },
      }),
    });
    const collection = () => documents.collection<Row>({ name: 'small', indexes: [], expiresAt: 'expiresAt' });
    await swept.run();
    await late;
    expect([left, sweeps]).toEqual([0, 1000]);
  });

  test('ends after its slice when it is stopped, and two callers share a run', async () => {
    const { swept, slices } = await world(20_000, 0);
    const runs = [swept.run(), swept.run()];
    swept.stop();
    expect(await Promise.all(runs)).toEqual([500, 500]);
    expect(slices).toEqual(['large']);
  });
});
