/** The page of a resource server: scopes of other APIs that it asks its callers for, and who accepts them there. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Browser, newBrowser, type Page, submitSignIn } from '../support/browser-flow.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { advance, startClock, stopClock } from '../support/stopped-clock.ts';

const PASSWORD = 'a long enough pass phrase';
const API = 'https://tickets.example.com';
const PAIR = { resource: API, scope: 'tickets.read' };

let server: RunningServer;
let scene: Scene;
let mcp: string;
let api: string;
const browsers = new Map<string, Browser>();

const person = async (username: string, roles: readonly string[]): Promise<string> => {
  const { id } = await scene.management.createAccount({ username, name: username, roles, password: PASSWORD });
  const browser = newBrowser(server.issuer);
  await submitSignIn(browser, await browser.open(`${server.issuer}/console`), { username, password: PASSWORD });
  browsers.set(username, browser);
  return id;
};
const of = (username: string): Browser => browsers.get(username) as Browser;
const pageFor = (username: string): Promise<Page> =>
  of(username).open(`${server.issuer}/console/resource-servers/${mcp}`);
const formsOn = (page: Page, verb: string) => page.forms.filter(({ action }) => action.endsWith(`/${verb}-delegation`));
/** Presses the only button for it on the page. */
const press = async (username: string, page: Page, verb: string, set: Readonly<Record<string, string>> = {}) => {
  const [form, ...others] = formsOn(page, verb);
  if (!form || others.length > 0) throw new Error(`${others.length + (form ? 1 : 0)} forms to ${verb}`);
  return of(username).submit(page, form, { set });
};
const pairs = async () => (await scene.management.call('GET', `/resource-servers/${mcp}`)).body['delegates_to'];
const events = async () => {
  await server.settled();
  return (await server.events()).filter(({ type }) => type.startsWith('resource_server.delegation'));
};
const propose = async (pair = PAIR): Promise<void> => {
  const made = await scene.management.call('POST', `/resource-servers/${mcp}/propose-delegation`, pair);
  expect([made.status, made.text]).toEqual([200, made.text]);
};

beforeAll(async () => {
  stopClock();
  server = await runServer();
  scene = await makeScene(server);
  const scopes = [
    { name: 'tickets.read', description: 'Read your tickets', risk: 'low' },
    { name: 'tickets.close', description: 'Close your tickets', risk: 'high' },
  ];
  api = (await scene.management.createResourceServer({ identifier: API, name: 'Ticket desk', scopes })).id;
  const own = { identifier: 'https://notes.example.com/mcp', name: 'Notes', scopes };
  mcp = (await scene.management.createResourceServer(own)).id;
  await person('bob', ['operator']);
  await person('olga', ['operator']);
  await person('aud', ['auditor']);
}, 60_000);
afterAll(async () => {
  await server?.close();
  startClock();
});

test('without a pair it says so, and how an operator proposes one', async () => {
  const page = await pageFor('bob');
  expect(page.text).toContain('It asks for no scope of another API.');
  expect(page.text).toContain(`behalf resource-servers propose-delegation ${mcp}`);
  expect((await pageFor('aud')).text).not.toContain('propose-delegation');
});

test('an operator reads what the scope means and accepts it; an auditor reads it', async () => {
  advance(1000);
  await propose();
  advance(1000);
  const list = await of('aud').open(`${server.issuer}/console/resource-servers?q=notes`);
  expect(list.text).toContain('a scope waits to be accepted');
  const page = await pageFor('bob');
  for (const said of ['Read your tickets', 'Ticket desk', API, 'low', 'proposed', 'Proposed by']) {
    expect(page.text).toContain(said);
  }
  const looked = await pageFor('aud');
  expect(looked.text).toContain('Read your tickets');
  expect([...formsOn(looked, 'accept'), ...formsOn(looked, 'withdraw')]).toEqual([]);

  const done = await press('bob', page, 'accept');
  expect([done.status, done.text]).toEqual([200, expect.stringContaining('Accepted. From now on people are asked')]);
  expect(done.text).toContain('Accepted by bob');
  expect(formsOn(done, 'accept')).toEqual([]);
  expect(await pairs()).toMatchObject([{ ...PAIR, accepted_at: expect.any(Number) }]);
  expect((await events()).at(-1)).toMatchObject({
    type: 'resource_server.delegation_accepted',
    inputs: { target: API },
  });

  const withdrawn = await press('bob', await pageFor('bob'), 'withdraw');
  expect(withdrawn.text).toContain('Withdrawn. Its effect ends');
  expect(await pairs()).toBeUndefined();
});

test('the page offers nothing to accept that is refused: to the proposer, and to an account that is newer', async () => {
  await person('late', ['operator']);
  await propose();
  advance(1000);
  const late = await pageFor('late');
  expect([formsOn(late, 'accept'), late.text]).toEqual([[], expect.stringContaining('newer than the proposal')]);
  const admin = newBrowser(server.issuer);
  const way = { username: 'admin', password: 'correct horse battery staple' };
  await submitSignIn(admin, await admin.open(`${server.issuer}/console`), way);
  const own = await admin.open(`${server.issuer}/console/resource-servers/${mcp}`);
  expect([formsOn(own, 'accept'), own.text]).toEqual([[], expect.stringContaining('You proposed it')]);
  // Nor by a form that the page does not have.
  const [withdraw] = formsOn(own, 'withdraw');
  if (!withdraw) throw new Error('nothing to withdraw');
  const before = (await events()).length;
  const forged = { ...withdraw, action: withdraw.action.replace('/withdraw-', '/accept-') };
  expect((await admin.submit(own, forged)).status).toBe(403);
  expect(await events()).toHaveLength(before);
  expect(await pairs()).toEqual([expect.not.objectContaining({ accepted_at: expect.anything() })]);
});

test('what is accepted is what the page showed: another version, another pair, no version and no CSRF token are refused', async () => {
  const page = await pageFor('olga');
  const version = { version: '' };
  expect((await press('olga', page, 'accept', version)).status).toBe(412);
  expect((await press('olga', page, 'accept', { scope: 'tickets.close' })).status).toBe(404);
  expect((await press('olga', page, 'accept', { csrf: 'x' })).status).toBe(403);
  await propose({ ...PAIR, scope: 'tickets.close' });
  expect((await press('olga', page, 'accept')).status).toBe(412);
  expect((await events()).filter(({ type }) => type.endsWith('accepted'))).toHaveLength(1);
});

test('a pair that has lost its scope or API says so, and is not accepted', async () => {
  advance(1000);
  const { headers } = await scene.management.call('GET', `/resource-servers/${api}`);
  const scopes = [{ name: 'tickets.close', description: 'Close your tickets', risk: 'high' }];
  await scene.management.call(
    'PATCH',
    `/resource-servers/${api}`,
    { scopes },
    { 'if-match': String(headers.get('etag')) },
  );
  const page = await pageFor('bob');
  expect(page.text).toContain('No effect: the API does not declare this scope.');
  expect(formsOn(page, 'accept')).toHaveLength(1);
  await scene.management.call('POST', `/resource-servers/${api}/disable`);
  const disabled = await pageFor('bob');
  expect(disabled.text).toContain('No effect: the API is disabled.');
  expect([formsOn(disabled, 'accept').length, formsOn(disabled, 'withdraw').length]).toEqual([0, 2]);
});

test('in German', async () => {
  const german = newBrowser(server.issuer, undefined, { 'accept-language': 'de' });
  await submitSignIn(german, await german.open(`${server.issuer}/console`), { username: 'bob', password: PASSWORD });
  const page = await german.open(`${server.issuer}/console/resource-servers/${mcp}`);
  expect(page.text).toContain('Bittet seine Aufrufer um');
});
