import type { MasterKey } from '../platform/crypto/master-key.ts';
import type { Clock } from '../ports/clock.ts';
import type { Identifiers } from '../ports/identifiers.ts';
import { DomainError } from '../vocabulary/errors.ts';
import { type Approval, stateAt } from './approval.ts';
import { type ApprovalRows, aboutApproval, closedApproval, notThere } from './approval-store.ts';

type By = { readonly server: string; readonly request: string };

/** What becomes of an approval that a resource server asked for: used up by a yes to it, or taken back by it. */
export const requestedApprovals = ({
  rows: { settle },
  clock,
  identifiers,
  masterKey,
}: {
  readonly rows: Pick<ApprovalRows, 'settle'>;
  readonly clock: Clock;
  readonly identifiers: Pick<Identifiers, 'newSecret'>;
  readonly masterKey: Pick<MasterKey, 'digests'>;
}) => {
  const checkAsker = ({ requested }: Approval, server: string): void => {
    if (requested?.by !== server) throw notThere();
  };
  const namesOf = (id: string, call: string): readonly string[] => masterKey.digests('approval-use', id, call);

  return {
    /** Whether it was used up by the call of this name. */
    isUsedBy: ({ id, use }: Approval, call: string | undefined): boolean =>
      use !== undefined && call !== undefined && namesOf(id, call).includes(use.key),

    /**
     * Uses it up for the one yes it is good for. Of all that ask at once exactly one gets it; the same `call` again is
     * that one, say after an answer was lost. Throws 'not_found' for whoever did not ask for it, and 'conflict' when it
     * is used, or good no more.
     */
    async spend(
      id: string,
      { server, request, call, decision }: By & { readonly call?: string | undefined; readonly decision: string },
    ): Promise<Approval> {
      // Without a name no call is the same one.
      const names = namesOf(id, call ?? identifiers.newSecret());
      return settle(id, async (current) => {
        checkAsker(current, server);
        if (current.use && names.includes(current.use.key)) return undefined;
        if (stateAt(current, clock.now()) !== 'approved') {
          throw new DomainError('conflict', 'This approval is good for nothing any more.');
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

    /** Whoever asked for it does not need it any more. Throws 'not_found', and 'conflict' when it is decided or over. */
    async withdraw(id: string, { server, request }: By): Promise<Approval> {
      return settle(id, async (current) => {
        checkAsker(current, server);
        const state = stateAt(current, clock.now());
        if (state !== 'pending') throw new DomainError('conflict', `This request is ${state}.`);
        return {
          next: closedApproval(current, { state: 'cancelled', decidedAt: clock.now(), decidedBy: server }),
          event: { ...aboutApproval(current), type: 'approval.cancelled', outcome: 'done', caller: server, request },
        };
      });
    },
  };
};
