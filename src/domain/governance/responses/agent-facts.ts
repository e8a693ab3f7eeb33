/**
 * Responses: what the server does by itself when an agent behaves unlike itself. Owns what each agent did lately (this file), the
 * values that rules compare (fact-values.ts), the rules (response-rule.ts), their replay over the audit log (rule-replay.ts), and what they
 * did (response.ts, response-worker.ts).
 *
 * Only events after the agent's own authentication count. Requests of others, and what a resource server reports, add nothing.
 * So a stranger cannot have an agent suspended.
 */
import type { StreamCursor } from '../../audit/records-after.ts';
import type { OwnedCollection } from '../../ports/owned-collection.ts';

export const DAY = 86_400;
/** Seconds of one slot. */
const SLOT_SECONDS = 300;
/** Slots of one hour, and the one that has begun. */
const MOST_SLOTS = 13;
/** Days that an agent is compared with, today included. */
export const KEPT_DAYS = 28;
/** A thing that was not used for so long is new again. */
const KEPT_SECONDS = KEPT_DAYS * DAY;
/** The facts of an agent that does nothing are forgotten after so long. */
const FORGOTTEN_SECONDS = 90 * DAY;
/** An agent that did nothing for so long was idle. */
const IDLE_SECONDS = 7 * DAY;
const MOST_RESOURCES = 64;
const MOST_NETWORKS = 32;
const MOST_PEOPLE = 128;
const MOST_CHAINS = 32;
const MOST_STREAMS = 64;
const MOST_EVIDENCE = 10;

/** What was counted in five minutes. */
type Slot = {
  /** First epoch second. */
  readonly at: number;
  readonly tokens: number;
  readonly denials: number;
  readonly approvals: number;
};

/** One UTC day before today, or today. */
type Day = {
  /** Days since 1970. */
  readonly day: number;
  /** Most tokens within an hour. */
  readonly peak: number;
  /** Bit n: the agent got a token, or asked for an approval, in hour n. */
  readonly hours: number;
};

/** A thing that the agent used. */
export type Seen = { readonly key: string; readonly firstAt: number; readonly lastAt: number };

/** The lists of things that can be new. */
export const SEEN_LISTS = ['resources', 'networks', 'people', 'chains'] as const;
export type SeenList = (typeof SEEN_LISTS)[number];

const MOST_SEEN = {
  resources: MOST_RESOURCES,
  networks: MOST_NETWORKS,
  people: MOST_PEOPLE,
  chains: MOST_CHAINS,
} as const satisfies Record<SeenList, number>;

/** What one agent did. At most about 25 kB. */
export type AgentFacts = { readonly [List in SeenList]: readonly Seen[] } & {
  /** Id of the agent. */
  readonly id: string;
  readonly firstAt: number;
  /** Time of its last event, epoch seconds. Values are as of this time. */
  readonly lastAt: number;
  /** When it last began again after a week or more, and after how many seconds. */
  readonly woke?: { readonly at: number; readonly idle: number };
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
  /** What it used, by list. Networks are keyed digests. */
  readonly used: { readonly [List in SeenList]?: string };
};

const newFacts = (id: string, { id: record, at }: AgentEvent): AgentFacts => ({
  ...{ id, firstAt: at, lastAt: at, slots: [], days: [], resources: [], networks: [], people: [], chains: [] },
  ...{ evidence: [], lastRecord: record, counted: [], expiresAt: at + FORGOTTEN_SECONDS },
});

const NO_SLOT = { tokens: 0, denials: 0, approvals: 0 };

/**
 * The things with this one. In a full list, a new one takes the place of the newest, so that many new ones do not push out the usual
 * ones. What was not used for 28 days goes first.
 */
const withSeen = (all: readonly Seen[], key: string, at: number, most: number): readonly Seen[] => {
  const kept = all.filter(({ lastAt }) => lastAt > at - KEPT_SECONDS);
  if (kept.some((one) => one.key === key))
    return kept.map((one) => (one.key === key ? { ...one, lastAt: Math.max(one.lastAt, at) } : one));
  const others = kept.length < most ? kept : kept.slice(0, most - 1);
  return [...others, { key, firstAt: at, lastAt: at }];
};

const slotsWith = ({ slots }: AgentFacts, { at, counts }: AgentEvent): readonly Slot[] => {
  const begin = at - (at % SLOT_SECONDS);
  const before = slots.find((slot) => slot.at === begin) ?? { at: begin, ...NO_SLOT };
  const others = slots.filter((slot) => slot !== before && slot.at !== begin && slot.at > begin - 3600 - SLOT_SECONDS);
  return [...others, { ...before, [counts]: before[counts] + 1 }].sort((a, b) => a.at - b.at).slice(-MOST_SLOTS);
};

/** Tokens in the hour before `at`. */
export const tokensInHour = (slots: readonly Slot[], at: number, from = 0): number =>
  slots.reduce((sum, slot) => (slot.at > at - 3600 && slot.at >= from ? sum + slot.tokens : sum), 0);

const daysWith = ({ days }: AgentFacts, { at, counts }: AgentEvent, slots: readonly Slot[]): readonly Day[] => {
  const day = Math.floor(at / DAY);
  const before = days.find((one) => one.day === day) ?? { day, peak: 0, hours: 0 };
  const hour = counts === 'denials' ? 0 : 1 << (Math.floor(at / 3600) % 24);
  const next = { day, peak: Math.max(before.peak, tokensInHour(slots, at)), hours: before.hours | hour };
  return [...days.filter((one) => one.day !== day && one.day > day - KEPT_DAYS), next].sort((a, b) => a.day - b.day);
};

const counted = (facts: AgentFacts, event: AgentEvent): AgentFacts => {
  const { at, used } = event;
  const slots = slotsWith(facts, event);
  const lists = Object.fromEntries(
    SEEN_LISTS.map((list) => {
      const key = used[list];
      return [list, key === undefined ? facts[list] : withSeen(facts[list], key, at, MOST_SEEN[list])] as const;
    }),
  ) as { readonly [List in SeenList]: readonly Seen[] };
  const isNew = SEEN_LISTS.some(
    (list) => lists[list].length > facts[list].length || isReplaced(lists[list], facts[list]),
  );
  const isEvidence = isNew || event.counts !== 'tokens';
  const lastAt = Math.max(facts.lastAt, at);
  return {
    ...facts,
    ...lists,
    ...{ firstAt: Math.min(facts.firstAt, at), lastAt, slots, days: daysWith(facts, event, slots) },
    ...(at - facts.lastAt >= IDLE_SECONDS ? { woke: { at, idle: at - facts.lastAt } } : {}),
    ...{ lastRecord: event.id, expiresAt: lastAt + FORGOTTEN_SECONDS },
    ...(isEvidence ? { evidence: [...facts.evidence, event.id].slice(-MOST_EVIDENCE) } : {}),
  };
};

const isReplaced = (now: readonly Seen[], before: readonly Seen[]): boolean => now.at(-1)?.key !== before.at(-1)?.key;

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
    const others = next.counted.filter((one) => one.stream !== stream);
    facts = { ...next, counted: [...others, { stream, sequence }].slice(-MOST_STREAMS) };
  }
  return facts;
};
