/** What an agent did on each UTC day, which later days are compared with. */
import { type BudgetShares, spentInHour } from './budget-shares.ts';
import {
  type CountedAs,
  type Draft,
  inHour,
  inMinute,
  inSeconds,
  reachIn,
  type Slot,
  type Tick,
} from './recent-counts.ts';
import { DAY, KEPT_DAYS } from './seen-things.ts';

/** One UTC day before today, or today. */
export type Day = {
  /** Days since 1970. */
  readonly day: number;
  /** Most tokens within an hour. */
  readonly peak: number;
  /** Bit n: the agent got a token, or asked for an approval, in hour n. */
  readonly hours: number;
  /** Absent here and below: a day from before they were counted. Most tokens within a minute. */
  readonly minute?: number;
  /** Agents of its longest chain. */
  readonly depth?: number;
  /** Most that its tokens took of one budget within an hour: millionths of its limit. Absent: nothing. */
  readonly spent?: number;
  /** Tokens, and people for whom it got its first token. */
  readonly tokens?: number;
  readonly met?: number;
  /** Most approvals that it asked for within an hour. */
  readonly asked?: number;
  /** Most scopes, each with its API, within ten minutes, and most tokens within seconds. */
  readonly reach?: number;
  readonly burst?: number;
  /** The fewest seconds after which a person approved what it asked for. Absent: no one did. */
  readonly quickest?: number;
};

/** What is counted of an event of its own. */
type Counted = {
  readonly at: number;
  readonly counts: CountedAs;
  readonly depth?: number;
  readonly spent?: BudgetShares;
  readonly seconds?: number;
};

export const dayOf = (at: number): number => Math.floor(at / DAY);

/** `hasGot`: it got its first token for a person. */
export const daysWith = (
  days: readonly Day[],
  { at, counts, depth = 0, spent, seconds }: Counted,
  {
    slots,
    ticks,
    hasGot,
  }: { readonly slots: readonly Slot[]; readonly ticks: readonly Tick[]; readonly hasGot: boolean },
): readonly Day[] => {
  const day = dayOf(at);
  const last = days.at(-1);
  const found = last?.day === day ? last : days.find((one) => one.day === day);
  const next: Draft<Day> = found ? { ...found } : { day, peak: 0, hours: 0 };
  next.peak = Math.max(next.peak, inHour(slots, 'tokens', at));
  if (counts === 'approvals') next.asked = Math.max(next.asked ?? 0, inHour(slots, 'approvals', at));
  if (counts === 'tokens' || counts === 'approvals') next.hours |= 1 << (Math.floor(at / 3600) % 24);
  next.minute = Math.max(next.minute ?? 0, inMinute(ticks, 'tokens', at));
  next.depth = Math.max(next.depth ?? 0, depth);
  next.tokens = (next.tokens ?? 0) + (counts === 'tokens' ? 1 : 0);
  next.met = (next.met ?? 0) + (hasGot ? 1 : 0);
  if (spent !== undefined) next.spent = Math.max(next.spent ?? 0, spentInHour(slots, at));
  next.reach = Math.max(next.reach ?? 0, reachIn(slots, at));
  next.burst = Math.max(next.burst ?? 0, inSeconds(ticks, at));
  if (seconds !== undefined) next.quickest = Math.min(next.quickest ?? seconds, seconds);
  if (found === last && found !== undefined && (days[0]?.day ?? 0) > day - KEPT_DAYS) return days.with(-1, next);
  return [...days.filter((one) => one.day !== day && one.day > day - KEPT_DAYS), next].sort((a, b) => a.day - b.day);
};
