import type { Clock } from '../ports/clock.ts';
import { everyDocument } from '../ports/document-store.ts';
import { type Approval, stateAt } from './approval.ts';
import type { ApprovalSettings } from './approval-draft.ts';
import type { ApprovalReads } from './approval-reads.ts';
import { type ApprovalStore, aboutApproval, closedApproval } from './approval-store.ts';

/** Approvals read at a time. */
const PAGE = 500;

/** Ends approvals that no approver denied: the agent withdraws one, or an agent of the chain changed owner or was contained. */
export interface ApprovalCancellation {
  /**
   * Withdraws an approval that the agent no longer needs. Returns the stored approval; one that has ended does not
   * change.
   */
  cancel(authReqId: string, client: string, request: string): Promise<Approval | undefined>;
  /**
   * Cancels at most `limit` approvals, open or approved, that an agent, or an agent below it in the chain, requested
   * under a former owner. Returns how many. They have been invalid since the hand-over; this makes it visible.
   */
  cancelFormer(agent: string, by: string, limit: number): Promise<number>;
  /** Cancels at most `limit` approvals, open or approved, that an agent, or an agent below it in the chain, requested. Returns how many. */
  cancelOf(agent: string, by: string, limit: number): Promise<number>;
}

export const approvalCancellation = ({
  states,
  reads,
  clock,
  settings,
}: {
  readonly states: Pick<ApprovalStore, 'approvals' | 'settle' | 'isFromOtherHands'>;
  readonly reads: Pick<ApprovalReads, 'find'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly settings: Pick<ApprovalSettings, 'ttlSeconds' | 'redeemSeconds'>;
}): ApprovalCancellation => {
  const { approvals, settle } = states;

  const isUnused = (approval: Approval): boolean => ['pending', 'approved'].includes(stateAt(approval, clock.now()));

  /** Cancels those that are meant, of an agent or of agents below it in the chain. */
  const cancelEach = async (
    agent: string,
    { by, limit, note }: { readonly by: string; readonly limit: number; readonly note: string },
    isMeant: (approval: Approval) => Promise<boolean>,
  ): Promise<number> => {
    const { ttlSeconds, redeemSeconds } = settings;
    let count = 0;
    const found = everyDocument(approvals, {
      where: { actors: agent },
      // Older approvals have ended.
      range: { field: 'createdAt', gte: clock.now() - ttlSeconds - redeemSeconds },
      order: { by: 'createdAt', direction: 'descending' },
      limit: PAGE,
    });
    for await (const document of found) {
      if (!isUnused(document) || !(await isMeant(document))) continue;
      if (count === limit) return count;
      await settle(document.id, async (approval) => {
        if (!isUnused(approval)) return undefined;
        return {
          next: closedApproval(approval, { state: 'cancelled', decidedAt: clock.now(), decidedBy: 'system' }),
          event: { ...aboutApproval(approval), type: 'approval.cancelled', outcome: 'done', caller: by, note },
        };
      });
      count += 1;
    }
    return count;
  };

  return {
    async cancel(authReqId, client, request): Promise<Approval | undefined> {
      const found = await reads.find(authReqId, client);
      if (!found) return undefined;
      return settle(found.id, async (approval) => {
        if (!isUnused(approval)) return undefined;
        return {
          next: closedApproval(approval, { state: 'cancelled', decidedAt: clock.now(), decidedBy: client }),
          event: { ...aboutApproval(approval), type: 'approval.cancelled', outcome: 'done', caller: client, request },
        };
      });
    },

    cancelFormer: (agent, by, limit) =>
      cancelEach(agent, { by, limit, note: 'the owner of an agent of the chain changed' }, states.isFromOtherHands),

    cancelOf: (agent, by, limit) =>
      cancelEach(agent, { by, limit, note: 'a response contained an agent of the chain' }, async () => true),
  };
};
