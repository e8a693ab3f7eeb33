import type { Agent } from '../../clients/agents/agent.ts';
import { ownershipOf } from '../../clients/agents/ownership.ts';
import type { Versioned } from '../../ports/document-store.ts';

/** Maximum number of agents offered for re-delegation; more belong on a page of their own. */
const RE_DELEGATION_CHOICES = 50;

/**
 * How a form names an agent together with the owner that its page showed. It is the agent's id, then a colon and how
 * often the agent had changed owner. An agent that never changed owner is named by its id alone.
 */
export const choiceOf = (agent: Pick<Agent, 'id' | 'ownership'>): string =>
  ownershipOf(agent) === 0 ? agent.id : `${agent.id}:${ownershipOf(agent)}`;

/** The id of the agent that a choice names. */
export const agentOfChoice = (choice: string): string => choice.split(':')[0] ?? '';

/** The part of the agent registry that this file uses. */
export type AgentLookup = {
  getMany(ids: readonly string[]): Promise<readonly Versioned<Agent>[]>;
  list(query: { readonly owner?: string; readonly state: 'active'; readonly limit: number }): Promise<{
    readonly items: readonly Versioned<Agent>[];
  }>;
};

/** Agents to which `agent` may re-delegate its rights: the named ones, or a selection to choose from. */
export const candidatesFor = async (
  agents: AgentLookup,
  agent: Agent,
  named?: readonly string[],
): Promise<readonly Agent[]> => {
  if (named) {
    return named.length === 0 ? [] : (await agents.getMany(named.slice(0, 200))).map(({ document }) => document);
  }
  // All agents of the same owner come before those of others. Reads only the newest, since there may be very many.
  const newest = { state: 'active', limit: RE_DELEGATION_CHOICES + 1 } as const;
  const sisters = (await agents.list({ ...newest, owner: agent.owner })).items;
  const others = sisters.length > RE_DELEGATION_CHOICES ? [] : (await agents.list(newest)).items;
  const ids = new Set([...sisters, ...others].map(({ document }) => document.id));
  ids.delete(agent.id);
  if (ids.size === 0) return [];
  const isSister = ({ owner }: Agent): number => (owner === agent.owner ? 0 : 1);
  return (await agents.getMany([...ids].slice(0, RE_DELEGATION_CHOICES)))
    .map(({ document }) => document)
    .filter(({ state }) => state === 'active')
    .sort((one, other) => isSister(one) - isSister(other) || (one.name < other.name ? -1 : 1));
};
