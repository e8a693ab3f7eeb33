import type { AuditLog } from '../audit/audit-event.ts';
import type { Clock } from '../ports/clock.ts';
import { update, type Versioned } from '../ports/document-store.ts';
import { type Approval, MOST_ASKED } from './approval.ts';
import { type ApprovalStore, aboutApproval } from './approval-store.ts';
import type { EffectiveVotes } from './effective-votes.ts';

const AT_A_TIME = 100;
/** Seconds after which another process may take over the notification from a process that died. */
const LOCK_SECONDS = 30;

/**
 * Notifies further approvers. They may decide from the second that the approval names, whether or not this runs
 * (approvers.ts). Exactly one node takes each approval, by a swap that sets how long it holds it, and appends the
 * event. Returns how many approvals it handled.
 */
export const escalations = ({
  states: { approvals, isOpen, isKilled, changed },
  asked,
  clock,
  audit,
}: {
  readonly states: ApprovalStore;
  readonly asked: EffectiveVotes['asked'];
  readonly clock: Clock;
  readonly audit: AuditLog;
}) => {
  /** Clears `escalateAt`: no notification is left. */
  const done = (id: string, due: number): Promise<unknown> =>
    update(approvals, id, ({ escalateAt, ...rest }) => (escalateAt === due ? rest : undefined));

  const tell = async ({ document, version }: Versioned<Approval>): Promise<boolean> => {
    const { id, approvers, escalation, escalateAt = 0 } = document;
    if (!escalation || !isOpen(document) || (await isKilled(document))) {
      await done(id, escalateAt);
      return false;
    }
    // The next process notifies exactly the people that a process that died had found.
    const added = escalation.added ?? (await asked(document)).filter((one) => !approvers.includes(one));
    const all = [...new Set([...approvers, ...added])].slice(0, MOST_ASKED);
    const due = clock.now() + LOCK_SECONDS;
    const taken: Approval = {
      ...document,
      approvers: all,
      escalation: { ...escalation, added: added.filter((one) => all.includes(one)) },
      escalateAt: due,
    };
    // Another node, or a decision, was first. If a notification is still due, the next run finds it.
    if (!(await approvals.replace(taken, version))) return false;
    await audit.append({
      ...aboutApproval(document),
      type: 'approval.escalated',
      outcome: 'done',
      caller: 'system',
      inputs: {
        digest: document.digest,
        after: escalation.at - document.createdAt,
        names: escalation.names,
        added: taken.escalation?.added ?? [],
        expiresAt: document.expiresAt,
      },
    });
    changed(taken);
    await done(id, due);
    return true;
  };

  return async (): Promise<number> => {
    const due = await approvals.find({
      range: { field: 'escalateAt', lte: clock.now() },
      order: { by: 'escalateAt', direction: 'ascending' },
      limit: AT_A_TIME,
    });
    let told = 0;
    for (const one of due) if (await tell(one)) told += 1;
    return told;
  };
};
