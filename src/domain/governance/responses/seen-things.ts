/** What an agent used before, so that what is new is told from it. Bounded: many new things do not push out the usual ones. */
import { hash } from 'node:crypto';

export const DAY = 86_400;
/** Days that an agent is compared with, today included. */
export const KEPT_DAYS = 28;
/** A thing that was not used for so long is new again. */
const KEPT_SECONDS = KEPT_DAYS * DAY;
const MOST_RESOURCES = 64;
const MOST_NETWORKS = 32;
const MOST_PEOPLE = 128;
const MOST_CHAINS = 32;
const MOST_REFUSED = 32;
const MOST_SOFTWARE = 16;
/** People of a fortnight that have no place in the list. */
const MOST_MORE = 512;
const FORTNIGHT_SECONDS = 14 * DAY;
/** When a thing was used last is noted so often, except for refusals: to note each use would copy its list at each event. */
const NOTED_SECONDS = 3600;
/** Characters of a digest: 24 bits. Of 1,000 people, one stranger in 16,000 passes as one of them. */
const DIGEST = 4;

/** A thing that the agent used. */
export type Seen = {
  readonly key: string;
  readonly firstAt: number;
  readonly lastAt: number;
  /** Only of networks: another agent had used it for a week when this one first did. */
  readonly isShared?: true;
};

/** The lists of things that can be new. */
export const SEEN_LISTS = ['resources', 'networks', 'people', 'chains', 'refused', 'software'] as const;
export type SeenList = (typeof SEEN_LISTS)[number];

const MOST_SEEN = {
  resources: MOST_RESOURCES,
  networks: MOST_NETWORKS,
  people: MOST_PEOPLE,
  chains: MOST_CHAINS,
  refused: MOST_REFUSED,
  software: MOST_SOFTWARE,
} as const satisfies Record<SeenList, number>;

/** The list with this thing as used at this time, if it is in it. `every`: seconds for which its last use stands for later ones. */
const usedAgain = (
  all: readonly Seen[],
  { key, at, every }: { readonly key: string; readonly at: number; readonly every: number },
): readonly Seen[] | undefined => {
  // The loop costs a third of findIndex(), and runs for each event.
  let place = 0;
  while (place < all.length && all[place]?.key !== key) place += 1;
  const found = all[place];
  if (!found || found.lastAt <= at - KEPT_SECONDS) return undefined;
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
  { key, at, isShared }: { readonly key: string; readonly at: number; readonly isShared: boolean },
  list: Exclude<SeenList, 'people'>,
): readonly Seen[] => {
  const again = usedAgain(all, { key, at, every: list === 'refused' ? 0 : NOTED_SECONDS });
  if (again) return again;
  const kept = keptOf(all, at);
  const others = kept.length < MOST_SEEN[list] ? kept : list === 'refused' ? withoutOldest(kept) : kept.slice(0, -1);
  return [...others, { key, firstAt: at, lastAt: at, ...(isShared ? { isShared: true } : {}) }];
};

const withoutOldest = (all: readonly Seen[]): readonly Seen[] => {
  const oldest = all.reduce((found, one) => (one.lastAt < found.lastAt ? one : found));
  return all.filter((one) => one !== oldest);
};

/** People of a fortnight, beside those of the list. */
type MorePeople = {
  readonly since: number;
  /** One digest after the other. */
  readonly digests: string;
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

const hasDigest = ({ digests }: MorePeople, digest: string): boolean => {
  for (let at = digests.indexOf(digest); at >= 0; at = digests.indexOf(digest, at + 1))
    if (at % DIGEST === 0) return true;
  return false;
};

/** The people with this one, and whether the agent acts for them for the first time. In a full fortnight, each one without a place is met again. */
export const withPerson = (
  { people: all, morePeople = NO_MORE }: People,
  key: string,
  at: number,
): People & { readonly hasMet: boolean } => {
  const more = moreOf(morePeople, at);
  const again = usedAgain(all, { key, at, every: NOTED_SECONDS });
  if (again) return { people: again, morePeople: more, hasMet: false };
  const people = keptOf(all, at);
  const hasPlace = people.length < MOST_PEOPLE;
  const digest = hasPlace && more.length === 0 ? '' : hash('sha256', key, 'base64url').slice(0, DIGEST);
  const hasMet = !more.some((one) => hasDigest(one, digest));
  if (hasPlace) return { people: [...people, { key, firstAt: at, lastAt: at }], morePeople: more, hasMet };
  const last = more.at(-1);
  const isRunning = last !== undefined && last.since > at - FORTNIGHT_SECONDS;
  const current = isRunning ? last : { since: at, digests: '' };
  return { people, morePeople: [...(isRunning ? more.slice(0, -1) : more), withDigest(current, digest, at)], hasMet };
};

const withDigest = (fortnight: MorePeople, digest: string, at: number): MorePeople => {
  if (hasDigest(fortnight, digest)) return fortnight;
  if (fortnight.digests.length < MOST_MORE * DIGEST) return { ...fortnight, digests: fortnight.digests + digest };
  return fortnight.fullAt === undefined ? { ...fortnight, fullAt: at } : fortnight;
};

/** Whether the agent has acted for so many people, for a day or more, that a new one cannot be told. */
export const isForAnyone = ({ morePeople = [] }: Pick<People, 'morePeople'>, at: number): boolean =>
  morePeople.some(({ fullAt }) => fullAt !== undefined && fullAt <= at - DAY);
