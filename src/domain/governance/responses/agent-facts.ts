/**
 * Responses: what the server does by itself when an agent behaves unlike itself. Owns what each agent did lately (this file), what it
 * used before (seen-things.ts), what it took of budgets (budget-shares.ts), the values that rules compare (fact-values.ts), the rules (response-rule.ts), their replay over the audit
 * log (rule-replay.ts), and what they did (response.ts, response-worker.ts).
 *
 * Only events after the agent's own authentication count. Requests of others, and what a resource server reports, add nothing.
 * So a stranger cannot have an agent suspended.
 */
import { countedTo, type StreamCursor } from '../../audit/records-after.ts';
import type { OwnedCollection } from '../../ports/owned-collection.ts';
import { type BudgetShares, spentInHour, withShares } from './budget-shares.ts';
import {
  DAY,
  KEPT_DAYS,
  type People,
  SEEN_LISTS,
  type Seen,
  type SeenList,
  withPerson,
  withSeen,
} from './seen-things.ts';

/** Seconds of one slot. */
const SLOT_SECONDS = 300;
/** Slots of one hour, and the one that has begun. */
const MOST_SLOTS = 13;
/** Seconds of one tick, and ticks of one minute with the one that has begun. */
const TICK_SECONDS = 5;
const MOST_TICKS = 13;
/** The facts of an agent that does nothing are forgotten after so long. */
const FORGOTTEN_SECONDS = 90 * DAY;
/** An agent that did nothing for so long was idle. */
const IDLE_SECONDS = 7 * DAY;
const MOST_SWITCHES = 16;
const MOST_STREAMS = 64;
const MOST_EVIDENCE = 10;

/** What was counted in five seconds. */
type Tick = {
  readonly at: number;
  readonly tokens: number;
  readonly approvals: number;
  /** People for whom it acted for the first time. Absent here and below: none. */
  readonly met?: number;
};

/** What was counted in five minutes. */
type Slot = {
  /** First epoch second. */
  readonly at: number;
  readonly tokens: number;
  readonly denials: number;
  readonly approvals: number;
  readonly met?: number;
  /** Agents of its longest chain. Absent: it acted in none. */
  readonly depth?: number;
  /** What its tokens took of budgets. Absent: nothing. */
  readonly spent?: BudgetShares;
};

/** One UTC day before today, or today. */
type Day = {
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
  /** Tokens, and people for whom it acted for the first time. */
  readonly tokens?: number;
  readonly met?: number;
};

/** What one agent did. At most about 40 kB. Members that may be absent are so in facts from before they were counted. */
export type AgentFacts = People & { readonly [List in Exclude<SeenList, 'people' | 'refused'>]: readonly Seen[] } & {
  /** What it was refused: digests of layer, API and scopes. */
  readonly refused?: readonly Seen[];
  /** Id of the agent. */
  readonly id: string;
  readonly firstAt: number;
  /** Time of its last event, epoch seconds. Values are as of this time. */
  readonly lastAt: number;
  /** When it last began again after a week or more, and after how many seconds. */
  readonly woke?: { readonly at: number; readonly idle: number };
  /** Of the last minute. */
  readonly ticks?: readonly Tick[];
  /** The network of its last event, and when it changed between one that is new and one that is not. */
  readonly lastNetwork?: string;
  readonly switches?: readonly number[];
  /** Oldest first. */
  readonly slots: readonly Slot[];
  readonly days: readonly Day[];
  /** Ids of the records of denials, of approvals and of what was new, the newest last; at most MOST_EVIDENCE. */
  readonly evidence: readonly string[];
  /** Its last record. */
  readonly lastRecord: string;
  /** Up to where each stream is counted, so that no record counts twice. */
  readonly counted: readonly StreamCursor[];
  readonly expiresAt: number;
};

export const AGENT_FACTS = {
  name: 'agent_facts',
  holds: 'what one agent did lately, for response rules',
  prefixes: [],
  events: [],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'sweeper', once: 'the agent did nothing for 90 days' },
  transfer: 'neither',
  indexes: [],
  expiresAt: 'expiresAt',
  members: ['firstAt', 'lastAt', 'slots', 'days', 'counted'],
  isAbsentWhenUnreadable: true,
} as const satisfies OwnedCollection;

/** An event after the own authentication of an agent. */
export type AgentEvent = {
  /** Id of the audit record. */
  readonly id: string;
  readonly stream: string;
  readonly sequence: number;
  /** Epoch seconds. */
  readonly at: number;
  /** `denials`: a decision of this server refused the token. */
  readonly counts: 'tokens' | 'denials' | 'approvals';
  /** Agents of the chain in which it acted. */
  readonly depth?: number;
  /** What the token took of budgets. */
  readonly spent?: BudgetShares;
  /** The network of its request, in memory only, and whether other agents use it. */
  readonly network?: string;
  readonly isShared?: boolean;
  /** What it used, or was refused, by list. Networks are keyed digests. */
  readonly used: { readonly [List in SeenList]?: string };
};

const newFacts = (id: string, { id: record, at }: AgentEvent): AgentFacts => ({
  ...{ id, firstAt: at, lastAt: at, slots: [], days: [], resources: [], networks: [], people: [], chains: [] },
  ...{ refused: [], ticks: [], switches: [] },
  ...{ evidence: [], lastRecord: record, counted: [], expiresAt: at + FORGOTTEN_SECONDS },
});

const NO_SLOT = { tokens: 0, denials: 0, approvals: 0 };

/** Counted, if a person was met. */
const metWith = ({ met = 0 }: { readonly met?: number }, hasMet: boolean): { readonly met?: number } =>
  hasMet ? { met: met + 1 } : {};

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
  const isLater = last === undefined || last.at < begin;
  const before = isLater ? undefined : last.at === begin ? last : all.find(({ at }) => at === begin);
  const kept = all.filter((one) => one.at > from && one !== before);
  kept.push(change(before));
  if (!isLater && before !== last) kept.sort((a, b) => a.at - b.at);
  return kept.length > most ? kept.slice(-most) : kept;
};

const ticksWith = ({ ticks = [] }: AgentFacts, { at, counts }: AgentEvent, hasMet: boolean): readonly Tick[] => {
  if (counts === 'denials') return ticks;
  const begin = at - (at % TICK_SECONDS);
  return withPart(ticks, { begin, from: begin - 60 - TICK_SECONDS, most: MOST_TICKS }, (found) => {
    const before = found ?? { at: begin, tokens: 0, approvals: 0 };
    return { ...before, [counts]: before[counts] + 1, ...metWith(before, hasMet) };
  });
};

/** What was counted in the minute before `at`. */
export const inMinute = (ticks: readonly Tick[], of: 'tokens' | 'approvals' | 'met', at: number, from = 0): number =>
  ticks.reduce((sum, tick) => (tick.at > at - 60 && tick.at >= from ? sum + (tick[of] ?? 0) : sum), 0);

/** The times with this one, if the agent changed between a network that is new and one that is not. */
const switchesWith = (facts: AgentFacts, { at, used }: AgentEvent): readonly number[] => {
  const { lastNetwork, switches = [], networks } = facts;
  if (used.networks === undefined || lastNetwork === undefined || used.networks === lastNetwork) return switches;
  const isNew = (key: string): boolean => (networks.find((one) => one.key === key)?.firstAt ?? at) > at - 3600;
  return isNew(used.networks) === isNew(lastNetwork) ? switches : [...switches, at].slice(-MOST_SWITCHES);
};

const slotsWith = (
  { slots }: AgentFacts,
  { at, counts, depth, spent }: AgentEvent,
  hasMet: boolean,
): readonly Slot[] => {
  const begin = at - (at % SLOT_SECONDS);
  return withPart(slots, { begin, from: begin - 3600 - SLOT_SECONDS, most: MOST_SLOTS }, (found) => {
    const before = found ?? { at: begin, ...NO_SLOT };
    const deepest = depth === undefined ? {} : { depth: Math.max(before.depth ?? 0, depth) };
    const taken = spent === undefined ? {} : { spent: withShares(before.spent, spent) };
    return { ...before, [counts]: before[counts] + 1, ...metWith(before, hasMet), ...deepest, ...taken };
  });
};

/** Tokens in the hour before `at`. */
export const tokensInHour = (slots: readonly Slot[], at: number, from = 0): number =>
  slots.reduce((sum, slot) => (slot.at > at - 3600 && slot.at >= from ? sum + slot.tokens : sum), 0);

const daysWith = (
  { days }: AgentFacts,
  { at, counts, depth = 0, spent }: AgentEvent,
  {
    slots,
    ticks,
    hasMet,
  }: { readonly slots: readonly Slot[]; readonly ticks: readonly Tick[]; readonly hasMet: boolean },
): readonly Day[] => {
  const day = Math.floor(at / DAY);
  const last = days.at(-1);
  const found = last?.day === day ? last : days.find((one) => one.day === day);
  const before: Day = found ?? { day, peak: 0, hours: 0 };
  const hour = counts === 'denials' ? 0 : 1 << (Math.floor(at / 3600) % 24);
  const next: Day = {
    ...(before.spent === undefined ? {} : { spent: before.spent }),
    ...{ day, peak: Math.max(before.peak, tokensInHour(slots, at)), hours: before.hours | hour },
    minute: Math.max(before.minute ?? 0, inMinute(ticks, 'tokens', at)),
    depth: Math.max(before.depth ?? 0, depth),
    tokens: (before.tokens ?? 0) + (counts === 'tokens' ? 1 : 0),
    met: (before.met ?? 0) + (hasMet ? 1 : 0),
    ...(spent === undefined ? {} : { spent: Math.max(before.spent ?? 0, spentInHour(slots, at)) }),
  };
  if (found === last && found !== undefined && (days[0]?.day ?? 0) > day - KEPT_DAYS) return days.with(-1, next);
  return [...days.filter((one) => one.day !== day && one.day > day - KEPT_DAYS), next].sort((a, b) => a.day - b.day);
};

type OtherList = Exclude<SeenList, 'people'>;
const OTHER_LISTS = SEEN_LISTS.filter((list): list is OtherList => list !== 'people');

const counted = (facts: AgentFacts, event: AgentEvent): AgentFacts => {
  const { at, used } = event;
  const { hasMet, ...people } = used.people === undefined ? { hasMet: false } : withPerson(facts, used.people, at);
  const [slots, ticks] = [slotsWith(facts, event, hasMet), ticksWith(facts, event, hasMet)];
  const listWith = (list: OtherList): readonly Seen[] => {
    const key = used[list];
    const before = facts[list] ?? [];
    return key === undefined
      ? before
      : withSeen(before, { key, at, isShared: list === 'networks' && event.isShared === true }, list);
  };
  const lists: { readonly [List in OtherList]: readonly Seen[] } = {
    ...{ resources: listWith('resources'), networks: listWith('networks') },
    ...{ chains: listWith('chains'), refused: listWith('refused') },
  };
  const isNewIn = (list: OtherList): boolean => {
    const before = facts[list] ?? [];
    const now = lists[list];
    return now !== before && (now.length > before.length || now.at(-1)?.key !== before.at(-1)?.key);
  };
  const isEvidence = hasMet || OTHER_LISTS.some(isNewIn) || event.counts !== 'tokens';
  const lastAt = Math.max(facts.lastAt, at);
  return {
    ...facts,
    ...lists,
    ...people,
    ...{ firstAt: Math.min(facts.firstAt, at), lastAt, slots, ticks },
    days: daysWith(facts, event, { slots, ticks, hasMet }),
    switches: switchesWith(facts, event),
    ...(used.networks === undefined ? {} : { lastNetwork: used.networks }),
    ...(at - facts.lastAt >= IDLE_SECONDS ? { woke: { at, idle: at - facts.lastAt } } : {}),
    ...{ lastRecord: event.id, expiresAt: lastAt + FORGOTTEN_SECONDS },
    ...(isEvidence ? { evidence: [...facts.evidence, event.id].slice(-MOST_EVIDENCE) } : {}),
  };
};

/**
 * The facts with these events. Leaves out what was counted before, so that a record that is read again changes nothing. Events of one
 * stream come in its order.
 */
export const withEvents = (
  id: string,
  before: AgentFacts | undefined,
  events: readonly AgentEvent[],
): AgentFacts | undefined => {
  let facts = before;
  for (const event of events) {
    const { stream, sequence } = event;
    const place = facts?.counted.find((one) => one.stream === stream)?.sequence ?? 0;
    if (sequence <= place) continue;
    const next = counted(facts ?? newFacts(id, event), event);
    facts = { ...next, counted: countedTo(next.counted, { stream, sequence }, MOST_STREAMS) };
  }
  return facts;
};
