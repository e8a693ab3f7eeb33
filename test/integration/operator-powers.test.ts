/** What the role operator does not come by on a detour: another role, a group, an address that codes go to. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Identity, newKeyPair } from '../support/agent-keys.ts';
import { type Management, managementFromKeyFile } from '../support/management.ts';
import type { Answer } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';

const GOOD = 'https://app.example.com/callback';
const EVIL = 'https://evil.example/callback';
const CIBA = 'urn:openid:params:grant-type:ciba';

let server: RunningServer;
let administrator: Management;
let base: string;
let malloryId: string;
let veraId: string;
let gilId: string;
/** Clients of mallory and gil, with the role operator. */
let mallory: Identity;
let gil: Identity;

const keys = async () => ({ keys: [(await newKeyPair()).publicJwk] });

const as = (identity: Identity) => (method: string, path: string, body?: object, headers?: Record<string, string>) =>
  administrator.callOnce(method, path, body, headers ?? {}, identity);

const changed = async (identity: Identity, path: string, body: object): Promise<Answer> => {
  const { headers } = await as(identity)('GET', path);
  return as(identity)('PATCH', path, body, { 'if-match': String(headers.get('etag')) });
};

const changedByAdministrator = async (path: string, body: object): Promise<Answer> => {
  const { headers } = await administrator.call('GET', path);
  return administrator.call('PATCH', path, body, { 'if-match': String(headers.get('etag')) });
};

/** Of the refusal: status, kind of problem and the member at fault; and that the log names it. */
const refusal = async ({ status, body }: Answer, note: string) => {
  expect((await server.events('management.refused')).at(-1)).toMatchObject({ error: 'forbidden', note });
  const [{ pointer } = { pointer: undefined }] = (body['errors'] ?? []) as { readonly pointer: string }[];
  return [status, body['type'], pointer];
};

beforeAll(async () => {
  server = await runServer();
  base = `${server.issuer}/api/v1`;
  administrator = await managementFromKeyFile(server.administratorKeyFile);
  const account = async (username: string, roles: readonly string[]) =>
    (await administrator.createAccount({ username, name: username, roles })).id;
  malloryId = await account('mallory', ['operator']);
  gilId = await account('gil', ['operator']);
  veraId = await account('vera', []);
  [mallory, gil] = [await administrator.newScript(malloryId), await administrator.newScript(gilId)];
}, 60_000);
afterAll(() => server?.close());

describe('an operator and roles', () => {
  const client = async (roles: readonly string[], owner?: string) => ({
    name: 'Reader',
    ...(owner === undefined ? {} : { owner }),
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: await keys(),
    grant_types: ['client_credentials'],
    roles,
  });

  test.each(['auditor', 'administrator'])('do not make a client with the role %s', async (role) => {
    const made = await as(mallory)('POST', '/clients', await client([role], malloryId));
    expect(await refusal(made, 'createClient')).toEqual([403, 'urn:behalf:problem:forbidden', '/roles']);
    const own = await as(mallory)('POST', '/clients', await client(['operator'], malloryId));
    expect(own.status).toBe(201);
    const more = await changed(mallory, `/clients/${own.body['id']}`, { roles: ['operator', role] });
    expect(await refusal(more, 'updateClient')).toEqual([403, 'urn:behalf:problem:forbidden', '/roles']);
  });

  test('do not take over a client without an owner that has a role the operator does not have', async () => {
    const { id } = await administrator.createClient(await client(['auditor']));
    const refused = await changed(mallory, `/clients/${id}`, { jwks: await keys() });
    expect((await refusal(refused, 'updateClient')).slice(0, 2)).toEqual([403, 'urn:behalf:problem:forbidden']);
    expect((await as(mallory)('POST', `/clients/${id}/disable`)).status).toBe(200);
    expect((await as(mallory)('POST', `/clients/${id}/enable`)).status).toBe(403);
  });
});

describe('an operator and groups', () => {
  test.each([
    ['groups', { groups: ['payments'] }],
    ['entitlements', { entitlements: {} }],
  ])('do not change the %s of their own account, and change those of others', async (member, body) => {
    const refused = await changed(mallory, `/accounts/${malloryId}`, body);
    expect(await refusal(refused, 'updateAccount')).toEqual([403, 'urn:behalf:problem:forbidden', `/${member}`]);
    expect((await changed(mallory, `/accounts/${malloryId}`, { name: 'Mallory' })).status).toBe(200);
    expect((await changed(mallory, `/accounts/${veraId}`, body)).status).toBe(200);
    expect((await changedByAdministrator(`/accounts/${malloryId}`, body)).status).toBe(200);
    expect((await changed(mallory, `/accounts/${malloryId}`, body)).status).toBe(200);
  });

  test('do not go round that by a client that stands for no account', async () => {
    const body = {
      name: 'Unowned',
      token_endpoint_auth_method: 'private_key_jwt',
      grant_types: ['client_credentials'],
      authority: { [base]: ['*'] },
    };
    const made = await as(mallory)('POST', '/clients', { ...body, jwks: await keys(), roles: ['operator'] });
    expect(made.body['owner']).toBe(malloryId);
    const plain = await as(mallory)('POST', '/clients', { ...body, jwks: await keys() });
    expect(plain.body).not.toHaveProperty('owner');
    const later = await changed(mallory, `/clients/${plain.body['id']}`, { roles: ['operator'] });
    expect(await refusal(later, 'updateClient')).toEqual([403, 'urn:behalf:problem:forbidden', '/owner']);
    const own = await changed(mallory, `/clients/${plain.body['id']}`, { roles: ['operator'], owner: malloryId });
    expect([own.status, own.body['owner']]).toEqual([200, malloryId]);
    const ownerless = await administrator.createClient({ ...body, jwks: await keys(), roles: ['operator'] });
    expect(ownerless).not.toHaveProperty('owner');
    const taken = await changed(mallory, `/clients/${ownerless.id}`, { jwks: await keys() });
    expect((await refusal(taken, 'updateClient')).slice(0, 2)).toEqual([403, 'urn:behalf:problem:forbidden']);
  });

  test('do not put any account into a group of others, whose agents they would give keys to', async () => {
    const group = await administrator.call('POST', '/groups', { name: 'Team', members: [veraId, gilId] });
    const path = `/groups/${group.body['id']}`;
    const { id } = await administrator.createAgent({
      name: 'Booker',
      owner: group.body['id'],
      purpose: 'Books trips',
      environment: 'test',
      jwks: await keys(),
    });
    const friend = (await administrator.createAccount({ username: 'fred', name: 'Fred' })).id;
    for (const joining of [
      [veraId, gilId, malloryId],
      [friend, veraId, gilId],
      [veraId, malloryId],
    ]) {
      const refused = await changed(mallory, path, { members: joining });
      expect((await refusal(refused, 'updateGroup')).slice(0, 2)).toEqual([403, 'urn:behalf:problem:forbidden']);
    }
    expect((await changed(mallory, `/agents/${id}`, { jwks: await keys() })).status).toBe(403);
    // A member, an administrator, and who only takes members out.
    expect((await changed(gil, path, { members: [veraId, gilId, friend] })).status).toBe(200);
    expect((await changed(mallory, path, { members: [veraId, gilId] })).status).toBe(200);
    expect((await changedByAdministrator(path, { members: [veraId, gilId, friend] })).status).toBe(200);
  });
});

describe('an operator and addresses that others vouched for', () => {
  test.each([
    ['redirect URIs', { redirect_uris: [GOOD, EVIL] }],
    ['the endpoint of pings', { backchannel_client_notification_endpoint: EVIL }],
    ['the binding of tokens', { dpop_bound_access_tokens: false }],
  ])('do not change %s of an agent of another account; they take them away', async (_, body) => {
    const { id } = await administrator.createAgent({
      name: 'Booker',
      owner: veraId,
      purpose: 'Books trips',
      environment: 'test',
      jwks: await keys(),
      redirect_uris: [GOOD],
      grant_types: ['authorization_code', CIBA],
      backchannel_client_notification_endpoint: 'https://app.example.com/ping',
      dpop_bound_access_tokens: true,
    });
    const refused = await changed(mallory, `/agents/${id}`, body);
    expect((await refusal(refused, 'updateAgent')).slice(0, 2)).toEqual([403, 'urn:behalf:problem:forbidden']);
    const away = { grant_types: [CIBA], redirect_uris: [], backchannel_client_notification_endpoint: null };
    expect((await changed(mallory, `/agents/${id}`, away)).status).toBe(200);
    const back = { grant_types: ['authorization_code', CIBA], redirect_uris: [GOOD], ...body };
    expect((await changedByAdministrator(`/agents/${id}`, back)).status).toBe(200);
  });

  test.each([
    ['a public client', async () => ({ token_endpoint_auth_method: 'none' })],
    ['a client with a key', async () => ({ token_endpoint_auth_method: 'private_key_jwt', jwks: await keys() })],
  ])('do not have an administrator take their redirect URI of %s along into no consent', async (_, method) => {
    const { id } = await administrator.createClient({ name: 'Portal', redirect_uris: [GOOD], ...(await method()) });
    const path = `/clients/${id}`;
    expect((await changed(mallory, path, { redirect_uris: [GOOD, EVIL] })).status).toBe(200);
    const read = await administrator.call('GET', path);
    expect(read.body['redirect_uris_set_by']).toMatchObject({ caller: mallory.clientId });
    // To name the keys is not to name the addresses.
    const { jwks } = read.body;
    const refused = await changedByAdministrator(path, { skip_consent: true, ...(jwks ? { jwks } : {}) });
    expect([refused.status, refused.body['type']]).toEqual([409, 'urn:behalf:problem:conflict']);
    expect(refused.text).toContain(mallory.clientId);
    expect(refused.text).toContain('redirect_uris');
    expect((await server.events('management.refused')).at(-1)).toMatchObject({ error: 'conflict' });
    const done = await changedByAdministrator(path, { skip_consent: true, redirect_uris: [GOOD] });
    expect([done.status, done.body['skip_consent']]).toEqual([200, true]);
  });
});
