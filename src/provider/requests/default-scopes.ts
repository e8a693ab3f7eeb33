/**
 * The scopes of a request to a person that names a resource and no scope (RFC 6749 §3.3, RFC 8707 §2): the default scopes of
 * the resource. Each step of the request determines them anew, because none writes them into the parameters.
 */
import type Provider from 'oidc-provider';
import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import type { ResourceServer } from '../../domain/resources/resource-servers/resource-server.ts';
import { type OfRequest, requestState } from '../seam/request-state.ts';

const namesScope = ({ oidc }: KoaContextWithOIDC): boolean => Boolean(oidc.params?.['scope']);
/**
 * `offline_access` asks for a refresh token and is about no resource. MCP hosts send it alone when the metadata of a resource
 * lists no scopes.
 */
const namesScopeOfResource = ({ oidc }: KoaContextWithOIDC): boolean =>
  String(oidc.params?.['scope'] ?? '')
    .split(' ')
    .some((scope) => scope !== '' && scope !== 'offline_access');
const namesDetails = ({ oidc }: KoaContextWithOIDC): boolean => Boolean(oidc.params?.['authorization_details']);

/**
 * Adds the default scopes of the requested resources: those declared as defaults, else all. `held`: the most that the client
 * may hold there. A request that names scopes or details gets no defaults.
 */
export const addDefaultScopes = (
  ctx: KoaContextWithOIDC,
  { scopes }: ResourceServer,
  held: readonly string[],
): void => {
  const state = requestState(ctx);
  if (namesDetails(ctx) || (namesScopeOfResource(ctx) && state.defaultScopes === undefined)) return;
  const declared = scopes.filter((scope) => scope.default);
  const names = (declared.length > 0 ? declared : scopes).map(({ name }) => name);
  state.defaultScopes = new Set([...(state.defaultScopes ?? []), ...names.filter((name) => held.includes(name))]);
};

/** Whether a request names no scope, so that it asks for the defaults. */
export const asksForDefaults = (of: OfRequest): boolean => requestState(of).defaultScopes !== undefined;

/** oidc-provider reads the scopes of a request here, in all code about resources. */
export const withDefaultScopes = (provider: Provider): void => {
  const { prototype } = provider.OIDCContext;
  const { get } = Object.getOwnPropertyDescriptor(prototype, 'requestParamScopes') ?? {};
  Object.defineProperty(prototype, 'requestParamScopes', {
    configurable: true,
    get() {
      const { ctx } = this as unknown as { readonly ctx: KoaContextWithOIDC };
      const named = get?.call(this) as Set<string>;
      return new Set([...named, ...(requestState(ctx).defaultScopes ?? [])]);
    },
  });
};

/** Throws InvalidScope for a request that names neither scope nor resource: no page could answer it. */
export const checkSomethingIsAsked = (ctx: KoaContextWithOIDC): void => {
  const { resource } = ctx.oidc.params ?? {};
  const namesResource = Array.isArray(resource) ? resource.length > 0 : Boolean(resource);
  if (namesScope(ctx) || namesResource || namesDetails(ctx)) return;
  throw new errors.InvalidScope(
    'name what is asked for: scope (such as openid), or the resource it is at',
    undefined as never,
  );
};
