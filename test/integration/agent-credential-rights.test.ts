/** Who gives an agent credentials: its owner or an administrator, never an operator, who would act for all who consented. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runCli } from '../../src/cli/main.ts';
import { clientAssertion, type Identity, newKeyPair } from '../support/agent-keys.ts';
import { newBrowser, submitSignIn } from '../support/browser-flow.ts';
import { type Management, managementFromKeyFile } from '../support/management.ts';
import { type Answer, post } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';

const PASSWORD = 'a long enough pass phrase';
const FORBIDDEN = 'urn:behalf:problem:forbidden';

let server: RunningServer;
let administrator: Management;
let _base: string;
let issuerId: string;
/** Scripts of the accounts of mallory, vera and gil, all with the role operator. */
let mallory: Identity;
let vera: Identity;
let gil: Identity;
let veraId: string;
let malloryId: string;
let group: string;

const newOperator = async (username: string): Promise<string> =>
  (await administrator.createAccount({ username, name: username, password: PASSWORD, roles: ['operator'] })).id;

beforeAll(async () => {
  server = await runServer();
  _base = `${server.issuer}/api/v1`;
  administrator = await managementFromKeyFile(server.administratorKeyFile);
  [malloryId, veraId] = [await newOperator('mallory'), await newOperator('vera')];
  const gilId = await newOperator('gil');
  [mallory, vera, gil] = [
    await administrator.newScript(malloryId),
    await administrator.newScript(veraId),
    await administrator.newScript(gilId),
  ];
  group = String((await administrator.call('POST', '/groups', { name: 'Team', members: [veraId, gilId] })).body['id']);
  const issuer = { name: 'Farm', issuer: 'https://farm.example', template: 'generic', jwks: await keys() };
  issuerId = String((await administrator.call('POST', '/trusted-issuers', issuer)).body['id']);
}, 60_000);
afterAll(() => server?.close());

const keys = async () => ({ keys: [{ ...(await newKeyPair()).publicJwk, kid: `k-${Math.random()}` }] });

const as = (identity: Identity) => (method: string, path: string, body?: object, headers?: Record<string, string>) =>
  administrator.callOnce(method, path, body, headers ?? {}, identity);

const changed = async (identity: Identity, id: string, body: object): Promise<Answer> => {
  const { headers } = await as(identity)('GET', `/agents/${id}`);
  return as(identity)('PATCH', `/agents/${id}`, body, { 'if-match': String(headers.get('etag')) });
};

const agentOf = async (owner: string) =>
  (
    await administrator.createAgent({
      name: 'Payer',
      owner,
      purpose: 'Pays bills',
      environment: 'test',
      jwks: await keys(),
      grant_types: ['client_credentials', 'urn:ietf:params:oauth:grant-type:token-exchange'],
    })
  ).id;

const credentialsOf = async (id: string) =>
  (await administrator.call('GET', `/agents/${id}/credentials`)).body['items'] as readonly {
    readonly id: string;
    readonly state: string;
  }[];

const inNinetyDays = () => Math.floor(Date.now() / 1000) + 30 * 86_400;

/** Each way to come by a credential. */
const WAYS: readonly (readonly [string, string, (by: Identity, id: string) => Promise<Answer>])[] = [
  [
    'keys',
    'addCredential',
    async (by, id) => as(by)('POST', `/agents/${id}/credentials`, { kind: 'jwks', jwks: await keys() }),
  ],
  [
    'an address of keys',
    'addCredential',
    (by, id) =>
      as(by)('POST', `/agents/${id}/credentials`, { kind: 'jwks_uri', jwks_uri: 'https://keys.example/jwks' }),
  ],
  [
    'a workload rule',
    'addCredential',
    (by, id) =>
      as(by)('POST', `/agents/${id}/credentials`, {
        kind: 'federated',
        issuer: issuerId,
        subject: { equals: 'job/1' },
      }),
  ],
  [
    'a certificate',
    'addCredential',
    (by, id) => as(by)('POST', `/agents/${id}/credentials`, { kind: 'mtls', san_dns: 'agent.example.com' }),
  ],
  [
    'an attester',
    'addCredential',
    async (by, id) =>
      as(by)('POST', `/agents/${id}/credentials`, {
        kind: 'attested',
        attester: 'https://a.example',
        jwks: await keys(),
      }),
  ],
  [
    'a secret',
    'allowAgentSecret',
    (by, id) =>
      as(by)('POST', `/agents/${id}/secret`, { reason: 'The vendor cannot sign', expires_at: inNinetyDays() }),
  ],
  ['other registered keys', 'updateAgent', async (by, id) => changed(by, id, { jwks: await keys() })],
  ['another address of keys', 'updateAgent', (by, id) => changed(by, id, { jwks_uri: 'https://keys.example/other' })],
  [
    'keys with an offer to another owner',
    'updateAgent',
    async (by, id) =>
      changed(by, id, {
        owner: (await administrator.createAccount({ username: `u${Math.random()}`, name: 'U' })).id,
        jwks: await keys(),
      }),
  ],
  [
    'an instance',
    'startInstance',
    async (by, id) => as(by)('POST', `/agents/${id}/instances`, { jwk: (await newKeyPair()).publicJwk }),
  ],
];

describe('B7 an operator and the agent of another account', () => {
  test.each(WAYS)('gives it no credential: %s', async (_, note, give) => {
    for (const owner of [veraId, group]) {
      const id = await agentOf(owner);
      const before = await credentialsOf(id);
      const refused = await give(mallory, id);
      expect([refused.status, refused.body['type']]).toEqual([403, FORBIDDEN]);
      expect(refused.body['detail']).toContain('Only the owner of an agent or an administrator');
      expect((await server.events('management.refused')).at(-1)).toMatchObject({
        caller: mallory.clientId,
        error: 'forbidden',
        note,
        target: { id },
      });
      expect(await credentialsOf(id)).toEqual(before);
    }
  });

  test.each(WAYS)('its owner, a member of its group and an administrator do: %s', async (_, __, give) => {
    expect((await give(vera, await agentOf(veraId))).status).toBeLessThan(300);
    expect((await give(gil, await agentOf(group))).status).toBeLessThan(300);
    const id = await agentOf(veraId);
    const admin: Identity = { clientId: administrator.clientId, key: await newKeyPair() };
    // The token of the administrator is cached by id; its key is not needed again.
    await administrator.accessToken();
    expect((await give(admin, id)).status).toBeLessThan(300);
  });

  test('suspends and removes credentials, and neither resumes nor rotates one', async () => {
    const id = await agentOf(veraId);
    const [first] = await credentialsOf(id);
    const at = `/agents/${id}/credentials/${first?.id}`;
    expect((await as(mallory)('POST', `${at}/suspend`)).status).toBe(200);
    expect((await as(mallory)('POST', `${at}/resume`)).body['type']).toBe(FORBIDDEN);
    expect((await credentialsOf(id)).map(({ state }) => state)).toEqual(['suspended']);
    expect((await as(vera)('POST', `${at}/resume`)).status).toBe(200);
    const secret = { reason: 'The vendor cannot sign', expires_at: inNinetyDays() };
    expect((await as(vera)('POST', `/agents/${id}/secret`, secret)).status).toBe(201);
    expect((await as(mallory)('POST', `/agents/${id}/rotate-secret`, {})).body['type']).toBe(FORBIDDEN);
    expect((await as(mallory)('POST', `${at}/removal`)).status).toBe(200);
    expect((await as(mallory)('POST', `/agents/${id}/suspend`)).body['state']).toBe('suspended');
  });

  test('other members are changed as before, and the same keys sent again change nothing', async () => {
    const id = await agentOf(veraId);
    const { jwks } = (await administrator.call('GET', `/agents/${id}`)).body;
    expect((await changed(mallory, id, { purpose: 'Pays small bills', jwks })).status).toBe(200);
  });

  test('registers agents for others with keys, one or many, and changes no key while the owner has not accepted', async () => {
    const agent = { name: 'New', owner: veraId, purpose: 'Pays', environment: 'test', jwks: await keys() };
    const made = await as(mallory)('POST', '/agents', agent);
    expect(made.body).toMatchObject({ state: 'pending' });
    const id = String(made.body['id']);
    // The owner accepts the keys they see, and no others.
    expect((await changed(mallory, id, { jwks: await keys() })).body['type']).toBe(FORBIDDEN);
    expect((await changed(vera, id, { jwks: await keys() })).status).toBe(200);
    expect((await as(vera)('POST', `/agents/${id}/acceptance`)).body['state']).toBe('active');
  });

  test('an agent taken over takes no consent along, with the keys of the new owner', async () => {
    const id = await agentOf(veraId);
    const key = await newKeyPair();
    expect((await changed(mallory, id, { owner: malloryId, jwks: { keys: [key.publicJwk] } })).status).toBe(200);
    const stored = await server.behalf.services.agents.get(id);
    expect(stored?.document).toMatchObject({ owner: malloryId, ownership: 1 });
  });

  test('an agent without an owner gets no credential at all', async () => {
    const owner = await administrator.createAccount({ username: 'leaver', name: 'Leaver' });
    const id = await agentOf(owner.id);
    expect((await administrator.call('POST', `/accounts/${owner.id}/disable`)).status).toBe(200);
    expect((await administrator.call('GET', `/agents/${id}`)).body['state']).toBe('orphaned');
    const given = { kind: 'jwks', jwks: await keys() };
    const answers = [
      await as(mallory)('POST', `/agents/${id}/credentials`, given),
      await administrator.call('POST', `/agents/${id}/credentials`, given),
    ];
    expect(answers.map(({ status }) => status)).toEqual([403, 409]);
    expect(await credentialsOf(id)).toHaveLength(1);
  });
});

test('B7 a pending agent that an operator lets register keeps its keys its own (RFC 7592)', async () => {
  const blueprint = (await administrator.createBlueprint({ name: 'Payers' })).id;
  const token = await as(mallory)('POST', '/initial-access-tokens', { owner: veraId, blueprint });
  expect(token.status).toBe(201);
  const metadata = {
    client_name: 'Self-made',
    agent_purpose: 'Pays',
    agent_environment: 'test',
    jwks: await keys(),
    grant_types: ['urn:ietf:params:oauth:grant-type:token-exchange'],
  };
  const registered = await fetch(`${server.issuer}/reg`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token.body['initial_access_token']}`, 'content-type': 'application/json' },
    body: JSON.stringify(metadata),
  });
  const body = (await registered.json()) as Readonly<Record<string, string>>;
  expect([registered.status, body['client_id']]).toEqual([201, expect.stringMatching(/^agt_/)]);
  const id = String(body['client_id']);
  const replace = async (accessToken: string) => {
    const answer = await fetch(String(body['registration_client_uri']), {
      method: 'PUT',
      headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...metadata, client_id: id, jwks: await keys() }),
    });
    return { status: answer.status, body: (await answer.json()) as Readonly<Record<string, string>> };
  };
  const before = await replace(String(body['registration_access_token']));
  expect(before.status).toBe(200);
  expect((await changed(mallory, id, { jwks: await keys() })).body['type']).toBe(FORBIDDEN);
  expect((await as(vera)('POST', `/agents/${id}/acceptance`)).status).toBe(200);
  const after = await replace(String(before.body['registration_access_token']));
  expect([after.status, after.body['error']]).toEqual([400, 'invalid_client_metadata']);
});

test('B7 over the API an owner accepts the version of an agent that they read, and no other', async () => {
  const made = await as(mallory)('POST', '/agents', {
    name: 'Harmless',
    owner: veraId,
    purpose: 'Reads the calendar',
    environment: 'test',
    jwks: await keys(),
  });
  const id = String(made.body['id']);
  const path = `/agents/${id}`;
  const seen = { 'if-match': String((await as(vera)('GET', path)).headers.get('etag')) };
  expect((await changed(mallory, id, { name: 'Payer', purpose: 'Pays invoices' })).status).toBe(200);
  const refused = await as(vera)('POST', `${path}/acceptance`, undefined, seen);
  expect([refused.status, refused.body['type']]).toEqual([412, 'urn:behalf:problem:precondition_failed']);
  expect((await server.events('management.refused')).at(-1)).toMatchObject({
    caller: vera.clientId,
    error: 'precondition_failed',
    note: 'acceptAgent',
  });
  expect((await as(vera)('GET', path)).body['state']).toBe('pending');
  const now = { 'if-match': String((await as(vera)('GET', path)).headers.get('etag')) };
  const accepted = await as(vera)('POST', `${path}/acceptance`, undefined, now);
  expect([accepted.status, accepted.body['state']]).toEqual([200, 'active']);
  // Again: there is nothing left to accept.
  expect((await as(vera)('POST', `${path}/acceptance`, undefined, now)).status).toBe(200);
  for (const etag of ['x', '"0"', '"01"', 'W/"1"', '*']) {
    expect((await as(vera)('POST', `${path}/acceptance`, undefined, { 'if-match': etag })).status).toBe(412);
  }
});

test('B7 in the console an operator has no form for keys of others, and one that is sent anyway is refused', async () => {
  const id = await agentOf(veraId);
  const browser = newBrowser(server.issuer);
  await submitSignIn(browser, await browser.open(`${server.issuer}/console`), {
    username: 'mallory',
    password: PASSWORD,
  });
  const [credential] = await credentialsOf(id);
  const path = `${server.issuer}/console/agents/${id}`;
  const page = await browser.open(path);
  expect(page.status).toBe(200);
  expect(page.html).not.toContain('/credentials/new');
  const actions = page.forms.map(({ action }) => action);
  expect(
    actions.filter((action) => action.includes('/credentials/')).map((action) => action.split('/').at(-1)),
  ).toEqual(['stop', 'remove']);
  const form = await browser.open(`${path}/credentials/new`);
  expect([form.status, form.forms.some(({ action }) => action.endsWith('/credentials'))]).toEqual([403, false]);
  expect(form.text).toContain('An operator suspends and removes them.');
  const csrf = page.forms.flatMap(({ fields }) => fields).find(({ name }) => name === 'csrf')?.value ?? '';
  const refused = await browser.request(`${path}/credentials`, {
    method: 'POST',
    body: new URLSearchParams({ csrf, jwks: JSON.stringify((await newKeyPair()).publicJwk) }),
  });
  expect(refused.status).toBe(403);
  await server.settled();
  expect((await server.events()).filter(({ outcome }) => outcome === 'refused').at(-1)).toMatchObject({
    caller: malloryId,
    error: 'forbidden',
  });
  await administrator.call('POST', `/agents/${id}/credentials/${credential?.id}/suspend`);
  const resumed = await browser.request(`${path}/credentials/${credential?.id}/resume`, {
    method: 'POST',
    body: new URLSearchParams({ csrf }),
  });
  expect(resumed.status).toBe(403);
  expect((await credentialsOf(id)).map(({ state }) => state)).toEqual(['suspended']);
});

test('B7 the command line takes the key file of the administrator for credentials, and an operator’s is refused', async () => {
  const id = await agentOf(veraId);
  const behalf = async (...argv: readonly string[]) => {
    const [out, err]: [string[], string[]] = [[], []];
    const terminal = { out: (text: string) => void out.push(text), err: (text: string) => void err.push(text) };
    const code = await runCli([...argv], terminal, { BEHALF_DATA: server.dataFolder });
    return { code, out: out.join(''), err: err.join('') };
  };
  const folder = await mkdtemp(join(tmpdir(), 'behalf-keys-'));
  const file = join(folder, 'mallory.json');
  const key = { issuer: server.issuer, client_id: mallory.clientId, private_key: mallory.key.privateJwk };
  await writeFile(file, JSON.stringify(key), { mode: 0o600 });
  const allow = ['agents', 'allow-certificate', id, '--san-dns', 'agent.example.com'];
  const refused = await behalf(...allow, '--key-file', file);
  expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('Only the owner of an agent')]);
  expect((await behalf(...allow)).code).toBe(0);
  expect((await behalf('agents', 'secrets', 'create', id, '--reason', 'It cannot sign', '--days', '3')).code).toBe(0);
  expect((await behalf('agents', 'update', id, '--key', join(folder, 'next.json'))).code).toBe(0);
});

test('B7 a key that an operator tried to add proves nothing', async () => {
  const id = await agentOf(veraId);
  const key = await newKeyPair();
  await as(mallory)('POST', `/agents/${id}/credentials`, { kind: 'jwks', jwks: { keys: [key.publicJwk] } });
  const token = await post(`${server.issuer}/token`, {
    grant_type: 'client_credentials',
    client_id: id,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await clientAssertion({ clientId: id, key }, server.issuer),
  });
  expect(token.body['error']).toBe('invalid_client');
});

test('an operator does not become a member of a group, nor makes another account one: by that they would give its agents keys', async () => {
  const [first, second] = await Promise.all(['fay', 'kim'].map(newOperator));
  const members = [veraId, String(first)];
  const made = await administrator.call('POST', '/groups', { name: 'Owners of payers', members });
  const path = `/groups/${made.body['id']}`;
  const change = async (by: Identity, next: readonly string[], more: object = {}): Promise<Answer> => {
    const { headers } = await as(by)('GET', path);
    return as(by)('PATCH', path, { members: next, ...more }, { 'if-match': String(headers.get('etag')) });
  };
  for (const added of [malloryId, second]) {
    const refused = await change(mallory, [...members, String(added)], { name: 'Owners' });
    expect([refused.status, refused.body['type']]).toEqual([403, FORBIDDEN]);
    expect(refused.body['detail']).toContain('Only a member of a group or an administrator adds members');
    const swapped = await change(mallory, [veraId, String(added)]);
    expect(swapped.status).toBe(403);
  }
  expect((await server.events('group.updated')).filter(({ target }) => target?.id === made.body['id'])).toEqual([]);
  const id = await agentOf(String(made.body['id']));
  const key = await as(mallory)('POST', `/agents/${id}/credentials`, { kind: 'jwks', jwks: await keys() });
  expect(key.status).toBe(403);
  // A member adds one, and an operator takes one out.
  expect((await change(vera, [...members, String(second)])).status).toBe(200);
  expect((await change(mallory, [veraId, String(second)])).body['members']).toEqual([veraId, second]);
  expect((await change(mallory, [veraId, String(second), String(first)])).status).toBe(403);
});
