import type { Settings } from './settings.ts';

const WELL_KNOWN = '/.well-known/oauth-protected-resource';

/** Where the document of an API is, and what it says (RFC 9728). */
export type ResourceMetadata = {
  /** Path of the document: the well-known path in front of the path of the API. */
  readonly path: string;
  /** Address of the document, as challenges name it. */
  readonly url: string;
  readonly document: Readonly<Record<string, unknown>>;
};

/** The metadata of an API (RFC 9728 §2 and §3.1). An identifier that is no web address has its document at the base URL. */
export const resourceMetadata = (settings: Settings): ResourceMetadata => {
  const { resource, baseUrl, issuer, scopes, name, dpop, detailTypes } = settings;
  const identifier = new URL(resource);
  const isWeb = identifier.protocol === 'https:' || identifier.protocol === 'http:';
  const { origin, pathname } = isWeb ? identifier : new URL(baseUrl);
  const path = `${WELL_KNOWN}${pathname === '/' ? '' : pathname}`;
  return {
    path,
    url: `${origin}${path}`,
    document: {
      resource,
      authorization_servers: [issuer],
      ...(scopes.length > 0 ? { scopes_supported: scopes } : {}),
      bearer_methods_supported: ['header'],
      ...(name === undefined ? {} : { resource_name: name }),
      dpop_signing_alg_values_supported: dpop.algorithms,
      ...(dpop.isRequired ? { dpop_bound_access_tokens_required: true } : {}),
      ...(detailTypes.size > 0 ? { authorization_details_types_supported: [...detailTypes.keys()] } : {}),
    },
  };
};
