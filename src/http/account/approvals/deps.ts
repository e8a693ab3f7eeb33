/**
 * What people decide about: the inbox, the page of one approval, several at once, and the hints that something changed. Owns
 * how an approval is shown and what a person proves before they approve; does not own whether that takes effect
 * (domain/approvals).
 */
import type { Absences } from '../../../domain/approvals/absences.ts';
import type { ApprovalService } from '../../../domain/approvals/approval-service.ts';
import type { StandingApprovals } from '../../../domain/approvals/standing-approvals.ts';
import type { Clock } from '../../../domain/ports/clock.ts';
import type { LiveApprovals } from './live.ts';

export type ApprovalPagesDeps = {
  readonly service: Pick<
    ApprovalService,
    'settings' | 'get' | 'breakGlass' | 'isAsked' | 'slotsOf' | 'ofApprover' | 'openOf' | 'approve' | 'deny'
  >;
  readonly absences: Pick<Absences, 'declare' | 'end' | 'get' | 'isFounded' | 'list' | 'ofDeputy'>;
  readonly standing: Pick<StandingApprovals, 'end' | 'endGivenWith' | 'give' | 'ofAccount'>;
  readonly live: LiveApprovals;
  readonly clock: Pick<Clock, 'now'>;
};
