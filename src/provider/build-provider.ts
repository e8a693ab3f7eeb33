/**
 * oidc-provider, configured. `oidcProvider` builds it, and builds it anew when the signing keys change: oidc-provider reads
 * its keys once, a new one costs less than a millisecond, and requests under way finish on the old one. Nothing outside this
 * folder imports `oidc-provider`.
 */
import { createSecretKey } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import Provider, {
  type Adapter,
  type KoaContextWithOIDC,
  type Configuration as ProviderConfiguration,
} from 'oidc-provider';
import type { Configuration } from '../../config/configuration.ts';
import type { AuditLog } from '../domain/audit/audit-event.ts';
import type { ConsentRegistry } from '../domain/authority/consent/consent-registry.ts';
import type { GroupsOf } from '../domain/authority/decision/authorize.ts';
import type { Agent } from '../domain/clients/agents/agent.ts';
import { ATTESTATION_ALGORITHMS } from '../domain/clients/attestation/client-attestation.ts';
import type { Account } from '../domain/identity/accounts/account.ts';
import { isOneOfDigests } from '../domain/platform/crypto/constant-time-compare.ts';
import type { MasterKey } from '../domain/platform/crypto/master-key.ts';
import type { KeysByUrl } from '../domain/platform/remote-keys/keys-by-url.ts';
import type { Clock } from '../domain/ports/clock.ts';
import type { EphemeralStore } from '../domain/ports/ephemeral-store.ts';
import type { Identifiers } from '../domain/ports/identifiers.ts';
import type { TrustedFetch } from '../domain/ports/trusted-fetch.ts';
import { REACHABLE } from '../domain/vocabulary/assurance.ts';
import type { Detail } from '../domain/vocabulary/detail-type.ts';
import type { Extension } from '../extensions/extension.ts';
import { challengeEndpoint } from './client-authentication/attestation-challenges.ts';
import type { ClientAssertions } from './client-authentication/client-assertions.ts';
import { clientCertificates } from './client-authentication/client-certificates.ts';
import { clientKeysByUrl } from './client-authentication/client-keys-by-url.ts';
import { CLIENT_PROPERTIES, type ProviderClients } from './client-authentication/client-metadata.ts';
import { clientObjects } from './client-authentication/client-objects.ts';
import type { ClientProofs } from './client-authentication/client-proofs.ts';
import { challengeEmptySecrets, takeEmptySecret } from './client-authentication/empty-secrets.ts';
import type { PresentedCredentials } from './client-authentication/presented-credentials.ts';
import type { PresentedInstances } from './client-authentication/presented-instances.ts';
import { refreshTokensRememberProof, rotates } from './client-authentication/refresh-proof.ts';
import { type BackchannelDeps, backchannelRequests } from './endpoints/backchannel-requests.ts';
import { crossOrigin } from './endpoints/cross-origin.ts';
import { refuseOtherGrantTypes } from './endpoints/denials.ts';
import { withoutParametersAtFirst } from './endpoints/early-failures.ts';
import { auditEndpoints } from './endpoints/endpoint-audit.ts';
import { checkParameters } from './endpoints/parameter-bounds.ts';
import { pkceRequired } from './endpoints/pkce-required.ts';
import { publishedMetadata } from './endpoints/published-metadata.ts';
import { exactLocalhost } from './endpoints/redirect-targets.ts';
import { answerAsRequestObjectSays } from './endpoints/refused-request-objects.ts';
import { registerExtensionGrants } from './grants/extension-grants.ts';
import { grantsNameVersions } from './grants/grant-creation.ts';
import { type SignedOutAt, toldByUs } from './interactions/app-sign-out.ts';
import { deviceAuthorization, USER_CODE_MASK } from './interactions/device-authorization.ts';
import { providerForms } from './interactions/forms.ts';
import { grantForRequest, prompts } from './interactions/interaction-policy.ts';
import { signOutThere, type WhereToSignOut } from './interactions/upstream-sign-out.ts';
import { checkSomethingIsAsked, withDefaultScopes } from './requests/default-scopes.ts';
import { detailsMember, type RequestDetails } from './requests/request-details.ts';
import { checkRequestedActor } from './requests/requested-actor.ts';
import type { ResourceAuthority } from './requests/resource-authority.ts';
import type { ReachableBy } from './requests/step-up.ts';
import type { ConsumptionRegistry } from './seam/consumption-registry.ts';
import { cookieNames, SESSION_COOKIE } from './seam/cookies.ts';
import { isForPrograms } from './seam/endpoint-routes.ts';
import { providerFetch } from './seam/guarded-fetch.ts';
import { asProtocol } from './seam/oauth-errors.ts';
import type { ProviderPages } from './seam/pages.ts';
import type { RefusalCounter } from './seam/refusal-counter.ts';
import { factsOf } from './seam/request-facts.ts';
import { requestState } from './seam/request-state.ts';
import { accountClaims, CLAIMS_BY_SCOPE } from './tokens/account-claims.ts';
import type { InstanceFamilies } from './tokens/instance-families.ts';
import type { OwnTokens } from './tokens/issued-tokens.ts';
import type { OwnSignatures } from './tokens/own-signatures.ts';
import type { SigningKeys } from './tokens/signing-keys.ts';
import type { StructuredTokens } from './tokens/structured-tokens.ts';
import type { TokenClaims } from './tokens/token-claims.ts';
import { boundToAttestedKeys, jwtIds } from './tokens/token-models.ts';

export type ProviderDeps = {
  readonly configuration: Configuration;
  readonly adapter: (model: string) => Adapter;
  readonly clients: ProviderClients;
  readonly keys: SigningKeys;
  readonly tokens: OwnTokens;
  readonly signatures: OwnSignatures;
  readonly consumptions: ConsumptionRegistry;
  readonly structured: StructuredTokens;
  readonly assertions: ClientAssertions;
  readonly authority: ResourceAuthority;
  readonly claims: TokenClaims;
  readonly details: RequestDetails;
  readonly consents: ConsentRegistry;
  readonly accounts: { get(id: string): Promise<{ readonly document: Account } | undefined> };
  readonly groupsOf: GroupsOf;
  readonly resourceServers: BackchannelDeps['resourceServers'];
  readonly ownerNames: BackchannelDeps['ownerNames'];
  readonly knows: BackchannelDeps['knows'];
  readonly delegations: BackchannelDeps['delegations'];
  readonly approvals: BackchannelDeps['approvals'];
  readonly agents: { get(id: string): Promise<{ readonly document: Agent } | undefined> };
  readonly reachableBy: ReachableBy;
  readonly pages: ProviderPages;
  readonly extensions: readonly Extension[];
  readonly audit: AuditLog;
  readonly refusals: RefusalCounter;
  readonly authenticationRefusals: RefusalCounter;
  readonly anonymous: Parameters<typeof auditEndpoints>[1]['anonymous'];
  readonly trustedFetch: TrustedFetch;
  readonly keysByUrl: KeysByUrl;
  readonly proofs: ClientProofs;
  readonly presented: PresentedCredentials;
  readonly instances: PresentedInstances;
  readonly families: InstanceFamilies;
  /** Called when an app requests that its own sign-in in a session ends, and the session continues. */
  readonly signedOutAt: SignedOutAt;
  /** Where a session that a user signs out of can be ended, too. */
  readonly signOutThere: WhereToSignOut;
  readonly clock: Clock;
  readonly ephemeral: EphemeralStore;
  readonly identifiers: Identifiers;
  readonly masterKey: MasterKey;
  readonly onUnexpected: (error: unknown, requestId: string) => void;
};

export type OidcProvider = {
  provider(): Provider;
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** Loads the signing keys as they are stored now. */
  reload(): Promise<void>;
  /** Which set of signing keys is in use, as `SigningKeys.version` names it. */
  keysVersion(): string;
};

export const oidcProvider = async (deps: ProviderDeps): Promise<OidcProvider> => {
  let provider: Provider;
  let handle: (request: IncomingMessage, response: ServerResponse) => void;
  let keysVersion: string;

  const reload = async (): Promise<void> => {
    // Before the keys: if another node rotates in between, the next check reloads them.
    const version = await deps.keys.version();
    const jwks = await deps.keys.privateJwks();
    const next = build(deps, jwks);
    deps.tokens.useKeys({ keys: jwks.map(publicPart) });
    deps.signatures.useKeys(jwks);
    provider = next;
    handle = next.callback();
    keysVersion = version;
  };
  await reload();

  return {
    provider: () => provider,
    handle: (request, response) => handle(request, response),
    reload,
    keysVersion: () => keysVersion,
  };
};

const PRIVATE_MEMBERS = new Set(['d', 'p', 'q', 'dp', 'dq', 'qi']);
const publicPart = (jwk: object): object =>
  Object.fromEntries(Object.entries(jwk).filter(([member]) => !PRIVATE_MEMBERS.has(member)));

const ANY_AUDIENCE = { has: () => true } as unknown as Set<string>;

const build = (deps: ProviderDeps, jwks: readonly object[]): Provider => {
  const { configuration, masterKey } = deps;
  const { issuer } = configuration;
  const provider = new Provider(issuer, settings(deps, jwks));

  // URLs come from configuration, never from the request (invariant 7; finding V7).
  provider.proxy = true;
  provider.OIDCContext.prototype.urlFor = (name: string, options?: object) =>
    (provider as unknown as { urlFor(name: string, options?: object): string }).urlFor(name, options);
  // Any, for oidc-provider: client-assertions.ts checks the audience once the signature is verified, and says what is wrong.
  provider.OIDCContext.prototype.clientJwtAuthExpectedAudience = () => ANY_AUDIENCE;

  (provider.ReplayDetection as unknown as { unique: typeof deps.assertions.unique }).unique = deps.assertions.unique;
  // The stored `client_secret` is a keyed digest (finding V11).
  provider.Client.prototype.compareClientSecret = async function compare(actual: string) {
    // oidc-provider treats both ways of sending a secret alike; only the registered one is accepted (CA-08).
    const sentBy = Provider.ctx?.headers.authorization === undefined ? 'client_secret_post' : 'client_secret_basic';
    if (this.clientAuthMethod !== sentBy) return false;
    const isRight = isOneOfDigests(String(this.clientSecret), masterKey.digests('client_secret', actual));
    if (isRight) deps.proofs.remember(Provider.ctx, this.clientId);
    return isRight;
  };
  const { presented } = deps;
  clientObjects(provider, deps.clients, clientKeysByUrl(provider, deps.keysByUrl, presented), presented);
  deps.proofs.install(provider);
  presented.install(provider);
  jwtIds(provider, deps.identifiers);
  boundToAttestedKeys(provider, presented);
  grantsNameVersions(provider);
  refreshTokensRememberProof(provider);
  exactLocalhost(provider);
  withDefaultScopes(provider);
  toldByUs(provider, deps.signedOutAt);
  withoutParametersAtFirst(
    provider,
    (context, read) => {
      presented.take(context, read);
      takeEmptySecret(context, read);
      answerAsRequestObjectSays(context, read);
    },
    checkParameters,
  );
  refuseOtherGrantTypes(provider);

  // Outermost first: the recorded answer is the one that leaves.
  auditEndpoints(provider, deps);
  challengeEmptySecrets(provider);
  crossOrigin(provider);
  publishedMetadata(provider, deps);
  signOutThere(provider, { issuer, whereTo: deps.signOutThere, pages: deps.pages });
  providerForms(provider, deps);
  deviceAuthorization(provider, deps);
  deps.structured.install(provider);
  registerExtensionGrants(provider, deps.extensions, deps);
  return provider;
};

const settings = (deps: ProviderDeps, jwks: readonly object[]): ProviderConfiguration => {
  const { configuration, masterKey, pages, authority } = deps;
  const { issuer, tokens, sessions, clientAuthentication } = configuration;
  const basePath = new URL(issuer).pathname.replace(/\/$/, '');
  const names = cookieNames(issuer);
  // A key object: a bare buffer would be converted for each of the cookies of each answer.
  const cookieKeys = masterKey.derivedOfAll('cookies', 32).map((key) => createSecretKey(key));
  const { path: _path, ...shortCookie } = SESSION_COOKIE;
  /** Nothing outlives the grant it belongs to. */
  const within = (ctx: unknown, seconds: number): number => {
    const grant = (ctx as KoaContextWithOIDC | undefined)?.oidc?.entities?.Grant;
    return Math.max(1, grant?.exp === undefined ? seconds : Math.min(seconds, grant.exp - deps.clock.now()));
  };
  /** Longest life of tokens of a request's client; 0 in its metadata is no limit. */
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
    },
    formats: {
      customizers: {
        // oidc-provider has a member of its own for them, and leaves it empty.
        jwt: (_ctx, token, parts) => {
          const { extra } = token as { readonly extra?: { readonly authorization_details?: readonly Detail[] } };
          Object.assign(parts.payload, detailsMember(extra?.authorization_details));
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
    // DIVERGENCE: OIDC Core §11 ties refresh tokens to `offline_access`. Here a client that may use them gets one; the grant
    // bounds it, which the person sees and ends, and the session on which the grant depends (grant-creation.ts).
    issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: (ctx) => rotates(ctx.oidc.entities.RefreshToken),
    // Our own records determine what ends with a session, for tokens that oidc-provider does not know as well.
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
    features: {
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
      // Our own outbox notifies apps. oidc-provider would send at once, loses what is not answered, and knows only some ends.
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
    },
  };
};
