/**
 * Keeps the facts of agents from the audit log, and lets active rules act. Part of the reader of the log (discovery.ts), which calls it
 * in one process at a time, behind the requests.
 */
import { type RecentRecord, sourceOfRecord } from '../../audit/recent-records.ts';
import { AGENTS, type Agent } from '../../clients/agents/agent.ts';
import { type DocumentStore, upsert } from '../../ports/document-store.ts';
import { agentEventOf } from './agent-events.ts';
import { AGENT_FACTS, type AgentEvent, type AgentFacts, withEvents } from './agent-facts.ts';
import { isOfOneAgent } from './agent-failures.ts';
import { factValues } from './fact-values.ts';
import type { FleetNetworks } from './fleet-networks.ts';
import type { ResponseActs } from './response-acts.ts';
import { appliesTo, metBy, type ResponseRule } from './response-rule.ts';
import type { ResponseRuleRegistry } from './response-rule-registry.ts';

export interface ResponseWorker {
  /** Notes a record that was read. */
  note(record: RecentRecord): void;
  /**
   * Lets the rules act on what was noted since the last call. Facts stay in memory until `store`, because writing them after each event
   * costs more than the rules do. A rule acts once, also if the same records are noted again. An agent that cannot be examined holds
   * up no other one. It is examined again with the next call. Throws StoreUnavailable where the store fails.
   */
  evaluate(): Promise<void>;
  /**
   * Evaluates, then stores the facts of everything that was noted. After a crash the same records are noted again, and count once.
   * What an agent did that could not be examined stays in memory: the last 1,000 events each of at most 100 agents. The others, and
   * all of them after a crash, are lost. Throws StoreUnavailable where the store fails.
   */
  store(): Promise<void>;
  /** Forgets what was noted and not stored. */
  forget(): void;
}

/** An agent that did something since the last `store`. `facts`: as of `evaluated` of the events. */
type Held = {
  readonly events: AgentEvent[];
  evaluated: number;
  facts: AgentFacts | undefined;
  /** Whether it could not be examined, or stored, the last time. */
  hasFailed?: boolean;
};

/** Most agents that are kept over a `store` because they could not be examined, and most events of each. */
const MOST_FAILED = 100;
const MOST_EVENTS_OF_FAILED = 1000;

export const responseWorker = (deps: {
  readonly documents: DocumentStore;
  readonly rules: Pick<ResponseRuleRegistry, 'active'>;
  readonly acts: Pick<ResponseActs, 'since' | 'act' | 'finish'>;
  /** Keyed digest of a network, for one agent. */
  readonly digestOf: (agent: string, network: string) => string;
  readonly fleet: FleetNetworks;
  readonly pause: () => Promise<void>;
  /** Called with the first failure of an agent, until it could be examined. Without an agent: of responses that a crash left. */
  readonly onFailed?: (agent: string | undefined, error: Error) => void;
}): ResponseWorker => {
  const { documents, rules, acts, digestOf, fleet } = deps;
  const agents = documents.collection<Agent>(AGENTS);
  const collection = documents.collection<AgentFacts>(AGENT_FACTS);
  let held = new Map<string, Held>();

  /** The facts with the events that were not evaluated yet. */
  const current = async (id: string, one: Held): Promise<AgentFacts | undefined> => {
    const before = one.evaluated === 0 ? (await collection.get(id))?.document : one.facts;
    for (const [index, event] of one.events.entries()) {
      const { network, at } = event;
      if (index < one.evaluated || network === undefined) continue;
      one.events[index] = { ...event, isShared: await fleet.noted(id, network, at) };
    }
    one.facts = withEvents(id, before, one.events.slice(one.evaluated));
    one.evaluated = one.events.length;
    return one.facts;
  };

  /** Examines the agent again with what counts since the last response. */
  const acted = async (rule: ResponseRule, facts: AgentFacts): Promise<void> => {
    const agent = (await agents.get(facts.id))?.document;
    if (agent?.state !== 'active' || !appliesTo(rule, agent.environment)) return;
    const since = await acts.since(rule, agent);
    const values = since === Number.POSITIVE_INFINITY ? undefined : metBy(rule, factValues(facts, since));
    if (values) await acts.act(rule, agent, { facts, values });
  };

  const examined = async (id: string, one: Held, active: readonly ResponseRule[]): Promise<void> => {
    const facts = await current(id, one);
    if (!facts) return;
    const values = factValues(facts);
    for (const rule of active) if (metBy(rule, values)) await acted(rule, facts);
  };

  /** Runs `work`. The failure of one agent is reported, and the next `evaluate` examines all of its events again. */
  const isolated = async (id: string, one: Held, work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!isOfOneAgent(error)) throw error;
      if (!one.hasFailed) deps.onFailed?.(id, error);
      Object.assign(one, { evaluated: 0, facts: undefined, hasFailed: true });
    }
  };

  const finish = async (): Promise<void> => {
    try {
      await acts.finish();
    } catch (error) {
      if (!isOfOneAgent(error)) throw error;
      deps.onFailed?.(undefined, error);
    }
  };

  const evaluate = async (): Promise<void> => {
    await finish();
    const changed = [...held].filter(([, one]) => one.evaluated < one.events.length);
    if (changed.length === 0) return;
    const active = await rules.active();
    for (const [id, one] of changed) {
      await isolated(id, one, async () => {
        await examined(id, one, active);
        one.hasFailed = false;
      });
      await deps.pause();
    }
  };

  return {
    note(record) {
      const found = agentEventOf(record, sourceOfRecord(record), digestOf);
      if (!found) return;
      const before = held.get(found.agent);
      if (before) before.events.push(found.event);
      else held.set(found.agent, { events: [found.event], evaluated: 0, facts: undefined });
    },

    evaluate,

    async store() {
      await evaluate();
      const all = held;
      held = new Map();
      for (const [id, one] of all) {
        const { events } = one;
        // Another process may have stored some of these events meanwhile: they count once.
        const stored = () =>
          upsert(collection, id, (before) => {
            const next = withEvents(id, before, events);
            return next === before ? undefined : next;
          });
        await isolated(id, one, stored);
        if (one.hasFailed && held.size < MOST_FAILED)
          held.set(id, { ...one, events: events.slice(-MOST_EVENTS_OF_FAILED) });
        await deps.pause();
      }
    },

    forget: () => {
      held = new Map();
    },
  };
};
