/** Our addresses, to be registered at a provider. */
export type UpstreamAddresses = {
  /** URL to which the browser returns after a sign-in there. */
  readonly redirectUri: string;
  /** The same after signing out (OpenID Connect RP-Initiated Logout 1.0). */
  readonly postLogoutRedirectUri: string;
  /** URL at which we receive logout tokens for sessions there (OpenID Connect Back-Channel Logout 1.0). */
  readonly backchannelLogoutUri: string;
};

export const upstreamAddresses = (issuer: string): UpstreamAddresses => ({
  redirectUri: `${issuer}/upstream/callback`,
  postLogoutRedirectUri: `${issuer}/account/signed-out`,
  backchannelLogoutUri: `${issuer}/upstream/logout`,
});
