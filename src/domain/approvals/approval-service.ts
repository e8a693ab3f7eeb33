import type { AuditEvent } from '../audit/audit-event.ts';
import { refusedDecision } from '../audit/refused-decision.ts';
import { openedOrNothing } from '../platform/crypto/master-key.ts';
import type { Cursor } from '../ports/document-store.ts';
import { DomainError, isDomainError } from '../vocabulary/errors.ts';
import { type Approval, isBreakGlass, MOST_ASKED, shownStateAt, slotOfVote, stateAt, type Vote } from './approval.ts';
import { approvalRefusal } from './approval-refusals.ts';
import {
  type ApprovalChange,
  type ApprovalStore,
  type ApprovalStoreDeps,
  aboutApproval,
  approvalStore,
  closedApproval,
  notThere,
} from './approval-store.ts';
import { type BreakGlassDeps, type BreakGlassService, newBreakGlassService } from './break-glass.ts';
import type { ApproverSlot, EffectiveVotes } from './effective-votes.ts';
import { escalations } from './escalations.ts';
import { type ForgettableApprovals, forgetting } from './forgetting.ts';
import {
  type ApprovalSettings,
  handlesOf,
  type OpenApprovals,
  type OpenApprovalsDeps,
  openApprovals,
  type Ping,
  redeemableUntil,
} from './open-approvals.ts';
import { type RequestedApprovals, requestedApprovals } from './requested-approvals.ts';
import { alreadyDecided, refuseVote } from './voting.ts';

export type { ApprovalChange };

/** Who decides, and how. */
export type Deciding = {
  readonly account: string;
  /**
   * Account for which the approver acts: their own, or that of a person whose deputy they are. Default: their own if it has
   * a slot.
   */
  readonly as?: string | undefined;
  /** Digest of what the person saw. */
  readonly seen: string;
  readonly request: string;
  readonly source?: string;
};

/** Who approves: their proof, and the absent person for whom they act. */
export type ApprovedBy = Deciding & Pick<Vote, 'assurance' | 'for'>;

const HOUR = 3600;
const WRONG_NUMBERS = 3;
const MOST_OPEN_SHOWN = 500;

/**
 * Requests, decides and uses up approvals. Every change is one compare-and-swap of one document, after its audit
 * event. Of concurrent approve, deny, cancel, expiry and redemption exactly one succeeds (AP-02). Throws
 * StoreUnavailable after 20 lost swaps.
 */
export interface ApprovalService
  extends Pick<OpenApprovals, 'ask' | 'checkRoom'>,
    Pick<EffectiveVotes, 'slotsOf'>,
    Pick<ApprovalStore, 'isKilled' | 'settleUnknown'>,
    ForgettableApprovals {
  /** Limits and times. */
  readonly settings: ApprovalSettings;
  /** Two people approve in an emergency, without the approvers. */
  readonly breakGlass: BreakGlassService;
  /** Reads one approval. Undefined when there is none. */
  get(id: string): Promise<Approval | undefined>;
  /** Whether an account may see the approval: it was asked, or may decide now. */
  isAsked(approval: Approval, account: string): Promise<boolean>;
  /** Accounts to notify: those that were asked, and the deputies of those that are away. */
  toldOf(approval: Approval, asked?: readonly string[]): Promise<readonly string[]>;
  /** The approval of an `auth_req_id` of this client; undefined for that of another client (AP-04). */
  find(authReqId: string, client: string): Promise<Approval | undefined>;
  /** Approvals that one account may decide, open or not, newest first. */
  ofApprover(
    account: string,
    page?: { readonly after?: Cursor; readonly limit?: number },
  ): Promise<readonly Approval[]>;
  /** Approvals that wait for one account now, newest first, however many of its approvals are decided. At most 500. */
  openOf(account: string): Promise<readonly Approval[]>;
  /** Approvals that an agent requested, newest first; 50 at a time unless `page` says otherwise. */
  ofAgent(agent: string, page?: { readonly after?: Cursor; readonly limit?: number }): Promise<readonly Approval[]>;
  /** Approvals about an account, newest first; 50 at a time unless `page` says otherwise. */
  ofSubject(subject: string, page?: { readonly after?: Cursor; readonly limit?: number }): Promise<readonly Approval[]>;
  /** Newest first: all approvals, or those stored in one state. */
  list(query?: {
    readonly state?: Approval['state'];
    readonly after?: Cursor;
    readonly limit?: number;
  }): Promise<readonly Approval[]>;
  /**
   * Approvals that wait for people now, however many have ended. The one with the least time left first. At most
   * 1000.
   */
  waiting(limit: number): Promise<readonly Approval[]>;
  /**
   * One person approves. Throws:
   * - 'not_found' for an account that is not asked (WB-11);
   * - 'conflict' when the approval is decided or has ended;
   * - 'precondition_failed' when the person saw something else;
   * - 'insufficient_user_authentication' when the proof is too weak or too old;
   * - 'invalid_field' for a wrong number;
   * - 'forbidden' where policies deny it, which changes nothing.
   */
  approve(
    id: string,
    who: Deciding & { readonly assurance: Vote['assurance']; readonly number?: string | undefined },
  ): Promise<Approval>;
  /**
   * One person denies, which ends the approval. Also possible after approval, until its token is issued. Throws as
   * `approve` does.
   */
  deny(id: string, who: Deciding): Promise<Approval>;
  /** The agent no longer needs the approval. Returns what is stored; one that has ended stays as it is. */
  cancel(authReqId: string, client: string, request: string): Promise<Approval | undefined>;
  /**
   * Cancels approvals, open or approved, that an agent, or an agent below it in the chain, requested under a former
   * owner; at most `limit`. Returns how many. They have been invalid since the hand-over; this makes it visible.
   */
  cancelFormer(agent: string, by: string, limit: number): Promise<number>;
  /** Notifies further approvers where that is due. Returns how many approvals it handled, at most 100. */
  escalate(): Promise<number>;
  /** The votes on which the approval stands now; undefined when they are not enough any more (AP-21). */
  standingVotes(approval: Approval): Promise<readonly Vote[] | undefined>;
  /**
   * Uses up the approval for its one token. Returns true for exactly one caller, and only while it is approved. The
   * token's event, durable by then, records it.
   */
  redeem(id: string): Promise<boolean>;
  /**
   * Binds a token of the approval to the one call at the resource server for which it is valid. The same `key` is the
   * same call; any other call is refused. Throws 'not_found', and 'conflict' when another call used the approval.
   */
  use(
    id: string,
    call: {
      readonly server: { readonly id: string; readonly identifier: string };
      readonly key: string;
      readonly request: string;
    },
  ): Promise<{ readonly approval: Approval; readonly isFirst: boolean }>;
  /** Approvals that resource servers requested. */
  readonly requested: RequestedApprovals;
  /** The approvals found, in the order of `ids`; at most 1000 ids. */
  getMany(ids: readonly string[]): Promise<readonly Approval[]>;
  /** The approval behind an issued token; undefined when it is not redeemed. */
  standing(id: string): Promise<Approval | undefined>;
  /** Endpoint and token with which to notify a client that the decision has been made. */
  pingOf(approval: Approval): Ping | undefined;
  /** The `auth_req_id` of an approval. Undefined when neither master key opens it. */
  authReqIdOf(approval: Approval): string | undefined;
}

export const newApprovalService = (
  deps: Omit<OpenApprovalsDeps, 'approvals'> &
    ApprovalStoreDeps & {
      /** Who may decide now, and whose approval is valid now. */
      readonly votes: Pick<EffectiveVotes, 'asked' | 'deputiesOf' | 'of' | 'slotsOf'>;
      /**
       * Checks that policies permit the approval; returns members for its event. Throws 'forbidden', or
       * 'insufficient_user_authentication' where a stronger sign-in would be enough, with a denial.
       */
      readonly permits: (approval: Approval, who: ApprovedBy) => Promise<Partial<AuditEvent> | undefined>;
      /** Who may approve in an emergency. */
      readonly emergency: Pick<BreakGlassDeps, 'accounts' | 'chainOwners' | 'resolve'>;
    },
): ApprovalService => {
  const { clock, ephemeral, masterKey, votes, settings } = deps;
  const states = approvalStore(deps);
  const { approvals, settle, changed } = states;
  const open = openApprovals({ ...deps, approvals: states });
  const breakGlass = newBreakGlassService({ ...deps, ...deps.emergency, states });

  /**
   * A single wrong number may be a typing error. An approver who types wrong numbers repeatedly does not see what the agent
   * shows: the approval is then denied.
   */
  const refusingNumbers = async (approval: Approval, who: Deciding, check: () => void): Promise<void> => {
    try {
      check();
    } catch (error) {
      const isNumber = isDomainError(error) && error.field === '/number';
      if (isNumber && (await ephemeral.count(`approval-number:${approval.id}`, HOUR)) >= WRONG_NUMBERS) {
        await service.deny(approval.id, who);
        throw approvalRefusal('approval_number_attempts_exceeded');
      }
      throw error;
    }
  };

  /**
   * Policies are evaluated last, so that they reveal nothing about approvals the account may not see. The audit log holds
   * their denial; nothing else changes.
   */
  const permitted = async (approval: Approval, who: ApprovedBy): Promise<Partial<AuditEvent> | undefined> => {
    try {
      return await deps.permits(approval, who);
    } catch (error) {
      if (!isDomainError(error) || !error.refused) throw error;
      const { inputs, ...refused } = refusedDecision(error);
      await deps.audit.append({
        ...aboutApproval(approval),
        type: 'approval.not_permitted',
        outcome: 'refused',
        caller: who.account,
        request: who.request,
        ...refused,
        error: error.code,
        inputs: { ...inputs, digest: approval.digest, ...(who.for === undefined ? {} : { for: who.for }) },
        ...(who.source === undefined ? {} : { personal: { source: who.source } }),
      });
      throw error;
    }
  };

  const service: ApprovalService = {
    settings,
    ask: open.ask,
    checkRoom: open.checkRoom,
    breakGlass,

    async get(id): Promise<Approval | undefined> {
      return (await approvals.get(id))?.document;
    },

    /** The slots in which an account may decide now. */
    slotsOf: votes.slotsOf,

    async isAsked(approval, account): Promise<boolean> {
      return approval.approvers.includes(account) || (await votes.slotsOf(approval, account)).length > 0;
    },

    async toldOf(approval, asked = approval.approvers): Promise<readonly string[]> {
      return [...new Set([...asked, ...(await votes.deputiesOf(approval, asked))])];
    },

    async find(authReqId, client): Promise<Approval | undefined> {
      if (!/^[\w-]{20,128}$/.test(authReqId)) return undefined;
      for (const handle of handlesOf(masterKey, authReqId)) {
        const [found] = await approvals.find({ where: { handle }, limit: 1 });
        if (found?.document.action.client === client) return found.document;
      }
      return undefined;
    },

    async ofApprover(account, page = {}): Promise<readonly Approval[]> {
      return list({ approvers: account }, page);
    },

    async openOf(account): Promise<readonly Approval[]> {
      const now = clock.now();
      const found = await approvals.find({
        where: { approvers: account, state: 'pending' },
        // Older approvals have expired; the range keeps the query from reading them.
        range: { field: 'createdAt', gte: now - settings.ttlSeconds },
        order: { by: 'createdAt', direction: 'descending' },
        limit: MOST_OPEN_SHOWN,
      });
      return found.map(({ document }) => document).filter((one) => stateAt(one, now) === 'pending');
    },

    async ofAgent(agent, page = {}): Promise<readonly Approval[]> {
      return list({ agent }, page);
    },

    async ofSubject(subject, page = {}): Promise<readonly Approval[]> {
      return list({ subject }, page);
    },

    async list(query = {}): Promise<readonly Approval[]> {
      return list(query.state === undefined ? {} : { state: query.state }, query);
    },

    async waiting(limit): Promise<readonly Approval[]> {
      const found = await approvals.find({
        where: { state: 'pending' },
        range: { field: 'expiresAt', gte: clock.now() + 1 },
        order: { by: 'expiresAt', direction: 'ascending' },
        limit,
      });
      return found.map(({ document }) => document);
    },

    async approve(id, who): Promise<Approval> {
      const { account, assurance, request, source } = who;
      return settle(id, async (approval) => {
        const now = clock.now();
        const slots = await votes.slotsOf(approval, account);
        if (slots.length === 0 && !approval.approvers.includes(account)) throw notThere();
        const slot = slotIn(slots, approval, who);
        const said = actingFor(account, slot);
        await refusingNumbers(approval, who, () => refuseVote(approval, { ...who, ...said }, now));
        if (await states.isKilled(approval)) throw alreadyDecided('over');
        // An account that is disabled or no longer asked gets the same answer as one that was never asked.
        if (!slot) throw notThere();
        const decided = (await permitted(approval, { ...who, ...said })) ?? {};
        const all: readonly Vote[] = [...approval.votes, { account, at: now, assurance, ...said }];
        const isEnough = all.length >= approval.requires.quorum && hasAgreed(approval, all);
        return {
          next: isEnough
            ? closedApproval(approval, {
                state: 'approved',
                approvers: withOne(approval, account),
                votes: all,
                decidedAt: now,
                redeemBy: redeemableUntil(approval, now, settings),
              })
            : { ...approval, approvers: withOne(approval, account), votes: all },
          event: {
            ...aboutApproval(approval),
            type: 'approval.approved',
            outcome: 'done',
            caller: account,
            request,
            ...decided,
            inputs: {
              ...decided.inputs,
              digest: approval.digest,
              ...said,
              votes: all.length,
              quorum: approval.requires.quorum,
              isEnough,
              acr: assurance.acr ?? null,
              amr: assurance.amr,
              seconds: now - approval.createdAt,
            },
            ...(source === undefined ? {} : { personal: { source } }),
          },
        };
      });
    },

    async deny(id, who): Promise<Approval> {
      const { account, request, source } = who;
      const denied = await settle(id, async (approval) => {
        const now = clock.now();
        const slots = await votes.slotsOf(approval, account);
        if (slots.length === 0 && !approval.approvers.includes(account)) throw notThere();
        const state = shownStateAt(approval, now);
        if (state !== 'pending' && state !== 'approved') throw alreadyDecided(state);
        const { for: away, ...by } = actingFor(account, slotIn(slots, approval, who, 'no'));
        return {
          next: closedApproval(approval, {
            state: 'denied',
            approvers: withOne(approval, account),
            decidedAt: now,
            decidedBy: account,
            ...(away === undefined ? {} : { decidedFor: away }),
          }),
          event: {
            ...aboutApproval(approval),
            type: 'approval.denied',
            outcome: 'done',
            caller: account,
            request,
            inputs: { digest: approval.digest, ...(away === undefined ? {} : { for: away, ...by }) },
            ...(source === undefined ? {} : { personal: { source } }),
          },
        };
      });
      // A deputy's denial is noted as that of the person for whom they decide.
      await open.noteDenial(denied, { ...who, account: denied.decidedFor ?? account });
      return denied;
    },

    async cancel(authReqId, client, request): Promise<Approval | undefined> {
      const found = await service.find(authReqId, client);
      if (!found) return undefined;
      return settle(found.id, async (approval) => {
        const state = stateAt(approval, clock.now());
        if (state !== 'pending' && state !== 'approved') return undefined;
        return {
          next: closedApproval(approval, { state: 'cancelled', decidedAt: clock.now(), decidedBy: client }),
          event: { ...aboutApproval(approval), type: 'approval.cancelled', outcome: 'done', caller: client, request },
        };
      });
    },

    async cancelFormer(agent, by, limit): Promise<number> {
      const { ttlSeconds, redeemSeconds } = settings;
      let count = 0;
      let after: Cursor | undefined;
      for (;;) {
        const page = await approvals.find({
          where: { actors: agent },
          // Older approvals have ended.
          range: { field: 'createdAt', gte: clock.now() - ttlSeconds - redeemSeconds },
          order: { by: 'createdAt', direction: 'descending' },
          limit: MOST_OPEN_SHOWN,
          ...(after ? { after } : {}),
        });
        for (const { document } of page) {
          after = { value: document.createdAt, id: document.id };
          const state = stateAt(document, clock.now());
          if ((state !== 'pending' && state !== 'approved') || !(await states.isFromOtherHands(document))) continue;
          if (count === limit) return count;
          await settle(document.id, async (approval) => {
            const now = stateAt(approval, clock.now());
            if (now !== 'pending' && now !== 'approved') return undefined;
            return {
              next: closedApproval(approval, { state: 'cancelled', decidedAt: clock.now(), decidedBy: 'system' }),
              event: {
                ...aboutApproval(approval),
                type: 'approval.cancelled',
                outcome: 'done',
                caller: by,
                note: 'an agent of the chain changed hands',
              },
            };
          });
          count += 1;
        }
        if (page.length < MOST_OPEN_SHOWN) return count;
      }
    },

    isKilled: states.isKilled,
    settleUnknown: states.settleUnknown,
    escalate: escalations({ states, asked: votes.asked, clock, audit: deps.audit }),

    async standingVotes(approval): Promise<readonly Vote[] | undefined> {
      if (isBreakGlass(approval)) return breakGlass.votesOf(approval);
      const counting = await votes.of(approval);
      return counting.length >= approval.requires.quorum && hasAgreed(approval, counting) ? counting : undefined;
    },

    async redeem(id): Promise<boolean> {
      const found = await approvals.get(id);
      if (!found || stateAt(found.document, clock.now()) !== 'approved') return false;
      // An approval that a resource server requested gives no token.
      if (found.document.requested) return false;
      const next: Approval = { ...found.document, state: 'redeemed', redeemedAt: clock.now() };
      if (!(await approvals.replace(next, found.version))) return false;
      changed(next);
      return true;
    },

    async use(id, { server, key, request }): Promise<{ readonly approval: Approval; readonly isFirst: boolean }> {
      const names = masterKey.digests('approval-use', id, key);
      let isFirst = false;
      const approval = await settle(id, async (current) => {
        isFirst = false;
        if (current.state !== 'redeemed' || current.resource !== server.identifier) throw notThere();
        if (current.use && names.includes(current.use.key)) return undefined;
        if (current.use) throw new DomainError('conflict', 'This approval was used by another call.');
        isFirst = true;
        return {
          next: { ...current, use: { key: String(names[0]), at: clock.now() } },
          event: { ...aboutApproval(current), type: 'approval.used', outcome: 'done', caller: server.id, request },
        };
      });
      return { approval, isFirst };
    },

    requested: requestedApprovals({ ...deps, approvals: states }),

    getMany: async (ids): Promise<readonly Approval[]> =>
      (await approvals.getMany([...ids])).map(({ document }) => document),

    async standing(id): Promise<Approval | undefined> {
      const approval = await service.get(id);
      return approval?.state === 'redeemed' ? approval : undefined;
    },

    pingOf({ id, ping }): Ping | undefined {
      const token = ping && openedOrNothing(masterKey, `ping ${id}`, ping.sealedToken);
      if (!ping || token === undefined) return undefined;
      return { endpoint: ping.endpoint, token, ...(ping.isByOperator ? { isByOperator: true } : {}) };
    },

    ...forgetting(approvals),

    authReqIdOf: ({ id, sealedHandle }): string | undefined => openedOrNothing(masterKey, id, sealedHandle),
  };

  const list = async (
    where: Readonly<Record<string, string>>,
    { after, limit = 50 }: { readonly after?: Cursor; readonly limit?: number },
  ): Promise<readonly Approval[]> =>
    (
      await approvals.find({
        where,
        order: { by: 'createdAt', direction: 'descending' },
        ...(after ? { after } : {}),
        limit,
      })
    ).map(({ document }) => document);

  return service;
};

/**
 * The slot that the approver named, else the first that has not voted. Throws 'invalid_field' for a slot that is not
 * theirs.
 */
const slotIn = (
  slots: readonly ApproverSlot[],
  { votes }: Approval,
  { as, account }: Deciding,
  says: 'yes' | 'no' = 'yes',
): ApproverSlot | undefined => {
  // An approver who withdraws an approval denies in the slot in which they approved.
  const before = says === 'no' ? votes.find((vote) => vote.account === account) : undefined;
  const meant = as ?? (before && slotOfVote(before));
  if (meant === undefined) {
    const isFree = ({ of }: ApproverSlot): boolean => votes.every((vote) => slotOfVote(vote) !== of);
    return (says === 'yes' ? slots.find(isFree) : undefined) ?? slots[0];
  }
  const found = slots.find(({ of }) => of === meant);
  if (as === undefined) return found ?? slots[0];
  if (found) return found;
  throw approvalRefusal('deputy_not_allowed', { field: '/as' });
};

const actingFor = (account: string, slot: ApproverSlot | undefined): Pick<Vote, 'for' | 'absence'> =>
  slot === undefined || slot.of === account || slot.absence === undefined
    ? {}
    : { for: slot.of, absence: slot.absence };

/** Adds the deciding account to those that see the approval afterwards, whichever way it came to be asked. */
const withOne = ({ approvers }: Approval, account: string): readonly string[] =>
  approvers.includes(account) ? approvers : [...approvers.slice(0, MOST_ASKED - 1), account];

const hasAgreed = ({ mustAgree }: Approval, votes: readonly Vote[]): boolean =>
  mustAgree === null || votes.some((vote) => slotOfVote(vote) === mustAgree);
