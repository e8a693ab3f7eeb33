/** Agents over SCIM: what a directory sees of the agents of its users, and what it may do to them (AGENT_DRAFT). */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AGENT_DRAFT } from '../../src/domain/vocabulary/scim-api.ts';
import type { Identity } from '../support/agent-keys.ts';
import { AGENT, type DirectoryUnderTest, makeDirectory } from '../support/directory.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { until } from '../support/until.ts';

let server: RunningServer;
let scene: Scene;
let directory: DirectoryUnderTest;
let other: DirectoryUnderTest;
let blueprint: string;
/** A user of the directory, and one of the other. */
let ada: string;
let bea: string;

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  blueprint = (await scene.management.createBlueprint({ name: 'From directories' })).id;
  const many = { most_deactivations: 1000 };
  directory = await makeDirectory(scene, { name: 'Head office', agent_blueprint: blueprint, ...many });
  other = await makeDirectory(scene, { name: 'Branch' });
  ada = String((await directory.create('s-ada', { displayName: 'Ada S' })).body['id']);
  bea = String((await other.create('s-bea')).body['id']);
});
afterAll(() => server?.close());

let count = 0;
const name = (): string => {
  count += 1;
  return `bot-${count}`;
};
const stateOf = async (id: string) => (await scene.management.call('GET', `/agents/${id}`)).body['state'];
const act = (id: string, verb: 'suspend' | 'resume' | 'retire') =>
  scene.management.call('POST', `/agents/${id}/${verb}`);
const setActive = (id: string, value: unknown, by = directory) =>
  by.patchAgent(id, { op: 'replace', path: 'active', value });
const find = (filter: string, by = directory) => by.call('GET', `/Agents?filter=${encodeURIComponent(filter)}`);
const idsIn = ({ body }: { readonly body: Readonly<Record<string, unknown>> }) =>
  (body['Resources'] as { readonly id: string }[]).map(({ id }) => id);
const lastRefusal = async () => (await server.events('directory.refused')).at(-1);
const eventsOf = async (agent: string) =>
  (await server.events()).filter(({ target }) => target?.id === agent).map(({ type, caller }) => [type, caller]);
const ownToken = ({ clientId, key }: Identity) =>
  scene.calls.token(scene.keyed({ clientId, key }), {
    grant_type: 'client_credentials',
    resource: scene.jwt.identifier,
    scope: 'read',
  });
const created = async (more: object = {}): Promise<string> => {
  const answer = await directory.createAgent(name(), ada, more);
  expect(answer.status).toBe(201);
  return String(answer.body['id']);
};

describe('reading', () => {
  test('an agent of a user is an Agent of the directory (draft-wzdk-scim-agent-resource, RFC 7643 §3.1)', async () => {
    const { clientId: id } = await scene.newAgent('Bookkeeper', ada);
    const answer = await directory.call('GET', `/Agents/${id}`);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      schemas: [AGENT],
      ...{ id, agentUserName: id, displayName: 'Bookkeeper', description: 'Keeps things in order', active: true },
      owners: [{ value: ada, display: 'Ada S', $ref: `${server.issuer}/scim/v2/Users/${ada}` }],
      meta: {
        ...{ resourceType: 'Agent', created: expect.any(String), lastModified: expect.any(String) },
        ...{ location: `${server.issuer}/scim/v2/Agents/${id}`, version: answer.headers.get('etag') },
      },
    });
    const known = await directory.call('GET', `/Agents/${id}`, undefined, {
      'if-none-match': String(answer.headers.get('etag')),
    });
    expect(known.status).toBe(304);
  });

  test('lists have the agents of all its users and no others, with filters, order and pages (RFC 7644 §3.4.2)', async () => {
    const cy = String((await directory.create('s-cy')).body['id']);
    const [first, second] = [await scene.newAgent('Zeta', cy), await scene.newAgent('Alpha', cy)];
    const names = new Map([
      [first.clientId, 'Zeta'],
      [second.clientId, 'Alpha'],
    ]);
    const ids = idsIn(await find(`owners.value eq "${cy}"`));
    expect([...ids].sort()).toEqual([...names.keys()].sort());
    const foreign = await scene.newAgent('Foreign', bea);
    expect(idsIn(await directory.call('GET', '/Agents'))).toEqual(expect.arrayContaining(ids));
    expect(idsIn(await directory.call('GET', '/Agents'))).not.toContain(foreign.clientId);
    expect(idsIn(await find(`owners[value eq "${cy}"] and displayName sw "Z"`))).toEqual([first.clientId]);
    expect(idsIn(await find(`agentUserName eq "${second.clientId.toUpperCase()}"`))).toEqual([second.clientId]);
    expect(idsIn(await find(`id eq "${foreign.clientId}"`))).toEqual([]);
    const filter = encodeURIComponent(`owners.value eq "${cy}"`);
    expect(idsIn(await directory.call('GET', `/Agents?filter=${filter}&sortBy=displayName`))).toEqual([
      second.clientId,
      first.clientId,
    ]);
    expect(idsIn(await directory.call('GET', `/Agents?filter=${filter}&startIndex=2&count=1`))).toEqual([ids[1]]);
    const page = await directory.call('GET', `/Agents?filter=${filter}&count=1&cursor=`);
    const next = encodeURIComponent(String(page.body['nextCursor']));
    expect(idsIn(await directory.call('GET', `/Agents?filter=${filter}&count=1&cursor=${next}`))).toEqual([ids[1]]);
    const searched = await directory.call('POST', '/Agents/.search', {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'],
      filter: `owners.value eq "${cy}"`,
      attributes: ['displayName'],
    });
    expect(searched.body['Resources']).toEqual(
      ids.map((id) => ({ schemas: [AGENT], id, agentUserName: id, displayName: names.get(id) })),
    );
    expect((await find('purpose eq "x"')).body['scimType']).toBe('invalidFilter');
  });

  test('MG-04 hides agents of others, of accounts with a role, of groups, and retired ones', async () => {
    const foreign = await scene.newAgent('Of Bea', bea);
    const retired = await scene.newAgent('Gone', ada);
    await act(retired.clientId, 'retire');
    const dora = String((await directory.create('s-dora')).body['id']);
    const ofDora = await scene.newAgent('Of Dora', dora);
    const etag = String((await scene.management.call('GET', `/accounts/${dora}`)).headers.get('etag'));
    await scene.management.call('PATCH', `/accounts/${dora}`, { roles: ['operator'] }, { 'if-match': etag });
    for (const { clientId: id } of [foreign, retired, ofDora, scene.agent]) {
      expect((await directory.call('GET', `/Agents/${id}`)).status).toBe(404);
      for (const sent of [setActive(id, false), directory.call('DELETE', `/Agents/${id}`)]) {
        expect((await sent).status).toBe(404);
        expect(await lastRefusal()).toMatchObject({ caller: directory.id, error: 'not_found' });
      }
      expect(idsIn(await directory.call('GET', '/Agents'))).not.toContain(id);
    }
    expect(await stateOf(foreign.clientId)).toBe('active');
    expect(await stateOf(ofDora.clientId)).toBe('active');
  });

  test('ResourceTypes, Schemas and ServiceProviderConfig tell it (RFC 7643 §5 to §7)', async () => {
    expect((await directory.call('GET', '/ResourceTypes/Agent')).body).toMatchObject({
      ...{ endpoint: '/Agents', schema: AGENT },
    });
    const schema = await directory.call('GET', `/Schemas/${AGENT}`);
    expect(schema.body['description']).toContain(AGENT_DRAFT);
    expect((schema.body['attributes'] as { name: string }[]).map((one) => one.name)).toEqual([
      ...['agentUserName', 'displayName', 'description', 'active', 'owners'],
    ]);
    expect((await directory.call('GET', '/ServiceProviderConfig')).body['agentExtension']).toEqual({
      ...{ supported: true, agentsSupported: true, agenticApplicationsSupported: false },
    });
  });
});

describe('suspending', () => {
  test.each<[string, (id: string) => Promise<{ readonly status: number }>]>([
    ['PATCH with a path', (id) => setActive(id, false)],
    [
      'PATCH without a path, as Entra ID sends it',
      (id) => directory.patchAgent(id, { op: 'Replace', value: { active: 'False' } }),
    ],
    ['PUT', (id) => directory.call('PUT', `/Agents/${id}`, { schemas: [AGENT], agentUserName: id, active: false })],
    [
      'an operation of a bulk request',
      (id) =>
        directory.call('POST', '/Bulk', {
          schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
          Operations: [
            {
              method: 'PATCH',
              path: `/Agents/${id}`,
              data: {
                schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
                Operations: [{ op: 'replace', path: 'active', value: false }],
              },
            },
          ],
        }),
    ],
  ])('active: false by %s suspends the agent before the answer', async (_what, suspend) => {
    const agent = await scene.newAgent('Stopped', ada);
    expect((await ownToken(agent)).status).toBe(200);
    expect((await suspend(agent.clientId)).status).toBe(200);
    expect([(await ownToken(agent)).status, await stateOf(agent.clientId)]).toEqual([401, 'suspended']);
    expect((await directory.call('GET', `/Agents/${agent.clientId}`)).body['active']).toBe(false);
    expect((await eventsOf(agent.clientId)).at(-1)).toEqual(['agent.suspended', directory.id]);
    expect((await server.events('directory.agent_written')).at(-1)).toMatchObject({
      ...{ caller: directory.id, target: { kind: 'directory', id: directory.id } },
      ...{ changed: ['active'], inputs: { agent: agent.clientId } },
    });
  });

  test('it resumes what it suspended itself', async () => {
    const agent = await scene.newAgent('Back again', ada);
    await setActive(agent.clientId, false);
    expect((await setActive(agent.clientId, true)).body['active']).toBe(true);
    expect((await ownToken(agent)).status).toBe(200);
    expect((await eventsOf(agent.clientId)).at(-1)).toEqual(['agent.resumed', directory.id]);
  });

  test.each<[string, (id: string) => Promise<unknown>, string]>([
    ['what was suspended here', (id) => act(id, 'suspend'), 'suspended'],
    [
      'what it suspended and an operator suspended after it',
      async (id) => {
        await setActive(id, false);
        await act(id, 'suspend');
      },
      'suspended',
    ],
    [
      'what an operator suspended before it',
      async (id) => {
        await act(id, 'suspend');
        await setActive(id, false);
      },
      'suspended',
    ],
    [
      'what was suspended here after an operator had resumed it',
      async (id) => {
        await setActive(id, false);
        await act(id, 'resume');
        await act(id, 'suspend');
      },
      'suspended',
    ],
  ])('it does not resume %s', async (_what, block, state) => {
    const { clientId: id } = await scene.newAgent('Blocked', ada);
    await block(id);
    const answer = await setActive(id, true);
    expect([answer.status, await stateOf(id)]).toEqual([403, state]);
    expect(answer.body['detail']).toContain('can resume it');
    expect(await lastRefusal()).toMatchObject({ caller: directory.id, error: 'forbidden', note: 'PATCH /Agents/:id' });
  });

  test('it does not resume what has lost its owner (LC-06)', async () => {
    const eve = String((await directory.create('s-eve')).body['id']);
    const { clientId: id } = await scene.newAgent('Orphan', eve);
    await directory.patch(eve, { op: 'replace', path: 'active', value: false });
    expect((await directory.call('GET', `/Agents/${id}`)).body['active']).toBe(false);
    expect((await setActive(id, true)).status).toBe(403);
    expect(await stateOf(id)).toBe('orphaned');
  });

  test('the same brake counts agents as accounts, and nothing is done beyond it', async () => {
    const slow = await makeDirectory(scene, { name: 'Slow', most_deactivations: 1 });
    const fay = String((await slow.create('s-fay')).body['id']);
    const [one, two] = [await scene.newAgent('One', fay), await scene.newAgent('Two', fay)];
    expect((await setActive(one.clientId, false, slow)).status).toBe(200);
    const refused = await setActive(two.clientId, false, slow);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '600']);
    expect(await stateOf(two.clientId)).toBe('active');
    expect((await slow.patch(fay, { op: 'replace', path: 'active', value: false })).status).toBe(503);
    const activity = (await scene.management.call('GET', `/directories/${slow.id}/activity`)).body;
    expect(activity['held']).toEqual([two.clientId, fay]);
    expect((await server.events('directory.deactivations_paused')).at(-1)).toMatchObject({ caller: slow.id });
  });
});

describe('other attributes', () => {
  test('externalId is stored for any agent, and found', async () => {
    const { clientId: id } = await scene.newAgent('Known there', ada);
    const answer = await directory.patchAgent(id, { op: 'add', path: 'externalId', value: 'X-1' });
    expect([answer.status, answer.body['externalId']]).toEqual([200, 'X-1']);
    expect(idsIn(await find('externalId eq "X-1"'))).toEqual([id]);
    expect(idsIn(await find('externalId eq "X-1"', other))).toEqual([]);
    await directory.patchAgent(id, { op: 'remove', path: 'externalId' });
    expect(idsIn(await find('externalId eq "X-1"'))).toEqual([]);
    expect(await stateOf(id)).toBe('active');
  });

  test.each<[string, unknown]>([
    ['displayName', 'Other'],
    ['description', 'Other'],
    ['agentUserName', 'other'],
    ['owners', [{ value: 'acc_other' }]],
  ])(
    '%s of an agent from here: a change of what it may not change is 400 mutability (RFC 7643 §7)',
    async (path, value) => {
      const { clientId: id } = await scene.newAgent('Fixed', ada);
      const before = (await directory.call('GET', `/Agents/${id}`)).body;
      const answer = await directory.patchAgent(id, { op: 'replace', path, value });
      expect([answer.status, answer.body['scimType']]).toEqual([400, 'mutability']);
      expect(await lastRefusal()).toMatchObject({ caller: directory.id, error: 'invalid_field' });
      expect((await directory.call('GET', `/Agents/${id}`)).body).toEqual(before);
    },
  );

  test('If-Match of an earlier version is 412 (RFC 7644 §3.14)', async () => {
    const { clientId: id } = await scene.newAgent('Versioned', ada);
    const etag = String((await directory.call('GET', `/Agents/${id}`)).headers.get('etag'));
    await act(id, 'suspend');
    const answer = await directory.call(
      'PUT',
      `/Agents/${id}`,
      { schemas: [AGENT], agentUserName: id },
      { 'if-match': etag },
    );
    expect([answer.status, await stateOf(id)]).toEqual([412, 'suspended']);
  });
});

describe('creating', () => {
  test('makes an agent of the blueprint that waits for its owner (RFC 7644 §3.3)', async () => {
    const userName = name();
    const answer = await directory.createAgent(userName, ada, {
      ...{ displayName: 'Payer', description: 'Pays bills', externalId: 'A-1', unknown: 1 },
    });
    expect(answer.status).toBe(201);
    const id = String(answer.body['id']);
    expect(answer.headers.get('location')).toBe(`${server.issuer}/scim/v2/Agents/${id}`);
    expect(answer.body).toMatchObject({
      agentUserName: userName,
      displayName: 'Payer',
      externalId: 'A-1',
      active: true,
    });
    expect((await scene.management.call('GET', `/agents/${id}`)).body).toMatchObject({
      ...{ name: 'Payer', purpose: 'Pays bills', owner: ada, blueprint, state: 'pending' },
    });
    expect(await eventsOf(id)).toEqual([['agent.created', directory.id]]);
    expect(idsIn(await find(`agentUserName eq "${userName.toUpperCase()}"`))).toEqual([id]);
    await until(
      async () => {
        const found = (await scene.management.call('GET', `/findings?subject=${id}`)).body['items'];
        return (found as readonly Record<string, unknown>[]).some(({ kind }) => kind === 'pending');
      },
      { what: 'a finding about the agent of a directory', seconds: 60 },
    );
    await scene.management.acceptAs(ada, id);
    expect(await stateOf(id)).toBe('active');
  });

  test('renames and deletes what it created', async () => {
    const id = await created();
    const answer = await directory.patchAgent(id, {
      op: 'replace',
      value: { displayName: 'New name', description: 'New' },
    });
    expect(answer.body).toMatchObject({ displayName: 'New name', description: 'New' });
    expect((await scene.management.call('GET', `/agents/${id}`)).body).toMatchObject({
      name: 'New name',
      purpose: 'New',
    });
    expect((await directory.call('DELETE', `/Agents/${id}`)).status).toBe(204);
    expect([(await directory.call('GET', `/Agents/${id}`)).status, await stateOf(id)]).toEqual([404, 'retired']);
    expect((await server.events('directory.agent_deleted')).at(-1)).toMatchObject({ inputs: { agent: id } });
  });

  test('one that is suspended before its owner accepts it is suspended afterwards', async () => {
    const [id, born] = [await created(), await created({ active: false })];
    expect((await setActive(id, false)).body['active']).toBe(false);
    for (const agent of [id, born]) {
      await scene.management.acceptAs(ada, agent);
      expect(await stateOf(agent)).toBe('suspended');
      expect((await setActive(agent, true)).status).toBe(200);
      expect(await stateOf(agent)).toBe('active');
    }
  });

  test('without a blueprint it is 403 with the remedy, and nothing is created', async () => {
    const before = (await server.events('agent.created')).length;
    const answer = await other.createAgent(name(), bea);
    expect(answer.status).toBe(403);
    expect(answer.body['detail']).toContain('agent_blueprint');
    expect(await lastRefusal()).toMatchObject({ caller: other.id, error: 'forbidden', note: 'POST /Agents' });
    expect((await server.events('agent.created')).length).toBe(before);
  });

  test.each<[string, () => readonly [string, string, object?], number, string | undefined]>([
    ['a user of another directory as owner', () => [name(), bea], 400, 'invalidValue'],
    ['an owner that is no user', () => [name(), 'acc_none'], 400, 'invalidValue'],
    ['no owner', () => [name(), ada, { owners: [] }], 400, 'invalidValue'],
    ['an id as its name', () => [scene.agent.clientId, ada], 400, 'mutability'],
    ['no agentUserName', () => ['', ada], 400, 'invalidValue'],
  ])('with %s it is refused, and nothing is created', async (_what, given, status, scimType) => {
    const before = (await server.events('agent.created')).length;
    const [userName, owner, more] = given();
    const answer = await directory.createAgent(userName, owner, more);
    expect([answer.status, answer.body['scimType']]).toEqual([status, scimType]);
    expect(await lastRefusal()).toMatchObject({ caller: directory.id, error: 'invalid_field' });
    expect((await server.events('agent.created')).length).toBe(before);
  });

  test('a name that another agent of the directory has is 409 uniqueness, also of two at once (RFC 7643 §7)', async () => {
    const userName = name();
    const answers = await Promise.all(
      [userName, userName.toUpperCase(), userName].map((one) => directory.createAgent(one, ada)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    const id = answers.find(({ status }) => status === 201)?.body['id'];
    await directory.call('DELETE', `/Agents/${id}`);
    expect((await directory.createAgent(userName, ada)).status).toBe(201);
  });

  test('an agent from here is not deleted: 403 with the remedy', async () => {
    const { clientId: id } = await scene.newAgent('Stays', ada);
    const answer = await directory.call('DELETE', `/Agents/${id}`);
    expect([answer.status, await stateOf(id)]).toEqual([403, 'active']);
    expect(answer.body['detail']).toContain('active false');
  });

  test('an administrator names and removes the blueprint; it is an active one', async () => {
    const path = `/directories/${other.id}`;
    const change = async (agent_blueprint: unknown) => {
      const etag = String((await scene.management.call('GET', path)).headers.get('etag'));
      return scene.management.call('PATCH', path, { agent_blueprint }, { 'if-match': etag });
    };
    const unknown = await change('bpt_none');
    expect([unknown.status, unknown.body['reason']]).toEqual([400, 'directory_blueprint_inactive']);
    expect((await change(blueprint)).body['agent_blueprint']).toBe(blueprint);
    expect((await other.createAgent(name(), bea)).status).toBe(201);
    expect((await change(null)).body['agent_blueprint']).toBeUndefined();
    expect((await other.createAgent(name(), bea)).status).toBe(403);
  });
});
