/** Lists of apps of other systems are imported whole; an unknown app with rights that matter is a finding. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

jest.setTimeout(60_000);

type Json = Readonly<Record<string, unknown>>;

let server: RunningServer;
let scene: Scene;

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
});
afterAll(async () => {
  await server?.close();
});

const MAIL = { external_id: 'app-1', name: 'Mail helper', scopes: ['Mail.Send', 'User.Read'], people: 2 };
const WIKI = { external_id: 'app-2', name: 'Wiki', scopes: ['User.Read'] };

const imported = (source: string, apps: readonly object[]) =>
  scene.management.call('POST', `/inventories/${source}/import`, { apps });
const entries = async (source: string): Promise<readonly Json[]> =>
  (await scene.management.call('GET', `/inventory-entries?source=${source}`)).body['items'] as Json[];
const findings = async (source: string): Promise<readonly Json[]> => {
  const ids = (await entries(source)).map(({ id }) => id);
  const found = await Promise.all(ids.map((id) => scene.management.call('GET', `/findings?subject=${id}`)));
  return found.flatMap(({ body }) => body['items'] as Json[]);
};

test('a second import of the same list changes nothing, and what is left out is gone', async () => {
  expect((await imported('crm', [MAIL, WIKI])).body).toEqual({ created: 2, changed: 0, unchanged: 0, gone: 0 });
  const before = await entries('crm');
  expect((await imported('crm', [WIKI, MAIL])).body).toEqual({ created: 0, changed: 0, unchanged: 2, gone: 0 });
  expect(await entries('crm')).toEqual(before);
  expect((await imported('crm', [{ ...WIKI, people: 4 }])).body).toEqual({
    ...{ created: 0, changed: 1, unchanged: 0, gone: 1 },
  });
  expect((await entries('crm')).map(({ name, state }) => [name, state]).sort()).toEqual([
    ['Mail helper', 'gone'],
    ['Wiki', 'present'],
  ]);
  expect((await imported('crm', [MAIL, WIKI])).body).toEqual({ created: 0, changed: 2, unchanged: 0, gone: 0 });
  expect(await server.events('inventory.imported')).toMatchObject(
    [2, 2, 1, 2].map((apps) => ({ target: { kind: 'inventory', id: 'crm' }, inputs: { apps } })),
  );
});

test('an unknown app with rights that matter is a finding until an agent here is known for it, or it is gone', async () => {
  await imported('entra', [{ ...MAIL, is_for_everyone: true }, WIKI]);
  expect(await findings('entra')).toMatchObject([
    {
      ...{ kind: 'unknown_app', state: 'open', name: 'Mail helper', subject_kind: 'inventory_entry', severity: 'high' },
      parts: [
        { reason: 'unknown_app' },
        { reason: 'risky_scopes', value: 1 },
        { reason: 'for_everyone' },
        { reason: 'people_consented', value: 2 },
        { reason: 'no_owner' },
      ],
    },
  ]);
  const [found] = await findings('entra');
  const adopted = await scene.management.call('POST', `/findings/${found?.['id']}/adopt`, {
    ...{ owner: 'ada', purpose: 'Sends mail' },
  });
  expect([adopted.status, adopted.body]).toMatchObject([200, { state: 'adopted' }]);
  await scene.management.call('POST', `/findings/${found?.['id']}/reopen`);
  await imported('entra', [{ ...MAIL, client: adopted.body['agent'] }, WIKI]);
  expect(await findings('entra')).toMatchObject([{ state: 'resolved' }]);
  await imported('entra', [MAIL, WIKI]);
  expect(await findings('entra')).toMatchObject([{ state: 'open' }]);
  await imported('entra', [WIKI]);
  expect(await findings('entra')).toMatchObject([{ state: 'resolved' }]);
});

test.each([
  ['an id twice', [MAIL, MAIL], '/apps/1/external_id'],
  ['no name', [{ external_id: '1' }], '/apps/0/name'],
  ['a member that there is not', [{ ...MAIL, secret: 'x' }], '/apps/0/secret'],
  ['too many scopes', [{ ...MAIL, scopes: Array.from({ length: 201 }, String) }], '/apps/0/scopes'],
])('%s is refused by its field, and nothing changes', async (_, apps, pointer) => {
  const answer = await imported('bad', apps);
  expect([answer.status, answer.body['errors']]).toMatchObject([400, [{ pointer }]]);
  expect(await entries('bad')).toEqual([]);
});

test('a hostile name is kept as it is and stays text', async () => {
  const name = '<script>alert(1)</script>\u202eevil';
  await imported('hostile', [{ ...MAIL, name }]);
  expect(await findings('hostile')).toMatchObject([{ name }]);
});

test('a name of another form is no inventory, and a request without a token imports nothing', async () => {
  expect((await imported('UPPER', [MAIL])).status).toBe(404);
  const answer = await fetch(`${server.issuer}/api/v1/inventories/crm/import`, { method: 'POST' });
  expect(answer.status).toBe(401);
});
