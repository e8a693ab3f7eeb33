import { DomainError } from '../vocabulary/errors.ts';

/** One provider as our client there sees it. */
export type UpstreamParty = {
  /** Another one for each version of what is configured. */
  readonly key: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly authentication:
    | { readonly method: 'private_key_jwt' }
    | { readonly method: 'client_secret_basic' | 'client_secret_post'; readonly secret: string };
};

/** What binds an answer to the request it is the answer to. */
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
  /** The person has to sign in there anew, whoever is signed in. */
  readonly isFresh: boolean;
};

/** What the provider vouched for. Claims of userinfo stand in for those that the ID token leaves out. */
export type UpstreamIdentity = {
  readonly subject: string;
  readonly claims: Readonly<Record<string, unknown>>;
  /** As it was signed; a hint for signing out there. */
  readonly idToken: string;
};

/** Why a provider's answer was not accepted: the reason in the audit log. Nobody in a browser is told. */
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
 * A client of OpenID providers. Everything is fetched through the guard; the addresses a browser is sent to are https.
 * Every method throws a DomainError, see `upstreamFailed`.
 */
export interface UpstreamClient {
  /** Where the browser goes to sign in. */
  authorizationUrl(party: UpstreamParty, request: UpstreamRequest): Promise<string>;
  /**
   * Redeems the code of an answer, whose query this is, and checks what comes: `iss` (RFC 9207), state, signature of the
   * ID token, issuer, audience, nonce and times; then asks for the claims of userinfo, where there is such an endpoint.
   */
  identify(
    party: UpstreamParty,
    answer: UpstreamBinding & { readonly redirectUri: string; readonly query: URLSearchParams },
  ): Promise<UpstreamIdentity>;
  /**
   * Where a person can sign out there (OpenID Connect RP-Initiated Logout 1.0); undefined where that is not offered.
   * Without `idToken` the provider asks whom that is about.
   */
  endSessionUrl(
    party: UpstreamParty,
    request: { readonly idToken?: string; readonly returnTo: string; readonly state: string },
  ): Promise<string | undefined>;
  /** Where the keys are by which it signs: `jwks_uri` of its metadata. */
  keysUrl(party: UpstreamParty): Promise<string>;
}

type Failure = { readonly upstreamReason: UpstreamReason };

/** What the person is told, who can do something about these two; of all others no more than that it did not work. */
const SAID: Partial<Record<UpstreamReason, string>> = {
  provider_refused: 'The provider did not sign you in.',
  client_refused: 'The provider does not know this server. Tell its administrator.',
};

/** 'unavailable' when the provider cannot be reached, else 'invalid_request'. */
export const upstreamFailed = (reason: UpstreamReason, detail: string): DomainError => {
  const cause: Failure = { upstreamReason: reason };
  return reason === 'provider_unreachable'
    ? new DomainError('unavailable', 'The provider cannot be reached right now. Try again in a moment.', {
        retryAfterSeconds: 5,
        detail,
        cause,
      })
    : new DomainError('invalid_request', SAID[reason] ?? 'The answer of the provider was not accepted.', {
        detail,
        cause,
      });
};

/** Why, if this is what was thrown. */
export const upstreamReasonOf = (error: unknown): UpstreamReason | undefined =>
  ((error as { readonly cause?: unknown } | undefined)?.cause as Partial<Failure> | undefined)?.upstreamReason;
