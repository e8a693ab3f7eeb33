/** Users over SCIM, as directories send them (RFC 7643, RFC 7644). */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AGENT, type DirectoryUnderTest, ENTERPRISE, GROUP, makeDirectory, PATCH, USER } from '../support/directory.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';

let server: RunningServer;
let scene: Scene;
let directory: DirectoryUnderTest;
let other: DirectoryUnderTest;

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  directory = await makeDirectory(scene, { name: 'Head office', verifies_emails: true, most_deactivations: 1000 });
  other = await makeDirectory(scene, { name: 'Branch' });
});
afterAll(() => server?.close());

let count = 0;
const newName = (): string => {
  count += 1;
  return `user${count}@example.com`;
};
const created = async (more: object = {}) => {
  const answer = await directory.create(newName(), more);
  expect(answer.status).toBe(201);
  return answer.body as { readonly id: string; readonly userName: string };
};
const accountOf = async (id: string) => (await scene.management.call('GET', `/accounts/${id}`)).body;
const idsIn = ({ body }: { readonly body: Readonly<Record<string, unknown>> }) =>
  (body['Resources'] as { readonly id: string }[]).map(({ id }) => id);
const lastEvents = async (count: number) => (await server.events()).slice(-count);

describe('creating', () => {
  test('makes an account of the mapped attributes and keeps the others (RFC 7644 §3.3)', async () => {
    const userName = newName();
    const answer = await directory.create(userName, {
      externalId: 'E-1',
      name: { givenName: 'Ada', familyName: 'Byron' },
      emails: [{ value: 'home-1@example.org' }, { value: 'work-1@example.com', type: 'work' }],
      title: 'Analyst',
      NICKNAME: 'Countess',
      password: 'never stored',
      unknown: 1,
      [ENTERPRISE]: { department: 'Engines', manager: 'm-1' },
    });
    expect(answer.status).toBe(201);
    const { id, meta } = answer.body as { id: string; meta: { location: string; version: string } };
    expect(answer.headers.get('content-type')).toMatch(/^application\/scim\+json/);
    expect(answer.headers.get('location')).toBe(`${server.issuer}/scim/v2/Users/${id}`);
    expect(answer.headers.get('etag')).toBe(meta.version);
    expect(answer.body).toEqual({
      schemas: [USER, ENTERPRISE],
      id,
      externalId: 'E-1',
      userName,
      name: { givenName: 'Ada', familyName: 'Byron' },
      emails: [{ value: 'home-1@example.org' }, { value: 'work-1@example.com', type: 'work' }],
      title: 'Analyst',
      nickName: 'Countess',
      active: true,
      [ENTERPRISE]: { department: 'Engines', manager: { value: 'm-1' } },
      meta: expect.objectContaining({ resourceType: 'User', location: `${server.issuer}/scim/v2/Users/${id}` }),
    });
    expect(await accountOf(id)).toMatchObject({
      ...{ username: userName, name: 'Ada Byron', email: 'work-1@example.com', email_verified: true, roles: [] },
    });
    expect((await server.events('account.created')).at(-1)).toMatchObject({
      ...{ caller: directory.id, target: { kind: 'account', id } },
    });
    expect((await server.events('directory.user_written')).at(-1)).toMatchObject({
      ...{ caller: directory.id, subject: id, target: { kind: 'directory', id: directory.id } },
    });
    expect((await directory.call('GET', `/Users/${id}`)).body).toEqual(answer.body);
  });

  test.each<[string, object, string]>([
    ['without userName', { schemas: [USER] }, 'invalidValue'],
    ['without its schema', { userName: 'x' }, 'invalidSyntax'],
    ['with a value of another type', { schemas: [USER], userName: 'x1', title: 5 }, 'invalidValue'],
    ['with a username that cannot be one', { schemas: [USER], userName: 'a b' }, 'invalidValue'],
    ['with an id as username', { schemas: [USER], userName: 'acc_x' }, 'invalidValue'],
    [
      'with two primary values',
      {
        schemas: [USER],
        userName: 'x2',
        emails: [
          { value: 'a@example.com', primary: true },
          { value: 'b@example.com', primary: true },
        ],
      },
      'invalidValue',
    ],
    ['that is too large', { schemas: [USER], userName: 'x3', title: 'x'.repeat(16_500) }, 'invalidValue'],
  ])('a user %s is refused with 400 (RFC 7644 §3.12)', async (_what, body, scimType) => {
    const before = (await server.events('account.created')).length;
    const answer = await directory.call('POST', '/Users', body);
    expect(answer.body).toEqual({ schemas: [ERROR], status: '400', scimType, detail: expect.any(String) });
    expect(answer.headers.get('content-type')).toMatch(/^application\/scim\+json/);
    expect((await server.events('directory.refused')).at(-1)).toMatchObject({
      ...{ outcome: 'refused', caller: directory.id, note: 'POST /Users' },
    });
    expect((await server.events('account.created')).length).toBe(before);
  });

  test('a username or address that is taken is 409 uniqueness, and no takeover (MG-04)', async () => {
    const before = await accountOf(scene.accountId);
    const taken = await directory.create('Ada');
    expect([taken.status, taken.body['scimType']]).toEqual([409, 'uniqueness']);
    expect(taken.body['detail']).toMatch(/an administrator of this server can assign it/);
    const first = await created({ emails: [{ value: 'Shared@example.com' }] });
    const email = await other.create(newName(), { emails: [{ value: 'shared@EXAMPLE.com' }] });
    expect([email.status, email.body['scimType']]).toEqual([409, 'uniqueness']);
    expect((await server.events('directory.refused')).at(-1)).toMatchObject({ caller: other.id, error: 'conflict' });
    expect(await accountOf(scene.accountId)).toEqual(before);
    expect((await other.call('GET', `/Users/${first.id}`)).status).toBe(404);
  });

  test('of two directories that race for one username exactly one gets it', async () => {
    const userName = newName();
    const answers = await Promise.all(
      [directory, other, directory, other].map((one) => one.create(userName, { emails: [{ value: userName }] })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
    const filter = `userName eq "${userName}"`;
    const counts = [await directory.find(filter), await other.find(filter)].map(({ body }) => body['totalResults']);
    expect(counts.sort()).toEqual([0, 1]);
  });

  test('a member named __proto__ or constructor changes no prototype (IN-03)', async () => {
    const body = `{"schemas":["${USER}"],"userName":"${newName()}","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"name":{"__proto__":{"polluted":1},"givenName":"Eve"}}`;
    const answer = await directory.call('POST', '/Users', body);
    expect(answer.status).toBe(201);
    expect(answer.body['name']).toEqual({ givenName: 'Eve' });
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

describe('finding', () => {
  test('lists its own users only, with pages from 1 and in order (RFC 7644 §3.4.2.3, §3.4.2.4)', async () => {
    const branch = await makeDirectory(scene, { name: 'Pages' });
    const ids: string[] = [];
    for (const letter of ['c', 'a', 'b']) {
      ids.push(String((await branch.create(`page-${letter}`, { title: letter })).body['id']));
    }
    const page = await branch.call('GET', '/Users?startIndex=2&count=1&sortBy=userName');
    expect(page.body).toMatchObject({ totalResults: 3, startIndex: 2, itemsPerPage: 1 });
    expect(idsIn(page)).toEqual([ids[2]]);
    const descending = await branch.call('GET', '/Users?sortBy=title&sortOrder=descending&startIndex=0');
    expect(idsIn(descending)).toEqual([ids[0], ids[2], ids[1]]);
    expect((await branch.call('GET', '/Users?count=0')).body).toMatchObject({ totalResults: 3, Resources: [] });
    expect((await branch.call('GET', '/Users?count=x')).body).toMatchObject({ scimType: 'invalidValue' });
  });

  test.each([
    ['title eq "ZEBRA"', 1],
    ['title co "ebr" and active eq true', 1],
    ['title sw "ze" and not (title ew "x")', 1],
    ['emails[type eq "work" and value co "@example.com"]', 1],
    ['emails.value co "filter" or title pr', 1],
    [`${ENTERPRISE}:department eq "Stripes"`, 1],
    [`${USER}:title ge "zebra" and title le "zebra"`, 1],
    ['meta.created gt "2020-01-01T00:00:00Z"', 1],
    ['externalId eq "z-1"', 0],
    ['externalId eq "Z-1"', 1],
    ['title ne "zebra"', 0],
    ['nickName eq null', 1],
    ['title eq "a" or title eq "zebra" and active eq false', 0],
  ])('filter %s finds %i (RFC 7644 §3.4.2.2)', async (filter, expected) => {
    const branch = await filterDirectory();
    expect((await branch.find(filter)).body['totalResults']).toBe(expected);
  });

  let filters: DirectoryUnderTest | undefined;
  const filterDirectory = async (): Promise<DirectoryUnderTest> => {
    if (filters) return filters;
    filters = await makeDirectory(scene, { name: 'Filters' });
    const more = {
      ...{ title: 'Zebra', externalId: 'Z-1' },
      emails: [{ value: 'filter@example.com', type: 'work' }],
      [ENTERPRISE]: { department: 'Stripes' },
    };
    expect((await filters.create('filtered', more)).status).toBe(201);
    return filters;
  };

  test.each(['title eq', 'nothing eq "x"', 'password eq "x"', 'active gt true', '__proto__ pr', 'title[x eq "y"]'])(
    'filter %s is 400 invalidFilter (RFC 7644 §3.12)',
    async (filter) => {
      const answer = await directory.find(filter);
      expect([answer.status, answer.body['scimType']]).toEqual([400, 'invalidFilter']);
      expect((await server.events('directory.refused')).at(-1)).toMatchObject({ caller: directory.id });
    },
  );

  test('POST .search takes the same parameters (RFC 7644 §3.4.3)', async () => {
    const { id, userName } = await created();
    const schemas = ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'];
    const search = { schemas, filter: `userName eq "${userName.toUpperCase()}"`, attributes: ['userName'] };
    const answer = await directory.call('POST', `${'/Users'}/.search`, search);
    expect(answer.body['Resources']).toEqual([{ schemas: [USER], id, userName }]);
  });

  test('attributes and excludedAttributes select what an answer has (RFC 7644 §3.9)', async () => {
    const { id, userName } = await created({ title: 'T', name: { givenName: 'G', familyName: 'F' } });
    const only = await directory.call('GET', `/Users/${id}?attributes=name.givenName`);
    expect(only.body).toEqual({ schemas: [USER], id, userName, name: { givenName: 'G' } });
    const without = await directory.call('GET', `/Users/${id}?excludedAttributes=title,name.familyName,meta,id`);
    expect(without.body).toEqual({ schemas: [USER], id, userName, name: { givenName: 'G' }, active: true });
  });

  test('If-None-Match with the present version is 304 (RFC 7644 §3.14)', async () => {
    const { id } = await created();
    const etag = String((await directory.call('GET', `/Users/${id}`)).headers.get('etag'));
    expect((await directory.call('GET', `/Users/${id}`, undefined, { 'if-none-match': etag })).status).toBe(304);
  });
});

describe('changing', () => {
  test('PUT replaces what the directory had sent (RFC 7644 §3.5.1)', async () => {
    const { id, userName } = await created({ title: 'Old', displayName: 'Before' });
    const put = (body: object) => directory.call('PUT', `/Users/${id}`, { schemas: [USER], ...body });
    const answer = await put({ userName: userName.toUpperCase(), displayName: 'After', id: 'acc_other' });
    expect(answer.body).toMatchObject({ id, userName, displayName: 'After', active: true });
    expect(answer.body['title']).toBeUndefined();
    expect(await accountOf(id)).toMatchObject({ name: 'After' });
  });

  test.each<[string, readonly object[], object]>([
    ['add without a path', [{ op: 'add', value: { title: 'New', nickName: 'N' } }], { title: 'New', nickName: 'N' }],
    ['replace with a path', [{ op: 'replace', path: 'name.givenName', value: 'G' }], { name: { givenName: 'G' } }],
    ['Replace as Entra ID writes it', [{ op: 'Replace', path: 'title', value: 'E' }], { title: 'E' }],
    [
      'paths in a value, as Entra ID sends them',
      [{ op: 'Add', value: { 'name.familyName': 'F', [`${ENTERPRISE}:department`]: 'D' } }],
      { name: { familyName: 'F' }, [ENTERPRISE]: { department: 'D' } },
    ],
    [
      'a path with the URN of the extension',
      [{ op: 'Add', path: `${ENTERPRISE}:department`, value: 'D2' }],
      { [ENTERPRISE]: { department: 'D2' } },
    ],
    [
      'a manager as text, as Entra ID sends it',
      [{ op: 'Add', path: `${ENTERPRISE}:manager`, value: 'acc_m' }],
      { [ENTERPRISE]: { manager: { value: 'acc_m' } } },
    ],
    [
      'add to a value of a type that is not there',
      [{ op: 'Add', path: 'phoneNumbers[type eq "mobile"].value', value: '+1' }],
      { phoneNumbers: [{ type: 'mobile', value: '+1' }] },
    ],
    [
      'replace in the values that fit a filter',
      [
        { op: 'add', path: 'phoneNumbers', value: [{ type: 'work', value: '+2' }] },
        { op: 'replace', path: 'phoneNumbers[type eq "work"].value', value: '+3' },
      ],
      { phoneNumbers: [{ type: 'work', value: '+3' }] },
    ],
    [
      'one primary value after another',
      [
        { op: 'add', path: 'ims', value: [{ value: 'one', primary: true }] },
        { op: 'add', path: 'ims', value: [{ value: 'two', primary: true }] },
      ],
      { ims: [{ value: 'one' }, { value: 'two', primary: true }] },
    ],
    [
      'id, schemas and meta in a value, as Okta sends them',
      [{ op: 'replace', value: { id: 'x', schemas: [], title: 'O' } }],
      { title: 'O' },
    ],
  ])('PATCH: %s (RFC 7644 §3.5.2)', async (_form, operations, expected) => {
    const { id } = await created();
    const answer = await directory.patch(id, ...operations);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ id, ...expected });
    expect((await directory.call('GET', `/Users/${id}`)).body).toEqual(answer.body);
  });

  test('PATCH remove takes attributes, sub-attributes and values away (RFC 7644 §3.5.2.2)', async () => {
    const phoneNumbers = [
      { value: '+1', type: 'work' },
      { value: '+2', type: 'home' },
    ];
    const { id } = await created({ title: 'T', name: { givenName: 'G', familyName: 'F' }, phoneNumbers });
    const { body } = await directory.patch(
      id,
      { op: 'remove', path: 'title' },
      { op: 'Remove', path: 'name.familyName' },
      { op: 'remove', path: 'phoneNumbers[type eq "home"]' },
    );
    expect(body).toMatchObject({ name: { givenName: 'G' }, phoneNumbers: [{ value: '+1', type: 'work' }] });
    expect(body['title']).toBeUndefined();
    expect((body['name'] as object | undefined) ?? {}).toEqual({ givenName: 'G' });
  });

  test.each<[string, object, number, string | undefined]>([
    ['of an unknown attribute', { op: 'add', path: 'passwordHash', value: 'x' }, 400, 'invalidPath'],
    ['of a private member', { op: 'replace', path: 'roles_', value: ['administrator'] }, 400, 'invalidPath'],
    ['of the id', { op: 'replace', path: 'id', value: 'acc_x' }, 400, 'mutability'],
    ['that removes the username', { op: 'remove', path: 'userName' }, 400, 'invalidValue'],
    ['of no value', { op: 'replace', path: 'emails[type eq "none"].value', value: 'x' }, 400, 'noTarget'],
    ['that removes without a path', { op: 'remove' }, 400, 'noTarget'],
    ['of an unknown kind', { op: 'move', path: 'title', value: 'x' }, 400, 'invalidSyntax'],
    ['of __proto__', { op: 'add', path: '__proto__.polluted', value: 'x' }, 400, 'invalidPath'],
    ['with half a path', { op: 'add', path: 'emails[type eq "work"].', value: 'x' }, 400, 'invalidPath'],
    ['with half a filter', { op: 'add', path: 'emails[type eq].value', value: 'x' }, 400, 'invalidFilter'],
    ['of its groups', { op: 'add', path: 'groups', value: [{ value: 'dgr_x' }] }, 400, 'mutability'],
  ])('MG-06 PATCH %s is refused and changes nothing', async (_what, operation, status, scimType) => {
    const { id } = await created({ title: 'Same' });
    const before = (await directory.call('GET', `/Users/${id}`)).body;
    const answer = await directory.patch(id, { op: 'add', path: 'title', value: 'Other' }, operation);
    expect([answer.status, answer.body['scimType']]).toEqual([status, scimType]);
    expect((await server.events('directory.refused')).at(-1)).toMatchObject({ note: 'PATCH /Users/:id' });
    expect((await directory.call('GET', `/Users/${id}`)).body).toEqual(before);
  });

  test('SCIM roles and entitlements are kept, and give nothing (MG-04)', async () => {
    const { id } = await created({ roles: [{ value: 'administrator' }], entitlements: [{ value: '*' }] });
    expect(await accountOf(id)).toMatchObject({ roles: [] });
    expect(await accountOf(id)).not.toHaveProperty('entitlements');
  });

  test('a stale If-Match is 412 and changes nothing (RFC 7644 §3.14)', async () => {
    const { id } = await created();
    const etag = String((await directory.call('GET', `/Users/${id}`)).headers.get('etag'));
    const body = (title: string) => ({ schemas: [PATCH], Operations: [{ op: 'add', path: 'title', value: title }] });
    const first = await directory.call('PATCH', `/Users/${id}`, body('one'), { 'if-match': etag });
    expect(first.status).toBe(200);
    for (const [method, sent] of [
      ['PATCH', body('two')],
      ['DELETE', undefined],
    ] as const) {
      expect((await directory.call(method, `/Users/${id}`, sent, { 'if-match': etag })).status).toBe(412);
      expect((await server.events('directory.refused')).at(-1)).toMatchObject({ error: 'precondition_failed' });
    }
    expect((await directory.call('GET', `/Users/${id}`)).body['title']).toBe('one');
    const newest = String(first.headers.get('etag'));
    expect((await directory.call('PATCH', `/Users/${id}`, body('three'), { 'if-match': newest })).status).toBe(200);
  });

  test('concurrent changes of one user are all kept', async () => {
    const { id } = await created();
    const paths = ['title', 'nickName', 'locale', 'timezone', 'userType'];
    const answers = await Promise.all(paths.map((path) => directory.patch(id, { op: 'add', path, value: path })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    const { body } = await directory.call('GET', `/Users/${id}`);
    expect(body).toMatchObject(Object.fromEntries(paths.map((path) => [path, path])));
  });
});

describe('leaving', () => {
  const ownerOf = (agent: string) => scene.management.call('GET', `/agents/${agent}`);

  test.each<[string, (id: string) => Promise<{ readonly status: number }>, number]>([
    ['active: false in a PATCH', (id) => directory.patch(id, { op: 'replace', path: 'active', value: false }), 200],
    [
      '"False" as Entra ID sends it',
      (id) => directory.patch(id, { op: 'Replace', path: 'active', value: 'False' }),
      200,
    ],
    [
      'active in a value, as Okta sends it',
      (id) => directory.patch(id, { op: 'replace', value: { active: false } }),
      200,
    ],
    ['DELETE', (id) => directory.call('DELETE', `/Users/${id}`), 204],
  ])('MG-05 %s disables the account with all its effects before the answer', async (_how, leave, status) => {
    const { id } = await created({ emails: [{ value: `mail-${count}@example.com` }] });
    const agent = await scene.newAgent(`Of ${id}`, id);
    expect((await ownerOf(agent.clientId)).body['state']).toBe('active');
    expect((await leave(id)).status).toBe(status);
    expect(await accountOf(id)).toMatchObject({ state: 'disabled' });
    expect((await server.events('account.disabled')).at(-1)).toMatchObject({
      ...{ caller: directory.id, target: { id } },
    });
    expect((await ownerOf(agent.clientId)).body['state']).toBe('orphaned');
  });

  test('MG-05 a user that is created again is another account and inherits nothing', async () => {
    const userName = newName();
    const user = { emails: [{ value: userName }], externalId: 'again' };
    const first = String((await directory.create(userName, user)).body['id']);
    expect((await directory.call('DELETE', `/Users/${first}`)).status).toBe(204);
    expect((await directory.call('GET', `/Users/${first}`)).status).toBe(404);
    expect((await directory.find(`userName eq "${userName}"`)).body['totalResults']).toBe(0);
    const again = await directory.create(userName, user);
    expect(again.status).toBe(201);
    expect(again.body['id']).not.toBe(first);
    expect(await accountOf(first)).toMatchObject({ state: 'disabled', username: first });
    expect(await accountOf(first)).not.toHaveProperty('email');
    const enabled = await scene.management.call('POST', `/accounts/${first}/enable`);
    expect([enabled.status, enabled.body['reason']]).toEqual([409, 'account_removed']);
    expect((await server.events('account.removed')).at(-1)).toMatchObject({ target: { id: first } });
  });

  test('the directory enables what it disabled, and not what an administrator disabled', async () => {
    const { id } = await created();
    const activate = () => directory.patch(id, { op: 'replace', path: 'active', value: true });
    await directory.patch(id, { op: 'replace', path: 'active', value: false });
    expect((await activate()).body).toMatchObject({ active: true });
    await scene.management.call('POST', `/accounts/${id}/disable`);
    expect((await directory.call('GET', `/Users/${id}`)).body['active']).toBe(false);
    const refused = await activate();
    expect(refused.status).toBe(403);
    expect((await lastEvents(1))[0]).toMatchObject({ type: 'directory.refused', error: 'forbidden' });
    await directory.patch(id, { op: 'replace', path: 'active', value: false });
    expect((await activate()).status).toBe(403);
    expect(await accountOf(id)).toMatchObject({ state: 'disabled' });
  });

  test('MG-05 DELETE of an account that was disabled here keeps its name taken', async () => {
    const { id, userName } = await created();
    await scene.management.call('POST', `/accounts/${id}/disable`);
    expect((await directory.call('DELETE', `/Users/${id}`)).status).toBe(204);
    expect((await directory.call('GET', `/Users/${id}`)).status).toBe(404);
    expect(await accountOf(id)).toMatchObject({ state: 'disabled', username: userName });
    const again = await directory.create(userName);
    expect([again.status, again.body['scimType']]).toEqual([409, 'uniqueness']);
    expect((await lastEvents(1))[0]).toMatchObject({ type: 'directory.refused', error: 'conflict' });
  });

  test('a PUT without active enables nothing', async () => {
    const { id, userName } = await created();
    await directory.patch(id, { op: 'replace', path: 'active', value: false });
    const put = await directory.call('PUT', `/Users/${id}`, { schemas: [USER], userName, title: 'T' });
    expect(put.body).toMatchObject({ active: false, title: 'T' });
    expect(await accountOf(id)).toMatchObject({ state: 'disabled' });
  });
});

describe('reach', () => {
  test('MG-04 accounts of others and accounts with a role do not exist for a directory', async () => {
    const { id } = await created();
    const version = (await scene.management.call('GET', `/accounts/${id}`)).body;
    expect(version).toMatchObject({ roles: [] });
    const unseen = async (by: DirectoryUnderTest, user: string): Promise<void> => {
      const body = { schemas: [PATCH], Operations: [{ op: 'replace', path: 'active', value: false }] };
      for (const [method, sent] of [
        ['GET', undefined],
        ['PATCH', body],
        ['PUT', { schemas: [USER], userName: 'x' }],
        ['DELETE', undefined],
      ] as const) {
        const answer = await by.call(method, `/Users/${user}`, sent);
        expect([method, answer.status]).toEqual([method, 404]);
        expect((await lastEvents(1))[0]).toMatchObject({ type: 'directory.refused', error: 'not_found' });
      }
      expect((await by.find(`id eq "${user}"`)).body['totalResults']).toBe(0);
      expect(await accountOf(user)).toMatchObject({ state: 'active' });
    };
    await unseen(other, id);
    await unseen(directory, scene.accountId);
    const account = await scene.management.call('GET', `/accounts/${id}`);
    const given = await scene.management.call(
      'PATCH',
      `/accounts/${id}`,
      { roles: ['auditor'] },
      { 'if-match': String(account.headers?.get?.('etag') ?? '"1"') },
    );
    expect(given.status).toBe(200);
    await unseen(directory, id);
  });

  test('an account that an administrator gives to a directory is its own from then on', async () => {
    const made = await scene.management.createAccount({ username: 'given', name: 'Given' });
    const assign = (name: string, account: string) =>
      scene.management.call('POST', `/directories/${directory.id}/${name}`, { account });
    expect((await directory.call('GET', `/Users/${made.id}`)).status).toBe(404);
    expect((await assign('assign', made.id)).status).toBe(204);
    expect((await directory.find('userName eq "given"')).body['totalResults']).toBe(1);
    expect((await server.events('directory.account_assigned')).at(-1)).toMatchObject({ subject: made.id });
    const twice = await assign('assign', made.id);
    expect([twice.status, twice.body['reason']]).toEqual([409, 'directory_account_taken']);
    expect((await assign('unassign', made.id)).status).toBe(204);
    expect((await directory.call('GET', `/Users/${made.id}`)).status).toBe(404);
    expect(await accountOf(made.id)).toMatchObject({ state: 'active' });
  });

  test('a role keeps an account out of every directory', async () => {
    const { body } = await scene.management.call('GET', '/accounts?username=admin');
    const [administrator] = body['items'] as { id: string }[];
    const answer = await scene.management.call('POST', `/directories/${directory.id}/assign`, {
      account: administrator?.id,
    });
    expect([answer.status, answer.body['reason']]).toEqual([409, 'directory_account_privileged']);
  });
});

describe('callers', () => {
  test('a client without a directory, and one whose directory is disabled, are refused', async () => {
    const stranger = await makeDirectory(scene, { name: 'None' }, { isKnown: false });
    expect((await stranger.call('GET', '/Users')).status).toBe(403);
    expect((await lastEvents(1))[0]).toMatchObject({ type: 'directory.refused', caller: stranger.client });
    const closed = await makeDirectory(scene, { name: 'Closed' });
    await scene.management.call('POST', `/directories/${closed.id}/disable`);
    expect((await closed.call('GET', '/Users')).status).toBe(403);
  });

  test('a token of the management API, or none, is 401 with a challenge (RFC 6750 §3)', async () => {
    for (const authorization of ['', 'Bearer x', `Bearer ${await scene.management.accessToken()}`]) {
      const answer = await directory.call('GET', '/Users', undefined, { authorization });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toContain(`realm="${server.issuer}/scim/v2"`);
      expect(answer.body).toMatchObject({ schemas: [ERROR], status: '401' });
    }
  });

  test('the client of a directory has no role and belongs to no other directory', async () => {
    const again = await scene.management.call('POST', '/directories', { name: 'Twice', client: directory.client });
    expect([again.status, again.body['reason']]).toEqual([409, 'directory_client_taken']);
    for (const client of [scene.agent.clientId, scene.app.clientId, 'app_none']) {
      const wrong = await scene.management.call('POST', '/directories', { name: 'Wrong', client });
      expect([wrong.status, wrong.body['reason']]).toEqual([400, 'directory_client_wrong']);
    }
  });
});

describe('what the endpoints say about themselves', () => {
  test('ServiceProviderConfig, ResourceTypes and Schemas have the form of RFC 7643 §5 to §7', async () => {
    const config = await directory.call('GET', '/ServiceProviderConfig');
    expect(config.body).toMatchObject({
      ...{ patch: { supported: true }, filter: { supported: true, maxResults: 200 }, sort: { supported: true } },
      ...{
        etag: { supported: true },
        bulk: { supported: true, maxOperations: 1000, maxPayloadSize: 1_048_576 },
        changePassword: { supported: false },
      },
    });
    expect(config.body['pagination']).toEqual({
      ...{ cursor: true, index: true, defaultPaginationMethod: 'index' },
      ...{ defaultPageSize: 100, maxPageSize: 200, cursorTimeout: 3600 },
    });
    const types = await directory.call('GET', '/ResourceTypes');
    const all = [
      { id: 'User', endpoint: '/Users' },
      { id: 'Group', endpoint: '/Groups', schema: GROUP },
      { id: 'Agent', endpoint: '/Agents', schema: AGENT },
    ];
    expect(types.body).toMatchObject({ totalResults: 3, Resources: all });
    expect((await directory.call('GET', '/ResourceTypes/User')).body).toMatchObject({ schema: USER });
    const schemas = await directory.call('GET', '/Schemas');
    expect(idsIn(schemas)).toEqual([USER, GROUP, AGENT, ENTERPRISE]);
    expect((await directory.call('GET', `/Schemas/${ENTERPRISE}`)).body).toMatchObject({ name: 'EnterpriseUser' });
    expect((await directory.call('GET', '/Schemas?filter=id%20pr')).status).toBe(403);
    expect((await directory.call('GET', '/Schemas/none')).status).toBe(404);
  });

  test('what is not there is 501, 404 or 405 (RFC 7644 §3.11, §3.12)', async () => {
    expect((await directory.call('GET', '/Me')).status).toBe(501);
    expect((await directory.call('POST', '/.search', {})).status).toBe(501);
    expect((await directory.call('GET', '/Nothing')).status).toBe(404);
    const wrong = await directory.call('DELETE', '/Users');
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, POST']);
  });

  test('a failing store is 503, and nothing is half done', async () => {
    const { id } = await created({ title: 'Before' });
    server.faults.failingWrites = new Set(['directory_accounts']);
    const answer = await directory.patch(id, { op: 'add', path: 'title', value: 'After' });
    server.faults.failingWrites = new Set();
    expect(answer.status).toBe(503);
    expect((await directory.call('GET', `/Users/${id}`)).body['title']).toBe('Before');
  });
});
