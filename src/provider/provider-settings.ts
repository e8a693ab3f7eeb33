/**
 * The settings of oidc-provider: its hooks, lifetimes and algorithms. provider-features.ts has its features beyond the core.
 */

import type { KoaContextWithOIDC, Configuration as ProviderConfiguration } from 'oidc-provider';
import { ATTESTATION_ALGORITHMS } from '../domain/clients/attestation/client-attestation.ts';
import { REACHABLE } from '../domain/vocabulary/assurance.ts';
import type { Detail } from '../domain/vocabulary/detail-type.ts';
import { CLIENT_PROPERTIES } from './client-authentication/client-metadata.ts';
import { rotates } from './client-authentication/refresh-proof.ts';
import { pkceRequired } from './endpoints/pkce-required.ts';
import { cookieSignatures } from './interactions/cookie-signatures.ts';
import { grantForRequest, prompts } from './interactions/interaction-policy.ts';
import type { ProviderDeps } from './provider-deps.ts';
import { features } from './provider-features.ts';
import { checkSomethingIsAsked } from './requests/default-scopes.ts';
import { detailsMember } from './requests/request-details.ts';
import { checkRequestedActor } from './requests/requested-actor.ts';
import type { JwtForm } from './requests/resource-authority.ts';
import { cookieNames, SESSION_COOKIE } from './seam/cookies.ts';
import { isForPrograms } from './seam/endpoint-routes.ts';
import { providerFetch } from './seam/guarded-fetch.ts';
import { asProtocol } from './seam/oauth-errors.ts';
import { accountClaims, CLAIMS_BY_SCOPE } from './tokens/account-claims.ts';

/** The members of a token that a JWT is made of. */
type TokenParts = {
  readonly extra?: { readonly authorization_details?: readonly Detail[] };
  readonly resourceServer?: { readonly jwt: JwtForm };
};

/** `jwks`: private keys in the order in which they may sign. */
export const settings = (deps: ProviderDeps, jwks: readonly object[]): ProviderConfiguration => {
  const { configuration, masterKey, pages } = deps;
  const { issuer, tokens, sessions, clientAuthentication } = configuration;
  const basePath = new URL(issuer).pathname.replace(/\/$/, '');
  const names = cookieNames(issuer);
  const cookieKeys = cookieSignatures(masterKey.derivedOfAll('cookies', 32));
  const { path: _path, ...shortCookie } = SESSION_COOKIE;
  /** No token outlives its grant. */
  const within = (ctx: unknown, seconds: number): number => {
    const grant = (ctx as KoaContextWithOIDC | undefined)?.oidc?.entities?.Grant;
    return Math.max(1, grant?.exp === undefined ? seconds : Math.min(seconds, grant.exp - deps.clock.now()));
  };
  /** Longest life of tokens of a request's client; 0 in its metadata means no limit. */
  const ceiling = (ctx: unknown): number =>
    Number((ctx as KoaContextWithOIDC | undefined)?.oidc?.client?.['behalf_max_token_seconds']) ||
    Number.POSITIVE_INFINITY;
  type WithServer = { readonly resourceServer?: { readonly accessTokenTTL?: number | undefined } | undefined };
  const accessTokenTtl = (ctx: unknown, token: WithServer): number =>
    within(ctx, Math.min(ceiling(ctx), token.resourceServer?.accessTokenTTL ?? tokens.accessTokenTtlSeconds));

  return {
    adapter: deps.adapter,
    jwks: { keys: jwks as never },
    // oidc-provider's own guard connects first and checks the address then, and may be missing (findings V16, V17).
    fetch: providerFetch(deps),
    responseTypes: ['code'],
    scopes: ['openid', 'offline_access', 'profile', 'email', 'groups'],
    claims: CLAIMS_BY_SCOPE,
    subjectTypes: ['public'],
    extraParams: {
      authorization_details: (ctx) => {
        checkSomethingIsAsked(ctx);
        return deps.details.check(ctx);
      },
      requested_actor: checkRequestedActor(deps.agents),
      transaction: (ctx) => deps.transactions.check(ctx),
    },
    formats: {
      customizers: {
        jwt: async (_ctx, token, parts) => {
          const { extra, resourceServer } = token as TokenParts;
          // oidc-provider has its own member for them, and leaves it empty.
          Object.assign(parts.payload, detailsMember(extra?.authorization_details));
          const { statusListOf, sign } = resourceServer?.jwt ?? {};
          if (statusListOf === undefined || !sign) return;
          parts.payload['status'] = await asProtocol(() =>
            deps.statuses.of(statusListOf, parts.payload, sign.alg, jwks),
          );
        },
      },
    },
    acrValues: [...REACHABLE],
    clientAuthMethods: ['private_key_jwt', 'client_secret_basic', 'client_secret_post', 'tls_client_auth', 'none'],
    clientDefaults: {
      grant_types: [],
      response_types: [],
      token_endpoint_auth_method: 'private_key_jwt',
      id_token_signed_response_alg: 'RS256',
    },
    enabledJWA: {
      clientAuthSigningAlgValues: ['ES256', 'ES384', 'ES512', 'RS256', 'PS256', 'EdDSA', 'Ed25519'],
      attestSigningAlgValues: [...ATTESTATION_ALGORITHMS],
      dPoPSigningAlgValues: ['ES256', 'ES384', 'EdDSA', 'Ed25519', 'RS256', 'PS256'],
      idTokenSigningAlgValues: ['RS256', 'PS256', 'ES256', 'EdDSA'],
    },
    assertJwtClientAuthClaimsAndHeader: async (ctx, claims, header) => deps.assertions.check(ctx, claims, header),
    extraClientMetadata: { properties: [...CLIENT_PROPERTIES] },
    pkce: { required: pkceRequired },
    clockTolerance: clientAuthentication.clockToleranceSeconds,
    cookies: { names, keys: cookieKeys as never, long: SESSION_COOKIE, short: shortCookie },
    clientBasedCORS: (_ctx, origin, client) => {
      const origins = client['behalf_cors_origins'];
      return Array.isArray(origins) && origins.includes(origin);
    },
    findAccount: (_ctx, id, token) =>
      asProtocol(async () => {
        const account = (await deps.accounts.get(id))?.document;
        return account?.state === 'active'
          ? accountClaims(account, deps.groupsOf, (token as { readonly grantId?: string } | undefined)?.grantId)
          : undefined;
      }),
    extraTokenClaims: (ctx, token) => deps.claims.forToken(ctx, token),
    loadExistingGrant: grantForRequest(deps),
    // DIVERGENCE: OIDC Core §11 ties refresh tokens to `offline_access`. Here each client that may use them gets one. Its
    // limits are the grant, which the person sees and can end, and the session on which the grant depends
    // (grant-creation.ts).
    issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: (ctx) => rotates(ctx.oidc.entities.RefreshToken),
    // Our own records determine what ends with a session, including tokens that oidc-provider does not know.
    expiresWithSession: async () => false,
    interactions: {
      policy: prompts(deps.details, deps.reachableBy),
      url: async (_ctx, interaction) => `${basePath}/interaction/${interaction.uid}`,
    },
    renderError: async (ctx, out, error) => {
      if (isForPrograms(ctx.oidc?.route)) ctx.body = out;
      else await pages.error(ctx, out, error);
    },
    ttl: {
      BackchannelAuthenticationRequest: configuration.approvals.ttlSeconds,
      AccessToken: accessTokenTtl,
      ClientCredentials: accessTokenTtl,
      AuthorizationCode: tokens.authorizationCodeTtlSeconds,
      DeviceCode: tokens.deviceCodeTtlSeconds,
      IdToken: tokens.idTokenTtlSeconds,
      RefreshToken: (ctx) => within(ctx, tokens.refreshTokenTtlSeconds),
      Grant: configuration.delegation.maxDurationSeconds,
      Session: sessions.ttlSeconds,
      Interaction: sessions.interactionTtlSeconds,
    },
    features: features(deps),
  };
};
