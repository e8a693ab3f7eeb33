/** Legal holds in the console: by the forms of an administrator with a fresh factor, in a browser without scripts. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newKeyPair } from '../support/agent-keys.ts';
import { type Browser, newBrowser, type Page, type Person, submitSignIn } from '../support/browser-flow.ts';
import { freshFactorBrowser } from '../support/fresh-factor-browser.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

const PASSWORD = 'a long enough pass phrase';
const AUDITOR: Person = { username: 'aud', password: PASSWORD };
const ADMIN: Person = { username: 'root', password: PASSWORD };
/** An administrator without a second factor. */
const PLAIN: Person = { username: 'admin', password: 'correct horse battery staple' };
const PATH = '/console/legal-holds';

let server: RunningServer;
let scene: Scene;
let admin: Browser;
let auditor: Browser;
let plain: Browser;

const at = (path: string): string => `${server.issuer}${path}`;
const signedIn = async (person: Person): Promise<Browser> => {
  const browser = newBrowser(server.issuer);
  await submitSignIn(browser, await browser.open(at('/account')), person);
  return browser;
};
const send = async (browser: Browser, path: string, action: RegExp, set: Record<string, string>): Promise<Page> => {
  const page = await browser.open(at(path));
  const form = page.forms.find((one) => action.test(one.action));
  if (!form) throw new Error(`no form ${action} on ${page.url}: ${page.status}`);
  return browser.submit(page, form, { set });
};
const place = (set: Record<string, string>): Promise<Page> => send(admin, `${PATH}/new`, /legal-holds$/, set);
const events = async () => {
  await server.settled();
  return (await server.events()).filter(({ type }) => type.startsWith('legal_hold.'));
};
const idOf = (page: Page): string => /hld_\w+/.exec(page.url)?.[0] ?? '';

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  for (const [person, role] of [
    [AUDITOR, 'auditor'],
    [ADMIN, 'administrator'],
  ] as const) {
    await scene.management.call('POST', '/accounts', { ...person, name: person.username, roles: [role] });
  }
  [auditor, plain] = [await signedIn(AUDITOR), await signedIn(PLAIN)];
  admin = await freshFactorBrowser(server, ADMIN);
}, 60_000);

afterAll(() => server?.close());

let id = '';

test('a hold is placed about an agent by its name, and shows whom it is by, why, and how many records it keeps', async () => {
  const before = (await events()).length;
  const made = await place({
    kind: 'agent',
    about: 'Secretary',
    reason: 'Case 12',
    from: '2026-01-01',
    to: '2099-01-31',
  });
  expect([made.status, made.text]).toEqual([200, expect.stringContaining('Placed. It applies from now on.')]);
  expect(made.text).toContain('The store keeps these records and all later ones until the hold is released.');
  id = idOf(made);
  const agent = scene.agent.clientId;
  const from = Date.parse('2026-01-01') / 1000;
  const to = Date.parse('2099-02-01') / 1000 - 1;
  expect((await events()).slice(before)).toMatchObject([
    {
      type: 'legal_hold.created',
      outcome: 'done',
      target: { id },
      inputs: { about: agent, from, to, reason: 'Case 12' },
    },
  ]);
  const { entries } = await server.behalf.services.audit.list({ id: agent, limit: 1000 });
  expect(entries.length).toBeGreaterThan(0);
  const shown = await auditor.open(at(`${PATH}/${id}`));
  for (const text of ['Secretary', 'Case 12', 'root', `${entries.length} record`]) expect(shown.text).toContain(text);
  const list = await auditor.open(at(PATH));
  for (const text of ['Secretary', 'Case 12', 'root', 'in force']) expect(list.text).toContain(text);
  expect((await auditor.open(at('/console/audit'))).html).toContain(`href="${PATH}"`);
});

test.each([
  ['an unknown name', { kind: 'account', about: 'nemo', reason: 'x' }, 'nemo'],
  ['no reason', { kind: 'agent' }, 'This member is missing.'],
  ['a day that is none', { kind: 'agent', from: 'yesterday', reason: 'x' }, 'This is not a day.'],
  [
    'an end before its beginning',
    { kind: 'id', from: '2026-02-01', to: '2026-01-01', reason: 'x' },
    'give a later time',
  ],
])('refuses %s, names the field, and places nothing', async (_, set, says) => {
  const before = await events();
  const refused = await place(set);
  expect([refused.status, refused.html]).toEqual([400, expect.stringContaining('aria-invalid="true"')]);
  expect(refused.text).toContain(says);
  expect((await server.events('request.refused')).at(-1)).toMatchObject({ error: 'invalid_field' });
  expect(await events()).toEqual(before);
});

test('an auditor reads holds and changes none; without a second factor an administrator neither', async () => {
  const before = await events();
  const shown = await auditor.open(at(`${PATH}/${id}`));
  expect([shown.status, shown.html.includes('/release"')]).toEqual([200, false]);
  expect((await auditor.open(at(`${PATH}/new`))).status).toBe(403);
  expect((await auditor.open(at(`${PATH}/${id}/release`))).status).toBe(403);
  for (const path of [`${PATH}/new`, `${PATH}/${id}/release`]) {
    const refused = await plain.open(at(path));
    expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('second factor')]);
  }
  expect((await server.events('request.refused')).at(-1)).toMatchObject({ error: 'insufficient_user_authentication' });
  expect(await events()).toEqual(before);
});

test('a hold is released with a reason only, once, and stays on record', async () => {
  const path = `${PATH}/${id}/release`;
  const page = await admin.open(at(path));
  expect(page.text).toContain('Case 12');
  const refused = await send(admin, path, /release$/, { reason: ' ' });
  expect([refused.status, refused.html]).toEqual([400, expect.stringContaining('aria-invalid="true"')]);
  expect((await server.events('request.refused')).at(-1)).toMatchObject({ error: 'invalid_field' });
  const form = page.forms.find(({ action }) => action.endsWith('/release'));
  if (!form) throw new Error('no form');
  const done = await admin.submit(page, form, { set: { reason: 'Settled' } });
  expect([done.status, done.text]).toEqual([200, expect.stringContaining('Settled')]);
  expect((await events()).at(-1)).toMatchObject({
    ...{ type: 'legal_hold.released', outcome: 'done', target: { id }, inputs: { reason: 'Settled' } },
  });
  expect((await admin.submit(page, form, { set: { reason: 'Again' } })).status).toBe(409);
  expect((await events()).filter(({ type }) => type === 'legal_hold.released')).toHaveLength(1);
  expect((await auditor.open(at(`${PATH}?state=active`))).text).not.toContain('Case 12');
  expect((await auditor.open(at(`${PATH}?state=released`))).text).toContain('no records');
});

test('a hold finds an agent whose name begins as an id does', async () => {
  const registered = await scene.management.call('POST', '/agents', {
    ...{ name: 'agt_planner', purpose: 'Finds free days', environment: 'test', owner: scene.accountId },
    jwks: { keys: [(await newKeyPair()).publicJwk] },
  });
  expect(registered.status).toBe(201);
  const made = await place({ kind: 'agent', about: 'agt_planner', reason: 'Case 13' });
  expect([made.status, made.text]).toEqual([200, expect.stringContaining('Placed.')]);
  expect((await events()).at(-1)).toMatchObject({
    ...{ type: 'legal_hold.created', outcome: 'done', target: { id: idOf(made) } },
    inputs: { about: registered.body['id'], reason: 'Case 13' },
  });
});
