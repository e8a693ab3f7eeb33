/**
 * Builds the configured oidc-provider, and builds it anew when the signing keys change. oidc-provider reads its keys once. A
 * new one costs less than a millisecond, and requests under way finish on the old one. Nothing outside this folder imports
 * `oidc-provider`.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import Provider from 'oidc-provider';
import { isOneOfDigests } from '../domain/platform/crypto/constant-time-compare.ts';
import { clientKeysByUrl } from './client-authentication/client-keys-by-url.ts';
import { clientObjects } from './client-authentication/client-objects.ts';
import { challengeEmptySecrets, takeEmptySecret } from './client-authentication/empty-secrets.ts';
import { refreshTokensRememberProof } from './client-authentication/refresh-proof.ts';
import { crossOrigin } from './endpoints/cross-origin.ts';
import { refuseOtherGrantTypes } from './endpoints/denials.ts';
import { withoutParametersAtFirst } from './endpoints/early-failures.ts';
import { auditEndpoints } from './endpoints/endpoint-audit.ts';
import { checkParameters } from './endpoints/parameter-bounds.ts';
import { publishedMetadata } from './endpoints/published-metadata.ts';
import { exactLocalhost } from './endpoints/redirect-targets.ts';
import { answerAsRequestObjectSays } from './endpoints/refused-request-objects.ts';
import { registerExtensionGrants } from './grants/extension-grants.ts';
import { grantsNameVersions } from './grants/grant-creation.ts';
import { toldByUs } from './interactions/app-sign-out.ts';
import { deviceAuthorization } from './interactions/device-authorization.ts';
import { providerForms } from './interactions/forms.ts';
import { signOutThere } from './interactions/upstream-sign-out.ts';
import { introspection } from './own-handlers/introspection.ts';
import { refuseAgain, withOwnHandlers } from './own-handlers/own-handlers.ts';
import { tokenGrants } from './own-handlers/token-grants.ts';
import type { ProviderDeps } from './provider-deps.ts';
import { settings } from './provider-settings.ts';
import { withDefaultScopes } from './requests/default-scopes.ts';
import { boundToAttestedKeys, tokenIds } from './tokens/token-models.ts';

export type OidcProvider = {
  provider(): Provider;
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** Loads the signing keys as they are stored now. */
  reload(): Promise<void>;
  /** Name of the set of signing keys in use, as in `SigningKeys.version`. */
  keysVersion(): string;
};

export const oidcProvider = async (deps: ProviderDeps): Promise<OidcProvider> => {
  let provider: Provider;
  let handle: (request: IncomingMessage, response: ServerResponse) => void;
  let keysVersion: string;

  const reload = async (): Promise<void> => {
    // Before the keys: if another node rotates them in between, the next check reloads them.
    const version = await deps.keys.version();
    const jwks = await deps.keys.privateJwks();
    const next = build(deps, jwks);
    deps.tokens.useKeys({ keys: jwks.map(publicPart) });
    deps.signatures.useKeys(jwks);
    provider = next;
    handle = listenerOf(next, deps);
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

const listenerOf = (
  provider: Provider,
  deps: ProviderDeps,
): ((request: IncomingMessage, response: ServerResponse) => void) => {
  const ofProvider = provider.callback();
  if (!deps.configuration.tokens.ownHandlers) return ofProvider;
  return withOwnHandlers(provider, [introspection(deps.structured), ...tokenGrants(provider, deps)], ofProvider);
};

const PRIVATE_MEMBERS = new Set(['d', 'p', 'q', 'dp', 'dq', 'qi']);
/** The members of a JWK that may be published. */
export const publicPart = (jwk: object): object =>
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
  // oidc-provider accepts any audience. client-assertions.ts checks it after the signature, and says what is wrong.
  provider.OIDCContext.prototype.clientJwtAuthExpectedAudience = () => ANY_AUDIENCE;

  (provider.ReplayDetection as unknown as { unique: typeof deps.assertions.unique }).unique = deps.assertions.unique;
  // The stored `client_secret` is a keyed digest (finding V11).
  provider.Client.prototype.compareClientSecret = async function compare(actual: string) {
    // oidc-provider treats both ways of sending a secret alike. This accepts only the registered one (CA-08).
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
  tokenIds(provider, deps);
  boundToAttestedKeys(provider, presented);
  grantsNameVersions(provider);
  refreshTokensRememberProof(provider);
  exactLocalhost(provider);
  withDefaultScopes(provider);
  toldByUs(provider, deps.signedOutAt);
  withoutParametersAtFirst(
    provider,
    (context, read) => {
      refuseAgain(context);
      presented.take(context, read);
      takeEmptySecret(context, read);
      answerAsRequestObjectSays(context, read);
    },
    checkParameters,
  );
  refuseOtherGrantTypes(provider);

  // Outermost first: the recorded response is the one that leaves.
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
