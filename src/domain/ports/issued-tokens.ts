import type { ActorChain, ForeignActor } from '../vocabulary/actor-chain.ts';
import type { Assurance } from '../vocabulary/assurance.ts';
import type { Detail } from '../vocabulary/detail-type.ts';

/** An access token of ours that is live now. */
export type IssuedToken = {
  /** `jti` of a JWT; keyed digest of an opaque token. */
  readonly id: string;
  readonly format: 'jwt' | 'opaque';
  /** Of a JWT: `kid` of the key that signed it. */
  readonly key?: string;
  /** Account on whose behalf; absent when a client acts for itself. */
  readonly subject?: string;
  /** To whom it was issued. */
  readonly clientId: string;
  /** Resource indicator; absent on a token that is good at the UserInfo endpoint only. */
  readonly audience?: string;
  readonly scope: readonly string[];
  /** Authorization details (RFC 9396). */
  readonly details?: readonly Detail[];
  readonly chain?: ActorChain;
  /** Agent that may act for the person by this token of a client (RFC 8693 §4.4). */
  readonly mayAct?: string;
  /** Of a token that was got with an assertion of a peer: the link it rests on, and who acted there. */
  readonly origin?: { readonly link: string; readonly act?: ForeignActor };
  /** Delegation row. */
  readonly delegation?: string;
  /** Instance of the agent that got it. */
  readonly instance?: string;
  readonly grant?: string;
  readonly txn?: string;
  /** The decision it comes from, and the version of the policy set that was asked. */
  readonly decision?: string;
  readonly policy?: number;
  /** How often it may be used at most. */
  readonly maxUses?: number;
  readonly approval?: TokenApproval;
  /** How often the agents it came through had changed hands together (agents/ownership.ts); absent: never. */
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

/** The approval a token was made of, and the digest of the one action it is good for. */
export type TokenApproval = {
  readonly id: string;
  readonly digest: string;
  /** Two people let it happen in an emergency, without those who are asked. */
  readonly break_glass?: true;
};

/** What ended a token before its time. */
export type TokenEnd =
  | 'revoked'
  | 'killed'
  | 'before_epoch'
  | 'handed_over'
  | 'grant_ended'
  | 'grant_narrowed'
  | 'session_ended'
  | 'delegation_ended'
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

export interface IssuedTokens {
  /**
   * The token behind a presented string, if it is one of our access tokens and everything it hangs on is
   * live: signature, issuer, `typ`, expiry, not revoked, grant, delegation with all above it, agent, client and account
   * active, issued after the epoch, and its scope still allowed by all of them. Anything else, of whatever shape
   * or size, is undefined.
   */
  find(token: string): Promise<IssuedToken | undefined>;
  /**
   * Whether a token that was live once has ended otherwise than by its time: it was revoked, or something it hung on is
   * over. `format` is absent for a sign-in, which is none.
   */
  isEnded(
    token: Omit<IssuedToken, 'format' | 'expiresAt'> & {
      readonly format?: IssuedToken['format'];
      readonly expiresAt?: number;
    },
  ): Promise<boolean>;
  /** What ended a genuine, unexpired token; undefined for anything else. For the audit log: who presents it is not told. */
  endOf(token: string): Promise<{ readonly token: IssuedToken; readonly end: TokenEnd } | undefined>;
}
