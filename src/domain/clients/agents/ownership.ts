/**
 * Hand-overs of agents. Owns the number that says in whose hands something was made for an agent: `ownership` of the
 * agent grows with each change of hands in the very swap that changes the owner, so that a hand-over and the end of all
 * that was made before it are one write, on every node. Whatever hangs on an agent keeps the number it was made at, and
 * the revocation check compares (revocation/revocation.ts). Does not decide who may accept an agent (agent-ownership.ts).
 */

import { isGroupId } from '../../identity/groups/group.ts';
import type { Owners } from '../../identity/groups/owners.ts';
import { DomainError } from '../../vocabulary/errors.ts';
import type { Agent } from './agent.ts';
import { withCredentials } from './credential-fields.ts';

/** The number of an agent that may never have changed hands. */
export const ownershipOf = ({ ownership }: Pick<Agent, 'ownership'>): number => ownership ?? 0;

/**
 * The numbers of several agents as one. Each only grows, so the sum is the same only while all of them are. An agent
 * that is named twice counts once.
 */
export const ownershipOfAll = (agents: readonly Pick<Agent, 'id' | 'ownership'>[]): number =>
  [...new Map(agents.map((agent) => [agent.id, ownershipOf(agent)])).values()].reduce((sum, one) => sum + one, 0);

/** Since when it is in the hands it is in, epoch seconds. None of its credentials is older. */
export const inHandsSince = ({ handedOverAt, createdAt }: Pick<Agent, 'handedOverAt' | 'createdAt'>): number =>
  handedOverAt ?? createdAt;

/** A member `ownership` where it says anything: what was never handed over is stored without it. */
export const ownershipMember = (ownership: number): { readonly ownership?: number } =>
  ownership === 0 ? {} : { ownership };

/**
 * Whether an agent stays in the hands it is in: with the same account, within the group that owns it, or with a member of
 * that. A group that lost all its members at once since it accepted the agent is other people under the same id.
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
 * The agent in new hands: none of its credentials is left, and nothing made before counts. Nor is it told at the address
 * of the former owner what people decide.
 */
export const inNewHands = (agent: Agent, now: number): Agent => {
  const { jwks: _, jwksUri: __, formerOwners: ___, heldFrom: ____, ...others } = agent;
  const { backchannelClientNotificationEndpoint: _____, ...rest } = others;
  return { ...withCredentials(rest, []), ownership: ownershipOf(agent) + 1, handedOverAt: now };
};

/**
 * Throws 'conflict' when the agent changed hands since `seen` was read: whoever was allowed to give it a credential then
 * is a stranger to it now. `seen` absent: the caller is the server itself.
 */
export const refuseOtherHands = (agent: Pick<Agent, 'ownership'>, seen: Pick<Agent, 'ownership'> | undefined): void => {
  if (seen === undefined || ownershipOf(agent) === ownershipOf(seen)) return;
  throw new DomainError('conflict', 'This agent has changed hands in the meantime; read it again.');
};
