import type { Assurance } from '../vocabulary/assurance.ts';

/** That a person signed in to a client, as an ID token or refresh token of ours proves it. */
export type SignIn = {
  /** Digest of what was presented: for the audit log. */
  readonly id: string;
  /** Account. */
  readonly subject: string;
  /** Whom it was issued to. */
  readonly clientId: string;
  /** The authorization behind it, which is live. */
  readonly grant: string;
  /** OpenID scopes of that authorization. */
  readonly openidScopes: readonly string[];
  readonly assurance?: Assurance;
  readonly issuedAt: number;
  /** Of what was presented, or of the authorization, whichever is first. */
  readonly expiresAt: number;
  /** Instance of an agent that holds it. */
  readonly instance?: string;
  /** How often the agent it was issued to had changed hands; absent: never. */
  readonly ownership?: number;
  /** Thumbprint of the key or certificate it is bound to. */
  readonly jkt?: string;
  readonly x5t?: string;
  /** Of a refresh token that is bound to its client: how the access token that came with it is bound. Any key of the client proves it. */
  readonly proof?: 'dpop' | 'certificate';
};

/** Anything that is not exactly such a token, of this client, live and unused, is undefined, of whatever shape or size. */
export interface SignIns {
  /** OIDC Core §2. Good while the client still holds the authorization it came with. */
  ofIdToken(token: string, clientId: string): Promise<SignIn | undefined>;
  /** Looked at only: it is not used up. One that was rotated or used already is none. */
  ofRefreshToken(token: string, clientId: string): Promise<SignIn | undefined>;
}
