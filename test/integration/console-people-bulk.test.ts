/** Several accounts are disabled in the console: the preview, the confirmation, and one call of the API for each account. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Browser, fillForm, newBrowser, type Page, type Person, submitSignIn } from '../support/browser-flow.ts';
import { textOf } from '../support/html-forms.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

const PASSWORD = 'a long enough pass phrase';
const OPERATOR: Person = { username: 'olga', password: PASSWORD };
const AUDITOR: Person = { username: 'aud', password: PASSWORD };

let server: RunningServer;
let scene: Scene;
let operator: Browser;
let auditor: Browser;
const ids: Record<string, string> = {};

const at = (path: string): string => `${server.issuer}${path}`;

const signedIn = async (person: Person): Promise<Browser> => {
  const browser = newBrowser(server.issuer);
  expect((await submitSignIn(browser, await browser.open(at('/console')), person)).status).toBe(200);
  return browser;
};

const idOf = (name: string): string => String(ids[name]);
const preview = (browser: Browser, names: readonly string[]): Promise<Page> =>
  browser.open(at(`/console/people/disable?${names.map((name) => `id=${ids[name] ?? name}`).join('&')}`));

const formOf = (page: Page) => {
  const form = page.forms.find(({ action, method }) => method === 'POST' && action.endsWith('/people/disable'));
  if (!form) throw new Error(`no form on ${page.url}: ${page.text}`);
  return form;
};

const accountsIn = (page: Page): readonly string[] =>
  formOf(page)
    .fields.filter(({ name }) => name === 'account')
    .map(({ value }) => value);

/** Confirms, with these accounts besides those of the page. */
const confirm = async (browser: Browser, page: Page, more: readonly string[] = []) => {
  const body = fillForm(formOf(page));
  for (const id of more) body.append('account', id);
  const answer = await browser.request(at('/console/people/disable'), { method: 'POST', body });
  return { status: answer.status, text: textOf(await answer.text()) };
};

const stateOf = async (name: string): Promise<unknown> =>
  (await scene.management.call('GET', `/accounts/${ids[name]}`)).body['state'];

const disabledEvents = async (): Promise<readonly (string | undefined)[]> => {
  await server.settled();
  return (await server.events('account.disabled')).map(({ target }) => target?.id);
};

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  for (const [person, roles] of [
    [OPERATOR, ['operator']],
    [AUDITOR, ['auditor']],
  ] as const) {
    const { body } = await scene.management.call('POST', '/accounts', { ...person, name: person.username, roles });
    ids[person.username] = String(body['id']);
  }
  for (const name of ['leaver-a', 'leaver-b', 'gone']) {
    ids[name] = (await scene.management.createAccount({ username: name, name: `Person ${name}` })).id;
  }
  const [admin] = (await scene.management.call('GET', '/accounts?username=admin')).body['items'] as readonly {
    id: string;
  }[];
  ids['admin'] = String(admin?.id);
  await scene.management.call('POST', `/accounts/${ids['gone']}/disable`);
  const members = [idOf('leaver-a'), idOf('leaver-b')];
  await scene.management.call('POST', '/groups', { name: 'The leavers', members });
  [operator, auditor] = [await signedIn(OPERATOR), await signedIn(AUDITOR)];
}, 60_000);

afterAll(() => server?.close());

test('the list has a box for each active person, only for those who may disable accounts', async () => {
  const page = await operator.open(at('/console/people?q=leaver'));
  expect(page.html).toContain(`<input type="checkbox" name="id" value="${ids['leaver-a']}" form="bulk">`);
  expect(page.text).toContain('Choose Person leaver-a');
  const gone = await operator.open(at('/console/people?q=gone'));
  expect(gone.text).toContain('Person gone');
  expect(gone.html).not.toContain(`value="${ids['gone']}"`);
  expect((await auditor.open(at('/console/people'))).html).not.toContain('form="bulk"');
});

test('the preview says what all leave together, who stays and why, and changes nothing', async () => {
  const page = await preview(operator, ['leaver-a', 'leaver-b', 'gone', 'admin', 'olga', 'acc_nothing']);
  expect(page.status).toBe(200);
  expect(page.text).toContain('Disable 2 accounts?');
  expect(page.text).toMatch(/Groups without an active member\s*The leavers/);
  expect(page.text).toContain('4 accounts stay as they are');
  for (const why of [
    'It is already disabled.',
    'Only an administrator disables an administrator.',
    'This is your own account.',
    'There is no such account.',
  ]) {
    expect(page.text).toContain(why);
  }
  expect(accountsIn(page)).toEqual([ids['leaver-a'], ids['leaver-b']]);
  expect(await stateOf('leaver-a')).toBe('active');
  expect((await preview(operator, [])).text).toContain('No person is chosen.');
  const nothing = await preview(operator, ['olga']);
  expect(nothing.text).toContain('None of these accounts can be disabled.');
  expect(nothing.forms.some(({ action }) => action.endsWith('/people/disable'))).toBe(false);
});

test('in German the same', async () => {
  const german = newBrowser(server.issuer, operator.jar.copy(), { 'accept-language': 'de' });
  const page = await preview(german, ['leaver-a', 'admin']);
  expect(page.text).toContain('1 Konto sperren?');
  expect(page.text).toContain('Nur ein Administrator sperrt einen Administrator.');
});

test('the confirmation disables each by its own call; one refusal does not keep the others from theirs', async () => {
  const before = await disabledEvents();
  const page = await preview(operator, ['leaver-a', 'leaver-b']);
  // What the page never offered is refused by the call, and one's own account by the page.
  const done = await confirm(operator, page, ['admin', 'olga'].map(idOf));
  expect(done.status).toBe(200);
  expect(done.text).toContain('2 done, 0 unchanged, 2 refused.');
  expect((await disabledEvents()).slice(before.length)).toEqual([ids['leaver-a'], ids['leaver-b']]);
  expect(await Promise.all(['leaver-a', 'leaver-b', 'admin', 'olga'].map(stateOf))).toEqual([
    'disabled',
    'disabled',
    'active',
    'active',
  ]);
  expect((await server.events('request.refused')).at(-1)).toMatchObject({ error: 'forbidden' });
  const again = await confirm(operator, page);
  expect(again.text).toContain('0 done, 2 unchanged, 0 refused.');
});

test('the result says what was done, even if the store cannot name the accounts any more', async () => {
  const { id } = await scene.management.createAccount({ username: 'leaver-c', name: 'Person leaver-c' });
  ids['leaver-c'] = id;
  const page = await preview(operator, ['leaver-c']);
  const { accounts } = server.behalf.services;
  const { disable } = accounts;
  Object.assign(accounts, {
    disable: async (...given: Parameters<typeof disable>) => {
      const disabled = await disable(...given);
      server.faults.failingReads = new Set(['accounts']);
      return disabled;
    },
  });
  const done = await confirm(operator, page);
  Object.assign(accounts, { disable });
  server.faults.failingReads = new Set();
  expect([done.status, done.text]).toEqual([200, expect.stringContaining('1 done, 0 unchanged, 0 refused.')]);
  expect(done.text).toContain(id);
  expect(await stateOf('leaver-c')).toBe('disabled');
});

test('WB-02 an auditor gets no preview (403), and a form without its token changes nothing', async () => {
  expect((await preview(auditor, ['olga'])).status).toBe(403);
  const page = await preview(operator, ['aud']);
  expect((await operator.submit(page, formOf(page), { set: { csrf: 'x' } })).status).toBe(403);
  await server.settled();
  expect((await server.events('request.refused')).at(-1)).toMatchObject({ error: 'forbidden' });
  expect(await stateOf('aud')).toBe('active');
});

test('refuses more than 100 at once (400)', async () => {
  const many = Array.from({ length: 101 }, (_, index) => `acc_${index}`);
  expect((await preview(operator, many)).status).toBe(400);
});
