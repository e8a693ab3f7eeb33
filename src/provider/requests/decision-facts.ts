/** The facts of a decision that tokens and events record. */
import { type Decision, recordOf } from '../../domain/authority/decision/decision.ts';
import { noteDecided } from '../seam/request-event.ts';
import type { OfRequest } from '../seam/request-state.ts';

/** The decision about a token, for its claims and its event. */
export const decided = (decision: Pick<Decision, 'id' | 'policyVersion'> | undefined) => ({
  ...(decision === undefined ? {} : { decision: decision.id }),
  ...(decision?.policyVersion === undefined ? {} : { policy: decision.policyVersion }),
});

/** How many uses a policy allows the token; the resource server that accepts it enforces the number. */
export const usesMember = (maxUses: number | undefined) => (maxUses === undefined ? {} : { max_uses: maxUses });

/** The event of the refusal has the reasons. */
export const noteRefused = (of: OfRequest, decision: Decision | undefined): void => {
  if (decision) noteDecided(of, { ...decided(decision), inputs: recordOf(decision) });
};
