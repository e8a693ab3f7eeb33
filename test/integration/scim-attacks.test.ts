/** Attacks on the SCIM endpoints: by a stranger, and by a directory that sends what no directory should. */
import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type DirectoryUnderTest, ENTERPRISE, GROUP, makeDirectory, PATCH, USER } from '../support/directory.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

const SEARCH = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';
const BULK = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
/** `String()` of it throws. */
const NO_TEXT = { toString: null, valueOf: null };
const LONE = '\ud800';

let server: RunningServer;
let scene: Scene;
let directory: DirectoryUnderTest;
let other: DirectoryUnderTest;
let logged: string[] = [];
let count = 0;

beforeAll(async () => {
  server = await runServer({ log: (line) => void logged.push(line) });
  scene = await makeScene(server);
  directory = await makeDirectory(scene, { name: 'Head office', verifies_emails: true });
  other = await makeDirectory(scene, { name: 'Branch', verifies_emails: true });
});
afterAll(() => server?.close());

const newUser = async (more: object = {}, of = directory): Promise<string> => {
  count += 1;
  const answer = await of.create(`attacked-${count}`, more);
  if (answer.status !== 201) throw new Error(answer.text);
  return String(answer.body['id']);
};
const errors = (): readonly string[] => logged.filter((line) => (JSON.parse(line) as { level: number }).level >= 50);

describe('a directory that sends what has no text', () => {
  test.each<[string, string, string, unknown]>([
    ['schemas of a user', 'POST', '/Users', { schemas: [NO_TEXT], userName: 'x' }],
    ['schemas of a group', 'POST', '/Groups', { schemas: [NO_TEXT], displayName: 'x' }],
    ['schemas of a search', 'POST', `${'/Users'}/.search`, { schemas: [NO_TEXT] }],
    ['schemas of a bulk request', 'POST', '/Bulk', { schemas: [NO_TEXT], Operations: [{}] }],
    ['a filter', 'POST', `${'/Users'}/.search`, { schemas: [SEARCH], filter: NO_TEXT }],
    ['an order', 'POST', `${'/Users'}/.search`, { schemas: [SEARCH], sortBy: NO_TEXT }],
    ['a direction', 'POST', `${'/Users'}/.search`, { schemas: [SEARCH], sortBy: 'userName', sortOrder: NO_TEXT }],
    ['attributes', 'POST', `${'/Users'}/.search`, { schemas: [SEARCH], attributes: [NO_TEXT] }],
    ['a cursor', 'POST', '/Groups/.search', { schemas: [SEARCH], cursor: NO_TEXT }],
    ['a count', 'POST', '/Agents/.search', { schemas: [SEARCH], count: NO_TEXT }],
  ])('%s: it is 400, and no error of ours', async (_, method, path, body) => {
    logged = [];
    const answer = await directory.call(method, path, body);
    expect([answer.status, answer.body['status']]).toEqual([400, '400']);
    expect((await server.events('directory.refused')).at(-1)).toMatchObject({
      caller: directory.id,
      outcome: 'refused',
    });
    expect(errors()).toEqual([]);
  });

  test.each<[string, object]>([
    ['a lone surrogate', { title: LONE }],
    ['a lone surrogate in a list', { phoneNumbers: [{ value: LONE, type: 'work' }] }],
    ['a lone surrogate as externalId', { externalId: LONE }],
    ['a NUL', { title: 'a\u0000b' }],
    [
      'a member that is named like a method',
      { toString: 'x', valueOf: 'y', name: { hasOwnProperty: 'z', givenName: 'G' } },
    ],
  ])('%s in a user is stored or refused, and never an error of ours', async (_, more) => {
    logged = [];
    count += 1;
    const made = await directory.create(`attacked-${count}`, more);
    expect([200, 201, 400]).toContain(made.status);
    if (made.status === 201) {
      const path = `/Users/${String(made.body['id'])}`;
      expect((await directory.call('GET', path)).status).toBe(200);
      expect((await directory.call('GET', '/Users?sortBy=title')).status).toBe(200);
      expect((await directory.call('DELETE', path)).status).toBe(204);
    }
    expect(errors()).toEqual([]);
  });
});

describe('a directory that looks for half a character', () => {
  test.each([
    ['/Users', 'externalId eq "\\ud800"'],
    ['/Users', 'userName eq "\\udfff"'],
    ['/Users', 'id eq "\\ud800"'],
    ['/Users', 'title co "\\ud800"'],
    ['/Groups', 'displayName eq "\\ud800"'],
    ['/Groups', 'externalId eq "\\ud800"'],
    ['/Groups', 'members.value eq "\\ud800"'],
    ['/Agents', 'agentUserName eq "\\ud800"'],
    ['/Agents', 'owners.value eq "\\ud800"'],
  ])('%s with %s is 400 invalidFilter, and no error of ours', async (path, filter) => {
    logged = [];
    const answer = await directory.call('POST', `${path}/.search`, { schemas: [SEARCH], filter });
    expect([answer.status, answer.body['scimType'], errors()]).toEqual([400, 'invalidFilter', []]);
  });
});

describe('a directory that reaches beyond its own', () => {
  test('names an account of another directory as manager, and learns nothing about it', async () => {
    const theirs = await newUser({ displayName: 'Secret Name' }, other);
    const id = await newUser({ [ENTERPRISE]: { manager: { value: theirs } } });
    const answer = await directory.call('GET', `/Users/${id}`);
    expect(answer.body[ENTERPRISE]).toEqual({ manager: { value: theirs } });
    expect(answer.text).not.toContain('Secret Name');
  });

  test('puts a user of another directory, an administrator, and an agent into a group: 400 or 404, and none is in it', async () => {
    const theirs = await newUser({}, other);
    for (const member of [theirs, scene.accountId, scene.agent.clientId, 'acc_missing']) {
      const answer = await directory.createGroup(`Reach ${member}`, [member]);
      expect([member, answer.status]).toEqual([member, 400]);
    }
    expect((await directory.call('GET', '/Groups?filter=displayName%20sw%20%22Reach%22')).body['totalResults']).toBe(0);
  });

  test('moves a user to itself by PUT, PATCH or bulk with the id of another: 404, and nothing changes', async () => {
    const theirs = await newUser({ title: 'Theirs' }, other);
    const user = { schemas: [USER], userName: 'moved', title: 'Mine' };
    const statuses = [
      (await directory.call('PUT', `/Users/${theirs}`, user)).status,
      (await directory.patch(theirs, { op: 'replace', path: 'title', value: 'Mine' })).status,
      (await directory.call('DELETE', `/Users/${theirs}`)).status,
    ];
    const bulk = await directory.call('POST', '/Bulk', {
      schemas: [BULK],
      Operations: [
        { method: 'PUT', path: `/Users/${theirs}`, data: user },
        { method: 'DELETE', path: `/Users/${theirs}` },
        { method: 'DELETE', path: `${'/Users'}/../Users/${theirs}` },
        { method: 'POST', path: '/Bulk', bulkId: 'b', data: { schemas: [BULK], Operations: [] } },
        { method: 'GET', path: `/Users/${theirs}` },
        { method: 'DELETE', path: `${'/Users'}/bulkId:missing` },
      ],
    });
    const inBulk = (bulk.body['Operations'] as readonly { readonly status: string }[]).map(({ status }) => status);
    expect([statuses, inBulk]).toEqual([
      [404, 404, 404],
      ['404', '404', '400', '400', '400', '409'],
    ]);
    expect((await other.call('GET', `/Users/${theirs}`)).body['title']).toBe('Theirs');
  });

  test('uses a cursor, an entity tag or a group of another directory: each is refused', async () => {
    for (const each of [directory, other, directory, other]) await newUser({}, each);
    const { body } = await other.call('GET', '/Users?cursor=&count=1');
    const stolen = await directory.call(
      'GET',
      `/Users?cursor=${encodeURIComponent(String(body['nextCursor']))}&count=1`,
    );
    expect([stolen.status, stolen.body['scimType']]).toEqual([400, 'invalidCursor']);
    const { body: group } = await other.createGroup('Theirs');
    const answer = await directory.patchGroup(String(group['id']), {
      op: 'replace',
      path: 'displayName',
      value: 'Mine',
    });
    expect(answer.status).toBe(404);
  });

  test('finds accounts of others by no filter, order or search', async () => {
    const address = `hidden-${count}@example.com`;
    await newUser({ emails: [{ value: address }], externalId: 'HIDDEN', title: 'Hidden' }, other);
    for (const filter of [
      `emails.value eq "${address}"`,
      'externalId eq "HIDDEN"',
      'title eq "Hidden" or id pr',
      'not (userName eq "nothing")',
      'userName eq "ada"',
    ]) {
      const { text } = await directory.find(filter);
      expect([filter, text.includes('HIDDEN'), text.includes(scene.accountId)]).toEqual([filter, false, false]);
    }
  });

  test('takes the username of another account in another case, width or form: no takeover', async () => {
    const { document } = (await server.behalf.services.accounts.get(scene.accountId)) ?? {};
    const name = String(document?.username);
    for (const form of [name.toUpperCase(), ` ${name}`, `${name} `, name.replace(/a/, '\uff41'), `${name}\u200b`]) {
      const answer = await directory.create(form);
      expect([form, [400, 409].includes(answer.status)]).toEqual([form, true]);
    }
    const after = await server.behalf.services.accounts.get(scene.accountId);
    expect(after?.document).toEqual(document);
  });
});

describe('a directory that costs', () => {
  test.each<[string, string, number]>([
    ['a count of 10 digits', '/Users?count=9999999999', 400],
    ['a negative place', '/Users?startIndex=-999999999', 200],
    ['a place far behind', '/Users?startIndex=999999999', 200],
    ['1,500 attributes', `/Users?attributes=${'a,'.repeat(1500)}`, 200],
    ['an order by a private member', '/Users?sortBy=passwordHash', 400],
    ['an order by groups', '/Users?sortBy=groups', 400],
    ['half an escape', '/Users?filter=%E0%A4%A', 400],
    ['a path with half an escape', '/Users/%E0%A4%A', 400],
    ['a NUL in an id', '/Users/%00', 400],
    ['an id with a slash', `${'/Users'}/a%2Fb`, 404],
    ['an id of 3,000 characters', `/Users/${'x'.repeat(3000)}`, 404],
  ])('%s: the answer is %s', async (_, path, status) => {
    logged = [];
    const answer = await directory.call('GET', path);
    expect([answer.status, errors()]).toEqual([status, []]);
  });

  test('names 5,000 paths in one value, and removes and adds 1,000 members twice: bounded and complete', async () => {
    const id = await newUser();
    const value = Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`a${index}.b`, 'x']));
    const begun = performance.now();
    expect((await directory.patch(id, { op: 'add', value })).status).toBe(200);
    expect(performance.now() - begun).toBeLessThan(5000);
    const { body } = await directory.createGroup('Costly');
    const operations = Array.from({ length: 1000 }, (_, index) => ({
      ...{ op: index % 2 ? 'remove' : 'add', path: 'members', value: [{ value: id }] },
    }));
    expect((await directory.patchGroup(String(body['id']), ...operations)).status).toBe(204);
    expect((await directory.call('GET', `/Groups/${String(body['id'])}`)).body['members']).toBeUndefined();
  });

  test('waits for itself in a circle of bulkIds: 409, and nothing is created', async () => {
    const data = (name: string, of: string) => ({
      ...{ schemas: [GROUP], displayName: name, members: [{ value: `bulkId:${of}` }] },
    });
    const answer = await directory.call('POST', '/Bulk', {
      schemas: [BULK],
      Operations: [
        { method: 'POST', path: '/Groups', bulkId: 'a', data: data('Circle a', 'b') },
        { method: 'POST', path: '/Groups', bulkId: 'b', data: data('Circle b', 'a') },
        { method: 'POST', path: '/Groups', bulkId: 'c', data: data('Circle c', 'c') },
      ],
    });
    const statuses = (answer.body['Operations'] as readonly { readonly status: string }[]).map(({ status }) => status);
    expect(statuses).toEqual(['409', '409', '409']);
    expect((await directory.call('GET', '/Groups?filter=displayName%20sw%20%22Circle%22')).body['totalResults']).toBe(
      0,
    );
  });

  test('gives itself a right by attributes of ours in any form: they are ignored', async () => {
    const id = await newUser({
      ...{ id: scene.accountId, account: scene.accountId, directory: other.id, state: 'disabled', removedAt: 1 },
      ...{ entitlements: [{ value: 'https://api.example.com *' }], roles: [{ value: 'administrator' }], createdAt: 1 },
      meta: { created: '1970-01-01T00:00:00Z', location: 'https://evil.example', version: 'W/"x"' },
    });
    const account = (await server.behalf.services.accounts.get(id))?.document;
    expect(account).toMatchObject({ id, roles: [], state: 'active' });
    expect(account).not.toHaveProperty('entitlements');
    const { body } = await directory.call('GET', `/Users/${id}`);
    expect(body['meta']).toMatchObject({ location: `${server.issuer}/scim/v2/Users/${id}` });
  });
});

describe('a stranger', () => {
  const raw = (path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET') =>
    new Promise<number>((resolve, reject) => {
      const { hostname, port } = new URL(server.issuer);
      const sent = httpRequest({ hostname, port, path, method, headers, agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      sent.once('error', reject);
      sent.end();
    });

  test.each<[string, () => Promise<number>, number]>([
    ['no token', () => raw('/scim/v2/Users'), 401],
    ['a token in the query', () => raw(`/scim/v2/Users?access_token=${directory.bearer}`), 401],
    ['a token under another scheme', () => raw('/scim/v2/Users', { authorization: `Basic ${directory.bearer}` }), 401],
    ['a made-up static secret', () => raw('/scim/v2/Users', { authorization: `Bearer bhd_${'a'.repeat(43)}` }), 401],
    [
      'a secret of 100,000 characters',
      () => raw('/scim/v2/Users', { authorization: `Bearer ${'a'.repeat(7000)}` }),
      401,
    ],
    ['another case of the path', () => raw('/SCIM/v2/Users', { authorization: `Bearer ${directory.bearer}` }), 404],
    ['two slashes', () => raw('//scim/v2/Users', { authorization: `Bearer ${directory.bearer}` }), 400],
    ['a method in a header', () => raw('/scim/v2/Users', { 'x-http-method-override': 'DELETE' }, 'POST'), 401],
    [
      'a token of the management API',
      async () => raw('/scim/v2/Users', { authorization: `Bearer ${await scene.management.accessToken()}` }),
      401,
    ],
  ])('with %s gets nothing', async (_, send, status) => {
    expect(await send()).toBe(status);
  });

  test('learns nothing from discovery that needs a token, and no endpoint names another directory', async () => {
    for (const path of ['/ServiceProviderConfig', '/Schemas', '/ResourceTypes'])
      expect(await raw(`/scim/v2${path}`)).toBe(401);
  });
});

test('PATCH of a user with operations that no client sends is 400, and changes nothing', async () => {
  const id = await newUser({ title: 'Same' });
  const before = (await directory.call('GET', `/Users/${id}`)).body;
  logged = [];
  for (const operations of [
    [null],
    ['add'],
    [{ op: ['add'], path: 'title', value: 'x' }],
    [{ op: 'add', path: ['title'], value: 'x' }],
    [{ op: 'add', path: 'title', value: NO_TEXT }],
    [{ op: 'add', path: 'emails[type eq "work"].value', value: NO_TEXT }],
    [{ op: 'replace', path: 'name', value: [NO_TEXT] }],
    [{ op: 'add', value: { active: NO_TEXT } }],
  ]) {
    const answer = await directory.call('PATCH', `/Users/${id}`, { schemas: [PATCH], Operations: operations });
    expect([JSON.stringify(operations), answer.status]).toEqual([JSON.stringify(operations), 400]);
  }
  expect((await directory.call('GET', `/Users/${id}`)).body).toEqual(before);
  expect(errors()).toEqual([]);
});
