/** The values that response rules compare: numbers about one agent, as of its last event. */
import { type AgentFacts, DAY, KEPT_DAYS, type SeenList, tokensInHour } from './agent-facts.ts';

/** An agent has its own habits after so long. Until then nothing about it is new, odd or faster than usual. */
const LEARNING_SECONDS = 7 * DAY;
/** Seconds for which a thing that the agent uses for the first time is new. */
const NEW_SECONDS = 3600;
const DENIAL_SECONDS = 600;
/** A rate is compared with at least so many tokens an hour: three tokens in place of one are no burst. */
const LEAST_PEAK = 10;

/** Every fact, with what it counts. */
export const FACTS = {
  tokens_hour: 'tokens within an hour',
  rate_times: 'tokens within an hour, as a multiple of the most in any hour of its 28 days before today',
  denials_10_minutes: 'refused token requests within ten minutes',
  new_resources_hour: 'APIs that it used for the first time within an hour',
  new_networks_hour: 'networks that it used for the first time within an hour',
  new_people_hour: 'people for whom it acted for the first time within an hour',
  new_chains_hour: 'chains of agents in which it acted for the first time within an hour',
  idle_days: 'days for which it did nothing before it began again, within an hour',
  odd_approvals_hour: 'approvals that it asked for within an hour, at a time of day at which it was idle for 28 days',
} as const;
export type Fact = keyof typeof FACTS;
export const FACT_NAMES = Object.keys(FACTS) as readonly Fact[];

export type FactValues = { readonly [Name in Fact]: number };

/**
 * The values of an agent. `since`: only what is later counts, such as after an operator lifted a suspension, epoch seconds. Facts about
 * habits are 0 in its first seven days.
 */
export const factValues = (facts: AgentFacts, since = 0): FactValues => {
  const { lastAt: now, firstAt, slots, days, woke } = facts;
  const from = since + 1;
  const isLearned = firstAt <= now - LEARNING_SECONDS;
  const today = Math.floor(now / DAY);
  const before = days.filter(({ day }) => day < today && day > today - KEPT_DAYS);
  const tokens = tokensInHour(slots, now, from);
  const peak = Math.max(LEAST_PEAK, ...before.map((day) => day.peak));
  const inSlots = (of: 'denials' | 'approvals', seconds: number): number =>
    slots.reduce((sum, slot) => (slot.at > now - seconds && slot.at >= from ? sum + slot[of] : sum), 0);
  const fresh = (list: SeenList): number =>
    isLearned ? facts[list].filter((one) => one.firstAt > now - NEW_SECONDS && one.firstAt >= from).length : 0;
  const usual = before.reduce((hours, day) => hours | day.hours, 0);
  const isOdd = isLearned && (usual & (1 << (Math.floor(now / 3600) % 24))) === 0;
  return {
    tokens_hour: tokens,
    rate_times: isLearned ? Math.floor((tokens / peak) * 10) / 10 : 0,
    denials_10_minutes: inSlots('denials', DENIAL_SECONDS),
    new_resources_hour: fresh('resources'),
    new_networks_hour: fresh('networks'),
    new_people_hour: fresh('people'),
    new_chains_hour: fresh('chains'),
    idle_days: woke && woke.at > now - NEW_SECONDS && woke.at >= from ? Math.floor(woke.idle / DAY) : 0,
    odd_approvals_hour: isOdd ? inSlots('approvals', 3600) : 0,
  };
};
