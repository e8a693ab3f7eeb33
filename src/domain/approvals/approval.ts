/**
 * Approvals: people decide on one exact action of an agent before it gets a token. The token is valid for that action
 * alone. Owns what is requested, of whom, how many have to agree, and the states. A state changes by one
 * compare-and-swap of one document. Does not own how an agent asks and gets its token
 * (src/extensions/backchannel-approval, src/provider), nor the pages (src/http/account).
 */

import type { IssuedToken } from '../ports/issued-tokens.ts';
import type { OwnedCollection } from '../ports/owned-collection.ts';
import { type Assurance, REACHABLE, satisfiesAcr } from '../vocabulary/assurance.ts';
import type { Risk } from '../vocabulary/risk.ts';
import type { Action } from './action.ts';

/**
 * Channel of the request:
 * - a token exchange or refresh that needs an approval;
 * - a CIBA request;
 * - an access request of a resource server that got a denial (AuthZEN Access Request and Approval Profile).
 */
export type ApprovalChannel = 'token_exchange' | 'backchannel' | 'access_request';

/**
 * Of an approval that a resource server requested. No token is issued from it: the server answers one evaluation with a
 * permit.
 */
export type Requested = {
  /** `rs_…` */
  readonly by: string;
  /** `questionDigest` of the denied question, which the resource server will ask again. */
  readonly question: string;
  /** Id of the denied decision. */
  readonly decision: string;
  /** End of the access that the resource server wants, epoch seconds. */
  readonly until?: number;
  /** The resource server marks it as urgent. This changes no decision. */
  readonly isEmergency?: true;
};

/**
 * `approved`: waits for the agent to fetch its token; `redeemed` follows. A `pending` or `approved` approval is
 * `expired` after its time, even while the stored state says otherwise (`stateAt`). Lists and pages show an approval
 * that expired while `approved` as `unused` (`shownStateAt`).
 */
export type ApprovalState = 'pending' | 'approved' | 'redeemed' | 'denied' | 'cancelled';

/** One person's approval. */
export type Vote = {
  readonly account: string;
  /** Epoch seconds. */
  readonly at: number;
  /** The assurance of the person's sign-in when they voted. */
  readonly assurance: Assurance;
  /** The absent person for whom the deputy voted; absent: for themselves. */
  readonly for?: string;
  /** The absence that made the voter a deputy. */
  readonly absence?: string;
};

/** Slot of a vote: each person has one, also when a deputy votes for them. */
export const slotOfVote = ({ account, for: away }: Pick<Vote, 'account' | 'for'>): string => away ?? account;

/** Whether a vote is only the subject's consent, which is required in addition to the approvals. */
export const isConsentAlone = (
  { isConsentBesides, subject }: Pick<Approval, 'isConsentBesides' | 'subject'>,
  { account, for: away }: { readonly account: string; readonly for?: string | undefined },
): boolean => isConsentBesides === true && (away ?? account) === subject;

/** The requirements on the approvers. */
export type Requirements = {
  /** How many different people have to agree. */
  readonly quorum: number;
  /** Class of sign-in that each of them needs. */
  readonly acr?: string;
  /** Whether each approver has to prove their identity for this very decision. */
  readonly isProvenAnew: boolean;
};

/** Maximum number of people who are asked about one approval: the maximum length of a list in a document. */
export const MOST_ASKED = 64;

export const BREAK_GLASS_FINDINGS = ['justified', 'unjustified'] as const;
export type BreakGlassFinding = (typeof BREAK_GLASS_FINDINGS)[number];

/** Two people who approve without the approvers (break-glass.ts). */
export type BreakGlass = {
  /** Reason that the first person gave. */
  readonly reason: string;
  /** One vote: the first person has called for it. Two votes: approved. */
  readonly votes: readonly Vote[];
  /** A third person's finding. */
  readonly closed?: {
    readonly by: string;
    readonly at: number;
    readonly finding: BreakGlassFinding;
    readonly note: string;
  };
};

export type Approval = {
  /** `apv_…` */
  readonly id: string;
  readonly state: ApprovalState;
  readonly channel: ApprovalChannel;
  readonly action: Action;
  /** `digestOf` the action. */
  readonly digest: string;
  /** `agent`, `subject` and `resource` of the action, for lists. */
  readonly agent: string;
  readonly subject: string;
  readonly resource: string;
  /** Every actor of the chain, for lists. Absent in older approvals: `agent`. */
  readonly actors?: readonly string[];
  /** Owner of the agent when it asked. */
  readonly owner: string;
  /**
   * Accounts that owned an actor of the chain at the time of the request, members of groups included. Absent in older
   * approvals: `owner`.
   */
  readonly ownersWhenAsked?: readonly string[];
  /**
   * How often the agents of the chain together had changed owner when it was requested (agents/ownership.ts); absent:
   * never.
   */
  readonly ownership?: number;
  /** Highest risk of the requested scopes and details. */
  readonly risk: Risk;
  readonly requires: Requirements;
  /**
   * Accounts that were asked. An account may decide while one of `approverNames` still refers to it
   * (effective-votes.ts).
   */
  readonly approvers: readonly string[];
  /** Names of the approvers: `subject`, `owner`, ids of groups. */
  readonly approverNames: readonly string[];
  /** Names of people who may not decide, even if another name includes them. */
  readonly approversExcept?: readonly string[];
  /**
   * Further people, and the second from which they are asked if the approval is still undecided. `added`: those of them
   * who were notified.
   */
  readonly escalation?: { readonly at: number; readonly names: readonly string[]; readonly added?: readonly string[] };
  /** Time of the next notification of further people, epoch seconds. Absent: no notification is left. */
  readonly escalateAt?: number;
  /** The account without whose agreement no votes are enough: the subject, unless policy names others. */
  readonly mustAgree: string | null;
  /**
   * The subject's vote is consent, required in addition to the approvers' votes. The subject may be excluded from the
   * approvers.
   */
  readonly isConsentBesides?: true;
  readonly votes: readonly Vote[];
  /** Break-glass: the first vote calls for it, the second approves. */
  readonly breakGlass?: BreakGlass;
  /** For a break-glass approval: whether a third person has reviewed it. */
  readonly review?: 'open' | 'closed';
  /** The standing approval that covered it; no approver was asked. */
  readonly standing?: string;
  /** Two digits that the agent shows to the user who started it, and that an approver types (critical risk). */
  readonly number?: string;
  /** Facts of the exchanged token, for the token that will be issued. */
  readonly origin?: Origin;
  /** The declared transaction of a request without an exchanged token; that of an exchange is in `origin`. */
  readonly txn?: string;
  /** Present for the channel `access_request`. */
  readonly requested?: Requested;
  /** Keyed digest of the `auth_req_id`. Unique. */
  readonly handle: string;
  /** The sealed `auth_req_id`, returned to an agent that repeats its request; only the service opens it. */
  readonly sealedHandle: string;
  /** Where to notify the client of the decision (CIBA ping). */
  readonly ping?: { readonly endpoint: string; readonly sealedToken: string; readonly isByOperator?: true };
  /** Key of an open request, so that identical requests merge. Its own id once it is decided. Unique. */
  readonly open: string;
  /** Slot among the open ones of this agent and subject. Its own id once it is decided. Unique. */
  readonly slot: string;
  readonly createdAt: number;
  /** Until when people may decide. */
  readonly expiresAt: number;
  readonly decidedAt?: number;
  /** Account that denied it, or the agent that cancelled it. */
  readonly decidedBy?: string;
  /** The absent person for whom the deputy denied it. */
  readonly decidedFor?: string;
  /** On an approved one: until when the agent can fetch its token. */
  readonly redeemBy?: number;
  readonly redeemedAt?: number;
  /**
   * The one call that used it up: keyed digest of the name that the resource server gave the call, or of a random name.
   */
  readonly use?: { readonly key: string; readonly at: number };
};

/** Facts of a subject token for a later exchange, which checks its delegation, grant and parties again. */
export type Origin = Pick<
  IssuedToken,
  | 'id'
  | 'clientId'
  | 'audience'
  | 'scope'
  | 'details'
  | 'chain'
  | 'delegation'
  | 'delegations'
  | 'grant'
  | 'txn'
  | 'maxUses'
  | 'assurance'
  | 'issuedAt'
  | 'instance'
  | 'mayAct'
  | 'origin'
  | 'jkt'
  | 'x5t'
  | 'ownership'
> & {
  /** For a presented token. Absent for a sign-in, whose state is checked through the documents it depends on. */
  readonly format?: IssuedToken['format'];
  readonly expiresAt?: number;
  readonly subject: string;
  readonly issuedTokenType?: string;
  /** The token was bound to a key or certificate, or its holder proved one: the resulting token is bound as well. */
  readonly isBound?: true;
};

/** Whether two people approved it by break-glass. */
export const isBreakGlass = ({ breakGlass }: Pick<Approval, 'breakGlass'>): boolean =>
  (breakGlass?.votes.length ?? 0) > 1;

/** The votes that approved it. */
export const agreedBy = (approval: Pick<Approval, 'breakGlass' | 'votes'>): readonly Vote[] =>
  isBreakGlass(approval) ? (approval.breakGlass?.votes ?? []) : approval.votes;

/** Its state at a given second. At the second of its expiry it has expired. */
export const stateAt = (
  { state, expiresAt, redeemBy = 0 }: Pick<Approval, 'state' | 'expiresAt' | 'redeemBy'>,
  now: number,
): ApprovalState | 'expired' => {
  if (state === 'pending') return now >= expiresAt ? 'expired' : state;
  if (state === 'approved') return now >= redeemBy ? 'expired' : state;
  return state;
};

/** The state to show. `unused`: the agent did not fetch its token in time. `expired`: people did not decide in time. */
export const shownStateAt = (
  approval: Pick<Approval, 'state' | 'expiresAt' | 'redeemBy'>,
  now: number,
): ApprovalState | 'unused' | 'expired' => {
  const state = stateAt(approval, now);
  return state === 'expired' && approval.state === 'approved' ? 'unused' : state;
};

/**
 * The combined assurance of the votes: the weakest class, and the greatest age of a proof at the time of its vote. The
 * time that an approval waits after the votes adds no age.
 */
export const assuranceOfVotes = (votes: readonly Vote[], now: number): Assurance | undefined => {
  const [first, ...others] = votes;
  if (!first) return undefined;
  const age = Math.max(...votes.map(({ at, assurance }) => at - assurance.authTime));
  const acr = REACHABLE.findLast((one) => votes.every(({ assurance }) => satisfiesAcr(assurance.acr, one)));
  return {
    ...(acr === undefined ? {} : { acr }),
    amr: first.assurance.amr.filter((one) => others.every(({ assurance }) => assurance.amr.includes(one))),
    authTime: now - Math.max(0, age),
  };
};

export const APPROVALS = {
  name: 'approvals',
  holds: 'one approval of one exact action, with its votes',
  prefixes: ['apv'],
  events: ['approval', 'break_glass'],
  consistency: 'majority',
  cached: false,
  retention: {
    removedBy: 'own sweep',
    endsAt: 'expiresAt',
    once: '`approvals.keptSeconds` have passed since its end, and no review of it is open',
  },
  transfer: 'gives authority',
  indexes: [
    { fields: ['handle'], unique: true },
    { fields: ['open'], unique: true },
    { fields: ['slot'], unique: true },
    { fields: ['approvers', 'createdAt'] },
    { fields: ['agent', 'createdAt'] },
    { fields: ['actors', 'createdAt'] },
    { fields: ['owner', 'createdAt'] },
    { fields: ['subject', 'createdAt'] },
    { fields: ['state', 'createdAt'] },
    { fields: ['state', 'expiresAt'] },
    { fields: ['createdAt'] },
    { fields: ['expiresAt'] },
    { fields: ['escalateAt'] },
    { fields: ['review', 'createdAt'] },
  ],
  lists: ['approvers', 'actors'],
  members: ['state', 'action', 'digest', 'requires', 'approvers', 'votes', 'handle', 'createdAt', 'expiresAt'],
  isAbsentWhenUnreadable: true,
} as const satisfies OwnedCollection;
