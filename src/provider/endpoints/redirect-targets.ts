/**
 * Compares redirect URIs character by character. oidc-provider lets the port of a native app's loopback address differ (RFC
 * 8252 §7.3). Here only the port of a literal address may differ, because `localhost` may resolve to another machine (RFC
 * 8252 §8.3).
 *
 * DIVERGENCE: many servers let the port of `localhost` differ, too.
 */
import type Provider from 'oidc-provider';

export const exactLocalhost = (provider: Provider): void => {
  const prototype = provider.Client.prototype as unknown as {
    readonly redirectUris?: readonly string[];
    readonly postLogoutRedirectUris?: readonly string[];
    redirectUriAllowed(value: string): boolean;
    postLogoutRedirectUriAllowed(value: string): boolean;
  };
  const { redirectUriAllowed, postLogoutRedirectUriAllowed } = prototype;
  prototype.redirectUriAllowed = function exact(value) {
    return isExactlyOneOf(this.redirectUris, value) ?? redirectUriAllowed.call(this, value);
  };
  prototype.postLogoutRedirectUriAllowed = function exact(value) {
    return isExactlyOneOf(this.postLogoutRedirectUris, value) ?? postLogoutRedirectUriAllowed.call(this, value);
  };
};

/** Undefined: oidc-provider decides. */
const isExactlyOneOf = (registered: readonly string[] | undefined, value: string): boolean | undefined =>
  URL.parse(value)?.hostname === 'localhost' ? registered?.includes(value) : undefined;
