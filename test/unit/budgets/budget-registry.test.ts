import { expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { BUDGET_MARK } from '../../../src/domain/authority/budgets/budget.ts';
import { budgetRegistry } from '../../../src/domain/authority/budgets/budget-registry.ts';
import { type DocumentStore, StoreUnavailable } from '../../../src/domain/ports/document-store.ts';
import { countedIdentifiers, movableClock, recordedAudit } from '../delegation/fakes.ts';

const BY = { caller: 'acc_admin' };

test('a budget whose mark could not be written counts within ten seconds all the same', async () => {
  const store = memoryDocumentStore();
  const clock = movableClock();
  const documents: DocumentStore = {
    ...store,
    collection: (declaration) => {
      const found = store.collection(declaration);
      if (declaration.name !== BUDGET_MARK.name) return found as never;
      const fails = () => Promise.reject(new StoreUnavailable('in this test'));
      return { ...found, insert: fails, replace: fails } as never;
    },
  };
  const budgets = budgetRegistry({ documents, clock, identifiers: countedIdentifiers(), audit: recordedAudit() });
  expect(await budgets.active()).toEqual([]);
  const wanted = {
    name: 'One',
    about: 'agent',
    subject: 'agt_a',
    measure: 'tokens',
    limit: 1,
    windowSeconds: 60,
  } as const;
  await expect(budgets.create(wanted, BY)).rejects.toThrow('in this test');
  clock.advance(10);
  expect((await budgets.active()).map(({ name }) => name)).toEqual(['One']);
});
