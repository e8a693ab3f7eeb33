import { agentParty } from '../../domain/authority/decision/facts.ts';
import { checkParticipant, endIn, transactionOf } from '../../domain/authority/transactions/named-transaction.ts';
import { otherParticipants } from '../../domain/authority/transactions/participants.ts';
import { transactionFacts } from '../../domain/authority/transactions/transaction.ts';
import { ownershipOf } from '../../domain/clients/agents/ownership.ts';
import { extendChain } from '../../domain/vocabulary/actor-chain.ts';
import type { BackchannelSourceDependencies, FindApprovedSource } from './dependencies.ts';
import { refusals } from './refusals.ts';

/** Longer than any token of an approval lives. */
const DELEGATION_SECONDS = 300;

/**
 * A request that an agent sends itself (CIBA) depends on the approval alone. Its delegation is for this one action: no
 * exchange finds it, and it is not delegable.
 */
export const backchannelSource =
  (dependencies: BackchannelSourceDependencies): FindApprovedSource =>
  async (caller, approval, { agent, account, server }) => {
    const { delegations, knows, clock, identifiers, issuer } = dependencies;
    const refuse = refusals(identifiers);
    if (!(await knows(account.id, agent))) throw refuse('approval_ended');
    const transaction = await transactionOf(dependencies, refuse, caller, approval.txn, undefined);
    checkParticipant(refuse, transaction, account.id);
    const at = { agent: agent.id, resource: server.identifier };
    const others = await otherParticipants(dependencies, transaction, account.id, at);
    const expiresAt = Math.min(clock.now() + DELEGATION_SECONDS, endIn(transaction));
    return {
      facts: {
        ...{ server, caller: agentParty(agent), through: [], subject: account, actors: [agent.id] },
        ...(transaction ? { transaction: transactionFacts(transaction, account.id) } : {}),
        ...(others ? { participants: others.map(({ facts }) => facts) } : {}),
      },
      chain: extendChain(agent.id, issuer),
      notAfter: expiresAt,
      ...(transaction ? { txn: transaction.id } : {}),
      participants: async () => (others ?? []).flatMap(({ held }) => held ?? []),
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
