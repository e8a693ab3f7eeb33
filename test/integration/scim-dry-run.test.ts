/** The dry run of a directory: requests are checked and answered as if they were done, and only a report is written. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Browser, newBrowser, submitSignIn } from '../support/browser-flow.ts';
import { type DirectoryUnderTest, makeDirectory, USER } from '../support/directory.ts';
import { freshFactorBrowser } from '../support/fresh-factor-browser.ts';
import { cliHere } from '../support/in-process-cli.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const PASSWORD = 'a long enough pass phrase';

let server: RunningServer;
let scene: Scene;
let directory: DirectoryUnderTest;

const management = (method: string, path: string, body?: object) => scene.management.call(method, path, body);
const accountCalled = async (username: string) =>
  (await server.behalf.services.accounts.findByUsername(username))?.document;
const found = async (filter: string, of = directory) => {
  const { body } = await of.call('GET', `/Users?filter=${encodeURIComponent(filter)}`);
  return (body['Resources'] ?? []) as readonly Readonly<Record<string, unknown>>[];
};
const patched = (id: string, path: string, value: unknown, of = directory) =>
  of.call('PATCH', `/Users/${id}`, { schemas: [PATCH], Operations: [{ op: 'Replace', path, value }] });
const preview = async (id = directory.id) => (await management('GET', `/directories/${id}/preview`)).body;
const entries = async (query = '', id = directory.id) =>
  (await management('GET', `/directories/${id}/preview/accounts${query}`)).body['items'] as readonly Readonly<
    Record<string, unknown>
  >[];
const written = async () =>
  (await server.events()).filter(({ type }) => /^directory\.(?:user|group|member)_/.test(type));

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  directory = await makeDirectory(scene, { name: 'Head office', groups: { Staff: 'planners' }, is_dry_run: true });
});
afterAll(() => server?.close());

describe('the first sync as Entra ID and Okta send it', () => {
  test('a user is looked for, created, changed by the id of the answer and found again, and no account is written', async () => {
    expect(await found('userName eq "dry-ada"')).toEqual([]);
    const created = await directory.create('dry-ada', {
      ...{ displayName: 'Ada', externalId: 'A-1', title: 'Countess' },
      emails: [{ value: 'dry-ada@example.com', type: 'work' }],
    });
    const id = String(created.body['id']);
    expect([created.status, id]).toEqual([201, expect.stringMatching(/^dry_/)]);
    expect(created.headers.get('location')).toBe(`${server.issuer}/scim/v2/Users/${id}`);
    const changed = await patched(id, 'displayName', 'Ada Lovelace');
    expect([changed.status, changed.body['displayName']]).toEqual([200, 'Ada Lovelace']);
    const disabled = await patched(id, 'active', 'False');
    expect([disabled.status, disabled.body['active']]).toEqual([200, false]);
    for (const filter of ['userName eq "dry-ada"', 'externalId eq "A-1"', 'title co "tess"'])
      expect(await found(filter)).toEqual([expect.objectContaining({ id, displayName: 'Ada Lovelace' })]);
    const stale = await directory.call(
      'PATCH',
      `/Users/${id}`,
      { schemas: [PATCH], Operations: [] },
      { 'if-match': 'W/"1.0"' },
    );
    expect(stale.status).toBe(412);
    expect(await accountCalled('dry-ada')).toBeUndefined();
    expect(await written()).toEqual([]);
    expect(await entries('?outcome=create')).toEqual([
      expect.objectContaining({ id, kind: 'user', name: 'dry-ada', outcome: 'create' }),
    ]);
  });

  test('a test user that is deleted again leaves no entry', async () => {
    const { body } = await directory.create('dry-test');
    expect((await directory.call('DELETE', `/Users/${body['id']}`)).status).toBe(204);
    expect((await directory.call('GET', `/Users/${body['id']}`)).status).toBe(404);
    expect((await entries()).map(({ name }) => name)).not.toContain('dry-test');
  });

  test('a username or address of another account, and of another user of the dry run, is a conflict: 409', async () => {
    await scene.management.createAccount({ username: 'dry-taken', name: 'Taken', email: 'taken@example.com' });
    const answers = [
      await directory.create('dry-taken'),
      await directory.create('dry-mail', { emails: [{ value: 'taken@example.com' }] }),
      await directory.create('dry-ada'),
      await directory.create('dry-ada-2', { emails: [{ value: 'dry-ada@example.com' }] }),
    ];
    expect(answers.map(({ status, body }) => [status, body['scimType']])).toEqual(
      answers.map(() => [409, 'uniqueness']),
    );
    // A repetition is the same entry.
    await directory.create('dry-taken');
    const conflicts = await entries('?outcome=conflict');
    expect(conflicts.map(({ name }) => name).sort()).toEqual(['dry-ada', 'dry-ada-2', 'dry-mail', 'dry-taken']);
    expect(conflicts.find(({ name }) => name === 'dry-mail')).toMatchObject({
      ...{
        reason: 'directory_email_taken',
        detail: expect.stringContaining('Another account has this e-mail address.'),
      },
    });
    expect((await server.events('directory.refused')).at(-1)).toMatchObject({
      error: 'conflict',
      caller: directory.id,
    });
  });

  test('a user that an account cannot have is refused: 400', async () => {
    expect((await directory.create('no spaces here')).status).toBe(400);
    expect(await entries('?outcome=refuse')).toEqual([
      expect.objectContaining({ name: 'no spaces here', reason: expect.any(String), detail: expect.any(String) }),
    ]);
  });

  test('groups take users of the dry run, and no others', async () => {
    const [ada] = await found('userName eq "dry-ada"');
    const group = await directory.createGroup('Staff', [String(ada?.['id'])]);
    expect([group.status, group.body['members']]).toEqual([201, [expect.objectContaining({ value: ada?.['id'] })]]);
    const wrong = await directory.createGroup('Others', [scene.accountId]);
    expect(wrong.status).toBe(400);
    const path = `/Groups/${group.body['id']}`;
    const Operations = [{ op: 'remove', path: 'members', value: [{ value: ada?.['id'] }] }];
    expect((await directory.call('PATCH', path, { schemas: [PATCH], Operations })).status).toBe(204);
    expect((await directory.call('GET', path)).body['members']).toBeUndefined();
    expect((await directory.createGroup('staff')).status).toBe(409);
    expect(await written()).toEqual([]);
    expect(await entries('?outcome=create')).toContainEqual(
      expect.objectContaining({ kind: 'group', name: 'Staff', members: 0 }),
    );
  });

  test('a bulk request is part of it', async () => {
    const answer = await directory.call('POST', '/Bulk', {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      Operations: [{ method: 'POST', path: '/Users', bulkId: '1', data: { schemas: [USER], userName: 'dry-bulk' } }],
    });
    expect(answer.body['Operations']).toEqual([expect.objectContaining({ status: '201' })]);
    expect(await accountCalled('dry-bulk')).toBeUndefined();
  });
});

describe('an account that the directory was given', () => {
  let id: string;
  beforeAll(async () => {
    id = (await scene.management.createAccount({ username: 'dry-given', name: 'Given' })).id;
    expect((await management('POST', `/directories/${directory.id}/assign`, { account: id })).status).toBe(204);
  });

  test('is found under its own id: a link', async () => {
    expect(await found('userName eq "dry-given"')).toEqual([expect.objectContaining({ id, active: true })]);
    expect(await entries('?outcome=link')).toEqual([expect.objectContaining({ id, name: 'dry-given' })]);
  });

  test('that was disabled here is not enabled by the directory, in a dry run either: 403', async () => {
    const off = (await scene.management.createAccount({ username: 'dry-off', name: 'Off' })).id;
    await management('POST', `/directories/${directory.id}/assign`, { account: off });
    await management('POST', `/accounts/${off}/disable`);
    const answer = await patched(off, 'active', true);
    expect(answer.status).toBe(403);
    expect(await entries('?outcome=refuse')).toContainEqual(
      expect.objectContaining({ reason: 'directory_account_disabled_here' }),
    );
  });

  test('would change, and would be deactivated; it stays as it is', async () => {
    await patched(id, 'title', 'Clerk');
    expect(await entries('?outcome=change')).toEqual([expect.objectContaining({ id, changed: ['title'] })]);
    expect((await patched(id, 'active', false)).body['active']).toBe(false);
    expect((await directory.call('GET', `/Users/${id}`)).body['active']).toBe(false);
    expect(await entries('?outcome=deactivate')).toEqual([expect.objectContaining({ id, name: 'dry-given' })]);
    expect((await directory.call('DELETE', `/Users/${id}`)).status).toBe(204);
    expect((await directory.call('GET', `/Users/${id}`)).status).toBe(404);
    expect(await found('userName eq "dry-given"')).toEqual([]);
    expect(await accountCalled('dry-given')).toMatchObject({ state: 'active' });
    expect(await written()).toEqual([]);
  });
});

test('agents are not previewed: the server refuses to write them (403)', async () => {
  const body = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:Agent'], name: 'x' };
  const answer = await directory.call('PATCH', '/Agents/agt_1', body);
  expect(answer.status).toBe(403);
  expect(String(answer.body['detail'])).toContain('dry run');
  expect((await server.events('directory.refused')).at(-1)).toMatchObject({ error: 'forbidden' });
});

test('the preview says what each attribute becomes, in the API and on the command line', async () => {
  expect(await preview()).toMatchObject({
    dry_run_from: expect.any(Number),
    counts: { create: 3, link: 0, change: 0, deactivate: 1, conflict: 5, refuse: 3 },
    attributes: expect.arrayContaining([
      expect.objectContaining({ attribute: 'userName', use: 'username' }),
      expect.objectContaining({ attribute: 'displayName', use: 'name' }),
      expect.objectContaining({
        attribute: 'emails[type eq "work"].value',
        use: 'email',
        example: 'dry-ada@example.com',
      }),
      expect.objectContaining({ attribute: 'title', use: 'kept', example: expect.any(String) }),
    ]),
  });
  const cli = (...argv: readonly string[]) => cliHere(argv, { BEHALF_DATA: server.dataFolder });
  const shown = await cli('directories', 'preview', 'Head office', '--outcome', 'conflict');
  expect(shown.out).toMatch(/create: 3 .*conflict: 5/);
  expect(shown.out).toMatch(/title +kept/);
  expect(shown.out).toMatch(/conflict +user +dry-mail/);
  expect((await cli('directories', 'preview', 'Head office', '--outcome', 'x')).code).not.toBe(0);
});

describe('in the console', () => {
  const at = (path: string): string => `${server.issuer}${path}`;
  let proven: Browser;
  let plain: Browser;
  beforeAll(async () => {
    for (const username of ['ruth', 'root'])
      await management('POST', '/accounts', { username, name: username, password: PASSWORD, roles: ['administrator'] });
    proven = await freshFactorBrowser(server, { username: 'ruth', password: PASSWORD });
    plain = newBrowser(server.issuer);
    await submitSignIn(plain, await plain.open(at('/console')), { username: 'root', password: PASSWORD });
  });

  test('the page shows the report, and starts for real with a fresh second factor only', async () => {
    const path = `/console/directories/${directory.id}`;
    const page = await plain.open(at(path));
    for (const text of ['dry run', 'To create', 'dry-mail', 'Another account has this e-mail address', 'planners'])
      expect(page.text).toContain(text);
    const press = async (browser: Browser) => {
      const asked = await browser.open(at(`${path}/start`));
      const form = asked.forms.find(({ action }) => action.endsWith('/start'));
      if (!form) throw new Error(`no form: ${asked.status}`);
      return browser.submit(asked, form);
    };
    expect((await press(plain)).status).toBe(403);
    expect(await server.events('directory.dry_run_ended')).toEqual([]);
    const id = String((await found('userName eq "dry-ada"'))[0]?.['id']);
    const started = await press(proven);
    expect(started.url).toBe(at(`${path}?done=directoryStarted`));
    expect(await server.events('directory.dry_run_ended')).toEqual([
      expect.objectContaining({ outcome: 'done', target: { kind: 'directory', id: directory.id } }),
    ]);

    // From now on it is real: ids of the dry run say how to go on, and the same user is created.
    expect(await entries()).toEqual([]);
    for (const answer of [await directory.call('GET', `/Users/${id}`), await patched(id, 'active', false)]) {
      expect(answer.status).toBe(404);
      expect(String(answer.body['detail'])).toContain('Restart the provisioning');
    }
    const created = await directory.create('dry-ada');
    expect([created.status, created.body['id']]).toEqual([201, expect.stringMatching(/^acc_/)]);
    expect(await accountCalled('dry-ada')).toBeDefined();
  });
});

describe('who can be in a dry run', () => {
  test('a directory that has written an account cannot: 409, and a leaver is still disabled', async () => {
    const answer = await management('POST', `/directories/${directory.id}/dry-run`);
    expect([answer.status, answer.body['reason']]).toEqual([409, 'directory_dry_run_too_late']);
    const [ada] = await found('userName eq "dry-ada"');
    await patched(String(ada?.['id']), 'active', false);
    expect(await accountCalled('dry-ada')).toMatchObject({ state: 'disabled' });
  });

  test('one that was only given accounts can, again and again, with an empty report', async () => {
    const other = await makeDirectory(scene, { name: 'Branch' });
    const account = (await scene.management.createAccount({ username: 'dry-branch', name: 'Branch' })).id;
    await management('POST', `/directories/${other.id}/assign`, { account });
    expect((await management('POST', `/directories/${other.id}/dry-run`)).status).toBe(200);
    await other.create('dry-first');
    expect(await entries('', other.id)).toHaveLength(1);
    expect((await management('POST', `/directories/${other.id}/dry-run`)).status).toBe(200);
    expect(await entries('', other.id)).toEqual([]);
    expect(await server.events('directory.dry_run_started')).not.toEqual([]);
    expect((await management('POST', `/directories/${other.id}/start`)).status).toBe(200);
    const again = await management('POST', `/directories/${other.id}/start`);
    expect([again.status, again.body['reason']]).toEqual([409, 'directory_not_in_dry_run']);
  });
});
