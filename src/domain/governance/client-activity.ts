/**
 * What one client or agent does without a person: counters of 28 days, and the last times, networks and people. Everything here
 * comes from tokens that the client got after its own authentication, so that others cannot add to it.
 */
import type { StreamCursor } from '../audit/records-after.ts';
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
/** Times kept of each series. */
const SERIES_LENGTH = 9;
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
  /** Tokens with a person present. */
  readonly attended: number;
  readonly unattended: number;
  /** The unattended ones in a transaction that was opened. */
  readonly declared: number;
  /** Bit n: an unattended token in hour n, UTC. */
  readonly hours: number;
  /** Most unattended tokens within one minute. */
  readonly peak: number;
};

type Person = { readonly id: string; readonly unattendedAt?: number; readonly attendedAt?: number };
export type Network = { readonly digest: string; readonly firstAt: number; readonly lastAt: number };

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
  /** Times of unattended tokens for one person, or for the client itself: ''. */
  readonly series: readonly { readonly of: string; readonly at: readonly number[] }[];
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

const counted = (activity: ClientActivity, token: SeenToken): ClientActivity => {
  const { at } = token;
  const day = Math.floor(at / DAY);
  const isAttended = WITH_PERSON.has(token.grantType ?? '');
  const before = activity.days.find((one) => one.day === day) ?? { day, ...NO_DAY };
  const minuteAt = Math.floor(at / 60);
  const minute =
    activity.minute.at === minuteAt ? { at: minuteAt, count: activity.minute.count + 1 } : { at: minuteAt, count: 1 };
  const person = activity.people.find(({ id }) => id === token.subject);
  const people =
    token.subject === undefined
      ? activity.people
      : withLast(
          activity.people,
          { ...person, id: token.subject, ...(isAttended ? { attendedAt: at } : { unattendedAt: at }) },
          ({ id }) => id === token.subject,
          MOST_PEOPLE,
        );
  const next = {
    ...activity,
    lastAt: Math.max(activity.lastAt, at),
    firstAt: Math.min(activity.firstAt, at),
    people,
    expiresAt: Math.max(activity.lastAt, at) + KEPT_SECONDS,
  };
  const withDay = (one: ActivityDay): readonly ActivityDay[] =>
    [...activity.days.filter((other) => other.day !== day && other.day > day - COUNTED_DAYS), one].sort(
      (first, second) => first.day - second.day,
    );
  if (isAttended) return { ...next, days: withDay({ ...before, attended: before.attended + 1 }) };
  const of = token.subject ?? '';
  const times = activity.series.find((one) => one.of === of)?.at ?? [];
  const { network } = token;
  const known = activity.networks.find(({ digest }) => digest === network);
  const hour = Math.floor(at / 3600);
  const isEvidence =
    activity.evidence.length < LEAST_EVIDENCE || hour !== activity.evidenceHour || (network !== undefined && !known);
  return {
    ...next,
    minute,
    days: withDay({
      ...before,
      unattended: before.unattended + 1,
      declared: before.declared + (isDeclared(token.txn) ? 1 : 0),
      hours: before.hours | (1 << (hour % 24)),
      peak: Math.max(before.peak, minute.count),
    }),
    series: withLast(
      activity.series,
      { of, at: [...times, at].slice(-SERIES_LENGTH) },
      (one) => one.of === of,
      MOST_SERIES,
    ),
    networks:
      network === undefined
        ? activity.networks
        : withNetwork(activity.networks, { digest: network, firstAt: known?.firstAt ?? at, lastAt: at }),
    ...(isEvidence ? { evidence: [...activity.evidence, token.id].slice(-MOST_EVIDENCE), evidenceHour: hour } : {}),
  };
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
    const places = withLast(next.counted, { stream, sequence }, (one) => one.stream === stream, MOST_STREAMS);
    activity = { ...next, counted: places };
  }
  return activity;
};
