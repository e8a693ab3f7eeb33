/** What an agent used before, so that what is new is told from it. Bounded: many new things do not push out the usual ones. */
import { hasShortDigest, type Past, SHORT_DIGEST, shortDigest } from '../../clients/agents/restriction.ts';

export const DAY = 86_400;
/** Days that an agent is compared with, today included. */
export const KEPT_DAYS = 28;
/** An agent or a person has habits after so long. Until then nothing about them is new, odd or faster than usual. */
export const LEARNING_SECONDS = 7 * DAY;
/** A thing that was not used for so long is new again. */
const KEPT_SECONDS = KEPT_DAYS * DAY;
const MOST_RESOURCES = 64;
const MOST_NETWORKS = 32;
const MOST_PEOPLE = 128;
const MOST_CHAINS = 32;
const MOST_REFUSED = 32;
const MOST_SOFTWARE = 16;
const MOST_USED_BELOW = 64;
const MOST_RIGHTS = 48;
const MOST_COMPOSITIONS = 8;
const MOST_APPROVERS = 16;
const MOST_SHAPES = 48;
/** People of a fortnight that have no place in the list. */
const MOST_MORE = 512;
const FORTNIGHT_SECONDS = 14 * DAY;
/** When a thing was used last is noted so often, except for refusals: to note each use would copy its list at each event. */
const NOTED_SECONDS = 3600;
/** How many digests there were is noted so often, for so long: those of the last hour are told from the others. */
const MARK_SECONDS = 300;
const MARKED_SECONDS = 3600 + MARK_SECONDS;

/** A thing that the agent used. */
export type Seen = {
  readonly key: string;
  readonly firstAt: number;
  readonly lastAt: number;
  /** When it first got a token for it, if it asked for an approval before; 0: it got none. Absent: at `firstAt`. Only of APIs and people. */
  readonly gotAt?: number;
  /** Of networks: another agent had used it for a week when this one first did. Of forms of requests: their API, or a scope, was new as well. */
  readonly isShared?: true;
};

/** The lists of things that can be new. */
export const SEEN_LISTS = [
  'resources',
  'networks',
  'people',
  'chains',
  'refused',
  'software',
  'rights',
  'compositions',
  'usedBelow',
  'approvers',
  'shapes',
] as const;
export type SeenList = (typeof SEEN_LISTS)[number];

const MOST_SEEN = {
  resources: MOST_RESOURCES,
  networks: MOST_NETWORKS,
  people: MOST_PEOPLE,
  chains: MOST_CHAINS,
  refused: MOST_REFUSED,
  software: MOST_SOFTWARE,
  usedBelow: MOST_USED_BELOW,
  rights: MOST_RIGHTS,
  compositions: MOST_COMPOSITIONS,
  approvers: MOST_APPROVERS,
  shapes: MOST_SHAPES,
} as const satisfies Record<SeenList, number>;

/** How a thing is used: `isAsked`: an approval for it was asked for, which is no token. */
type Use = { readonly key: string; readonly at: number; readonly isAsked?: boolean };

/** The list with this thing as used at this time, if it is in it. `every`: seconds for which its last use stands for later ones. */
const usedAgain = (
  all: readonly Seen[],
  { key, at, isAsked = false, every }: Use & { readonly every: number },
): readonly Seen[] | undefined => {
  // The loop costs a third of findIndex(), and runs for each event.
  let place = 0;
  while (place < all.length && all[place]?.key !== key) place += 1;
  const found = all[place];
  if (!found || found.lastAt <= at - KEPT_SECONDS) return undefined;
  if (found.gotAt === 0 && !isAsked) return all.with(place, { ...found, lastAt: at, gotAt: at });
  return found.lastAt >= at - every ? all : all.with(place, { ...found, lastAt: at });
};

/** Those that were used within 28 days: the list itself, if all were. */
export const keptOf = (all: readonly Seen[], at: number): readonly Seen[] =>
  all.every(({ lastAt }) => lastAt > at - KEPT_SECONDS) ? all : all.filter(({ lastAt }) => lastAt > at - KEPT_SECONDS);

/**
 * The things with this one. In a full list, a new one takes the place of the newest, so that many new ones do not push out the usual
 * ones. In that of refusals it takes the place of the one that was refused longest ago: only the last ten minutes count. What was not
 * used for 28 days goes first.
 */
export const withSeen = (
  all: readonly Seen[],
  { key, at, isShared, isAsked = false }: Use & { readonly isShared: boolean },
  list: Exclude<SeenList, 'people'>,
): readonly Seen[] => {
  const again = usedAgain(all, { key, at, isAsked, every: list === 'refused' ? 0 : NOTED_SECONDS });
  if (again) return again;
  const kept = keptOf(all, at);
  const others = kept.length < MOST_SEEN[list] ? kept : list === 'refused' ? withoutOldest(kept) : kept.slice(0, -1);
  return [...others, { ...newSeen(key, at, isAsked), ...(isShared ? { isShared: true } : {}) }];
};

const newSeen = (key: string, at: number, isAsked: boolean): Seen => ({
  ...{ key, firstAt: at, lastAt: at },
  ...(isAsked ? { gotAt: 0 } : {}),
});

const withoutOldest = (all: readonly Seen[]): readonly Seen[] => {
  const oldest = all.reduce((found, one) => (one.lastAt < found.lastAt ? one : found));
  return all.filter((one) => one !== oldest);
};

/** People of a fortnight, beside those of the list. */
type MorePeople = {
  readonly since: number;
  /** Short digests, one after the other. */
  readonly digests: string;
  /** The length of the digests before the first one of five minutes, for an hour. Absent: facts from before it was noted. */
  readonly marks?: readonly { readonly at: number; readonly length: number }[];
  /** When there was no place left. */
  readonly fullAt?: number;
};

/** The people for whom an agent acted: the first MOST_PEOPLE in a list, of others digests, for 14 to 28 days. */
export type People = {
  readonly people: readonly Seen[];
  /** At most two fortnights, the older one first. */
  readonly morePeople?: readonly MorePeople[];
};

const NO_MORE: readonly MorePeople[] = [];

/** Those of the last two fortnights: the list itself, if all are. */
export const moreOf = (all: readonly MorePeople[], at: number): readonly MorePeople[] =>
  all.every(({ since }) => since > at - 2 * FORTNIGHT_SECONDS)
    ? all
    : all.filter(({ since }) => since > at - 2 * FORTNIGHT_SECONDS);

const hasDigest = ({ digests }: MorePeople, digest: string): boolean => hasShortDigest(digests, digest);

/** The digests that were there at that time, within the last hour: those of up to five minutes before it are left out. */
const digestsBefore = ({ digests, marks = [] }: MorePeople, at: number): string =>
  digests.slice(0, marks.find((mark) => mark.at > at - MARK_SECONDS)?.length ?? digests.length);

/**
 * The people with this one, and whether the agent acts for them for the first time. In a full fortnight, each one without a place is met again.
 * Without a place, one for whom it only asked for an approval is not noted, and not met. `hasGot`: it got a token for them for the first time.
 */
export const withPerson = (
  { people: all, morePeople = NO_MORE }: People,
  { key, at, isAsked = false }: Use,
): People & { readonly hasMet: boolean; readonly hasGot: boolean } => {
  const more = moreOf(morePeople, at);
  const again = usedAgain(all, { key, at, isAsked, every: NOTED_SECONDS });
  if (again)
    return { people: again, morePeople: more, hasMet: false, hasGot: again !== all && hasGotAt(again, key, at) };
  const people = keptOf(all, at);
  const hasPlace = people.length < MOST_PEOPLE;
  const digest = hasPlace && more.length === 0 ? '' : shortDigest(key);
  const hasMet = !more.some((one) => hasDigest(one, digest));
  if (hasPlace)
    return { people: [...people, newSeen(key, at, isAsked)], morePeople: more, hasMet, hasGot: hasMet && !isAsked };
  if (isAsked) return { people, morePeople: more, hasMet: false, hasGot: false };
  const last = more.at(-1);
  const isRunning = last !== undefined && last.since > at - FORTNIGHT_SECONDS;
  const current = isRunning ? last : { since: at, digests: '' };
  return {
    people,
    morePeople: [...(isRunning ? more.slice(0, -1) : more), withDigest(current, digest, at)],
    hasMet,
    hasGot: hasMet,
  };
};

const hasGotAt = (all: readonly Seen[], key: string, at: number): boolean =>
  all.find((one) => one.key === key)?.gotAt === at;

const withDigest = (fortnight: MorePeople, digest: string, at: number): MorePeople => {
  const { digests, marks = [], fullAt } = fortnight;
  if (hasDigest(fortnight, digest)) return fortnight;
  if (digests.length >= MOST_MORE * SHORT_DIGEST)
    return fullAt === undefined ? { ...fortnight, fullAt: at } : fortnight;
  const isMarked = (marks.at(-1)?.at ?? 0) > at - MARK_SECONDS;
  const kept = isMarked
    ? marks
    : [...marks.filter((mark) => mark.at > at - MARKED_SECONDS), { at, length: digests.length }];
  return { ...fortnight, digests: digests + digest, marks: kept };
};

/** Whether the agent has acted for so many people, for a day or more, that a new one cannot be told. */
export const isForAnyone = ({ morePeople = [] }: Pick<People, 'morePeople'>, at: number): boolean =>
  morePeople.some(({ fullAt }) => fullAt !== undefined && fullAt <= at - DAY);

/** Whether it got a token for it up to that time. */
const isGotBy = ({ firstAt, gotAt = firstAt }: Seen, at: number): boolean => gotAt > 0 && gotAt <= at;

/** Whether there have been so many, for a day or more, that a further one cannot be told: a full list changes its last place. */
const isFull = (all: readonly Seen[], list: Exclude<SeenList, 'people'>, at: number): boolean =>
  all.filter((one) => isGotBy(one, at - DAY)).length >= MOST_SEEN[list] - 1;

/** Whether people approve from so many networks that a new one cannot be told. */
export const isApprovedAnywhere = (approvers: readonly Seen[] = [], at: number): boolean =>
  isFull(approvers, 'approvers', at);

/** What an agent did within the hour before its last event is not of its past: a rule may act because of it. */
const LATELY_SECONDS = 3600;

/** An agent that met new people on half of the days on which it worked, and on four at least, is for people who come. */
const MEETING_SHARE = 0.5;
const MEETING_DAYS = 4;
const COMPARED_DAYS = 14;

/** Whether to meet people is a habit of the agent. Today does not count: a takeover must not make it one. */
const meetsPeople = ({ days, lastAt }: Pick<Remembering, 'days' | 'lastAt'>): boolean => {
  const today = Math.floor(lastAt / DAY);
  const worked = days.filter(({ day, tokens = 0 }) => day < today && day >= today - COMPARED_DAYS && tokens > 0);
  const met = worked.filter((one) => (one.met ?? 0) > 0).length;
  return met >= MEETING_DAYS && met >= worked.length * MEETING_SHARE;
};

type Remembering = People & {
  /** Time of its last event. */
  readonly lastAt: number;
  readonly resources: readonly Seen[];
  readonly rights?: readonly Seen[];
  readonly usedBelow?: readonly Seen[];
  readonly days: readonly { readonly day: number; readonly tokens?: number; readonly met?: number }[];
};

/**
 * What an agent did in its 28 days before the hour of its last event, for a restriction. Of an agent with more people than the facts keep in their list,
 * those of up to five minutes more are left out.
 */
export const rememberedOf = (facts: Remembering): Past => {
  const at = facts.lastAt;
  const from = at - LATELY_SECONDS;
  const keysOf = (all: readonly Seen[]): readonly string[] =>
    all.filter((one) => isGotBy(one, from) && one.lastAt > at - KEPT_DAYS * DAY).map(({ key }) => key);
  const { resources, rights, usedBelow = [], people, morePeople = [] } = facts;
  const digests = morePeople.map((one) => digestsBefore(one, from)).join('');
  const below = keysOf(usedBelow);
  return {
    resources: keysOf(resources),
    ...(isFull(resources, 'resources', at) ? { hasAllResources: true } : {}),
    // Without a list, its facts are from before scopes were counted.
    ...(rights === undefined || isFull(rights, 'rights', at) ? {} : { rights: keysOf(rights) }),
    ...(below.length === 0 ? {} : { usedBelow: below }),
    people: keysOf(people),
    ...(digests === '' ? {} : { morePeople: digests }),
    ...(isForAnyone(facts, at) || meetsPeople(facts) ? { hasAllPeople: true } : {}),
  };
};
