import { describe, expect, test } from '@jest/globals';
import type { Agent } from '../../../src/domain/clients/agents/agent.ts';
import type { Client } from '../../../src/domain/clients/clients/client.ts';
import type { Account } from '../../../src/domain/identity/accounts/account.ts';
import type { ResourceServer } from '../../../src/domain/resources/resource-servers/resource-server.ts';
import { providerClients, type Registries } from '../../../src/provider/client-authentication/client-metadata.ts';
import { ACCOUNT_PAGES_CLIENT } from '../../../src/provider/seam/account-pages-client.ts';
import { resourceServer } from '../token-exchange/fakes.ts';

const agent = (change: Partial<Agent> = {}) =>
  ({ id: 'agt_a', name: 'A', owner: 'acc_o', state: 'active', grantTypes: [], redirectUris: [], ...change }) as Agent;

const registries = (held: { agent: Agent; owner: Account['state'] }): Registries => ({
  agents: {
    get: async () => ({ document: held.owner === 'active' ? held.agent : { ...held.agent, state: 'orphaned' } }),
  },
  clients: { get: async () => undefined },
  resourceServers: { get: async () => undefined },
});

test('one state of a registration is always the same metadata, another state is other metadata', async () => {
  const held = { agent: agent(), owner: 'active' as Account['state'] };
  const clients = providerClients(registries(held), 'https://issuer.example');
  const first = await clients.find('agt_a');
  expect(first).toMatchObject({ client_id: 'agt_a', behalf_owner: 'acc_o' });
  expect(await clients.find('agt_a')).toBe(first);
  held.agent = agent({ name: 'B' });
  expect(await clients.find('agt_a')).toMatchObject({ client_name: 'B' });
});

test('a client that was found before is not found once suspended, or without an owner', async () => {
  const held = { agent: agent(), owner: 'active' as Account['state'] };
  const clients = providerClients(registries(held), 'https://issuer.example');
  expect(await clients.find('agt_a')).toBeDefined();
  held.owner = 'disabled';
  expect(await clients.find('agt_a')).toBeUndefined();
  held.owner = 'active';
  held.agent = agent({ state: 'suspended' });
  expect(await clients.find('agt_a')).toBeUndefined();
});

const CIBA = 'urn:openid:params:grant-type:ciba';
const client = (change: Partial<Client> = {}): Client => ({
  ...{ id: 'app_1', name: 'App', applicationType: 'web', tokenEndpointAuthMethod: 'none', state: 'active' },
  ...{ grantTypes: [], redirectUris: [], postLogoutRedirectUris: [], corsOrigins: [], roles: [], skipConsent: false },
  ...{ dpopBoundAccessTokens: false, idTokenSignedResponseAlg: 'RS256', createdAt: 0, updatedAt: 0 },
  ...change,
});
const DOCUMENT = 'https://app.example/client';

/** Clients over these registrations. */
const over = ({
  agents = [] as readonly Agent[],
  clients = [] as readonly Client[],
  servers = [] as readonly ResourceServer[],
  documents = undefined as Registries['documentClients'] | undefined,
  issuer = 'https://issuer.example',
} = {}) => {
  const of = <T extends { readonly id: string }>(all: readonly T[]) => ({
    get: async (id: string) => {
      const document = all.find((one) => one.id === id);
      return document && { document, version: 1 };
    },
  });
  return providerClients(
    {
      ...{ agents: of(agents), clients: of(clients), resourceServers: of(servers) },
      ...(documents ? { documentClients: documents } : {}),
    },
    issuer,
  );
};

/** Members of the metadata of one agent, client or resource server, by what is registered. */
const ofAgent = (change: Partial<Agent> = {}) => over({ agents: [agent(change)] }).find('agt_a');
const ofClient = (change: Partial<Client> = {}) => over({ clients: [client(change)] }).find('app_1');
const ofServer = (change: Partial<ResourceServer> = {}) =>
  over({
    servers: [
      resourceServer('rs_1', 'https://rs.example', [], { introspectionAuthMethod: 'private_key_jwt', ...change }),
    ],
  }).find('rs_1');

describe('an agent is client metadata', () => {
  test('that binds nothing and needs nothing unless it is registered so', async () => {
    expect(await ofAgent()).toMatchObject({
      ...{ response_types: [], tls_client_certificate_bound_access_tokens: false, behalf_kind: 'agent' },
      ...{ require_pushed_authorization_requests: false, behalf_max_token_seconds: 0, behalf_ownership: 0 },
    });
    const strict = { certificateBoundAccessTokens: true, requirePushedAuthorizationRequests: true, ownership: 2 };
    const code = { grantTypes: ['authorization_code'], ceilings: { maxAccessTokenSeconds: 60 } };
    expect(await ofAgent({ ...strict, ...code })).toMatchObject({
      ...{ response_types: ['code'], tls_client_certificate_bound_access_tokens: true, behalf_ownership: 2 },
      ...{ require_pushed_authorization_requests: true, behalf_max_token_seconds: 60 },
    });
  });

  test('with the way in which it hears of approvals', async () => {
    expect(await ofAgent()).not.toHaveProperty('backchannel_token_delivery_mode');
    const polling = await ofAgent({ grantTypes: [CIBA] });
    expect(polling).toMatchObject({ backchannel_token_delivery_mode: 'poll' });
    expect(polling).not.toHaveProperty('backchannel_client_notification_endpoint');
    const endpoint = 'https://a.example/ping';
    expect(
      await ofAgent({ resourceServers: [], grantTypes: [CIBA], backchannelClientNotificationEndpoint: endpoint }),
    ).toMatchObject({
      ...{ backchannel_token_delivery_mode: 'ping', backchannel_client_notification_endpoint: endpoint },
    });
  });

  test.each([
    [['https://a.example/cb'], 'web'],
    [['https://a.example/cb', 'http://127.0.0.1/cb'], 'native'],
    [[], 'web'],
  ] as const)('of the application type of its redirect URIs %p', async (redirectUris, type) => {
    expect(await ofAgent({ redirectUris })).toMatchObject({ application_type: type });
  });

  test('from which the agent is found again', async () => {
    const held = agent();
    const clients = over({ agents: [held], clients: [client()] });
    expect(clients.agentOf((await clients.find('agt_a')) ?? {})).toBe(held);
    expect(clients.agentOf((await clients.find('app_1')) ?? {})).toBeUndefined();
  });
});

describe('a client is client metadata', () => {
  test('with no member for what it does not have', async () => {
    const plain = await ofClient();
    expect(plain).toMatchObject({
      ...{ response_types: [], behalf_kind: 'client', behalf_document_version: '', behalf_operates: false },
      ...{ behalf_pkce_optional: false, behalf_legacy_audience: false, behalf_skip_consent: false },
      ...{ tls_client_certificate_bound_access_tokens: false, require_pushed_authorization_requests: false },
    });
    for (const name of ['client_secret', 'jwks', 'jwks_uri', 'backchannel_logout_uri', 'tls_client_auth_subject_dn']) {
      expect(plain).not.toHaveProperty(name);
    }
  });

  test.each<[string, Partial<Client>, object]>([
    ['a secret', { secretHash: 'h' }, { client_secret: 'h' }],
    ['keys', { tokenEndpointAuthMethod: 'private_key_jwt', jwks: { keys: [] } }, { jwks: { keys: [] } }],
    ['a URL of keys', { tokenEndpointAuthMethod: 'private_key_jwt', jwksUri: 'https://k' }, { jwks_uri: 'https://k' }],
    ['the code flow', { grantTypes: ['authorization_code'] }, { response_types: ['code'] }],
    ['a logout URI', { backchannelLogoutUri: 'https://l' }, { backchannel_logout_session_required: false }],
    [
      'a logout URI for sessions',
      { backchannelLogoutUri: 'https://l', backchannelLogoutSessionRequired: true },
      { backchannel_logout_uri: 'https://l', backchannel_logout_session_required: true },
    ],
    [
      'tokens bound to a certificate',
      { certificateBoundAccessTokens: true },
      { tls_client_certificate_bound_access_tokens: true },
    ],
    ['pushed requests', { requirePushedAuthorizationRequests: true }, { require_pushed_authorization_requests: true }],
    ['no PKCE', { requirePkce: false }, { behalf_pkce_optional: true }],
    ['PKCE', { requirePkce: true }, { behalf_pkce_optional: false }],
    ['the legacy audience', { legacyAssertionAudience: true }, { behalf_legacy_audience: true }],
    ['no consent', { skipConsent: true }, { behalf_skip_consent: true }],
    ['an administrator', { roles: ['administrator'] }, { behalf_operates: true }],
    ['an operator among its roles', { roles: ['auditor', 'operator'] }, { behalf_operates: true }],
    ['an auditor', { roles: ['auditor'] }, { behalf_operates: false }],
  ])('with %s', async (_, change, members) => {
    expect(await ofClient(change)).toMatchObject(members);
  });

  test('without keys that its method does not use', async () => {
    const unused = await ofClient({ jwks: { keys: [] }, jwksUri: 'https://k' });
    for (const name of ['jwks', 'jwks_uri']) expect(unused).not.toHaveProperty(name);
  });

  test('and none once it is disabled', async () => {
    expect(await ofClient({ state: 'disabled' })).toBeUndefined();
  });
});

describe('a resource server is client metadata', () => {
  test('if it authenticates and is active', async () => {
    const plain = await ofServer();
    expect(plain).toMatchObject({ behalf_kind: 'resource_server', token_endpoint_auth_method: 'private_key_jwt' });
    for (const name of ['client_secret', 'jwks']) expect(plain).not.toHaveProperty(name);
    expect(await ofServer({ secretHash: 'h', jwks: { keys: [] } })).toMatchObject({
      ...{ client_secret: 'h', jwks: { keys: [] } },
    });
    expect(await ofServer({ introspectionAuthMethod: 'none' })).toBeUndefined();
    expect(await ofServer({ state: 'disabled' })).toBeUndefined();
  });

  test('with its certificate', async () => {
    expect(await ofServer({ certificate: { sanDns: 'rs.example' } })).toMatchObject({
      ...{ token_endpoint_auth_method: 'tls_client_auth', tls_client_auth_subject_dn: '{"sanDns":"rs.example"}' },
    });
  });
});

test('a document is a client in the version of the request, and acts in the version that a person allowed', async () => {
  const document = client({ id: DOCUMENT });
  const versions: string[] = [];
  const clients = over({
    documents: {
      find: async () => document,
      version: async (_id, version) => {
        versions.push(version);
        return document;
      },
    },
  });
  expect(await clients.find(DOCUMENT)).toMatchObject({ client_id: DOCUMENT });
  expect(await clients.active(DOCUMENT)).toBeUndefined();
  expect(await clients.active(DOCUMENT, 'v1')).toBe(document);
  expect(versions).toEqual(['v1']);
  expect([await over().find(DOCUMENT), await over().active(DOCUMENT, 'v1')]).toEqual([undefined, undefined]);
});

test('an active party is an active agent or client, and nothing else', async () => {
  const all = { agents: [agent()], clients: [client()], servers: [resourceServer('rs_1', 'https://rs.example', [])] };
  expect(await over(all).active('agt_a')).toMatchObject({ id: 'agt_a' });
  expect(await over(all).active('app_1')).toMatchObject({ id: 'app_1' });
  expect(await over(all).active('rs_1')).toBeUndefined();
  expect(await over({ agents: [agent({ state: 'suspended' })] }).active('agt_a')).toBeUndefined();
  expect(await over({ clients: [client({ state: 'disabled' })] }).active('app_1')).toBeUndefined();
});

test('an administrator is an active client with that role', async () => {
  const isAdministrator = (change: Partial<Client>, id = 'app_1') =>
    over({ clients: [client(change)] }).isAdministrator(id);
  expect(await isAdministrator({ roles: ['administrator'] })).toBe(true);
  expect(await isAdministrator({ roles: ['operator'] })).toBe(false);
  expect(await isAdministrator({ roles: ['administrator'], state: 'disabled' })).toBe(false);
  expect(await isAdministrator({ roles: ['administrator'] }, 'app_2')).toBe(false);
  expect(await isAdministrator({ id: 'agt_a', roles: ['administrator'] }, 'agt_a')).toBe(false);
});

test.each([
  ['https://issuer.example', 'web'],
  ['http://localhost:3000', 'native'],
])('the account pages at %s are a %s client', async (issuer, type) => {
  expect(await over({ issuer }).find(ACCOUNT_PAGES_CLIENT.client_id)).toMatchObject({
    ...{ redirect_uris: [`${issuer}/account/signed-in`], application_type: type },
  });
  expect(await over({ issuer }).find('other')).toBeUndefined();
});
