/** Adding to what a budget has counted, as a pure function. */
import { type Budget, type BudgetUse, type Counted, PARTS } from './budget.ts';

/** What one token takes of one budget. */
export type Taking = { readonly sum: number; readonly target?: string };

export type Outcome =
  | { readonly use: BudgetUse }
  /** Epoch second from which it would fit, as far as is known now; undefined: never within this budget. */
  | { readonly fullUntil: number | undefined };

/** Seconds of one part. */
const partOf = ({ windowSeconds }: Pick<Budget, 'windowSeconds'>): number =>
  Math.max(1, Math.ceil(windowSeconds / PARTS));

const isCounting = (budget: Budget, now: number) => {
  const seconds = partOf(budget);
  return ({ at }: Counted): boolean => at + seconds > now - budget.windowSeconds;
};

/** What counts now: the sum, or how many different targets. */
export const countedNow = (budget: Budget, use: BudgetUse | undefined, now: number): number => {
  const parts = (use?.parts ?? []).filter(isCounting(budget, now));
  return budget.measure === 'targets'
    ? new Set(parts.flatMap(({ targets = [] }) => targets)).size
    : parts.reduce((total, { sum }) => total + sum, 0);
};

/** Never lets any window hold more than the limit: a part counts until its last second is out of the window. */
export const take = (budget: Budget, use: BudgetUse | undefined, taking: Taking, now: number): Outcome => {
  const seconds = partOf(budget);
  const parts = (use?.parts ?? []).filter(isCounting(budget, now));
  const at = now - (now % seconds);
  const current = parts.find((part) => part.at === at) ?? { at, sum: 0 };
  const { target } = taking;
  const next: Counted =
    budget.measure === 'targets' && target !== undefined
      ? { at, sum: 0, targets: [...new Set([...(current.targets ?? []), target])].sort() }
      : { ...current, sum: current.sum + taking.sum };
  const after = { id: budget.id, parts: [...parts.filter((part) => part.at !== at), next] };
  if (countedNow(budget, after, now) <= budget.limit) return { use: after };
  return { fullUntil: freeFrom(budget, parts, taking, now) };
};

/** When enough of what counts has left the window. */
const freeFrom = (budget: Budget, parts: readonly Counted[], taking: Taking, now: number): number | undefined => {
  const need = budget.measure === 'targets' ? 1 : taking.sum;
  if (need > budget.limit) return undefined;
  const seconds = partOf(budget);
  const ordered = [...parts].sort((one, other) => one.at - other.at);
  for (let gone = 1; gone <= ordered.length; gone += 1) {
    const left = { id: budget.id, parts: ordered.slice(gone) };
    if (countedNow(budget, left, now) + need <= budget.limit) {
      return (ordered[gone - 1] as Counted).at + seconds + budget.windowSeconds;
    }
  }
  return undefined;
};

/** Gives back what was taken and not used. */
export const giveBack = (use: BudgetUse, taking: Taking, at: number): BudgetUse => ({
  ...use,
  parts: use.parts.map((part) =>
    part.at === at && taking.target === undefined ? { ...part, sum: Math.max(0, part.sum - taking.sum) } : part,
  ),
});

/** First second of the part `now` is in. */
export const partAt = (budget: Pick<Budget, 'windowSeconds'>, now: number): number => now - (now % partOf(budget));
