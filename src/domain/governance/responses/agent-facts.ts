/**
 * Responses: what the server does by itself when an agent behaves unlike itself. Owns what each agent did lately (this file, recent-counts.ts), what it
 * used before (seen-things.ts), what it took of budgets (budget-shares.ts), the values that rules compare (fact-values.ts), the rules (response-rule.ts), their replay over the audit
 * log (rule-replay.ts), and what they did (response.ts, response-worker.ts).
 *
 * Only events after the agent's own authentication count, and what people answer to its own requests. Requests of others, and what a resource server
 * reports, add nothing. So a stranger cannot have an agent suspended. People whom it serves cause a part of what it does: by that, and by what they
 * deny, they can.
 */
import { countedTo, type StreamCursor } from '../../audit/records-after.ts';
import type { OwnedCollection } from '../../ports/owned-collection.ts';
import type { BudgetShares } from './budget-shares.ts';
import { type Day, dayOf, daysWith } from './fact-days.ts';
import { type CountedAs, type Draft, reachOf, type Slot, slotsWith, type Tick, ticksWith } from './recent-counts.ts';
import {
  DAY,
  keptOf,
  moreOf,
  type People,
  SEEN_LISTS,
  type Seen,
  type SeenList,
  withPerson,
  withSeen,
} from './seen-things.ts';

/** The facts of an agent that does nothing are forgotten after so long. */
const FORGOTTEN_SECONDS = 90 * DAY;
/** An agent that did nothing for so long was idle. */
const IDLE_SECONDS = 7 * DAY;
const MOST_SWITCHES = 16;
const MOST_STREAMS = 64;
const MOST_QUICK = 16;
const MOST_EVIDENCE = 10;

/** `agents`: how many others did. */
export type Alike = { readonly at: number; readonly agents: number };

/** Lists that facts from before they were kept do not have. */
type LaterList = 'refused' | 'software' | 'rights' | 'compositions' | 'usedBelow' | 'approvers' | 'shapes';

/** What one agent did. At most about 76 kB as JSON, and 88 kB in memory. Members that may be absent are so in facts from before they were counted. */
export type AgentFacts = People & {
  readonly [List in Exclude<SeenList, 'people' | LaterList>]: readonly Seen[];
} & {
  /**
   * What it was refused: digests of layer, API and scopes. Digests of the programs that asked for its tokens. Scopes with their APIs. Beginnings of the
   * digests of its compositions. APIs for which agents below it got tokens in its chain, which only restrictions use. Digests of people who approved for it, each
   * with the network. Digests of the forms of its requests: scopes together, API and grant type.
   */
  readonly [List in LaterList]?: readonly Seen[];
} & {
  /** Id of the agent. */
  readonly id: string;
  readonly firstAt: number;
  /** Time of its last event, epoch seconds. Values are as of this time. */
  readonly lastAt: number;
  /** When it last began again after a week or more, and after how many seconds. */
  readonly woke?: { readonly at: number; readonly idle: number };
  /** Of the last minute. */
  readonly ticks?: readonly Tick[];
  /** How fast people approved what it asked for, within an hour, the last one last. At most MOST_QUICK. */
  readonly approvedIn?: readonly { readonly at: number; readonly seconds: number }[];
  /** When so many other agents, with something in common with it, lately began to do the same as it did. */
  readonly alike?: Alike;
  /** When its owner lately was unlike themselves, and in how many ways. */
  readonly owner?: { readonly at: number; readonly ways: number };
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
  /** `usedBelow`: an agent below it got a token, which is no act of its own. */
  readonly counts: CountedAs | 'usedBelow';
  /** Agents of the chain in which it acted. */
  readonly depth?: number;
  /** The other agents of its chain, in memory only. */
  readonly peers?: readonly string[];
  /** How long a request for an approval had been open when a person approved it. */
  readonly seconds?: number;
  /** What the token took of budgets. */
  readonly spent?: BudgetShares;
  /** The network of its request, in memory only, and whether other agents use it. */
  readonly network?: string;
  readonly isShared?: boolean;
  /** What it used, or was refused, by list. Networks are keyed digests. */
  readonly used: { readonly [List in Exclude<SeenList, 'rights'>]?: string };
  /** The scopes of a token, each with its API. */
  readonly rights?: readonly string[];
};

/** An act of its own: all but what agents below it do. */
type OwnEvent = AgentEvent & { readonly counts: Exclude<AgentEvent['counts'], 'usedBelow'> };

const isOwn = (event: AgentEvent): event is OwnEvent => event.counts !== 'usedBelow';

const newFacts = (id: string, { id: record, at }: AgentEvent): AgentFacts => ({
  ...{ id, firstAt: at, lastAt: at, slots: [], days: [], resources: [], networks: [], people: [], chains: [] },
  // Without a list, scopes would not limit an agent that got authorization details alone.
  ...{ refused: [], ticks: [], switches: [], rights: [] },
  ...{ evidence: [], lastRecord: record, counted: [], expiresAt: at + FORGOTTEN_SECONDS },
});

/** The times with this one, if the agent changed between a network that is new and one that is not. */
const switchesWith = (facts: AgentFacts, { at, used }: AgentEvent): readonly number[] => {
  const { lastNetwork, switches = [], networks } = facts;
  if (used.networks === undefined || lastNetwork === undefined || used.networks === lastNetwork) return switches;
  const isNew = (key: string): boolean => (networks.find((one) => one.key === key)?.firstAt ?? at) > at - 3600;
  return isNew(used.networks) === isNew(lastNetwork) ? switches : [...switches, at].slice(-MOST_SWITCHES);
};

type OtherList = Exclude<SeenList, 'people' | 'rights' | 'shapes'>;
const OTHER_LISTS = SEEN_LISTS.filter(
  (list): list is OtherList => list !== 'people' && list !== 'rights' && list !== 'shapes',
);

const isNewIn = (before: readonly Seen[], now: readonly Seen[]): boolean =>
  now !== before && (now.length > before.length || now.at(-1)?.key !== before.at(-1)?.key);

/** How fast people approved within an hour, with this one. */
const approvedInWith = ({ approvedIn = [] }: AgentFacts, at: number, seconds: number) =>
  [...approvedIn.filter((one) => one.at > at - 3600), { at, seconds }].slice(-MOST_QUICK);

/** An API, or a scope, has all its forms of requests after so long. */
const YOUNG_SECONDS = 7 * DAY;

/** Whether the API or a scope of the event is new, or lately was: its forms come one after the other. */
const hasYoungPart = ({ resources, rights = [] }: AgentFacts, { at, used, rights: some = [] }: AgentEvent): boolean => {
  const isYoung = (all: readonly Seen[], key: string | undefined): boolean =>
    (all.find((one) => one.key === key)?.firstAt ?? at) > at - YOUNG_SECONDS;
  return isYoung(resources, used.resources) || some.some((key) => isYoung(rights, key));
};

/** Notes in the draft what the event used. Returns whether one of it is new. */
const noteUsed = (next: Draft<AgentFacts>, event: AgentEvent): boolean => {
  const { at, counts, used, rights, isShared = false } = event;
  let isNew = false;
  for (const list of OTHER_LISTS) {
    const key = used[list];
    if (key === undefined) continue;
    const before = next[list] ?? [];
    const isAsked = counts === 'approvals' && list === 'resources';
    const now = withSeen(before, { key, at, isShared: list === 'networks' && isShared, isAsked }, list);
    isNew ||= isNewIn(before, now);
    next[list] = now;
  }
  let hasNewRight = false;
  if (rights) {
    const before = next.rights ?? [];
    let now = before;
    for (const key of rights) now = withSeen(now, { key, at, isShared: false }, 'rights');
    hasNewRight = isNewIn(before, now);
    next.rights = now;
  }
  if (used.shapes !== undefined) {
    const before = next.shapes ?? [];
    const isKnown = before.some(({ key }) => key === used.shapes);
    next.shapes = withSeen(before, { key: used.shapes, at, isShared: !isKnown && hasYoungPart(next, event) }, 'shapes');
    isNew ||= isNewIn(before, next.shapes);
  }
  return isNew || hasNewRight;
};

/** Leaves out of the draft what was not used for 28 days: something new, which takes the place of it, may never come. */
const forgetOld = (next: Draft<AgentFacts>, at: number): void => {
  for (const list of SEEN_LISTS) {
    const all = next[list];
    if (all) next[list] = keptOf(all, at);
  }
  if (next.morePeople) next.morePeople = moreOf(next.morePeople, at);
};

/** Changes no value that rules compare, and none of the times: the agent itself did nothing. */
const notedBelow = (facts: AgentFacts, { at, used, stream, sequence }: AgentEvent): AgentFacts => {
  const { usedBelow: key } = used;
  const { usedBelow = [] } = facts;
  return {
    ...facts,
    usedBelow: key === undefined ? usedBelow : withSeen(usedBelow, { key, at, isShared: false }, 'usedBelow'),
    counted: countedTo(facts.counted, { stream, sequence }, MOST_STREAMS),
  };
};

const counted = (facts: AgentFacts, event: OwnEvent): AgentFacts => {
  const { at, used, stream, sequence } = event;
  const next: Draft<AgentFacts> = { ...facts };
  if (dayOf(at) > dayOf(facts.lastAt)) forgetOld(next, at);
  let hasMet = false;
  let hasGot = false;
  if (used.people !== undefined) {
    const people = withPerson(next, { key: used.people, at, isAsked: event.counts === 'approvals' });
    hasMet = people.hasMet;
    hasGot = people.hasGot;
    next.people = people.people;
    if (people.morePeople) next.morePeople = people.morePeople;
  }
  const isNew = noteUsed(next, event);
  next.switches = switchesWith(facts, event);
  if (used.networks !== undefined) next.lastNetwork = used.networks;
  next.slots = slotsWith(facts.slots, event, { hasMet, reach: reachOf(next.rights, event.rights) });
  next.ticks = ticksWith(facts.ticks ?? [], event, hasMet);
  next.days = daysWith(facts.days, event, { slots: next.slots, ticks: next.ticks, hasGot });
  if (event.seconds !== undefined) next.approvedIn = approvedInWith(facts, at, event.seconds);
  // A person may answer while the agent does nothing.
  if (event.counts !== 'answers' && event.counts !== 'approved' && at - facts.lastAt >= IDLE_SECONDS)
    next.woke = { at, idle: at - facts.lastAt };
  next.firstAt = Math.min(facts.firstAt, at);
  next.lastAt = Math.max(facts.lastAt, at);
  next.expiresAt = next.lastAt + FORGOTTEN_SECONDS;
  next.lastRecord = event.id;
  if (hasMet || isNew || event.counts !== 'tokens') next.evidence = [...facts.evidence, event.id].slice(-MOST_EVIDENCE);
  next.counted = countedTo(facts.counted, { stream, sequence }, MOST_STREAMS);
  return next;
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
    if (isOwn(event)) facts = counted(facts ?? newFacts(id, event), event);
    // One that never acted itself has no past to be restricted to.
    else if (facts) facts = notedBelow(facts, event);
  }
  return facts;
};
