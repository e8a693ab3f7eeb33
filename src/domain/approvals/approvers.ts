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
 * the agent can be the others; they alone never decide, unless the policies name who does (`@approvers`). Reads the
 * registers each time it is asked.
 */
export const approversOf =
  ({
    accounts,
    groups,
  }: {
    readonly accounts: { getMany(ids: readonly string[]): Promise<readonly Account[]> };
    readonly groups: { get(id: string): Found<Group> };
  }) =>
  async (
    agent: Pick<Agent, 'owner'>,
    subject: string,
    quorum: number,
    named: readonly string[] = [],
  ): Promise<Approvers> => {
    const usual = quorum === 1 ? ['subject'] : ['subject', 'owner'];
    const ids = await Promise.all(
      (named.length > 0 ? named : usual).map(async (who): Promise<readonly string[]> => {
        const id = who === 'subject' ? subject : who === 'owner' ? agent.owner : who;
        return isGroupId(id) ? ((await groups.get(id))?.document.members ?? []) : [id];
      }),
    );
    const found = await accounts.getMany([...new Set(ids.flat())].slice(0, MOST));
    return {
      accounts: found.filter(({ state }) => state === 'active').map(({ id }) => id),
      mustAgree: named.length > 0 ? null : subject,
    };
  };

export type ApproversOf = ReturnType<typeof approversOf>;
