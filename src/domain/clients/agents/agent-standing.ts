import type { Owners } from '../../identity/groups/owners.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Versioned } from '../../ports/document-store.ts';
import type { Agent } from './agent.ts';

type StoredDocument = Promise<Versioned<Agent> | undefined>;

/**
 * The agent as it counts now, whatever is stored: an orphan from the moment on at which nobody answers for it, and
 * suspended from its end on. The same object when that is what is stored. The register follows when it comes to it.
 */
export const standingNow =
  ({ owners, clock }: { readonly owners: Pick<Owners, 'answerFor'>; readonly clock: Clock }) =>
  async (agent: Agent): Promise<Agent> => {
    if (agent.state !== 'active') return agent;
    if (!(await owners.answerFor(agent))) return { ...agent, state: 'orphaned' };
    return agent.expiresAt !== undefined && agent.expiresAt <= clock.now() ? { ...agent, state: 'suspended' } : agent;
  };

export type StandingNow = ReturnType<typeof standingNow>;

/** A register of agents that answers them as they count now. For all who grant something. */
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
