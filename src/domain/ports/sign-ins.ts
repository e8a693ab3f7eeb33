import type { Assurance } from '../vocabulary/assurance.ts';

/** A person's sign-in to a client, as an ID token or refresh token of this server proves it. */
export type SignIn = {
  /** Digest of the presented token, for the audit log. */
  readonly id: string;
  /** Account. */
  readonly subject: string;
  /** Client or agent to which it was issued. */
  readonly clientId: string;
  /** The live grant behind it. */
  readonly grant: string;
  /** OpenID scopes of that grant. */
  readonly openidScopes: readonly string[];
  readonly assurance?: Assurance;
  readonly issuedAt: number;
  /** Expiry of the presented token or of the grant, whichever is first. */
  readonly expiresAt: number;
  /** Instance of the agent that holds it. */
  readonly instance?: string;
  /** How often the agent it was issued to had changed owner; absent: never. */
  readonly ownership?: number;
  /** Thumbprint of the key or certificate to which it is bound. */
  readonly jkt?: string;
  readonly x5t?: string;
  /**
   * For a refresh token that is bound to its client: how the access token issued with it is bound. Any key of the
   * client proves it.
   */
  readonly proof?: 'dpop' | 'certificate';
};

/**
 * Returns undefined for anything but a live and unused token of this kind and this client. Accepts input of any shape
 * or size.
 */
export interface SignIns {
  /** OIDC Core §2. Valid while the client still holds the grant with which it was issued. */
  ofIdToken(token: string, clientId: string): Promise<SignIn | undefined>;
  /** Reads the token without using it up. Undefined when it was rotated or used already. */
  ofRefreshToken(token: string, clientId: string): Promise<SignIn | undefined>;
}
