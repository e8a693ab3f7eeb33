/** Apps of other systems in the console: their list, and the import of a pasted one. */
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { type Browser, newBrowser, type Page, type Person, submitSignIn } from '../support/browser-flow.ts';
import { GITHUB_PAGES, GOOGLE_PAGES, MCP_PAGES, OKTA_PAGES } from '../support/inventory-exports.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { laterBy, startClock } from '../support/stopped-clock.ts';

jest.setTimeout(60_000);

const PASSWORD = 'a long enough pass phrase';
const OPERATOR: Person = { username: 'olga', password: PASSWORD };
const AUDITOR: Person = { username: 'aud', password: PASSWORD };
const ADMINISTRATOR: Person = { username: 'root', password: PASSWORD };

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
  await scene.management.call('POST', '/accounts', { ...ADMINISTRATOR, name: 'Root', roles: ['administrator'] });
  operator = await signedIn(OPERATOR);
  auditor = await signedIn(AUDITOR);
}, 60_000);
afterAll(() => server?.close());
afterEach(startClock);

const linesOf = (pages: readonly unknown[]): string => pages.map((page) => JSON.stringify(page)).join('\n');

const IMPORT = /inventories\/import$/;
const importForm = (page: Page) => {
  const form = page.forms.find(({ action }) => IMPORT.test(action));
  if (!form) throw new Error(`no form on ${page.url}: ${page.text}`);
  return form;
};

/** Pastes a list into the form of its system: the preview, or the form again. */
const paste = async ({ format, ...set }: Readonly<Record<'format' | 'source' | 'list', string>>): Promise<Page> => {
  const page = await operator.open(at(`/console/inventories/import?format=${format}`));
  return operator.submit(page, importForm(page), { set });
};
/** Confirms a preview. */
const confirm = (page: Page): Promise<Page> => operator.submit(page, importForm(page));
const listOf = (source: string): Promise<Page> => operator.open(at(`/console/inventories?source=${source}`));

/** What a browser sends for a form with files (HTML, multipart form data). */
const sendFiles = async (
  format: string,
  files: readonly { readonly name: string; readonly content: string | Buffer<ArrayBuffer> }[],
): Promise<{ readonly status: number; readonly page: string }> => {
  const page = await operator.open(at(`/console/inventories/import?format=${format}`));
  const body = new FormData();
  for (const { name, value } of importForm(page).fields) if (name !== 'files') body.append(name, value);
  for (const { name, content } of files) body.append('files', new Blob([content]), name);
  const answer = await operator.request(at('/console/inventories/import'), { method: 'POST', body });
  return { status: answer.status, page: await answer.text() };
};

test('an operator pastes a list, sees what it would change, and confirms it', async () => {
  const findings = await operator.open(at('/console/findings'));
  expect(findings.html).toContain('href="/console/inventories"');
  const empty = await operator.open(at('/console/inventories'));
  expect(empty.text).toContain('Find agents that were never registered here');
  expect(empty.html).toContain('href="/console/inventories/import?format=google"');
  const preview = await paste({ format: 'google', source: '', list: linesOf(GOOGLE_PAGES) });
  expect([preview.status, preview.text]).toEqual([200, expect.stringMatching(/Import 2 apps into google\s*\?/)]);
  expect(preview.text).toMatch(/1 To decide\s+2 New\s+Import 2 apps/);
  expect(preview.text).toContain('This is the first list of');
  expect(preview.text).toMatch(/Notetaker needs a decision.*new\s+2 of 3 rights are risky/s);
  expect(await server.events('inventory.imported')).toEqual([]);
  expect((await operator.open(at('/console/inventories'))).text).not.toContain('Notetaker');

  const done = await confirm(preview);
  expect([done.status, done.text]).toEqual([200, expect.stringContaining('The inventory has 2 apps.')]);
  expect(done.html).toMatch(/class="button primary" href="\/console\/findings\/fnd_[a-z2-7]{26}"><span>Decide about/);
  expect(done.text).toMatch(/1 app needs a decision.*Notetaker is not known here\. It has 2 risky rights/s);
  expect(await server.events('inventory.imported')).toMatchObject([
    {
      target: { kind: 'inventory', id: 'google' },
      inputs: { apps: 2, created: 2, changed: 0, gone: 0, format: 'google' },
    },
  ]);
  const list = await listOf('google');
  expect(list.text).toMatch(/Last import .* by Olga\s*: the first list, 2 apps\./s);
  expect(list.text).toMatch(/Notetaker needs a decision.*2 of 3 rights are risky.*Decide/s);
  expect(list.html).toContain('href="/console/inventories/import?format=google&amp;source=google"');
  expect((await operator.open(at('/console/inventories'))).text).not.toMatch(/New and changed|\d New/);
  expect((await operator.open(at('/console/findings?kind=unknown_app'))).text).toContain('Notetaker');
});

test('the preview of a list without an app of the last import says that it counts as gone', async () => {
  const list = 'external_id,name\n1,First\n2,Second';
  await confirm(await paste({ format: 'csv', source: 'shrinking', list }));
  const same = await paste({ format: 'csv', source: 'shrinking', list });
  expect(same.text).toContain('The list is the same as the last import.');
  const preview = await paste({ format: 'csv', source: 'shrinking', list: 'external_id,name\n1,First' });
  expect((await listOf('shrinking')).text).not.toContain('gone');
  expect(preview.text).toMatch(/1 of 2 apps of this inventory is not in the list.*Is the list complete/s);
  expect(preview.text).toMatch(/Second.*gone/s);
  expect((await confirm(preview)).text).toMatch(/1 gone.*No decision is needed/s);
  expect((await listOf('shrinking')).text).toMatch(/Second\s+gone/);
});

test('a confirmation imports nothing after another import changed what the preview said, and asks again', async () => {
  const list = 'external_id,name\n1,First';
  await confirm(await paste({ format: 'csv', source: 'contested', list }));
  const preview = await paste({ format: 'csv', source: 'contested', list: `${list}\n2,Second` });
  expect(preview.text).toMatch(/0\s+Gone/);
  const scheduled = { apps: ['1', '3'].map((id) => ({ external_id: id, name: `App ${id}` })) };
  expect((await scene.management.call('POST', '/inventories/contested/import', scheduled)).status).toBe(200);
  const before = (await server.events('inventory.imported')).length;
  const again = await confirm(preview);
  expect([again.status, again.text]).toEqual([409, expect.stringContaining('Nothing was imported: since the preview')]);
  expect(again.text).toMatch(/1\s+Gone/);
  expect(await server.events('inventory.imported')).toHaveLength(before);
  expect((await listOf('contested')).text).toContain('App 3');
  const done = await confirm(again);
  expect([done.status, done.text]).toEqual([200, expect.stringContaining('1 gone')]);
  // The same confirmation once more would change nothing: it is answered as before.
  expect((await confirm(again)).text).toContain('The inventory now has 2 apps: 2 the same');
});

test('several files of a system are read together, and an error names the file', async () => {
  const [apps, ...others] = GITHUB_PAGES.map((page, index) => ({
    ...{ name: `page-${index}.json`, content: JSON.stringify(page) },
  }));
  const { status, page } = await sendFiles('github', [apps ?? { name: '', content: '' }, ...others]);
  expect([status, page]).toEqual([200, expect.stringContaining('release-bot')]);
  expect(page).toContain('badges');
  const missing = await sendFiles('github', [apps ?? { name: '', content: '' }]);
  expect([missing.status, missing.page]).toEqual([400, expect.stringContaining('page-0.json')]);
  expect((await server.events('request.refused')).at(-1)).toMatchObject({ error: 'invalid_field' });
});

test.each([
  ['no file', [], 'Choose the files of the list, or paste it.'],
  [
    'a file that is no text',
    [
      { name: 'apps.csv', content: Buffer.from('external_id,name', 'utf16le') },
      { name: 'b', content: Buffer.from([255]) },
    ],
    'b is no text in UTF-8',
  ],
])('%s is refused, and nothing is imported', async (_, files, message) => {
  const before = (await server.events('inventory.imported')).length;
  const { status, page } = await sendFiles('csv', files);
  expect([status, page]).toEqual([400, expect.stringContaining(message)]);
  expect(page).toContain('Nothing was imported.');
  expect(await server.events('inventory.imported')).toHaveLength(before);
  expect((await server.events('request.refused')).at(-1)).toMatchObject({ error: 'invalid_field' });
});

test('an unknown system is refused with the names of the systems', async () => {
  const page = await operator.open(at('/console/inventories/import?format=csv'));
  const form = importForm(page);
  const answer = await operator.submit(page, form, { set: { format: 'excel', list: 'external_id,name\n1,A' } });
  expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('ndjson, csv, entra')]);
  expect((await server.events('request.refused')).at(-1)).toMatchObject({
    ...{ error: 'invalid_field', inputs: { reason: 'invalid_field /format' } },
  });
});

test('WB-02 files of an account that imports nothing are refused before the server reads them', async () => {
  const answer = await auditor.request(at('/console/inventories/import'), {
    method: 'POST',
    headers: { 'content-type': 'multipart/form-data; boundary=x' },
    // It never ends.
    body: new ReadableStream({ start: (sent) => sent.enqueue(Buffer.from('--x\r\n')) }),
    ...{ duplex: 'half' },
  });
  expect(answer.status).toBe(403);
  await answer.body?.cancel();
  expect((await server.events('request.refused')).at(-1)).toMatchObject({ error: 'forbidden' });
});

test('WB-02 files without the token of the session are refused, and other pages read no files', async () => {
  const forged = new FormData();
  forged.append('format', 'csv');
  forged.append('files', new Blob(['external_id,name\n1,A']), 'apps.csv');
  for (const [path, reason] of [
    ['/console/inventories/import', 'csrf_token'],
    ['/console/groups', 'not_a_form'],
  ] as const) {
    const answer = await operator.request(at(path), { method: 'POST', body: forged });
    expect([path, answer.status]).toEqual([path, 403]);
    expect((await server.events('request.refused')).at(-1)).toMatchObject({
      ...{ error: 'forbidden', inputs: { reason } },
    });
  }
});

test('an app that is known here leads to its page', async () => {
  await confirm(await paste({ format: 'mcp-registry', source: 'tools', list: linesOf(MCP_PAGES) }));
  const list = `external_id,name,client\n1,Known,${scene.jwt.id}\n2,Desk,${scene.app.clientId}`;
  const done = await confirm(await paste({ format: 'csv', source: 'crm', list }));
  expect(done.text).toMatch(/2 known here/);
  expect(done.text).toContain('No decision is needed');
  const page = await listOf('crm');
  expect(page.html).toContain(`href="/console/clients/${scene.app.clientId}"`);
  expect(page.html).toContain(`href="/console/resource-servers/${scene.jwt.id}"`);
  expect(page.text).toContain('as the list says');
  expect(page.text).not.toContain('Tickets');
});

test.each([
  [{ format: 'okta', source: '', list: '[{"id":"1","label":5,"signOnMode":"X"}]' }, 'list#/0: the member label'],
  [{ format: 'csv', source: 'Upper Case', list: 'external_id,name\n1,A' }, 'lower-case letters'],
  [
    { format: 'csv', source: 'crm', list: 'external_id,name,scopes,secret\n1,A,x,y' },
    'list, line 1: the column “secret” is not known. Did you mean “secrets”?',
  ],
  [
    { format: 'csv', source: 'crm', list: 'external_id,name,colour\n1,A,x' },
    'the column “colour” is not known. The columns are external_id, name,',
  ],
  [{ format: 'csv', source: '', list: 'external_id,name\n1,A' }, 'Name the inventory after the system'],
  [{ format: 'ndjson', source: '', list: '{"external_id":"1","name":"A","scopes":"x"}' }, 'list:1: the member scopes'],
])('a refused list stays in the form, with file, line and member: %#', async (set, message) => {
  const before = (await server.events('inventory.imported')).length;
  const page = await paste(set);
  expect([page.status, page.text]).toEqual([400, expect.stringContaining(message)]);
  expect(page.html).toContain(set.format === 'okta' ? 'signOnMode' : 'external_id');
  expect(page.text).toMatch(/Nothing was imported\. (?:list.*|The name has an error\.) Go to the field/s);
  expect(page.html.includes('<details class="fold" open><summary>Columns')).toBe(/the column/.test(message));
  expect(page.html.includes('<a href="#script">Show the script</a>')).toBe(set.format === 'okta');
  expect(await server.events('inventory.imported')).toHaveLength(before);
  expect((await server.events('request.refused')).at(-1)).toMatchObject({ error: 'invalid_field' });
});

test('a list of more than half a million characters fits', async () => {
  const items = Array.from({ length: 8000 }, (_, index) => ({
    ...{ clientId: '1', displayText: 'Übersetzer', userKey: String(index), scopes: ['openid'] },
  }));
  const list = JSON.stringify({ items });
  expect(list.length).toBeGreaterThan(500_000);
  const preview = await paste({ format: 'google', source: 'large', list });
  expect([preview.status, preview.text]).toEqual([200, expect.stringContaining('Übersetzer')]);
});

test('a client with a metadata document has no page to lead to', async () => {
  const id = 'https://planner.example.com/client.json';
  jest.spyOn(server.behalf.services.documentClients, 'get').mockResolvedValue({
    document: { id, state: 'active' },
  } as Awaited<ReturnType<typeof server.behalf.services.documentClients.get>>);
  const list = `external_id,name,client\n1,Planner,${id}`;
  const done = await confirm(await paste({ format: 'csv', source: 'documents', list }));
  expect([done.status, done.text]).toEqual([200, expect.stringMatching(/1 known here/)]);
  const page = await listOf('documents');
  expect(page.text).toContain(id);
  expect(page.html).not.toContain(`/${id}"`);
});

test('a pasted list of more than a million characters is refused', async () => {
  const list = `external_id,name\n${'1,A\n'.repeat(250_000)}`;
  const page = await paste({ format: 'csv', source: 'longest', list });
  expect([page.status, page.text]).toEqual([400, expect.stringContaining('has at most 1000000 characters')]);
  expect((await server.events('request.refused')).at(-1)).toMatchObject({ error: 'invalid_field' });
});

test('apps that need a decision come first, the numbers show only theirs, and a decision removes the mark', async () => {
  const apps = Array.from({ length: 30 }, (_, index) => `${index},Quiet ${index},`);
  const list = ['external_id,name,scopes', '100,Sender,Mail.Send', ...apps].join('\n');
  await confirm(await paste({ format: 'csv', source: 'many', list }));
  await confirm(await paste({ format: 'csv', source: 'many', list: list.replace('\n0,Quiet 0,', '') }));
  const page = await listOf('many');
  expect(page.text).toMatch(/1 To decide\s+30 Not known here\s+0 Known here\s+1 Gone\s+30 All apps/);
  expect(page.text).toMatch(/App\s.*Sender needs a decision/s);
  expect(page.text.indexOf('Sender')).toBeLessThan(page.text.indexOf('Quiet'));
  expect(page.text).toContain('1–25 of 31 (30 apps, 1 gone)');
  const next = await operator.open(at('/console/inventories?source=many&at=25'));
  expect(next.text).toContain('26–31 of 31 (30 apps, 1 gone)');
  expect([next.text.includes('Sender'), /Quiet 0\s+gone/.test(next.text)]).toEqual([false, true]);
  const gone = await operator.open(at('/console/inventories?source=many&view=gone'));
  expect([gone.text.includes('Quiet 0'), gone.text.includes('Quiet 1')]).toEqual([true, false]);
  const known = await operator.open(at('/console/inventories?source=many&view=known'));
  expect(known.text).toContain('No app is known here');

  const [, finding = ''] = /href="\/console\/findings\/(fnd_[a-z2-7]+)"/.exec(page.html) ?? [];
  const until = Math.floor(Date.now() / 1000) + 86_400;
  const dismissed = { until, reason: 'A test sender' };
  expect((await scene.management.call('POST', `/findings/${finding}/dismiss`, dismissed)).status).toBe(200);
  expect((await listOf('many')).text).toMatch(/0 To decide/);
  const again = await paste({ format: 'csv', source: 'many', list });
  expect(again.text).toMatch(/0 To decide\s+0 New\s+1 Changed/);
});

test('an inventory of which no list was imported says so, and offers the import', async () => {
  const none = await listOf('nothing');
  expect(none.text).toContain('No list was imported under this name. Import apps');
  expect(none.text).not.toMatch(/0 apps|\d To decide|has no app/);
  expect(none.html).toContain('href="/console/inventories/import?source=nothing"');
});

test('the page of an inventory has its imports, with what each changed, and marks what the last one brought', async () => {
  const first = 'external_id,name,scopes\n1,Stays,openid\n2,Leaves,openid';
  await confirm(await paste({ format: 'csv', source: 'history', list: first }));
  const once = await listOf('history');
  expect(once.text).toMatch(/0 To decide\s+2 Not known here/);
  expect(once.text).toMatch(/Last import .* by Olga\s*: the first list, 2 apps\./s);
  laterBy(60);
  const second = 'external_id,name,scopes\n1,Stays,openid files.read\n3,Comes,openid';
  const preview = await paste({ format: 'csv', source: 'history', list: second });
  expect(preview.text).toMatch(/This list replaces the list of \d+ \w+ \d{4}, \d\d:\d\d UTC\s*\./);
  await confirm(preview);
  const page = await listOf('history');
  expect(page.text).toMatch(/CSV file\. Last import .* by Olga\s*: 1 new, 1 changed, 1 gone\./s);
  expect(page.text).toMatch(/Comes\s+new/);
  expect((await operator.open(at('/console/inventories'))).text).toMatch(
    /1 New\s.*New and changed: since the last import/s,
  );
  expect(page.text).not.toMatch(/Stays\s+new/);
  expect(page.text).toMatch(/When\s+By\s+Apps\s+New\s+Changed\s+Gone\s.*Olga\s+2\s+1\s+1\s+1\s.*Olga\s+2\s+2\s+0\s+0/s);
  expect(page.html.match(/href="\/console\/audit\/events\/nod_/g)).toHaveLength(2);
  const added = await operator.open(at('/console/inventories?source=history&view=new'));
  expect([added.text.includes('Comes'), added.text.includes('Stays')]).toEqual([true, false]);
  const changed = await operator.open(at('/console/inventories?source=history&view=changed'));
  expect(changed.text).toMatch(/1 Changed.*Changed\s*: 1 app\. Show all apps/s);
  expect(changed.text).toMatch(/Stays\s+changed\s+1\s.*rights.*\+ files\.read/s);
  expect(changed.html.match(/>\d+ \w+ \d{4}, \d\d:\d\d:\d\d UTC</g)).toHaveLength(2);
  expect(changed.text).not.toContain('Comes');
  const register = /href="(\/console\/agents\/new\?name=Comes)"/.exec(added.html)?.[1] ?? '';
  expect((await operator.open(at(register))).html).toMatch(/value="Comes"/);
  const events = await server.events('inventory.imported');
  expect(events.at(-1)).toMatchObject({
    target: { id: 'history' },
    inputs: { apps: 2, created: 1, changed: 1, gone: 1 },
  });
});

test('a search finds apps by name, id, owner and right, in one inventory or in all', async () => {
  const list = ['external_id,name,owner,scopes', 'App.77,Alpha,ann@example.com,files.read', 'x,Beta,,mail.send'].join(
    '\n',
  );
  await confirm(await paste({ format: 'csv', source: 'searched', list }));
  for (const [words, found] of [
    ['alph', 'Alpha'],
    ['app.77', 'Alpha'],
    ['ann@', 'Alpha'],
    ['mail.send', 'Beta'],
  ] as const) {
    const { text, html } = await operator.open(
      at(`/console/inventories?source=searched&q=${encodeURIComponent(words)}`),
    );
    expect([words, text.includes('Alpha'), text.includes('Beta')]).toEqual([
      words,
      found === 'Alpha',
      found === 'Beta',
    ]);
    expect(html).toMatch(/class="card spare"><a href="[^"]*view=gone"/);
    expect(text).toMatch(/1 Matches.*1 of 2 apps matches “.*”\. Clear the search/s);
  }
  const none = await operator.open(at('/console/inventories?source=searched&q=nothing'));
  expect(none.text).toMatch(/No app matches “\s*nothing\s*”\. .*Clear the search/s);
  expect(none.html).not.toContain('data-views');
  expect(none.text).toContain('The search covers name, id, owner and right.');
  const all = await operator.open(at('/console/inventories?q=APP.77'));
  expect(all.html).toContain('data-views');
  expect(all.text).not.toMatch(/Inventories\s+Inventory\s+Apps/);
  expect([all.text.includes('Alpha'), all.text.includes('Beta')]).toEqual([true, false]);
});

test('the list of all has each inventory with its last import, and an old list is marked', async () => {
  await confirm(await paste({ format: 'okta', source: '', list: linesOf(OKTA_PAGES) }));
  await confirm(await paste({ format: 'csv', source: 'ledger', list: 'external_id,name\n1,A\n2,B' }));
  const page = await operator.open(at('/console/inventories'));
  expect(page.text).toMatch(/Inventories\s+Inventory\s+Apps\s+To decide\s+Last import/);
  expect(page.text).toContain('New and changed: since the last import of each inventory.');
  expect(page.text).not.toContain('Newer apps may be missing here');
  const choose = await operator.open(at('/console/inventories/import'));
  expect(choose.text).toMatch(
    /Okta\s.*4 apps, last import just now.*Other inventories.*ledger\s+CSV file\s+2 apps, last/s,
  );
  expect(choose.html).toContain('href="/console/inventories/import?format=csv&amp;source=ledger"');
  const form = await operator.open(at('/console/inventories/import?format=okta'));
  expect(form.text).toMatch(/This import replaces the list of\s+okta \(4 apps, last import just now\s*\)\./);
  expect(form.html).toContain('<details class="card"><summary>1. Get the list (show the script)');
  const other = await operator.open(at('/console/inventories/import?format=okta&source=ledger'));
  expect(other.html).toContain('<h2 id="get">1. Get the list</h2>');
  laterBy(31 * 86_400);
  const later = await signedIn(OPERATOR);
  const old = await later.open(at('/console/inventories?source=okta'));
  expect(old.text).toMatch(/okta\s*: the audit log has no import of the last 30 days/);
});

test('a long preview repeats its confirmation below', async () => {
  const apps = Array.from({ length: 9 }, (_, index) => `${index},App ${index}`);
  const preview = await paste({ format: 'csv', source: 'long', list: ['external_id,name', ...apps].join('\n') });
  expect(preview.html.match(/name="go" value="import"/g)).toHaveLength(2);
  expect(preview.html).toMatch(/<form [^>]*id="import"[\s\S]*form="import" name="go"/);
  const short = await paste({ format: 'csv', source: 'short', list: 'external_id,name\n1,A' });
  expect(short.html.match(/name="go" value="import"/g)).toHaveLength(1);
});

test('the preview of a changed app names the rights that came and went', async () => {
  const list = 'external_id,name,scopes\n1,Robot,files.read notes';
  await confirm(await paste({ format: 'csv', source: 'robots', list }));
  const preview = await paste({ format: 'csv', source: 'robots', list: list.replace('notes', 'mail.send') });
  expect(preview.text).toMatch(/changed\s+\+ mail\.send\s+− notes/);
});

test('a link names the inventory of the form, and an inventory of more than 1,000 apps is listed without numbers', async () => {
  const choose = await operator.open(at('/console/inventories/import?source=large'));
  expect(choose.html).toContain('/console/inventories/import?format=csv&amp;source=large');
  const form = await operator.open(at('/console/inventories/import?format=csv&source=large'));
  expect(form.html).toMatch(/name="source"[^>]*value="large"|value="large"[^>]*name="source"/);
  const apps = Array.from({ length: 1001 }, (_, index) => ({ external_id: String(index), name: `App ${index}` }));
  expect((await scene.management.call('POST', '/inventories/large/import', { apps })).status).toBe(200);
  const page = await listOf('large');
  expect(page.text).toContain('There are more than 1,000 apps');
  expect(page.html).toMatch(/href="\/console\/inventories\?source=large&amp;after=/);
});

test('the preview names the files, and the note about an app that is gone names the app', async () => {
  const lines = Array.from({ length: 9 }, (_, index) => `${index},App ${index}`);
  const rows = (last: number): string => ['external_id,name', ...lines.slice(0, last)].join('\n');
  await confirm(await paste({ format: 'csv', source: 'noted', list: rows(9) }));
  const one = await paste({ format: 'csv', source: 'noted', list: rows(8) });
  expect(one.text).toMatch(/App 8\s+is not in the list and will count as gone\./);
  expect(one.text).toContain('Choose another file');
  const { page } = await sendFiles('okta', [
    { name: 'apps.json', content: JSON.stringify(OKTA_PAGES[0]) },
    { name: 'grants.json', content: JSON.stringify(OKTA_PAGES[2]) },
  ]);
  expect(page.replaceAll(/<[^>]+>/g, '')).toContain('From apps.json, grants.json. Nothing is imported yet.');
  expect(page).toContain('Choose other files');
  const done = await confirm(await paste({ format: 'csv', source: 'noted', list: rows(7) }));
  expect(done.text).toMatch(/7 the same, 2 gone/);
  expect(done.text).not.toMatch(/0 new|0 changed/);
  const more = await confirm(await paste({ format: 'csv', source: 'noted', list: `${rows(7)}\n99,Late` }));
  expect(more.html).toContain('href="/console/agents/new?name=Late"');
});

test('an administrator deletes an inventory by its name: apps and findings go, and its import is told as the first one', async () => {
  const list = 'external_id,name,scopes\n1,Doomed sender,mail.send\n2,Doomed clock,';
  await confirm(await paste({ format: 'csv', source: 'doomed', list }));
  await confirm(await paste({ format: 'csv', source: 'doomed', list: list.split('\n').slice(0, 2).join('\n') }));
  const href = at('/console/inventories/doomed/delete');
  expect((await listOf('doomed')).html).not.toContain('doomed/delete');
  expect((await operator.open(href)).status).toBe(403);
  const administrator = await signedIn(ADMINISTRATOR);
  expect((await administrator.open(at('/console/inventories?source=doomed'))).html).toContain('doomed/delete');
  const asked = await administrator.open(href);
  expect(asked.text).toMatch(/Delete the inventory\s+doomed\s*\?.*1 listed app and 1 app that is gone/s);
  const form = asked.forms.find(({ action }) => action.endsWith('/doomed/delete'));
  if (!form) throw new Error(asked.text);
  const wrong = await administrator.submit(asked, form, { set: { confirm: 'dooms' } });
  expect([wrong.status, wrong.text]).toEqual([400, expect.stringContaining('Type doomed')]);
  expect(await server.events('inventory.removed')).toEqual([]);
  const done = await administrator.submit(asked, form, { set: { confirm: 'doomed' } });
  expect([done.status, done.text]).toEqual([200, expect.stringContaining('Deleted.')]);
  expect(done.text).not.toContain('Doomed');
  expect(await server.events('inventory.removed')).toMatchObject([
    { target: { kind: 'inventory', id: 'doomed' }, inputs: { apps: 1, gone: 1 }, outcome: 'done' },
  ]);
  expect((await operator.open(at('/console/findings?kind=unknown_app'))).text).not.toContain('Doomed');
  expect((await administrator.open(href)).status).toBe(404);
  expect((await operator.open(at('/console/inventories/import'))).text).not.toContain('doomed');
  laterBy(60);
  await confirm(await paste({ format: 'csv', source: 'doomed', list }));
  const again = await listOf('doomed');
  expect(again.text).toMatch(/Last import .* by Olga\s*: the first list, 2 apps\..*1 To decide/s);
  expect(again.html.match(/href="\/console\/audit\/events\/nod_/g)).toHaveLength(1);
});

test('an auditor reads the list and imports nothing', async () => {
  const list = await auditor.open(at('/console/inventories'));
  expect([list.status, list.html.includes('/console/inventories/import')]).toEqual([200, false]);
  expect((await auditor.open(at('/console/inventories/import'))).status).toBe(403);
});
