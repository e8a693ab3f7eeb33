/**
 * The parameter `authorization_details` of a request (RFC 9396). Reads it strictly. Each detail belongs to the requested
 * resource whose resource server declares its type. oidc-provider's own feature takes types and their clients from settings.
 * Here they change with resource servers (finding V23), so that feature stays off.
 */
import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import type { Clock } from '../../domain/ports/clock.ts';
import type { Found } from '../../domain/ports/document-store.ts';
import { isStoreUnavailable } from '../../domain/ports/document-store.ts';
import { checkDetails, readDetails } from '../../domain/resources/authorization-details/asked-details.ts';
import { detailRefusal } from '../../domain/resources/authorization-details/detail-refusals.ts';
import type { ResourceServer } from '../../domain/resources/resource-servers/resource-server.ts';
import type { Detail, DetailsByResource } from '../../domain/vocabulary/detail-type.ts';
import { asProtocol } from '../seam/oauth-errors.ts';
import { requestState } from '../seam/request-state.ts';

const PARAMETER = 'authorization_details';
const PUBLISHED_SECONDS = 5;

type Deps = {
  readonly resourceServers: {
    findByIdentifier(identifier: string): Found<ResourceServer>;
    list(query: {
      readonly limit: number;
    }): Promise<{ readonly items: readonly { readonly document: ResourceServer }[] }>;
  };
  readonly clock: Clock;
};

/** As received. At the token endpoint oidc-provider leaves it out of its parameters. */
const textOf = (ctx: KoaContextWithOIDC): string | undefined => {
  const { body, params, route } = ctx.oidc as unknown as {
    readonly body?: Readonly<Record<string, unknown>>;
    readonly params?: Readonly<Record<string, unknown>>;
    readonly route: string;
  };
  const value = (route === 'token' ? body : params)?.[PARAMETER];
  if (value === undefined || value === '') return undefined;
  if (typeof value === 'string') return value;
  throw detailRefusal('details_repeated', { field: PARAMETER });
};

export interface RequestDetails {
  /**
   * The details of a request to a person. Call it once the requested resources are known. Throws DomainError 'invalid_target'
   * without a resource, and 'invalid_authorization_details'.
   */
  ofRequest(ctx: KoaContextWithOIDC): Promise<DetailsByResource>;

  /** Whether a token request names any. */
  isNamed(ctx: KoaContextWithOIDC): boolean;

  /** The details that a token request names at the one resource of its token. Undefined: those that were granted. */
  ofTokenRequest(ctx: KoaContextWithOIDC, server: ResourceServer): readonly Detail[] | undefined;

  /** oidc-provider's hook for additional parameters, at the endpoints that ask a person. */
  check(ctx: KoaContextWithOIDC): Promise<void>;

  /** Types of all resource servers, for the metadata. Some seconds old, and older while the store cannot be read. */
  published(): Promise<readonly string[]>;
}

export const requestDetails = ({ resourceServers, clock }: Deps): RequestDetails => {
  let published: { readonly at: number; readonly types: readonly string[] } | undefined;

  const serversOf = async (ctx: KoaContextWithOIDC): Promise<readonly ResourceServer[]> => {
    const named = Object.keys(ctx.oidc.resourceServers ?? {});
    const servers = await Promise.all(named.map((one) => resourceServers.findByIdentifier(one)));
    return servers.flatMap((one) => (one ? [one.document] : []));
  };

  const ofRequest = async (ctx: KoaContextWithOIDC): Promise<DetailsByResource> => {
    const text = textOf(ctx);
    if (text === undefined) return {};
    const state = requestState(ctx);
    if (state.details) return state.details;
    const details = readDetails(text);
    const servers = await serversOf(ctx);
    if (servers.length === 0) {
      throw detailRefusal('details_without_resource', { field: 'resource' });
    }
    const placed = new Map<string, Detail[]>();
    for (const [index, detail] of details.entries()) {
      const [server, ...others] = servers.filter((one) => one.detailTypes?.some(({ type }) => type === detail.type));
      if (others.length > 0) {
        throw detailRefusal('detail_type_ambiguous', { field: PARAMETER, params: { index } });
      }
      checkDetails(server?.detailTypes ?? [], [detail]);
      if (server) placed.set(server.identifier, [...(placed.get(server.identifier) ?? []), detail]);
    }
    state.details = Object.fromEntries(placed);
    return state.details;
  };

  return {
    ofRequest,

    isNamed: (ctx: KoaContextWithOIDC): boolean => textOf(ctx) !== undefined,

    ofTokenRequest(ctx: KoaContextWithOIDC, server: ResourceServer): readonly Detail[] | undefined {
      const text = textOf(ctx);
      if (text === undefined) return undefined;
      const details = readDetails(text);
      checkDetails(server.detailTypes ?? [], details);
      return details;
    },

    check: (ctx: KoaContextWithOIDC): Promise<void> =>
      asProtocol(async () => {
        if (textOf(ctx) === undefined) return;
        const { response_type: responseType } = ctx.oidc.params ?? {};
        if (responseType !== undefined && responseType !== 'code') {
          throw new errors.InvalidRequest(`${PARAMETER} are for response_type code`);
        }
        await ofRequest(ctx);
      }),

    async published(): Promise<readonly string[]> {
      const now = clock.now();
      if (published !== undefined && published.at + PUBLISHED_SECONDS > now) return published.types;
      try {
        const { items } = await resourceServers.list({ limit: 999 });
        const types = items.flatMap(({ document: { state, detailTypes = [] } }) =>
          state === 'active' ? detailTypes.map(({ type }) => type) : [],
        );
        published = { at: now, types: [...new Set(types)].sort() };
      } catch (error) {
        if (!isStoreUnavailable(error)) throw error;
      }
      return published?.types ?? [];
    },
  };
};

/** Bytes of the details in a JWT, which each request sends in a header. */
const MOST_IN_JWT = 3072;

/** Refuses what a JWT access token could not carry. */
export const checkFits = ({ accessTokenFormat }: ResourceServer, details: readonly Detail[]): void => {
  if (accessTokenFormat === 'jwt' && Buffer.byteLength(JSON.stringify(details)) > MOST_IN_JWT) {
    throw detailRefusal('details_exceed_token', { field: PARAMETER, params: { most: MOST_IN_JWT } });
  }
};

/** As a claim of a token, and as a member of the answer (RFC 9396 §7, §9). */
export const detailsMember = (details: readonly Detail[] | undefined) =>
  details === undefined || details.length === 0 ? {} : { authorization_details: details };
