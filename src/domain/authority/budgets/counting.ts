/** Adds a use to a budget, as a pure function. */
import { type Budget, type BudgetUse, type Counted, PARTS } from './budget.ts';

/** The use that one token takes from one budget. */
export type Taking = { readonly sum: number; readonly target?: string };

export type Outcome =
  | { readonly use: BudgetUse }
  /** Epoch second from which the use would fit, as far as known now. Undefined: it never fits this budget. */
  | { readonly fullUntil: number | undefined };

/** Seconds of one part. */
const partOf = ({ windowSeconds }: Pick<Budget, 'windowSeconds'>): number =>
  Math.max(1, Math.ceil(windowSeconds / PARTS));

const isCounting = (budget: Budget, now: number) => {
  const seconds = partOf(budget);
  return ({ at }: Counted): boolean => at + seconds > now - budget.windowSeconds;
};

/** Includes uses that agents had under other owners. */
const allOf = (use: BudgetUse | undefined): readonly Counted[] => [
  ...(use?.parts ?? []),
  ...Object.values(use?.carried ?? {}).flat(),
];

/** Effective use at `now`: the sum, or the number of different targets. */
export const countedNow = (budget: Budget, use: BudgetUse | undefined, now: number): number => {
  const parts = allOf(use).filter(isCounting(budget, now));
  return budget.measure === 'targets'
    ? new Set(parts.flatMap(({ targets = [] }) => targets)).size
    : parts.reduce((total, { sum }) => total + sum, 0);
};

/**
 * Takes a use and keeps every window within the limit. A part is counted until its last second is out of the window.
 */
export const take = (budget: Budget, use: BudgetUse | undefined, taking: Taking, now: number): Outcome => {
  const seconds = partOf(budget);
  const parts = (use?.parts ?? []).filter(isCounting(budget, now));
  const at = now - (now % seconds);
  const current = parts.find((part) => part.at === at) ?? { at, sum: 0 };
  const { target } = taking;
  const next: Counted =
    budget.measure === 'targets' && target !== undefined
      ? withTarget(current, target)
      : { ...current, sum: current.sum + taking.sum };
  const after = { ...use, id: budget.id, parts: [...parts.filter((part) => part.at !== at), next] };
  if (countedNow(budget, after, now) <= budget.limit) return { use: after };
  return { fullUntil: freeFrom(budget, allOf(use).filter(isCounting(budget, now)), taking, now) };
};

/** Tokens per target of a part. Parts from before that was stored have no numbers, so their targets are never returned. */
const holdersOf = ({ targets = [], holders }: Counted): ReadonlyMap<string, number> =>
  new Map(targets.map((target, index) => [target, holders?.[index] ?? Number.MAX_SAFE_INTEGER]));

const heldBy = (at: number, holders: ReadonlyMap<string, number>): Counted => {
  const ordered = [...holders].filter(([, count]) => count > 0).sort(([one], [other]) => (one < other ? -1 : 1));
  return { at, sum: 0, targets: ordered.map(([target]) => target), holders: ordered.map(([, count]) => count) };
};

const withTarget = (part: Counted, target: string): Counted => {
  const holders = new Map(holdersOf(part));
  const count = holders.get(target) ?? 0;
  return heldBy(part.at, holders.set(target, count === Number.MAX_SAFE_INTEGER ? count : count + 1));
};

const withoutTarget = (part: Counted, target: string): Counted => {
  const holders = new Map(holdersOf(part));
  const count = holders.get(target) ?? 0;
  return heldBy(part.at, holders.set(target, count === Number.MAX_SAFE_INTEGER ? count : count - 1));
};

/** Epoch second at which enough counted use has left the window. */
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

/**
 * Gives back a use that was taken for a token that was not issued. A target stays while another token was issued for
 * it.
 */
export const giveBack = (use: BudgetUse, { sum, target }: Taking, at: number): BudgetUse => ({
  ...use,
  parts: use.parts.map((part) => {
    if (part.at !== at) return part;
    return target === undefined ? { ...part, sum: Math.max(0, part.sum - sum) } : withoutTarget(part, target);
  }),
});

/** First second of the part that contains `now`. */
export const partAt = (budget: Pick<Budget, 'windowSeconds'>, now: number): number => now - (now % partOf(budget));

/** Merges several uses of the same window, as far as they are counted at `now`. */
export const mergedParts = (
  window: Pick<Budget, 'windowSeconds'>,
  uses: readonly BudgetUse[],
  now: number,
): readonly Counted[] => {
  const seconds = partOf(window);
  const counting = uses.flatMap(({ parts }) => parts).filter(({ at }) => at + seconds > now - window.windowSeconds);
  return [...Map.groupBy(counting, ({ at }) => at)].map(([at, parts]) => {
    const targets = [...new Set(parts.flatMap((part) => part.targets ?? []))].sort();
    const sum = Math.min(
      parts.reduce((total, part) => total + part.sum, 0),
      Number.MAX_SAFE_INTEGER,
    );
    return { at, sum, ...(targets.length === 0 ? {} : { targets }) };
  });
};

/** Epoch second from which a use taken at `now` is no longer counted. */
export const overAt = (window: Pick<Budget, 'windowSeconds'>, now: number): number =>
  now + window.windowSeconds + 2 * partOf(window);
