import type { Owners } from '../../identity/groups/owners.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Versioned } from '../../ports/document-store.ts';
import type { Agent } from './agent.ts';

type StoredDocument = Promise<Versioned<Agent> | undefined>;

/**
 * The agent in its current state, independent of the stored one. It is orphaned as soon as it has no active owner, and
 * suspended from its expiry on. Returns the same object when the stored state is current. Otherwise the registry stores
 * the new state later.
 */
export type StandingNow = (agent: Agent) => Promise<Agent>;

export const standingNow =
  ({ owners, clock }: { readonly owners: Pick<Owners, 'answerFor'>; readonly clock: Clock }): StandingNow =>
  async (agent): Promise<Agent> => {
    if (agent.state !== 'active') return agent;
    if (!(await owners.answerFor(agent))) return { ...agent, state: 'orphaned' };
    return agent.expiresAt !== undefined && agent.expiresAt <= clock.now() ? { ...agent, state: 'suspended' } : agent;
  };

/** A registry of agents that returns them in their current state. For all code that grants access. */
export const agentsAsTheyStand = <
  Agents extends {
    get(id: string): StoredDocument;
    getMany(ids: readonly string[]): Promise<readonly Versioned<Agent>[]>;
  },
>(
  agents: Agents,
  standing: StandingNow,
) => {
  const seen = async (found: Versioned<Agent>): Promise<Versioned<Agent>> => {
    const document = await standing(found.document);
    return document === found.document ? found : { ...found, document };
  };
  return {
    ...agents,
    async get(id: string): StoredDocument {
      const found = await agents.get(id);
      return found && seen(found);
    },
    getMany: async (ids: readonly string[]) => Promise.all((await agents.getMany(ids)).map(seen)),
  };
};
