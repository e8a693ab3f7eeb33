import type { DelegationRegistry } from '../authority/delegation/delegation-registry.ts';
import type { Agent } from '../clients/agents/agent.ts';
import type { Owners } from '../identity/groups/owners.ts';

/** Whether the account owns the agent or has a live delegation to it. */
export type HasAgentRelationship = (account: string, agent: Pick<Agent, 'id' | 'owner'>) => Promise<boolean>;

/**
 * Whether an agent may ask a person for approval: the person has a live delegation to it, or owns it. An agent cannot
 * ask other people, and does not learn who they are.
 */
export const hasAgentRelationship =
  ({
    delegations,
    owners,
  }: {
    readonly delegations: Pick<DelegationRegistry, 'list'>;
    readonly owners: Pick<Owners, 'answersFor'>;
  }): HasAgentRelationship =>
  async (account, agent) => {
    if (await owners.answersFor(agent.owner, account)) return true;
    const { items } = await delegations.list({ subject: account, actor: agent.id, live: true, limit: 1 });
    return items.length > 0;
  };
