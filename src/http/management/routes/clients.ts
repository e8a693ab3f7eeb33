/** Routes about clients, initial access tokens, and resource servers. */
import { ADMINISTRATORS, about, id, OWN, PAGE, type RouteDeclaration, SEARCH, stateOf } from './route.ts';

const clients = about('clients', 'clients:read', 'clients:write');
const registration = about('initial access tokens', 'agents:read', 'agents:write');
const servers = about('resource servers', 'resource-servers:read', 'resource-servers:write');

export const CLIENT_ROUTES = {
  createClient: clients.create('/clients', 'NewClient', 'Client', 'Register a client. A secret is shown only once', {
    policy: 'register',
  }),
  listClients: clients.read('/clients', 'ClientPage', 'List clients, newest first', {
    query: {
      ...PAGE,
      owner: id('Only clients of this account.'),
      search: SEARCH,
      state: stateOf(['active', 'disabled', 'retired']),
    },
  }),
  getClient: clients.read('/clients/{id}', 'Client', 'Read a client'),
  updateClient: clients.change('/clients/{id}', 'ClientChange', 'Client', 'Change members of a client'),
  disableClient: clients.act(
    '/clients/{id}/disable',
    'Client',
    'Disable a client. Its tokens and credentials stop working',
  ),
  enableClient: clients.act('/clients/{id}/enable', 'Client', 'Enable a client again'),
  verifyClient: clients.act(
    '/clients/{id}/verify',
    'Client',
    'Verify the name of a client. Other clients cannot register a similar name',
    { roles: ADMINISTRATORS },
  ),
  unverifyClient: clients.act('/clients/{id}/unverify', 'Client', 'Remove the verification of a name', {
    roles: ADMINISTRATORS,
  }),
  rotateClientSecret: clients.act(
    '/clients/{id}/rotate-secret',
    'Client',
    'Rotate the secret. The old secret becomes invalid at once',
  ),
  adoptClient: clients.act(
    '/clients/{id}/adoption',
    'Client',
    'Adopt a client that registered itself and has no owner',
    OWN,
  ),

  createInitialAccessToken: registration.create(
    '/initial-access-tokens',
    'NewInitialAccessToken',
    'InitialAccessToken',
    'Create an initial access token with which agents or clients register themselves (RFC 7591). The token is shown only once',
    OWN,
  ),
  listInitialAccessTokens: registration.read(
    '/initial-access-tokens',
    'InitialAccessTokenPage',
    'List initial access tokens that have not expired, newest first',
    { own: true, query: { ...PAGE, owner: id('Only those of this account or group.') } },
  ),
  getInitialAccessToken: registration.read(
    '/initial-access-tokens/{id}',
    'InitialAccessToken',
    'Read an initial access token',
    OWN,
  ),
  revokeInitialAccessToken: registration.act(
    '/initial-access-tokens/{id}/revoke',
    'InitialAccessToken',
    'Revoke an initial access token',
    OWN,
  ),

  createResourceServer: servers.create(
    '/resource-servers',
    'NewResourceServer',
    'ResourceServer',
    'Register a resource server. A secret is shown only once',
  ),
  listResourceServers: servers.read('/resource-servers', 'ResourceServerPage', 'List resource servers, newest first', {
    query: {
      ...PAGE,
      identifier: {
        type: 'string',
        minLength: 1,
        maxLength: 512,
        description: 'Only the resource server with this identifier.',
      },
      search: SEARCH,
      state: stateOf(['active', 'disabled']),
      awaiting: {
        type: 'boolean',
        description: '`true`: only those with a pair that waits to be accepted. `false`: only those without.',
      },
    },
  }),
  getResourceServer: servers.read('/resource-servers/{id}', 'ResourceServer', 'Read a resource server'),
  updateResourceServer: servers.change(
    '/resource-servers/{id}',
    'ResourceServerChange',
    'ResourceServer',
    'Change members of a resource server',
  ),
  disableResourceServer: servers.act(
    '/resource-servers/{id}/disable',
    'ResourceServer',
    'Disable a resource server. No token is issued for it',
  ),
  enableResourceServer: servers.act(
    '/resource-servers/{id}/enable',
    'ResourceServer',
    'Enable a resource server again',
  ),
  proposeDelegation: servers.act(
    '/resource-servers/{id}/propose-delegation',
    'ResourceServer',
    'Propose a scope of another API that the resource server requests from its callers. Another operator or administrator accepts it',
    { body: 'DelegationPair', ifMatch: 'may' },
  ),
  acceptDelegation: servers.act(
    '/resource-servers/{id}/accept-delegation',
    'ResourceServer',
    'Accept a scope that another operator or administrator proposed. It takes effect at the next decision',
    { body: 'DelegationPair', ifMatch: 'may' },
  ),
  withdrawDelegation: servers.act(
    '/resource-servers/{id}/withdraw-delegation',
    'ResourceServer',
    'Withdraw a scope that was proposed or accepted. Its effect ends at the next decision',
    { body: 'DelegationPair', ifMatch: 'may' },
  ),
  rotateResourceServerSecret: servers.act(
    '/resource-servers/{id}/rotate-secret',
    'ResourceServer',
    'Rotate the introspection secret. The old secret becomes invalid at once',
  ),
} satisfies Readonly<Record<string, RouteDeclaration>>;
