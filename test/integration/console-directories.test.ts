/** Directories in the console: what a viewer sees of one, and how an administrator resumes what its brake holds. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  type Browser,
  type Filling,
  newBrowser,
  type Page,
  type Person,
  pressOn,
  submitSignIn,
} from '../support/browser-flow.ts';
import { freshFactorBrowser } from '../support/fresh-factor-browser.ts';
import { pausedDirectory } from '../support/paused-directory.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

const PASSWORD = 'a long enough pass phrase';
const ADMIN: Person = { username: 'ruth', password: PASSWORD };
const PLAIN: Person = { username: 'root', password: PASSWORD };
const AUDITOR: Person = { username: 'aud', password: PASSWORD };

let server: RunningServer;
let scene: Scene;
/** An administrator who has just proved a second factor. */
let proven: Browser;
/** An administrator without one. */
let plain: Browser;
let auditor: Browser;
let id: string;
let erin: string;

const at = (path: string): string => `${server.issuer}${path}`;
const signedIn = async (person: Person): Promise<Browser> => {
  const browser = newBrowser(server.issuer);
  await submitSignIn(browser, await browser.open(at('/console')), person);
  return browser;
};
const press = (browser: Browser, path: string, action: RegExp, filling?: Filling): Promise<Page> =>
  pressOn(browser, at(path), action, filling);
const activity = async () => (await scene.management.call('GET', `/directories/${id}/activity`)).body;

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  const { management } = scene;
  for (const [person, role] of [
    [ADMIN, 'administrator'],
    [PLAIN, 'administrator'],
    [AUDITOR, 'auditor'],
  ] as const)
    await management.call('POST', '/accounts', { ...person, name: person.username, roles: [role] });
  proven = await freshFactorBrowser(server, ADMIN);
  [plain, auditor] = [await signedIn(PLAIN), await signedIn(AUDITOR)];
  erin = (await management.createAccount({ username: 'erin', name: 'Erin', password: PASSWORD })).id;
}, 60_000);

afterAll(() => server?.close());

test('a list without directories says what one is for, and the first step', async () => {
  const { status, html } = await auditor.open(at('/console/directories'));
  expect([status, html]).toEqual([200, expect.stringContaining('behalf directories create --name NAME')]);
  expect(html).toContain('docs/how-to/directories.md');
});

test('a person without a role sees no directories', async () => {
  const browser = await signedIn(scene.person);
  expect((await browser.open(at('/console/directories'))).status).toBe(403);
});

test('an auditor sees a directory with its client, groups, held accounts and secrets, and may change nothing', async () => {
  id = await pausedDirectory({ server, management: scene.management }, { account: erin, owner: scene.accountId });
  const list = await auditor.open(at('/console/directories'));
  expect(list.text).toMatch(/Head office\s+active\s+deactivations paused\s+1\b/);
  const page = await auditor.open(at(`/console/directories/${id}`));
  expect(page.status).toBe(200);
  for (const text of [
    'Provisioning of the head office',
    '1 of at most 100,000',
    'Staff of the planning office',
    'Erin',
    'It sends one static bearer token only',
  ])
    expect(page.text).toContain(text);
  expect(page.html).not.toMatch(/bds_|client_secret/);
  expect(page.forms.filter(({ action }) => action.includes('/console/directories'))).toEqual([]);
  for (const action of ['resume', 'disable'])
    expect((await auditor.open(at(`/console/directories/${id}/${action}`))).status).toBe(403);
  expect((await auditor.open(at('/console/directories/dir_nothing'))).status).toBe(404);
});

test('a person whom a directory provisions has a link to it', async () => {
  expect((await auditor.open(at(`/console/people/${erin}`))).html).toContain(`href="/console/directories/${id}"`);
  expect((await auditor.open(at(`/console/people/${scene.accountId}`))).html).not.toContain(
    '/console/directories/dir_',
  );
});

test('WB-12 held deactivations resume with a fresh second factor only, and not as many as the form does not say', async () => {
  const path = `/console/directories/${id}/resume`;
  const refused = await press(plain, path, /resume$/);
  expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('second factor')]);
  expect((await server.events('request.refused')).at(-1)).toMatchObject({ error: 'insufficient_user_authentication' });
  const unsaid = await press(proven, path, /resume$/, { set: { allowed: 'all' } });
  expect(unsaid.status).toBe(400);
  expect((await server.events('request.refused')).at(-1)).toMatchObject({ error: 'invalid_field' });
  expect(await activity()).toMatchObject({ held: [erin], paused_at: expect.any(Number) });
  expect(await server.events('directory.deactivations_resumed')).toEqual([]);

  expect((await proven.open(at(path))).text).toContain('1 further deactivation passes within a day');
  const resumed = await press(proven, path, /resume$/);
  expect([resumed.status, resumed.url]).toEqual([200, at(`/console/directories/${id}?done=directoryResumed`)]);
  expect(await activity()).toMatchObject({ held: [], allowed: 1 });
  expect(await server.events('directory.deactivations_resumed')).toEqual([
    expect.objectContaining({ outcome: 'done', target: { kind: 'directory', id }, inputs: { allowed: 1 } }),
  ]);
  // Nothing is left to resume.
  expect((await proven.open(at(path))).url).toBe(at(`/console/directories/${id}`));
});

test('a directory is disabled by an administrator, and enabled with a fresh second factor only', async () => {
  const path = `/console/directories/${id}`;
  expect((await press(plain, `${path}/disable`, /disable$/)).text).toContain('The server refuses its calls.');
  expect(await server.events('directory.disabled')).toHaveLength(1);
  const refused = await press(plain, path, /enable$/);
  expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('second factor')]);
  expect(await server.events('directory.enabled')).toEqual([]);
  expect((await press(proven, path, /enable$/)).text).toContain('The server accepts its calls again.');
  expect(await server.events('directory.enabled')).toHaveLength(1);
});
