/** Whether a code request needs a code challenge (RFC 7636; RFC 9700 §2.1.1). */
import type { KoaContextWithOIDC } from 'oidc-provider';

/**
 * Every code request does, with one exception: a confidential client for which an administrator lifted the rule
 * (`require_pkce`). That client detects an injected code by OpenID Connect's `nonce` in the ID token.
 */
export const pkceRequired = (ctx: KoaContextWithOIDC, client: { readonly [member: string]: unknown }): boolean => {
  const { scope, nonce } = ctx.oidc.params ?? {};
  const isOpenIdWithNonce =
    String(scope ?? '')
      .split(' ')
      .includes('openid') &&
    typeof nonce === 'string' &&
    nonce !== '';
  return !(client['behalf_pkce_optional'] === true && isOpenIdWithNonce);
};
