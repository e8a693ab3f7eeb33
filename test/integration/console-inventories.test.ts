/** Apps of other systems in the console: their list, and the import of a pasted one. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type Browser, newBrowser, type Page, type Person, submitSignIn } from '../support/browser-flow.ts';
import { GOOGLE_PAGES, MCP_PAGES } from '../support/inventory-exports.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

jest.setTimeout(60_000);

const PASSWORD = 'a long enough pass phrase';
const OPERATOR: Person = { username: 'olga', password: PASSWORD };
const AUDITOR: Person = { username: 'aud', password: PASSWORD };

let server: RunningServer;
let scene: Scene;
let operator: Browser;
let auditor: Browser;

const at = (path: string): string => `${server.issuer}${path}`;
const signedIn = async (person: Person): Promise<Browser> => {
  const browser = newBrowser(server.issuer);
  await submitSignIn(browser, await browser.open(at('/console')), person);
  return browser;
};

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  await scene.management.call('POST', '/accounts', { ...OPERATOR, name: 'Olga', roles: ['operator'] });
  await scene.management.call('POST', '/accounts', { ...AUDITOR, name: 'Aud', roles: ['auditor'] });
  operator = await signedIn(OPERATOR);
  auditor = await signedIn(AUDITOR);
}, 60_000);
afterAll(() => server?.close());

const linesOf = (pages: readonly unknown[]): string => pages.map((page) => JSON.stringify(page)).join('\n');

const paste = async (set: Record<string, string>): Promise<Page> => {
  const page = await operator.open(at('/console/inventories/import'));
  const form = page.forms.find(({ action }) => /inventories\/import$/.test(action));
  if (!form) throw new Error(`no form on ${page.url}: ${page.text}`);
  return operator.submit(page, form, { set });
};

test('an operator pastes a list, and reads what it has and which rights matter', async () => {
  const findings = await operator.open(at('/console/findings'));
  expect(findings.html).toContain('href="/console/inventories"');
  expect((await operator.open(at('/console/inventories'))).text).toContain('No inventory was imported.');
  const done = await paste({ format: 'google', source: '', list: linesOf(GOOGLE_PAGES) });
  expect([done.status, new URL(done.url).searchParams.get('source')]).toEqual([200, 'google']);
  expect(done.text).toMatch(/Notetaker.*3, of them 2 that matter/s);
  expect(done.text).toContain('Imported.');
  expect(await server.events('inventory.imported')).toMatchObject([
    { target: { kind: 'inventory', id: 'google' }, inputs: { apps: 2 } },
  ]);
  expect((await operator.open(at('/console/findings?kind=unknown_app'))).text).toContain('Notetaker');
});

test('an app that is known here leads to its page', async () => {
  await paste({ format: 'mcp-registry', source: 'tools', list: linesOf(MCP_PAGES) });
  const list = `external_id,name,client\n1,Known,${scene.jwt.id}\n2,Desk,${scene.app.clientId}`;
  const done = await paste({ format: 'csv', source: 'crm', list });
  expect(done.html).toContain(`href="/console/clients/${scene.app.clientId}"`);
  expect(done.html).toContain(`href="/console/resource-servers/${scene.jwt.id}"`);
  expect(done.text).toContain('the list names it');
  expect(done.text).not.toContain('Tickets');
});

test.each([
  [{ format: 'okta', source: '', list: '[{"id":"1","label":5,"signOnMode":"X"}]' }, 'list#/0: the member label'],
  [{ format: 'csv', source: 'Upper Case', list: 'external_id,name\n1,A' }, 'lower-case letters'],
  [{ format: 'csv', source: '', list: 'external_id,name,scopes,secret\n1,A,x,y' }, 'secret'],
])('a refused list stays in the form, with file, row and member: %#', async (set, message) => {
  const before = (await server.events('inventory.imported')).length;
  const page = await paste(set);
  expect([page.status, page.text]).toEqual([400, expect.stringContaining(message)]);
  expect(page.html).toContain(set.format === 'okta' ? 'signOnMode' : 'external_id,name');
  expect(await server.events('inventory.imported')).toHaveLength(before);
  expect((await server.events('request.refused')).at(-1)).toMatchObject({ error: 'invalid_field' });
});

test('a list of more than half a million characters fits', async () => {
  const items = Array.from({ length: 8000 }, (_, index) => ({
    ...{ clientId: '1', displayText: 'Übersetzer', userKey: String(index), scopes: ['openid'] },
  }));
  const list = JSON.stringify({ items });
  expect(list.length).toBeGreaterThan(500_000);
  const done = await paste({ format: 'google', source: 'large', list });
  expect([done.status, done.text]).toEqual([200, expect.stringContaining('Übersetzer')]);
});

test('a client with a metadata document has no page to lead to', async () => {
  const id = 'https://planner.example.com/client.json';
  jest.spyOn(server.behalf.services.documentClients, 'get').mockResolvedValueOnce({
    document: { id, state: 'active' },
  } as Awaited<ReturnType<typeof server.behalf.services.documentClients.get>>);
  const done = await paste({ format: 'csv', source: 'documents', list: `external_id,name,client\n1,Planner,${id}` });
  expect([done.status, done.text]).toEqual([200, expect.stringContaining(id)]);
  expect(done.html).not.toContain(`/${id}"`);
});

test('a pasted list of more than a million characters is refused', async () => {
  const list = `external_id,name\n${'1,A\n'.repeat(250_000)}`;
  const page = await paste({ format: 'csv', source: 'longest', list });
  expect([page.status, page.text]).toEqual([400, expect.stringContaining('has at most 1000000 characters')]);
  expect((await server.events('request.refused')).at(-1)).toMatchObject({ error: 'invalid_field' });
});

test('an auditor reads the list and imports nothing', async () => {
  const list = await auditor.open(at('/console/inventories'));
  expect([list.status, list.html.includes('/console/inventories/import')]).toEqual([200, false]);
  expect((await auditor.open(at('/console/inventories/import'))).status).toBe(403);
});
