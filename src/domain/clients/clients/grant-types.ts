/**
 * The grant types of the token endpoint, each declared as one object. It states who may register the grant type, which
 * routes of the decision it takes, and how the person takes part. Registration, the decision, pages and the reference
 * page read this table.
 */
import { clientRefusal } from './client-refusals.ts';

/**
 * How the person takes part in what a route gives. `none`: the caller acts for itself. `of_grant`: the person allowed
 * it to the client here, and oidc-provider issues within the grant. `of_delegation`: the person is behind a delegation
 * or an approval. `elsewhere`: another server asserts who the person is, and asks them.
 */
export type PersonPart = 'none' | 'of_grant' | 'of_delegation' | 'elsewhere';

/** `document`: a client whose id is the URL of its metadata document. */
export type Registrant = 'agent' | 'client' | 'document';

export type DeclaredGrantType = {
  /** Value of `grant_type`. */
  readonly grantType: string;
  readonly specification: string;
  /** `extension`: a folder of src/extensions implements its `Grant`. */
  readonly handledBy: 'oidc-provider' | 'extension';
  readonly registrants: readonly Registrant[];
  /** Why only agents may register it. A client that registered it before this rule keeps it. */
  readonly notForClients?: 'grant_type_for_agents';
  /** Why no public client may register it. Absent: public clients may. */
  readonly notForPublicClients?: 'client_credentials_of_public_client' | 'exchange_of_public_client';
  /** Whether a person signs in for it, and a refresh token may follow. */
  readonly signsIn?: true;
  /** Routes of the decision (authority/decision/routes.ts has a row for each). */
  readonly routes: Readonly<Record<string, PersonPart>>;
};

const EVERYBODY = ['agent', 'client', 'document'] as const;
const AGENTS_AND_CLIENTS = ['agent', 'client'] as const;

const DECLARED = {
  authorization_code: {
    grantType: 'authorization_code',
    specification: 'RFC 6749 §4.1',
    handledBy: 'oidc-provider',
    registrants: EVERYBODY,
    signsIn: true,
    routes: { authorization_code: 'of_grant' },
  },
  refresh_token: {
    grantType: 'refresh_token',
    specification: 'RFC 6749 §6',
    handledBy: 'oidc-provider',
    registrants: EVERYBODY,
    routes: { refresh_token: 'of_grant' },
  },
  client_credentials: {
    grantType: 'client_credentials',
    specification: 'RFC 6749 §4.4',
    handledBy: 'oidc-provider',
    registrants: AGENTS_AND_CLIENTS,
    notForPublicClients: 'client_credentials_of_public_client',
    routes: { client_credentials: 'none' },
  },
  device_code: {
    grantType: 'urn:ietf:params:oauth:grant-type:device_code',
    specification: 'RFC 8628',
    handledBy: 'oidc-provider',
    registrants: EVERYBODY,
    signsIn: true,
    routes: { device_code: 'of_grant' },
  },
  token_exchange: {
    grantType: 'urn:ietf:params:oauth:grant-type:token-exchange',
    specification: 'RFC 8693',
    handledBy: 'extension',
    // Clients exchange only for assertions to other domains: a plain exchange is for agents.
    registrants: AGENTS_AND_CLIENTS,
    notForPublicClients: 'exchange_of_public_client',
    routes: { token_exchange: 'of_delegation', id_jag: 'elsewhere', txn_token: 'of_delegation' },
  },
  jwt_bearer: {
    grantType: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    specification: 'RFC 7523 §2.1',
    handledBy: 'extension',
    registrants: AGENTS_AND_CLIENTS,
    notForPublicClients: 'exchange_of_public_client',
    routes: { jwt_bearer: 'elsewhere' },
  },
  ciba: {
    grantType: 'urn:openid:params:grant-type:ciba',
    specification: 'CIBA Core 1.0 §10.1',
    handledBy: 'extension',
    registrants: ['agent'],
    notForClients: 'grant_type_for_agents',
    routes: { ciba: 'of_delegation' },
  },
} as const satisfies Readonly<Record<string, DeclaredGrantType>>;

type Declared = typeof DECLARED;

/** Short name of a grant type in code, words and pages. */
export type GrantTypeName = keyof Declared;

/** Routes of the decision that a grant type takes. */
export type GrantRoute = { [N in GrantTypeName]: keyof Declared[N]['routes'] & string }[GrantTypeName];

/** `grant_type` of the grants that folders of src/extensions handle. */
export type ExtensionGrantType = Extract<Declared[GrantTypeName], { readonly handledBy: 'extension' }>['grantType'];

export const DECLARED_GRANT_TYPES: { readonly [N in GrantTypeName]: DeclaredGrantType } = DECLARED;

/** In the order of the reference page. */
export const GRANT_TYPE_NAMES = Object.keys(DECLARED) as readonly GrantTypeName[];

const ALL: readonly DeclaredGrantType[] = Object.values(DECLARED_GRANT_TYPES);

const typesOf = (is: (declared: DeclaredGrantType) => boolean): readonly string[] =>
  ALL.filter(is).map(({ grantType }) => grantType);

export const DEVICE_CODE = DECLARED.device_code.grantType;
export const TOKEN_EXCHANGE = DECLARED.token_exchange.grantType;
export const JWT_BEARER = DECLARED.jwt_bearer.grantType;
/** For agents, whose single actions users approve. */
export const CIBA = DECLARED.ciba.grantType;

/** The grant types that agents and other clients may register. */
export const GRANT_TYPES: readonly string[] = typesOf(() => true);

/** The grant types that a metadata document may name. Such a client has no rights of its own: it must ask a user. */
export const DOCUMENT_GRANT_TYPES = typesOf(({ registrants }) => registrants.includes('document'));

/** The grant types in which a person signs in. */
export const SIGN_IN_GRANT_TYPES = typesOf(({ signsIn = false }) => signsIn);

/** The grant types that folders of src/extensions handle. */
export const EXTENSION_GRANT_TYPES = typesOf(({ handledBy }) => handledBy === 'extension');

/** The routes of the decision on which the person takes this part. */
export const routesWith = (part: PersonPart): readonly GrantRoute[] =>
  ALL.flatMap(({ routes }) => Object.entries(routes) as [GrantRoute, PersonPart][])
    .filter(([, each]) => each === part)
    .map(([route]) => route);

/** The route of the decision by `grant_type`, for the grants that oidc-provider handles: each takes one. */
export const PROVIDER_ROUTES: ReadonlyMap<string, GrantRoute> = new Map(
  ALL.filter(({ handledBy }) => handledBy === 'oidc-provider').flatMap(({ grantType, routes }) =>
    (Object.keys(routes) as GrantRoute[]).map((route) => [grantType, route] as const),
  ),
);

/** Refuses what only agents may register, unless it was there before. Throws 'invalid_field' that names the entry. */
export const checkForClients = (grantTypes: readonly string[], before: readonly string[] = []): void => {
  for (const { grantType, notForClients } of ALL) {
    const index = grantTypes.indexOf(grantType);
    if (notForClients === undefined || index < 0 || before.includes(grantType)) continue;
    throw clientRefusal(notForClients, { field: `/grant_types/${index}` });
  }
};

/** Refuses what a client without authentication may not register. Throws 'invalid_field'. */
export const checkForPublicClients = (grantTypes: readonly string[]): void => {
  for (const { grantType, notForPublicClients } of ALL) {
    if (notForPublicClients !== undefined && grantTypes.includes(grantType)) {
      throw clientRefusal(notForPublicClients, { field: '/grant_types' });
    }
  }
};

/**
 * Checks that grant types fit each other and the redirect URIs. Redirect URIs are required if the authorization
 * endpoint is used, and refused otherwise (RFC 7591 §2). Throws 'invalid_field'.
 */
export const checkGrantTypes = (
  grantTypes: readonly string[],
  allowed: readonly string[],
  redirectUris: readonly string[],
): readonly string[] => {
  if (grantTypes.length === 0) throw clientRefusal('grant_types_missing', { field: '/grant_types' });
  for (const [index, grantType] of grantTypes.entries()) {
    if (!allowed.includes(grantType)) {
      throw clientRefusal('grant_type_unknown', {
        field: `/grant_types/${index}`,
        params: { allowed: allowed.join(', ') },
      });
    }
    if (grantTypes.indexOf(grantType) !== index) {
      throw clientRefusal('grant_type_repeated', { field: `/grant_types/${index}` });
    }
  }
  const asksPeople = grantTypes.includes('authorization_code');
  if (asksPeople && redirectUris.length === 0) {
    throw clientRefusal('redirect_uri_missing', { field: '/redirect_uris' });
  }
  if (!asksPeople && redirectUris.length > 0) {
    throw clientRefusal('redirect_uri_unused', { field: '/redirect_uris' });
  }
  if (grantTypes.includes('refresh_token') && !SIGN_IN_GRANT_TYPES.some((name) => grantTypes.includes(name))) {
    throw clientRefusal('refresh_tokens_not_possible', { field: '/grant_types' });
  }
  return grantTypes;
};
