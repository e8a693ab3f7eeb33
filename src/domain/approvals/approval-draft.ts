import type { ApproverRule } from '../authority/decision/decision.ts';
import type { Risk } from '../vocabulary/risk.ts';
import type { Action } from './action.ts';
import type { Approval, ApprovalChannel, Origin, Requested, Requirements } from './approval.ts';
import type { StandingApproval } from './standing-approval.ts';

export type ApprovalSettings = {
  /** Seconds in which people can decide. */
  readonly ttlSeconds: number;
  /** Seconds in which the agent can redeem the approval once it is given, at most 300. */
  readonly redeemSeconds: number;
  /** Maximum number of open approvals of one agent about one person, at most 16. */
  readonly mostOpen: number;
  /**
   * Maximum number of open approvals that wait for one approver, of all agents of one owner and for all subjects, at
   * most 100.
   */
  readonly mostOpenPerApprover: number;
  /** Maximum number of new approvals in an hour, of one agent about one person. */
  readonly perHour: number;
};

/** A standing approval of which a use is counted. */
export type UsedStanding = Pick<StandingApproval, 'id' | 'vote'>;

/** An approval that an agent requests, before it is stored. */
export type ApprovalDraft = {
  readonly channel: ApprovalChannel;
  /** Account or group that owns the agent. */
  readonly owner: string;
  /** Accounts that own an actor of the chain, at most 512. */
  readonly ownersWhenAsked?: readonly string[];
  /** Sum of the `ownership` numbers of the agents in the chain. */
  readonly ownership?: number;
  readonly action: Action;
  readonly risk: Risk;
  readonly requires: Requirements;
  readonly approvers: readonly string[];
  /** Names of the approvers to ask. */
  readonly approverNames: readonly string[];
  readonly approversExcept?: readonly string[];
  /** Further people to ask after a number of seconds. */
  readonly escalation?: ApproverRule['escalation'];
  readonly isConsentBesides?: true;
  readonly mustAgree: string | null;
  readonly origin?: Origin | undefined;
  readonly txn?: string | undefined;
  readonly requested?: Requested | undefined;
  /** Created by oidc-provider; absent: created here. */
  readonly authReqId?: string | undefined;
  readonly ping?: Ping | undefined;
  /**
   * Counts a use of a standing approval that covers this action: then no approver is asked, and no slot is taken. Called
   * at most once, for a request that joins no other and is within the hour's limit. Undefined where none covers it.
   */
  readonly standing?: (() => Promise<UsedStanding | undefined>) | undefined;
  /** Seconds. The agent can request less than the setting. */
  readonly lifetimeSeconds?: number | undefined;
};

/** Where to notify an agent of a decision, and its notification token (CIBA Core §10.2). */
export type Ping = {
  readonly endpoint: string;
  readonly token: string;
  /** An operator or administrator entered the endpoint: it may be an internal host (`egress.internalHosts.approvalPings`). */
  readonly isByOperator?: true;
};

export type RequestedApproval = { readonly approval: Approval; readonly authReqId: string; readonly isJoined: boolean };
