import type { MasterKey } from '../platform/crypto/master-key.ts';
import type { Clock } from '../ports/clock.ts';
import { type Approval, isBreakGlass, stateAt, type Vote } from './approval.ts';
import { hasAgreed } from './approval-decisions.ts';
import type { ApprovalReads } from './approval-reads.ts';
import { approvalRefusal } from './approval-refusals.ts';
import { type ApprovalStore, aboutApproval, notThere } from './approval-store.ts';
import type { BreakGlassService } from './break-glass.ts';
import type { EffectiveVotes } from './effective-votes.ts';

/** Redeems approvals: each gives one token, and that token is valid for one call. */
export interface ApprovalRedemption {
  /** The votes that are valid now; undefined when they are no longer enough (AP-21). */
  standingVotes(approval: Approval): Promise<readonly Vote[] | undefined>;
  /**
   * Uses up the approval for its one token. Returns true for exactly one caller, and only while the approval is
   * `approved`. The token's event, which is durable by then, records it.
   */
  redeem(id: string): Promise<boolean>;
  /**
   * Binds a token of the approval to the one call at the resource server for which it is valid. A repeated `key` is the
   * same call; any other call is refused. Throws 'not_found', and 'conflict' when another call used the approval.
   */
  use(
    id: string,
    call: {
      readonly server: { readonly id: string; readonly identifier: string };
      readonly key: string;
      readonly request: string;
    },
  ): Promise<{ readonly approval: Approval; readonly isFirst: boolean }>;
  /** The approval from which a token was issued; undefined while it is not redeemed. */
  standing(id: string): Promise<Approval | undefined>;
}

export const approvalRedemption = ({
  states,
  reads,
  breakGlass,
  votes,
  clock,
  masterKey,
}: {
  readonly states: Pick<ApprovalStore, 'approvals' | 'settle' | 'changed'>;
  readonly reads: Pick<ApprovalReads, 'get'>;
  readonly breakGlass: Pick<BreakGlassService, 'votesOf'>;
  readonly votes: Pick<EffectiveVotes, 'of'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly masterKey: Pick<MasterKey, 'digests'>;
}): ApprovalRedemption => {
  const { approvals, settle, changed } = states;

  return {
    async standingVotes(approval): Promise<readonly Vote[] | undefined> {
      if (isBreakGlass(approval)) return breakGlass.votesOf(approval);
      const counting = await votes.of(approval);
      return counting.length >= approval.requires.quorum && hasAgreed(approval, counting) ? counting : undefined;
    },

    async redeem(id): Promise<boolean> {
      const found = await approvals.get(id);
      if (!found || stateAt(found.document, clock.now()) !== 'approved') return false;
      // No token is issued from an approval that a resource server requested.
      if (found.document.requested) return false;
      const next: Approval = { ...found.document, state: 'redeemed', redeemedAt: clock.now() };
      if (!(await approvals.replace(next, found.version))) return false;
      changed(next);
      return true;
    },

    async use(id, { server, key, request }): Promise<{ readonly approval: Approval; readonly isFirst: boolean }> {
      const names = masterKey.digests('approval-use', id, key);
      let isFirst = false;
      const approval = await settle(id, async (current) => {
        isFirst = false;
        if (current.state !== 'redeemed' || current.resource !== server.identifier) throw notThere();
        if (current.use && names.includes(current.use.key)) return undefined;
        if (current.use) throw approvalRefusal('approval_used_by_other');
        isFirst = true;
        return {
          next: { ...current, use: { key: String(names[0]), at: clock.now() } },
          event: { ...aboutApproval(current), type: 'approval.used', outcome: 'done', caller: server.id, request },
        };
      });
      return { approval, isFirst };
    },

    async standing(id): Promise<Approval | undefined> {
      const approval = await reads.get(id);
      return approval?.state === 'redeemed' ? approval : undefined;
    },
  };
};
