import { type Account, holdsRole } from '../identity/accounts/account.ts';
import { NEWEST_FIRST, type PageQuery } from '../platform/registries/registered-documents.ts';
import type { Clock } from '../ports/clock.ts';
import { fieldRefusal } from '../vocabulary/field-refusals.ts';
import { type Approval, BREAK_GLASS_FINDINGS, type BreakGlassFinding } from './approval.ts';
import { type ApprovalStore, aboutApproval, notThere } from './approval-store.ts';
import { breakGlassRefusal } from './break-glass-refusals.ts';

const NOTE = 2000;

/** Reviews of break-glass approvals by a third person (decision 16). */
export interface BreakGlassReviews {
  /**
   * Records a third person's finding. Throws 'not_found' where there is nothing to review or the role is missing.
   * Throws 'forbidden' for each of the two people and for an owner of an agent in the chain. Throws 'conflict' when the
   * review is closed, and 'invalid_field'.
   */
  close(
    id: string,
    review: {
      readonly account: string;
      readonly finding: string;
      readonly note: string;
      readonly request?: string | undefined;
      readonly source?: string | undefined;
    },
  ): Promise<Approval>;
  /** Break-glass approvals, newest first; `open`: not reviewed yet. */
  reviews(review: 'open' | 'closed', page?: PageQuery): Promise<readonly Approval[]>;
}

export const breakGlassReviews = ({
  states: { approvals, settle },
  accounts,
  isOwner,
  clock,
}: {
  readonly states: Pick<ApprovalStore, 'approvals' | 'settle'>;
  readonly accounts: {
    get(id: string): Promise<{ readonly document: Account } | undefined>;
  } /** Whether an account owns an actor of the chain, or did when the approval was requested. */;
  readonly isOwner: (approval: Approval, account: string) => Promise<boolean>;
  readonly clock: Pick<Clock, 'now'>;
}): BreakGlassReviews => {
  return {
    async close(id, { account, finding, note, request, source }): Promise<Approval> {
      const found = (await accounts.get(account))?.document;
      const isReviewer = found?.state === 'active' && REVIEWERS.some((role) => holdsRole(found, role));
      const text = note.normalize('NFC').trim();
      return settle(id, async (approval) => {
        if (!isReviewer || approval.review === undefined) throw notThere();
        if (approval.breakGlass?.votes.some((vote) => vote.account === account)) {
          throw breakGlassRefusal('break_glass_review_by_requester');
        }
        if (await isOwner(approval, account)) {
          throw breakGlassRefusal('break_glass_review_by_owner');
        }
        if (approval.review === 'closed') throw breakGlassRefusal('break_glass_reviewed');
        if (!isFinding(finding))
          throw fieldRefusal('value_not_among', {
            field: '/finding',
            params: { allowed: BREAK_GLASS_FINDINGS.join(', ') },
          });
        if (text.length < 10 || text.length > NOTE)
          throw breakGlassRefusal('break_glass_finding_malformed', { field: '/note' });
        const closed = { by: account, at: clock.now(), finding, note: text };
        return {
          next: {
            ...approval,
            review: 'closed',
            ...(approval.breakGlass ? { breakGlass: { ...approval.breakGlass, closed } } : {}),
          },
          event: {
            ...aboutApproval(approval),
            type: 'break_glass.reviewed',
            outcome: 'done',
            caller: account,
            inputs: { digest: approval.digest, finding, note: text },
            ...(request === undefined ? {} : { request }),
            ...(source === undefined ? {} : { personal: { source } }),
          },
        };
      });
    },

    async reviews(review, { after, limit = 50, order = NEWEST_FIRST } = {}): Promise<readonly Approval[]> {
      const found = await approvals.find({
        where: { review },
        order,
        ...(after ? { after } : {}),
        limit,
      });
      return found.map(({ document }) => document);
    },
  };
};

/** Roles that may review break-glass. */
export const REVIEWERS = ['administrator', 'auditor'] as const;

const isFinding = (text: string): text is BreakGlassFinding =>
  (BREAK_GLASS_FINDINGS as readonly string[]).includes(text);
