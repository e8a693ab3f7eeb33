/** Who may act as a directory, and what a change of username means for a person. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Identity } from '../support/agent-keys.ts';
import { newBrowser, submitSignIn } from '../support/browser-flow.ts';
import { type DirectoryUnderTest, makeDirectory, USER } from '../support/directory.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

let server: RunningServer;
let scene: Scene;
let directory: DirectoryUnderTest;
/** With the role operator. */
let operator: Identity;

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  directory = await makeDirectory(scene, { name: 'Head office', verifies_emails: true, most_deactivations: 1000 });
  const boss = await scene.management.createAccount({ username: 'opal', name: 'Opal', roles: ['operator'] });
  operator = await scene.management.newScript(boss.id);
});
afterAll(() => server?.close());

const lastRefusal = async () => (await server.events('management.refused')).at(-1);

describe('MG-04 the client of a directory', () => {
  const etagOf = async (): Promise<string> =>
    String((await scene.management.call('GET', `/clients/${directory.client}`)).headers.get('etag'));

  test.each<[string, (as?: Identity) => Promise<{ readonly status: number }>, string]>([
    [
      'a new secret',
      (as) => scene.management.callOnce('POST', `/clients/${directory.client}/rotate-secret`, undefined, {}, as),
      'rotateClientSecret',
    ],
    [
      'a change',
      async (as) => {
        const headers = { 'if-match': await etagOf() };
        return scene.management.callOnce('PATCH', `/clients/${directory.client}`, { name: 'Mine' }, headers, as);
      },
      'updateClient',
    ],
    [
      'its return',
      (as) => scene.management.callOnce('POST', `/clients/${directory.client}/enable`, undefined, {}, as),
      'enableClient',
    ],
  ])('refuses %s to an operator, and to an administrator without a second factor', async (_what, call, note) => {
    expect((await call(operator)).status).toBe(403);
    expect(await lastRefusal()).toMatchObject({ caller: operator.clientId, error: 'forbidden', note });
    expect((await call()).status).toBe(401);
    expect(await lastRefusal()).toMatchObject({ error: 'insufficient_user_authentication', note });
    expect((await directory.call('GET', '/Users?count=0')).status).toBe(200);
  });

  test('is changed by an administrator with a proof of this machine', async () => {
    const named = await scene.management.call(
      'PATCH',
      `/clients/${directory.client}`,
      { name: 'Head office SCIM' },
      { 'if-match': await etagOf() },
    );
    expect([named.status, named.body['name']]).toEqual([200, 'Head office SCIM']);
  });

  test('has credentials that an administrator set, or the one who creates the directory', async () => {
    const made = await scene.management.callOnce(
      'POST',
      '/clients',
      { name: 'Of an operator', grant_types: ['client_credentials'] },
      {},
      operator,
    );
    const client = String(made.body['id']);
    const create = () => scene.management.call('POST', '/directories', { name: 'Trap', client });
    const refused = await create();
    expect([refused.status, refused.body['reason']]).toEqual([409, 'directory_client_set_by_other']);
    expect(await lastRefusal()).toMatchObject({ error: 'conflict', note: 'createDirectory' });
    expect((await scene.management.call('POST', `/clients/${client}/rotate-secret`)).status).toBe(200);
    expect((await create()).status).toBe(201);
  });
});

describe('a change of username', () => {
  test('keeps sub, password and sessions; the former username no longer signs in, and is free', async () => {
    const password = 'a long enough pass phrase';
    const person = await scene.management.createAccount({ username: 'mary.a', name: 'Mary', password });
    await scene.management.call('POST', `/directories/${directory.id}/assign`, { account: person.id });
    const browser = newBrowser(server.issuer);
    const home = `${server.issuer}/account`;
    await submitSignIn(browser, await browser.open(home), { username: 'mary.a', password });

    const renamed = await directory.patch(person.id, { op: 'Replace', path: 'userName', value: 'Mary.B' });
    expect([renamed.status, renamed.body['userName'], renamed.body['id']]).toEqual([200, 'mary.b', person.id]);
    expect((await server.events('account.updated')).at(-1)).toMatchObject({
      caller: directory.id,
      target: { id: person.id },
      changed: ['username'],
      personal: { username: 'mary.a' },
    });
    expect((await directory.find('userName eq "mary.b"')).body['totalResults']).toBe(1);
    expect((await directory.find('userName eq "mary.a"')).body['totalResults']).toBe(0);

    expect((await browser.open(home)).text).toContain('mary.b');
    const signIn = async (username: string) => {
      const other = newBrowser(server.issuer);
      return (await submitSignIn(other, await other.open(home), { username, password })).text;
    };
    expect(await signIn('mary.a')).not.toContain('mary.b');
    expect(await signIn('mary.b')).toContain('mary.b');

    const next = await directory.create('mary.a');
    expect(next.status).toBe(201);
    expect(next.body['id']).not.toBe(person.id);
  });

  test('to one that an account or a group has is 409 uniqueness and changes nothing', async () => {
    const { body } = await directory.create('nora', { displayName: 'Nora' });
    const id = String(body['id']);
    const group = await scene.management.call('POST', '/groups', { name: 'harbour', members: [scene.accountId, id] });
    expect(group.body).toMatchObject({ name: 'harbour' });
    for (const userName of ['ADA', 'Harbour']) {
      const before = (await server.events('directory.user_written')).length;
      const put = { schemas: [USER], userName, displayName: 'Other' };
      const answer = await directory.call('PUT', `/Users/${id}`, put);
      expect([userName, answer.status, answer.body['scimType']]).toEqual([userName, 409, 'uniqueness']);
      expect((await server.events('directory.refused')).at(-1)).toMatchObject({ error: 'conflict' });
      expect((await server.events('directory.user_written')).length).toBe(before);
    }
    expect((await scene.management.call('GET', `/accounts/${id}`)).body).toMatchObject({
      ...{ username: 'nora', name: 'Nora' },
    });
  });

  test('of two people to one username exactly one gets it', async () => {
    const ids = await Promise.all(['race-1', 'race-2', 'race-3'].map((name) => directory.create(name)));
    const answers = await Promise.all(
      ids.map(({ body }) => directory.patch(String(body['id']), { op: 'replace', path: 'userName', value: 'race' })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    expect((await directory.find('userName sw "race"')).body['totalResults']).toBe(3);
  });
});
