import type { Budget } from '../../domain/authority/budgets/budget.ts';
import type { BudgetChange, BudgetRegistry, NewBudget } from '../../domain/authority/budgets/budget-registry.ts';
import type { Versioned } from '../../domain/ports/document-store.ts';
import { type Answer, existing, type Handlers, objectAnswer, pageAnswer, pageOf, sameVersion } from './call.ts';
import type { JsonObject } from './json-body.ts';
import { toWire } from './representations.ts';

type Operations = 'createBudget' | 'listBudgets' | 'getBudget' | 'updateBudget';

type Shown = Budget & { readonly counted: number };

export const budgetHandlers = (budgets: BudgetRegistry): Handlers<Operations> => {
  const shown = async ({ document, version }: Versioned<Budget>): Promise<Versioned<Shown>> => ({
    document: { ...document, counted: await budgets.counted(document) },
    version,
  });
  const answer = async (found: Versioned<Budget>): Promise<Answer> => objectAnswer(await shown(found), showBudget);

  return {
    createBudget: async ({ body, by }) => answer(await budgets.create(body as NewBudget, by)),

    async listBudgets(call) {
      const { items, ...page } = await budgets.list({
        ...pageOf(call),
        ...(call.query.subject ? { subject: call.query.subject } : {}),
      });
      return pageAnswer({ ...page, items: await Promise.all(items.map(shown)) }, showBudget);
    },

    getBudget: async ({ id }) => answer(existing(await budgets.get(id))),

    async updateBudget(call) {
      sameVersion(existing(await budgets.get(call.id)), call);
      return answer(await budgets.update(call.id, call.version, call.body as BudgetChange, call.by));
    },
  };
};

const showBudget = (budget: Shown): JsonObject => toWire({ ...budget });
