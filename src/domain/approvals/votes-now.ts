import type { Account } from '../accounts/account.ts';
import type { Agent } from '../agents/agent.ts';
import type { Approval, Vote } from './approval.ts';
import type { ApproversOf } from './approvers.ts';

type Found<T> = Promise<{ readonly document: T } | undefined>;

export type VotesNow = ReturnType<typeof votesNow>;

/**
 * Whose yes still counts: of somebody who is active, was not disabled since she said it, and is still one of those who are
 * asked. What a kill ended is looked at apart (approval-rows.ts). An approval stands on the people who answer for it now, not on who they were (AP-21).
 */
export const votesNow = ({
  accounts,
  agents,
  approversOf,
}: {
  readonly accounts: { get(id: string): Found<Account> };
  readonly agents: { get(id: string): Found<Pick<Agent, 'owner'>> };
  readonly approversOf: ApproversOf;
}) => {
  const stands = async ({ account, at }: Vote): Promise<boolean> => {
    const found = (await accounts.get(account))?.document;
    return found?.state === 'active' && (found.tokensValidFrom ?? 0) <= at;
  };

  const mayDecide = async (
    approval: Pick<Approval, 'id' | 'agent' | 'subject' | 'approverNames'>,
  ): Promise<readonly string[]> => {
    const agent = (await agents.get(approval.agent))?.document;
    return agent ? approversOf(agent, approval.subject, { names: approval.approverNames }) : [];
  };

  return {
    /** Accounts that may decide about it now. */
    mayDecide,

    /** The votes that count now. */
    async of(approval: Approval): Promise<readonly Vote[]> {
      const [who, standing] = await Promise.all([mayDecide(approval), Promise.all(approval.votes.map(stands))]);
      return approval.votes.filter(({ account }, index) => standing[index] && who.includes(account));
    },
  };
};
