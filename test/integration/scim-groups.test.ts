/** Groups over SCIM, in the forms that directories send (RFC 7643 §4.2, RFC 7644), and what they give here. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newBrowser, submitSignIn, walkAuthorization } from '../support/browser-flow.ts';
import { type DirectoryUnderTest, GROUP, makeDirectory } from '../support/directory.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, REDIRECT_URI, type Scene } from '../support/scene.ts';

const PASSWORD = 'a long enough pass phrase';

let server: RunningServer;
let scene: Scene;
let directory: DirectoryUnderTest;
let other: DirectoryUnderTest;
/** Users of the directory. */
let ada: string;
let ben: string;
let cy: string;
/** A user of the other directory. */
let dan: string;

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  directory = await makeDirectory(scene, { name: 'Head office', groups: { Engineering: 'staff' } });
  other = await makeDirectory(scene, { name: 'Branch' });
  const user = async (by: DirectoryUnderTest, name: string) => String((await by.create(name)).body['id']);
  [ada, ben, cy] = [await user(directory, 'g-ada'), await user(directory, 'g-ben'), await user(directory, 'g-cy')];
  dan = await user(other, 'g-dan');
});
afterAll(() => server?.close());

let count = 0;
const newGroup = async (...members: readonly string[]): Promise<string> => {
  count += 1;
  const answer = await directory.createGroup(`Group ${count}`, members);
  expect(answer.status).toBe(201);
  return String(answer.body['id']);
};
const membersOf = async (id: string): Promise<readonly string[]> => {
  const { body } = await directory.call('GET', `/Groups/${id}`);
  return ((body['members'] ?? []) as { value: string }[]).map(({ value }) => value).sort();
};
const idsIn = ({ body }: { readonly body: Readonly<Record<string, unknown>> }) =>
  (body['Resources'] as { readonly id: string }[]).map(({ id }) => id);
const findGroups = (filter: string, more = '') =>
  directory.call('GET', `/Groups?filter=${encodeURIComponent(filter)}${more}`);
const lastRefusal = async () => (await server.events('directory.refused')).at(-1);
const memberEvents = async (group: string) =>
  (await server.events())
    .filter(({ type, inputs }) => type.startsWith('directory.member_') && inputs?.['group'] === group)
    .map(({ type, subject }) => [type.slice('directory.member_'.length), subject]);

describe('a group', () => {
  test('is created and read with its members (RFC 7644 §3.3)', async () => {
    const answer = await directory.createGroup('Readers', [ada, ben], { externalId: 'R-1', unknown: 1 });
    expect(answer.status).toBe(201);
    const { id } = answer.body as { id: string };
    expect(answer.headers.get('location')).toBe(`${server.issuer}/scim/v2/Groups/${id}`);
    const member = (value: string) => ({ value, $ref: `${server.issuer}/scim/v2/Users/${value}`, type: 'User' });
    expect(answer.body).toEqual({
      schemas: [GROUP],
      ...{ id, displayName: 'Readers', externalId: 'R-1' },
      members: expect.arrayContaining([member(ada), member(ben)]),
      meta: expect.objectContaining({ resourceType: 'Group', version: answer.headers.get('etag') }),
    });
    expect((await directory.call('GET', `/Groups/${id}`)).body).toEqual(answer.body);
    expect((await server.events('directory.group_written')).at(-1)).toMatchObject({
      ...{ caller: directory.id, inputs: { group: id }, changed: ['displayName', 'externalId'] },
    });
    expect(await memberEvents(id)).toEqual(
      expect.arrayContaining([
        ['added', ada],
        ['added', ben],
      ]),
    );
    const user = (await directory.call('GET', `/Users/${ada}`)).body;
    expect(user['groups']).toContainEqual({
      ...{ value: id, display: 'Readers', type: 'direct', $ref: `${server.issuer}/scim/v2/Groups/${id}` },
    });
  });

  test.each<[string, object, number, string | undefined]>([
    ['without displayName', { schemas: [GROUP] }, 400, 'invalidValue'],
    ['without its schema', { displayName: 'x' }, 400, 'invalidSyntax'],
    [
      'with a member without value',
      { schemas: [GROUP], displayName: 'x', members: [{ display: 'x' }] },
      400,
      'invalidValue',
    ],
    [
      'with a group as member',
      { schemas: [GROUP], displayName: 'x', members: [{ value: 'x', type: 'Group' }] },
      400,
      'invalidValue',
    ],
    [
      'with an unknown member',
      { schemas: [GROUP], displayName: 'x', members: [{ value: 'acc_none' }] },
      400,
      'invalidValue',
    ],
    ['with the name of another, in other letters', { schemas: [GROUP], displayName: 'readerS' }, 409, 'uniqueness'],
  ])('%s is refused, and is not there', async (_what, body, status, scimType) => {
    const before = (await directory.call('GET', '/Groups?count=0')).body['totalResults'];
    const answer = await directory.call('POST', '/Groups', body);
    expect([answer.status, answer.body['scimType']]).toEqual([status, scimType]);
    expect(await lastRefusal()).toMatchObject({ caller: directory.id, note: 'POST /Groups' });
    expect((await directory.call('GET', '/Groups?count=0')).body['totalResults']).toBe(before);
  });

  test('MG-04 has no member and no reader of another directory', async () => {
    const id = await newGroup(ada);
    const given = await directory.patchGroup(id, {
      op: 'add',
      path: 'members',
      value: [{ value: ben }, { value: dan }],
    });
    expect([given.status, given.body['scimType']]).toEqual([400, 'invalidValue']);
    expect(await membersOf(id)).toEqual([ada]);
    for (const [method, sent] of [
      ['GET', undefined],
      ['PUT', { schemas: [GROUP], displayName: 'Mine' }],
      ['DELETE', undefined],
    ] as const) {
      expect((await other.call(method, `/Groups/${id}`, sent)).status).toBe(404);
      expect(await lastRefusal()).toMatchObject({ caller: other.id, error: 'not_found' });
    }
    expect((await other.call('GET', '/Groups')).body['totalResults']).toBe(0);
  });

  test('PUT replaces it (RFC 7644 §3.5.1)', async () => {
    const id = await newGroup(ada, ben);
    const body = { schemas: [GROUP], displayName: 'Replaced', members: [{ value: ben }, { value: cy }] };
    const answer = await directory.call('PUT', `/Groups/${id}`, body);
    expect(answer.body).toMatchObject({ id, displayName: 'Replaced' });
    expect(await membersOf(id)).toEqual([ben, cy].sort());
    expect((await memberEvents(id)).slice(2)).toEqual([
      ['removed', ada],
      ['added', cy],
    ]);
  });

  test('DELETE removes it with its memberships', async () => {
    const id = await newGroup(cy);
    expect((await directory.call('DELETE', `/Groups/${id}`)).status).toBe(204);
    expect((await directory.call('GET', `/Groups/${id}`)).status).toBe(404);
    expect((await server.events('directory.group_deleted')).at(-1)).toMatchObject({ inputs: { group: id } });
    expect(await memberEvents(id)).toEqual([
      ['added', cy],
      ['removed', cy],
    ]);
    expect(JSON.stringify((await directory.call('GET', `/Users/${cy}`)).body['groups'] ?? [])).not.toContain(id);
  });

  test('an entity tag follows each change of members; a stale one is 412 (RFC 7644 §3.14)', async () => {
    const id = await newGroup(ada);
    const etag = String((await directory.call('GET', `/Groups/${id}`)).headers.get('etag'));
    expect((await directory.call('GET', `/Groups/${id}`, undefined, { 'if-none-match': etag })).status).toBe(304);
    const user = String((await directory.call('GET', `/Users/${ben}`)).headers.get('etag'));
    const added = await directory.patchGroup(id, { op: 'add', path: 'members', value: [{ value: ben }] });
    expect(added.headers.get('etag')).not.toBe(etag);
    expect((await directory.call('GET', `/Groups/${id}`, undefined, { 'if-none-match': etag })).status).toBe(200);
    expect((await directory.call('GET', `/Users/${ben}`, undefined, { 'if-none-match': user })).status).toBe(200);
    const put = { schemas: [GROUP], displayName: 'Stale' };
    expect((await directory.call('PUT', `/Groups/${id}`, put, { 'if-match': etag })).status).toBe(412);
    expect(await lastRefusal()).toMatchObject({ error: 'precondition_failed' });
    // The same again changes nothing, not even the version.
    const again = await directory.patchGroup(id, { op: 'add', path: 'members', value: [{ value: ben }] });
    expect(again.headers.get('etag')).toBe(added.headers.get('etag'));
  });
});

describe('PATCH of members (RFC 7644 §3.5.2)', () => {
  test.each<[string, () => readonly object[], () => readonly string[]]>([
    [
      'add, as Okta and authentik send it',
      () => [{ op: 'add', path: 'members', value: [{ value: cy }] }],
      () => [ada, ben, cy],
    ],
    [
      'Add as Entra ID writes it',
      () => [{ op: 'Add', path: 'members', value: [{ $ref: null, value: cy }] }],
      () => [ada, ben, cy],
    ],
    ['one member and no list', () => [{ op: 'add', path: 'members', value: { value: cy } }], () => [ada, ben, cy]],
    [
      'add without a path, as Google sends it',
      () => [{ op: 'add', value: { members: [{ value: cy }] } }],
      () => [ada, ben, cy],
    ],
    [
      'Remove with a value, as Entra ID sends it',
      () => [{ op: 'Remove', path: 'members', value: [{ value: ada }] }],
      () => [ben],
    ],
    ['remove with a filter', () => [{ op: 'remove', path: `members[value eq "${ada}"]` }], () => [ben]],
    [
      'remove with a filter of two',
      () => [{ op: 'remove', path: `members[value eq "${ada}" or value eq "${ben}"]` }],
      () => [],
    ],
    ['remove of all', () => [{ op: 'remove', path: 'members' }], () => []],
    ['replace', () => [{ op: 'replace', path: 'members', value: [{ value: cy }] }], () => [cy]],
    ['replace by none', () => [{ op: 'replace', path: 'members', value: [] }], () => []],
    [
      'replace without a path, as Okta sends it',
      () => [{ op: 'replace', value: { id: 'x', displayName: `Okta ${count}` } }],
      () => [ada, ben],
    ],
    [
      'the URN of the schema',
      () => [{ op: 'add', path: `${GROUP}:members`, value: [{ value: cy }] }],
      () => [ada, ben, cy],
    ],
    [
      'several operations in their order',
      () => [
        { op: 'remove', path: `members[value eq "${ada}"]` },
        { op: 'add', path: 'members', value: [{ value: cy }, { value: ada }] },
        { op: 'remove', path: `members[value eq "${cy}"]` },
      ],
      () => [ada, ben],
    ],
    ['removal of one who is not in it', () => [{ op: 'remove', path: `members[value eq "${cy}"]` }], () => [ada, ben]],
  ])('%s', async (_form, operations, expected) => {
    const id = await newGroup(ada, ben);
    const answer = await directory.patchGroup(id, ...operations());
    expect(answer.status).toBe(204);
    expect(await membersOf(id)).toEqual([...expected()].sort());
  });

  test('1,000 operations in one request, as authentik sends one for each member; more are 400', async () => {
    const id = await newGroup();
    const operations = (most: number) =>
      Array.from({ length: most }, (_, index) => ({
        op: 'add',
        path: 'members',
        value: [{ value: [ada, ben, cy][index % 3] }],
      }));
    expect((await directory.patchGroup(id, ...operations(1001))).body).toMatchObject({ scimType: 'tooMany' });
    expect(await lastRefusal()).toMatchObject({ caller: directory.id, note: 'PATCH /Groups/:id' });
    expect(await membersOf(id)).toEqual([]);
    expect((await directory.patchGroup(id, ...operations(1000))).status).toBe(204);
    expect(await membersOf(id)).toEqual([ada, ben, cy].sort());
  });

  test.each<[string, () => object, string]>([
    [
      'of a part of a member',
      () => ({ op: 'replace', path: `members[value eq "${ada}"].value`, value: ben }),
      'invalidPath',
    ],
    [
      'that replaces in a filter',
      () => ({ op: 'replace', path: `members[value eq "${ada}"]`, value: {} }),
      'mutability',
    ],
    ['with another comparison', () => ({ op: 'remove', path: 'members[value sw "acc"]' }), 'invalidFilter'],
    ['of an unknown attribute', () => ({ op: 'add', path: 'roles', value: 'administrator' }), 'invalidPath'],
    ['of the id', () => ({ op: 'replace', path: 'id', value: 'dgr_x' }), 'mutability'],
    ['that removes the name', () => ({ op: 'remove', path: 'displayName' }), 'invalidValue'],
    ['that breaks off', () => ({ op: 'remove', path: 'members[value eq "' }), 'invalidFilter'],
  ])('%s is 400, and nothing of the request is done', async (_what, operation, scimType) => {
    const id = await newGroup(ada);
    const answer = await directory.patchGroup(id, { op: 'add', path: 'members', value: [{ value: cy }] }, operation());
    expect([answer.status, answer.body['scimType']]).toEqual([400, scimType]);
    expect(await lastRefusal()).toMatchObject({ caller: directory.id, note: 'PATCH /Groups/:id' });
    expect(await membersOf(id)).toEqual([ada]);
  });

  test('concurrent changes of one group are all kept', async () => {
    const id = await newGroup();
    const add = (value: string) => directory.patchGroup(id, { op: 'add', path: 'members', value: [{ value }] });
    const answers = await Promise.all([ada, ben, cy].map(add));
    expect(answers.map(({ status }) => status)).toEqual([204, 204, 204]);
    expect(await membersOf(id)).toEqual([ada, ben, cy].sort());
  });

  test('a store that fails in between is 503; the same request again completes it', async () => {
    const id = await newGroup(ada);
    const patch = () =>
      directory.patchGroup(
        id,
        { op: 'remove', path: `members[value eq "${ada}"]` },
        { op: 'add', path: 'members', value: [{ value: ben }] },
      );
    server.faults.failingWrites = new Set(['directory_memberships']);
    expect((await patch()).status).toBe(503);
    server.faults.failingWrites = new Set();
    expect((await patch()).status).toBe(204);
    expect(await membersOf(id)).toEqual([ben]);
  });
});

describe('finding', () => {
  test.each<[string, () => string, number]>([
    ['displayName', () => 'displayName eq "FIND ME"', 1],
    ['externalId', () => 'externalId eq "F-1"', 1],
    ['a part of the name', () => 'displayName sw "find" and externalId pr', 1],
    ['a member, as Entra ID asks', () => `displayName eq "Find me" and members eq "${ada}"`, 1],
    ['a member in brackets', () => `members[value eq "${ada}"] and externalId eq "F-1"`, 1],
    ['a user who is not in it', () => `externalId eq "F-1" and members.value eq "${cy}"`, 0],
    ['no member', () => `externalId eq "F-1" and not (members.value eq "${cy}")`, 1],
    ['a user of another directory', () => `members.value eq "${dan}"`, 0],
  ])('by %s', async (_by, filter, expected) => {
    const known = await findGroups('externalId eq "F-1"');
    if (known.body['totalResults'] === 0) await directory.createGroup('Find me', [ada], { externalId: 'F-1' });
    const found = await findGroups(filter());
    expect([found.status, found.body['totalResults']]).toEqual([200, expected]);
  });

  test.each(['members pr', 'members.value sw "acc"', 'members[type eq "User"]', 'userName eq "x"', 'displayName eq'])(
    '%s is 400 invalidFilter',
    async (filter) => {
      const answer = await findGroups(filter);
      expect([answer.status, answer.body['scimType']]).toEqual([400, 'invalidFilter']);
      expect(await lastRefusal()).toMatchObject({ note: 'GET /Groups' });
    },
  );

  test('excludedAttributes=members leaves them out, and pages have an order (RFC 7644 §3.4.2.4, §3.9)', async () => {
    const id = await newGroup(ada);
    const found = await findGroups(`id eq "${id}"`, '&excludedAttributes=members');
    expect((found.body['Resources'] as object[])[0]).not.toHaveProperty('members');
    expect((await directory.call('GET', `/Groups/${id}?attributes=displayName`)).body).toEqual({
      ...{ schemas: [GROUP], id, displayName: expect.any(String) },
    });
    const all = idsIn(await directory.call('GET', '/Groups?sortBy=displayName&count=200'));
    const page = await directory.call('GET', '/Groups?sortBy=displayName&startIndex=2&count=2');
    expect(idsIn(page)).toEqual(all.slice(1, 3));
  });
});

describe('what a group gives', () => {
  const USERNAME = 'g-eve';
  let eve: string;
  let token: string;
  let engineering: string;

  beforeAll(async () => {
    eve = (await scene.management.createAccount({ username: USERNAME, name: 'Eve', password: PASSWORD })).id;
    const at = `/directories/${directory.id}`;
    await scene.management.call('POST', `${at}/assign`, { account: eve });
    engineering = String((await directory.createGroup('Engineering')).body['id']);
    const browser = newBrowser(server.issuer);
    const home = `${server.issuer}/account`;
    await submitSignIn(browser, await browser.open(home), { username: USERNAME, password: PASSWORD });
    const request = scene.authorizationRequest(scene.app, { scope: 'openid groups' });
    const answer = await scene.calls.token(scene.keyed(scene.app), {
      grant_type: 'authorization_code',
      code: scene.codeFrom(await walkAuthorization(browser, request.url, {})),
      redirect_uri: REDIRECT_URI,
      code_verifier: request.verifier,
    });
    token = String(answer.body['access_token']);
  });

  const groups = async () => (await scene.calls.userinfo(token)).body['groups'];
  const put = (...ids: readonly string[]) =>
    directory.patchGroup(engineering, { op: 'replace', path: 'members', value: ids.map((value) => ({ value })) });
  const settings = async (change: object) => {
    const at = `/directories/${directory.id}`;
    const { headers } = await scene.management.call('GET', at);
    return scene.management.call('PATCH', at, change, { 'if-match': String(headers.get('etag')) });
  };

  test('its mapped group here, with the next answer, until the member or the mapping is removed', async () => {
    expect(await groups()).toEqual([]);
    expect((await put(eve)).status).toBe(204);
    expect(await groups()).toEqual(['staff']);
    expect((await put()).status).toBe(204);
    expect(await groups()).toEqual([]);
    await put(eve);
    expect((await settings({ groups: { Engineering: 'crew', Other: 'board' } })).status).toBe(200);
    expect(await groups()).toEqual(['crew']);
    await directory.patchGroup(engineering, { op: 'replace', path: 'displayName', value: 'Renamed' });
    expect(await groups()).toEqual([]);
    await directory.patchGroup(engineering, { op: 'replace', path: 'displayName', value: 'Other' });
    expect(await groups()).toEqual(['board']);
  });

  test('nothing while the directory is disabled, and nothing to an account that has left it', async () => {
    await put(eve);
    const at = `/directories/${directory.id}`;
    await scene.management.call('POST', `${at}/disable`);
    expect(await groups()).toEqual([]);
    await scene.management.call('POST', `${at}/enable`);
    expect(await groups()).toEqual(['board']);
    await scene.management.call('POST', `${at}/unassign`, { account: eve });
    expect(await groups()).toEqual([]);
    await scene.management.call('POST', `${at}/assign`, { account: eve });
    expect(await groups()).toEqual([]);
    expect(await membersOf(engineering)).toEqual([]);
  });

  test('nothing from before to an account that was taken away by half and is given again', async () => {
    await put(eve);
    const at = `/directories/${directory.id}`;
    server.faults.failingWrites = new Set(['directory_memberships']);
    expect((await scene.management.call('POST', `${at}/unassign`, { account: eve })).status).toBe(503);
    server.faults.failingWrites = new Set();
    expect(await groups()).toEqual([]);
    expect((await scene.management.call('POST', `${at}/assign`, { account: eve })).status).toBe(204);
    expect(await groups()).toEqual([]);
    expect(await membersOf(engineering)).toEqual([]);
    expect((await server.events('directory.account_assigned')).at(-1)).toMatchObject({ subject: eve });
  });

  test('and takes from a token that was issued before, when a policy asks for the group', async () => {
    await settings({ groups: { Other: 'board' } });
    const { management, calls, jwt, keyed, app } = scene;
    const { body: schema } = await management.call('GET', '/policy/schema');
    const rule = `@id("write-for-the-board")
      forbid (principal, action == Action::"act", resource == Scope::"${jwt.identifier} write")
      when { context has subject } unless { context.subject in Group::"board" };`;
    const draft = await management.call('POST', '/policy-sets', { text: `${schema['starter']}\n${rule}` });
    const etag = { 'if-match': String(draft.headers.get('etag')) };
    expect((await management.call('POST', `/policy-sets/${draft.body['id']}/activation`, {}, etag)).status).toBe(200);
    expect((await put(eve)).status).toBe(204);
    const browser = newBrowser(server.issuer);
    const home = `${server.issuer}/account`;
    await submitSignIn(browser, await browser.open(home), { username: USERNAME, password: PASSWORD });
    const request = scene.authorizationRequest(app, { scope: 'openid write', resource: jwt.identifier });
    const answer = await calls.token(keyed(app), {
      grant_type: 'authorization_code',
      code: scene.codeFrom(await walkAuthorization(browser, request.url, {})),
      redirect_uri: REDIRECT_URI,
      code_verifier: request.verifier,
      resource: jwt.identifier,
    });
    const isActive = async () =>
      (await calls.introspect(jwt.credential, String(answer.body['access_token']))).body['active'];
    expect(await isActive()).toBe(true);
    expect((await put()).status).toBe(204);
    expect(await isActive()).toBe(false);
    expect((await server.events('directory.member_removed')).at(-1)).toMatchObject({ subject: eve });
    expect((await put(eve)).status).toBe(204);
    expect(await isActive()).toBe(true);
    await directory.patchGroup(engineering, { op: 'replace', path: 'displayName', value: 'Another' });
    expect(await isActive()).toBe(false);
    await settings({ groups: { Another: 'board' } });
    expect(await isActive()).toBe(true);
    await settings({ groups: {} });
    expect(await isActive()).toBe(false);
    await settings({ groups: { Another: 'board' } });
    await management.call('POST', `/directories/${directory.id}/unassign`, { account: eve });
    expect(await isActive()).toBe(false);
    await management.call('POST', `/directories/${directory.id}/assign`, { account: eve });
  });

  test('MG-04 no role, and no group that owns agents', async () => {
    const owners = await settings({ groups: { Engineering: 'grp_abcdefghijklmnopqrstuvwxyz' } });
    expect([owners.status, owners.body['reason']]).toEqual([400, 'group_label_reads_as_id']);
    await put(eve);
    const { body, headers } = await scene.management.call('GET', `/accounts/${eve}`);
    expect(body['roles']).toEqual([]);
    const roles = { roles: ['auditor'] };
    await scene.management.call('PATCH', `/accounts/${eve}`, roles, { 'if-match': String(headers.get('etag')) });
    expect(await groups()).toEqual([]);
    expect(await membersOf(engineering)).toEqual([]);
  });
});
