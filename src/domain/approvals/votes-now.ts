import type { Account } from '../accounts/account.ts';
import type { Agent } from '../agents/agent.ts';
import type { Clock } from '../ports/clock.ts';
import type { Approval, Vote } from './approval.ts';
import { type ApproversOf, type NamedApproval, namesAt } from './approvers.ts';

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
  clock,
}: {
  readonly accounts: { get(id: string): Found<Account> };
  readonly agents: { get(id: string): Found<Pick<Agent, 'owner'>> };
  readonly approversOf: ApproversOf;
  readonly clock: Pick<Clock, 'now'>;
}) => {
  const stands = async ({ account, at }: Vote): Promise<boolean> => {
    const found = (await accounts.get(account))?.document;
    return found?.state === 'active' && (found.tokensValidFrom ?? 0) <= at;
  };

  const mayDecide = async (
    approval: Pick<Approval, 'id' | 'agent' | 'subject'> & NamedApproval,
  ): Promise<readonly string[]> => {
    const agent = (await agents.get(approval.agent))?.document;
    return agent ? approversOf(agent, approval.subject, namesAt(approval, clock.now())) : [];
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
