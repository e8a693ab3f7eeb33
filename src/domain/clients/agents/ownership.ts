/**
 * Changes of ownership of agents. Owns the number `ownership` of an agent, which says under which ownership
 * something was created for it. It grows with each change, in the same swap that changes the owner. A change of
 * ownership and the end of everything created before it are therefore one write, on every node. Everything that
 * depends on an agent keeps the number of its creation, and the revocation check compares the two
 * (revocation/revocation.ts). Does not decide who may accept an agent (agent-ownership.ts).
 */

import { isGroupId } from '../../identity/groups/group.ts';
import type { Owners } from '../../identity/groups/owners.ts';
import { omit } from '../../vocabulary/omit.ts';
import type { Agent } from './agent.ts';
import { agentRefusal } from './agent-refusals.ts';
import { withCredentials } from './credential-fields.ts';

/** The number of an agent, also of one whose ownership never changed. */
export const ownershipOf = ({ ownership }: Pick<Agent, 'ownership'>): number => ownership ?? 0;

/**
 * The numbers of several agents as one sum. Each number only grows, so the sum is equal only while all are. An
 * agent that is named twice counts once.
 */
export const ownershipOfAll = (agents: readonly Pick<Agent, 'id' | 'ownership'>[]): number =>
  [...new Map(agents.map((agent) => [agent.id, ownershipOf(agent)])).values()].reduce((sum, one) => sum + one, 0);

/** Start of the current ownership, epoch seconds. None of the agent's credentials is older. */
export const inHandsSince = ({ handedOverAt, createdAt }: Pick<Agent, 'handedOverAt' | 'createdAt'>): number =>
  handedOverAt ?? createdAt;

/** The agent without the offer to a new owner. */
export const withoutOffer = <A extends Pick<Agent, 'transferTo' | 'transferBy'>>({
  transferTo: _,
  transferBy: __,
  ...agent
}: A): Omit<A, 'transferTo' | 'transferBy'> => agent;

/** The member `ownership`, left out when the agent never changed ownership. */
export const ownershipMember = (ownership: number): { readonly ownership?: number } =>
  ownership === 0 ? {} : { ownership };

/**
 * Whether a new owner continues the current ownership: the same account, the group that owns it, or a member of
 * that group. A group that lost all its members at once since it accepted the agent counts as a different
 * owner.
 */
export const keepsHands = async (
  owners: Pick<Owners, 'answersFor' | 'answerFor'>,
  agent: Pick<Agent, 'owner' | 'acceptedAt' | 'createdAt'>,
  next: string,
): Promise<boolean> => {
  const { owner } = agent;
  if (isGroupId(owner) && !(await owners.answerFor(agent))) return false;
  return owner === next || owners.answersFor(owner, next);
};

/**
 * The agent after a change of ownership: it has no credentials, and nothing created before is valid. Decisions
 * are no longer sent to the address of the former owner. Its next credentials may carry no composition.
 */
export const inNewHands = (agent: Agent, now: number): Agent => {
  const ofFormer = ['jwks', 'jwksUri', 'formerOwners', 'heldFrom'] as const;
  const rest = omit(agent, ...ofFormer, 'backchannelClientNotificationEndpoint', 'showsComposition');
  return { ...withCredentials(rest, []), ownership: ownershipOf(agent) + 1, handedOverAt: now };
};

/**
 * Throws 'conflict' when the agent changed ownership since `seen` was read. A caller who could add a credential at that
 * time may have no right to do so now. `seen` absent: the caller is the server itself.
 */
export const refuseOtherHands = (agent: Pick<Agent, 'ownership'>, seen: Pick<Agent, 'ownership'> | undefined): void => {
  if (seen === undefined || ownershipOf(agent) === ownershipOf(seen)) return;
  throw agentRefusal('agent_changed_owner');
};
