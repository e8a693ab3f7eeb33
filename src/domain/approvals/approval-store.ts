import type { AuditEvent, AuditLog } from '../audit/audit-event.ts';
import { revocation as overStore } from '../authority/revocation/revocation.ts';
import type { Clock } from '../ports/clock.ts';
import {
  type Collection,
  type DocumentStore,
  isStoreUnavailable,
  LOST,
  retryLost,
  tryInsert,
  type Versioned,
} from '../ports/document-store.ts';
import type { Revocation } from '../ports/revocation.ts';
import { actorsOf } from '../vocabulary/actor-chain.ts';
import type { DomainError } from '../vocabulary/errors.ts';
import { APPROVALS, type Approval, stateAt } from './approval.ts';
import { approvalRefusal } from './approval-refusals.ts';
import { txnOf } from './transaction-of-approval.ts';

/** Called with an approval after a change of its state. Must not throw. */
export type ApprovalChange = (approval: Approval) => void;

/** Attempts to store an approval while the outcome of storing it is unknown. */
const STORING = 3;
/** Approvals of unknown state that a process remembers; any beyond that number stay open in the audit log. */
const MOST_UNKNOWN = 1000;

/** Members that every event about an approval carries. */
export const aboutApproval = (approval: Approval): Partial<AuditEvent> => {
  const { id, action, digest } = approval;
  const txn = txnOf(approval);
  return {
    target: { kind: 'approval', id },
    ...(txn === undefined ? {} : { txn }),
    subject: action.subject,
    agent: action.agent,
    chain: action.chain,
    resource: action.resource,
    scopeAsked: action.scope,
    inputs: { digest },
  };
};

/** A decided approval: its slot among the open ones is free, and no further approver is to be asked. */
export const closedApproval = ({ escalateAt: _, ...approval }: Approval, more: Partial<Approval>): Approval => ({
  ...approval,
  ...more,
  open: approval.id,
  slot: approval.id,
});

export type ApprovalStoreDeps = {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly audit: AuditLog;
  /** Revocation check that includes the kills this process has latched. Default: the kills in the store. */
  readonly revocation?: Pick<Revocation, 'ended'>;
  readonly onChange?: ApprovalChange | undefined;
};

/** The collection of approvals. An approval changes by compare-and-swap, after its event. */
export interface ApprovalStore {
  /** The stored approvals. */
  readonly approvals: Collection<Approval>;
  /** Notifies listeners of a change that was not made by `settle`. */
  readonly changed: ApprovalChange;
  /**
   * Stores a new approval after its event is in the audit log. Returns false where another request holds its slot.
   * Throws StoreUnavailable where it is unknown whether the approval is stored; `settleUnknown` finds out.
   */
  store(approval: Approval): Promise<boolean>;
  /**
   * Settles each approval whose storing had an unknown outcome. Either it is stored, or it never will be, which an
   * event records. In the second case a closed document takes the id, so that a delayed write fails. Returns how many
   * were settled.
   */
  settleUnknown(): Promise<number>;
  /** Frees the slots of an expired approval. Expiry by time has no event of its own. */
  vacate(found: Versioned<Approval>): Promise<boolean>;
  /** Whether people can decide on it now. */
  isOpen(approval: Approval): boolean;
  /** Whether an agent of the chain has changed owner since the approval was requested. */
  isFromOtherHands(approval: Pick<Approval, 'action' | 'ownership' | 'createdAt'>): Promise<boolean>;
  /**
   * Whether a kill came since the approval was requested or since a vote, even one that was lifted. Also true when an
   * agent of the chain has changed owner since the request.
   */
  isKilled(approval: Approval): Promise<boolean>;
  /**
   * Reads, lets `change` create the next state with its event, and writes. Reads again when another writer was faster.
   * `change` throws to refuse.
   */
  settle(
    id: string,
    change: (approval: Approval) => Promise<{ readonly next: Approval; readonly event: AuditEvent } | undefined>,
  ): Promise<Approval>;
}

export const approvalStore = ({
  documents,
  clock,
  audit,
  revocation = overStore({ documents }),
  onChange = () => undefined,
}: ApprovalStoreDeps): ApprovalStore => {
  const approvals = documents.collection<Approval>(APPROVALS);
  const unknown = new Map<string, Approval>();

  /** Stores the document. Returns whether it is stored now. Storing the same document again has the same result. */
  const isStored = async (approval: Approval): Promise<boolean> =>
    (await tryInsert(approvals, approval)) || (await approvals.get(approval.id)) !== undefined;

  const lapse = async (approval: Approval): Promise<void> => {
    const event = { ...aboutApproval(approval), type: 'approval.lapsed', caller: 'system' } as const;
    await audit.append({ ...event, outcome: 'done', note: 'it was asked for and never stored' });
    const closed = closedApproval(approval, { state: 'cancelled', decidedAt: clock.now(), decidedBy: 'system' });
    if (await tryInsert(approvals, closed)) return;
    await audit.append({ ...event, outcome: 'refused', note: 'came to nothing: it was stored after all' });
  };

  return {
    approvals,
    changed: onChange,

    async store(approval): Promise<boolean> {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await isStored(approval);
        } catch (error) {
          if (!isStoreUnavailable(error)) throw error;
          if (attempt < STORING) continue;
          if (unknown.size < MOST_UNKNOWN) unknown.set(approval.id, approval);
          throw error;
        }
      }
    },

    async settleUnknown(): Promise<number> {
      let settled = 0;
      for (const [id, approval] of unknown) {
        if ((await approvals.get(id)) === undefined) await lapse(approval);
        unknown.delete(id);
        settled += 1;
      }
      return settled;
    },

    vacate: (found): Promise<boolean> => approvals.replace(closedApproval(found.document, {}), found.version),

    isOpen: (approval): boolean => stateAt(approval, clock.now()) === 'pending',

    isFromOtherHands: async ({ action, ownership = 0, createdAt: consentedAt }): Promise<boolean> =>
      (await revocation.ended([{ parties: actorsOf(action.chain), ownership, consentedAt }])) === 'handed_over',

    async isKilled({ action, createdAt, votes, breakGlass, ownership = 0 }): Promise<boolean> {
      const parties = actorsOf(action.chain);
      const asked = { subject: action.subject, parties, since: createdAt, ownership, consentedAt: createdAt };
      const agreed = [...votes, ...(breakGlass?.votes ?? [])].map(({ account, at }) => ({
        subject: account,
        since: at,
      }));
      return (await revocation.ended([asked, ...agreed])) !== undefined;
    },

    settle: (id, change): Promise<Approval> =>
      retryLost(id, async () => {
        const found = await approvals.get(id);
        if (!found) throw notThere();
        const step = await change(found.document);
        if (!step) return found.document;
        await audit.append(step.event);
        if (await approvals.replace(step.next, found.version)) {
          onChange(step.next);
          return step.next;
        }
        await audit.append({
          ...step.event,
          outcome: 'refused',
          note: 'came to nothing: something else was decided first',
        });
        return LOST;
      }),
  };
};

export const notThere = (): DomainError => approvalRefusal('approval_not_found');
