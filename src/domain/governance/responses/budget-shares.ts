/** What the tokens of an agent took of budgets, each by itself: a tenth of one budget and a tenth of another are not two tenths of any. */
import type { Spent } from '../../authority/budgets/reservations.ts';

/** Millionths of the limit of each budget, by id. At most MOST_BUDGETS, those of which most was taken. */
export type BudgetShares = { readonly [budget: string]: number };

/** As many as the event of a token names. */
const MOST_BUDGETS = 10;

/** What a token took, from its event. Undefined: nothing, or a token from before shares were recorded. */
export const sharesIn = (spent: unknown): BudgetShares | undefined => {
  if (!Array.isArray(spent)) return undefined;
  const shares = (spent as readonly Partial<Spent>[]).flatMap(({ budget, millionths }) =>
    typeof budget === 'string' && Number.isFinite(millionths) && Number(millionths) > 0
      ? [[budget, Number(millionths)] as const]
      : [],
  );
  return shares.length === 0 ? undefined : Object.fromEntries(shares.slice(0, MOST_BUDGETS));
};

export const withShares = (before: BudgetShares | undefined, more: BudgetShares): BudgetShares => {
  const sums = Object.entries({ ...before, ...more }).map(
    ([budget]) => [budget, (before?.[budget] ?? 0) + (more[budget] ?? 0)] as const,
  );
  if (sums.length > MOST_BUDGETS) sums.sort(([, one], [, other]) => other - one);
  return Object.fromEntries(sums.slice(0, MOST_BUDGETS));
};

/** What was taken, in the hour before `at`, of the budget of which most was taken then. */
export const spentInHour = (
  parts: readonly { readonly at: number; readonly spent?: BudgetShares }[],
  at: number,
  from = 0,
): number => {
  const sums = new Map<string, number>();
  for (const { at: begin, spent } of parts) {
    if (spent === undefined || begin <= at - 3600 || begin < from) continue;
    for (const [budget, share] of Object.entries(spent)) sums.set(budget, (sums.get(budget) ?? 0) + share);
  }
  return Math.max(0, ...sums.values());
};
