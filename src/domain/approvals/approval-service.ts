import { type ApprovalCancellation, approvalCancellation } from './approval-cancellation.ts';
import { type ApprovalDecisions, type ApprovalDecisionsDeps, approvalDecisions } from './approval-decisions.ts';
import type { ApprovalSettings } from './approval-draft.ts';
import { type ApprovalReads, approvalReads } from './approval-reads.ts';
import { type ApprovalRedemption, approvalRedemption } from './approval-redemption.ts';
import { type ApprovalChange, type ApprovalStore, type ApprovalStoreDeps, approvalStore } from './approval-store.ts';
import { type BreakGlassDeps, type BreakGlassService, newBreakGlassService } from './break-glass.ts';
import type { EffectiveVotes } from './effective-votes.ts';
import { escalations } from './escalations.ts';
import { type ForgettableApprovals, forgetting } from './forgetting.ts';
import { type OpenApprovals, type OpenApprovalsDeps, openApprovals } from './open-approvals.ts';
import { type RequestedApprovals, requestedApprovals } from './requested-approvals.ts';

export type { ApprovalChange };

/**
 * Requests, decides and redeems approvals. Every change is one compare-and-swap of one document, after its audit event.
 * If approve, deny, cancel, expiry and redemption compete, exactly one succeeds (AP-02). Throws StoreUnavailable after
 * 20 lost swaps.
 */
export interface ApprovalService
  extends ApprovalReads,
    ApprovalDecisions,
    ApprovalCancellation,
    ApprovalRedemption,
    Pick<OpenApprovals, 'ask' | 'checkRoom'>,
    Pick<EffectiveVotes, 'slotsOf'>,
    Pick<ApprovalStore, 'isKilled' | 'settleUnknown'>,
    ForgettableApprovals {
  /** Limits and times. */
  readonly settings: ApprovalSettings;
  /** Break-glass: two people approve in an emergency, without the approvers. */
  readonly breakGlass: BreakGlassService;
  /** Notifies further approvers where a notification is due. Returns how many approvals it handled, at most 100. */
  escalate(): Promise<number>;
  /** Approvals that resource servers requested. */
  readonly requested: RequestedApprovals;
}

export const newApprovalService = (
  deps: Omit<OpenApprovalsDeps, 'states'> &
    ApprovalStoreDeps &
    Pick<ApprovalDecisionsDeps, 'permits'> & {
      /** Who may decide now, and whose approval is valid now. */
      readonly votes: Pick<EffectiveVotes, 'asked' | 'deputiesOf' | 'of' | 'slotsOf'>;
      /** Who may approve in an emergency. */
      readonly emergency: Pick<BreakGlassDeps, 'accounts' | 'chainOwners' | 'resolve'>;
    },
): ApprovalService => {
  const { clock, masterKey, votes, settings } = deps;
  const states = approvalStore(deps);
  const { approvals } = states;
  const open = openApprovals({ ...deps, states });
  const breakGlass = newBreakGlassService({ ...deps, ...deps.emergency, states });

  const reads = approvalReads({ ...deps, approvals });

  return {
    ...reads,
    ...approvalDecisions({ ...deps, states, noteDenial: open.noteDenial }),
    ...approvalCancellation({ states, reads, clock, settings }),
    ...approvalRedemption({ states, reads, breakGlass, votes, clock, masterKey }),
    settings,
    ask: open.ask,
    checkRoom: open.checkRoom,
    breakGlass,
    slotsOf: votes.slotsOf,
    isKilled: states.isKilled,
    settleUnknown: states.settleUnknown,
    escalate: escalations({ states, asked: votes.asked, clock, audit: deps.audit }),
    requested: requestedApprovals({ ...deps, states }),
    ...forgetting(approvals),
  };
};
