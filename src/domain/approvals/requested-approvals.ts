import type { MasterKey } from '../platform/crypto/master-key.ts';
import type { Clock } from '../ports/clock.ts';
import type { Identifiers } from '../ports/identifiers.ts';
import { type Approval, stateAt } from './approval.ts';
import { approvalRefusal } from './approval-refusals.ts';
import { type ApprovalStore, aboutApproval, closedApproval, notThere } from './approval-store.ts';

type By = { readonly server: string; readonly request: string };

/**
 * Completes approvals that a resource server requested: a permit uses them up, or the resource server withdraws them.
 */
export interface RequestedApprovals {
  /** Whether the call of this name used up the approval. */
  isUsedBy(approval: Approval, call: string | undefined): boolean;
  /**
   * Uses up the approval for its one permit. Exactly one of several concurrent callers gets it. The same `call` again
   * is that caller, for example after an answer was lost. Throws 'not_found' for a resource server that did not request
   * the approval, and 'conflict' when it is used or no longer valid.
   */
  spend(id: string, by: By & { readonly call?: string | undefined; readonly decision: string }): Promise<Approval>;
  /**
   * Withdraws an approval that its resource server no longer needs. Throws 'not_found', and 'conflict' when it is
   * decided or has ended.
   */
  withdraw(id: string, by: By): Promise<Approval>;
}

export const requestedApprovals = ({
  states: { settle },
  clock,
  identifiers,
  masterKey,
}: {
  readonly states: Pick<ApprovalStore, 'settle'>;
  readonly clock: Clock;
  readonly identifiers: Pick<Identifiers, 'newSecret'>;
  readonly masterKey: Pick<MasterKey, 'digests'>;
}): RequestedApprovals => {
  const checkAsker = ({ requested }: Approval, server: string): void => {
    if (requested?.by !== server) throw notThere();
  };
  const namesOf = (id: string, call: string): readonly string[] => masterKey.digests('approval-use', id, call);

  return {
    isUsedBy: ({ id, use }, call): boolean =>
      use !== undefined && call !== undefined && namesOf(id, call).includes(use.key),

    async spend(id, { server, request, call, decision }): Promise<Approval> {
      // Calls without a name are always different calls.
      const names = namesOf(id, call ?? identifiers.newSecret());
      return settle(id, async (current) => {
        checkAsker(current, server);
        if (current.use && names.includes(current.use.key)) return undefined;
        if (stateAt(current, clock.now()) !== 'approved') {
          throw approvalRefusal('approval_over');
        }
        const now = clock.now();
        const about = aboutApproval(current);
        return {
          next: { ...current, state: 'redeemed', redeemedAt: now, use: { key: String(names[0]), at: now } },
          event: {
            ...about,
            type: 'approval.used',
            outcome: 'done',
            caller: server,
            request,
            decision,
            inputs: { ...about.inputs, channel: current.channel },
          },
        };
      });
    },

    async withdraw(id, { server, request }): Promise<Approval> {
      return settle(id, async (current) => {
        checkAsker(current, server);
        const state = stateAt(current, clock.now());
        if (state !== 'pending') throw approvalRefusal('approval_not_open', { params: { state } });
        return {
          next: closedApproval(current, { state: 'cancelled', decidedAt: clock.now(), decidedBy: server }),
          event: { ...aboutApproval(current), type: 'approval.cancelled', outcome: 'done', caller: server, request },
        };
      });
    },
  };
};
