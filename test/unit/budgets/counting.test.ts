import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Budget, BudgetUse } from '../../../src/domain/authority/budgets/budget.ts';
import { countedNow, giveBack, partAt, take } from '../../../src/domain/authority/budgets/counting.ts';

const budget = (over: Partial<Budget> = {}): Budget => ({
  id: 'bud_1',
  name: 'One',
  about: 'agent',
  subject: 'agt_a',
  measure: 'amount',
  limit: 100,
  windowSeconds: 3600,
  state: 'active',
  createdAt: 0,
  updatedAt: 0,
  ...over,
});

describe('AP-17 counting', () => {
  test('AP-17 no window of its length ever holds more than the limit, for any sequence of requests', () => {
    const step = fc.record({ wait: fc.integer({ min: 0, max: 2000 }), sum: fc.integer({ min: 0, max: 140 }) });
    fc.assert(
      fc.property(fc.integer({ min: 60, max: 5000 }), fc.array(step, { maxLength: 60 }), (windowSeconds, steps) => {
        const one = budget({ windowSeconds });
        let use: BudgetUse | undefined;
        let now = 1_000_000;
        const given: { at: number; sum: number }[] = [];
        for (const { wait, sum } of steps) {
          now += wait;
          const outcome = take(one, use, { sum }, now);
          if (!('use' in outcome)) continue;
          use = outcome.use;
          given.push({ at: now, sum });
        }
        for (const { at } of given) {
          const inside = given.filter((each) => each.at <= at && each.at > at - windowSeconds);
          expect(inside.reduce((total, each) => total + each.sum, 0)).toBeLessThanOrEqual(100);
        }
        expect((use?.parts ?? []).length).toBeLessThanOrEqual(62);
      }),
    );
  });

  test('AP-17 cut into many, it is the same sum', () => {
    let use: BudgetUse | undefined;
    let given = 0;
    for (let act = 0; act < 10; act += 1) {
      const outcome = take(budget(), use, { sum: 99 }, 1000 + act);
      if (!('use' in outcome)) continue;
      use = outcome.use;
      given += 1;
    }
    expect(given).toBe(1);
  });

  test('says from when there is room, and there is', () => {
    const now = 7200;
    const first = take(budget(), undefined, { sum: 60 }, now);
    const { use } = first as { use: BudgetUse };
    const full = take(budget(), use, { sum: 50 }, now + 100) as { fullUntil: number };
    expect(take(budget(), use, { sum: 50 }, full.fullUntil - 61)).not.toHaveProperty('use');
    expect(take(budget(), use, { sum: 50 }, full.fullUntil)).toHaveProperty('use');
    expect(take(budget(), use, { sum: 101 }, now)).toEqual({ fullUntil: undefined });
  });

  test('the same target again takes nothing', () => {
    const one = budget({ measure: 'targets', limit: 2 });
    let use: BudgetUse | undefined;
    for (const target of ['a', 'b', 'a', 'b'])
      use = (take(one, use, { sum: 0, target }, 1000) as { use: BudgetUse }).use;
    expect(countedNow(one, use, 1000)).toBe(2);
    expect(take(one, use, { sum: 0, target: 'c' }, 1000)).not.toHaveProperty('use');
  });

  test('what was given back can be taken again', () => {
    const { use } = take(budget(), undefined, { sum: 100 }, 1000) as { use: BudgetUse };
    const back = giveBack(use, { sum: 100 }, partAt(budget(), 1000));
    expect(take(budget(), back, { sum: 100 }, 1001)).toHaveProperty('use');
  });
});
