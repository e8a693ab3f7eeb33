/** Every route of the server, with the parameters that mean something there. */
import { answerOf } from '../support/oauth-calls.ts';
import type { Route } from './fuzz-grammar.ts';

const AUTHENTICATION = ['client_id', 'client_assertion', 'client_assertion_type'];
const AUTHORIZATION = [
  'client_id',
  'response_type',
  'redirect_uri',
  'scope',
  'resource',
  'code_challenge',
  'code_challenge_method',
  'state',
];

const REGISTRATION = [
  'redirect_uris',
  'token_endpoint_auth_method',
  'grant_types',
  'response_types',
  'client_name',
  'contacts',
  'jwks',
  'jwks_uri',
  'software_statement',
  'application_type',
  'subject_type',
  'dpop_bound_access_tokens',
  'agent_owner',
  'agent_purpose',
  'agent_environment',
  'agent_blueprint',
];

/** Routes of the protocol and of the pages; those of the management API come from its OpenAPI document. */
export const ROUTES: readonly Route[] = [
  ...[
    'authorization_code code redirect_uri code_verifier',
    'refresh_token refresh_token',
    'subject_token subject_token_type actor_token actor_token_type',
    'device_code',
    '',
  ].map(
    (more): Route => ({
      path: '/token',
      methods: ['POST'],
      kind: 'form',
      parameters: ['grant_type', 'scope', 'resource', ...AUTHENTICATION, ...more.split(' ').filter(Boolean)],
    }),
  ),
  { path: '/auth', methods: ['GET', 'GET', 'POST'], kind: 'page', parameters: AUTHORIZATION },
  { path: '/auth', methods: ['GET'], kind: 'page', parameters: ['client_id', 'request_uri', 'request'] },
  { path: '/auth/:uid', methods: ['GET'], kind: 'page', parameters: [] },
  { path: '/request', methods: ['POST'], kind: 'form', parameters: [...AUTHORIZATION, ...AUTHENTICATION] },
  {
    path: '/token/introspection',
    methods: ['POST'],
    kind: 'form',
    parameters: ['token', 'token_type_hint', ...AUTHENTICATION],
  },
  {
    path: '/token/revocation',
    methods: ['POST'],
    kind: 'form',
    parameters: ['token', 'token_type_hint', ...AUTHENTICATION],
  },
  { path: '/device/auth', methods: ['POST'], kind: 'form', parameters: ['scope', 'resource', ...AUTHENTICATION] },
  { path: '/device', methods: ['GET', 'POST'], kind: 'page', parameters: ['user_code', 'xsrf', 'confirm'] },
  { path: '/device/:uid', methods: ['GET', 'POST'], kind: 'page', parameters: ['user_code'] },
  { path: '/me', methods: ['GET', 'POST', 'OPTIONS'], kind: 'form', parameters: ['access_token'] },
  {
    path: '/session/end',
    methods: ['GET', 'POST'],
    kind: 'page',
    parameters: ['id_token_hint', 'post_logout_redirect_uri', 'client_id', 'state', 'logout_hint'],
  },
  { path: '/session/end/confirm', methods: ['POST'], kind: 'page', parameters: ['xsrf', 'logout'] },
  { path: '/jwks', methods: ['GET', 'OPTIONS'], kind: 'form', parameters: [] },
  { path: '/reg', methods: ['POST', 'POST', 'POST', 'GET'], kind: 'json', parameters: REGISTRATION },
  {
    path: '/reg/:id',
    methods: ['GET', 'PUT', 'DELETE', 'POST'],
    kind: 'json',
    parameters: ['client_id', ...REGISTRATION],
  },
  { path: '/.well-known/openid-configuration', methods: ['GET', 'OPTIONS'], kind: 'form', parameters: [] },
  { path: '/.well-known/oauth-authorization-server', methods: ['GET'], kind: 'form', parameters: [] },
  {
    path: '/interaction/:uid',
    methods: ['GET', 'POST'],
    kind: 'page',
    parameters: ['csrf', 'uid', 'username', 'password', 'decision', 'scope', 'duration'],
  },
  {
    path: '/interaction/:uid/:step',
    methods: ['GET', 'POST'],
    kind: 'page',
    parameters: ['csrf', 'uid', 'decision', 'scope', 'openid', 'duration', 'delegable_to', 'delegable_depth'],
  },
  { path: '/step-ups/:handle', methods: ['GET', 'POST'], kind: 'page', parameters: ['csrf', 'decision'] },
  {
    path: '/delegations/requests/:handle',
    methods: ['GET', 'POST'],
    kind: 'page',
    parameters: ['csrf', 'decision', 'scope', 'duration', 'delegable_to', 'delegable_depth'],
  },
  ...[
    '/account',
    '/account/signed-in',
    '/account/signed-out',
    '/account/sign-out',
    '/account/delegations/:id/revoke',
    '/account/agents/:id/revoke',
    '/account/clients/:id/revoke',
    '/account/grants/:id/revoke',
    '/account/:any',
  ].map(
    (path): Route => ({
      path,
      methods: ['GET', 'POST'],
      kind: 'page',
      parameters: ['csrf', 'code', 'state', 'current', 'password', 'after'],
    }),
  ),
  { path: '/assets/:file', methods: ['GET'], kind: 'page', parameters: [] },
  { path: '/', methods: ['GET'], kind: 'page', parameters: [] },
  { path: '/:any', methods: ['GET', 'POST'], kind: 'form', parameters: [] },
  { path: '/api/v1/:any', methods: ['GET', 'POST'], kind: 'json', parameters: [] },
];

type OpenApi = {
  readonly paths?: Record<string, Record<string, Operation>>;
  readonly components?: { readonly schemas?: Record<string, Schema> };
};
type Schema = { readonly $ref?: string; readonly properties?: Record<string, unknown> };
type Operation = {
  readonly parameters?: readonly { readonly name?: string; readonly in?: string }[];
  readonly requestBody?: { readonly content?: Record<string, { readonly schema?: Schema }> };
};

/** The management API's routes with the members of their bodies, as its own description has them. */
export const managementRoutes = async (issuer: string): Promise<readonly Route[]> => {
  const answer = await answerOf(await fetch(`${issuer}/api/v1/openapi.json`));
  const document = answer.body as OpenApi;
  const schemaOf = (schema: Schema | undefined): Schema | undefined =>
    schema?.$ref === undefined ? schema : document.components?.schemas?.[schema.$ref.split('/').at(-1) ?? ''];
  return Object.entries(document.paths ?? {}).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([method]) => ['get', 'post', 'put', 'patch', 'delete'].includes(method))
      .map(([method, operation]): Route => {
        const body = schemaOf(Object.values(operation.requestBody?.content ?? {})[0]?.schema);
        const query = (operation.parameters ?? []).flatMap((one) => (one.in === 'query' ? (one.name ?? []) : []));
        return {
          path: path.startsWith('/api/') ? path : `/api/v1${path}`,
          methods: [method.toUpperCase()],
          kind: 'json',
          parameters: body ? Object.keys(body.properties ?? {}) : query,
        };
      }),
  );
};
