/** An authorization detail (RFC 9396). */
export type AuthorizationDetail = { readonly type: string; readonly [member: string]: unknown };

/** An access token, and what the server says about it. */
export type Token = {
  readonly accessToken: string;
  /** How it is sent. A DPoP token needs a proof by the agent's DPoP key with each request; `agent.fetch` makes it. */
  readonly type: 'Bearer' | 'DPoP';
  /** What it allows. Less than was asked for is usual: compare. */
  readonly scopes: readonly string[];
  readonly authorizationDetails: readonly AuthorizationDetail[];
  /** Seconds since the epoch; undefined if the server did not say. */
  readonly expiresAt: number | undefined;
  /** Whether people approved one action: the token is for that action, once, and is never cached. */
  readonly isForOneAction: boolean;
};

/** What else a token response had, for a sign-in. */
export type Grant = {
  readonly token: Token;
  readonly refreshToken: string | undefined;
  /** Claims of the ID token, which the library has checked. */
  readonly claims: Readonly<Record<string, unknown>> | undefined;
  /** The composition that the agent showed for it, as `compositionKey` has it; undefined without one. */
  readonly shown: string | undefined;
};
