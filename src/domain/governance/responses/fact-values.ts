/** The values that response rules compare: numbers about one agent, as of its last event. */
import { type AgentFacts, inMinute, tokensInHour } from './agent-facts.ts';
import { DAY, isForAnyone, KEPT_DAYS, type SeenList } from './seen-things.ts';

/** An agent has its own habits after so long. Until then nothing about it is new, odd or faster than usual. */
const LEARNING_SECONDS = 7 * DAY;
/** Seconds for which a thing that the agent uses for the first time is new. */
const NEW_SECONDS = 3600;
const DENIAL_SECONDS = 600;
/** A rate is compared with at least so many tokens an hour: three tokens in place of one are no burst. */
const LEAST_PEAK = 10;
/** The same for a minute. */
const LEAST_MINUTE = 5;

/** Every fact, with what it counts. */
export const FACTS = {
  tokens_hour: 'tokens within an hour',
  rate_times: 'tokens within an hour, as a multiple of the most in any hour of its 28 days before today',
  tokens_minute: 'tokens within a minute',
  minute_times: 'tokens within a minute, as a multiple of the most in any minute of its 28 days before today',
  odd_tokens_hour: 'tokens within an hour, at a time of day at which it was idle for 28 days',
  denials_10_minutes: 'refused token requests within ten minutes',
  refused_kinds_10_minutes: 'different sets of API and scopes that it was refused within ten minutes',
  new_resources_hour: 'APIs that it used for the first time within an hour',
  new_networks_hour: 'networks that it used for the first time within an hour',
  foreign_networks_hour: 'of these networks, those that no other agent had used for a week, on three days',
  network_returns_hour: 'changes within an hour between a network that is new and one that is not',
  new_people_hour: 'people for whom it acted for the first time within an hour',
  new_people_minute: 'people for whom it acted for the first time within a minute',
  new_people_times:
    'people for whom it acted for the first time within an hour, as a multiple of what so many tokens brought in its 28 days before today',
  new_chains_hour: 'chains of agents in which it acted for the first time within an hour',
  chain_growth_hour: 'agents by which its longest chain within an hour exceeds those of its 28 days before today',
  idle_days: 'days for which it did nothing before it began again, within an hour',
  odd_approvals_hour: 'approvals that it asked for within an hour, at a time of day at which it was idle for 28 days',
  odd_approvals_minute: 'of these approvals, those within a minute',
} as const;
export type Fact = keyof typeof FACTS;
export const FACT_NAMES = Object.keys(FACTS) as readonly Fact[];

export type FactValues = { readonly [Name in Fact]: number };

/**
 * The values of an agent. `since`: only what is later counts, such as after an operator lifted a suspension, epoch seconds. Facts about
 * habits are 0 in its first seven days.
 */
export const factValues = (facts: AgentFacts, since = 0): FactValues => {
  const { lastAt: now, firstAt, slots, ticks = [], days, woke, switches = [], refused = [] } = facts;
  const from = since + 1;
  const lately = (at: number, seconds: number): boolean => at > now - seconds && at >= from;
  const isLearned = firstAt <= now - LEARNING_SECONDS;
  const today = Math.floor(now / DAY);
  const before = days.filter(({ day }) => day < today && day > today - KEPT_DAYS);
  const tokens = tokensInHour(slots, now, from);
  const peak = Math.max(LEAST_PEAK, ...before.map((day) => day.peak));
  const minute = inMinute(ticks, 'tokens', now, from);
  // Days that were counted before there were minutes and depths say nothing about them.
  const isCounted = before.some((day) => day.minute !== undefined && day.day <= today - LEARNING_SECONDS / DAY);
  const minutePeak = Math.max(LEAST_MINUTE, ...before.map((day) => day.minute ?? 0));
  const depth = Math.max(0, ...slots.map((slot) => (lately(slot.at, 3600) ? (slot.depth ?? 0) : 0)));
  const usualDepth = Math.max(1, ...before.map((day) => day.depth ?? 0));
  const inSlots = (of: 'tokens' | 'denials' | 'approvals' | 'met', seconds: number): number =>
    slots.reduce((sum, slot) => (lately(slot.at, seconds) ? sum + (slot[of] ?? 0) : sum), 0);
  const fresh = (list: Exclude<SeenList, 'people' | 'refused'>): number =>
    isLearned ? facts[list].filter((one) => lately(one.firstAt, NEW_SECONDS)).length : 0;
  const knowsPeople = isLearned && !isForAnyone(facts, now);
  const met = knowsPeople ? inSlots('met', NEW_SECONDS) : 0;
  const total = (of: 'tokens' | 'met'): number => before.reduce((sum, day) => sum + (day[of] ?? 0), 0);
  const usualShare = total('met') / Math.max(1, total('tokens'));
  const usual = before.reduce((hours, day) => hours | day.hours, 0);
  const isOdd = isLearned && (usual & (1 << (Math.floor(now / 3600) % 24))) === 0;
  return {
    tokens_hour: tokens,
    rate_times: isLearned ? Math.floor((tokens / peak) * 10) / 10 : 0,
    tokens_minute: minute,
    minute_times: isCounted ? Math.floor((minute / minutePeak) * 10) / 10 : 0,
    odd_tokens_hour: isOdd ? inSlots('tokens', 3600) : 0,
    denials_10_minutes: inSlots('denials', DENIAL_SECONDS),
    refused_kinds_10_minutes: refused.filter(({ lastAt }) => lately(lastAt, DENIAL_SECONDS)).length,
    new_resources_hour: fresh('resources'),
    new_networks_hour: fresh('networks'),
    foreign_networks_hour: isLearned
      ? facts.networks.filter((one) => !one.isShared && lately(one.firstAt, NEW_SECONDS)).length
      : 0,
    network_returns_hour: isLearned ? switches.filter((at) => lately(at, NEW_SECONDS)).length : 0,
    new_people_hour: met,
    new_people_minute: knowsPeople ? inMinute(ticks, 'met', now, from) : 0,
    new_people_times: isCounted ? Math.floor((met / Math.max(1, tokens * usualShare)) * 10) / 10 : 0,
    new_chains_hour: fresh('chains'),
    chain_growth_hour: isCounted ? Math.max(0, depth - usualDepth) : 0,
    idle_days: woke && lately(woke.at, NEW_SECONDS) ? Math.floor(woke.idle / DAY) : 0,
    odd_approvals_hour: isOdd ? inSlots('approvals', 3600) : 0,
    odd_approvals_minute: isOdd ? inMinute(ticks, 'approvals', now, from) : 0,
  };
};
