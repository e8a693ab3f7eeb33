/** Our addresses as a provider has to know them. */
export type UpstreamAddresses = {
  /** Where people come back to who signed in there. */
  readonly redirectUri: string;
  /** The same after signing out (OpenID Connect RP-Initiated Logout 1.0). */
  readonly postLogoutRedirectUri: string;
  /** Where we hear that a session there is over (OpenID Connect Back-Channel Logout 1.0). */
  readonly backchannelLogoutUri: string;
};

export const upstreamAddresses = (issuer: string): UpstreamAddresses => ({
  redirectUri: `${issuer}/upstream/callback`,
  postLogoutRedirectUri: `${issuer}/account/signed-out`,
  backchannelLogoutUri: `${issuer}/upstream/logout`,
});
