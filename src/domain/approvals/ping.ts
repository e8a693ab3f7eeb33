import type { TrustedPost } from '../ports/trusted-fetch.ts';
import { type Approval, stateAt } from './approval.ts';
import type { ApprovalService } from './approval-service.ts';

/** Pauses between attempts, in milliseconds. The agent may poll even if every attempt fails. */
const AGAIN_AFTER = [500, 2000, 8000];
const TIMEOUT_MILLISECONDS = 2500;

/** Outcome of a ping, for the log. */
type PingOutcome = 'told' | 'failed';

/**
 * Notifies an agent of a decision as soon as it is stored (CIBA Core §10.2). The message says no more: the agent
 * fetches the answer with its own proof. Repeats a failed ping three times. Never throws, and callers do not wait for
 * it.
 */
export const approvalPings = ({
  service,
  post,
  onOutcome,
  wait,
}: {
  readonly service: Pick<ApprovalService, 'authReqIdOf' | 'pingOf'>;
  readonly post: TrustedPost['post'];
  readonly onOutcome: (outcome: PingOutcome, approval: Approval, error?: unknown) => void;
  readonly wait: (milliseconds: number) => Promise<void>;
}) => {
  const tell = async (approval: Approval): Promise<void> => {
    const ping = service.pingOf(approval);
    const authReqId = service.authReqIdOf(approval);
    if (!ping || authReqId === undefined) return;
    for (const pause of [...AGAIN_AFTER, undefined]) {
      try {
        await post({
          url: ping.endpoint,
          purpose: 'approval_ping',
          internal: ping.isByOperator ? 'approvalPings' : undefined,
          body: JSON.stringify({ auth_req_id: authReqId }),
          authorization: `Bearer ${ping.token}`,
          timeoutMilliseconds: TIMEOUT_MILLISECONDS,
        });
        return onOutcome('told', approval);
      } catch (error) {
        if (pause === undefined) return onOutcome('failed', approval, error);
        await wait(pause);
      }
    }
  };

  /** Call it with each change of an approval. */
  return (approval: Approval, now: number): void => {
    const state = stateAt(approval, now);
    if (approval.ping && approval.review !== 'closed' && (state === 'approved' || state === 'denied'))
      void tell(approval);
  };
};
