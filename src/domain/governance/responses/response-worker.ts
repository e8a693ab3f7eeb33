/**
 * Keeps the facts of agents from the audit log, and lets active rules act. Part of the reader of the log (discovery.ts), which calls it
 * in one process at a time, behind the requests.
 */
import { type RecentRecord, sourceOfRecord } from '../../audit/recent-records.ts';
import { AGENTS, type Agent } from '../../clients/agents/agent.ts';
import { type DocumentStore, upsert } from '../../ports/document-store.ts';
import { agentEventOf } from './agent-events.ts';
import { AGENT_FACTS, type AgentEvent, type AgentFacts, withEvents } from './agent-facts.ts';
import { factValues } from './fact-values.ts';
import type { FleetNetworks } from './fleet-networks.ts';
import type { ResponseActs } from './response-acts.ts';
import { appliesTo, metBy, type ResponseRule } from './response-rule.ts';
import type { ResponseRuleRegistry } from './response-rule-registry.ts';

export interface ResponseWorker {
  /** Notes a record that was read. */
  note(record: RecentRecord): void;
  /**
   * Stores the facts of what was noted, then lets the rules act. After a crash the same records are noted again: they count once, and a rule
   * acts once. Throws StoreUnavailable.
   */
  store(): Promise<void>;
  /** Forgets what was noted and not stored. */
  forget(): void;
}

export const responseWorker = (deps: {
  readonly documents: DocumentStore;
  readonly rules: Pick<ResponseRuleRegistry, 'active'>;
  readonly acts: Pick<ResponseActs, 'since' | 'act' | 'finish'>;
  /** Keyed digest of a network, for one agent. */
  readonly digestOf: (agent: string, network: string) => string;
  readonly fleet: FleetNetworks;
  readonly pause: () => Promise<void>;
}): ResponseWorker => {
  const { documents, rules, acts, digestOf, fleet } = deps;
  const agents = documents.collection<Agent>(AGENTS);
  const collection = documents.collection<AgentFacts>(AGENT_FACTS);
  let noted = new Map<string, AgentEvent[]>();

  const stored = async (id: string, noted: readonly AgentEvent[]): Promise<AgentFacts | undefined> => {
    const events: AgentEvent[] = [];
    for (const event of noted) {
      const { network, at } = event;
      events.push(network === undefined ? event : { ...event, isShared: await fleet.noted(id, network, at) });
    }
    const result: { facts?: AgentFacts | undefined } = {};
    await upsert(collection, id, (before) => {
      result.facts = withEvents(id, before, events);
      return result.facts === before ? undefined : result.facts;
    });
    return result.facts;
  };

  /** Examines the agent again with what counts since the last response. */
  const acted = async (rule: ResponseRule, facts: AgentFacts): Promise<void> => {
    const agent = (await agents.get(facts.id))?.document;
    if (agent?.state !== 'active' || !appliesTo(rule, agent.environment)) return;
    const since = await acts.since(rule, agent);
    const values = since === Number.POSITIVE_INFINITY ? undefined : metBy(rule, factValues(facts, since));
    if (values) await acts.act(rule, agent, { facts, values });
  };

  return {
    note(record) {
      const found = agentEventOf(record, sourceOfRecord(record), digestOf);
      if (!found) return;
      const before = noted.get(found.agent);
      if (before) before.push(found.event);
      else noted.set(found.agent, [found.event]);
    },

    async store() {
      const all = noted;
      noted = new Map();
      await acts.finish();
      if (all.size === 0) return;
      const active = await rules.active();
      for (const [id, events] of all) {
        const facts = await stored(id, events);
        if (facts) {
          const values = factValues(facts);
          for (const rule of active) if (metBy(rule, values)) await acted(rule, facts);
        }
        await deps.pause();
      }
    },

    forget: () => {
      noted = new Map();
    },
  };
};
