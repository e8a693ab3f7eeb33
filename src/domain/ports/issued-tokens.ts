import type { ActorChain, ForeignActor } from '../vocabulary/actor-chain.ts';
import type { Assurance } from '../vocabulary/assurance.ts';
import type { Detail } from '../vocabulary/detail-type.ts';
import type { TokenComposition } from '../vocabulary/token-composition.ts';

/** An access token of this server that is live now. */
export type IssuedToken = {
  /** `jti` of a JWT; keyed digest of an opaque token. */
  readonly id: string;
  readonly format: 'jwt' | 'opaque';
  /** For a JWT: `kid` of the key that signed it. */
  readonly key?: string;
  /** Account on whose behalf the token was issued; absent when a client acts for itself. */
  readonly subject?: string;
  /** Client or agent to which it was issued. */
  readonly clientId: string;
  /** Resource indicator; absent on a token that is valid at the UserInfo endpoint only. */
  readonly audience?: string;
  readonly scope: readonly string[];
  /** Authorization details (RFC 9396). */
  readonly details?: readonly Detail[];
  readonly chain?: ActorChain;
  /** Agent that may act for the person with this token of a client (RFC 8693 §4.4). */
  readonly mayAct?: string;
  /** For a token issued for an assertion of a peer: the account link on which it depends, and the actors there. */
  readonly origin?: { readonly link: string; readonly act?: ForeignActor };
  /** Id of the delegation. */
  readonly delegation?: string;
  /**
   * Ids of the delegations of all participants of its transaction, if it needs the authority of each of them; that of the
   * subject first.
   */
  readonly delegations?: readonly string[];
  /** With what the agent to which it was issued ran. */
  readonly composition?: TokenComposition;
  /** Instance of the agent to which it was issued. */
  readonly instance?: string;
  readonly grant?: string;
  /** The transaction: declared ones end the token (authority/transactions). */
  readonly txn?: string;
  /** The decision behind it, and the version of the evaluated policy set. */
  readonly decision?: string;
  readonly policy?: number;
  /** Maximum number of uses. */
  readonly maxUses?: number;
  readonly approval?: TokenApproval;
  /** How often the agents in its chain had changed owner together (agents/ownership.ts); absent: never. */
  readonly ownership?: number;
  /** How the person signed in. */
  readonly assurance?: Assurance;
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** Thumbprint of the DPoP key it is bound to (RFC 9449 §6.1). */
  readonly jkt?: string;
  /** Thumbprint of the certificate it is bound to (RFC 8705 §3.1). */
  readonly x5t?: string;
};

/** A participant of a transaction, and the delegation by which they allow what a token holds. */
export type DelegatingParticipant = { readonly subject: string; readonly delegation: string };

/** The approval from which a token was issued, and the digest of the one action for which it is valid. */
export type TokenApproval = {
  readonly id: string;
  readonly digest: string;
  /** Whether two people approved it by break-glass, without the approvers. */
  readonly break_glass?: true;
};

/**
 * The longest tolerance of a verifier. So long after its expiry the server still says that a token was revoked, because such
 * a verifier still accepts it.
 */
export const VERIFIER_TOLERANCE_SECONDS = 60;

/** Why a token ended before its expiry. */
export type TokenEnd =
  | 'revoked'
  | 'killed'
  | 'before_epoch'
  | 'handed_over'
  | 'grant_ended'
  | 'grant_narrowed'
  | 'session_ended'
  | 'delegation_ended'
  | 'transaction_ended'
  | 'participant_ended'
  | 'delegation_narrowed'
  | 'client_not_active'
  | 'agent_not_active'
  | 'instance_ended'
  | 'grant_type_withdrawn'
  | 'subject_not_active'
  | 'peer_not_trusted'
  | 'resource_server_not_active'
  | 'authority_reduced'
  | 'above_ceiling'
  | 'approval_ended';

/**
 * The ids of those of these JWTs, at most 1000, that have ended before their expiry. Throws StoreUnavailable. Remembers what it
 * found live, so that it serves one pass over many tokens. Tokens of one `kind` differ in their id and time only.
 */
export type EndedAmong = (
  tokens: readonly { readonly token: IssuedToken; readonly kind: string }[],
) => Promise<ReadonlySet<string>>;

export interface IssuedTokens {
  /**
   * The token behind a presented string, if it is an access token of this server and everything it depends on is live.
   * Checks signature, issuer, `typ`, expiry and revocation. Checks the grant, and the delegation with all its ancestors.
   * Agent, client and account must be active, the token issued after the epoch, and its scope still allowed by all of them.
   * Undefined for anything else, in any shape or size. `onGenuine`: called with a token
   * of this server, before it is known whether that is live.
   */
  find(token: string, onGenuine?: (token: IssuedToken) => void): Promise<IssuedToken | undefined>;
  /**
   * Whether a token that was live once has ended for a reason other than expiry. It was revoked, or something it
   * depends on has ended. `format` is absent for a sign-in, which is not a token.
   */
  isEnded(
    token: Omit<IssuedToken, 'format' | 'expiresAt'> & {
      readonly format?: IssuedToken['format'];
      readonly expiresAt?: number;
    },
  ): Promise<boolean>;
  /**
   * Why a genuine, unexpired token ended; undefined for anything else. For the audit log only: the presenter does not learn
   * it.
   */
  endOf(token: string): Promise<{ readonly token: IssuedToken; readonly end: TokenEnd } | undefined>;
}
