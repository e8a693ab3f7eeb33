import type { Owners } from '../../identity/groups/owners.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import type { Versioned } from '../../ports/document-store.ts';
import type { Agent } from './agent.ts';
import type { AgentDocuments } from './agent-documents.ts';
import { withoutOffer } from './ownership.ts';

const SYSTEM: By = { caller: 'system' };

/** A successor whom a rule proposes for an orphan. */
export type SuccessorProposal = {
  /** Account or group. */
  readonly to: string;
  /** Why they are proposed. */
  readonly as: 'manager' | 'group';
  readonly rule: string;
  /** Epoch second until which they can accept. */
  readonly until: number;
};

/**
 * Offers of orphans by successor rules. Part of the registry. Each throws 'not_found', and does nothing when the agent is no
 * longer as the caller saw it: a person may have offered or accepted it at the same time.
 */
export interface AgentProposals {
  /** Offers an orphan to a successor who is active, unless it is offered already. */
  propose(id: string, proposal: SuccessorProposal): Promise<Versioned<Agent>>;
  /** Ends the proposal to this successor, if it is still open. */
  endProposal(id: string, to: string, reason: 'expired' | 'left'): Promise<Versioned<Agent>>;
  /** Records once that a rule names no further successor. */
  noSuccessor(id: string, rule: string): Promise<Versioned<Agent>>;
}

export const agentProposals = ({
  documentsOf,
  owners,
}: Pick<AgentDocuments, 'documentsOf'> & { readonly owners: Pick<Owners, 'isActive'> }): AgentProposals => ({
  propose(id, { to, as, rule, until }): Promise<Versioned<Agent>> {
    const offered = async (agent: Agent): Promise<Agent> => {
      if (agent.state !== 'orphaned' || agent.transferTo !== undefined || !(await owners.isActive(to))) return agent;
      const asked = [...(agent.succession?.asked ?? []), to];
      return { ...agent, transferTo: to, transferBy: until, succession: { rule, asked } };
    };
    const about = { inputs: { successor_rule: rule, proposed_as: as } };
    return documentsOf.change(id, undefined, 'agent.transfer_offered', SYSTEM, offered, about);
  },

  endProposal(id, to, reason): Promise<Versioned<Agent>> {
    const ended = (agent: Agent): Agent =>
      agent.transferTo === to && agent.transferBy !== undefined ? withoutOffer(agent) : agent;
    return documentsOf.change(id, undefined, 'agent.proposal_ended', SYSTEM, ended, { inputs: { reason } });
  },

  noSuccessor(id, rule): Promise<Versioned<Agent>> {
    const exhausted = (agent: Agent): Agent =>
      agent.state !== 'orphaned' || agent.transferTo !== undefined || agent.succession?.isExhausted === true
        ? agent
        : { ...agent, succession: { rule, asked: agent.succession?.asked ?? [], isExhausted: true } };
    const about = { inputs: { successor_rule: rule } };
    return documentsOf.change(id, undefined, 'agent.without_successor', SYSTEM, exhausted, about);
  },
});
