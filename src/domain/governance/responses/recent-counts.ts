/** What an agent did within the last minute and the last hour: counters of five seconds, and of five minutes. */
import { type BudgetShares, withShares } from './budget-shares.ts';

/** Seconds of one slot. */
const SLOT_SECONDS = 300;
/** Slots of one hour, and the one that has begun. */
const MOST_SLOTS = 13;
/** Seconds of one tick, and ticks of one minute with the one that has begun. */
const TICK_SECONDS = 5;
const MOST_TICKS = 13;
/** What was counted in five seconds. */
export type Tick = {
  readonly at: number;
  readonly tokens: number;
  readonly approvals: number;
  /** People for whom it acted for the first time. Absent here and below: none. */
  readonly met?: number;
};

/** What was counted in five minutes. */
export type Slot = {
  /** First epoch second. */
  readonly at: number;
  readonly tokens: number;
  readonly denials: number;
  readonly approvals: number;
  readonly met?: number;
  /** Approvals that people denied. Absent: none. */
  readonly answers?: number;
  /** Approvals that people gave. Absent: none. */
  readonly approved?: number;
  /** Agents of its longest chain. Absent: it acted in none. */
  readonly depth?: number;
  /** What its tokens took of budgets. Absent: nothing. */
  readonly spent?: BudgetShares;
};

/** One's own copy, which is changed in place: an event costs one copy of each part that it changes. */
export type Draft<T> = { -readonly [Member in keyof T]: T[Member] };

/**
 * `denials`: a decision of this server refused the token. `answers`: a person denied an approval that the agent had asked for.
 * `approved`: a person gave one.
 */
export type CountedAs = 'tokens' | 'denials' | 'approvals' | 'answers' | 'approved';

/** What is counted of an event. */
type Counted = {
  /** Epoch seconds. */
  readonly at: number;
  readonly counts: CountedAs;
  readonly depth?: number;
  readonly spent?: BudgetShares;
};

const NO_SLOT = { tokens: 0, denials: 0, approvals: 0 };

/**
 * The list with what becomes of the part that begins at `begin`, without those that end before `from`. Events come nearly always in the order
 * of time: then it is the last part or a new one.
 */
const withPart = <T extends { readonly at: number }>(
  all: readonly T[],
  { begin, from, most }: { readonly begin: number; readonly from: number; readonly most: number },
  change: (before: T | undefined) => T,
): readonly T[] => {
  const last = all.at(-1);
  const isLast = last?.at === begin && (all[0]?.at ?? 0) > from && all.length <= most;
  if (isLast) return all.with(-1, change(last));
  const isLater = last === undefined || last.at < begin;
  const before = isLater ? undefined : last.at === begin ? last : all.find(({ at }) => at === begin);
  const kept = all.filter((one) => one.at > from && one !== before);
  kept.push(change(before));
  if (!isLater && before !== last) kept.sort((a, b) => a.at - b.at);
  return kept.length > most ? kept.slice(-most) : kept;
};

export const ticksWith = (ticks: readonly Tick[], { at, counts }: Counted, hasMet: boolean): readonly Tick[] => {
  if (counts !== 'tokens' && counts !== 'approvals') return ticks;
  const begin = at - (at % TICK_SECONDS);
  return withPart(ticks, { begin, from: begin - 60 - TICK_SECONDS, most: MOST_TICKS }, (found) => {
    const next: Draft<Tick> = found ? { ...found } : { at: begin, tokens: 0, approvals: 0 };
    next[counts] += 1;
    if (hasMet) next.met = (next.met ?? 0) + 1;
    return next;
  });
};

/** What was counted in the minute before `at`. */
export const inMinute = (ticks: readonly Tick[], of: 'tokens' | 'approvals' | 'met', at: number, from = 0): number => {
  let sum = 0;
  for (const tick of ticks) if (tick.at > at - 60 && tick.at >= from) sum += tick[of] ?? 0;
  return sum;
};

export const slotsWith = (
  slots: readonly Slot[],
  { at, counts, depth, spent }: Counted,
  hasMet: boolean,
): readonly Slot[] => {
  const begin = at - (at % SLOT_SECONDS);
  return withPart(slots, { begin, from: begin - 3600 - SLOT_SECONDS, most: MOST_SLOTS }, (found) => {
    const next: Draft<Slot> = found ? { ...found } : { at: begin, ...NO_SLOT };
    next[counts] = (next[counts] ?? 0) + 1;
    if (hasMet) next.met = (next.met ?? 0) + 1;
    if (depth !== undefined) next.depth = Math.max(next.depth ?? 0, depth);
    if (spent !== undefined) next.spent = withShares(next.spent, spent);
    return next;
  });
};

/** Tokens, or approvals, in the hour before `at`. */
export const inHour = (slots: readonly Slot[], of: 'tokens' | 'approvals', at: number, from = 0): number => {
  let sum = 0;
  for (const slot of slots) if (slot.at > at - 3600 && slot.at >= from) sum += slot[of];
  return sum;
};
