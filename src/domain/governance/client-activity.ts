/**
 * What one client or agent does without a person: counters of 28 days, and the last times, networks, rights and people. Everything here
 * comes from tokens that the client got after its own authentication, so that others cannot add to it.
 */
import { hash } from 'node:crypto';
import { countedTo, type StreamCursor } from '../audit/records-after.ts';
import { isDeclared } from '../authority/transactions/transaction.ts';
import type { OwnedCollection } from '../ports/owned-collection.ts';

const DAY = 86_400;
/** Days that are counted. */
const COUNTED_DAYS = 28;
const MOST_PEOPLE = 64;
const MOST_NETWORKS = 32;
/** A network is new for so long. */
export const NEW_NETWORK_SECONDS = 7 * DAY;
const MOST_SERIES = 8;
/** A series without a token for so long makes room for another one. */
const SERIES_SECONDS = 2 * DAY;
/** An interval is even if it differs from the one before by at most this part of it. */
const EVEN_PART = 0.2;
/** Shorter intervals are bursts, and not those of a timer. */
const LEAST_INTERVAL_SECONDS = 20;
const MOST_RIGHTS = 16;
/** A refresh so long after the sign-in of its person is one of that person at work. */
const SESSION_SECONDS = 12 * 3600;
const MOST_EVIDENCE = 10;
/** The first tokens are all evidence, later ones by the hour. */
const LEAST_EVIDENCE = 5;
const MOST_STREAMS = 64;
/** An activity is forgotten when the client got no token for so long. */
const KEPT_SECONDS = 60 * DAY;

/** Grants at whose request a person is there. */
const WITH_PERSON: ReadonlySet<string> = new Set([
  'authorization_code',
  'urn:ietf:params:oauth:grant-type:device_code',
  'urn:openid:params:grant-type:ciba',
]);

export type ActivityDay = {
  /** Days since 1970. */
  readonly day: number;
  /** Tokens with a person present: at a sign-in, and refreshes in the twelve hours after it. */
  readonly attended: number;
  readonly unattended: number;
  /** The unattended ones in a transaction that was opened. */
  readonly declared: number;
  /** Bit n: an unattended token in hour n, UTC. */
  readonly hours: number;
  /** Most tokens within one minute, without those of a sign-in. */
  readonly peak: number;
  /** Unattended refreshes. Absent here and below: a day that was counted before these members existed. */
  readonly refreshed?: number;
  /** Intervals between unattended tokens for the same, and how many of them are even. */
  readonly intervals?: number;
  readonly even?: number;
  /** Different sets of API and scopes of unattended tokens; at most MOST_RIGHTS. */
  readonly rights?: number;
};

type Person = { readonly id: string; readonly unattendedAt?: number; readonly attendedAt?: number };
export type Network = { readonly digest: string; readonly firstAt: number; readonly lastAt: number };

type Series = { readonly of: string; readonly at: readonly number[] };

export type ClientActivity = {
  /** Id of the client or agent. */
  readonly id: string;
  readonly firstAt: number;
  readonly lastAt: number;
  /** Oldest first. */
  readonly days: readonly ActivityDay[];
  readonly minute: { readonly at: number; readonly count: number };
  /** The last ones for whom it got tokens. */
  readonly people: readonly Person[];
  /** The last two times of unattended tokens for one person, or for the client itself: ''. A sample: the first ones that are in use. */
  readonly series: readonly Series[];
  /** Digests of the sets of API and scopes that unattended tokens had last, and when. Absent: none yet. */
  readonly rights?: readonly { readonly key: string; readonly lastAt: number }[];
  /** Keyed digests of networks, of unattended tokens. */
  readonly networks: readonly Network[];
  /** Ids of records of unattended tokens: the first ones, then one for each hour, and those from new networks. */
  readonly evidence: readonly string[];
  readonly evidenceHour: number;
  /** Up to where each stream is counted, so that no record counts twice. */
  readonly counted: readonly StreamCursor[];
  readonly expiresAt: number;
};

export const CLIENT_ACTIVITY = {
  name: 'client_activity',
  holds: 'how often one client or agent gets tokens without a person',
  prefixes: [],
  events: [],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'sweeper', once: 'the client got no token for 60 days' },
  transfer: 'neither',
  indexes: [],
  expiresAt: 'expiresAt',
  members: ['firstAt', 'lastAt', 'days', 'counted'],
  isAbsentWhenUnreadable: true,
} as const satisfies OwnedCollection;

/** A token that the client got. */
export type SeenToken = {
  /** Id of the audit record. */
  readonly id: string;
  readonly stream: string;
  readonly sequence: number;
  /** Epoch seconds. */
  readonly at: number;
  readonly grantType?: string | undefined;
  readonly subject?: string | undefined;
  readonly txn?: string | undefined;
  /** The API, and the scopes that were given. */
  readonly resource?: string | undefined;
  readonly scope?: readonly string[] | undefined;
  /** Keyed digest of the network of the request. */
  readonly network?: string | undefined;
};

const newActivity = (id: string, at: number): ClientActivity => ({
  ...{ id, firstAt: at, lastAt: at, days: [], minute: { at: 0, count: 0 }, people: [], series: [], networks: [] },
  ...{ evidence: [], evidenceHour: 0, counted: [], expiresAt: at + KEPT_SECONDS },
});

/** The last ones, with this one behind them. */
const withLast = <T>(all: readonly T[], one: T, isSame: (other: T) => boolean, most: number): readonly T[] =>
  [...all.filter((other) => !isSame(other)), one].slice(-most);

/** The last networks, with this one. A new one takes the place of a new one, so that a thief of keys cannot push out the usual ones. */
const withNetwork = (all: readonly Network[], one: Network): readonly Network[] => {
  const others = all.filter(({ digest }) => digest !== one.digest);
  if (others.length < MOST_NETWORKS) return [...others, one];
  const newest = others.findIndex(({ firstAt }) => firstAt > one.lastAt - NEW_NETWORK_SECONDS);
  return [...others.toSpliced(Math.max(newest, 0), 1), one];
};

const NO_DAY = { attended: 0, unattended: 0, declared: 0, hours: 0, peak: 0 };

/**
 * Whether the person of a refresh signed in lately. Of a client with more people than are kept, one that is not among them may have: as long
 * as all that are kept did.
 */
const isAccompanied = ({ people }: ClientActivity, { grantType, subject, at }: SeenToken): boolean => {
  if (grantType !== 'refresh_token' || subject === undefined) return false;
  const person = people.find(({ id }) => id === subject);
  const signedIn =
    person === undefined && people.length === MOST_PEOPLE
      ? Math.min(...people.map(({ attendedAt = 0 }) => attendedAt))
      : (person?.attendedAt ?? 0);
  return signedIn > at - SESSION_SECONDS;
};

/** The series with this token, and the interval before it: undefined if it is not known whether that is even. */
const seriesWith = (
  all: readonly Series[],
  of: string,
  at: number,
): { series: readonly Series[]; isEven?: boolean } => {
  const before = all.find((one) => one.of === of)?.at ?? [];
  const kept = all.filter((one) => one.of !== of && (one.at.at(-1) ?? 0) > at - SERIES_SECONDS);
  if (before.length === 0 && kept.length >= MOST_SERIES) return { series: all };
  const [first, last] = before;
  const series = [...kept, { of, at: [...before, at].slice(-2) }];
  if (first === undefined || last === undefined) return { series };
  const [earlier, later] = [last - first, at - last];
  return { series, isEven: later >= LEAST_INTERVAL_SECONDS && Math.abs(later - earlier) <= EVEN_PART * earlier };
};

/** Some characters suffice: it only has to tell apart what one client asks for. */
const rightKey = (resource: string, scope: readonly string[]): string =>
  hash('sha256', `${resource} ${[...scope].sort().join(' ')}`, 'base64url').slice(0, 10);

/** What an unattended token adds to its day, and the members that it changes. */
const unattended = (activity: ClientActivity, token: SeenToken, before: ActivityDay) => {
  const { at, network, resource, scope = [] } = token;
  const { series, isEven } = seriesWith(activity.series, token.subject ?? '', at);
  const key = resource === undefined ? undefined : rightKey(resource, scope);
  const rights =
    key === undefined
      ? (activity.rights ?? [])
      : withLast(activity.rights ?? [], { key, lastAt: at }, (one) => one.key === key, MOST_RIGHTS);
  const known = activity.networks.find(({ digest }) => digest === network);
  const hour = Math.floor(at / 3600);
  const isEvidence =
    activity.evidence.length < LEAST_EVIDENCE || hour !== activity.evidenceHour || (network !== undefined && !known);
  const day: ActivityDay = {
    ...before,
    unattended: before.unattended + 1,
    declared: before.declared + (isDeclared(token.txn) ? 1 : 0),
    hours: before.hours | (1 << (hour % 24)),
    refreshed: (before.refreshed ?? 0) + (token.grantType === 'refresh_token' ? 1 : 0),
    intervals: (before.intervals ?? 0) + (isEven === undefined ? 0 : 1),
    even: (before.even ?? 0) + (isEven ? 1 : 0),
    rights: rights.filter(({ lastAt }) => lastAt >= before.day * DAY).length,
  };
  return {
    day,
    changed: {
      ...{ series, rights },
      networks:
        network === undefined
          ? activity.networks
          : withNetwork(activity.networks, { digest: network, firstAt: known?.firstAt ?? at, lastAt: at }),
      ...(isEvidence ? { evidence: [...activity.evidence, token.id].slice(-MOST_EVIDENCE), evidenceHour: hour } : {}),
    },
  };
};

const counted = (activity: ClientActivity, token: SeenToken): ClientActivity => {
  const { at } = token;
  const number = Math.floor(at / DAY);
  const isSignIn = WITH_PERSON.has(token.grantType ?? '');
  const isAttended = isSignIn || isAccompanied(activity, token);
  const minuteAt = Math.floor(at / 60);
  const isSameMinute = activity.minute.at === minuteAt;
  const minute = isSignIn ? activity.minute : { at: minuteAt, count: isSameMinute ? activity.minute.count + 1 : 1 };
  const found = activity.days.find(({ day }) => day === number) ?? { day: number, ...NO_DAY };
  const before = isSignIn ? found : { ...found, peak: Math.max(found.peak, minute.count) };
  const person = activity.people.find(({ id }) => id === token.subject);
  const seen = isSignIn ? { attendedAt: at } : isAttended ? {} : { unattendedAt: at };
  const people =
    token.subject === undefined || (isAttended && !isSignIn && !person)
      ? activity.people
      : withLast(
          activity.people,
          { ...person, id: token.subject, ...seen },
          ({ id }) => id === token.subject,
          MOST_PEOPLE,
        );
  const { day, changed } = isAttended
    ? { day: { ...before, attended: before.attended + 1 }, changed: {} }
    : unattended(activity, token, before);
  return {
    ...activity,
    ...{ people, minute, ...changed },
    lastAt: Math.max(activity.lastAt, at),
    firstAt: Math.min(activity.firstAt, at),
    expiresAt: Math.max(activity.lastAt, at) + KEPT_SECONDS,
    days: daysWith(activity.days, day),
  };
};

/** The days with this one, in order. It is nearly always the last one. */
const daysWith = (days: readonly ActivityDay[], one: ActivityDay): readonly ActivityDay[] => {
  const isOver = ({ day }: ActivityDay): boolean => day <= one.day - COUNTED_DAYS;
  if (days.at(-1)?.day === one.day && !days.some(isOver)) return days.with(-1, one);
  const others = days.filter((other) => other.day !== one.day && !isOver(other));
  return [...others, one].sort((first, second) => first.day - second.day);
};

/**
 * The activity with these tokens. Leaves out what it has counted, so that a record that is read again changes nothing. Tokens
 * of one stream come in its order.
 */
export const withTokens = (
  id: string,
  before: ClientActivity | undefined,
  tokens: readonly SeenToken[],
): ClientActivity | undefined => {
  let activity = before;
  for (const token of tokens) {
    const { stream, sequence } = token;
    const place = activity?.counted.find((one) => one.stream === stream)?.sequence ?? 0;
    if (sequence <= place) continue;
    const next = counted(activity ?? newActivity(id, token.at), token);
    activity = { ...next, counted: countedTo(next.counted, { stream, sequence }, MOST_STREAMS) };
  }
  return activity;
};
