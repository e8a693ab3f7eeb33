import type { DomainError } from '../vocabulary/errors.ts';
import { providerRefusal } from './provider-refusals.ts';

/** One provider, from the point of view of this server as its client. */
export type UpstreamParty = {
  /** Differs for each version of the configuration. */
  readonly key: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly authentication:
    | { readonly method: 'private_key_jwt' }
    | { readonly method: 'client_secret_basic' | 'client_secret_post'; readonly secret: string };
};

/** Values that bind an answer to its request. */
export type UpstreamBinding = {
  readonly state: string;
  readonly nonce: string;
  /** PKCE (RFC 7636). */
  readonly codeVerifier: string;
};

export type UpstreamRequest = UpstreamBinding & {
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  readonly loginHint?: string;
  /** Whether the person has to sign in there again, even with a session there. */
  readonly isFresh: boolean;
};

/** The identity that the provider asserts. Claims of userinfo replace those that the ID token leaves out. */
export type UpstreamIdentity = {
  readonly subject: string;
  readonly claims: Readonly<Record<string, unknown>>;
  /** The signed ID token, a hint for signing out there. */
  readonly idToken: string;
};

/** Why a provider's answer was not accepted: the reason in the audit log. The browser does not learn it. */
export type UpstreamReason =
  | 'provider_unreachable'
  | 'provider_metadata'
  | 'provider_refused'
  | 'wrong_issuer'
  | 'code_refused'
  | 'client_refused'
  | 'id_token_invalid'
  | 'claims_invalid';

/**
 * A client of OpenID providers. Sends every request by trusted-fetch.ts; URLs for a browser are https.
 * Every method throws a DomainError, see `upstreamFailed`.
 */
export interface UpstreamClient {
  /** URL at which the user signs in. */
  authorizationUrl(party: UpstreamParty, request: UpstreamRequest): Promise<string>;
  /**
   * Redeems the code of an answer with this query, and checks the result: `iss` (RFC 9207), state, signature of the ID
   * token, issuer, audience, nonce and times. Then asks for the claims of userinfo, if the provider has such an endpoint.
   */
  identify(
    party: UpstreamParty,
    answer: UpstreamBinding & { readonly redirectUri: string; readonly query: URLSearchParams },
  ): Promise<UpstreamIdentity>;
  /**
   * URL at which a person can sign out there (OpenID Connect RP-Initiated Logout 1.0); undefined where that is not offered.
   * Without `idToken` the provider asks the person which account to sign out.
   */
  endSessionUrl(
    party: UpstreamParty,
    request: { readonly idToken?: string; readonly returnTo: string; readonly state: string },
  ): Promise<string | undefined>;
  /** URL of its signing keys: `jwks_uri` of its metadata. */
  keysUrl(party: UpstreamParty): Promise<string>;
}

type Failure = { readonly upstreamReason: UpstreamReason };

/** The two causes that the person can resolve. For all others the person learns only that the sign-in failed. */
const TOLD: Partial<Record<UpstreamReason, 'provider_refused_sign_in' | 'provider_refused_client'>> = {
  provider_refused: 'provider_refused_sign_in',
  client_refused: 'provider_refused_client',
};

/** 'unavailable' when the provider cannot be reached, else 'invalid_request'. */
export const upstreamFailed = (reason: UpstreamReason, detail: string): DomainError => {
  const cause: Failure = { upstreamReason: reason };
  return reason === 'provider_unreachable'
    ? providerRefusal('provider_unreachable', { retryAfterSeconds: 5, detail, cause })
    : providerRefusal(TOLD[reason] ?? 'provider_answer_invalid', { detail, cause });
};

/** The reason, if this is the error of an upstream. */
export const upstreamReasonOf = (error: unknown): UpstreamReason | undefined =>
  ((error as { readonly cause?: unknown } | undefined)?.cause as Partial<Failure> | undefined)?.upstreamReason;
