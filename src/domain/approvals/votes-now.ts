import type { Account } from '../accounts/account.ts';
import type { Agent } from '../agents/agent.ts';
import type { Revocation } from '../revocation/revocation.ts';
import type { Approval, Vote } from './approval.ts';
import type { ApproversOf } from './approvers.ts';

type Found<T> = Promise<{ readonly document: T } | undefined>;

export type VotesNow = ReturnType<typeof votesNow>;

/**
 * Whose yes still counts: of somebody who is active, was never disabled or stopped since she said it, and is still one of
 * those who are asked. An approval stands on the people who answer for it now, not on who they were (AP-21).
 */
export const votesNow = ({
  accounts,
  agents,
  approversOf,
  revocation,
}: {
  readonly accounts: { get(id: string): Found<Account> };
  readonly agents: { get(id: string): Found<Pick<Agent, 'owner'>> };
  readonly approversOf: ApproversOf;
  readonly revocation: Pick<Revocation, 'ended'>;
}) => {
  const stands = async ({ account, at }: Vote): Promise<boolean> => {
    const found = (await accounts.get(account))?.document;
    if (found?.state !== 'active' || (found.tokensValidFrom ?? 0) > at) return false;
    return (await revocation.ended([{ subject: account, since: at }])) === undefined;
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

    /** Whether nothing was stopped or ended since it was asked for: the agent and those it acts through, the person, everything. */
    async isUntouched(
      { action, createdAt }: Pick<Approval, 'action' | 'createdAt'>,
      actors: readonly string[],
    ): Promise<boolean> {
      const person = (await accounts.get(action.subject))?.document;
      if (person?.state !== 'active' || (person.tokensValidFrom ?? 0) > createdAt) return false;
      const parties = [...new Set([action.agent, ...actors])];
      return (await revocation.ended([{ subject: action.subject, parties, since: createdAt }])) === undefined;
    },
  };
};
