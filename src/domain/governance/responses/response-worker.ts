/**
 * Keeps the facts of agents from the audit log, and lets active rules act. Part of the reader of the log (discovery.ts), which calls it
 * in one process at a time, behind the requests.
 */

import { type Held, heldDocuments } from '../../audit/held-documents.ts';
import { type RecentRecord, sourceOfRecord } from '../../audit/recent-records.ts';
import { AGENTS, type Agent } from '../../clients/agents/agent.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DocumentStore } from '../../ports/document-store.ts';
import { agentEventOf, usedBelowIn } from './agent-events.ts';
import { AGENT_FACTS, type AgentEvent, type AgentFacts, withEvents } from './agent-facts.ts';
import { isOfOneAgent } from './agent-failures.ts';
import { valuesOf } from './fact-values.ts';
import type { FleetNetworks } from './fleet-networks.ts';
import type { PersonWatch } from './person-watch.ts';
import type { ResponseActs } from './response-acts.ts';
import { appliesTo, metBy, type ResponseRule } from './response-rule.ts';
import type { ResponseRuleRegistry } from './response-rule-registry.ts';
import { type Deviation, deviationsOf, type SharedDeviations } from './shared-deviations.ts';

export interface ResponseWorker {
  /** Notes a record that was read. */
  note(record: RecentRecord): void;
  /**
   * Lets the rules act on what was noted since the last call. Facts stay in memory until `store`, because writing them after each event
   * costs more than the rules do. A rule acts once, also if the same records are noted again. An agent that cannot be examined holds
   * up no other one. It is examined again with the next call. Throws StoreUnavailable where the store fails.
   */
  evaluate(): Promise<void>;
  /** Agents whose facts changed since they were stored. */
  changed(): number;
  /**
   * Evaluates, then stores the facts of everything that was noted: at most `most` documents with each call of a round, as HeldDocuments
   * does. Returns how many are left of the round. After a crash the same records are noted again, and count once.
   * What an agent did that could not be examined stays in memory: the last 1,000 events each of at most 100 agents. The others, and
   * all of them after a crash, are lost. Throws StoreUnavailable where the store fails.
   */
  store(most?: number): Promise<number>;
  /** Forgets what was noted and not stored. */
  forget(): void;
}

const NONE: readonly never[] = [];

/** What an agent did and is not counted yet. */
type Waiting = {
  events: AgentEvent[];
  /** Whether it could not be examined the last time. */
  hasFailed?: boolean;
  /** Others did the same as it did. */
  isAgain?: boolean;
};

/** Most agents that are kept over a `store` because they could not be examined, and most events of each. */
const MOST_FAILED = 100;
const MOST_EVENTS_OF_FAILED = 1000;
/** Agents that are examined between two pauses in which requests run. */
const AT_ONCE = 16;
/**
 * Rules are read so often. The reader sees each change of them in the log, and reads them at each call for some seconds then, because the event
 * comes before the change.
 */
const RULES_SECONDS = 60;
const CHANGED_SECONDS = 10;

export const responseWorker = (deps: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly rules: Pick<ResponseRuleRegistry, 'active'>;
  readonly acts: Pick<ResponseActs, 'since' | 'act' | 'finish' | 'again'>;
  /** Keyed digest of a network, for one agent. */
  readonly digestOf: (agent: string, network: string) => string;
  readonly fleet: FleetNetworks;
  readonly people: PersonWatch;
  readonly shared: SharedDeviations;
  /** Agents whose facts stay in memory. */
  readonly mostHeld: number;
  readonly pause: () => Promise<void>;
  /** Called with the first failure of an agent, until it could be examined. Without an agent: of responses that a crash left. */
  readonly onFailed?: (agent: string | undefined, error: Error) => void;
}): ResponseWorker => {
  const { documents, clock, rules, acts, digestOf, fleet, people, shared } = deps;
  const agents = documents.collection<Agent>(AGENTS);
  const held = heldDocuments(documents.collection<AgentFacts>(AGENT_FACTS), {
    ...{ most: deps.mostHeld, clock, pause: deps.pause },
  });
  let waiting = new Map<string, Waiting>();
  let known: { readonly rules: readonly ResponseRule[]; readonly until: number } | undefined;
  let changingUntil = 0;

  const active = async (): Promise<readonly ResponseRule[]> => {
    const now = clock.now();
    if (!known || known.until <= now)
      known = { rules: await rules.active(), until: now < changingUntil ? now : now + RULES_SECONDS };
    return known.rules;
  };

  /** Examines the agent again with what counts since the last response. The rule may have been deactivated since it was read. */
  const acted = async ({ id }: ResponseRule, facts: AgentFacts): Promise<void> => {
    const rule = (await rules.active()).find((one) => one.id === id);
    // A process that takes over reads again what was before the activation: its replay says nothing of that.
    if (!rule || facts.lastAt < (rule.activatedAt ?? 0)) return;
    const agent = (await agents.get(facts.id))?.document;
    if (agent?.state !== 'active' || !appliesTo(rule, agent.environment)) return;
    // People handled what it did before, and a process that takes over reads that again.
    if (facts.lastAt < (agent.resumedAt ?? 0)) return;
    const since = await acts.since(rule, agent);
    const values = since === Number.POSITIVE_INFINITY ? undefined : metBy(rule, valuesOf(facts, since));
    if (values) await acts.act(rule, agent, { facts, values });
  };

  /** Says of each network whether other agents use it. Undefined: this process has not noted one of them today. */
  const withNetworks = (id: string, events: readonly AgentEvent[]): readonly AgentEvent[] | undefined => {
    const all: AgentEvent[] = [];
    for (const event of events) {
      const { network, at } = event;
      const isShared = network === undefined ? false : fleet.known(id, network, at);
      if (isShared === undefined) return undefined;
      all.push(isShared ? { ...event, isShared } : event);
    }
    return all;
  };

  const notedNetworks = async (id: string, events: readonly AgentEvent[]): Promise<AgentEvent[]> => {
    const all: AgentEvent[] = [];
    for (const event of events) {
      const { network, at } = event;
      all.push(network === undefined ? event : { ...event, isShared: await fleet.noted(id, network, at) });
    }
    return all;
  };

  /** Counts these events. Returns what the agent did for the first time, as others may have done it. */
  const count = (one: Held<AgentFacts>, events: readonly AgentEvent[]): readonly Deviation[] => {
    const next = withEvents(one.id, one.document, events);
    if (!next || next === one.document) return NONE;
    const isNew = next.evidence !== one.document?.evidence;
    const owner = people.ownerOf(one.id, next.lastAt);
    held.change(one, owner === undefined || owner === next.owner ? next : { ...next, owner });
    return isNew ? deviationsOf(next, events) : NONE;
  };

  /** The same, once. `isSame`: it changed nothing that rules compare. */
  const counted = (facts: Held<AgentFacts>, one: Waiting, events: readonly AgentEvent[]) => {
    const before = facts.document;
    const deviations = count(facts, events);
    one.events = [];
    return { deviations, isSame: facts.document === before && !one.hasFailed && !one.isAgain };
  };

  /** The rules whose conditions the agent meets by what it did lately. */
  const met = ({ document }: Held<AgentFacts>, of: readonly ResponseRule[]): readonly ResponseRule[] => {
    if (!document) return NONE;
    const values = valuesOf(document);
    const found: ResponseRule[] = [];
    for (const rule of of) if (metBy(rule, values)) found.push(rule);
    return found;
  };

  /** Notes that so many others did the same. False: as many were known. */
  const isMoreAlike = (one: Held<AgentFacts>, alike: NonNullable<AgentFacts['alike']>): boolean => {
    const before = one.document?.alike;
    if (!one.document || (before && before.at > alike.at - 3600 && before.agents >= alike.agents)) return false;
    held.change(one, { ...one.document, alike });
    return true;
  };

  /** Compares with others, which are examined again where they did the same. */
  const compare = async (one: Held<AgentFacts>, deviations: readonly Deviation[]): Promise<void> => {
    const agent = deviations.length === 0 ? undefined : (await agents.get(one.id))?.document;
    if (!agent) return;
    const others = await shared.noted(agent, deviations);
    const alike = { at: one.document?.lastAt ?? 0, agents: others.length };
    if (others.length === 0 || !isMoreAlike(one, alike)) return;
    for (const id of others) {
      const other = held.known(id);
      if (!other || !isMoreAlike(other, alike)) continue;
      waiting.set(id, { events: [], ...waiting.get(id), isAgain: true });
    }
  };

  /** Counts what an agent did, and lets rules act. A promise only where something has to be read: most agents do what they always do. */
  const examined = (id: string, one: Waiting, of: readonly ResponseRule[]): Promise<void> | undefined => {
    const before = held.known(id);
    const events = withNetworks(id, one.events);
    if (!before || !events) return examinedLater(id, one, of);
    const { deviations, isSame } = counted(before, one, events);
    if (deviations.length > 0) return comparedLater(before, deviations, of);
    const found = isSame ? NONE : met(before, of);
    return found.length === 0 ? undefined : actedAll(before, found);
  };

  const comparedLater = async (
    one: Held<AgentFacts>,
    deviations: readonly Deviation[],
    of: readonly ResponseRule[],
  ): Promise<void> => {
    await compare(one, deviations);
    await actedAll(one, met(one, of));
  };

  const examinedLater = async (id: string, one: Waiting, of: readonly ResponseRule[]): Promise<void> => {
    const before = held.known(id) ?? (await held.load(id));
    const { deviations, isSame } = counted(before, one, await notedNetworks(id, one.events));
    await comparedLater(before, deviations, isSame ? NONE : of);
  };

  const actedAll = async ({ document }: Held<AgentFacts>, found: readonly ResponseRule[]): Promise<void> => {
    if (document) for (const rule of found) await acted(rule, document);
  };

  const finish = async (): Promise<void> => {
    try {
      const looking = acts.finish();
      if (looking) await looking;
    } catch (error) {
      if (!isOfOneAgent(error)) throw error;
      deps.onFailed?.(undefined, error);
    }
  };

  const failed = (id: string, one: Waiting, error: unknown): void => {
    if (!isOfOneAgent(error)) throw error;
    if (!one.hasFailed) deps.onFailed?.(id, error);
    one.hasFailed = true;
  };

  const noted = ({ agent, event }: { readonly agent: string; readonly event: AgentEvent }): void => {
    const before = waiting.get(agent);
    if (before) before.events.push(event);
    else waiting.set(agent, { events: [event] });
  };

  const evaluate = async (): Promise<void> => {
    await finish();
    // What a person did comes before what their agents do.
    const counting = people.evaluate();
    if (counting) await counting;
    if (waiting.size === 0) return;
    const of = await active();
    let looked = 0;
    for (const [id, one] of waiting) {
      try {
        const later = examined(id, one, of);
        if (later) await later;
        waiting.delete(id);
      } catch (error) {
        failed(id, one, error);
      }
      looked += 1;
      if (looked % AT_ONCE === 0) await deps.pause();
    }
  };

  return {
    note(record) {
      if (record.event.type.startsWith('response_rule.')) {
        known = undefined;
        changingUntil = clock.now() + CHANGED_SECONDS;
      }
      people.note(record);
      shared.explain(record);
      const found = agentEventOf(record, sourceOfRecord(record), digestOf);
      if (found) noted(found);
      for (const one of usedBelowIn(record)) noted(one);
    },

    evaluate,
    changed: () => held.changed() + people.changed(),

    async store(most) {
      await evaluate();
      const peopleLeft = await people.store(most);
      if (peopleLeft > 0) return peopleLeft;
      const left = await held.store((id, error) => {
        const one = waiting.get(id) ?? { events: [] };
        failed(id, one, error);
        waiting.set(id, one);
      }, most);
      if (left > 0) return left;
      // What is left could not be examined.
      const kept = [...waiting].slice(0, MOST_FAILED);
      waiting = new Map(kept);
      for (const [, one] of kept) one.events = one.events.slice(-MOST_EVENTS_OF_FAILED);
      return 0;
    },

    forget() {
      acts.again();
      people.forget();
      shared.forget();
      waiting = new Map();
      held.forget();
    },
  };
};
