/**
 * What a person with an account did lately, after their own sign-in: owners of agents, and people who approve. Owns PERSON_FACTS. Agents of a person whose
 * session someone else may have are watched more closely for an hour.
 */
import type { RecentRecord } from '../../audit/recent-records.ts';
import { countedTo, type StreamCursor } from '../../audit/records-after.ts';
import type { OwnedCollection } from '../../ports/owned-collection.ts';
import { coarseNetwork } from '../../vocabulary/client-network.ts';
import { dayOf } from './fact-days.ts';
import { DAY, KEPT_DAYS, LEARNING_SECONDS, type Seen, withSeen } from './seen-things.ts';

const LATELY_SECONDS = 3600;
const FORGOTTEN_SECONDS = 90 * DAY;
const MOST_LATELY = 64;
const MOST_STREAMS = 64;
/** An hour is compared with so many acts of a kind at least. */
const LEAST_ACTS = 2;

/** The acts that count, by type of event. `sign-in` and `factor` are ways by themselves; of the others, more than ever. */
const ACTS = {
  'session.started': 'sign-in',
  'session.stepped_up': 'sign-in',
  'factor.added': 'factor',
  'factor.removed': 'factor',
  'account.password_changed': 'factor',
  'consent.granted': 'consent',
  'credential.added': 'credential',
  'credential.rotated': 'credential',
  'agent.created': 'agent',
  'agent.updated': 'agent',
  'agent.accepted': 'agent',
  'agent.resumed': 'agent',
  'budget.created': 'budget',
  'budget.updated': 'budget',
  'approval.approved': 'approval',
  'standing_approval.given': 'approval',
} as const satisfies { readonly [type: string]: string };
type Act = (typeof ACTS)[keyof typeof ACTS];
const COMPARED = ['consent', 'credential', 'agent', 'budget', 'approval'] as const satisfies readonly Act[];

type Most = { readonly [Kind in Act]?: number };

/** What one person did. At most about 6 kB as JSON. */
export type PersonFacts = {
  /** Id of the account. */
  readonly id: string;
  readonly firstAt: number;
  readonly lastAt: number;
  /** Keyed digests of the networks of their acts, for this person. */
  readonly networks: readonly Seen[];
  /** The acts of the last hour. */
  readonly lately: readonly { readonly at: number; readonly act: Act }[];
  /** The most of each kind within an hour, on each day. */
  readonly days: readonly { readonly day: number; readonly most: Most }[];
  readonly counted: readonly StreamCursor[];
  readonly expiresAt: number;
};

export const PERSON_FACTS = {
  name: 'person_facts',
  holds: 'what one person did lately, for response rules about their agents',
  prefixes: [],
  events: [],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'sweeper', once: 'the person did nothing for 90 days' },
  transfer: 'neither',
  indexes: [],
  expiresAt: 'expiresAt',
  members: ['firstAt', 'lastAt', 'lately', 'days', 'counted'],
  isAbsentWhenUnreadable: true,
} as const satisfies OwnedCollection;

/** One act of a person. */
export type PersonEvent = {
  readonly stream: string;
  readonly sequence: number;
  readonly at: number;
  readonly act: Act;
  /** Keyed digest. */
  readonly network?: string;
};

const isCounted = (type: string): type is keyof typeof ACTS => Object.hasOwn(ACTS, type);

/** The person and their act; undefined: the record is none of a person, or one of the server itself. */
export const personEventOf = (
  {
    stream,
    sequence,
    at,
    event: { type, outcome, caller },
  }: Pick<RecentRecord, 'stream' | 'sequence' | 'at' | 'event'>,
  source: string | undefined,
  digestOf: (account: string, network: string) => string,
): { readonly person: string; readonly event: PersonEvent } | undefined => {
  if (!isCounted(type) || outcome === 'refused' || caller?.startsWith('acc_') !== true) return undefined;
  const network = source === undefined ? {} : { network: digestOf(caller, coarseNetwork(source)) };
  return { person: caller, event: { stream, sequence, at: Math.floor(at / 1000), act: ACTS[type], ...network } };
};

/** How many of each kind there are. */
const countedIn = (lately: PersonFacts['lately']): Most => {
  const counts: { [Kind in Act]?: number } = {};
  for (const { act } of lately) counts[act] = (counts[act] ?? 0) + 1;
  return counts;
};

const higher = (one: Most, other: Most): Most => {
  const most: { [Kind in Act]?: number } = { ...one };
  for (const act of Object.keys(other) as Act[]) most[act] = Math.max(most[act] ?? 0, other[act] ?? 0);
  return most;
};

/** The facts with this act. A record that is read again changes nothing. */
export const withAct = (
  id: string,
  before: PersonFacts | undefined,
  { stream, sequence, at, act, network }: PersonEvent,
): PersonFacts => {
  const facts = before ?? {
    ...{ id, firstAt: at, lastAt: at, networks: [], lately: [], days: [], counted: [], expiresAt: 0 },
  };
  if (sequence <= (facts.counted.find((one) => one.stream === stream)?.sequence ?? 0)) return facts;
  const lately = [...facts.lately.filter((one) => one.at > at - LATELY_SECONDS), { at, act }].slice(-MOST_LATELY);
  const day = dayOf(at);
  const today = facts.days.find((one) => one.day === day);
  const others = facts.days.filter((one) => one.day !== day && one.day > day - KEPT_DAYS);
  return {
    ...facts,
    lastAt: Math.max(facts.lastAt, at),
    // As many as of those who approve for one agent.
    networks:
      network === undefined
        ? facts.networks
        : withSeen(facts.networks, { key: network, at, isShared: false }, 'approvers'),
    lately,
    days: [...others, { day, most: higher(today?.most ?? {}, countedIn(lately)) }],
    counted: countedTo(facts.counted, { stream, sequence }, MOST_STREAMS),
    expiresAt: at + FORGOTTEN_SECONDS,
  };
};

/**
 * Ways in which the person was unlike their 28 days within the hour before `now`, each counted once: acts from a network that is new for them, another
 * second factor or password, and twice as many acts of a kind as ever. 0 in the first seven days.
 */
export const waysOf = ({ firstAt, networks, lately, days }: PersonFacts, now: number): number => {
  if (firstAt > now - LEARNING_SECONDS) return 0;
  const acts = lately.filter(({ at }) => at > now - LATELY_SECONDS);
  if (acts.length === 0) return 0;
  const isElsewhere =
    networks.some((one) => one.firstAt > now - LATELY_SECONDS) &&
    networks.some((one) => one.firstAt <= now - LEARNING_SECONDS);
  const before = days.filter(({ day }) => day < dayOf(now) && day > dayOf(now) - KEPT_DAYS);
  const counts = countedIn(acts);
  const more = COMPARED.filter((act) => {
    const most = before.reduce((found, one) => Math.max(found, one.most[act] ?? 0), LEAST_ACTS);
    return (counts[act] ?? 0) >= 2 * most;
  });
  return Number(isElsewhere) + Number((counts.factor ?? 0) > 0) + Number(more.length > 0);
};
