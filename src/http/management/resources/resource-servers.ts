import { CERTIFICATE_METHODS } from '../../../domain/platform/certificates/certificate-rule.ts';
import { type DelegationTarget, isAccepted } from '../../../domain/resources/resource-servers/delegation-targets.ts';
import {
  RESOURCE_SERVER_PERMISSIONS,
  type ResourceServer,
} from '../../../domain/resources/resource-servers/resource-server.ts';
import type {
  CreatedResourceServer,
  ResourceServerRegistry,
} from '../../../domain/resources/resource-servers/resource-server-registry.ts';
import { ENVIRONMENTS } from '../../../domain/vocabulary/environment.ts';
import { type Call, existing, objectAnswer, orderOf, pageAnswer, searchedPage } from '../call.ts';
import { CERTIFICATE, CERTIFICATE_GIVEN, certificateOf } from '../certificates.ts';
import { type Handlers, resource } from '../resource.ts';
import { about, type IoOf, ORDER, PAGE, SEARCH, scopes, stateFilter } from '../route.ts';
import { named, ref } from '../schema.ts';
import {
  change,
  flag,
  identified,
  input,
  integer,
  list,
  oneOf,
  output,
  page,
  RECORD,
  SECRET,
  seconds,
  string,
  text,
} from '../schema-parts.ts';
import { DETAIL_TYPE, JSON_WEB_KEY_SET, SCOPE } from '../shared-schemas.ts';
import { fromWireBelow, show, toWire } from '../wire-names.ts';

const RESOURCE_SERVER_KIND = {
  identifier: text('Resource indicator (RFC 8707 §2), compared exactly. Cannot be changed.', 512),
  introspection_auth_method: oneOf('Authentication method at the introspection endpoint. Cannot be changed.', [
    'private_key_jwt',
    'client_secret_basic',
    ...CERTIFICATE_METHODS,
    'none',
  ]),
};

const RESOURCE_SERVER_MEMBERS = {
  name: text('Name to show, one line.', 100),
  scopes: { ...list('Its scopes.', 200, ref(SCOPE)), minItems: 1 },
  detail_types: list(
    'Types of authorization details that the resource server understands (RFC 9396).',
    20,
    ref(DETAIL_TYPE),
  ),
  access_token_format: oneOf('Format of access tokens.', ['jwt', 'opaque']),
  access_token_signing_alg: oneOf('Signature algorithm of JWT access tokens.', ['ES256', 'RS256', 'PS256', 'EdDSA']),
  access_token_ttl_seconds: integer('Lifetime of an access token.', { minimum: 30, maximum: 3600 }),
  environments: list('Environments whose agents may get access here.', 3, oneOf('An environment.', ENVIRONMENTS)),
  permissions: list(
    'What the resource server may do here beyond questions about its own tokens. `reports:write`: report what it did with them.',
    1,
    oneOf('A permission.', RESOURCE_SERVER_PERMISSIONS),
  ),
  status_list: flag(
    '`true`: each JWT access token has an index in a Token Status List, so that an API without a connection sees its end. Default: `false`.',
  ),
  jwks: ref(JSON_WEB_KEY_SET),
};

const NEW_RESOURCE_SERVER = named(
  'NewResourceServer',
  input({ ...RESOURCE_SERVER_KIND, ...RESOURCE_SERVER_MEMBERS, ...CERTIFICATE_GIVEN }, [
    'identifier',
    'name',
    'scopes',
  ]),
);

const RESOURCE_SERVER_CHANGE = named(
  'ResourceServerChange',
  change({ ...RESOURCE_SERVER_MEMBERS, ...CERTIFICATE_GIVEN }),
);

const DELEGATION_PAIR_MEMBERS = {
  resource: text('Resource indicator of the other API.', 512),
  scope: text('One scope that the other API declares.', 128),
};

export const DELEGATION_PAIR = named('DelegationPair', input(DELEGATION_PAIR_MEMBERS, ['resource', 'scope']));

const DELEGATION_TARGET = named(
  'DelegationTarget',
  output(
    {
      ...DELEGATION_PAIR_MEMBERS,
      proposed_by: string('Account or client that proposed it.'),
      proposed_at: seconds('When it was proposed.'),
      accepted_by: string('Account or client of another person that accepted it.'),
      accepted_at: seconds('When it was accepted; absent while it waits and has no effect.'),
    },
    ['accepted_by', 'accepted_at'],
  ),
);

const CERTIFICATE_MEMBERS = { certificate: ref(CERTIFICATE) };

const RESOURCE_SERVER = named(
  'ResourceServer',
  output(
    {
      ...identified('The client_id for introspection. Begins with rs_.'),
      ...RESOURCE_SERVER_KIND,
      ...RESOURCE_SERVER_MEMBERS,
      ...CERTIFICATE_MEMBERS,
      delegates_to: list(
        'Scopes of other APIs that the resource server, as an agent, requests from its callers. Scopes that wait for acceptance have no effect.',
        50,
        ref(DELEGATION_TARGET),
      ),
      state: oneOf('Whether tokens are issued for it.', ['active', 'disabled']),
      ...RECORD,
      ...SECRET,
    },
    [
      'jwks',
      'certificate',
      'delegates_to',
      'environments',
      'permissions',
      'status_list',
      'detail_types',
      'client_secret',
    ],
  ),
);

const RESOURCE_SERVER_PAGE = page(RESOURCE_SERVER);

export const RESOURCE_SERVER_SCOPES = scopes('resource-servers', {
  read: ['See the registered resource servers', 'low'],
  write: ['Register, change and disable resource servers', 'critical'],
});

const make = about('resource servers', RESOURCE_SERVER_SCOPES);

const routes = {
  createResourceServer: make.create(
    '/resource-servers',
    NEW_RESOURCE_SERVER,
    RESOURCE_SERVER,
    'Register a resource server. A secret is shown only once',
  ),
  listResourceServers: make.read(
    '/resource-servers',
    RESOURCE_SERVER_PAGE,
    'List resource servers, newest first unless `sort` says otherwise',
    {
      query: {
        ...PAGE,
        identifier: text('Only the resource server with this identifier.', 512),
        search: SEARCH,
        state: stateFilter(['active', 'disabled']),
        sort: { ...oneOf('Sort key.', ['created', 'identifier']), default: 'created' },
        order: ORDER,
        awaiting: flag('`true`: only those with a pair that waits to be accepted. `false`: only those without.'),
      },
    },
  ),
  getResourceServer: make.read('/resource-servers/{id}', RESOURCE_SERVER, 'Read a resource server'),
  updateResourceServer: make.change(
    '/resource-servers/{id}',
    RESOURCE_SERVER_CHANGE,
    RESOURCE_SERVER,
    'Change members of a resource server',
  ),
  disableResourceServer: make.act(
    '/resource-servers/{id}/disable',
    RESOURCE_SERVER,
    'Disable a resource server. No token is issued for it',
  ),
  enableResourceServer: make.act('/resource-servers/{id}/enable', RESOURCE_SERVER, 'Enable a resource server again'),
  proposeDelegation: make.act(
    '/resource-servers/{id}/propose-delegation',
    RESOURCE_SERVER,
    'Propose a scope of another API that the resource server requests from its callers. Another operator or administrator accepts it',
    { body: DELEGATION_PAIR, ifMatch: 'may' },
  ),
  acceptDelegation: make.act(
    '/resource-servers/{id}/accept-delegation',
    RESOURCE_SERVER,
    'Accept a scope that another operator or administrator proposed. It takes effect at the next decision',
    { body: DELEGATION_PAIR, ifMatch: 'may' },
  ),
  withdrawDelegation: make.act(
    '/resource-servers/{id}/withdraw-delegation',
    RESOURCE_SERVER,
    'Withdraw a scope that was proposed or accepted. Its effect ends at the next decision',
    { body: DELEGATION_PAIR, ifMatch: 'may' },
  ),
  rotateResourceServerSecret: make.act(
    '/resource-servers/{id}/rotate-secret',
    RESOURCE_SERVER,
    'Rotate the introspection secret. The old secret becomes invalid at once',
  ),
};

const MEMBERS = [
  'id',
  'identifier',
  'name',
  'scopes',
  'detailTypes',
  'accessTokenFormat',
  'accessTokenSigningAlg',
  'accessTokenTtlSeconds',
  'environments',
  'permissions',
  'statusList',
  'introspectionAuthMethod',
  'jwks',
  'state',
  'createdAt',
  'updatedAt',
] as const satisfies readonly (keyof ResourceServer)[];

type Dependencies = {
  readonly resourceServers: ResourceServerRegistry;
};

const handlers = ({ resourceServers: servers }: Dependencies): Handlers<typeof routes> => ({
  createResourceServer: async ({ body, by }) =>
    withSecret(await servers.create(fromWireBelow(body, 'certificate'), by)),

  async listResourceServers(call) {
    const { identifier, awaiting } = call.query;
    if (identifier === undefined) {
      const textsOf = ({ name, identifier: its, scopes }: ResourceServer) => [
        name,
        its,
        ...scopes.map((scope) => scope.name),
      ];
      const waits = ({ delegatesTo = [] }: ResourceServer) => awaiting === delegatesTo.some((one) => !isAccepted(one));
      return pageAnswer(
        await searchedPage(call, servers.list, textsOf, {
          isMeant: awaiting === undefined ? undefined : waits,
          order: orderOf(call.query, { created: 'createdAt', identifier: 'identifier' }),
        }),
        shown,
      );
    }
    const found = await servers.findByIdentifier(identifier);
    return pageAnswer({ items: found ? [found] : [] }, shown);
  },

  getResourceServer: async ({ id }) => objectAnswer(existing(await servers.get(id)), shown),

  updateResourceServer: async ({ id, version, body, by }) =>
    objectAnswer(await servers.update(id, version, fromWireBelow(body, 'certificate'), by), shown),

  disableResourceServer: async ({ id, by }) => objectAnswer(await servers.disable(id, by), shown),
  enableResourceServer: async ({ id, by }) => objectAnswer(await servers.enable(id, by), shown),

  proposeDelegation: async (call) => objectAnswer(await servers.proposeTarget(...pairOf(call)), shown),
  acceptDelegation: async (call) => objectAnswer(await servers.acceptTarget(...pairOf(call)), shown),
  withdrawDelegation: async (call) => objectAnswer(await servers.withdrawTarget(...pairOf(call)), shown),

  rotateResourceServerSecret: async ({ id, by }) => withSecret(await servers.rotateSecret(id, by)),
});

/** Versions begin at 1; 0 means that the caller sent none. */
const pairOf = ({ id, version, body, by }: Call<IoOf<(typeof routes)['proposeDelegation']>>) =>
  [id, version === 0 ? undefined : version, body, by] as const;

const shown = (server: ResourceServer) => ({
  ...show(server, MEMBERS),
  ...certificateOf(server),
  ...(server.delegatesTo === undefined ? {} : { delegates_to: server.delegatesTo.map(shownTarget) }),
});

/** The target without `proposers`, which only the acceptance rule uses. */
const shownTarget = ({ proposers: _, ...target }: DelegationTarget) => toWire({ ...target });

const withSecret = ({ secret, ...created }: CreatedResourceServer) =>
  objectAnswer(created, (server) => ({
    ...shown(server),
    ...(secret === undefined ? {} : { client_secret: secret }),
  }));

export const resourceServers = resource(routes, handlers);
