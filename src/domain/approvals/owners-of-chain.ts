/**
 * Owners of the actors of a chain: the accounts that separation of duties excludes. Resolves owners to accounts, at the
 * time of the request and later. Does not cover whom a policy names (approvers.ts).
 */
import type { Agent } from '../clients/agents/agent.ts';
import { inHandsSince } from '../clients/agents/ownership.ts';
import { type Group, isGroupId } from '../identity/groups/group.ts';
import { membersSince } from '../identity/groups/membership.ts';
import type { Found } from '../ports/document-store.ts';
import { type ActorChain, actorsOf } from '../vocabulary/actor-chain.ts';
import type { Approval } from './approval.ts';
import { approvalRefusal } from './approval-refusals.ts';

/** Maximum number of accounts that one approval stores: eight groups of the largest size. */
const MOST_OWNERS = 512;

type Owned = Pick<Agent, 'owner' | 'formerOwners' | 'handedOverAt' | 'createdAt'>;

/**
 * Reads the registries each time. A group resolves to its members, and to former members who left since it became the
 * owner. Each of them may have a key of the agent, or a key that was added with such a key. The age of its current
 * credentials therefore does not show who holds them. Returns no account twice.
 */
export interface OwnersOfChain {
  /**
   * Accounts to store with an approval when it is requested; undefined where they are unknown. Throws 'access_denied'
   * for more than 512 accounts, since not all of them could be excluded.
   */
  whenAsked(chain: ActorChain): Promise<readonly string[] | undefined>;
  /** The owners of every actor, at the time of the request and now; undefined where one is unknown. */
  of(
    approval: Pick<Approval, 'action' | 'owner' | 'ownersWhenAsked' | 'createdAt'>,
  ): Promise<readonly string[] | undefined>;
}

export const ownersOfChain = ({
  agents,
  groups,
}: {
  readonly agents: { get(id: string): Found<Owned> };
  readonly groups: { get(id: string): Found<Pick<Group, 'members' | 'formerMembers' | 'leftUnknownUntil'>> };
}): OwnersOfChain => {
  const accountsOf = async (owner: string, since: number): Promise<readonly string[] | undefined> => {
    if (!isGroupId(owner)) return [owner];
    const group = (await groups.get(owner))?.document;
    return group ? membersSince(group, since) : [];
  };

  const ownersOf = async (agent: Owned): Promise<readonly string[] | undefined> => {
    const accounts = await accountsOf(agent.owner, inHandsSince(agent));
    return accounts && [...accounts, ...(agent.formerOwners ?? [])];
  };

  /**
   * Undefined where an actor is not registered, or not all of its owners are known: then any account could be the
   * owner.
   */
  const now = async (chain: ActorChain): Promise<readonly string[] | undefined> => {
    const actors = await Promise.all([...new Set(actorsOf(chain))].map((id) => agents.get(id)));
    const owners = await Promise.all(actors.map((found) => found && ownersOf(found.document)));
    return owners.includes(undefined) ? undefined : [...new Set(owners.flatMap((some) => some ?? []))];
  };

  return {
    async whenAsked(chain): Promise<readonly string[] | undefined> {
      const owners = await now(chain);
      if (owners && owners.length > MOST_OWNERS) {
        throw approvalRefusal('chain_owners_exceeded');
      }
      return owners;
    },

    async of({ action, owner, ownersWhenAsked, createdAt }): Promise<readonly string[] | undefined> {
      const [then, since] = await Promise.all([ownersWhenAsked ?? accountsOf(owner, createdAt), now(action.chain)]);
      return then && since && [...new Set([...then, ...since])];
    },
  };
};
