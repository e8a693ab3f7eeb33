import type { Account } from '../accounts/account.ts';
import type { Agent } from '../agents/agent.ts';
import { type Group, isGroupId } from '../groups/group.ts';

/** Who may be asked about an action, and who of them has to agree. */
export type Approvers = {
  /** Ids of active accounts, without duplicates; at most 64. */
  readonly accounts: readonly string[];
  readonly mustAgree: string | null;
};

const MOST = 64;

type Found<T> = Promise<{ readonly document: T } | undefined>;

/**
 * The person on whose behalf decides about what is done in her name. Where more people are needed, those who answer for
 * the agent can be the others; they alone never decide. Reads the registers each time it is asked.
 */
export const approversOf =
  ({
    accounts,
    groups,
  }: {
    readonly accounts: { getMany(ids: readonly string[]): Promise<readonly Account[]> };
    readonly groups: { get(id: string): Found<Group> };
  }) =>
  async (agent: Pick<Agent, 'owner'>, subject: string, quorum: number): Promise<Approvers> => {
    const owners =
      quorum === 1
        ? []
        : isGroupId(agent.owner)
          ? ((await groups.get(agent.owner))?.document.members ?? [])
          : [agent.owner];
    const found = await accounts.getMany([...new Set([subject, ...owners])].slice(0, MOST));
    return {
      accounts: found.filter(({ state }) => state === 'active').map(({ id }) => id),
      mustAgree: subject,
    };
  };

export type ApproversOf = ReturnType<typeof approversOf>;
