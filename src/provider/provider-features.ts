/** The enabled features of oidc-provider, each with its hooks. */
import type { Configuration as ProviderConfiguration } from 'oidc-provider';
import { challengeEndpoint } from './client-authentication/attestation-challenges.ts';
import { clientCertificates } from './client-authentication/client-certificates.ts';
import { backchannelRequests } from './endpoints/backchannel-requests.ts';
import { USER_CODE_MASK } from './interactions/device-authorization.ts';
import type { ProviderDeps } from './provider-deps.ts';
import { asProtocol } from './seam/oauth-errors.ts';
import { factsOf } from './seam/request-facts.ts';
import { requestState } from './seam/request-state.ts';

export const features = (deps: ProviderDeps): NonNullable<ProviderConfiguration['features']> => {
  const { configuration, masterKey, pages, authority } = deps;
  const { issuer } = configuration;
  return {
    devInteractions: { enabled: false },
    attestClientAuth: challengeEndpoint(masterKey),
    clientCredentials: { enabled: true },
    introspection: {
      enabled: true,
      // oidc-provider describes no token; structured-tokens.ts does.
      allowedPolicy: async () => false,
    },
    revocation: {
      enabled: true,
      allowedPolicy: (ctx, client, token) => deps.structured.revocationAllowed(ctx, client.clientId, token as never),
    },
    ciba: backchannelRequests({ ...deps, issuer }),
    dPoP: {
      enabled: true,
      nonceSecret: masterKey.derive('dpop-nonce', 32),
      requireNonce: () => configuration.dpop.requireNonce,
    },
    mTLS: clientCertificates(deps),
    resourceIndicators: {
      enabled: true,
      defaultResource: (ctx, client, oneOf) =>
        asProtocol(() => authority.defaultFor(ctx, client.clientId, oneOf as never)) as never,
      useGrantedResource: async () => true,
      getResourceServerInfo: (ctx, resource, client) =>
        asProtocol(() => authority.at(ctx, resource, client.clientId)) as never,
    },
    // Our own outbox notifies apps. oidc-provider would send at once, lose notifications without a response, and know only
    // some ends.
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (ctx) => pages.signOut(ctx),
      postLogoutSuccessSource: (ctx) => pages.signedOut(ctx),
    },
    deviceFlow: {
      enabled: true,
      charset: 'base-20',
      mask: USER_CODE_MASK,
      deviceInfo: (ctx) => ({
        software: ctx.get('user-agent').slice(0, 120),
        address: factsOf(ctx.req).source,
        at: deps.clock.now(),
      }),
      userCodeInputSource: (ctx, _form, _out, error) => pages.deviceCode(ctx, error, requestState(ctx).userCode),
      userCodeConfirmSource: (ctx, _form, client, info, userCode) => pages.deviceConfirm(ctx, client, info, userCode),
      successSource: (ctx) => pages.deviceDone(ctx),
    },
  };
};
