import type { Agent } from '../clients/agents/agent.ts';
import type { Account } from '../identity/accounts/account.ts';
import type { Clock } from '../ports/clock.ts';
import type { Found } from '../ports/document-store.ts';
import type { Absences } from './absences.ts';
import { type Approval, slotOfVote, type Vote } from './approval.ts';
import { type NamedApproval, namesAt, type Resolve } from './approvers.ts';
import type { OwnersOfChain } from './owners-of-chain.ts';

/** The approver slot in which an account decides: its own, or that of an absent person. */
export type ApproverSlot = { readonly of: string; readonly absence?: string; readonly until?: number };

type VotedApproval = Pick<
  Approval,
  'id' | 'agent' | 'subject' | 'mustAgree' | 'action' | 'owner' | 'ownersWhenAsked' | 'createdAt'
> &
  NamedApproval;

/**
 * Determines which votes are still valid. The voter must be active and must not have been disabled since the vote. The
 * voter must still be asked, or be the deputy of a person who is. Kills are checked elsewhere (approval-store.ts). An
 * approval depends on the current owners and approvers, not on the former ones (AP-21).
 */
export interface EffectiveVotes {
  /** Accounts that are asked now, not counting deputies. */
  asked(approval: VotedApproval): Promise<readonly string[]>;
  /** Deputies who decide now for the given absent accounts, without those who may not act as a deputy. */
  deputiesOf(approval: VotedApproval, away: readonly string[]): Promise<readonly string[]>;
  /**
   * The slots in which an account may decide now: its own first, then that of the person who has to agree. May be
   * empty.
   */
  slotsOf(approval: VotedApproval, account: string): Promise<readonly ApproverSlot[]>;
  /** The votes that are valid now. */
  of(approval: Approval): Promise<readonly Vote[]>;
}

export const effectiveVotes = ({
  accounts,
  agents,
  chainOwners,
  resolve: { approversOf, leftOut },
  absences,
  clock,
}: {
  readonly accounts: { get(id: string): Found<Account> };
  readonly agents: {
    get(id: string): Found<Pick<Agent, 'owner' | 'formerOwners' | 'handedOverAt' | 'createdAt'>>;
  };
  readonly chainOwners: Pick<OwnersOfChain, 'of'>;
  readonly resolve: Resolve;
  readonly absences: Pick<Absences, 'counts' | 'ofAway' | 'ofDeputy'>;
  readonly clock: Pick<Clock, 'now'>;
}): EffectiveVotes => {
  /**
   * The accounts that are asked, and those that may not act as a deputy: excluded people, and the owners of every actor
   * in the chain. Otherwise an owner could decide alone about their own agent, as deputy of the subject.
   */
  const whoNow = async (approval: VotedApproval): Promise<{ asked: readonly string[]; out: readonly string[] }> => {
    const [agent, owners] = await Promise.all([agents.get(approval.agent), chainOwners.of(approval)]);
    if (!agent || !owners) return { asked: [], out: [] };
    const names = namesAt(approval, clock.now());
    const concerned = { subject: approval.subject, owner: agent.document.owner, owners };
    const [asked, out] = await Promise.all([approversOf(concerned, names), leftOut(concerned, names)]);
    return { asked, out: [...new Set([...out, ...owners])] };
  };

  const stands = async (account: string, at: number): Promise<boolean> => {
    const found = (await accounts.get(account))?.document;
    return found?.state === 'active' && (found.tokensValidFrom ?? 0) <= at;
  };

  const counts = async (
    vote: Vote,
    { asked, out }: { readonly asked: readonly string[]; readonly out: readonly string[] },
  ): Promise<boolean> => {
    const { account, at } = vote;
    const slot = slotOfVote(vote);
    if (!asked.includes(slot) || !(await stands(account, at)) || !(await stands(slot, at))) return false;
    if (slot === account) return true;
    const id = vote.absence ?? '';
    return !out.includes(account) && absences.counts({ id, account: slot, deputy: account, at });
  };

  return {
    asked: async (approval): Promise<readonly string[]> => (await whoNow(approval)).asked,

    async deputiesOf(approval, away): Promise<readonly string[]> {
      const [{ out }, absent] = await Promise.all([whoNow(approval), absences.ofAway(away)]);
      return [...new Set(absent.map(({ deputy }) => deputy))].filter((deputy) => !out.includes(deputy));
    },

    async slotsOf(approval, account): Promise<readonly ApproverSlot[]> {
      const { asked, out } = await whoNow(approval);
      const own: readonly ApproverSlot[] = asked.includes(account) ? [{ of: account }] : [];
      if (out.includes(account)) return own;
      const others = (await absences.ofDeputy(account)).filter((one) => asked.includes(one.account));
      const slots = others.map(({ id, account: of, until }): ApproverSlot => ({ of, absence: id, until }));
      const isNeeded = ({ of }: ApproverSlot): number => Number(of === approval.mustAgree);
      return [...own, ...slots.toSorted((one, other) => isNeeded(other) - isNeeded(one))];
    },

    async of(approval): Promise<readonly Vote[]> {
      const who = await whoNow(approval);
      const counting = await Promise.all(approval.votes.map((vote) => counts(vote, who)));
      return approval.votes.filter((_, index) => counting[index]);
    },
  };
};
