/**
 * Reads agents as they are registered. Needs only the store and the record of uses, so that everything that reads agents can
 * be created before the registry that changes them (agent-registry.ts).
 */
import type { Page } from '../../platform/registries/registered-documents.ts';
import type { DocumentStore, Versioned } from '../../ports/document-store.ts';
import { AGENTS, type Agent } from './agent.ts';
import type { AgentUses } from './agent-last-used.ts';
import { type AgentQuery, agentLists } from './agent-lists.ts';

export interface AgentReader {
  /** Reads one agent with its version. Undefined when there is none. */
  get(id: string): Promise<Versioned<Agent> | undefined>;

  /** At most 1000 ids; unknown ones are left out. */
  getMany(ids: readonly string[]): Promise<readonly Versioned<Agent>[]>;

  /** See agent-lists.ts: a page may be shorter than requested and still have a next one. */
  list(query?: AgentQuery): Promise<Page<Agent>>;

  /** Last uses by agent, epoch seconds. Agents that were never used are left out. At most 1000 ids. */
  lastUses(ids: readonly string[]): Promise<ReadonlyMap<string, number>>;
}

export const agentReader = ({
  documents,
  uses,
}: {
  readonly documents: DocumentStore;
  readonly uses: Pick<AgentUses, 'walk' | 'lastUses'>;
}): AgentReader => {
  const collection = documents.collection<Agent>(AGENTS);
  const lists = agentLists({ collection, uses });
  return {
    get: (id) => collection.get(id),
    getMany: (ids) => collection.getMany(ids),
    list: (query = {}) => lists(query),
    lastUses: uses.lastUses,
  };
};
