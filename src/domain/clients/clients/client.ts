import type { CertificateMethod, CertificateRule } from '../../platform/certificates/certificate-rule.ts';
import type { OwnedCollection } from '../../ports/owned-collection.ts';
import type { JsonWebKeySet } from '../../vocabulary/json-web-keys.ts';
import type { ScopesByResource } from '../../vocabulary/scope-sets.ts';
import type { SecuritySuspension } from './security-suspension.ts';

export type ClientAuthMethod =
  | 'private_key_jwt'
  | 'client_secret_basic'
  | 'client_secret_post'
  | CertificateMethod
  | 'none';

/** The caller that last set the credentials, or the redirect URIs, of a client, and when (epoch seconds). */
export type CredentialsSet = { readonly caller: string; readonly at: number; readonly isAdministrator?: true };

/** An OAuth client that is not an agent: existing software that signs users in, or a back end. */
export type Client = {
  readonly id: string;
  readonly name: string;
  /**
   * The account that owns it. A client with a role acts for that account in the management API and may accept
   * agents in its name.
   */
  readonly owner?: string;
  /** Accounts that owned it before, in the order in which they first did. At most MOST_FORMER_OWNERS, after which its owner stays. They may still hold its credentials. */
  readonly formerOwners?: readonly string[];
  /** What it is for, in a sentence of its owner. A confidential client without one is a finding; it works all the same. */
  readonly purpose?: string;
  readonly applicationType: 'web' | 'native';
  readonly tokenEndpointAuthMethod: ClientAuthMethod;
  /** Only a digest is stored; the secret is shown once. */
  readonly secretHash?: string;
  /**
   * Public keys; instead of them, `jwksUri`. With any other method than `private_key_jwt` the keys are kept and prove
   * nothing (RFC 7591 §2).
   */
  readonly jwks?: JsonWebKeySet;
  /** URL of its keys (RFC 7591 §2), fetched when it authenticates. */
  readonly jwksUri?: string;
  /** The URLs among these that an operator or administrator entered (operator-urls.ts). */
  readonly operatorUrls?: readonly string[];
  /** The rule for its certificates, with a method that uses certificates. */
  readonly certificate?: CertificateRule;
  /** For keys, URL of keys, certificate or secret. Absent: unknown. */
  readonly credentialsSetBy?: CredentialsSet;
  /** For redirect URIs. Absent: unknown. */
  readonly redirectUrisSetBy?: CredentialsSet;
  readonly grantTypes: readonly string[];
  readonly redirectUris: readonly string[];
  readonly postLogoutRedirectUris: readonly string[];
  /** URL at which it receives logout tokens (OpenID Connect Back-Channel Logout 1.0 §2.2). */
  readonly backchannelLogoutUri?: string;
  /**
   * Whether it requires the session: `sid` in its ID tokens and in logout tokens. Without it, a logout means
   * all sessions of the user.
   */
  readonly backchannelLogoutSessionRequired?: boolean;
  /** Origins of browser apps that may call the token endpoint (CORS). */
  readonly corsOrigins: readonly string[];
  /** First party: no consent page. Never true for an agent. */
  readonly skipConsent: boolean;
  readonly dpopBoundAccessTokens: boolean;
  /** Whether its access tokens are bound to the client certificate of their request (RFC 8705 §3). */
  readonly certificateBoundAccessTokens?: boolean;
  /** Whether only pushed authorization requests are accepted from it (RFC 9126 §6). */
  readonly requirePushedAuthorizationRequests?: boolean;
  /**
   * False: code requests with `openid` and a `nonce` may come without PKCE (RFC 7636). Absent: PKCE is
   * required.
   */
  readonly requirePkce?: boolean;
  /**
   * Whether its assertions may name the token endpoint as `aud`, as RFC 7523 §3 allowed, in place of the
   * issuer.
   */
  readonly legacyAssertionAudience?: boolean;
  /** Whether it has an exception from a rule (exceptions.ts): such clients are listed. */
  readonly hasException?: true;
  readonly idTokenSignedResponseAlg: 'RS256' | 'ES256' | 'PS256' | 'EdDSA';
  /**
   * What it may do in its own name. Also a ceiling where users are not asked (`skipConsent`, assertions of
   * peers).
   */
  readonly authority?: ScopesByResource;
  /** Its roles in the management API when it acts for itself (decision D22). */
  readonly roles: readonly ('administrator' | 'operator' | 'auditor')[];
  /** Since when its name is verified: no other client may have a name that looks like it. */
  readonly verifiedAt?: number;
  /** `retired` is final. */
  readonly state: 'active' | 'disabled' | 'retired';
  /** It was disabled for security. Only an operator who does not own it, and has not owned it, lifts that. */
  readonly securitySuspension?: SecuritySuspension;
  /** The second at which a self-registered client without an owner expires. */
  readonly expiresAt?: number;
  readonly createdAt: number;
  readonly updatedAt: number;
};

/** The earliest ones are kept: a later change of owner must not make the server forget one. */
export const MOST_FORMER_OWNERS = 512;

export const CLIENTS = {
  name: 'clients',
  holds: 'one OAuth client that is no agent',
  prefixes: ['app'],
  events: ['client'],
  consistency: 'majority',
  cached: true,
  retention: { removedBy: 'sweeper', once: 'a client that registered itself has no owner at its end; all others stay' },
  transfer: 'gives authority',
  indexes: [
    { fields: ['owner', 'createdAt'] },
    { fields: ['owner', 'name'] },
    { fields: ['createdAt'] },
    { fields: ['name'] },
    { fields: ['hasException', 'createdAt'] },
  ],
  expiresAt: 'expiresAt',
  members: ['name', 'tokenEndpointAuthMethod', 'grantTypes', 'redirectUris', 'roles', 'state', 'createdAt'],
  isAbsentWhenUnreadable: true,
} as const satisfies OwnedCollection;
