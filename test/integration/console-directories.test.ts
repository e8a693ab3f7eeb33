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
import { makeDirectory } from '../support/directory.ts';
import { freshFactorBrowser } from '../support/fresh-factor-browser.ts';
import { post } from '../support/oauth-calls.ts';
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

const clientsNamed = async (name: string): Promise<readonly Readonly<Record<string, unknown>>[]> => {
  const { body } = await scene.management.call('GET', `/clients?search=${encodeURIComponent(name)}`);
  return body['items'] as never;
};
const made = async (): Promise<readonly unknown[]> =>
  (await scene.management.call('GET', '/directories')).body['items'] as never;
const madeAs = async (named: string): Promise<Readonly<Record<string, unknown>> | undefined> =>
  ((await made()) as readonly Readonly<Record<string, unknown>>[]).find(({ name }) => name === named);
/** What a page that shows a secret once says, by label. */
const shownOnce = ({ text }: Page, label: string): string => new RegExp(`${label}\\s+(\\S+)`).exec(text)?.[1] ?? '';

test('a list without directories says what one is for, and leads an administrator to the form', async () => {
  for (const [browser, leads] of [
    [auditor, false],
    [plain, true],
  ] as const) {
    const { status, text, html } = await browser.open(at('/console/directories'));
    expect([status, text]).toEqual([200, expect.stringContaining('disables those of people who leave')]);
    expect(html.includes('/console/directories/new')).toBe(leads);
  }
  expect((await auditor.open(at('/console/directories/new'))).status).toBe(403);
});

test('a directory is added with a client of its own, whose secret is shown once and provisions accounts (MG-03)', async () => {
  const path = '/console/directories/new';
  expect((await plain.open(at(path))).status).toBe(403);
  const page = await press(proven, path, /directories$/, { set: { name: 'Branch office' } });
  expect([page.status, page.text]).toEqual([200, expect.stringContaining('The server shows this once')]);
  const [id, secret] = [shownOnce(page, 'Client ID'), shownOnce(page, 'Client secret')];
  expect(page.text).toContain(`${server.issuer}/scim/v2`);
  const [client] = await clientsNamed('Branch office');
  expect(client).toMatchObject({ id, roles: [], state: 'active', grant_types: ['client_credentials'] });
  expect(client).toMatchObject({ authority: { [`${server.issuer}/scim/v2`]: ['scim:provision'] } });

  const token = await post(
    `${server.issuer}/token`,
    { grant_type: 'client_credentials', scope: 'scim:provision' },
    { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
  );
  const users = await fetch(`${server.issuer}/scim/v2/Users`, {
    headers: { authorization: `Bearer ${String(token.body['access_token'])}` },
  });
  expect([token.status, users.status]).toEqual([200, 200]);

  const directory = await madeAs('Branch office');
  expect(directory).toMatchObject({ client: id, dry_run_from: expect.any(Number) });
  const own = await auditor.open(at(`/console/directories/${directory?.['id']}`));
  expect(own.text).toContain(`${server.issuer}/token`);
  expect(own.html).not.toContain(secret);
  expect((await server.events('directory.created')).at(-1)).toMatchObject({
    ...{ outcome: 'done', target: { kind: 'directory', id: directory?.['id'] } },
  });
});

test('a directory is added with a client that exists, and no other secret is made', async () => {
  const { id } = await scene.management.createClient({
    ...{ name: 'Own client', grant_types: ['client_credentials'] },
    authority: { [`${server.issuer}/scim/v2`]: ['scim:provision'] },
  });
  const set = { name: 'Third office', client: 'Own client' };
  const page = await press(proven, '/console/directories/new', /directories$/, { set, check: () => false });
  expect([page.status, page.url]).toEqual([200, expect.stringMatching(/directories\/dir_\w+\?done=directoryCreated$/)]);
  const directory = await madeAs('Third office');
  expect(directory).toMatchObject({ client: id });
  expect(directory).not.toHaveProperty('dry_run_from');
  expect(await clientsNamed('Third office')).toEqual([]);
});

test('a refused form says why at its field, and leaves no client behind', async () => {
  const path = '/console/directories/new';
  const before = [(await made()).length, (await server.events('client.created')).length];
  for (const set of [{ name: '' }, { name: 'Again', client: 'Own client' }, { name: 'Again', client: 'no such' }]) {
    const page = await press(proven, path, /directories$/, { set });
    expect([page.status, page.html]).toEqual([
      'client' in set && set.client === 'Own client' ? 409 : 400,
      expect.stringContaining('aria-invalid="true"'),
    ]);
  }
  expect((await server.events('request.refused')).at(-1)).toMatchObject({ error: 'invalid_field' });
  expect([(await made()).length, (await server.events('client.created')).length]).toEqual(before);
});

test('an administrator without a second factor adds no directory and no client', async () => {
  const form = await proven.open(at('/console/directories/new'));
  const [csrf] = (await plain.open(at('/console'))).html.match(/name="csrf" value="[^"]+"/) ?? [];
  const value = /value="([^"]+)"/.exec(csrf ?? '')?.[1] ?? '';
  const sent = form.forms.find(({ action }) => /directories$/.test(action));
  if (!sent) throw new Error('no form adds a directory');
  const page = await plain.submit(form, sent, { set: { csrf: value, name: 'Without a factor' } });
  expect(page.text).toContain('second factor');
  expect(await clientsNamed('Without a factor')).toEqual([]);
  expect((await server.events('request.refused')).at(-1)).toMatchObject({ error: 'insufficient_user_authentication' });
});

test('a client whose directory a policy refuses is disabled', async () => {
  const before = (await made()).length;
  const { call } = scene.management;
  const active = String((await call('GET', '/policy-sets/active')).body['id']);
  const starter = String((await call('GET', '/policy/schema')).body['starter']);
  const rule = `@id("tested")
@reason("Not on this server.")
forbid (principal, action == Action::"administer", resource) when { context.operation == "createDirectory" };`;
  const draft = await call('POST', '/policy-sets', { text: `${starter}\n${rule}` });
  const etag = { 'if-match': String(draft.headers.get('etag')) };
  expect((await call('POST', `/policy-sets/${draft.body['id']}/activation`, {}, etag)).status).toBe(200);
  try {
    const page = await press(proven, '/console/directories/new', /directories$/, { set: { name: 'Refused office' } });
    expect([page.status, page.text]).toEqual([403, expect.stringContaining('Not on this server.')]);
  } finally {
    await server.behalf.services.policies.activate(active, {}, { caller: 'system' });
  }
  expect((await server.events('management.refused')).at(-1)).toMatchObject({ denial: { layer: 'policy' } });
  expect([(await made()).length, await clientsNamed('Refused office')]).toEqual([
    before,
    [expect.objectContaining({ state: 'disabled' })],
  ]);
  expect((await server.events('client.disabled')).at(-1)).toMatchObject({ outcome: 'done' });
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

  expect((await proven.open(at(path))).text).toContain('The deactivation of 1 held account passes within a day');
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

test('a directory gets a static secret as an exception, shown once; it is rotated and ended (MG-03)', async () => {
  const { id: directory } = await makeDirectory(
    { issuer: server.issuer, management: scene.management },
    { name: 'One header only' },
  );
  const path = `/console/directories/${directory}`;
  expect((await auditor.open(at(path))).html).not.toContain(`${path}/secret`);
  expect((await auditor.open(at(`${path}/secret`))).status).toBe(403);
  expect((await plain.open(at(`${path}/secret`))).text).toContain('second factor');

  for (const [set, said] of [
    [{ reason: '' }, 'aria-invalid="true"'],
    [{ reason: 'It sends one header', days: '91' }, '90 days'],
    [{ reason: 'It sends one header', days: 'some' }, 'aria-invalid="true"'],
  ] as const) {
    const page = await press(proven, `${path}/secret`, /secret$/, { set });
    expect([page.status, page.html]).toEqual([400, expect.stringContaining(said)]);
  }
  expect((await server.events('request.refused')).at(-1)).toMatchObject({ error: 'invalid_field' });
  const allowances = async () =>
    (await server.events('directory.secret_allowed')).filter(({ target }) => target?.id === directory);
  expect(await allowances()).toEqual([]);

  const users = async (secret: string) =>
    (await fetch(`${server.issuer}/scim/v2/Users`, { headers: { authorization: `Bearer ${secret}` } })).status;
  const allowed = await press(proven, `${path}/secret`, /secret$/, { set: { reason: 'It sends one header' } });
  const first = shownOnce(allowed, 'Static secret');
  expect([allowed.status, first, await users(first)]).toEqual([200, expect.stringMatching(/^bhd_/), 200]);
  expect(await allowances()).toMatchObject([{ outcome: 'done', target: { kind: 'directory' } }]);
  const own = await auditor.open(at(path));
  expect([own.text, own.html]).toEqual([
    expect.stringContaining('It sends one header'),
    expect.not.stringContaining(first),
  ]);

  const again = await press(proven, `${path}/secret`, /secret$/, { set: { reason: 'Another one' } });
  expect([again.status, again.text]).toEqual([409, expect.stringContaining('has a secret')]);
  const rotated = await press(proven, `${path}/rotate-secret`, /rotate-secret$/, { set: { overlap: '0' } });
  const second = shownOnce(rotated, 'Static secret');
  expect([await users(first), await users(second)]).toEqual([401, 200]);
  const ended = await press(plain, `${path}/revoke-secret`, /revoke-secret$/);
  expect([ended.url, await users(second)]).toEqual([at(`${path}?done=secretEnded`), 401]);
  expect((await server.events('directory.secret_revoked')).at(-1)).toMatchObject({ outcome: 'done' });
});

test('an existing account is given to a directory and taken from it, with a fresh second factor only; one with a role is refused', async () => {
  const directory = await makeDirectory(scene, { name: 'Branch office' });
  const home = `/console/directories/${directory.id}`;
  const dora = await scene.management.createAccount({ username: 'dora', name: 'Dora', password: PASSWORD });
  const found = async () =>
    (await directory.call('GET', '/Users?filter=userName%20eq%20%22dora%22')).body['totalResults'];
  expect((await auditor.open(at(`${home}/assign`))).status).toBe(403);
  expect((await plain.open(at(`${home}/assign`))).status).toBe(403);
  expect((await proven.open(at(home))).html).toContain(`href="${home}/assign"`);
  const given = await press(proven, `${home}/assign`, /assign$/, { set: { account: 'dora' } });
  expect([given.status, given.text]).toEqual([200, expect.stringContaining('The account belongs to the directory.')]);
  expect(await found()).toBe(1);
  expect((await server.events('directory.account_assigned')).at(-1)).toMatchObject({ subject: dora.id });
  for (const [deed, account, message] of [
    ['assign', 'dora', 'belongs to a directory already'],
    ['assign', 'aud', 'holds a role'],
    ['assign', 'nobody-here', 'There is nothing with the name'],
    ['assign', `acc_${'a'.repeat(26)}`, 'There is nothing with the name'],
    ['unassign', `acc_${'a'.repeat(26)}`, 'There is nothing with the name'],
    ['unassign', 'erin', 'does not belong to this directory'],
  ] as const) {
    const page = await press(proven, `${home}/${deed}`, new RegExp(`${deed}$`), { set: { account } });
    expect([page.status >= 400, page.text]).toEqual([true, expect.stringContaining(message)]);
    expect(page.html).toMatch(/name="account"[^>]*aria-invalid="true"/);
    expect((await server.events('request.refused')).at(-1)).toMatchObject({ outcome: 'refused' });
  }
  const asked = await proven.open(at(`${home}/unassign`));
  expect(asked.text).toContain('leaves the groups of this directory and loses what they gave it');
  const taken = await press(proven, `${home}/unassign`, /unassign$/, { set: { account: 'Dora' } });
  expect([taken.status, taken.text]).toEqual([200, expect.stringContaining('no longer belongs to the directory')]);
  expect(await found()).toBe(0);
  expect((await server.events('directory.account_unassigned')).at(-1)).toMatchObject({ subject: dora.id });
});
