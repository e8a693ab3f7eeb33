/** Lists of apps of other systems are imported whole; an unknown app with rights that matter is a finding. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { readInventory } from '../../src/domain/governance/inventory-formats/inventory-format.ts';
import { cliHere } from '../support/in-process-cli.ts';
import { ENTRA_PAGES, GITHUB_PAGES, GOOGLE_PAGES, MCP_PAGES, OKTA_PAGES } from '../support/inventory-exports.ts';
import { managementFromKeyFile } from '../support/management.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

jest.setTimeout(60_000);

type Json = Readonly<Record<string, unknown>>;

const folder = mkdtempSync(join(tmpdir(), 'behalf-inventories-'));
let server: RunningServer;
let scene: Scene;

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
});
afterAll(async () => {
  await server?.close();
  rmSync(folder, { recursive: true });
});

const MAIL = { external_id: 'app-1', name: 'Mail helper', scopes: ['Mail.Send', 'User.Read'], people: 2 };
const WIKI = { external_id: 'app-2', name: 'Wiki', scopes: ['User.Read'] };

const NONE = { created: 0, changed: 0, unchanged: 0, gone: 0, known: 0, findings: 0 };

const imported = (source: string, apps: readonly object[]) =>
  scene.management.call('POST', `/inventories/${source}/import`, { apps });
const entries = async (source: string): Promise<readonly Json[]> =>
  (await scene.management.call('GET', `/inventory-entries?source=${source}`)).body['items'] as Json[];
const findings = async (source: string): Promise<readonly Json[]> => {
  const ids = (await entries(source)).map(({ id }) => id);
  const found = await Promise.all(ids.map((id) => scene.management.call('GET', `/findings?subject=${id}`)));
  return found.flatMap(({ body }) => body['items'] as Json[]);
};

test('an administrator deletes an inventory: findings are resolved, also dismissed ones, and an import begins anew', async () => {
  await imported('old-crm', [MAIL, WIKI]);
  await imported('old-crm', [MAIL]);
  await imported('kept', [MAIL]);
  const [finding] = await findings('old-crm');
  const until = Math.floor(Date.now() / 1000) + 86_400;
  const path = `/findings/${finding?.['id']}`;
  expect((await scene.management.call('POST', `${path}/dismiss`, { until, reason: 'Known' })).status).toBe(200);
  const operator = await managementFromKeyFile(join(server.dataFolder, 'operator.json'));
  const refused = await operator.call('DELETE', '/inventories/old-crm');
  expect([refused.status, refused.body['type']]).toEqual([403, 'urn:behalf:problem:forbidden']);
  expect((await server.events('management.refused')).at(-1)).toMatchObject({ error: 'forbidden' });
  expect(await server.events('inventory.removed')).toEqual([]);

  expect((await scene.management.call('DELETE', '/inventories/old-crm')).status).toBe(204);
  expect(await entries('old-crm')).toEqual([]);
  expect((await scene.management.call('GET', path)).body).toMatchObject({ state: 'resolved' });
  expect((await server.events('finding.resolved')).at(-1)).toMatchObject({ target: { id: finding?.['id'] } });
  expect(await server.events('inventory.removed')).toMatchObject([
    { target: { kind: 'inventory', id: 'old-crm' }, outcome: 'done', inputs: { apps: 1, gone: 1 } },
  ]);
  expect(await entries('kept')).toHaveLength(1);
  const again = await scene.management.call('DELETE', '/inventories/old-crm');
  expect([again.status, again.body['type']]).toEqual([404, 'urn:behalf:problem:not_found']);
  expect((await server.events('inventory.removed')).length).toBe(1);

  expect((await imported('old-crm', [MAIL])).body).toEqual({ ...NONE, created: 1, findings: 1 });
  expect((await scene.management.call('GET', path)).body).toMatchObject({ state: 'open' });
  await scene.management.call('DELETE', '/inventories/old-crm');
  await scene.management.call('DELETE', '/inventories/kept');
});

test('the format of a list is recorded with its import, and changes nothing', async () => {
  const body = { apps: [WIKI], format: 'okta' };
  expect((await scene.management.call('POST', '/inventories/formed/import', body)).body).toEqual({
    ...NONE,
    created: 1,
  });
  expect((await server.events('inventory.imported')).at(-1)).toMatchObject({ inputs: { apps: 1, format: 'okta' } });
  const other = await scene.management.call('POST', '/inventories/formed/import', { apps: [WIKI], format: 'excel' });
  expect([other.status, other.body]).toMatchObject([400, { errors: [{ pointer: '/format' }] }]);
  await scene.management.call('DELETE', '/inventories/formed');
});

test('a second import of the same list changes nothing, and what is left out is gone', async () => {
  expect((await imported('crm', [MAIL, WIKI])).body).toEqual({ ...NONE, created: 2, findings: 1 });
  const before = await entries('crm');
  expect((await imported('crm', [WIKI, MAIL])).body).toEqual({ ...NONE, unchanged: 2, findings: 1 });
  expect(await entries('crm')).toEqual(before);
  expect((await imported('crm', [{ ...WIKI, people: 4 }])).body).toEqual({
    ...{ ...NONE, changed: 1, gone: 1 },
  });
  expect((await entries('crm')).map(({ name, state }) => [name, state]).sort()).toEqual([
    ['Mail helper', 'gone'],
    ['Wiki', 'present'],
  ]);
  expect((await imported('crm', [MAIL, WIKI])).body).toEqual({ ...NONE, changed: 2, findings: 1 });
  const events = await server.events('inventory.imported');
  expect(events.filter(({ target }) => target?.id === 'crm')).toMatchObject(
    [2, 2, 1, 2].map((apps) => ({ target: { kind: 'inventory', id: 'crm' }, inputs: { apps } })),
  );
});

test('a dry run says what the import would change, changes nothing, and is no event', async () => {
  const tried = (apps: readonly object[]) =>
    scene.management.call('POST', '/inventories/tried/import', { apps, is_dry_run: true });
  expect((await tried([MAIL, WIKI])).body).toEqual({ ...NONE, created: 2, findings: 1 });
  expect(await entries('tried')).toEqual([]);
  await imported('tried', [MAIL, WIKI]);
  const before = [await entries('tried'), await server.events('inventory.imported')];
  const later = [
    { ...MAIL, client: scene.app.clientId },
    { external_id: 'app-3', name: 'Third' },
  ];
  const forecast = await tried(later);
  expect(forecast.body).toEqual({ ...NONE, created: 1, changed: 1, gone: 1, known: 1 });
  expect([await entries('tried'), await server.events('inventory.imported')]).toEqual(before);
  const named = await scene.management.call('POST', '/inventories/tried/import', {
    ...{ apps: [{ ...WIKI, scopes: ['Files.ReadWrite.All'] }], is_dry_run: true, has_changes: true },
  });
  expect(named.body['changes']).toMatchObject([
    { external_id: 'app-2', change: 'changed', is_finding: true, added_scopes: ['Files.ReadWrite.All'] },
    { external_id: 'app-1', change: 'gone', is_finding: false },
  ]);
  expect((await imported('tried', later)).body).toEqual(forecast.body);
  expect((await tried([MAIL, MAIL])).status).toBe(400);
  expect((await server.events('management.refused')).at(-1)).toMatchObject({
    ...{ error: 'invalid_field', note: 'importInventory' },
  });
});

test('an unknown app with rights that matter is a finding until an agent here is known for it, or it is gone', async () => {
  await imported('entra', [{ ...MAIL, is_for_everyone: true }, WIKI]);
  expect(await findings('entra')).toMatchObject([
    {
      ...{ kind: 'unknown_app', state: 'open', name: 'Mail helper', subject_kind: 'inventory_entry', severity: 'high' },
      parts: [
        { reason: 'unknown_app' },
        { reason: 'risky_scopes', value: 1 },
        { reason: 'mail_rights', value: 1 },
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

test('an app whose finding was dismissed or adopted counts as decided, until its score rises', async () => {
  const bot = { ...MAIL, external_id: 'app-3', name: 'Bot' };
  await imported('decided', [MAIL, bot]);
  const [one, other] = await findings('decided');
  const until = Math.floor(Date.now() / 1000) + 86_400;
  const dismissed = await scene.management.call('POST', `/findings/${one?.['id']}/dismiss`, { until, reason: 'Known' });
  const adopted = await scene.management.call('POST', `/findings/${other?.['id']}/adopt`, {
    ...{ owner: 'ada', purpose: 'Sends mail' },
  });
  expect([dismissed.body['state'], adopted.body['state']]).toEqual(['dismissed', 'adopted']);
  const tried = (apps: readonly object[]) =>
    scene.management.call('POST', '/inventories/decided/import', { apps, is_dry_run: true });
  const same = { ...NONE, unchanged: 2 };
  expect((await tried([MAIL, bot])).body).toEqual(same);
  expect((await imported('decided', [MAIL, bot])).body).toEqual(same);
  const risen = [MAIL, bot].map((app) => ({ ...app, is_for_everyone: true }));
  const opened = { ...NONE, changed: 2, findings: 1 };
  expect((await tried(risen)).body).toEqual(opened);
  expect((await imported('decided', risen)).body).toEqual(opened);
  expect((await findings('decided')).map(({ state }) => state).sort()).toEqual(['adopted', 'open']);
  expect((await imported('decided', risen)).body).toEqual({ ...NONE, unchanged: 2, findings: 1 });
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

/** What a reader of findings sees of an inventory, without ids and times. */
const seen = async (source: string) => {
  const [rows, found] = [await entries(source), await findings(source)];
  return {
    entries: rows
      .map(({ id: _, source: __, created_at: ___, updated_at: ____, ...entry }) => entry)
      .sort((a, b) => (String(a['external_id']) < String(b['external_id']) ? -1 : 1)),
    findings: found
      .map(({ name, state, score, severity, parts }) => ({ name, state, score, severity, parts }))
      .sort((a, b) => (String(a.name) < String(b.name) ? -1 : 1)),
  };
};

const EXPORTS = [
  ['entra', ENTRA_PAGES, ['Mail helper', 'Travel agent']],
  ['okta', OKTA_PAGES, ['0oa9', 'Expense robot', 'Notes']],
  ['google', GOOGLE_PAGES, ['Notetaker']],
  ['github', GITHUB_PAGES, ['build server', 'laptop', 'nightly', 'release-bot']],
  ['mcp-registry', MCP_PAGES, ['Tickets']],
] as const;

test.each(EXPORTS)(
  '%s: any order of pages and rows gives the same findings, and again changes nothing',
  async (format, pages, names) => {
    const files = pages.map((page, index) => ({ name: `${index}.json`, text: JSON.stringify(page) }));
    const apps = readInventory(files, format);
    expect((await imported(`all-${format}`, apps)).body).toEqual({
      ...{ ...NONE, created: apps.length, findings: names.length },
    });
    expect((await imported(`${format}-back`, [...apps].reverse())).status).toBe(200);
    const [one, other] = [await seen(`all-${format}`), await seen(`${format}-back`)];
    expect(one.findings.map(({ name }) => name)).toEqual(names);
    expect(other).toEqual(one);
    const before = await entries(`all-${format}`);
    const again = await imported(`all-${format}`, readInventory([...files].reverse(), format));
    expect(again.body).toEqual({ ...NONE, unchanged: apps.length, findings: names.length });
    expect(await entries(`all-${format}`)).toEqual(before);
    await imported(`all-${format}`, []);
    expect((await seen(`all-${format}`)).findings.every(({ state }) => state === 'resolved')).toBe(true);
  },
);

test('the parts of a score say which rights matter', async () => {
  await imported('parts', [
    {
      ...{ external_id: '1', name: 'All of it', secrets: 2, is_for_everyone: false },
      scopes: ['repo', 'Mail.Read', 'https://www.googleapis.com/auth/drive', 'okta.users.manage', 'openid'],
    },
    { external_id: '2', name: 'A token', secrets: 1, owner: 'grace' },
  ]);
  expect((await seen('parts')).findings).toMatchObject([
    {
      ...{ name: 'A token', severity: 'low', score: 35 },
      parts: [
        { reason: 'unknown_app', points: 20 },
        { reason: 'static_secrets', points: 15, value: 1 },
      ],
    },
    {
      ...{ name: 'All of it', severity: 'high', score: 100 },
      parts: [
        { reason: 'unknown_app', points: 20 },
        { reason: 'risky_scopes', points: 25, value: 4 },
        { reason: 'mail_rights', points: 15, value: 1 },
        { reason: 'file_rights', points: 10, value: 1 },
        { reason: 'code_rights', points: 15, value: 1 },
        { reason: 'administration_rights', points: 15, value: 1 },
        { reason: 'static_secrets', points: 15, value: 2 },
        { reason: 'no_owner', points: 10 },
      ],
    },
  ]);
});

test('of addresses, queries, user names and passwords are not stored', async () => {
  const urls = [
    ...['https://hook.example.com/in?token=s3cret', 'https://user:s3cret@hook.example.com/a#s3cret'],
    ...['postgres://user:s3cret@db.example.com/x', 's3cret'],
  ];
  const before = JSON.stringify(await server.events('inventory.imported'));
  expect((await imported('hooks', [{ ...MAIL, urls }])).status).toBe(200);
  const [entry] = await entries('hooks');
  expect(entry?.['urls']).toEqual(['https://hook.example.com/a', 'https://hook.example.com/in']);
  expect(JSON.stringify([entry, before, await findings('hooks')])).not.toContain('s3cret');
  expect((await imported('hooks', [{ ...MAIL, urls: [...urls].reverse() }])).body).toMatchObject({ unchanged: 1 });
});

test('an import of more than a megabyte is taken', async () => {
  const scopes = Array.from({ length: 200 }, (_, index) => `${index}`.padEnd(300, 'x'));
  const apps = Array.from({ length: 40 }, (_, index) => ({ external_id: `${index}`, name: 'Wide', scopes }));
  expect(JSON.stringify({ apps }).length).toBeGreaterThan(2_000_000);
  expect((await imported('wide', apps)).body).toEqual({ ...NONE, created: 40 });
});

test('the command line says that an import is too large before it sends it, and how to import it', async () => {
  const scopes = Array.from({ length: 200 }, (_, index) => `${index}`.padEnd(300, 'x'));
  const path = join(folder, 'wide.ndjson');
  const row = (index: number) => JSON.stringify({ external_id: `${index}`, name: 'Wide', scopes });
  writeFileSync(path, Array.from({ length: 560 }, (_, index) => row(index)).join('\n'));
  const before = (await server.events('inventory.imported')).length;
  const argv = ['inventory', 'import', path, '--format', 'ndjson', '--source', 'wider'];
  const refused = await cliHere(argv, { BEHALF_DATA: server.dataFolder });
  expect(refused.code).toBe(1);
  expect(refused.err).toMatch(/The apps have \d{8} bytes, and an import has at most 33554432\..*--source NAME/s);
  expect(await server.events('inventory.imported')).toHaveLength(before);
});

test('the command line deletes an inventory once the administrator agrees', async () => {
  await imported('from-cli', [WIKI]);
  const run = (...argv: readonly string[]) =>
    cliHere(['inventory', 'delete', ...argv], { BEHALF_DATA: server.dataFolder });
  const before = (await server.events('inventory.removed')).length;
  expect((await run('from-cli')).code).not.toBe(0);
  expect(await server.events('inventory.removed')).toHaveLength(before);
  expect(await run('from-cli', '--yes')).toMatchObject({
    code: 0,
    out: 'from-cli is deleted. The audit log keeps its imports.\n',
  });
  expect((await server.events('inventory.removed')).at(-1)).toMatchObject({ target: { id: 'from-cli' } });
  expect((await run('from-cli', '--yes')).code).toBe(1);
});

test('the command line imports files of pages, and names file, row and member of what it cannot read', async () => {
  const before = (await server.events('inventory.imported')).length;
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const [pages, others] = [
    write('tokens.ndjson', GOOGLE_PAGES.map((page) => JSON.stringify(page)).join('\n')),
    write('more.json', JSON.stringify({ items: [{ clientId: '3', displayText: 'Third', scopes: [], userKey: '1' }] })),
  ];
  const run = (...argv: readonly string[]) =>
    cliHere(['inventory', 'import', ...argv, '--format', 'google', '--source', 'cli'], {
      BEHALF_DATA: server.dataFolder,
    });
  expect(await run(pages, others)).toMatchObject({
    code: 0,
    out: 'Imported: 3 new, 0 changed, 0 the same, 0 gone. Open findings among them: 1.\n',
  });
  expect(await run(others, pages)).toMatchObject({
    code: 0,
    out: 'Imported: 0 new, 0 changed, 3 the same, 0 gone. Open findings among them: 1.\n',
  });
  expect(await run(pages, '--dry-run')).toMatchObject({
    code: 0,
    out: 'Nothing was imported. The import would find: 0 new, 0 changed, 2 the same, 1 gone. Open findings among them: 1.\n',
  });
  const bad = write('bad.ndjson', '{"items":[]}\n{"items":[{"clientId":"1","scopes":"openid"}]}');
  const refused = await run(pages, bad);
  expect(refused.code).toBe(1);
  expect(refused.err).toContain('bad.ndjson:2#/items/0: the member scopes is missing or has another form.');
  expect(await run(join(folder, 'absent.json'))).toMatchObject({ code: 1 });
  expect((await entries('cli')).map(({ state }) => state)).toEqual(['present', 'present', 'present']);
  expect(await server.events('inventory.imported')).toHaveLength(before + 2);
});

test('a name of another form is no inventory, and a request without a token imports nothing', async () => {
  expect((await imported('UPPER', [MAIL])).status).toBe(404);
  const answer = await fetch(`${server.issuer}/api/v1/inventories/crm/import`, { method: 'POST' });
  expect(answer.status).toBe(401);
});
