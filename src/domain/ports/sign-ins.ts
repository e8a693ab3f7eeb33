import type { Assurance } from '../vocabulary/assurance.ts';

/** A person's sign-in to a client, as an ID token or refresh token of this server proves it. */
export type SignIn = {
  /** Digest of the presented token: for the audit log. */
  readonly id: string;
  /** Account. */
  readonly subject: string;
  /** Client or agent to which it was issued. */
  readonly clientId: string;
  /** The grant behind it, which is live. */
  readonly grant: string;
  /** OpenID scopes of that grant. */
  readonly openidScopes: readonly string[];
  readonly assurance?: Assurance;
  readonly issuedAt: number;
  /** Expiry of the presented token or of the grant, whichever is first. */
  readonly expiresAt: number;
  /** Instance of an agent that holds it. */
  readonly instance?: string;
  /** How often the agent it was issued to had changed hands; absent: never. */
  readonly ownership?: number;
  /** Thumbprint of the key or certificate to which it is bound. */
  readonly jkt?: string;
  readonly x5t?: string;
  /**
   * Of a refresh token that is bound to its client: how the access token issued with it is bound. Any key of the client
   * proves it.
   */
  readonly proof?: 'dpop' | 'certificate';
};

/**
 * Returns undefined for anything that is not exactly such a token, of this client, live and unused, in any shape or size.
 */
export interface SignIns {
  /** OIDC Core §2. Valid while the client still holds the grant with which it was issued. */
  ofIdToken(token: string, clientId: string): Promise<SignIn | undefined>;
  /** Reads it without using it up. One that was rotated or used already gives undefined. */
  ofRefreshToken(token: string, clientId: string): Promise<SignIn | undefined>;
}
