/**
 * Approvals: people decide about one exact action of an agent before it gets a token for it, and the token is good for
 * that action alone. Owns what is asked, of whom, how many have to agree, and the states; a state changes by one
 * compare-and-swap of one document. Does not own how an agent asks and gets its token (src/extensions/approvals,
 * src/provider), nor the pages (src/http/account).
 */

import type { CollectionDeclaration } from '../ports/document-store.ts';
import type { IssuedToken } from '../ports/issued-tokens.ts';
import { type Assurance, REACHABLE, satisfiesAcr } from '../vocabulary/assurance.ts';
import type { Risk } from '../vocabulary/risk.ts';
import type { Action } from './action.ts';

/**
 * Channel it came through: a token exchange or refresh that needs one, a CIBA request, or a resource server
 * that was told no and asks for its agent (AuthZEN Access Request and Approval Profile).
 */
export type ApprovalChannel = 'token_exchange' | 'backchannel' | 'access_request';

/** Of one that a resource server asked for: no token comes of it, an evaluation is answered yes, once. */
export type Requested = {
  /** `rs_…` */
  readonly by: string;
  /** `questionDigest` of what it had asked, and will ask again. */
  readonly question: string;
  /** Id of the decision that was a no. */
  readonly decision: string;
  /** It wants it no longer than that, epoch seconds. */
  readonly until?: number;
  /** It calls it urgent, which changes nothing. */
  readonly isEmergency?: true;
};

/**
 * `approved` waits for the agent to fetch its token, `redeemed` is the end of a good one. What is `pending` or
 * `approved` after its time is `expired`, whatever is stored (`stateAt`); lists and pages call the second `unused`
 * (`shownStateAt`).
 */
export type ApprovalState = 'pending' | 'approved' | 'redeemed' | 'denied' | 'cancelled';

/** One person's yes. */
export type Vote = {
  readonly account: string;
  /** Epoch seconds. */
  readonly at: number;
  /** How surely she proved who she is when she said it. */
  readonly assurance: Assurance;
  /** Who is away and for whom she said it, as her deputy; absent: for herself. */
  readonly for?: string;
  /** The absence by which. */
  readonly absence?: string;
};

/** Whose yes a vote is: each person has one, whoever says it. */
export const slotOfVote = ({ account, for: away }: Pick<Vote, 'account' | 'for'>): string => away ?? account;

/** Whether a yes is what the person on whose behalf has to say besides those who approve, and no approval itself. */
export const isConsentAlone = (
  { isConsentBesides, subject }: Pick<Approval, 'isConsentBesides' | 'subject'>,
  { account, for: away }: { readonly account: string; readonly for?: string | undefined },
): boolean => isConsentBesides === true && (away ?? account) === subject;

/** What is asked of those who decide. */
export type Requirements = {
  /** So many different people have to agree. */
  readonly quorum: number;
  /** Each of them by a sign-in of this class. */
  readonly acr?: string;
  /** Whether each has to prove who she is for this very decision. */
  readonly isProvenAnew: boolean;
};

/** People who are asked about one: as many as a list of a document holds. */
export const MOST_ASKED = 64;

export const BREAK_GLASS_FINDINGS = ['justified', 'unjustified'] as const;
export type BreakGlassFinding = (typeof BREAK_GLASS_FINDINGS)[number];

/** Two people who let it happen without those who are asked (break-glass.ts). */
export type BreakGlass = {
  /** Why, in the words of who called first. */
  readonly reason: string;
  /** One: it was called. Two: it is broken. */
  readonly votes: readonly Vote[];
  /** What a third person found. */
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
  /** Every actor of the chain, for lists. Absent in those from before: `agent`. */
  readonly actors?: readonly string[];
  /** Who answered for the agent when it asked. */
  readonly owner: string;
  /** Accounts that owned an actor of the chain then, the members of groups among them. Absent in those from before: `owner`. */
  readonly ownersWhenAsked?: readonly string[];
  /** How often the agents of the chain had changed hands together when it was asked (agents/ownership.ts); absent: never. */
  readonly ownership?: number;
  /** The highest of what is asked. */
  readonly risk: Risk;
  readonly requires: Requirements;
  /** Accounts that were asked; who may decide is who of them is still meant by `approverNames` (effective-votes.ts). */
  readonly approvers: readonly string[];
  /** As what they were asked: `subject`, `owner`, ids of groups. */
  readonly approverNames: readonly string[];
  /** Of whom nobody decides, whatever else she is; as names. */
  readonly approversExcept?: readonly string[];
  /** Who is asked, too, from a second on, if nobody has decided by then; `added`: who was told of it. */
  readonly escalation?: { readonly at: number; readonly names: readonly string[]; readonly added?: readonly string[] };
  /** When somebody is to be told of that next; absent: nobody is any more. */
  readonly escalateAt?: number;
  /** The one among them without whom nobody's yes counts: the person on whose behalf, unless policy names others. */
  readonly mustAgree: string | null;
  /** Her yes is her consent and comes besides those who approve, of whom she may be left out. */
  readonly isConsentBesides?: true;
  readonly votes: readonly Vote[];
  /** Called for, or let happen, in an emergency. */
  readonly breakGlass?: BreakGlass;
  /** Of one that was let happen: whether a third person has looked at it. */
  readonly review?: 'open' | 'closed';
  /** The standing approval it came of, without anybody being asked. */
  readonly standing?: string;
  /** Two digits that the agent shows to whoever started it, and that an approver types (critical risk). */
  readonly number?: string;
  /** What the exchanged token was, for the token to come. */
  readonly origin?: Origin;
  /** Through the channel of access requests. */
  readonly requested?: Requested;
  /** Keyed digest of the `auth_req_id`. Unique. */
  readonly handle: string;
  /** The `auth_req_id`, for the agent that asks the same again; opened by the service only. */
  readonly sealedHandle: string;
  /** Where it is to be told that there is an answer (CIBA ping). */
  readonly ping?: { readonly endpoint: string; readonly sealedToken: string; readonly isByOperator?: true };
  /** What is open: the same question twice is one. The own id once it is decided. Unique. */
  readonly open: string;
  /** Place among the open ones of this agent and person. The own id once it is decided. Unique. */
  readonly slot: string;
  readonly createdAt: number;
  /** Until when people may decide. */
  readonly expiresAt: number;
  readonly decidedAt?: number;
  /** Who denied it, or the agent that cancelled it. */
  readonly decidedBy?: string;
  /** Who is away and for whom it was denied. */
  readonly decidedFor?: string;
  /** Of an approved one: until when the agent may fetch its token. */
  readonly redeemBy?: number;
  readonly redeemedAt?: number;
  /** The one call it was used up by, as the resource server named it (keyed digest), or of no name. */
  readonly use?: { readonly key: string; readonly at: number };
};

/** Of a subject token, what a later exchange has to know. Its delegation, grant and parties are looked at again then. */
export type Origin = Pick<
  IssuedToken,
  | 'id'
  | 'clientId'
  | 'audience'
  | 'scope'
  | 'details'
  | 'chain'
  | 'delegation'
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
  /** Of a token that was presented; of a sign-in, absent: what it hangs on says all. */
  readonly format?: IssuedToken['format'];
  readonly expiresAt?: number;
  readonly subject: string;
  readonly issuedTokenType?: string;
  /** It was bound to a key or certificate, or its holder proved one: so is the token that comes of it. */
  readonly isBound?: true;
};

/** Whether two people let it happen in an emergency. */
export const isBreakGlass = ({ breakGlass }: Pick<Approval, 'breakGlass'>): boolean =>
  (breakGlass?.votes.length ?? 0) > 1;

/** Whose word it was given on. */
export const agreedBy = (approval: Pick<Approval, 'breakGlass' | 'votes'>): readonly Vote[] =>
  isBreakGlass(approval) ? (approval.breakGlass?.votes ?? []) : approval.votes;

/** How it stands at a second; at the second it expires it is over. */
export const stateAt = (
  { state, expiresAt, redeemBy = 0 }: Pick<Approval, 'state' | 'expiresAt' | 'redeemBy'>,
  now: number,
): ApprovalState | 'expired' => {
  if (state === 'pending') return now >= expiresAt ? 'expired' : state;
  if (state === 'approved') return now >= redeemBy ? 'expired' : state;
  return state;
};

/** The same for readers: people approved it and the agent did not fetch its token in time (`unused`), or nobody decided in time. */
export const shownStateAt = (
  approval: Pick<Approval, 'state' | 'expiresAt' | 'redeemBy'>,
  now: number,
): ApprovalState | 'unused' | 'expired' => {
  const state = stateAt(approval, now);
  return state === 'expired' && approval.state === 'approved' ? 'unused' : state;
};

/**
 * How surely those who agreed proved who they are, as one: the weakest class, and the longest a proof was old when it
 * was given. An approval that lies for a minute is no older proof.
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
} as const satisfies CollectionDeclaration;
