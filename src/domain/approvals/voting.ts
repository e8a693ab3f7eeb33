import { satisfiesAcr } from '../vocabulary/assurance.ts';
import { DomainError } from '../vocabulary/errors.ts';
import { digestOf } from './action.ts';
import { type Approval, shownStateAt, slotOfVote, type Vote } from './approval.ts';

/** Maximum age of the sign-in, seconds, where a decision needs a fresh proof of identity. */
const PROOF_SECONDS = 120;

/** Who approves, for whom, and the digest of what they saw. */
type Saying = { readonly account: string; readonly for?: string | undefined; readonly seen: string };

/** The error for an approval in a state in which it cannot be decided. */
export const alreadyDecided = (state: string): DomainError =>
  new DomainError(
    'conflict',
    `This request is ${state === 'unused' ? 'approved, not used' : state}: there is nothing left to decide.`,
  );

/**
 * Throws where a vote is invalid, even with a sufficient proof: 'conflict' when the approval is decided, has ended or has
 * that vote already, 'precondition_failed' when the person saw something else.
 */
export const refuseSaying = (approval: Approval, saying: Saying, now: number): void => {
  const { account, seen } = saying;
  const state = shownStateAt(approval, now);
  if (state !== 'pending') throw alreadyDecided(state);
  if (approval.votes.some((one) => one.account === account)) {
    throw new DomainError('conflict', 'You have agreed already; somebody else has to, too.');
  }
  if (approval.votes.some((one) => slotOfVote(one) === (saying.for ?? account))) {
    throw new DomainError('conflict', 'That was agreed to already in this name; somebody else has to agree, too.');
  }
  if (seen !== approval.digest || digestOf(approval.action) !== approval.digest) {
    throw new DomainError('precondition_failed', 'What you saw is not what is asked for now. Look at it again.');
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
    throw new DomainError('insufficient_user_authentication', 'This needs a second factor of yours.');
  }
  if (isProvenAnew && now - assurance.authTime > PROOF_SECONDS) {
    throw new DomainError('insufficient_user_authentication', 'Prove again that it is you, for this very request.');
  }
  if (approval.number !== undefined && number?.trim() !== approval.number) {
    throw new DomainError('invalid_field', 'That is not the number the agent shows.', { field: '/number' });
  }
};
