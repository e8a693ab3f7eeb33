/**
 * Who answers for the actors of a chain: the accounts that separation of duties leaves out. Owns how owners become accounts,
 * when an approval is asked for and afterwards. Says nothing of whom a policy names (approvers.ts).
 */
import type { Agent } from '../agents/agent.ts';
import { type ActorChain, actorsOf } from '../delegation/actor-chain.ts';
import { DomainError } from '../errors.ts';
import { type Group, isGroupId } from '../groups/group.ts';
import type { Approval } from './approval.ts';

type Found<T> = Promise<{ readonly document: T } | undefined>;

/** Accounts that one approval keeps: eight groups of the largest size. */
const MOST_OWNERS = 512;

export type OwnersOfChain = ReturnType<typeof ownersOfChain>;

/** Reads the registries each time. A group stands for its members. Answers no account twice. */
export const ownersOfChain = ({
  agents,
  groups,
}: {
  readonly agents: { get(id: string): Found<Pick<Agent, 'owner' | 'formerOwners'>> };
  readonly groups: { get(id: string): Found<Pick<Group, 'members'>> };
}) => {
  const accountsOf = async (owner: string): Promise<readonly string[]> =>
    isGroupId(owner) ? ((await groups.get(owner))?.document.members ?? []) : [owner];

  /** Undefined where an actor is not registered: its owner may be any account. */
  const now = async (chain: ActorChain): Promise<readonly string[] | undefined> => {
    const actors = await Promise.all([...new Set(actorsOf(chain))].map((id) => agents.get(id)));
    const known = actors.flatMap((found) => (found ? [found.document] : []));
    if (known.length < actors.length) return undefined;
    const owners = known.flatMap(({ owner, formerOwners = [] }) => [owner, ...formerOwners]);
    return [...new Set((await Promise.all([...new Set(owners)].map(accountsOf))).flat())];
  };

  return {
    /**
     * Those that an approval keeps from the moment it is asked for; undefined where an actor is not registered. Throws
     * 'access_denied' for more than 512 accounts: some of them could not be left out.
     */
    async whenAsked(chain: ActorChain): Promise<readonly string[] | undefined> {
      const owners = await now(chain);
      if (owners && owners.length > MOST_OWNERS) {
        throw new DomainError('access_denied', 'more people own the agents of this chain than can be left out');
      }
      return owners;
    },

    /** The owners of every actor, those of when it was asked and those of now; undefined where one is not known. */
    async of({
      action,
      owner,
      ownersWhenAsked,
    }: Pick<Approval, 'action' | 'owner' | 'ownersWhenAsked'>): Promise<readonly string[] | undefined> {
      const [then, since] = await Promise.all([ownersWhenAsked ?? accountsOf(owner), now(action.chain)]);
      return since && [...new Set([...then, ...since])];
    },
  };
};
