import { agentParty } from '../../domain/authority/decision/facts.ts';
import { ownershipOf } from '../../domain/clients/agents/ownership.ts';
import { extendChain } from '../../domain/vocabulary/actor-chain.ts';
import type { BackchannelSourceDependencies, FindApprovedSource } from './dependencies.ts';
import { refusals } from './refusals.ts';

/** Longer than any token of an approval lives. */
const ROW_SECONDS = 300;

/**
 * A request that an agent sends itself (CIBA) depends on the approval alone. Its delegation is for this one action: no
 * exchange finds it, and it is not delegable.
 */
export const backchannelSource =
  ({ delegations, knows, clock, identifiers, issuer }: BackchannelSourceDependencies): FindApprovedSource =>
  async (caller, approval, { agent, account, server }) => {
    if (!(await knows(account.id, agent))) throw refusals(identifiers)('approval_ended');
    const expiresAt = clock.now() + ROW_SECONDS;
    return {
      facts: { server, caller: agentParty(agent), subject: account, actors: [agent.id] },
      chain: extendChain(agent.id, issuer),
      notAfter: expiresAt,
      assurance: approval.votes.find((vote) => vote.account === account.id)?.assurance,
      delegation: ({ scope, details }) =>
        delegations.openOnce({
          approval: approval.id,
          subject: account.id,
          actor: agent.id,
          resource: server.identifier,
          scope,
          details,
          ownership: ownershipOf(agent),
          expiresAt,
          request: caller.id,
        }),
      discard: async ({ id }) => void (await delegations.revoke(id, agent.id, caller.id)),
    };
  };
