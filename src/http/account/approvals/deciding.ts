import type { Phrase } from '../../../../views/html.ts';
import { decideWords } from '../../../../views/words/approval.ts';
import { type Approval, slotOfVote, stateAt } from '../../../domain/approvals/approval.ts';
import type { Deciding } from '../../../domain/approvals/approval-decisions.ts';
import { refuseSaying } from '../../../domain/approvals/voting.ts';
import { satisfiesAcr } from '../../../domain/vocabulary/assurance.ts';
import type { DomainError } from '../../../domain/vocabulary/errors.ts';
import type { PeopleDeps } from '../../interaction/people-deps.ts';
import { single } from '../../middleware/form-body.ts';
import { refusalPhrase } from '../../refusal-phrase.ts';
import { accountPageRefusal } from '../account-page-refusals.ts';
import type { PageSession } from '../sessions.ts';

/** How many of the newest approvals to read besides the pending ones. */
const LOOKED_AT = 200;

type Deps = Pick<PeopleDeps, 'approvals'>;

/**
 * Approvals that an account may decide or has decided, newest first, including pending ones of absent accounts whose deputy
 * it is. Reads pending requests separately, so that an agent that requests and cancels repeatedly hides none.
 */
export const newestOf = async ({ approvals }: Deps, account: string): Promise<readonly Approval[]> => {
  const { service, absences } = approvals;
  const [own, open, away] = await Promise.all([
    service.ofApprover(account, { limit: LOOKED_AT }),
    service.openOf(account),
    absences.ofDeputy(account),
  ]);
  const mine = new Map([...own, ...open].map((one) => [one.id, one]));
  const theirs = (await Promise.all(away.map((one) => service.openOf(one.account)))).flat();
  const others = [...new Map(theirs.filter(({ id }) => !mine.has(id)).map((one) => [one.id, one])).values()];
  const isAsked = await Promise.all(others.map((one) => service.isAsked(one, account)));
  return [...mine.values(), ...others.filter((_, index) => isAsked[index])].toSorted(
    (one, other) => other.createdAt - one.createdAt,
  );
};

const hasAgreed = ({ votes }: Pick<Approval, 'votes'>, account: string): boolean =>
  votes.some((vote) => vote.account === account || slotOfVote(vote) === account);

/** How many approvals wait for this person. Does not count those that wait for another approver only. */
export const waitingFor = async (deps: Deps, account: string): Promise<number> => {
  const now = deps.approvals.clock.now();
  const newest = await newestOf(deps, account);
  return newest.filter((one) => stateAt(one, now) === 'pending' && !hasAgreed(one, account)).length;
};

/** `approve` or `deny`. Refuses an empty or other answer (AP-13). */
export const readApprovalDecision = (form: URLSearchParams): 'approve' | 'deny' => {
  const decision = single(form, 'decision');
  if (decision === 'approve' || decision === 'deny') return decision;
  throw accountPageRefusal('approval_choice_missing', {
    field: 'decision',
  });
};

/**
 * Denies for one person. For an approved request, first ends the standing approval that was given with it: it would approve
 * the next action. Throws as `ApprovalService.deny` does.
 */
export const denied = async ({ approvals }: Deps, id: string, who: Deciding): Promise<Approval> => {
  await approvals.standing.endGivenWith(id, who.account, who.request);
  return approvals.service.deny(id, who);
};

/** Throws if no proof could make the approval possible, so that the person uses up no code or number. */
export const checkWorthProving = (
  approval: Approval,
  who: { readonly account: string; readonly seen: string },
  unreadable: readonly string[],
  now: number,
): void => {
  refuseSaying(approval, who, now);
  if (unreadable.length > 0) {
    throw accountPageRefusal('approval_not_describable');
  }
};

/** Why an approval failed, as text for its page. For a refusal by policy it includes the decision id. */
export const refusalOf = (error: DomainError): Phrase =>
  error.refused ? decideWords.notPermitted(refusalPhrase(error), error.refused.decision) : refusalPhrase(error);

/** Whether the approval needs no separate proof. */
export const isEasy = ({ risk, requires, number }: Approval): boolean =>
  (risk === 'low' || risk === 'medium') && !requires.isProvenAnew && number === undefined;

/** Whether the person can decide it in a batch. */
export const isForBatch = (
  approval: Approval,
  { account, assurance }: Pick<PageSession, 'account' | 'assurance'>,
  now: number,
): boolean =>
  stateAt(approval, now) === 'pending' &&
  !hasAgreed(approval, account.id) &&
  isEasy(approval) &&
  (approval.requires.acr === undefined || satisfiesAcr(assurance.acr, approval.requires.acr));
