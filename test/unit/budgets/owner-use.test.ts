/** Which budgets take over what an agent used under its former owner. */
import { expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { BUDGET_USE, type BudgetUse } from '../../../src/domain/authority/budgets/budget.ts';
import { ownerUse, shapeOf } from '../../../src/domain/authority/budgets/owner-use.ts';
import { movableClock, START } from '../delegation/fakes.ts';

const budget = (id: string, more: object = {}) =>
  ({ id, about: 'owner', subject: 'acc_new', measure: 'tokens', limit: 5, windowSeconds: 3600, ...more }) as never;

test('those of the new owner of the same shape do, and no other', async () => {
  const uses = memoryDocumentStore('refused');
  const stored = uses.collection<BudgetUse>(BUDGET_USE);
  const parts = [{ at: START, sum: 2 }];
  const shape = shapeOf(budget('bud_1'));
  for (const [id, owner] of [
    ['use_1', 'acc_old'],
    ['use_2', 'acc_new'],
  ] as const) {
    await stored.insert({ id, agent: 'agt_a', owner, shape, parts, expiresAt: START + 9_000 } as BudgetUse);
  }
  const all = [
    budget('bud_1'),
    budget('bud_2', { windowSeconds: 60 }),
    budget('bud_3', { subject: 'acc_other' }),
    budget('bud_4', { about: 'agent', subject: 'acc_new' }),
  ];
  const owners = ownerUse({ documents: uses, clock: movableClock(), budgets: { active: async () => all } });
  await owners.carryTo('acc_new', 'agt_a');
  const carried = async (id: string) => Object.keys((await stored.get(id))?.document.carried ?? {});
  expect(await Promise.all(['bud_1', 'bud_2', 'bud_3', 'bud_4'].map(carried))).toEqual([['agt_a'], [], [], []]);
});
