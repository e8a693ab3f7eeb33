import { satisfiesAcr } from '../vocabulary/assurance.ts';
import type { DomainError } from '../vocabulary/errors.ts';
import { digestOf } from './action.ts';
import { type Approval, shownStateAt, slotOfVote, type Vote } from './approval.ts';
import { approvalRefusal } from './approval-refusals.ts';

/** Maximum age of the sign-in, seconds, where a decision needs a fresh proof of identity. */
const PROOF_SECONDS = 120;

/** Who approves, for whom, and the digest of what they saw. */
type Saying = { readonly account: string; readonly for?: string | undefined; readonly seen: string };

/** The error for an approval whose state allows no decision. */
export const alreadyDecided = (state: string): DomainError =>
  approvalRefusal('approval_decided', { params: { state: state === 'unused' ? 'approved, not used' : state } });

/**
 * Throws where a vote is invalid, even with a sufficient proof: 'conflict' when the approval is decided, has ended or has
 * that vote already, 'precondition_failed' when the person saw something else.
 */
export const refuseSaying = (approval: Approval, saying: Saying, now: number): void => {
  const { account, seen } = saying;
  const state = shownStateAt(approval, now);
  if (state !== 'pending') throw alreadyDecided(state);
  if (approval.votes.some((one) => one.account === account)) {
    throw approvalRefusal('approval_given_already');
  }
  if (approval.votes.some((one) => slotOfVote(one) === (saying.for ?? account))) {
    throw approvalRefusal('approval_given_in_this_name');
  }
  if (seen !== approval.digest || digestOf(approval.action) !== approval.digest) {
    throw approvalRefusal('approval_changed');
  }
};

/** Throws for an invalid vote: see `ApprovalService.approve`. */
export const refuseVote = (
  approval: Approval,
  vote: Saying & { readonly assurance: Vote['assurance']; readonly number?: string | undefined },
  now: number,
): void => {
  const { assurance, number } = vote;
  refuseSaying(approval, vote, now);
  const { acr, isProvenAnew } = approval.requires;
  if (acr !== undefined && !satisfiesAcr(assurance.acr, acr)) {
    throw approvalRefusal('approval_needs_factor');
  }
  if (isProvenAnew && now - assurance.authTime > PROOF_SECONDS) {
    throw approvalRefusal('approval_needs_fresh_proof');
  }
  if (approval.number !== undefined && number?.trim() !== approval.number) {
    throw approvalRefusal('approval_number_wrong', { field: '/number' });
  }
};
