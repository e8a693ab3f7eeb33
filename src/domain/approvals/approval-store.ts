import type { AuditEvent, AuditLog } from '../audit/audit-event.ts';
import { revocation as overStore } from '../authority/revocation/revocation.ts';
import type { Clock } from '../ports/clock.ts';
import {
  type DocumentStore,
  isDocumentConflict,
  isStoreUnavailable,
  StoreUnavailable,
  type Versioned,
} from '../ports/document-store.ts';
import type { Revocation } from '../ports/revocation.ts';
import { actorsOf } from '../vocabulary/actor-chain.ts';
import { DomainError } from '../vocabulary/errors.ts';
import { APPROVALS, type Approval, stateAt } from './approval.ts';

/** Hears of an approval as it stands after a change. Must not throw. */
export type ApprovalChange = (approval: Approval) => void;

export type ApprovalRows = ReturnType<typeof approvalRows>;

const ATTEMPTS = 20;
/** Tries to store one of which it is not known whether it is stored. */
const STORING = 3;
/** Of unknown ones that a process remembers; those before them stay open in the audit log. */
const MOST_UNKNOWN = 1000;

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

/** A decided one: it holds no place among the open ones any more, and nobody else is to be asked. */
export const closedApproval = ({ escalateAt: _, ...approval }: Approval, more: Partial<Approval>): Approval => ({
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
  readonly audit: AuditLog;
  /** With what the process has latched. Default: what stands in the store. */
  readonly revocation?: Pick<Revocation, 'ended'>;
  readonly onChange?: ApprovalChange | undefined;
}) => {
  const rows = documents.collection<Approval>(APPROVALS);
  const unknown = new Map<string, Approval>();

  /** Whether it is stored now; the same document again comes to the same. */
  const isStored = async (approval: Approval): Promise<boolean> => {
    try {
      await rows.insert(approval);
      return true;
    } catch (error) {
      if (!isDocumentConflict(error)) throw error;
      return (await rows.get(approval.id)) !== undefined;
    }
  };

  const lapse = async (approval: Approval): Promise<void> => {
    const event = { ...aboutApproval(approval), type: 'approval.lapsed', caller: 'system' } as const;
    await audit.append({ ...event, outcome: 'done', note: 'it was asked for and never stored' });
    try {
      await rows.insert(closedApproval(approval, { state: 'cancelled', decidedAt: clock.now(), decidedBy: 'system' }));
    } catch (error) {
      if (!isDocumentConflict(error)) throw error;
      await audit.append({ ...event, outcome: 'refused', note: 'came to nothing: it was stored after all' });
    }
  };

  return {
    rows,
    changed: onChange,

    /**
     * Stores a new one, for which its event is in the trail: false where another question holds its place. Throws
     * StoreUnavailable where nobody can tell whether it is stored; `settleUnknown` finds out.
     */
    async store(approval: Approval): Promise<boolean> {
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

    /**
     * Of each whose storing came to no answer: it stands, or it never will, which is recorded. A closed one takes its
     * id, so that a write that is still on its way finds it taken. Answers how many were settled.
     */
    async settleUnknown(): Promise<number> {
      let settled = 0;
      for (const [id, approval] of unknown) {
        if ((await rows.get(id)) === undefined) await lapse(approval);
        unknown.delete(id);
        settled += 1;
      }
      return settled;
    },

    /** Frees what an expired one holds; its time being over is no event of its own. */
    vacate: (found: Versioned<Approval>): Promise<boolean> =>
      rows.replace(closedApproval(found.document, {}), found.version),

    isOpen: (approval: Approval): boolean => stateAt(approval, clock.now()) === 'pending',

    /** Whether an agent of the chain has changed hands since it was asked. */
    isFromOtherHands: async ({
      action,
      ownership = 0,
      createdAt: consentedAt,
    }: Pick<Approval, 'action' | 'ownership' | 'createdAt'>): Promise<boolean> =>
      (await revocation.ended([{ parties: actorsOf(action.chain), ownership, consentedAt }])) === 'handed_over',

    /**
     * Whether a kill has come since it was asked, or since somebody agreed: also one that was lifted. Or an agent of the
     * chain has changed hands since it was asked.
     */
    async isKilled({ action, createdAt, votes, breakGlass, ownership = 0 }: Approval): Promise<boolean> {
      const parties = actorsOf(action.chain);
      const asked = { subject: action.subject, parties, since: createdAt, ownership, consentedAt: createdAt };
      const agreed = [...votes, ...(breakGlass?.votes ?? [])].map(({ account, at }) => ({
        subject: account,
        since: at,
      }));
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
