/** The values that response rules compare: numbers about one agent, as of its last event. */
import type { AgentFacts } from './agent-facts.ts';
import { spentInHour } from './budget-shares.ts';
import { FACT_NAMES, type Fact } from './fact-names.ts';
import { oddnessOf } from './oddness.ts';
import { inHour, inMinute, inSeconds, reachIn } from './recent-counts.ts';
import { DAY, isApprovedAnywhere, isForAnyone, KEPT_DAYS, LEARNING_SECONDS, type SeenList } from './seen-things.ts';

/** Seconds for which a thing that the agent uses for the first time is new. */
const NEW_SECONDS = 3600;
const DENIAL_SECONDS = 600;
/** A rate is compared with at least so many tokens an hour: three tokens in place of one are no burst. */
const LEAST_PEAK = 10;
/** The same for a minute. */
const LEAST_MINUTE = 5;
/** The same for ten seconds, and for scopes within ten minutes. */
const LEAST_BURST = 3;
const LEAST_REACH = 3;
/** The same for approvals that it asks for within an hour. */
const LEAST_ASKED = 2;
/** An agent for fixed people met none for so long, and worked on so many days of these. */
const SETTLED_DAYS = 14;
const LEAST_WORKED = 5;
/** People have habits of answering after approvals of so many days. */
const LEAST_ANSWERED = 5;
/** Millionths of a budget: an hour is compared with a hundredth at least. */
const LEAST_SPENT = 10_000;

const PLACES = Object.fromEntries(FACT_NAMES.map((fact, place) => [fact, place])) as Readonly<Record<Fact, number>>;

/** What the values are made of: the facts, and the times that they are compared with. */
type Look = {
  readonly facts: AgentFacts;
  readonly now: number;
  /** Only what is not earlier counts. */
  readonly from: number;
  readonly isLearned: boolean;
  /** Days that it is compared with, once a value has asked for them. */
  before?: AgentFacts['days'];
};

type Counter = 'tokens' | 'denials' | 'approvals' | 'answers' | 'met';

const isLately = ({ now, from }: Look, at: number, seconds: number): boolean => at > now - seconds && at >= from;

const inSlots = (look: Look, of: Counter, seconds: number): number => {
  let sum = 0;
  for (const slot of look.facts.slots) if (isLately(look, slot.at, seconds)) sum += slot[of] ?? 0;
  return sum;
};

/** Days before today, of those that an agent is compared with. */
const daysBefore = (look: Look): AgentFacts['days'] => {
  const today = Math.floor(look.now / DAY);
  look.before ??= look.facts.days.filter(({ day }) => day < today && day > today - KEPT_DAYS);
  return look.before;
};

/** Whether minutes, depths and amounts are known of a week ago. Days that were counted before there were some say nothing about them. */
const isCounted = (look: Look): boolean => {
  const today = Math.floor(look.now / DAY);
  return daysBefore(look).some(({ minute, day }) => minute !== undefined && day <= today - LEARNING_SECONDS / DAY);
};

/** Whether it took of a budget on a day at least a week ago: an agent with its first budget has no slope to compare with. */
const hasSpentBefore = (look: Look): boolean => {
  const today = Math.floor(look.now / DAY);
  return daysBefore(look).some(({ spent, day }) => spent !== undefined && day <= today - LEARNING_SECONDS / DAY);
};

const mostOf = (look: Look, least: number, of: (day: AgentFacts['days'][number]) => number): number =>
  daysBefore(look).reduce((most, day) => Math.max(most, of(day)), least);

const tokensInHour = ({ facts, now, from }: Look): number => inHour(facts.slots, 'tokens', now, from);
const askedInHour = ({ facts, now, from }: Look): number => inHour(facts.slots, 'approvals', now, from);
const tokensInMinute = ({ facts: { ticks = [] }, now, from }: Look): number => inMinute(ticks, 'tokens', now, from);

const burstOf = ({ facts: { ticks = [] }, now, from }: Look): number => inSeconds(ticks, now, from);
const reachNow = ({ facts, now, from }: Look): number => reachIn(facts.slots, now, from);

/** Whether bursts and scopes are known of a week ago. */
const isBurstKnown = (look: Look): boolean => {
  const today = Math.floor(look.now / DAY);
  return daysBefore(look).some(({ burst, day }) => burst !== undefined && day <= today - LEARNING_SECONDS / DAY);
};

type LaterList = 'software' | 'rights' | 'compositions' | 'approvers' | 'shapes';

const newIn = (
  look: Look,
  list: Exclude<SeenList, 'people' | 'refused' | 'usedBelow' | LaterList>,
  isForeign = false,
): number => {
  if (!look.isLearned) return 0;
  const all = look.facts[list];
  let count = 0;
  // What is new is last: of each event, mostly one comparison.
  for (let place = all.length - 1; place >= 0; place -= 1) {
    const { firstAt = 0, isShared } = all[place] ?? {};
    if (!isLately(look, firstAt, NEW_SECONDS)) break;
    if (!(isForeign && isShared)) count += 1;
  }
  return count;
};

/** What is in these lists counts from a week after the first one was known: an agent may be older than their record. */
const newLater = (look: Look, list: LaterList): number => {
  const all = look.facts[list] ?? [];
  let count = 0;
  // The newest are the last ones.
  for (let place = all.length - 1; place >= 0 && isLately(look, all[place]?.firstAt ?? 0, NEW_SECONDS); place -= 1)
    count += 1;
  return count > 0 && all.some(({ firstAt }) => firstAt <= look.now - LEARNING_SECONDS) ? count : 0;
};

const knowsPeople = ({ facts, now, isLearned }: Look): boolean => isLearned && !isForAnyone(facts, now);
const peopleMet = (look: Look): number => (knowsPeople(look) ? inSlots(look, 'met', NEW_SECONDS) : 0);

/** Whether it has worked for the same people, and no others, for a fortnight. */
const isSettled = (look: Look): boolean => {
  const today = Math.floor(look.now / DAY);
  const lately = daysBefore(look).filter(({ day, tokens = 0 }) => day >= today - SETTLED_DAYS && tokens > 0);
  return lately.length >= LEAST_WORKED && lately.every(({ met = 0 }) => met === 0);
};

/** The fewest seconds after which people approved for it. Undefined: too few did. */
const quickestBefore = (look: Look): number | undefined => {
  const all = daysBefore(look).flatMap(({ quickest }) => quickest ?? []);
  return all.length < LEAST_ANSWERED ? undefined : Math.min(...all);
};

/** When the agent itself last did something: a person may answer hours later. */
const lastActOf = ({ facts: { slots }, now }: Look): number =>
  slots.findLast(({ tokens, denials, approvals }) => tokens + denials + approvals > 0)?.at ?? now;

/** Whether it was idle for 28 days at the time of day at which it now works. */
const isOdd = (look: Look): boolean => {
  if (!look.isLearned) return false;
  const at = lastActOf(look);
  const today = Math.floor(at / DAY);
  const hour = 1 << (Math.floor(at / 3600) % 24);
  const { days } = look.facts;
  // Asked of each event: nearly always yesterday has the answer.
  for (let place = days.length - 1; place >= 0; place -= 1) {
    const { day = today, hours = 0 } = days[place] ?? {};
    if (day < today && day > today - KEPT_DAYS && (hours & hour) !== 0) return false;
  }
  return true;
};

const tenths = (value: number): number => Math.floor(value * 10) / 10;

const VALUES = {
  tokens_hour: tokensInHour,
  rate_times(look) {
    const tokens = look.isLearned ? tokensInHour(look) : 0;
    return tokens === 0 ? 0 : tenths(tokens / mostOf(look, LEAST_PEAK, ({ peak }) => peak));
  },
  tokens_minute: tokensInMinute,
  minute_times(look) {
    const minute = tokensInMinute(look);
    return minute === 0 || !isCounted(look) ? 0 : tenths(minute / mostOf(look, LEAST_MINUTE, (day) => day.minute ?? 0));
  },
  burst_times(look) {
    const burst = burstOf(look);
    return burst === 0 || !isBurstKnown(look) ? 0 : tenths(burst / mostOf(look, LEAST_BURST, (day) => day.burst ?? 0));
  },
  reach_times(look) {
    const reach = reachNow(look);
    return reach === 0 || !isBurstKnown(look) ? 0 : tenths(reach / mostOf(look, LEAST_REACH, (day) => day.reach ?? 0));
  },
  odd_tokens_hour: (look) => (isOdd(look) ? inSlots(look, 'tokens', 3600) : 0),
  denials_10_minutes: (look) => inSlots(look, 'denials', DENIAL_SECONDS),
  refused_kinds_10_minutes: (look) =>
    (look.facts.refused ?? []).filter(({ lastAt }) => isLately(look, lastAt, DENIAL_SECONDS)).length,
  new_resources_hour: (look) => newIn(look, 'resources'),
  new_networks_hour: (look) => newIn(look, 'networks'),
  foreign_networks_hour: (look) => newIn(look, 'networks', true),
  network_returns_hour: (look) =>
    look.isLearned ? (look.facts.switches ?? []).filter((at) => isLately(look, at, NEW_SECONDS)).length : 0,
  new_software_hour: (look) => newLater(look, 'software'),
  new_compositions_hour: (look) => newLater(look, 'compositions'),
  new_rights_hour: (look) => newLater(look, 'rights'),
  new_shapes_hour(look) {
    const found = newLater(look, 'shapes');
    return found === 0
      ? 0
      : found -
          (look.facts.shapes ?? []).filter((one) => one.isShared && isLately(look, one.firstAt, NEW_SECONDS)).length;
  },
  first_people_hour(look) {
    const met = peopleMet(look);
    return met > 0 && isSettled(look) ? met : 0;
  },
  new_people_hour: peopleMet,
  new_people_minute: (look) => (knowsPeople(look) ? inMinute(look.facts.ticks ?? [], 'met', look.now, look.from) : 0),
  new_people_times(look) {
    const met = peopleMet(look);
    if (met === 0 || !isCounted(look)) return 0;
    const before = daysBefore(look);
    const total = (of: 'tokens' | 'met'): number => before.reduce((sum, day) => sum + (day[of] ?? 0), 0);
    const usual = tokensInHour(look) * (total('met') / Math.max(1, total('tokens')));
    return tenths(met / Math.max(1, usual));
  },
  new_chains_hour: (look) => newIn(look, 'chains'),
  chain_growth_hour(look) {
    let deepest = 0;
    for (const { at, depth = 0 } of look.facts.slots) if (depth > deepest && isLately(look, at, 3600)) deepest = depth;
    return deepest === 0 || !isCounted(look) ? 0 : Math.max(0, deepest - mostOf(look, 1, (day) => day.depth ?? 0));
  },
  idle_days(look) {
    const { woke } = look.facts;
    return woke && isLately(look, woke.at, NEW_SECONDS) ? Math.floor(woke.idle / DAY) : 0;
  },
  odd_approvals_hour(look) {
    const approvals = inSlots(look, 'approvals', 3600);
    return approvals > 0 && isOdd(look) ? approvals : 0;
  },
  odd_approvals_minute(look) {
    const approvals = inMinute(look.facts.ticks ?? [], 'approvals', look.now, look.from);
    return approvals > 0 && isOdd(look) ? approvals : 0;
  },
  approvals_times(look) {
    const asked = askedInHour(look);
    return asked === 0 || !isCounted(look) ? 0 : tenths(asked / mostOf(look, LEAST_ASKED, (day) => day.asked ?? 0));
  },
  denied_approvals_hour: (look) => inSlots(look, 'answers', 3600),
  new_approver_networks_hour: (look) =>
    isApprovedAnywhere(look.facts.approvers, look.now) ? 0 : newLater(look, 'approvers'),
  quick_approvals_hour(look) {
    const lately = (look.facts.approvedIn ?? []).filter(({ at }) => isLately(look, at, 3600));
    const quickest = lately.length === 0 ? undefined : quickestBefore(look);
    return quickest === undefined ? 0 : lately.filter(({ seconds }) => seconds * 3 < quickest).length;
  },
  alike_agents_hour({ facts: { alike }, now, from }) {
    return alike !== undefined && alike.at > now - 3600 && alike.at >= from ? alike.agents : 0;
  },
  owner_oddness_hour({ facts: { owner }, now, from }) {
    return owner !== undefined && owner.at > now - 3600 && owner.at >= from ? owner.ways : 0;
  },
  budget_percent_hour: ({ facts, now, from }) => tenths(spentInHour(facts.slots, now, from) / 10_000),
  budget_times(look) {
    const spent = look.isLearned ? spentInHour(look.facts.slots, look.now, look.from) : 0;
    if (spent === 0 || !hasSpentBefore(look)) return 0;
    return tenths(spent / mostOf(look, LEAST_SPENT, (day) => day.spent ?? 0));
  },
} as const satisfies Record<Exclude<Fact, 'oddness_hour'>, (look: Look) => number>;

/** What a value cannot exceed, where that costs less than the value: agents that work as ever reach no bound of a rule. */
const CEILINGS: { readonly [Name in Fact]?: (look: Look) => number } = {
  rate_times: (look) => tokensInHour(look) / LEAST_PEAK,
  minute_times: (look) => tokensInMinute(look) / LEAST_MINUTE,
  burst_times: (look) => burstOf(look) / LEAST_BURST,
  reach_times: (look) => reachNow(look) / LEAST_REACH,
  new_people_times: (look) => inSlots(look, 'met', NEW_SECONDS),
  approvals_times: (look) => askedInHour(look) / LEAST_ASKED,
  budget_times: ({ facts, now, from }) => spentInHour(facts.slots, now, from) / LEAST_SPENT,
};

/** The values of one agent, each computed when it is first asked for. */
export interface Values {
  of(fact: Fact): number;
  /** Whether the value is at least this. */
  reaches(fact: Fact, bound: number): boolean;
}

/**
 * The values as of the last event of the agent. `since`: only what is later counts, such as after an operator lifted a suspension, epoch
 * seconds. Facts about habits are 0 in its first seven days.
 */
export const valuesOf = (facts: AgentFacts, since = 0): Values => {
  const now = facts.lastAt;
  const look: Look = { facts, now, from: since + 1, isLearned: facts.firstAt <= now - LEARNING_SECONDS };
  // By place: an object with so many changing members would cost more than the values.
  const known: (number | undefined)[] = new Array(FACT_NAMES.length);
  const of = (fact: Fact): number => {
    const place = PLACES[fact];
    const value = known[place] ?? (fact === 'oddness_hour' ? oddnessOf(reaches) : VALUES[fact](look));
    known[place] = value;
    return value;
  };
  const reaches: Values['reaches'] = (fact, bound) => {
    const value = known[PLACES[fact]];
    if (value !== undefined) return value >= bound;
    return (CEILINGS[fact]?.(look) ?? bound) >= bound && of(fact) >= bound;
  };
  return { of, reaches };
};
