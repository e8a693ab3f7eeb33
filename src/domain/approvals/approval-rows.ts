import type { AuditEvent, AuditTrail } from '../audit/audit-event.ts';
import { actorsOf } from '../delegation/actor-chain.ts';
import { DomainError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import { type DocumentStore, StoreUnavailable, type Versioned } from '../ports/document-store.ts';
import { revocation as overStore, type Revocation } from '../revocation/revocation.ts';
import { APPROVALS, type Approval, stateAt } from './approval.ts';

/** Hears of an approval as it stands after a change. Must not throw. */
export type ApprovalChange = (approval: Approval) => void;

export type ApprovalRows = ReturnType<typeof approvalRows>;

const ATTEMPTS = 20;

/** What every event about an approval says. */
export const aboutApproval = ({ id, action, digest }: Approval): Partial<AuditEvent> => ({
  target: { kind: 'approval', id },
  subject: action.subject,
  agent: action.agent,
  chain: action.chain,
  resource: action.resource,
  scopeAsked: action.scope,
  inputs: { digest },
});

/** A decided one: it holds no place among the open ones any more. */
export const closedApproval = (approval: Approval, more: Partial<Approval>): Approval => ({
  ...approval,
  ...more,
  open: approval.id,
  slot: approval.id,
});

/** The documents, and how one of them changes: by compare-and-swap, after its event. */
export const approvalRows = ({
  documents,
  clock,
  audit,
  revocation = overStore({ documents }),
  onChange = () => undefined,
}: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly audit: AuditTrail;
  /** With what the process has latched. Default: what stands in the store. */
  readonly revocation?: Pick<Revocation, 'ended'>;
  readonly onChange?: ApprovalChange | undefined;
}) => {
  const rows = documents.collection<Approval>(APPROVALS);

  return {
    rows,
    changed: onChange,

    /** Frees what an expired one holds; its time being over is no event of its own. */
    vacate: (found: Versioned<Approval>): Promise<boolean> =>
      rows.replace(closedApproval(found.document, {}), found.version),

    isOpen: (approval: Approval): boolean => stateAt(approval, clock.now()) === 'pending',

    /** Whether a kill has come since it was asked, or since somebody agreed: also one that was lifted. */
    async isKilled({ action, createdAt, votes }: Approval): Promise<boolean> {
      const asked = { subject: action.subject, parties: actorsOf(action.chain), since: createdAt };
      const agreed = votes.map(({ account, at }) => ({ subject: account, since: at }));
      return (await revocation.ended([asked, ...agreed])) !== undefined;
    },

    /**
     * Reads, lets `change` make the next state with its event, writes; again from a fresh read when another writer came
     * between. `change` throws to refuse.
     */
    async settle(
      id: string,
      change: (approval: Approval) => Promise<{ readonly next: Approval; readonly event: AuditEvent } | undefined>,
    ): Promise<Approval> {
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        const found = await rows.get(id);
        if (!found) throw notThere();
        const step = await change(found.document);
        if (!step) return found.document;
        await audit.append(step.event);
        if (await rows.replace(step.next, found.version)) {
          onChange(step.next);
          return step.next;
        }
        await audit.append({
          ...step.event,
          outcome: 'refused',
          note: 'came to nothing: something else was decided first',
        });
      }
      throw new StoreUnavailable(`gave up on ${id} after ${ATTEMPTS} lost swaps`);
    },
  };
};

export const notThere = (): DomainError => new DomainError('not_found', 'There is no such request.');
