/** The brake: a directory deactivates only so many accounts at once. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { DIRECTORY_ACCOUNTS, type DirectoryAccount } from '../../src/domain/identity/directories/directory.ts';
import { update } from '../../src/domain/ports/document-store.ts';
import { type DirectoryUnderTest, makeDirectory } from '../support/directory.ts';
import { cliHere } from '../support/in-process-cli.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

let server: RunningServer;
let scene: Scene;

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
});
afterAll(() => server?.close());

const users = async (directory: DirectoryUnderTest, count: number): Promise<readonly string[]> => {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) {
    ids.push(String((await directory.create(`${directory.id}-${index}@example.com`.slice(4))).body['id']));
  }
  return ids;
};
const leave = (directory: DirectoryUnderTest, id: string) =>
  directory.patch(id, { op: 'replace', path: 'active', value: false });
const stateOf = async (id: string) => (await scene.management.call('GET', `/accounts/${id}`)).body['state'];
const activity = async ({ id }: DirectoryUnderTest) =>
  (await scene.management.call('GET', `/directories/${id}/activity`)).body;

test('exactly so many pass at once; the others are 503 with Retry-After, and nothing of them is done', async () => {
  const directory = await makeDirectory(scene, { name: 'Fast', most_deactivations: 5 });
  const ids = await users(directory, 12);
  const answers = await Promise.all(
    ids.map((id, index) => (index % 2 ? leave(directory, id) : directory.call('DELETE', `/Users/${id}`))),
  );
  const refused = answers.filter(({ status }) => status === 503);
  expect(refused).toHaveLength(7);
  expect(refused.every(({ headers }) => headers.get('retry-after') === '600')).toBe(true);
  const states = await Promise.all(ids.map(stateOf));
  expect(states.filter((state) => state === 'disabled')).toHaveLength(5);
  expect(states).toEqual(answers.map(({ status }) => (status === 503 ? 'active' : 'disabled')));
  expect(await server.events('directory.deactivations_paused')).toMatchObject([
    { caller: directory.id, target: { kind: 'directory', id: directory.id }, inputs: { limit: 5 } },
  ]);
  expect((await server.events('directory.refused')).at(-1)).toMatchObject({
    error: 'unavailable',
    caller: directory.id,
  });
  const now = await activity(directory);
  expect(now).toMatchObject({ deactivations: 5, more_held: false, allowed: 0, paused_at: expect.any(Number) });
  expect([...(now['held'] as string[])].sort()).toEqual(ids.filter((_, index) => states[index] === 'active').sort());
});

test('other changes pass during a pause, and only an administrator ends it', async () => {
  const directory = await makeDirectory(scene, { name: 'Paused', most_deactivations: 1 });
  const [first = '', second = '', third = ''] = await users(directory, 3);
  expect((await leave(directory, first)).status).toBe(200);
  expect((await leave(directory, first)).status).toBe(200);
  expect((await leave(directory, second)).status).toBe(503);
  expect((await directory.patch(second, { op: 'add', path: 'title', value: 'T' })).status).toBe(200);
  expect((await directory.create('during-a-pause')).status).toBe(201);

  const resume = (body: object) => scene.management.call('POST', `/directories/${directory.id}/resume`, body);
  expect((await resume({})).body).toMatchObject({ allowed: 1, held: [] });
  expect((await server.events('directory.deactivations_resumed')).at(-1)).toMatchObject({ inputs: { allowed: 1 } });
  expect((await leave(directory, second)).status).toBe(200);
  expect((await leave(directory, third)).status).toBe(200);
  const [fourth = ''] = [String((await directory.find('userName eq "during-a-pause"')).body['totalResults'])];
  expect(fourth).toBe('1');
  const again = await resume({});
  expect([again.status, again.body['reason']]).toEqual([409, 'directory_not_paused']);
});

test('a command resumes with the number of accounts that it lists', async () => {
  const directory = await makeDirectory(scene, { name: 'By command', most_deactivations: 1 });
  const [first = '', second = '', third = ''] = await users(directory, 3);
  expect((await leave(directory, first)).status).toBe(200);
  for (const id of [second, third]) expect((await leave(directory, id)).status).toBe(503);
  const names = await Promise.all(
    [second, third].map(async (id) => (await scene.management.call('GET', `/accounts/${id}`)).body['username']),
  );
  const asked = jest.spyOn(globalThis, 'fetch');
  const argv = ['directories', 'resume', 'By command', '--local'];
  const resumed = await cliHere(argv, { BEHALF_DATA: server.dataFolder });
  const bodies = asked.mock.calls.filter(([url]) => String(url).endsWith('/resume')).map(([, init]) => init?.body);
  asked.mockRestore();
  expect(resumed).toEqual({ code: 0, out: '2 deactivations pass.\n', err: `${names.join('\n')}\n` });
  expect(bodies).toEqual([JSON.stringify({ allowed: 2 })]);
  expect((await server.events('directory.deactivations_resumed')).at(-1)).toMatchObject({ inputs: { allowed: 2 } });
});

test('the percentage counts where it is more, and no account that the directory created within the day', async () => {
  const settings = { most_deactivations: 1, most_deactivations_percent: 50 };
  const [old, young] = [
    await makeDirectory(scene, { name: 'Percent', ...settings }),
    await makeDirectory(scene, { name: 'Young', ...settings }),
  ];
  const accounts = server.behalf.services.documents.collection<DirectoryAccount>(DIRECTORY_ACCOUNTS);
  const statuses: number[][] = [];
  for (const directory of [old, young]) {
    const ids = await users(directory, 6);
    for (const id of directory === old ? ids : []) {
      await update(accounts, id, (one) => ({ ...one, createdAt: one.createdAt - 86_400 }));
    }
    const answers: number[] = [];
    for (const id of ids) answers.push((await leave(directory, id)).status);
    statuses.push(answers);
  }
  expect(statuses).toEqual([
    [200, 200, 200, 503, 503, 503],
    [200, 503, 503, 503, 503, 503],
  ]);
});

test('a change of username counts as a deactivation', async () => {
  const directory = await makeDirectory(scene, { name: 'Renames', most_deactivations: 1 });
  const [first = '', second = ''] = await users(directory, 2);
  const rename = (id: string, value: string) => directory.patch(id, { op: 'replace', path: 'userName', value });
  expect((await rename(first, 'renamed-first')).status).toBe(200);
  const refused = await rename(second, 'renamed-second');
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '600']);
  expect((await scene.management.call('GET', `/accounts/${second}`)).body['username']).not.toBe('renamed-second');
  expect((await leave(directory, second)).status).toBe(503);
  expect(await activity(directory)).toMatchObject({ deactivations: 1, held: [second] });
  expect((await server.events('directory.deactivations_paused')).at(-1)).toMatchObject({ caller: directory.id });
});

test('the limit is at most 10,000', async () => {
  const client = await scene.management.createClient({ name: 'Many', grant_types: ['client_credentials'] });
  const body = { name: 'Many', client: client.id, most_deactivations: 10_001 };
  expect((await scene.management.call('POST', '/directories', body)).status).toBe(400);
});

test('a directory has only so many accounts; more are 403 with a way out, and a deletion makes room', async () => {
  const directory = await makeDirectory(scene, { name: 'Small', most_accounts: 2 });
  const [first = ''] = await users(directory, 2);
  const refused = await directory.create('one-too-many');
  expect([refused.status, refused.body['detail']]).toEqual([403, expect.stringContaining('raise most_accounts')]);
  expect((await server.events('directory.refused')).at(-1)).toMatchObject({ caller: directory.id, error: 'forbidden' });
  expect((await directory.call('DELETE', `/Users/${first}`)).status).toBe(204);
  const answers = await Promise.all(['race-1', 'race-2', 'race-3'].map((name) => directory.create(name)));
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 403, 403]);
});
