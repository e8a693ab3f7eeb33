import type { AuditLog } from '../audit/audit-event.ts';
import { ownershipMember } from '../clients/agents/ownership.ts';
import type { Account } from '../identity/accounts/account.ts';
import type { Clock } from '../ports/clock.ts';
import {
  type Cursor,
  type DocumentStore,
  LOST,
  retryLost,
  tryInsert,
  type Versioned,
} from '../ports/document-store.ts';
import type { Identifiers } from '../ports/identifiers.ts';
import type { Revocation } from '../ports/revocation.ts';
import { actorsOf } from '../vocabulary/actor-chain.ts';
import { satisfiesAcr } from '../vocabulary/assurance.ts';
import type { DetailType } from '../vocabulary/detail-type.ts';
import { fieldRefusal } from '../vocabulary/field-refusals.ts';
import type { Action } from './action.ts';
import type { Approval } from './approval.ts';
import { approvalRefusal } from './approval-refusals.ts';
import {
  AFTER_SECONDS,
  forgetStandingAt,
  hasMore,
  hasRoom,
  likenessOf,
  type Remembered,
  STANDING_APPROVALS,
  type StandingApproval,
  type Worth,
  worthOf,
} from './standing-approval.ts';
import { aboutStanding, type StandingApprovalEnds, standingApprovalEnds } from './standing-approval-ends.ts';

const MOST_USES = 100;
const MOST_SECONDS = 30 * 86_400;

/** Standing approvals of one likeness that are examined. */
const LOOKED_AT = 20;
const PAGE = 200;
/**
 * Maximum number of standing approvals of one account that are read, among those that may be active. A person gives
 * fewer within `MOST_SECONDS`.
 */
const MOST_OF_ACCOUNT = 2000;

/** An action, and who may approve it. */
type Like = {
  readonly action: Action;
  readonly approvers: readonly string[];
  readonly types: readonly DetailType[];
  /** Required class of sign-in. */
  readonly acr?: string | undefined;
};

type Person = Pick<Account, 'state' | 'sessionsValidFrom' | 'tokensValidFrom'>;

/**
 * Standing approvals. Each is given with an approval, counted with each use, and ended by the person who gave it. It is
 * valid under the conditions of a vote (effective-votes.ts). It lasts no longer than the sessions in which it may have
 * been given, since an intruder in the account may have given it. A kill ends it for good, even a kill that was lifted.
 */
export interface StandingApprovals extends StandingApprovalEnds {
  /**
   * Gives a standing approval together with an approval that was just made. Throws DomainError 'invalid_field' naming
   * the member. Throws 'forbidden' for actions that people approve each time:
   * - actions of critical risk;
   * - actions that need several approvers;
   * - actions of a type with an amount that state none.
   */
  give(
    account: string,
    approval: Approval,
    remembered: Remembered,
    types: readonly DetailType[],
    request: string,
  ): Promise<StandingApproval>;
  /** Whether a standing approval covers such an action now, so that no approver would be asked. Counts no use. */
  covers(like: Like): Promise<boolean>;
  /**
   * Counts one use for an action, if one of `approvers` gave a standing approval for it that has room. Concurrent
   * callers together never exceed the limits. Appends an event for each use.
   */
  take(like: Like, request: string): Promise<StandingApproval | undefined>;
  /** Active standing approvals of an account, newest first. */
  ofAccount(account: string): Promise<readonly StandingApproval[]>;
}

export const standingApprovals = ({
  documents,
  clock,
  identifiers,
  audit,
  accounts,
  revocation,
  keptSeconds = 90 * 86_400,
}: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly audit: AuditLog;
  /** Accounts in their effective state. */
  readonly accounts: { get(id: string): Promise<{ readonly document: Person } | undefined> };
  readonly revocation: Pick<Revocation, 'ended'>;
  /** Seconds for which a standing approval is kept after its end, at least 600. Default: 90 days. */
  readonly keptSeconds?: number;
}): StandingApprovals => {
  const standingApprovals = documents.collection<StandingApproval>(STANDING_APPROVALS);

  /** Whether it is still valid: both accounts are active, and nothing has ended it since it was given. */
  const isFounded = async (standing: StandingApproval): Promise<boolean> => {
    const { account, subject, action, vote, ownership = 0 } = standing;
    const [giver, person] = await Promise.all([accounts.get(account), accounts.get(subject)]);
    if (giver?.document.state !== 'active' || person?.document.state !== 'active') return false;
    const { sessionsValidFrom, tokensValidFrom = 0 } = giver.document;
    const since = vote.at;
    if (since < sessionsValidFrom || since < tokensValidFrom) return false;
    if (since < (person.document.tokensValidFrom ?? 0)) return false;
    const parts = [
      { subject, parties: actorsOf(action.chain), since, ownership, consentedAt: since },
      { subject: account, since },
    ];
    return (await revocation.ended(parts)) === undefined;
  };

  /** The first valid standing approval among those that have room. */
  const firstFounded = async (
    all: readonly Versioned<StandingApproval>[],
  ): Promise<Versioned<StandingApproval> | undefined> => {
    for (const one of all) if (await isFounded(one.document)) return one;
    return undefined;
  };

  const covering = async (like: Like): Promise<Versioned<StandingApproval> | undefined> => {
    const { action, approvers, types, acr } = like;
    const worth = worthOf(action, types);
    const now = clock.now();
    const counts = ({ account, vote }: StandingApproval): boolean =>
      approvers.includes(account) && (acr === undefined || satisfiesAcr(vote.assurance.acr, acr));
    const page = await standingApprovals.find({
      where: { likeness: likenessOf(action, types) },
      order: { by: 'createdAt', direction: 'descending' },
      limit: LOOKED_AT,
    });
    return firstFounded(page.filter(({ document }) => hasRoom(document, worth, now) && counts(document)));
  };

  return {
    ...standingApprovalEnds({ standingApprovals, clock, audit, revocation }),

    async give(account, approval, remembered, types, request): Promise<StandingApproval> {
      const { uses, seconds, sum } = remembered;
      const vote = approval.votes.find((one) => one.account === account);
      if (!vote || !isRememberable(approval, account, types, clock.now())) {
        throw approvalRefusal('standing_approval_forbidden');
      }
      if (!isWithin(uses, MOST_USES)) {
        throw fieldRefusal('number_out_of_range', { field: '/uses', params: { least: 1, most: MOST_USES } });
      }
      if (!isWithin(seconds, MOST_SECONDS)) {
        throw fieldRefusal('number_out_of_range', { field: '/seconds', params: { least: 1, most: MOST_SECONDS } });
      }
      const { isCounted } = worthOf(approval.action, types);
      if (isCounted ? sum === undefined || !isWithin(sum, Number.MAX_SAFE_INTEGER) : sum !== undefined) {
        throw approvalRefusal(isCounted ? 'sum_not_positive' : 'sum_not_applicable', { field: '/sum' });
      }
      const now = clock.now();
      const standing: StandingApproval = {
        id: identifiers.newId('sap'),
        account: vote.account,
        agent: approval.agent,
        subject: approval.subject,
        resource: approval.resource,
        action: approval.action,
        ...ownershipMember(approval.ownership ?? 0),
        likeness: likenessOf(approval.action, types),
        approval: approval.id,
        vote,
        mostUses: uses,
        uses: 0,
        ...(sum === undefined ? {} : { mostSum: sum }),
        sum: 0,
        state: 'active',
        createdAt: now,
        expiresAt: now + seconds,
        forgetAt: forgetStandingAt(now + seconds, keptSeconds),
      };
      await audit.append({
        ...aboutStanding(standing),
        type: 'standing_approval.given',
        outcome: 'done',
        request,
        inputs: { approval: approval.id, uses, sum: sum ?? null, expiresAt: standing.expiresAt },
      });
      if (!(await tryInsert(standingApprovals, standing))) throw approvalRefusal('standing_approval_exists');
      return standing;
    },

    covers: async (like): Promise<boolean> => (await covering(like)) !== undefined,

    async take(like, request): Promise<StandingApproval | undefined> {
      const worth = worthOf(like.action, like.types);
      const amount = worth.isCounted ? worth.amount : undefined;
      return retryLost('a standing approval', async () => {
        const found = await covering(like);
        if (!found) return undefined;
        const { document, version } = found;
        const next = { ...document, uses: document.uses + 1, sum: document.sum + (amount ?? 0) };
        const event = {
          ...aboutStanding(next),
          type: 'standing_approval.used',
          request,
          inputs: { uses: next.uses, mostUses: next.mostUses, amount: amount ?? null, sum: next.sum },
        } as const;
        await audit.append({ ...event, outcome: 'done' });
        if (await standingApprovals.replace(next, version)) return next;
        await audit.append({ ...event, outcome: 'refused', note: 'came to nothing: another use was first' });
        return LOST;
      });
    },

    async ofAccount(account): Promise<readonly StandingApproval[]> {
      const now = clock.now();
      const mine: StandingApproval[] = [];
      let after: Cursor | undefined;
      for (let read = 0; read < MOST_OF_ACCOUNT; read += PAGE) {
        const page = await standingApprovals.find({
          where: { account },
          // Older ones have expired: `MOST_SECONDS` is the longest lifetime.
          range: { field: 'createdAt', gte: now - MOST_SECONDS },
          order: { by: 'createdAt', direction: 'descending' },
          ...(after ? { after } : {}),
          limit: PAGE,
        });
        const all = page.map(({ document }) => document).filter((one) => hasMore(one, now));
        const isCounting = await Promise.all(all.map(isFounded));
        mine.push(...all.filter((_, index) => isCounting[index]));
        const last = page.at(-1)?.document;
        if (page.length < PAGE || !last) break;
        after = { value: last.createdAt, id: last.id };
      }
      return mine;
    },
  };
};

/** Whether the account that approved it can also give a standing approval. */
export const isRememberable = (
  { risk, requires, state, votes, standing, action }: Approval,
  account: string,
  types: readonly DetailType[],
  now: number,
): boolean =>
  isTold(worthOf(action, types)) &&
  risk !== 'critical' &&
  requires.quorum === 1 &&
  standing === undefined &&
  (state === 'approved' || state === 'redeemed') &&
  // A deputy cannot give a standing approval.
  votes.some((vote) => vote.account === account && vote.for === undefined && now - vote.at <= AFTER_SECONDS);

/** Without a stated amount, no limit can apply to an action of a type with an amount. */
const isTold = (worth: Worth): boolean => !worth.isCounted || worth.amount !== undefined;

const isWithin = (value: number, most: number): boolean => Number.isSafeInteger(value) && value >= 1 && value <= most;
