/** Grants of the token endpoint that our own handlers serve: client credentials and refresh tokens (RFC 6749 §4.4 and §6), and token exchange (RFC 8693). */
import type Provider from 'oidc-provider';
import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { TOKEN_EXCHANGE } from '../../domain/clients/clients/grant-types.ts';
import type { Extension } from '../../extensions/extension.ts';
import { type ExtensionGrantDeps, extensionGrantHandler, extensionGrantReads } from '../grants/extension-grants.ts';
import { detailsMember } from '../requests/request-details.ts';
import type { ResourceAuthority } from '../requests/resource-authority.ts';
import { clientCredentials, grantHelpers, refresh } from '../seam/internals.ts';
import type { OwnHandler } from './own-handlers.ts';

/** Of an exchange. Others make something else than an access token, and are left to oidc-provider's way. */
const ACCESS_TOKENS = new Set([
  undefined,
  'urn:ietf:params:oauth:token-type:access_token',
  'urn:ietf:params:oauth:token-type:jwt',
]);
/** oidc-provider has steps of its own for it. */
const DETAILS = 'authorization_details';

type Deps = ExtensionGrantDeps & {
  readonly authority: Pick<ResourceAuthority, 'decisionOf'>;
  readonly extensions: readonly Extension[];
};

/** Scopes with one space between them (RFC 6749 §3.3). */
const isScope = (scope: string): boolean => /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/.test(scope) && !/^ | {2}| $/.test(scope);

export const tokenGrants = (provider: Provider, deps: Deps): readonly OwnHandler[] => {
  /** `handle`: sets the body of the context. */
  const handlerOf = (
    grantType: string,
    parameters: readonly string[],
    handle: (context: KoaContextWithOIDC) => Promise<void>,
    readAhead?: OwnHandler['readAhead'],
  ): OwnHandler => ({
    ...(readAhead ? { readAhead } : {}),
    path: '/token',
    route: 'token',
    parameters: ['grant_type', ...parameters],
    takes: ({ grant_type: type, scope, requested_token_type: requested }) =>
      type === grantType && (scope === undefined || isScope(scope)) && ACCESS_TOKENS.has(requested),
    async answer(context) {
      if (!context.oidc.client?.grantTypeAllowed(grantType)) {
        throw new errors.InvalidRequest('requested grant type is not allowed for this client');
      }
      await handle(context);
      return { ...(context.body as object), ...detailsMember(deps.authority.decisionOf(context)?.details) };
    },
  });

  const helpers = Object.fromEntries(
    Object.entries(grantHelpers).map(([name, helper]) => [name, (helper as Callable).bind(undefined, provider)]),
  );
  const exchanges = deps.extensions
    .flatMap(({ grants = [] }) => grants)
    .filter(({ grantType }) => grantType === TOKEN_EXCHANGE)
    .map((grant) => {
      const parameters = grant.parameters.filter((name) => name !== DETAILS);
      const handle = extensionGrantHandler(provider, grant, deps);
      return handlerOf(grant.grantType, parameters, handle, extensionGrantReads(grant, deps));
    });
  return [
    handlerOf('client_credentials', ['scope', 'resource'], (context) => clientCredentials(provider, helpers, context)),
    handlerOf('refresh_token', ['refresh_token', 'scope', 'resource'], (context) =>
      refresh(provider, helpers, context),
    ),
    ...exchanges,
  ];
};

type Callable = (...given: unknown[]) => unknown;
