import type { Context } from 'koa';
import type { Absences } from '../../domain/approvals/absences.ts';
import type { ApprovalService } from '../../domain/approvals/approval-service.ts';
import type { StandingApprovals } from '../../domain/approvals/standing-approvals.ts';
import type { TransactionRegistry } from '../../domain/authority/transactions/transaction-registry.ts';
import type { Clock } from '../../domain/ports/clock.ts';

/** Streams that signal to open inboxes that something changed (account/approvals/live.ts). */
export interface LiveApprovals {
  /**
   * Opens a stream for a session as the response. `isLive` says whether the stream continues. Throws 'too_many_requests'
   * beyond the limit of a session, and 'unavailable' at the limit of the process.
   */
  open(
    ctx: Context,
    stream: { readonly session: string; readonly account: string },
    isLive: () => Promise<boolean>,
  ): void;

  /** Signals a change to these accounts. */
  tell(concerned: readonly string[]): void;

  /** Checks the sessions of these accounts, and ends the streams of those that have ended. */
  look(concerned: readonly string[]): void;

  /** Ends the streams of one session. */
  endSession(session: string): void;

  /** Ends all streams. Idempotent. */
  close(): void;
}

/** Dependencies of the pages in src/http/account/approvals. */
export type ApprovalPagesDeps = {
  readonly service: Pick<
    ApprovalService,
    'settings' | 'get' | 'getMany' | 'breakGlass' | 'isAsked' | 'slotsOf' | 'ofApprover' | 'openOf' | 'approve' | 'deny'
  >;
  readonly absences: Pick<Absences, 'declare' | 'end' | 'get' | 'isFounded' | 'list' | 'ofDeputy'>;
  readonly standing: Pick<StandingApprovals, 'end' | 'endGivenWith' | 'give' | 'ofAccount'>;
  readonly transactions: Pick<TransactionRegistry, 'get'>;
  readonly live: LiveApprovals;
  readonly clock: Pick<Clock, 'now'>;
};
