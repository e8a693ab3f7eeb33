/** Limits what one agent, and the agents of one owner, may ask of one person (AP-05). */

import type { AuditLog } from '../audit/audit-event.ts';
import type { MasterKey } from '../platform/crypto/master-key.ts';
import type { Clock } from '../ports/clock.ts';
import type { EphemeralStore } from '../ports/ephemeral-store.ts';
import type { DomainError } from '../vocabulary/errors.ts';
import type { Action } from './action.ts';
import type { Approval } from './approval.ts';
import type { ApprovalDraft, ApprovalSettings } from './approval-draft.ts';
import { approvalRefusal } from './approval-refusals.ts';
import { type ApprovalStore, aboutApproval } from './approval-store.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;
/** Denials in a day after which an agent may not ask this person again for a day. */
const DENIALS = 3;
/** Approvals read for one person. Any beyond the limit of open ones have ended. */
const LOOKED_AT = 500;

export type ApprovalLimitsDeps = {
  readonly states: Pick<ApprovalStore, 'approvals' | 'vacate' | 'isOpen'>;
  readonly ephemeral: EphemeralStore;
  readonly clock: Clock;
  readonly masterKey: MasterKey;
  readonly audit: AuditLog;
  readonly settings: ApprovalSettings;
};

/** Limits of open and of new approvals. */
export interface ApprovalLimits {
  /**
   * Counts a new approval. Throws 'too_many_requests' for too many in an hour. After three denials in a day it throws
   * for a day.
   */
  checkFlood(wanted: ApprovalDraft): Promise<void>;
  /**
   * A free slot for an approval that people decide. A slot held by an expired approval counts as free. Throws
   * 'too_many_requests' when all are taken, or when an approver has the maximum open.
   */
  openSlot(wanted: Pick<ApprovalDraft, 'action' | 'approvers' | 'owner'>): Promise<string>;
  /** Whether an approver has more open approvals from agents of one owner than the limit. */
  isTooMuch(wanted: Pick<ApprovalDraft, 'approvers' | 'owner'>, most: number): Promise<boolean>;
  /**
   * Checks that there is a slot for each of several approvals that an agent requests together. Throws
   * 'too_many_requests'.
   */
  checkPlaces(all: readonly ApprovalDraft[]): Promise<void>;
  /** Counts a person's denial. After three in a day the agent may not ask this person for a day. */
  noteDenial(approval: Approval, who: { readonly account: string; readonly request: string }): Promise<void>;
}

export const approvalLimits = ({
  states: { approvals, vacate, isOpen },
  ephemeral,
  clock,
  masterKey,
  audit,
  settings,
}: ApprovalLimitsDeps): ApprovalLimits => {
  /** Two keys during a rotation of the master key. All nodes write to the first; the other holds earlier records. */
  const pairKeys = (name: string, { agent, subject }: Pick<Action, 'agent' | 'subject'>): readonly string[] =>
    masterKey.ordered(`approval-${name}`, agent, subject).map((digest) => `approval-${name}:${digest}`);

  const pairKey = (name: string, pair: Pick<Action, 'agent' | 'subject'>): string => String(pairKeys(name, pair)[0]);

  const checkFlood = async ({ action, owner }: ApprovalDraft): Promise<void> => {
    for (const key of pairKeys('muted', action)) {
      if ((await ephemeral.get(key)) === undefined) continue;
      throw approvalRefusal('approval_requests_muted', { retryAfterSeconds: DAY });
    }
    // Many agents of one owner can flood a person as much as one agent.
    for (const [name, asking] of [
      ['hour', action.agent],
      ['owner-hour', owner],
    ] as const) {
      if ((await ephemeral.count(pairKey(name, { agent: asking, subject: action.subject }), HOUR)) > settings.perHour) {
        throw approvalRefusal('approval_requests_exceeded', { retryAfterSeconds: HOUR });
      }
    }
  };

  const slotsOf = ({ agent, subject }: Action): readonly string[] =>
    Array.from({ length: settings.mostOpen }, (_, place) => `${agent} ${subject} ${place}`);

  const freeSlot = async (action: Action): Promise<string | undefined> => {
    for (const slot of slotsOf(action)) {
      const [holder] = await approvals.find({ where: { slot }, limit: 1 });
      if (!holder) return slot;
      if (!isOpen(holder.document) && (await vacate(holder))) return slot;
    }
    return undefined;
  };

  /** How many open approvals one account has from agents of one owner. */
  const openBefore = async (account: string, owner: string): Promise<number> => {
    const newest = await approvals.find({
      where: { approvers: account, owner, state: 'pending' },
      range: { field: 'createdAt', gte: clock.now() - settings.ttlSeconds },
      order: { by: 'createdAt', direction: 'descending' },
      limit: LOOKED_AT,
    });
    return newest.filter(({ document }) => isOpen(document)).length;
  };

  const isTooMuch = async (
    { approvers, owner }: Pick<ApprovalDraft, 'approvers' | 'owner'>,
    most: number,
  ): Promise<boolean> => {
    const counts = await Promise.all(approvers.map((account) => openBefore(account, owner)));
    return counts.some((count) => count > most);
  };

  const openSlot: ApprovalLimits['openSlot'] = async (wanted) => {
    const slot = await freeSlot(wanted.action);
    if (slot === undefined) throw tooManyWith(settings);
    if (await isTooMuch(wanted, settings.mostOpenPerApprover - 1)) throw tooManyBefore(settings);
    return slot;
  };

  const freeSlots = async (action: Action): Promise<number> => {
    const held = await Promise.all(slotsOf(action).map((slot) => approvals.find({ where: { slot }, limit: 1 })));
    return held.filter(([holder]) => !holder || !isOpen(holder.document)).length;
  };

  const checkPlaces = async (all: readonly ApprovalDraft[]): Promise<void> => {
    for (const some of Map.groupBy(all, ({ action }) => `${action.agent} ${action.subject}`).values()) {
      const [first] = some;
      if (first && (await freeSlots(first.action)) < some.length) throw tooManyWith(settings);
    }
    for (const [owner, some] of Map.groupBy(all, (one) => one.owner)) {
      for (const account of new Set(some.flatMap(({ approvers }) => approvers))) {
        const more = some.filter(({ approvers }) => approvers.includes(account)).length;
        if ((await openBefore(account, owner)) + more > settings.mostOpenPerApprover) throw tooManyBefore(settings);
      }
    }
  };

  const noteDenial: ApprovalLimits['noteDenial'] = async (approval, who) => {
    // A denial by another approver does not keep the agent from asking the subject.
    if (who.account !== approval.subject && approval.approvers.length > 1) return;
    if ((await ephemeral.count(pairKey('denied', approval.action), DAY)) < DENIALS) return;
    await ephemeral.set(pairKey('muted', approval.action), '1', DAY);
    await audit.append({
      ...aboutApproval(approval),
      type: 'approval.muted',
      outcome: 'done',
      caller: who.account,
      request: who.request,
    });
  };

  return { checkFlood, openSlot, isTooMuch, checkPlaces, noteDenial };
};

const tooManyWith = ({ ttlSeconds }: ApprovalSettings): DomainError =>
  approvalRefusal('open_approvals_of_agent_exceeded', { retryAfterSeconds: ttlSeconds });

export const tooManyBefore = ({ ttlSeconds }: ApprovalSettings): DomainError =>
  approvalRefusal('open_approvals_of_owner_exceeded', { retryAfterSeconds: ttlSeconds });
