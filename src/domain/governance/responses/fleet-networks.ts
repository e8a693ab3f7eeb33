/**
 * Which networks agents of this server use: a network that no other agent has used for a week is foreign to the organisation. Owns
 * FLEET_NETWORKS. Only networks of requests that an agent itself authenticated count.
 */
import { type DocumentStore, upsert } from '../../ports/document-store.ts';
import type { OwnedCollection } from '../../ports/owned-collection.ts';
import { DAY, KEPT_DAYS } from './seen-things.ts';

/** A network counts as used by another agent after so long: a thief of two keys must not vouch for themselves on the same day. */
const SHARED_SECONDS = 7 * DAY;
/** The first ones suffice: for each agent, one of them is another one. */
const MOST_FIRST = 2;
/** Agents and networks that a process knows to be noted today. */
const MOST_NOTED = 20_000;
/** In place of a network: since when networks are noted. */
const BEGAN = 'began';

export type FleetNetwork = {
  /** Keyed digest of the network. */
  readonly id: string;
  /** The agents that used it first, and since when. */
  readonly first: readonly { readonly agent: string; readonly at: number }[];
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
   * Notes that an agent used a network. True: another agent has used it for a week, or networks have not been noted for so long
   * that this is known.
   */
  noted(agent: string, network: string, at: number): Promise<boolean>;
}

type Change = (before: FleetNetwork | undefined) => FleetNetwork | undefined;

/** `changed`: makes the change to one document, and returns it as it is then. */
const fleetOf = (
  digestOf: (network: string) => string,
  changed: (id: string, change: Change) => Promise<FleetNetwork | undefined>,
): FleetNetworks => {
  let day = 0;
  let noted = new Map<string, boolean>();

  const known = async (agent: string, network: string, at: number): Promise<boolean> => {
    const began = await changed(BEGAN, (before) => (before ? undefined : { id: BEGAN, first: [{ agent: '', at }] }));
    const id = digestOf(network);
    const found = await changed(id, (before) => {
      const first = before?.first ?? [];
      const isFirst = first.length < MOST_FIRST && !first.some((one) => one.agent === agent);
      return { id, first: isFirst ? [...first, { agent, at }] : first, expiresAt: at + KEPT_DAYS * DAY };
    });
    const since = at - SHARED_SECONDS;
    if ((began?.first[0]?.at ?? at) > since) return true;
    return found?.first.some((one) => one.agent !== agent && one.at <= since) === true;
  };

  return {
    async noted(agent, network, at) {
      const today = Math.floor(at / DAY);
      if (today !== day || noted.size >= MOST_NOTED) [day, noted] = [today, new Map()];
      const key = `${agent} ${network}`;
      const before = noted.get(key);
      if (before !== undefined) return before;
      const isShared = await known(agent, network, at);
      noted.set(key, isShared);
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

/** Keeps them in memory, for the replay of a range of the log. */
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
