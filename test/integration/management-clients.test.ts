/** A client with a role acts as its owner in the management API: who may change what it proves itself with. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { clientAssertion, type Identity, newKeyPair } from '../support/agent-keys.ts';
import { type Management, managementFromKeyFile } from '../support/management.ts';
import { type Answer, post } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';

let server: RunningServer;
let administrator: Management;
/** A client of the account of mallory, with the role operator. */
let mallory: Identity;
let malloryId: string;
let victimId: string;
let victim: Identity;
let base: string;

beforeAll(async () => {
  server = await runServer();
  base = `${server.issuer}/api/v1`;
  administrator = await managementFromKeyFile(server.administratorKeyFile);
  malloryId = (await administrator.createAccount({ username: 'mallory', name: 'Mallory', roles: ['operator'] })).id;
  victimId = (await administrator.createAccount({ username: 'vera', name: 'Vera', roles: ['operator'] })).id;
  mallory = await administrator.newScript(malloryId);
  victim = await administrator.newScript(victimId);
});
afterAll(() => server?.close());

const as = (identity: Identity) => (method: string, path: string, body?: object, headers?: Record<string, string>) =>
  administrator.callOnce(method, path, body, headers ?? {}, identity);

const changed = async (identity: Identity, id: string, body: object): Promise<Answer> => {
  const { headers } = await as(identity)('GET', `/clients/${id}`);
  return as(identity)('PATCH', `/clients/${id}`, body, { 'if-match': String(headers.get('etag')) });
};

const keys = async () => ({ keys: [(await newKeyPair()).publicJwk] });

describe('an operator and the client of another account', () => {
  test.each([
    ['keys', async () => ({ jwks: await keys() })],
    ['an address of keys', async () => ({ jwks_uri: 'https://evil.example/jwks' })],
    [
      'grants',
      async () => ({
        grant_types: ['client_credentials', 'authorization_code'],
        redirect_uris: ['https://evil.example/cb'],
      }),
    ],
    ['roles', async () => ({ roles: ['operator', 'auditor'] })],
    ['rights', async () => ({ authority: { [base]: ['agents:read'] } })],
    ['owner', async () => ({ owner: malloryId })],
    ['name', async () => ({ name: 'Mine' })],
  ])('cannot change its %s', async (_, body) => {
    const refused = await changed(mallory, victim.clientId, await body());
    expect([refused.status, refused.body['type']]).toEqual([403, 'urn:behalf:problem:forbidden']);
    expect((await server.events('management.refused')).at(-1)).toMatchObject({
      caller: mallory.clientId,
      error: 'forbidden',
      note: 'updateClient',
      target: { id: victim.clientId },
    });
    expect((await as(victim)('GET', '/me')).status).toBe(200);
  });

  test('cannot give it a secret, and stops it but does not start it again', async () => {
    const created = await administrator.callOnce('POST', '/clients', {
      name: 'With a secret',
      owner: victimId,
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['client_credentials'],
      authority: { [base]: ['*'] },
      roles: ['operator'],
    });
    const id = String(created.body['id']);
    expect((await as(mallory)('POST', `/clients/${id}/rotate-secret`)).status).toBe(403);
    expect((await as(mallory)('POST', `/clients/${id}/disable`)).status).toBe(200);
    expect((await as(mallory)('POST', `/clients/${id}/enable`)).status).toBe(403);
    expect((await administrator.call('POST', `/clients/${id}/enable`)).status).toBe(200);
  });

  test('accepts no agent in that account’s name: the way by its keys is closed', async () => {
    const agent = await as(mallory)('POST', '/agents', {
      name: 'Sneaky',
      owner: victimId,
      purpose: 'Acts for Vera',
      environment: 'test',
      jwks: await keys(),
    });
    expect(agent.body['state']).toBe('pending');
    const key = await newKeyPair();
    expect((await changed(mallory, victim.clientId, { jwks: { keys: [key.publicJwk] } })).status).toBe(403);
    const token = await post(`${server.issuer}/token`, {
      grant_type: 'client_credentials',
      resource: base,
      client_id: victim.clientId,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await clientAssertion({ clientId: victim.clientId, key }, server.issuer),
    });
    expect(token.body['error']).toBe('invalid_client');
    expect((await as(mallory)('POST', `/agents/${agent.body['id']}/acceptance`)).status).toBe(403);
  });
});

describe('keys that an operator set on a client without a role', () => {
  const planted = async (more: object = {}) => {
    const script = await administrator.newScript(victimId, { roles: [], ...more });
    expect((await changed(mallory, script.clientId, { jwks: await keys() })).status).toBe(200);
    return script.clientId;
  };
  const byAdmin = async (id: string, body: object): Promise<Answer> => {
    const { headers } = await administrator.call('GET', `/clients/${id}`);
    return administrator.call('PATCH', `/clients/${id}`, body, { 'if-match': String(headers.get('etag')) });
  };

  test.each([
    ['a role', { roles: ['operator'] }, '/roles'],
    ['no consent', { skip_consent: true }, '/skip_consent'],
  ])('are not taken along when an administrator gives it %s', async (_, body, field) => {
    const id = await planted();
    const read = await administrator.call('GET', `/clients/${id}`);
    expect(read.body['credentials_set_by']).toMatchObject({ caller: mallory.clientId });
    const refused = await byAdmin(id, body);
    expect([refused.status, refused.body['type']]).toEqual([409, 'urn:behalf:problem:conflict']);
    expect(refused.text).toContain(mallory.clientId);
    expect(refused.text).toContain(field);
    expect((await administrator.call('GET', `/clients/${id}`)).body).toMatchObject({ roles: [], skip_consent: false });
    const { jwks } = read.body;
    expect((await byAdmin(id, { ...body, jwks })).status).toBe(200);
    expect((await administrator.call('GET', `/clients/${id}`)).body['credentials_set_by']).toMatchObject({
      caller: administrator.clientId,
    });
  });

  test('nor when a client with a role gets an owner, nor a secret', async () => {
    const key = await newKeyPair();
    const made = await as(mallory)('POST', '/clients', {
      name: 'Ownerless',
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [key.publicJwk] },
      grant_types: ['client_credentials'],
      roles: ['operator'],
    });
    const id = String(made.body['id']);
    expect((await byAdmin(id, { owner: victimId })).text).toContain('/owner');
    const secret = await as(mallory)('POST', '/clients', {
      name: 'Secret',
      owner: victimId,
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['client_credentials'],
    });
    const other = String(secret.body['id']);
    expect((await byAdmin(other, { roles: ['operator'] })).status).toBe(409);
    expect((await administrator.call('POST', `/clients/${other}/rotate-secret`)).status).toBe(200);
    expect((await byAdmin(other, { roles: ['operator'] })).status).toBe(200);
  });

  test('who set the keys may give the roles they may give', async () => {
    const script = await administrator.newScript(malloryId, { roles: [] });
    expect((await changed(mallory, script.clientId, { jwks: await keys() })).status).toBe(200);
    expect((await changed(mallory, script.clientId, { roles: ['operator'] })).status).toBe(200);
  });
});

test('its own account and an administrator change it', async () => {
  const own = await administrator.newScript(victimId);
  expect((await changed(victim, own.clientId, { jwks: await keys() })).status).toBe(200);
  const other = await administrator.newScript(victimId);
  const { headers } = await administrator.call('GET', `/clients/${other.clientId}`);
  const by = await administrator.callOnce(
    'PATCH',
    `/clients/${other.clientId}`,
    { jwks: await keys() },
    {
      'if-match': String(headers.get('etag')),
    },
  );
  expect(by.status).toBe(200);
});

test('a client without a role acts for no account here, and an operator changes it as before', async () => {
  const plain = await administrator.newScript(victimId, { roles: [] });
  expect((await changed(mallory, plain.clientId, { jwks: await keys() })).status).toBe(200);
});
