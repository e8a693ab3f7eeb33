/**
 * Which networks agents of this server use: a network that no other agent has used for a week, on several days, is foreign to the
 * organisation. Owns FLEET_NETWORKS. Only networks of requests that an agent itself authenticated count, so an agent has as many as it gets
 * tokens from within 28 days.
 */
import { type DocumentStore, upsert } from '../../ports/document-store.ts';
import type { OwnedCollection } from '../../ports/owned-collection.ts';
import { DAY, KEPT_DAYS } from './seen-things.ts';

/** A network counts as used by another agent after so long: a thief of two keys must not vouch for themselves on the same day. */
const SHARED_SECONDS = 7 * DAY;
/** On so many UTC days: one token a week ago vouches for nothing. */
const LEAST_DAYS = 3;
/** Two suffice: for each agent, one of them is another one. */
const MOST_FIRST = 2;
/** Agents and networks that a process knows to be noted today: about 20 MB. */
const MOST_NOTED = 100_000;
/** In place of a network: since when networks are noted. */
const BEGAN = 'began';

/** An agent that uses a network, and since when. */
type User = {
  readonly agent: string;
  readonly at: number;
  /** UTC days on which it did, at most LEAST_DAYS, and the last of them since 1970. Absent: one, and the first. */
  readonly days?: number;
  readonly lastDay?: number;
};

export type FleetNetwork = {
  /** Keyed digest of the network. */
  readonly id: string;
  /** The agents that used it first. One that did on few days, and not for a week, gives its place to another one. */
  readonly first: readonly User[];
  readonly expiresAt?: number;
};

export const FLEET_NETWORKS = {
  name: 'fleet_networks',
  holds: 'which agents used a network first, as a keyed digest, for response rules',
  prefixes: [],
  events: [],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'sweeper', once: 'no agent used the network for 28 days' },
  transfer: 'neither',
  indexes: [],
  expiresAt: 'expiresAt',
  members: ['first'],
  isAbsentWhenUnreadable: true,
} as const satisfies OwnedCollection;

export interface FleetNetworks {
  /**
   * Notes that an agent used a network. True: another agent has used it for a week, on LEAST_DAYS days, or networks have not been noted for so long
   * that this is known.
   */
  noted(agent: string, network: string, at: number): Promise<boolean>;
  /** The same, where this process has noted it on that day. Undefined: it has not. */
  known(agent: string, network: string, at: number): boolean | undefined;
}

const lastDayOf = ({ at, lastDay }: User): number => lastDay ?? Math.floor(at / DAY);

const isRegular = ({ days = 1 }: User): boolean => days >= LEAST_DAYS;

/** The users of a network with this one, at most MOST_FIRST. */
const usersWith = (users: readonly User[], agent: string, at: number): readonly User[] => {
  const today = Math.floor(at / DAY);
  if (users.some((one) => one.agent === agent))
    return users.map((one) => {
      const isCounted = one.agent !== agent || isRegular(one) || lastDayOf(one) >= today;
      return isCounted ? one : { ...one, days: (one.days ?? 1) + 1, lastDay: today };
    });
  const staying = users.filter((one) => isRegular(one) || (lastDayOf(one) + 1) * DAY > at - SHARED_SECONDS);
  return staying.length < MOST_FIRST ? [...staying, { agent, at, days: 1, lastDay: today }] : users;
};

type Change = (before: FleetNetwork | undefined) => FleetNetwork | undefined;

/** `changed`: makes the change to one document, and returns it as it is then. */
const fleetOf = (
  digestOf: (network: string) => string,
  changed: (id: string, change: Change) => Promise<FleetNetwork | undefined>,
): FleetNetworks => {
  let day = 0;
  /** By agent, then by network. */
  let noted = new Map<string, Map<string, boolean>>();
  let count = 0;
  let beganAt: number | undefined;

  /** The document with this use. Undefined: it says so already. */
  const withUse =
    (id: string, agent: string, at: number): Change =>
    (before) => {
      const users = before?.first ?? [];
      const first = usersWith(users, agent, at);
      const isSame = first.length === users.length && first.every((user, index) => user === users[index]);
      // Other agents of the network have prolonged it today.
      if (isSame && (before?.expiresAt ?? 0) > at + (KEPT_DAYS - 1) * DAY) return undefined;
      return { id, first, expiresAt: Math.max(before?.expiresAt ?? 0, at + KEPT_DAYS * DAY) };
    };

  const isUsed = async (agent: string, network: string, at: number): Promise<boolean> => {
    const since = at - SHARED_SECONDS;
    if (beganAt === undefined) {
      const began = await changed(BEGAN, (before) => (before ? undefined : { id: BEGAN, first: [{ agent: '', at }] }));
      beganAt = began?.first[0]?.at;
    }
    const id = digestOf(network);
    const found = await changed(id, withUse(id, agent, at));
    if ((beganAt ?? at) > since) return true;
    return found?.first.some((one) => one.agent !== agent && one.at <= since && isRegular(one)) === true;
  };

  const known = (agent: string, network: string, at: number): boolean | undefined =>
    Math.floor(at / DAY) === day ? noted.get(agent)?.get(network) : undefined;

  return {
    known,

    async noted(agent, network, at) {
      const before = known(agent, network, at);
      if (before !== undefined) return before;
      const today = Math.floor(at / DAY);
      if (today !== day || count >= MOST_NOTED) [day, noted, count] = [today, new Map(), 0];
      const isShared = await isUsed(agent, network, at);
      const ofAgent = noted.get(agent) ?? new Map<string, boolean>();
      noted.set(agent, ofAgent.set(network, isShared));
      count += 1;
      return isShared;
    },
  };
};

/** Keeps the networks in the store: one write for each agent, network and day. Throws StoreUnavailable. */
export const storedFleet = (documents: DocumentStore, digestOf: (network: string) => string): FleetNetworks => {
  const collection = documents.collection<FleetNetwork>(FLEET_NETWORKS);
  return fleetOf(digestOf, async (id, change) => {
    const result: { document?: FleetNetwork | undefined } = {};
    await upsert(collection, id, (before) => {
      const next = change(before);
      result.document = next ?? before;
      return next;
    });
    return result.document;
  });
};

/** Keeps them in memory, for the replay of a range of the log: at most one network for each event that is replayed. */
export const replayedFleet = (): FleetNetworks => {
  const all = new Map<string, FleetNetwork>();
  return fleetOf(
    (network) => network,
    async (id, change) => {
      const next = change(all.get(id));
      if (next) all.set(id, next);
      return next ?? all.get(id);
    },
  );
};
