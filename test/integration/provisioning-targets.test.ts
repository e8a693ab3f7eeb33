/** Agents and their owners are pushed to a directory elsewhere over SCIM, and stay there as they are here. */
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { internalHosts } from '../support/internal-hosts.ts';
import { type LocalAuthority, localAuthority } from '../support/local-authority.ts';
import { agentsThere, type ProvisioningDirectory, provisioningDirectory } from '../support/provisioning-directory.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { until } from '../support/until.ts';

// Two servers, whose rounds begin each second, on a machine that others work on.
jest.setTimeout(90_000);

let authority: LocalAuthority;
let there: ProvisioningDirectory;
let server: RunningServer;
let scene: Scene;

type Json = Readonly<Record<string, unknown>>;

beforeAll(async () => {
  authority = await localAuthority();
  there = await provisioningDirectory(authority);
  server = await runServer({
    environment: {
      ...internalHosts({ provisioningTargets: there.host }),
      BEHALF_EGRESS_CA_FILE: authority.caFile,
    },
  });
  scene = await makeScene(server);
});
afterAll(async () => {
  await server?.close();
  await there?.close();
  await authority?.remove();
});

const call = (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
  scene.management.call(method, `/provisioning-targets${path}`, body, headers);
const show = async (id: string): Promise<Json> => (await call('GET', `/${id}`)).body;
const change = async (id: string, body: object) => {
  const etag = String((await call('GET', `/${id}`)).headers.get('etag'));
  return call('PATCH', `/${id}`, body, { 'if-match': etag });
};
const clientLike = () => ({
  token: undefined,
  token_endpoint: 'https://login.example.com/token',
  token_client_id: 'x',
});
let count = 0;
const newPerson = async (more: object = {}): Promise<{ readonly id: string; readonly username: string }> => {
  count += 1;
  const username = `person-${count}`;
  return { id: (await scene.management.createAccount({ username, name: `Person ${count}`, ...more })).id, username };
};
/** A target for the agents of one person, so that tests do not meet. */
const target = async (owners: readonly string[], more: object = {}): Promise<string> => {
  const answer = await call('POST', '', {
    ...{ name: 'Elsewhere', url: there.url, token: there.token, agents: owners, ...more },
  });
  expect(answer.status).toBe(201);
  return String(answer.body['id']);
};
/** Nothing waits. After a failure the next attempt is made at once. */
const settled = (id: string) =>
  until(
    async () => {
      const { waiting, backlog, comparing, due_at: dueAt } = await show(id);
      if (dueAt !== undefined) await call('POST', `/${id}/resume`);
      return waiting === 0 && backlog === 0 && comparing === false;
    },
    { what: 'a target without waiting objects', seconds: 60 },
  );
const agentThere = async (id: string): Promise<Json | undefined> => (await agentsThere(there)).get(id)?.[0];
const untilThere = (id: string, holds: (agent: Json | undefined) => boolean, what: string) =>
  until(async () => holds(await agentThere(id)), { what });
const userThere = async (externalId: string): Promise<Json | undefined> =>
  ((await there.directory.find(`externalId eq "${externalId}"`)).body['Resources'] as readonly Json[])[0];
const act = (id: string, verb: string) => scene.management.call('POST', `/agents/${id}/${verb}`);

afterEach(async () => {
  there.disturb(undefined);
  for (const { id } of (await call('GET', '')).body['items'] as readonly { id: string }[])
    await call('DELETE', `/${id}`);
});

describe('short access tokens of a client (RFC 6749 §4.4)', () => {
  const tokensAsked = () => there.requests.filter((one) => one === 'POST /token').length;
  const clientThere = (more: object = {}) => ({
    ...{
      token: undefined,
      token_endpoint: `${new URL(there.url).origin}/token`,
      token_client_id: there.directory.client,
    },
    ...{ token_client_authentication: 'client_secret_basic', token_client_secret: there.directory.secret },
    ...{ token_scope: 'scim:provision', ...more },
  });

  test('one token serves many requests; one that the target no longer takes is replaced once, and nothing is lost', async () => {
    const { id: owner } = await newPerson();
    const before = tokensAsked();
    const pushed = await target([owner], clientThere());
    const { clientId: id } = await scene.newAgent('By client', owner);
    await untilThere(id, (agent) => agent?.['active'] === true, 'the agent');
    await settled(pushed);
    expect(tokensAsked() - before).toBe(1);
    const shown = await show(pushed);
    expect(shown).toMatchObject({ token_client_id: there.directory.client, token_scope: 'scim:provision' });
    expect(JSON.stringify(shown)).not.toContain(there.directory.secret);

    // Until another one was requested, each is refused.
    there.disturb((_, path) => (path !== '/token' && tokensAsked() - before < 2 ? { status: 401 } : undefined));
    await act(id, 'suspend');
    await untilThere(id, (agent) => agent?.['active'] === false, 'the suspension');
    expect(tokensAsked() - before).toBe(2);
    // At once, and not by the next round.
    expect(await show(pushed)).not.toHaveProperty('last_failure');
  });

  test('a refused client is a failure with what to do, and no page of the endpoint is shown', async () => {
    const { id: owner } = await newPerson();
    await scene.newAgent('Waits', owner);
    const pushed = await target([owner], clientThere({ token_client_secret: 'wrong' }));
    await until(async () => (await show(pushed))['last_failure'] !== undefined, { what: 'the failure', seconds: 60 });
    expect((await show(pushed))['last_failure']).toMatchObject({
      ...{ failure: 'token_client_refused', status: 401, detail: 'invalid_client' },
      remedy: expect.stringContaining('Check the client id'),
    });
    expect((await change(pushed, { token_client_secret: there.directory.secret })).status).toBe(200);
    await settled(pushed);
  });

  test.each<[string, object, string]>([
    ['no credentials', { token: undefined }, 'target_token_missing'],
    ['a token and a client', { ...clientLike(), token: 'x' }, 'target_credentials_both'],
    [
      'a client without its id',
      { token: undefined, token_endpoint: 'https://login.example.com/token' },
      'token_client_id_missing',
    ],
    ['a client without an endpoint', { token: undefined, token_client_id: 'x' }, 'token_endpoint_missing'],
    ['a secret that is not used', { ...clientLike(), token_client_secret: 'x' }, 'token_client_secret_unused'],
    [
      'a private token endpoint',
      { ...clientLike(), token_endpoint: 'https://169.254.169.254/token' },
      'operator_host_not_public',
    ],
  ])('%s: 400', async (_, more, reason) => {
    const body = { name: 'Elsewhere', url: there.url, token: there.token, ...more };
    const answer = await call('POST', '', body);
    expect([answer.status, String(answer.body['reason'])]).toEqual([400, expect.stringContaining(reason)]);
  });

  test('MG-03 another URL needs the secret in the same change, and a token takes the place of the client', async () => {
    const { id: owner } = await newPerson();
    const pushed = await target([owner], clientThere());
    const moved = await change(pushed, { url: `${there.url}/v3` });
    expect([moved.status, moved.body['reason']]).toEqual([400, 'token_client_secret_missing']);
    expect((await change(pushed, { token: there.token })).status).toBe(200);
    expect(await show(pushed)).not.toHaveProperty('token_endpoint');
    const back = await change(pushed, { url: `${there.url}/v3` });
    expect([back.status, back.body['reason']]).toEqual([400, 'target_token_missing']);
  });
});

describe('pushing', () => {
  test('agents that exist and their owners are there, with our ids as externalId (RFC 7643 §3.1)', async () => {
    const { id: owner, username } = await newPerson();
    const { clientId: id } = await scene.newAgent('Invoice Bot', owner);
    const { clientId: other } = await scene.newAgent('Not chosen', scene.accountId);
    await settled(await target([owner]));
    const user = await userThere(owner);
    expect(user).toMatchObject({ userName: username, displayName: expect.stringMatching(/^Person/), active: true });
    expect(user?.['emails']).toBeUndefined();
    expect(await agentThere(id)).toMatchObject({
      ...{ externalId: id, displayName: 'Invoice Bot', description: 'Keeps things in order', active: true },
      agentUserName: `invoice-bot-${id.slice(4, 12)}`,
      owners: [{ value: user?.['id'] }],
    });
    expect(await agentThere(other)).toBeUndefined();
  });

  test('changes follow: a new agent, suspension, resumption, another name, retirement', async () => {
    const { id: owner } = await newPerson();
    const pushed = await target([owner]);
    const { clientId: id } = await scene.newAgent('Follower', owner);
    await untilThere(id, (agent) => agent?.['active'] === true, 'the new agent');
    await act(id, 'suspend');
    await untilThere(id, (agent) => agent?.['active'] === false, 'the suspension');
    await act(id, 'resume');
    await untilThere(id, (agent) => agent?.['active'] === true, 'the resumption');
    const etag = String((await scene.management.call('GET', `/agents/${id}`)).headers.get('etag'));
    await scene.management.call('PATCH', `/agents/${id}`, { name: 'Leader' }, { 'if-match': etag });
    await untilThere(id, (agent) => agent?.['displayName'] === 'Leader', 'the other name');
    await act(id, 'retire');
    await untilThere(id, (agent) => agent?.['active'] === false, 'the deactivation');
    await settled(pushed);
    const state = await show(pushed);
    expect(state).toMatchObject({ waiting: 0, last_success_at: expect.any(Number) });
    expect(state['pushed']).toBeGreaterThanOrEqual(5);
  });

  test('a retired agent is deleted there if the target says so', async () => {
    const { id: owner } = await newPerson();
    await target([owner], { removal: 'delete' });
    const { clientId: id } = await scene.newAgent('Short', owner);
    await untilThere(id, (agent) => agent !== undefined, 'the agent');
    await act(id, 'retire');
    await untilThere(id, (agent) => agent === undefined, 'the deletion');
  });

  test('an owner who is disabled here is so there, and their agent stops with them', async () => {
    const { id: owner } = await newPerson();
    const pushed = await target([owner]);
    const { clientId: id } = await scene.newAgent('Of a leaver', owner);
    await untilThere(id, (agent) => agent?.['active'] === true, 'the agent');
    await scene.management.call('POST', `/accounts/${owner}/disable`);
    await until(async () => (await userThere(owner))?.['active'] === false, { what: 'the disabled user' });
    await settled(pushed);
    const answer = await there.directory.call('GET', `/Agents/${String((await agentThere(id))?.['id'])}`);
    expect(answer.body['active']).toBe(false);
  });

  test('a user who was there before is named as the owner and never changed', async () => {
    const { id: owner, username } = await newPerson();
    const before = (await there.directory.create(username, { displayName: 'As known there' })).body;
    await settled(await target([owner]));
    const { clientId: id } = await scene.newAgent('Of a known person', owner);
    await untilThere(id, (agent) => agent !== undefined, 'the agent');
    expect((await agentThere(id))?.['owners']).toMatchObject([{ value: before['id'] }]);
    await scene.management.call('POST', `/accounts/${owner}/disable`);
    await until(async () => (await agentThere(id))?.['active'] === false, { what: 'the agent without an owner' });
    expect((await there.directory.call('GET', `/Users/${String(before['id'])}`)).body).toEqual(before);
  });

  test('userName can be the address, and the address is sent only then', async () => {
    const { id: owner } = await newPerson({ email: `owner-${count + 1}@example.com` });
    await settled(await target([owner], { user_name: 'email' }));
    const { clientId: id } = await scene.newAgent('By address', owner);
    await untilThere(id, (agent) => agent !== undefined, 'the agent');
    expect(await userThere(owner)).toMatchObject({ userName: expect.stringContaining('@example.com') });
  });
});

describe('a target that fails', () => {
  test('WH-01 an answer that gets lost makes no double', async () => {
    const { id: owner } = await newPerson();
    const lost = new Set<string>();
    there.disturb((method, path) => {
      if (method !== 'POST' || lost.has(path)) return undefined;
      lost.add(path);
      return 'lose';
    });
    const pushed = await target([owner]);
    const { clientId: id } = await scene.newAgent('Lost', owner);
    await until(async () => (await show(pushed))['failing_since'] !== undefined, { what: 'the failure' });
    expect((await show(pushed))['last_failure']).toMatchObject({ failure: 'answer_not_valid' });
    await settled(pushed);
    expect([...lost].sort()).toEqual(['/Agents', '/Users']);
    expect((await agentsThere(there)).get(id)).toHaveLength(1);
    const users = await there.directory.find(`externalId eq "${owner}"`);
    expect(users.body['totalResults']).toBe(1);
    expect((await show(pushed))['failing_since']).toBeUndefined();
  });

  test('Retry-After is kept, and the state says what to do (RFC 9110 §10.2.3)', async () => {
    const { id: owner } = await newPerson();
    await scene.newAgent('Waiting', owner);
    there.disturb(() => ({ status: 429, headers: { 'retry-after': '1200' }, body: '{"detail":"too fast"}' }));
    const pushed = await target([owner]);
    await until(async () => (await show(pushed))['failing_since'] !== undefined, { what: 'the failure' });
    const state = await show(pushed);
    expect(state['last_failure']).toEqual({
      ...{ failure: 'too_many_requests', status: 429, detail: 'too fast', remedy: expect.stringContaining('Wait') },
    });
    expect(Number(state['due_at']) - Number(state['last_failure_at'])).toBeGreaterThanOrEqual(1200);
    expect(state['waiting']).toBeGreaterThan(0);
    const asked = there.requests.length;
    there.disturb(undefined);
    await call('POST', `/${pushed}/resume`);
    await settled(pushed);
    expect(there.requests.length).toBeGreaterThan(asked);
  });

  test.each<
    [string, { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }, string]
  >([
    ['a refused token', { status: 401, body: '{}' }, 'unauthorized'],
    ['an error', { status: 500, body: 'oops' }, 'unavailable'],
    ['another path', { status: 404, body: '{}' }, 'no_endpoint'],
    ['a redirect (SF-03)', { status: 302, headers: { location: 'https://127.0.0.1/' } }, 'redirected'],
    ['an answer that is no JSON', { status: 200, body: '[1' }, 'answer_not_valid'],
    ['an answer that is too large (SF-04)', { status: 200, body: `{"a":"${'x'.repeat(1_100_000)}"}` }, 'too_large'],
    [
      'a compressed answer (SF-04)',
      { status: 200, headers: { 'content-encoding': 'gzip' }, body: '{}' },
      'encoding_not_accepted',
    ],
  ])('%s is said with its remedy, and nothing is created', async (_what, disturbance, failure) => {
    const { id: owner } = await newPerson();
    await scene.newAgent('Held', owner);
    there.disturb(() => disturbance);
    const pushed = await target([owner]);
    await until(async () => (await show(pushed))['last_failure'] !== undefined, { what: 'the failure' });
    expect((await show(pushed))['last_failure']).toMatchObject({ failure, remedy: expect.any(String) });
    const tested = await call('POST', `/${pushed}/test`);
    expect(tested.body).toMatchObject({ answered: false, failure: { failure } });
    expect((await server.events('provisioning_target.tested')).at(-1)).toMatchObject({
      ...{ outcome: 'refused', target: { kind: 'provisioning target', id: pushed }, inputs: { reason: failure } },
    });
    expect(await userThere(owner)).toBeUndefined();
  });

  test('a directory that ignores the filter gets nothing, so that there are no doubles', async () => {
    const { id: owner } = await newPerson();
    await scene.newAgent('Unfound', owner);
    const someone = JSON.stringify({ totalResults: 1, Resources: [{ id: '1', externalId: 'another' }] });
    there.disturb((method) => (method === 'GET' ? { status: 200, body: someone } : undefined));
    const pushed = await target([owner]);
    await until(async () => (await show(pushed))['last_failure'] !== undefined, { what: 'the failure' });
    expect((await show(pushed))['last_failure']).toMatchObject({ failure: 'filter_not_supported' });
    expect(await userThere(owner)).toBeUndefined();
  });

  test('WH-04 what is refused is listed, and the others go on', async () => {
    const { id: owner } = await newPerson();
    const { clientId: first } = await scene.newAgent('Taken', owner);
    const { clientId: second } = await scene.newAgent('Free', owner);
    const { body: someone } = await there.directory.create(`holder-${count}`);
    const name = `taken-${first.slice(4, 12)}`;
    expect((await there.directory.createAgent(name, String(someone['id']))).status).toBe(201);
    const pushed = await target([owner]);
    await settled(pushed);
    expect(await agentThere(second)).toBeDefined();
    expect((await call('GET', `/${pushed}/refused`)).body['items']).toEqual([
      {
        ...{ object: first, failure: 'uniqueness', status: 409, at: expect.any(Number) },
        ...{ detail: expect.any(String), remedy: expect.stringContaining('externalId') },
      },
    ]);
    expect((await server.events('provisioning_target.refused')).at(-1)).toMatchObject({
      ...{ outcome: 'refused', inputs: { object: first, reason: 'uniqueness', status: 409 } },
    });
  });
});

describe('the reconciliation', () => {
  test('says what is missing, surplus and different, and apply mends it', async () => {
    const { id: owner } = await newPerson();
    const [gone, other, same] = [
      (await scene.newAgent('Gone', owner)).clientId,
      (await scene.newAgent('Other', owner)).clientId,
      (await scene.newAgent('Same', owner)).clientId,
    ];
    const pushed = await target([owner]);
    await settled(pushed);
    const at = async (id: string) => `/Agents/${String((await agentThere(id))?.['id'])}`;
    await there.directory.call('DELETE', await at(gone));
    const changed = { op: 'replace', path: 'displayName', value: 'Changed there' };
    const remote = String((await agentThere(other))?.['id']);
    expect((await there.directory.patchAgent(remote, changed)).status).toBe(200);
    const user = await userThere(owner);
    const { clientId: surplus } = await scene.newAgent('Not chosen', scene.accountId);
    const ofAnother = `agt_${'b'.repeat(26)}`;
    await there.directory.createAgent(`surplus-${count}`, String(user?.['id']), { externalId: surplus });
    await there.directory.createAgent(`another-${count}`, String(user?.['id']), { externalId: ofAnother });
    await there.directory.createAgent(`foreign-${count}`, String(user?.['id']));

    const reconcile = async (apply: boolean) => (await call('POST', `/${pushed}/reconcile`, { apply })).body;
    const report = await reconcile(false);
    expect(report).toMatchObject({ missing: [gone], doubled: [], complete: true, repeated: 0 });
    expect(report['surplus']).toContain(surplus);
    expect(report['surplus']).not.toContain(ofAnother);
    expect(report['different']).toEqual([{ object: other, attributes: ['displayName'] }]);
    expect(report['same']).toBe(2);
    expect(await agentThere(gone)).toBeUndefined();
    expect((await agentThere(same))?.['displayName']).toBe('Same');

    const applied = await reconcile(true);
    expect(applied['repeated']).toBeGreaterThanOrEqual(3);
    expect((await server.events('provisioning_target.reconciled')).at(-1)).toMatchObject({
      ...{ target: { id: pushed }, inputs: { objects: applied['repeated'] } },
    });
    await settled(pushed);
    expect(await reconcile(false)).toMatchObject({ missing: [], surplus: [], different: [], complete: true });
    expect((await agentThere(other))?.['displayName']).toBe('Other');
    expect((await agentThere(surplus))?.['active']).toBe(false);
    expect((await agentThere(ofAnother))?.['active']).toBe(true);
  });

  test('a target that fails is 503 with the reason, and nothing is pushed', async () => {
    const { id: owner } = await newPerson();
    const pushed = await target([owner]);
    await settled(pushed);
    there.disturb(() => ({ status: 401, body: '{}' }));
    const answer = await call('POST', `/${pushed}/reconcile`, { apply: true });
    expect([answer.status, answer.body['reason']]).toEqual([503, 'target_unavailable']);
    expect(answer.body['detail']).toContain('unauthorized');
    expect(
      (await server.events('provisioning_target.reconciled')).filter(({ target: of }) => of?.id === pushed),
    ).toEqual([]);
  });
});

describe('registering', () => {
  const NEW = { name: 'Elsewhere', token: 'token' };

  test.each<[string, object, string]>([
    ['http', { url: 'http://example.com/scim' }, 'target_url_refused'],
    ['a private address (WH-05)', { url: 'https://10.0.0.1/scim' }, 'target_url_refused'],
    ['a host that is open for another purpose only (WH-05)', { url: 'https://localhost:1/scim' }, 'target_url_refused'],
    ['a query', { url: 'https://example.com/scim?x=1' }, 'target_url_refused'],
    ['a token with a line break', { url: 'https://example.com/scim', token: 'a\nb' }, 'target_token_malformed'],
    ['an id of another kind', { url: 'https://example.com/scim', agents: ['app_x'] }, 'target_agents_malformed'],
    [
      'all and one',
      { url: 'https://example.com/scim', agents: ['*', `agt_${'a'.repeat(26)}`] },
      'target_agents_malformed',
    ],
  ])('%s is refused, and nothing is registered', async (_what, given, reason) => {
    const answer = await call('POST', '', { ...NEW, ...given });
    expect([answer.status, answer.body['reason']]).toEqual([400, reason]);
    expect((await server.events('management.refused')).at(-1)).toMatchObject({ error: 'invalid_field' });
    expect((await call('GET', '')).body['items']).toEqual([]);
  });

  test('MG-03 the token is never shown, and is not sent to another host', async () => {
    const { id: owner } = await newPerson();
    const pushed = await target([owner]);
    for (const path of ['', `/${pushed}`]) expect((await call('GET', path)).text).not.toContain(there.token);
    const moved = await change(pushed, { url: 'https://example.org/scim' });
    expect([moved.status, moved.body['reason']]).toEqual([400, 'target_token_missing']);
    expect(await show(pushed)).toMatchObject({ url: there.url });
    expect((await change(pushed, { name: 'Renamed' })).body).toMatchObject({ name: 'Renamed', url: there.url });
    expect((await change(pushed, { url: 'https://example.org/scim', token: 'other' })).status).toBe(200);
    const log = await scene.management.exportAudit();
    expect(log).not.toContain(there.token);
  });

  test('is for administrators with a second factor, and at most 8', async () => {
    const operator = await scene.management.newScript((await newPerson({ roles: ['operator'] })).id);
    const given = { ...NEW, url: there.url };
    const refused = await scene.management.callOnce('POST', '/provisioning-targets', given, {}, operator);
    expect(refused.status).toBe(403);
    expect((await server.events('management.refused')).at(-1)).toMatchObject({ caller: operator.clientId });
    expect((await scene.management.callOnce('POST', '/provisioning-targets', given)).status).toBe(401);
    for (let index = 0; index < 8; index += 1) await target([scene.accountId], { name: `Number ${index}` });
    const ninth = await call('POST', '', given);
    expect([ninth.status, ninth.body['reason']]).toEqual([409, 'provisioning_targets_exceeded']);
  });

  test('a paused target gets nothing until it is resumed', async () => {
    const { id: owner } = await newPerson();
    const pushed = await target([owner]);
    await settled(pushed);
    expect((await call('POST', `/${pushed}/pause`)).body['state']).toBe('paused');
    const { clientId: id } = await scene.newAgent('Later', owner);
    expect((await show(pushed))['backlog']).toBeGreaterThan(0);
    expect(await agentThere(id)).toBeUndefined();
    expect((await call('POST', `/${pushed}/resume`)).body['state']).toBe('active');
    await untilThere(id, (agent) => agent !== undefined, 'the agent');
    expect((await server.events('provisioning_target.paused')).at(-1)).toMatchObject({ target: { id: pushed } });
  });
});
