import type { AuditEvent, AuditLog } from '../audit/audit-event.ts';
import { refusedDecision } from '../audit/refused-decision.ts';
import type { Clock } from '../ports/clock.ts';
import type { EphemeralStore } from '../ports/ephemeral-store.ts';
import { isDomainError } from '../vocabulary/errors.ts';
import { type Approval, MOST_ASKED, shownStateAt, slotOfVote, type Vote } from './approval.ts';
import type { ApprovalSettings } from './approval-draft.ts';
import { approvalRefusal } from './approval-refusals.ts';
import { type ApprovalStore, aboutApproval, closedApproval, notThere } from './approval-store.ts';
import type { ApproverSlot, EffectiveVotes } from './effective-votes.ts';
import { type OpenApprovals, redeemableUntil } from './open-approvals.ts';
import { alreadyDecided, refuseVote } from './voting.ts';

/** The approver, and how they decide. */
export type Deciding = {
  readonly account: string;
  /**
   * Account for which the approver acts: their own, or that of a person whose deputy they are. Default: their own if it has
   * a slot.
   */
  readonly as?: string | undefined;
  /** Digest of what the person saw. */
  readonly seen: string;
  readonly request: string;
  readonly source?: string;
};

/** The approver: their proof, and the absent person for whom they act. */
export type ApprovedBy = Deciding & Pick<Vote, 'assurance' | 'for'>;

const HOUR = 3600;

const WRONG_NUMBERS = 3;

export type ApprovalDecisionsDeps = {
  readonly states: Pick<ApprovalStore, 'settle' | 'isKilled'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly ephemeral: Pick<EphemeralStore, 'count'>;
  readonly audit: AuditLog;
  readonly settings: Pick<ApprovalSettings, 'redeemSeconds'>;
  /** Determines who may decide now. */
  readonly votes: Pick<EffectiveVotes, 'slotsOf'>;
  /**
   * Checks that policies permit the approval; returns members for its event. Throws with a denial: 'forbidden', or
   * 'insufficient_user_authentication' where a stronger sign-in would be enough.
   */
  readonly permits: (approval: Approval, who: ApprovedBy) => Promise<Partial<AuditEvent> | undefined>;
  readonly noteDenial: OpenApprovals['noteDenial'];
};

/** Records the decisions of approvers. Each decision is one compare-and-swap of the approval, after its audit event. */
export interface ApprovalDecisions {
  /**
   * Records one person's approval. Throws:
   * - 'not_found' for an account that is not asked (WB-11);
   * - 'conflict' when the approval is decided or has ended;
   * - 'precondition_failed' when the person saw something else;
   * - 'insufficient_user_authentication' when the proof is too weak or too old;
   * - 'invalid_field' for a wrong number;
   * - 'forbidden' where policies deny it, which changes nothing.
   */
  approve(
    id: string,
    who: Deciding & { readonly assurance: Vote['assurance']; readonly number?: string | undefined },
  ): Promise<Approval>;
  /**
   * Records one person's denial, which ends the approval. Also possible after approval, until its token is issued.
   * Throws as `approve` does.
   */
  deny(id: string, who: Deciding): Promise<Approval>;
}

export const approvalDecisions = (deps: ApprovalDecisionsDeps): ApprovalDecisions => {
  const { states, clock, ephemeral, votes, settings } = deps;
  const { settle } = states;

  /**
   * A single wrong number may be a typing error. An approver who types wrong numbers repeatedly does not see what the
   * agent shows, so the server denies the approval.
   */
  const refusingNumbers = async (approval: Approval, who: Deciding, check: () => void): Promise<void> => {
    try {
      check();
    } catch (error) {
      const isNumber = isDomainError(error) && error.field === '/number';
      if (isNumber && (await ephemeral.count(`approval-number:${approval.id}`, HOUR)) >= WRONG_NUMBERS) {
        await service.deny(approval.id, who);
        throw approvalRefusal('approval_number_attempts_exceeded');
      }
      throw error;
    }
  };

  /**
   * Policies are evaluated last, so that they reveal nothing about approvals the account may not see. A denial by
   * policy goes to the audit log and changes nothing else.
   */
  const permitted = async (approval: Approval, who: ApprovedBy): Promise<Partial<AuditEvent> | undefined> => {
    try {
      return await deps.permits(approval, who);
    } catch (error) {
      if (!isDomainError(error) || !error.refused) throw error;
      const { inputs, ...refused } = refusedDecision(error);
      await deps.audit.append({
        ...aboutApproval(approval),
        type: 'approval.not_permitted',
        outcome: 'refused',
        caller: who.account,
        request: who.request,
        ...refused,
        error: error.code,
        inputs: { ...inputs, digest: approval.digest, ...(who.for === undefined ? {} : { for: who.for }) },
        ...(who.source === undefined ? {} : { personal: { source: who.source } }),
      });
      throw error;
    }
  };

  const service: ApprovalDecisions = {
    async approve(id, who): Promise<Approval> {
      const { account, assurance, request, source } = who;
      return settle(id, async (approval) => {
        const now = clock.now();
        const slots = await votes.slotsOf(approval, account);
        if (slots.length === 0 && !approval.approvers.includes(account)) throw notThere();
        const slot = slotIn(slots, approval, who);
        const said = actingFor(account, slot);
        await refusingNumbers(approval, who, () => refuseVote(approval, { ...who, ...said }, now));
        if (await states.isKilled(approval)) throw alreadyDecided('over');
        // An account that is disabled or no longer asked gets the same answer as one that was never asked.
        if (!slot) throw notThere();
        const decided = (await permitted(approval, { ...who, ...said })) ?? {};
        const all: readonly Vote[] = [...approval.votes, { account, at: now, assurance, ...said }];
        const isEnough = all.length >= approval.requires.quorum && hasAgreed(approval, all);
        return {
          next: isEnough
            ? closedApproval(approval, {
                state: 'approved',
                approvers: withOne(approval, account),
                votes: all,
                decidedAt: now,
                redeemBy: redeemableUntil(approval, now, settings),
              })
            : { ...approval, approvers: withOne(approval, account), votes: all },
          event: {
            ...aboutApproval(approval),
            type: 'approval.approved',
            outcome: 'done',
            caller: account,
            request,
            ...decided,
            inputs: {
              ...decided.inputs,
              digest: approval.digest,
              channel: approval.channel,
              ...said,
              votes: all.length,
              quorum: approval.requires.quorum,
              isEnough,
              acr: assurance.acr ?? null,
              amr: assurance.amr,
              seconds: now - approval.createdAt,
            },
            ...(source === undefined ? {} : { personal: { source } }),
          },
        };
      });
    },

    async deny(id, who): Promise<Approval> {
      const { account, request, source } = who;
      const denied = await settle(id, async (approval) => {
        const now = clock.now();
        const slots = await votes.slotsOf(approval, account);
        if (slots.length === 0 && !approval.approvers.includes(account)) throw notThere();
        const state = shownStateAt(approval, now);
        if (state !== 'pending' && state !== 'approved') throw alreadyDecided(state);
        const { for: away, ...by } = actingFor(account, slotIn(slots, approval, who, 'no'));
        return {
          next: closedApproval(approval, {
            state: 'denied',
            approvers: withOne(approval, account),
            decidedAt: now,
            decidedBy: account,
            ...(away === undefined ? {} : { decidedFor: away }),
          }),
          event: {
            ...aboutApproval(approval),
            type: 'approval.denied',
            outcome: 'done',
            caller: account,
            request,
            inputs: {
              ...{ digest: approval.digest, channel: approval.channel },
              ...(away === undefined ? {} : { for: away, ...by }),
            },
            ...(source === undefined ? {} : { personal: { source } }),
          },
        };
      });
      // A deputy's denial is recorded as that of the person for whom they decide.
      await deps.noteDenial(denied, { ...who, account: denied.decidedFor ?? account });
      return denied;
    },
  };

  return service;
};

/**
 * The slot that the approver named, else the first that has not voted. Throws 'invalid_field' for a slot that is not
 * theirs.
 */
const slotIn = (
  slots: readonly ApproverSlot[],
  { votes }: Approval,
  { as, account }: Deciding,
  says: 'yes' | 'no' = 'yes',
): ApproverSlot | undefined => {
  // An approver who withdraws an approval denies in the slot in which they approved.
  const before = says === 'no' ? votes.find((vote) => vote.account === account) : undefined;
  const meant = as ?? (before && slotOfVote(before));
  if (meant === undefined) {
    const isFree = ({ of }: ApproverSlot): boolean => votes.every((vote) => slotOfVote(vote) !== of);
    return (says === 'yes' ? slots.find(isFree) : undefined) ?? slots[0];
  }
  const found = slots.find(({ of }) => of === meant);
  if (as === undefined) return found ?? slots[0];
  if (found) return found;
  throw approvalRefusal('deputy_not_allowed', { field: '/as' });
};

const actingFor = (account: string, slot: ApproverSlot | undefined): Pick<Vote, 'for' | 'absence'> =>
  slot === undefined || slot.of === account || slot.absence === undefined
    ? {}
    : { for: slot.of, absence: slot.absence };

/** Adds the deciding account to the accounts that can see the approval afterwards, for any reason it was asked. */
const withOne = ({ approvers }: Approval, account: string): readonly string[] =>
  approvers.includes(account) ? approvers : [...approvers.slice(0, MOST_ASKED - 1), account];

export const hasAgreed = ({ mustAgree }: Approval, votes: readonly Vote[]): boolean =>
  mustAgree === null || votes.some((vote) => slotOfVote(vote) === mustAgree);
