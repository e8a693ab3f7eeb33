import { type EventBudget, type EventBudgetDeps, eventBudget } from './event-budget.ts';

/** Kinds of events. Each has a share of its own, so that no kind uses up the budget of another. */
export const BUDGET_SHARES = { requests: 0.5, clients: 0.15, sign_ins: 0.15, summaries: 0.2 } as const;
export type BudgetShare = keyof typeof BUDGET_SHARES;

export type RefusalBudget = EventBudget<BudgetShare>;

/** The budget of events about refusals of anonymous callers. */
export const refusalBudget = (
  deps: Pick<EventBudgetDeps<BudgetShare>, 'ephemeral' | 'clock' | 'perDay'>,
): RefusalBudget => eventBudget({ ...deps, name: 'refusal_events', shares: BUDGET_SHARES, rest: 'summaries' });
