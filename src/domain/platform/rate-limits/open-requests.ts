/**
 * A budget for the records that may be open at one time: pushed requests, device codes, prompts too long for a cookie.
 * Counts by network (or by client where clients authenticate) and in total. Beyond the budget evicts older records,
 * those of the requesting network first. A flood, from any number of networks, therefore costs only its own records.
 * Each process counts the records it stored.
 */
import type { Clock, EpochSeconds } from '../../ports/clock.ts';
import { clientNetwork, coarseNetwork } from '../../vocabulary/client-network.ts';
import { holderDomain, webDomain } from './web-domain.ts';

/** A larger record counts as several units. */
export const UNIT_BYTES = 4096;
/** Number of networks of one site (IPv4 /24, IPv6 /48) that may be full. */
const NETWORKS_PER_SITE = 4;

type Network = { units: number; readonly entries: Set<Entry> };
type Site = { units: number; readonly networks: Map<string, Network> };
type Entry = {
  readonly keys: readonly string[];
  readonly units: number;
  readonly endsAt: EpochSeconds;
  readonly site: string;
  readonly network: string;
};

/** The two groups in which a record counts; the second contains the first. */
export type OpenGroups = {
  readonly of: (from: string) => readonly [narrow: string, wide: string];
  /** How many times the units of a narrow group a wide group has. */
  readonly times: number;
};

/** By client address: IPv4 address and /24, IPv6 /64 and /48. */
const BY_NETWORK: OpenGroups = {
  of: (source) => [clientNetwork(source), coarseNetwork(source)],
  times: NETWORKS_PER_SITE,
};

/** By client id. */
export const BY_CLIENT: OpenGroups = { of: (client) => [client, client], times: 1 };

/** By the URL of a document: the domain of its holder, and that of the provider, where there is one. */
export const BY_DOMAIN: OpenGroups = {
  of: (url) => [holderDomain(url), webDomain(url)],
  times: NETWORKS_PER_SITE,
};

export type OpenRequestsDeps = {
  readonly clock: Clock;
  /** Units of 4 KiB, partial ones included, of one IPv4 address or IPv6 /64; a site has four times as many. */
  readonly perNetwork: number;
  /** The same for all networks together; called each time. */
  readonly total: () => number;
  /** Default: by network. */
  readonly groups?: OpenGroups;
  /** Called with the number of records that were evicted. */
  readonly onEvicted?: (count: number) => void;
};

/** `perNetwork` of 0 switches it off. All records of one budget have about the same lifetime. */
export interface OpenRequests {
  /**
   * Counts a record that is about to be stored under `keys` for this many seconds, for a client address or client id.
   * A record that is stored again is counted once. Returns the keys that must be removed for it.
   */
  admit(keys: readonly string[], from: string, bytes: number, seconds: number): readonly string[];
  /** Releases the units of a record that is no longer needed. */
  release(key: string): void;
  /** Whether the record under `keys` still has its units. */
  holds(keys: readonly string[]): boolean;
  /** Units held now, including those of expired records that were not removed yet. */
  held(): number;
}

export const openRequests = (deps: OpenRequestsDeps): OpenRequests => {
  const { clock, perNetwork, total, groups = BY_NETWORK } = deps;
  /** By their first key, oldest first. */
  const entries = new Map<string, Entry>();
  const sites = new Map<string, Site>();
  /** Sites by the units they hold, to find one of the largest at once. */
  const bySize = new Map<number, Set<string>>();
  let largest = 0;
  let units = 0;

  const resize = (name: string, site: Site, by: number): void => {
    bySize.get(site.units)?.delete(name);
    if (bySize.get(site.units)?.size === 0) bySize.delete(site.units);
    site.units += by;
    if (site.units > 0) {
      const same = bySize.get(site.units) ?? new Set();
      bySize.set(site.units, same.add(name));
      sites.set(name, site);
    } else {
      sites.delete(name);
    }
    largest = Math.max(largest, site.units);
    while (largest > 0 && !bySize.has(largest)) largest -= 1;
  };

  const remove = (entry: Entry): void => {
    const site = sites.get(entry.site);
    const network = site?.networks.get(entry.network);
    if (!site || !network || !entries.delete(String(entry.keys[0]))) return;
    network.entries.delete(entry);
    network.units -= entry.units;
    if (network.entries.size === 0) site.networks.delete(entry.network);
    units -= entry.units;
    resize(entry.site, site, -entry.units);
  };

  const oldestOf = (network: Network | undefined): Entry | undefined => network?.entries.values().next().value;

  /** The oldest entry of the network that holds the most units of a site; if several hold as many, that of `asking`. */
  const oldestOfSite = (site: Site | undefined, asking: string): Entry | undefined => {
    if (!site) return undefined;
    let most = site.networks.get(asking);
    for (const network of site.networks.values()) if (network.units > (most?.units ?? 0)) most = network;
    return oldestOf(most);
  };

  /** The record to evict for `wanted` more units; undefined when there is room. */
  const next = (siteName: string, networkName: string, wanted: number): Entry | undefined => {
    const site = sites.get(siteName);
    const network = site?.networks.get(networkName);
    if ((network?.units ?? 0) + wanted > perNetwork) {
      const own = oldestOf(network);
      if (own) return own;
    }
    const held = site?.units ?? 0;
    if (held + wanted > perNetwork * groups.times) return oldestOfSite(site, networkName);
    if (units + wanted <= total()) return undefined;
    // A site that would hold more than any other evicts its own records. A smaller site evicts records of one of the
    // largest.
    if (held > 0 && held + wanted > largest) return oldestOfSite(site, networkName);
    const [other = ''] = bySize.get(largest) ?? [];
    return oldestOfSite(sites.get(other), networkName);
  };

  return {
    admit(keys, from, bytes, seconds): readonly string[] {
      if (perNetwork === 0) return [];
      const now = clock.now();
      for (const entry of entries.values()) {
        if (entry.endsAt > now) break;
        remove(entry);
      }
      const before = entries.get(String(keys[0]));
      if (before) remove(before);
      const [network, site] = groups.of(from);
      const wanted = Math.max(1, Math.ceil(bytes / UNIT_BYTES));
      const evicted: Entry[] = [];
      for (let victim = next(site, network, wanted); victim; victim = next(site, network, wanted)) {
        remove(victim);
        evicted.push(victim);
      }
      const entry = { keys, units: wanted, endsAt: now + seconds, site, network };
      const ofSite = sites.get(site) ?? { units: 0, networks: new Map<string, Network>() };
      const ofNetwork = ofSite.networks.get(network) ?? { units: 0, entries: new Set() };
      ofNetwork.units += wanted;
      ofNetwork.entries.add(entry);
      ofSite.networks.set(network, ofNetwork);
      units += wanted;
      resize(site, ofSite, wanted);
      entries.set(String(keys[0]), entry);
      if (evicted.length > 0) deps.onEvicted?.(evicted.length);
      return evicted.flatMap((each) => each.keys);
    },

    release(key): void {
      const entry = entries.get(key);
      if (entry) remove(entry);
    },

    holds: (keys): boolean => perNetwork === 0 || entries.has(String(keys[0])),

    held: (): number => units,
  };
};
