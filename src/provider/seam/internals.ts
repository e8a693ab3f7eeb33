/**
 * The seam: the only file that imports from inside oidc-provider. `oidc-provider` is pinned exactly;
 * `test/architecture/provider-seam.test.ts` names the version and the arity of each function used. An upgrade that moves one
 * fails there and not in a token.
 *
 * Why the public interface is not enough: a custom grant gets no DPoP handling from oidc-provider, and oidc-provider offers
 * its own only through this module (its header promises an export in 10.x). Our own handlers of endpoints
 * (../own-handlers) run oidc-provider's client authentication and its grants in a context that `Provider.ctx` must find.
 */

export { handler as clientCredentials } from 'oidc-provider/lib/actions/grants/client_credentials.js';
export { handler as refresh } from 'oidc-provider/lib/actions/grants/refresh_token.js';
export { default as currentContext } from 'oidc-provider/lib/helpers/als.js';
export * as grantHelpers from 'oidc-provider/lib/helpers/grants.js';
export { checkDpopReplay, checkDpopRequired, checkMtlsCert, validateDpop } from 'oidc-provider/lib/helpers/grants.js';
export { default as clientAuthentication } from 'oidc-provider/lib/shared/client_auth.js';
