/**
 * What several agents begin to do alike within an hour: a release with malicious code, a text that agents hand on, or stolen keys of one owner. Kept in
 * the memory of the process that reads the log. A process that takes over knows what comes from then on.
 *
 * The deviations of others only weigh on an agent that has something in common with them and itself deviates in the same way. So no one has an
 * agent of another owner restricted by what their own agents do.
 */
import type { RecentRecord } from '../../audit/recent-records.ts';
import type { Agent } from '../../clients/agents/agent.ts';
import type { DocumentStore } from '../../ports/document-store.ts';
import { RESOURCE_SERVERS, type ResourceServer } from '../../resources/resource-servers/resource-server.ts';
import { isAgent } from './agent-events.ts';
import type { AgentEvent, AgentFacts } from './agent-facts.ts';
import { DAY, LEARNING_SECONDS, type Seen } from './seen-things.ts';

/** Seconds within which agents deviate alike. */
const ALIKE_SECONDS = 3600;
/** An act explains what follows from it for so long. */
const EXPLAINED_SECONDS = DAY;
/** Most deviations that are remembered, each of one group: about 10 MB with their agents. Those that were noted longest ago go first. */
const MOST_DEVIATIONS = 20_000;
/** Most agents of one deviation, and most deviations of one agent within an hour: it must not push out those of others. */
const MOST_ALIKE = 16;
const MOST_OF_AGENT = 32;
const MOST_EXPLAINED = 10_000;
/** Most agents of its chain with which it has something in common. */
const MOST_PEERS = 4;

/** One thing that an agent did for the first time, as others may have done it. */
export type Deviation = {
  readonly key: string;
  readonly at: number;
  /** Digest of its composition then, and the other agents of its chain. */
  readonly composition?: string;
  readonly peers: readonly string[];
  /** The API, where it was that or a scope or form of request there. */
  readonly resource?: string;
};

/** The thing, if the agent did it at that time for the first time. */
const firstOf = (list: readonly Seen[], key: string | undefined, at: number): Seen | undefined => {
  if (key === undefined) return undefined;
  // What is new is last.
  for (let place = list.length - 1; place >= 0 && (list[place]?.firstAt ?? 0) >= at; place -= 1)
    if (list[place]?.key === key) return list[place];
  return undefined;
};

/** Whether the list has been kept for so long that what is missing in it is new. */
const isLearned = (list: readonly Seen[], at: number): boolean =>
  list.some(({ firstAt }) => firstAt <= at - LEARNING_SECONDS);

/** What of these events the agent did for the first time. `facts`: with these events. None in the first seven days of an agent. */
export const deviationsOf = (facts: AgentFacts, events: readonly AgentEvent[]): readonly Deviation[] => {
  const found: Deviation[] = [];
  for (const { id, at, counts, used, rights = [], peers = [] } of events) {
    // All that is new is evidence: of nearly all events, this one comparison is all that it costs.
    if (counts !== 'tokens' || facts.firstAt > at - LEARNING_SECONDS || !facts.evidence.includes(id)) continue;
    const { resources: resource, compositions: composition } = used;
    const about = { at, peers, ...(composition === undefined ? {} : { composition }) };
    const atApi = { ...about, ...(resource === undefined ? {} : { resource }) };
    const firstIn = (list: readonly Seen[], key: string | undefined): Seen | undefined =>
      isLearned(list, at) ? firstOf(list, key, at) : undefined;
    if (firstIn(facts.resources, resource)) found.push({ ...atApi, key: `api ${resource}` });
    for (const key of rights) if (firstIn(facts.rights ?? [], key)) found.push({ ...atApi, key: `scope ${key}` });
    const shape = firstIn(facts.shapes ?? [], used.shapes);
    // Else the new API or scope says it.
    if (shape && !shape.isShared) found.push({ ...atApi, key: `form ${shape.key}` });
    if (firstOf(facts.chains, used.chains, at))
      for (const peer of peers) found.push({ ...about, key: `chain ${peer}` });
  }
  return found;
};

export interface SharedDeviations {
  /** Notes acts of people that explain what agents do alike: a blueprint, a resource server or an agent was changed. */
  explain(record: RecentRecord): void;
  /**
   * Notes that an agent deviates, and returns the others that have something in common with it and deviated alike within an hour: the most of one
   * deviation. Of resource servers, `identifierOf` says the API; it may read.
   */
  noted(agent: Pick<Agent, 'id' | 'owner' | 'blueprint'>, deviations: readonly Deviation[]): Promise<readonly string[]>;
  forget(): void;
}

/** What the acts that explain are about, by type of event. */
const EXPLAINING: { readonly [type: string]: 'blueprint' | 'api' | 'agent' } = {
  'blueprint.activated': 'blueprint',
  'resource_server.created': 'api',
  'resource_server.updated': 'api',
  'resource_server.enabled': 'api',
  'agent.updated': 'agent',
  'agent.composition_approved': 'agent',
  'agent.transferred': 'agent',
};

/** Drops from the front of a map, which is in order of use, what is too much. */
const shrink = (map: Map<string, unknown>, most: number): void => {
  for (const key of map.keys()) {
    if (map.size <= most) return;
    map.delete(key);
  }
};

export const sharedDeviations = (
  /** The API of a resource server. Undefined: there is none with this id. Throws StoreUnavailable. */
  identifierOf: (server: string) => Promise<string | undefined>,
): SharedDeviations => {
  const known = new Map<string, { readonly agent: string; readonly at: number }[]>();
  const ofAgent = new Map<string, { readonly since: number; count: number }>();
  /** Until when, by object. */
  const explained = new Map<string, number>();
  const servers = new Map<string, number>();

  const isExplained = (key: string, at: number): boolean => (explained.get(key) ?? 0) > at;

  const learnServers = async (): Promise<void> => {
    for (const [id, until] of servers) {
      const identifier = await identifierOf(id);
      if (identifier !== undefined) explained.set(`api ${identifier}`, until);
      servers.delete(id);
    }
    shrink(explained, MOST_EXPLAINED);
  };

  const groupsOf = (
    { id, owner, blueprint }: Pick<Agent, 'id' | 'owner' | 'blueprint'>,
    { at, composition, peers, resource }: Deviation,
  ): readonly string[] => {
    if (isExplained(`agent ${id}`, at) || (resource !== undefined && isExplained(`api ${resource}`, at))) return [];
    if (blueprint !== undefined && isExplained(`blueprint ${blueprint}`, at)) return [];
    return [
      `owner ${owner}`,
      ...(blueprint === undefined ? [] : [`blueprint ${blueprint}`]),
      ...(composition === undefined ? [] : [`composition ${composition}`]),
      ...[id, ...peers.slice(0, MOST_PEERS)].map((peer) => `chain ${peer}`),
    ];
  };

  const isTooMuch = (agent: string, at: number): boolean => {
    const before = ofAgent.get(agent);
    const now = before && before.since > at - ALIKE_SECONDS ? before : { since: at, count: 0 };
    now.count += 1;
    ofAgent.delete(agent);
    ofAgent.set(agent, now);
    shrink(ofAgent, MOST_DEVIATIONS);
    return now.count > MOST_OF_AGENT;
  };

  return {
    explain({ at, event: { type, target, agent, caller } }) {
      const about = EXPLAINING[type];
      const id = about === 'agent' ? (agent ?? target?.id) : target?.id;
      // No agent explains what agents do.
      if (about === undefined || id === undefined || isAgent(caller)) return;
      const until = Math.floor(at / 1000) + EXPLAINED_SECONDS;
      if (about === 'api') servers.set(id, until);
      else explained.set(`${about} ${id}`, until);
      shrink(servers, MOST_EXPLAINED);
      shrink(explained, MOST_EXPLAINED);
    },

    async noted(agent, deviations) {
      if (deviations.length > 0) await learnServers();
      let most: readonly string[] = [];
      for (const deviation of deviations) {
        const { key, at } = deviation;
        if (isTooMuch(agent.id, at)) break;
        for (const group of groupsOf(agent, deviation)) {
          const place = `${group} ${key}`;
          const others = (known.get(place) ?? []).filter(
            (one) => one.at > at - ALIKE_SECONDS && one.agent !== agent.id,
          );
          known.delete(place);
          known.set(place, [...others, { agent: agent.id, at }].slice(-MOST_ALIKE));
          if (others.length > most.length) most = others.map((one) => one.agent);
        }
      }
      shrink(known, MOST_DEVIATIONS);
      return most;
    },

    forget() {
      for (const map of [known, ofAgent, explained, servers]) map.clear();
    },
  };
};

/** Those of a server, which reads the APIs of resource servers from its store. */
export const sharedDeviationsOf = (documents: DocumentStore): SharedDeviations => {
  const servers = documents.collection<ResourceServer>(RESOURCE_SERVERS);
  return sharedDeviations(async (id) => (await servers.get(id))?.document.identifier);
};
