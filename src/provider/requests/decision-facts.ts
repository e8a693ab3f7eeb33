/** What tokens and events record of their decision. */
import { type Decision, recordOf } from '../../domain/authority/decision/decision.ts';
import { noteDecided } from '../seam/request-event.ts';
import type { OfRequest } from '../seam/request-state.ts';

/** The decision of a token, for its claims and its event. */
export const decided = (decision: Pick<Decision, 'id' | 'policyVersion'> | undefined) => ({
  ...(decision === undefined ? {} : { decision: decision.id }),
  ...(decision?.policyVersion === undefined ? {} : { policy: decision.policyVersion }),
});

/** How often a policy lets the token be used; the resource server that accepts the token enforces it. */
export const usesMember = (maxUses: number | undefined) => (maxUses === undefined ? {} : { max_uses: maxUses });

/** The refusal's event has the reasons. */
export const noteRefused = (of: OfRequest, decision: Decision | undefined): void => {
  if (decision) noteDecided(of, { ...decided(decision), inputs: recordOf(decision) });
};
