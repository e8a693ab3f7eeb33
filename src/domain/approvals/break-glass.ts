import { type Account, breakGlassSince, holdsRole } from '../identity/accounts/account.ts';
import type { Clock } from '../ports/clock.ts';
import type { Found } from '../ports/document-store.ts';
import type { EphemeralStore } from '../ports/ephemeral-store.ts';
import { MULTI_FACTOR, satisfiesAcr } from '../vocabulary/assurance.ts';
import { digestOf } from './action.ts';
import { type Approval, isBreakGlass, stateAt, type Vote } from './approval.ts';
import { approvalRefusal } from './approval-refusals.ts';
import { type ApprovalStore, aboutApproval, closedApproval, notThere } from './approval-store.ts';
import { isConsent, namesAt, type Resolve } from './approvers.ts';
import { breakGlassRefusal } from './break-glass-refusals.ts';
import { type BreakGlassReviews, breakGlassReviews } from './break-glass-reviews.ts';
import type { OwnersOfChain } from './owners-of-chain.ts';

/** A person who uses break-glass, with their proof for this very approval. */
export type Breaking = {
  readonly account: string;
  /** Digest of what the person saw. */
  readonly seen: string;
  readonly assurance: Vote['assurance'];
  /** Required of the first person: 10 to 500 characters. */
  readonly reason?: string | undefined;
  readonly request: string;
  readonly source?: string;
};

const PEOPLE = 2;
/** Seconds after the first person's call in which the second person may confirm. */
export const CALL_SECONDS = 600;
/** Seconds in which the agent may redeem it, and lifetime of its token. */
export const BREAK_GLASS_SECONDS = 120;
const PROOF_SECONDS = 120;
const HOUR = 3600;
/** Maximum number of first calls of one person in an hour. Each of them alerts many people. */
const CALLS = 5;
const LOOKED_AT = 200;

export type BreakGlassDeps = {
  readonly states: ApprovalStore;
  /** Accounts in their effective state. */
  readonly accounts: { get(id: string): Found<Account> };
  readonly chainOwners: Pick<OwnersOfChain, 'of'>;
  readonly resolve: Pick<Resolve, 'leftOut'>;
  readonly ephemeral: Pick<EphemeralStore, 'count'>;
  readonly clock: Pick<Clock, 'now'>;
};

/**
 * Break-glass: two people approve one open approval without its approvers, and a third person reviews it afterwards
 * (decision 16). `isBreakable` and the decision at redemption set its limits.
 */
export interface BreakGlassService extends BreakGlassReviews {
  /** Whether any account could use break-glass for this approval. */
  isBreakable(approval: Approval): boolean;
  /** The first person's call that waits for a second person. Undefined: there is none, or it is too old. */
  waitingCall(approval: Approval): Vote | undefined;
  /** Whether an account may use break-glass. Parties to the action may not. */
  mayBreak(approval: Approval, account: string): Promise<boolean>;
  /**
   * Calls for break-glass as the first person, or confirms it as the second person. Throws:
   * - 'not_found' for an account that may not (WB-11);
   * - 'conflict' where break-glass is impossible, or for the same person twice;
   * - 'precondition_failed' when the person saw something else;
   * - 'insufficient_user_authentication' without a passkey;
   * - 'invalid_field' without a reason;
   * - 'too_many_requests' after too many first calls in an hour.
   */
  break(id: string, who: Breaking): Promise<Approval>;
  /** The votes of a break-glass approval that are valid now; undefined when they are no longer enough. */
  votesOf(approval: Approval): Promise<readonly Vote[] | undefined>;
  /** Approvals for which an account may use break-glass now, newest first. */
  breakableFor(account: string): Promise<readonly Approval[]>;
}

export const newBreakGlassService = ({
  states: { approvals, settle, isKilled },
  accounts,
  chainOwners,
  resolve,
  ephemeral,
  clock,
}: BreakGlassDeps): BreakGlassService => {
  /**
   * Whether an account owns an actor of the chain, or did when the approval was requested. Where an owner is unknown,
   * every account is treated as the owner.
   */
  const isOwner = async (approval: Approval, account: string): Promise<boolean> =>
    (await chainOwners.of(approval))?.includes(account) ?? true;

  /** Whether an account is a party to the action. A party's own interest is not an emergency. */
  const isParty = async (approval: Approval, account: string): Promise<boolean> => {
    const { owner, subject } = approval;
    if (account === subject || (await isOwner(approval, account))) return true;
    const names = namesAt(approval, clock.now());
    return (await resolve.leftOut({ subject, owner, owners: [] }, names)).includes(account);
  };

  const holder = async (account: string): Promise<Account | undefined> => {
    const found = (await accounts.get(account))?.document;
    return found?.state === 'active' && holdsRole(found, 'break_glass') ? found : undefined;
  };

  /**
   * Whether an account held the role strictly before the request. A role granted later does not apply to open requests.
   */
  const holderFor = async ({ createdAt }: Approval, account: string): Promise<Account | undefined> => {
    const found = await holder(account);
    return found && breakGlassSince(found) < createdAt ? found : undefined;
  };

  const counts = async (approval: Approval, { account, at }: Vote): Promise<boolean> => {
    const found = await holderFor(approval, account);
    return found !== undefined && (found.tokensValidFrom ?? 0) <= at && !(await isParty(approval, account));
  };

  const waitingCall = ({ breakGlass }: Approval): Vote | undefined => {
    const [first, second] = breakGlass?.votes ?? [];
    return first && !second && clock.now() - first.at < CALL_SECONDS ? first : undefined;
  };

  const checkProof = ({ acr, amr, authTime }: Vote['assurance']): void => {
    // `mfa`: the authenticator verified its user (passkeys.ts).
    const isPasskey = amr.includes('mfa') && (amr.includes('hwk') || amr.includes('swk'));
    if (!isPasskey || !satisfiesAcr(acr, MULTI_FACTOR) || clock.now() - authTime > PROOF_SECONDS) {
      throw breakGlassRefusal('break_glass_needs_passkey');
    }
  };

  const checkReason = (reason: string | undefined): string => {
    const text = (reason ?? '').normalize('NFC').replaceAll(/\s+/g, ' ').trim();
    if (text.length < 10 || text.length > 500)
      throw breakGlassRefusal('break_glass_reason_malformed', { field: '/reason' });
    return text;
  };

  const breakGlass: BreakGlassService = {
    ...breakGlassReviews({ states: { approvals, settle }, accounts, isOwner, clock }),

    isBreakable: (approval): boolean =>
      stateAt(approval, clock.now()) === 'pending' &&
      !isConsent(approval.channel) &&
      approval.requires.quorum <= PEOPLE,

    waitingCall,

    async mayBreak(approval, account): Promise<boolean> {
      return (await holderFor(approval, account)) !== undefined && !(await isParty(approval, account));
    },

    async break(id, who): Promise<Approval> {
      const { account, assurance, request, source } = who;
      const personal = source === undefined ? {} : { personal: { source } };
      return settle(id, async (approval) => {
        const now = clock.now();
        if (!(await breakGlass.mayBreak(approval, account))) throw notThere();
        if (!breakGlass.isBreakable(approval) || (await isKilled(approval))) {
          throw breakGlassRefusal('break_glass_not_possible');
        }
        if (who.seen !== approval.digest || digestOf(approval.action) !== approval.digest) {
          throw approvalRefusal('approval_changed');
        }
        checkProof(assurance);
        const vote: Vote = { account, at: now, assurance };
        const first = waitingCall(approval);
        const proof = { acr: assurance.acr ?? null, amr: assurance.amr };
        if (!first || !(await counts(approval, first))) {
          const reason = checkReason(who.reason);
          if ((await ephemeral.count(`break-glass:${account}`, HOUR)) > CALLS) {
            throw breakGlassRefusal('break_glass_requests_exceeded', { retryAfterSeconds: HOUR });
          }
          return {
            next: { ...approval, breakGlass: { reason, votes: [vote] } },
            event: {
              ...aboutApproval(approval),
              ...personal,
              type: 'break_glass.requested',
              outcome: 'done',
              caller: account,
              request,
              inputs: { digest: approval.digest, reason, risk: approval.risk, ...proof },
            },
          };
        }
        if (first.account === account) {
          throw breakGlassRefusal('break_glass_requested_already');
        }
        const reason = approval.breakGlass?.reason ?? '';
        return {
          next: closedApproval(approval, {
            state: 'approved',
            breakGlass: { reason, votes: [first, vote] },
            review: 'open',
            decidedAt: now,
            redeemBy: Math.min(now + BREAK_GLASS_SECONDS, approval.requested?.until ?? Number.POSITIVE_INFINITY),
          }),
          event: {
            ...aboutApproval(approval),
            ...personal,
            type: 'break_glass.activated',
            outcome: 'done',
            caller: account,
            request,
            inputs: {
              digest: approval.digest,
              reason,
              risk: approval.risk,
              by: [first.account, account],
              ...proof,
            },
          },
        };
      });
    },

    async votesOf(approval): Promise<readonly Vote[] | undefined> {
      const votes = isBreakGlass(approval) ? (approval.breakGlass?.votes ?? []) : [];
      const standing = await Promise.all(votes.map((vote) => counts(approval, vote)));
      return votes.length >= PEOPLE && standing.every(Boolean) ? votes : undefined;
    },

    async breakableFor(account): Promise<readonly Approval[]> {
      if (!(await holder(account))) return [];
      const open = await approvals.find({
        where: { state: 'pending' },
        order: { by: 'createdAt', direction: 'descending' },
        limit: LOOKED_AT,
      });
      const possible = open.map(({ document }) => document).filter((one) => breakGlass.isBreakable(one));
      const mine = await Promise.all(possible.map((one) => breakGlass.mayBreak(one, account)));
      return possible.filter((_, index) => mine[index]);
    },
  };

  return breakGlass;
};
