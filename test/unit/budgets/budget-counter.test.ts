import { describe, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { BUDGET_USE, type Budget, type BudgetUse } from '../../../src/domain/authority/budgets/budget.ts';
import { budgetCounter } from '../../../src/domain/authority/budgets/budget-counter.ts';
import { countedNow, partAt } from '../../../src/domain/authority/budgets/counting.ts';
import { type DocumentStore, StoreUnavailable } from '../../../src/domain/ports/document-store.ts';

const NOW = 1_800_000_000;
const budget = (over: Partial<Budget> = {}): Budget => ({
  id: 'bud_1',
  name: 'One',
  about: 'agent',
  subject: 'agt_a',
  measure: 'tokens',
  limit: 50,
  windowSeconds: 3600,
  state: 'active',
  createdAt: 0,
  updatedAt: 0,
  ...over,
});

type Call = 'get' | 'replace' | 'insert';

/** A store of which a test says before each call what happens; `lost`: another writer came between. */
const brokenStore = (before: (call: Call) => 'lost' | 'fails' | 'fails after' | undefined) => {
  const store = memoryDocumentStore('refused');
  const uses = store.collection<BudgetUse>(BUDGET_USE);
  const fail = (): never => {
    throw new StoreUnavailable('in this test');
  };
  const documents: DocumentStore = {
    ...store,
    collection: () =>
      ({
        ...uses,
        async get(id: string) {
          if (before('get')) fail();
          return uses.get(id);
        },
        async replace(use: BudgetUse, version: number) {
          const what = before('replace');
          if (what === 'lost') return false;
          if (what === 'fails') fail();
          const written = await uses.replace(use, version);
          return what === 'fails after' ? fail() : written;
        },
      }) as never,
  };
  return { documents, uses };
};

const counted = async (uses: { get(id: string): Promise<{ document: BudgetUse } | undefined> }, one = budget()) =>
  countedNow(one, (await uses.get(one.id))?.document, NOW);

describe('AP-17 many at once', () => {
  test('AP-17 three nodes with two hundred requests each give out the limit exactly, and contention refuses none', async () => {
    const store = memoryDocumentStore('refused');
    let swaps = 0;
    const slow: DocumentStore = {
      ...store,
      collection: (declaration) => {
        const found = store.collection<never>(declaration);
        // As with a server elsewhere: others come between a read and a write.
        const later = () => new Promise((resolve) => setImmediate(resolve));
        return {
          ...found,
          async get(id: string) {
            await later();
            return found.get(id);
          },
          async replace(use: never, version: number) {
            await later();
            swaps += 1;
            return found.replace(use, version);
          },
        } as never;
      },
    };
    const nodes = [1, 2, 3].map(() => budgetCounter({ documents: slow, elapsed: () => performance.now() / 1000 }));
    const answers = await Promise.all(
      nodes.flatMap((node) => Array.from({ length: 200 }, () => node.take(budget(), { sum: 1 }, NOW))),
    );
    expect(answers.filter((full) => full === undefined)).toHaveLength(50);
    expect(await counted(store.collection<BudgetUse>(BUDGET_USE))).toBe(50);
    expect(swaps).toBeLessThan(60);
  });

  test('AP-17 a request that loses forty swaps is counted all the same', async () => {
    let lost = 0;
    const { documents, uses } = brokenStore((call) => {
      if (call !== 'replace' || lost >= 40) return undefined;
      lost += 1;
      return 'lost';
    });
    await uses.insert({ id: 'bud_1', parts: [] });
    const counter = budgetCounter({ documents, elapsed: () => 0 });
    expect(await counter.take(budget(), { sum: 1 }, NOW)).toBeUndefined();
    expect([lost, await counted(uses)]).toEqual([40, 1]);
  });

  test('a request that loses every swap is refused after five seconds, and those behind it are not', async () => {
    let seconds = 0;
    let isLosing = true;
    const { documents, uses } = brokenStore((call) => {
      seconds += 0.5;
      return call === 'replace' && isLosing ? 'lost' : undefined;
    });
    await uses.insert({ id: 'bud_1', parts: [] });
    const counter = budgetCounter({ documents, elapsed: () => seconds });
    const first = counter.take(budget(), { sum: 1 }, NOW);
    const refused = expect(first).rejects.toThrow('asked by too many at once');
    await refused;
    isLosing = false;
    expect(await counter.take(budget(), { sum: 1 }, NOW)).toBeUndefined();
    expect(await counted(uses)).toBe(1);
  });
});

describe('AP-17 what is given back', () => {
  const taking = { sum: 1 };
  const at = partAt(budget(), NOW);

  test('AP-17 is given back once, under contention', async () => {
    const store = memoryDocumentStore('refused');
    const counter = budgetCounter({ documents: store, elapsed: () => 0 });
    await Promise.all(Array.from({ length: 40 }, () => counter.take(budget(), taking, NOW)));
    await Promise.all([
      ...Array.from({ length: 30 }, () => counter.giveBack(budget(), taking, at)),
      ...Array.from({ length: 20 }, () => counter.take(budget(), taking, NOW)),
    ]);
    expect(await counted(store.collection<BudgetUse>(BUDGET_USE))).toBe(30);
  });

  test('AP-17 comes with the next one when the store could not be read', async () => {
    let isDown = false;
    const { documents, uses } = brokenStore((call) => (isDown && call === 'get' ? 'fails' : undefined));
    const counter = budgetCounter({ documents, elapsed: () => 0 });
    const small = budget({ limit: 1 });
    expect(await counter.take(small, taking, NOW)).toBeUndefined();
    isDown = true;
    await counter.giveBack(small, taking, at);
    await expect(counter.take(small, taking, NOW)).rejects.toThrow('in this test');
    isDown = false;
    expect(await counter.take(small, taking, NOW)).toBeUndefined();
    expect(await counter.take(small, taking, NOW)).toMatchObject({ fullUntil: expect.any(Number) });
    expect(await counted(uses)).toBe(1);
  });

  test('AP-17 waits for the store a thousand times for each budget, and no more', async () => {
    let isDown = false;
    const { documents, uses } = brokenStore((call) => (isDown && call === 'get' ? 'fails' : undefined));
    const counter = budgetCounter({ documents, elapsed: () => 0 });
    const large = budget({ limit: 2_000 });
    expect(await counter.take(large, { sum: 1_500 }, NOW)).toBeUndefined();
    isDown = true;
    for (let given = 0; given < 1_001; given += 1) await counter.giveBack(large, taking, at);
    isDown = false;
    await counter.take(large, { sum: 0 }, NOW);
    expect(await counted(uses, large)).toBe(500);
  });

  test('AP-17 is never given back twice after a write of unknown outcome', async () => {
    let what: 'fails after' | undefined;
    const { documents, uses } = brokenStore((call) => (call === 'replace' ? what : undefined));
    const counter = budgetCounter({ documents, elapsed: () => 0 });
    await counter.take(budget(), taking, NOW);
    await counter.take(budget(), taking, NOW);
    what = 'fails after';
    await counter.giveBack(budget(), taking, at);
    what = undefined;
    await counter.take(budget(), { sum: 0 }, NOW);
    expect(await counted(uses)).toBe(1);
  });

  test('AP-17 a target stays while another token was given for it, and goes with the last', async () => {
    const store = memoryDocumentStore('refused');
    const counter = budgetCounter({ documents: store, elapsed: () => 0 });
    const targets = budget({ measure: 'targets', limit: 2 });
    const of = (target: string) => ({ sum: 0, target });
    for (const target of ['a', 'a', 'b']) expect(await counter.take(targets, of(target), NOW)).toBeUndefined();
    expect(await counter.take(targets, of('c'), NOW)).toMatchObject({ fullUntil: expect.any(Number) });
    const uses = store.collection<BudgetUse>(BUDGET_USE);
    await counter.giveBack(targets, of('a'), at);
    expect(await counted(uses, targets)).toBe(2);
    await counter.giveBack(targets, of('a'), at);
    expect(await counted(uses, targets)).toBe(1);
    expect(await counter.take(targets, of('c'), NOW)).toBeUndefined();
    await counter.giveBack(targets, of('a'), at);
    expect(await counted(uses, targets)).toBe(2);
  });

  test('AP-17 of targets from before their holders were counted nothing is given back', async () => {
    const store = memoryDocumentStore('refused');
    const uses = store.collection<BudgetUse>(BUDGET_USE);
    await uses.insert({ id: 'bud_1', parts: [{ at, sum: 0, targets: ['a', 'b'] }] });
    const counter = budgetCounter({ documents: store, elapsed: () => 0 });
    const targets = budget({ measure: 'targets', limit: 3 });
    await counter.take(targets, { sum: 0, target: 'a' }, NOW);
    await counter.giveBack(targets, { sum: 0, target: 'a' }, at);
    await counter.giveBack(targets, { sum: 0, target: 'b' }, at);
    expect(await counted(uses, targets)).toBe(2);
  });
});
