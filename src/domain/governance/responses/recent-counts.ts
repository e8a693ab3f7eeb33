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
  /** Which of its scopes it used. Absent: none. */
  readonly reach?: Reach;
};

/** Places in the list of scopes of an agent, as bits: of the first 24, and of the next 24. */
export type Reach = readonly [number, number];

const REACH_BITS = 24;

/** The places of these scopes in the list. Undefined: there are none. */
export const reachOf = (
  all: readonly { readonly key: string }[] = [],
  used: readonly string[] = [],
): Reach | undefined => {
  if (used.length === 0) return undefined;
  let [low, high] = [0, 0];
  for (const key of used) {
    let place = 0;
    while (place < all.length && all[place]?.key !== key) place += 1;
    if (place < REACH_BITS) low |= 1 << place;
    else if (place < 2 * REACH_BITS) high |= 1 << (place - REACH_BITS);
  }
  return [low, high];
};

const bitsOf = (mask: number): number => {
  let count = 0;
  for (let left = mask; left !== 0; left &= left - 1) count += 1;
  return count;
};

/** How many scopes it used in the slot of `at` and the one before. */
export const reachIn = (slots: readonly Slot[], at: number, from = 0): number => {
  let [low, high] = [0, 0];
  for (let place = slots.length - 1; place >= 0; place -= 1) {
    const { at: begin = 0, reach } = slots[place] ?? {};
    if (begin <= at - 2 * SLOT_SECONDS || begin < from) break;
    if (reach) [low, high] = [low | reach[0], high | reach[1]];
  }
  return bitsOf(low) + bitsOf(high);
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

/** Tokens within ten to fifteen seconds before `at`. */
export const inSeconds = (ticks: readonly Tick[], at: number, from = 0): number => {
  let sum = 0;
  for (let place = ticks.length - 1; place >= 0; place -= 1) {
    const { at: begin = 0, tokens = 0 } = ticks[place] ?? {};
    if (begin <= at - 3 * TICK_SECONDS || begin < from) break;
    sum += tokens;
  }
  return sum;
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
  { hasMet, reach }: { readonly hasMet: boolean; readonly reach: Reach | undefined },
): readonly Slot[] => {
  const begin = at - (at % SLOT_SECONDS);
  return withPart(slots, { begin, from: begin - 3600 - SLOT_SECONDS, most: MOST_SLOTS }, (found) => {
    const next: Draft<Slot> = found ? { ...found } : { at: begin, ...NO_SLOT };
    next[counts] = (next[counts] ?? 0) + 1;
    if (hasMet) next.met = (next.met ?? 0) + 1;
    if (depth !== undefined) next.depth = Math.max(next.depth ?? 0, depth);
    if (spent !== undefined) next.spent = withShares(next.spent, spent);
    if (reach !== undefined) next.reach = next.reach ? [next.reach[0] | reach[0], next.reach[1] | reach[1]] : reach;
    return next;
  });
};

/** Tokens, or approvals, in the hour before `at`. */
export const inHour = (slots: readonly Slot[], of: 'tokens' | 'approvals', at: number, from = 0): number => {
  let sum = 0;
  for (const slot of slots) if (slot.at > at - 3600 && slot.at >= from) sum += slot[of];
  return sum;
};
