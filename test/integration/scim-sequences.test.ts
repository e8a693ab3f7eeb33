/**
 * Sequences of requests as directories send them in one life of a user and a group. Entra ID (with `aadOptscim062020`, capitals
 * and members in the value) and Okta: in the forms that their documentation shows. authentik: those of its client, which is
 * open source. Google Workspace publishes none: this one is put together from public reports of other servers, and was not
 * captured.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type DirectoryUnderTest, ENTERPRISE, GROUP, makeDirectory, PATCH, USER } from '../support/directory.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

let server: RunningServer;
let scene: Scene;

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
});
afterAll(() => server?.close());

type Body = Readonly<Record<string, unknown>>;
/** Each request with what the directory expects. */
const playerOf = (directory: DirectoryUnderTest, headers: Readonly<Record<string, string>> = {}) => {
  const send = async (method: string, path: string, body: object | undefined, status: number, expected: Body = {}) => {
    const answer = await directory.call(method, path, body, headers);
    expect([method, path, answer.status]).toEqual([method, path, status]);
    if (Object.keys(expected).length > 0) expect(answer.body).toMatchObject(expected);
    return String(answer.body['id']);
  };
  const patch = (path: string, status: number, ...operations: readonly object[]) =>
    send('PATCH', path, { schemas: [PATCH], Operations: operations }, status);
  return { send, patch };
};
const query = (filter: string): string => encodeURIComponent(filter);

test('Entra ID provisions, changes, disables and deletes a user, and keeps a group', async () => {
  const { send, patch } = playerOf(await makeDirectory(scene, { name: 'Entra' }));
  const none = { totalResults: 0, Resources: [] };
  // The test of the connection asks for a user that cannot be there.
  await send(
    'GET',
    `/Users?filter=${query('userName eq "3f2504e0-4f89-11d3-9a0c-0305e82c3301"')}`,
    undefined,
    200,
    none,
  );
  const id = await send(
    'POST',
    '/Users',
    {
      schemas: [USER, ENTERPRISE],
      ...{ externalId: '0a21f0f2', userName: 'entra.lee@example.com', active: true, displayName: 'Lee' },
      emails: [{ primary: true, type: 'work', value: 'entra.lee@example.com' }],
      meta: { resourceType: 'User' },
      name: { formatted: 'Lee Entra', familyName: 'Entra', givenName: 'Lee' },
      roles: [],
    },
    201,
    { userName: 'entra.lee@example.com', active: true },
  );
  await send('GET', `/Users?filter=${query('userName eq "entra.lee@example.com"')}`, undefined, 200, {
    totalResults: 1,
  });
  await patch(
    `/Users/${id}`,
    200,
    { op: 'Replace', path: 'emails[type eq "work"].value', value: 'entra.lee@example.org' },
    { op: 'Replace', path: 'name.familyName', value: 'Changed' },
    { op: 'Add', path: `${ENTERPRISE}:department`, value: 'Sales' },
    { op: 'Add', path: `${ENTERPRISE}:manager`, value: 'acc_manager' },
  );
  await send('GET', `/Users/${id}`, undefined, 200, {
    ...{ name: { familyName: 'Changed' }, emails: [{ value: 'entra.lee@example.org' }] },
    [ENTERPRISE]: { department: 'Sales', manager: { value: 'acc_manager' } },
  });
  await send(
    'GET',
    `/Groups?excludedAttributes=members&filter=${query('displayName eq "Entra team"')}`,
    undefined,
    200,
    none,
  );
  const group = await send(
    'POST',
    '/Groups',
    { schemas: [GROUP], externalId: '8aa1a0c0', displayName: 'Entra team', meta: { resourceType: 'Group' } },
    201,
  );
  const inGroup = `/Groups?excludedAttributes=members&filter=${query(`id eq "${group}" and members eq "${id}"`)}`;
  await send('GET', inGroup, undefined, 200, none);
  await patch(`/Groups/${group}`, 204, { op: 'Add', path: 'members', value: [{ $ref: null, value: id }] });
  await send('GET', inGroup, undefined, 200, { totalResults: 1 });
  await patch(`/Groups/${group}`, 204, { op: 'Replace', path: 'displayName', value: 'Entra crew' });
  await patch(`/Groups/${group}`, 204, { op: 'Remove', path: 'members', value: [{ $ref: null, value: id }] });
  await send('GET', inGroup, undefined, 200, none);
  await patch(`/Users/${id}`, 200, { op: 'Replace', path: 'active', value: 'False' });
  await patch(`/Users/${id}`, 200, { op: 'Replace', path: 'active', value: 'True' });
  await send('DELETE', `/Groups/${group}`, undefined, 204);
  await send('DELETE', `/Users/${id}`, undefined, 204);
  await send('GET', `/Users/${id}`, undefined, 404, { status: '404' });
});

test('Okta provisions, changes and deactivates a user, and pushes a group', async () => {
  const { send, patch } = playerOf(await makeDirectory(scene, { name: 'Okta' }));
  await send('GET', '/ServiceProviderConfig', undefined, 200, { patch: { supported: true } });
  await send('GET', '/Users?startIndex=1&count=2', undefined, 200, { totalResults: 0, startIndex: 1 });
  const byName = `/Users?filter=${query('userName eq "okta.kim@example.com"')}&startIndex=1&count=100`;
  await send('GET', byName, undefined, 200, { totalResults: 0 });
  const user = {
    schemas: [USER],
    ...{ userName: 'okta.kim@example.com', displayName: 'Kim Okta', locale: 'en-US', externalId: '00ujl29u' },
    name: { givenName: 'Kim', familyName: 'Okta' },
    emails: [{ primary: true, value: 'okta.kim@example.com', type: 'work' }],
    ...{ groups: [], password: '1mz050nq', active: true },
  };
  const id = await send('POST', '/Users', user, 201, { userName: 'okta.kim@example.com' });
  await send('POST', '/Users', user, 409, { status: '409', scimType: 'uniqueness' });
  await send('GET', byName, undefined, 200, { totalResults: 1, itemsPerPage: 1 });
  await send('PUT', `/Users/${id}`, { ...user, id, displayName: 'Kim Other' }, 200, { displayName: 'Kim Other' });
  const group = await send(
    'POST',
    '/Groups',
    { schemas: [GROUP], displayName: 'Okta team', members: [{ value: id, display: 'okta.kim@example.com' }] },
    201,
  );
  await patch(`/Groups/${group}`, 204, { op: 'replace', value: { id: group, displayName: 'Okta crew' } });
  await patch(`/Groups/${group}`, 204, { op: 'remove', path: `members[value eq "${id}"]` });
  await patch(`/Groups/${group}`, 204, { op: 'add', path: 'members', value: [{ value: id, display: 'Kim' }] });
  await send('GET', `/Groups/${group}`, undefined, 200, { displayName: 'Okta crew', members: [{ value: id }] });
  await patch(`/Users/${id}`, 200, { op: 'replace', value: { active: false } });
  await send('GET', `/Users/${id}`, undefined, 200, { active: false });
  await send('DELETE', `/Groups/${group}`, undefined, 204);
});

test('authentik provisions a user and a group, and keeps members by PATCH', async () => {
  const { send, patch } = playerOf(await makeDirectory(scene, { name: 'authentik' }));
  await send('GET', '/ServiceProviderConfig', undefined, 200, {
    filter: { supported: true },
    patch: { supported: true },
  });
  await send('GET', '/Users', undefined, 200, { totalResults: 0, Resources: [] });
  await send('GET', '/Groups', undefined, 200, { totalResults: 0, Resources: [] });
  const user = {
    schemas: [USER],
    ...{ userName: 'ak-jo', externalId: 'f3c1', displayName: 'Jo', active: true },
    name: { formatted: 'Jo A', givenName: 'Jo', familyName: 'A' },
    photos: [{ value: 'https://id.example.org/jo.png', type: 'photo' }],
    emails: [{ value: 'jo@example.com', type: 'other', primary: true }],
  };
  const id = await send('POST', '/Users', user, 201);
  await send('PUT', `/Users/${id}`, { ...user, id, displayName: 'Jo B' }, 200, { displayName: 'Jo B' });
  const team = { schemas: [GROUP], externalId: 'a77e', displayName: 'ak-team' };
  const group = await send('POST', '/Groups', team, 201);
  // It lost the answer, and looks for the group that is there.
  await send('POST', '/Groups', team, 409, { status: '409' });
  await send('GET', `/Groups?filter=${query('displayName eq "ak-team"')}`, undefined, 200, { totalResults: 1 });
  await patch(`/Groups/${group}`, 204, { op: 'add', path: 'members', value: [{ value: id }] });
  await send('GET', `/Groups/${group}`, undefined, 200, { members: [{ value: id }] });
  await patch(`/Groups/${group}`, 204, { op: 'remove', path: 'members', value: [{ value: id }] });
  await patch(`/Groups/${group}`, 204, {
    op: 'replace',
    value: { schemas: [GROUP], externalId: 'a77e', displayName: 'ak-crew' },
  });
  await send('DELETE', `/Users/${id}`, undefined, 204);
  await send('DELETE', `/Groups/${group}`, undefined, 204);
});

test('Google Workspace, by reports of others, provisions, changes, suspends and deletes a user', async () => {
  const headers = { 'content-type': 'application/json', 'user-agent': 'Google-Auto-Provisioning' };
  const { send, patch } = playerOf(await makeDirectory(scene, { name: 'Google' }), headers);
  await send('GET', '/Users?count=1', undefined, 200, { totalResults: 0 });
  const byName = `/Users?filter=${query('userName eq "g.pat@example.com"')}`;
  await send('GET', byName, undefined, 200, { totalResults: 0 });
  const user = {
    schemas: [USER, ENTERPRISE],
    ...{ userName: 'g.pat@example.com', externalId: '103547991597142817347', active: 'true' },
    name: { givenName: 'Pat', familyName: 'G' },
  };
  const id = await send('POST', '/Users', user, 201, { userName: 'g.pat@example.com', active: true });
  await send('GET', byName, undefined, 200, { totalResults: 1, Resources: [{ id }] });
  const changed = { name: { givenName: 'Pat', familyName: 'H' }, [ENTERPRISE]: { department: 'Sales' } };
  await send('PUT', `/Users/${id}`, { ...user, ...changed }, 200, changed);
  await patch(`/Users/${id}`, 200, { op: 'replace', path: 'active', value: 'false' });
  await send('GET', `/Users/${id}`, undefined, 200, { active: false });
  await patch(`/Users/${id}`, 200, { op: 'replace', value: { active: 'true' } });
  await send('GET', `/Users/${id}`, undefined, 200, { active: true });
  await send('DELETE', `/Users/${id}`, undefined, 204);
  await send('GET', byName, undefined, 200, { totalResults: 0 });
});
