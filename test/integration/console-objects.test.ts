/** Forms of the console that create and change accounts, clients and resource servers. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Browser, newBrowser, type Page, type Person, submitSignIn } from '../support/browser-flow.ts';
import { exampleType } from '../support/detail-types.ts';
import { freshFactorBrowser } from '../support/fresh-factor-browser.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

const PASSWORD = 'a long enough pass phrase';
const OPERATOR: Person = { username: 'olga', password: PASSWORD };
const ADMIN: Person = { username: 'root', password: PASSWORD };

let server: RunningServer;
let scene: Scene;
let operator: Browser;
let admin: Browser;

const at = (path: string): string => `${server.issuer}${path}`;

/** Sends the form of a page whose action fits. */
const send = async (browser: Browser, path: string, action: RegExp, set: Record<string, string>): Promise<Page> => {
  const page = await browser.open(at(path));
  const form = page.forms.find((one) => action.test(one.action));
  if (!form) throw new Error(`no form ${action} on ${page.url}: ${page.status} ${page.text.slice(0, 300)}`);
  return browser.submit(page, form, { set });
};
const eventsSince = async (before: number) => {
  await server.settled();
  return (await server.events()).slice(before).filter(({ type }) => type !== 'management.permitted');
};
const written = async (): Promise<number> => {
  await server.settled();
  return (await server.events()).length;
};
const get = async (path: string) => (await scene.management.call('GET', path)).body;
const idOn = (page: Page): string => /\/console\/[a-z-]+\/([a-z]+_\w+)/.exec(page.url)?.[1] ?? '';

beforeAll(async () => {
  server = await runServer({ environment: { BEHALF__PASSWORDS__MINIMUMLENGTH: '14' } });
  scene = await makeScene(server);
  await scene.management.call('POST', '/accounts', { ...OPERATOR, name: 'Olga', roles: ['operator'] });
  await scene.management.call('POST', '/accounts', { ...ADMIN, name: 'Root', roles: ['administrator'] });
  operator = newBrowser(server.issuer);
  await submitSignIn(operator, await operator.open(at('/console')), OPERATOR);
  admin = await freshFactorBrowser(server, ADMIN);
}, 60_000);

afterAll(() => server?.close());

describe('a person', () => {
  test('is created and changed by an operator, each with one event', async () => {
    const before = await written();
    const made = await send(operator, '/console/people/new', /people$/, {
      ...{ username: 'dora', name: 'Dora', email: 'dora@works.example' },
      entitlements: 'https://bank.example.com balance pay',
    });
    expect([made.status, made.text]).toEqual([200, expect.stringContaining('Created.')]);
    const id = idOn(made);
    expect(await get(`/accounts/${id}`)).toMatchObject({
      ...{ username: 'dora', email: 'dora@works.example', roles: [] },
      entitlements: { 'https://bank.example.com': ['balance', 'pay'] },
    });
    const saved = await send(operator, `/console/people/${id}/edit`, /edit$/, { name: 'Dora Day', email: '' });
    expect([saved.status, saved.text]).toEqual([200, expect.stringContaining('Saved.')]);
    const changed = await get(`/accounts/${id}`);
    expect(changed).toMatchObject({
      name: 'Dora Day',
      entitlements: { 'https://bank.example.com': ['balance', 'pay'] },
    });
    expect(changed['email']).toBeUndefined();
    expect((await eventsSince(before)).map(({ type }) => type)).toEqual(['account.created', 'account.updated']);
  });

  test('a refused form keeps what was typed and says what is wrong at its field', async () => {
    const before = await written();
    const page = await send(operator, '/console/people/new', /people$/, { username: 'olga', name: 'Other Olga' });
    expect([page.status, page.html]).toEqual([409, expect.stringContaining('value="Other Olga"')]);
    expect(page.html).toMatch(/name="username"[^>]*aria-invalid="true"/);
    expect(await eventsSince(before)).toMatchObject([
      { type: 'request.refused', outcome: 'refused', error: 'conflict' },
    ]);
  });

  test('gets roles and a password from an administrator with a fresh second factor only', async () => {
    const id = (await scene.management.createAccount({ username: 'rolf', name: 'Rolf', password: PASSWORD })).id;
    for (const tail of ['roles', 'password']) {
      expect((await operator.open(at(`/console/people/${id}/${tail}`))).status).toBe(403);
    }
    const plain = newBrowser(server.issuer);
    const first: Person = { username: 'admin', password: 'correct horse battery staple' };
    await submitSignIn(plain, await plain.open(at('/console')), first);
    const refused = await plain.open(at(`/console/people/${id}/roles`));
    expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('second factor')]);

    const page = await admin.open(at(`/console/people/${id}/roles`));
    const form = page.forms.find(({ action }) => action.endsWith('/roles'));
    if (!form) throw new Error(page.text);
    const before = await written();
    const done = await admin.submit(page, form, { check: (_, value) => value === 'auditor' });
    expect([done.status, done.text]).toEqual([200, expect.stringContaining('Saved.')]);
    expect(await get(`/accounts/${id}`)).toMatchObject({ roles: ['auditor'] });
    expect((await eventsSince(before)).map(({ type }) => type)).toContain('account.updated');

    const { text } = await admin.open(at(`/console/people/${id}/password`));
    expect(text).toContain('At least 14 characters.');
    const set = await send(admin, `/console/people/${id}/password`, /password$/, {
      password: 'another long pass phrase',
    });
    expect([set.status, set.text]).toEqual([200, expect.stringContaining('Saved.')]);
    const rolf = newBrowser(server.issuer);
    const login = { username: 'rolf', password: 'another long pass phrase' };
    expect((await submitSignIn(rolf, await rolf.open(at('/account')), login)).status).toBe(200);
  });
});

describe('a client', () => {
  test('is registered with an owner by username; its secret is shown once', async () => {
    const before = await written();
    const made = await send(operator, '/console/clients/new', /clients$/, {
      ...{ name: 'Ledger', owner: scene.person.username, token_endpoint_auth_method: 'client_secret_basic' },
      redirect_uris: 'https://ledger.example.com/cb',
    });
    const [, id = ''] = /(app_\w+)/.exec(made.html) ?? [];
    expect([made.status, made.text]).toEqual([200, expect.stringContaining('Client secret')]);
    expect(await get(`/clients/${id}`)).toMatchObject({
      ...{ name: 'Ledger', owner: scene.accountId, redirect_uris: ['https://ledger.example.com/cb'] },
    });
    expect((await eventsSince(before)).map(({ type }) => type)).toEqual(['client.created']);
    const edit = await operator.open(at(`/console/clients/${id}/edit`));
    expect(edit.html).toContain(`value="${scene.person.username}"`);
    const saved = await send(operator, `/console/clients/${id}/edit`, /edit$/, {
      redirect_uris: 'https://ledger.example.com/back',
    });
    expect([saved.status, saved.text]).toEqual([200, expect.stringContaining('Saved.')]);
    expect(await get(`/clients/${id}`)).toMatchObject({ redirect_uris: ['https://ledger.example.com/back'] });
    const rotated = await send(operator, `/console/clients/${id}/rotate-secret`, /rotate-secret$/, {});
    expect([rotated.status, rotated.text]).toEqual([200, expect.stringContaining('Client secret')]);
    expect((await eventsSince(before)).map(({ type }) => type)).toEqual([
      ...['client.created', 'client.updated', 'client.secret_rotated'],
    ]);
  });

  test('an unknown owner is refused at its field, and nothing is registered', async () => {
    const before = await written();
    const page = await send(operator, '/console/clients/new', /clients$/, { name: 'Lost', owner: 'no such person' });
    expect(page.status).toBe(400);
    expect(page.html).toMatch(/name="owner"[^>]*aria-invalid="true"/);
    expect(await eventsSince(before)).toMatchObject([{ type: 'request.refused', error: 'invalid_field' }]);
  });
});

describe('a resource server', () => {
  test('is registered with scopes and risks, gets and loses scopes and types of details', async () => {
    const made = await send(operator, '/console/resource-servers/new', /resource-servers$/, {
      ...{ name: 'Archive', identifier: 'https://archive.example.com' },
      ...{ 'scopes.0.name': 'read', 'scopes.0.description': 'Read files', 'scopes.0.risk': 'low' },
      ...{ 'scopes.1.name': 'purge', 'scopes.1.description': 'Delete files', 'scopes.1.risk': 'critical' },
      detail_types: JSON.stringify([exampleType('payment')]),
    });
    expect([made.status, made.text]).toEqual([200, expect.stringContaining('Created.')]);
    const id = idOn(made);
    expect(await get(`/resource-servers/${id}`)).toMatchObject({
      scopes: [
        { name: 'read', description: 'Read files', risk: 'low' },
        { name: 'purge', description: 'Delete files', risk: 'critical' },
      ],
      detail_types: [{ type: 'payment_initiation' }],
    });
    const before = await written();
    const changed = await send(operator, `/console/resource-servers/${id}/edit`, /edit$/, {
      ...{ 'scopes.0.name': '', 'scopes.2.name': 'list', 'scopes.2.description': 'List files', 'scopes.2.risk': 'low' },
    });
    expect([changed.status, changed.text]).toEqual([200, expect.stringContaining('Saved.')]);
    expect((await get(`/resource-servers/${id}`))['scopes']).toMatchObject([{ name: 'purge' }, { name: 'list' }]);
    expect(await eventsSince(before)).toMatchObject([{ type: 'resource_server.updated' }]);
    // Nothing changed: no call, no event.
    await send(operator, `/console/resource-servers/${id}/edit`, /edit$/, {});
    expect(await eventsSince(before)).toHaveLength(1);
  });

  test('buttons add a row and remove one; what is typed stays, and nothing is saved', async () => {
    const before = await written();
    const typed = {
      ...{ name: 'Rows', identifier: 'https://rows.example.com' },
      ...{ 'scopes.0.name': 'read', 'scopes.0.description': 'Read files', 'scopes.0.risk': 'medium' },
    };
    const typedIn = (page: Page, name: string) =>
      page.forms.flatMap(({ fields }) => fields).find((field) => field.name === name)?.value;
    const more = await send(operator, '/console/resource-servers/new', /resource-servers$/, {
      ...{ ...typed, rows: 'add:scopes' },
    });
    expect([
      more.status,
      typedIn(more, 'name'),
      typedIn(more, 'scopes.0.name'),
      typedIn(more, 'scopes.1.name'),
    ]).toEqual([...[200, 'Rows', 'read', '']]);
    const form = more.forms.find(({ action }) => /resource-servers$/.test(action));
    if (!form) throw new Error('no form');
    const less = await operator.submit(more, form, {
      set: { 'scopes.1.name': 'purge', 'scopes.1.description': 'Delete files', rows: 'remove:scopes:0' },
    });
    expect([less.status, typedIn(less, 'scopes.0.name'), typedIn(less, 'scopes.1.name')]).toEqual([
      ...[200, 'purge', undefined],
    ]);
    expect(await eventsSince(before)).toEqual([]);
  });

  test('an error of one scope stands at its row, a text that is no JSON at its field', async () => {
    const twice = await send(operator, '/console/resource-servers/new', /resource-servers$/, {
      ...{ name: 'Twice', identifier: 'https://twice.example.com' },
      ...{ 'scopes.0.name': 'read', 'scopes.0.description': 'Read' },
      ...{ 'scopes.1.name': 'no "scope"', 'scopes.1.description': 'Read', 'scopes.1.risk': 'low' },
    });
    expect(twice.status).toBe(400);
    expect(twice.html).toMatch(/name="scopes\.1\.name"[^>]*aria-invalid="true"/);
    const broken = await send(operator, '/console/resource-servers/new', /resource-servers$/, {
      ...{ name: 'Broken', identifier: 'https://broken.example.com', detail_types: '[' },
      ...{ 'scopes.0.name': 'read', 'scopes.0.description': 'Read' },
    });
    expect([broken.status, broken.text]).toEqual([400, expect.stringContaining('This is not JSON.')]);
  });

  test('refuses JSON without a canonical form at its field, where a change compares it', async () => {
    const made = await send(operator, '/console/resource-servers/new', /resource-servers$/, {
      ...{ name: 'Canon', identifier: 'https://canon.example.com' },
      ...{ 'scopes.0.name': 'read', 'scopes.0.description': 'Read' },
    });
    const edit = `/console/resource-servers/${idOn(made)}/edit`;
    for (const typed of ['["\\ud800"]', '[1e999]']) {
      const before = await written();
      const { status, text } = await send(operator, edit, /edit$/, { detail_types: typed });
      expect([typed, status, text]).toEqual([typed, 400, expect.stringContaining('This is not JSON.')]);
      expect(await eventsSince(before)).toMatchObject([{ type: 'request.refused', error: 'invalid_field' }]);
    }
  });
});

describe('rights', () => {
  test('are ticks of the scopes of each API; a tick joins typed scopes, and an unchanged form changes nothing', async () => {
    const { identifier } = scene.jwt;
    const page = await operator.open(at('/console/blueprints/new'));
    const ticks = page.forms.flatMap(({ fields }) => fields).filter(({ name }) => name === 'ceilings.authority.tick');
    expect(ticks.map(({ value }) => value)).toEqual(expect.arrayContaining([`${identifier} *`, `${identifier} read`]));
    const made = await send(operator, '/console/blueprints/new', /blueprints$/, {
      ...{ name: 'Ticked', purpose: 'Reads', 'ceilings.authority.tick': `${identifier} read` },
      'ceilings.authority': `${identifier} write`,
    });
    expect([made.status, made.text]).toEqual([200, expect.stringContaining('Ticked')]);
    const id = idOn(made);
    const { draft } = (await get(`/blueprints/${id}`)) as { draft?: { ceilings: unknown } };
    expect(draft?.ceilings).toEqual({ authority: { [identifier]: ['read', 'write'] } });
    const before = await written();
    const edit = await operator.open(at(`/console/blueprints/${id}/edit`));
    const form = edit.forms.find(({ action }) => action.endsWith('/edit'));
    // What has a tick is not text as well.
    expect(form?.fields.find(({ name }) => name === 'ceilings.authority')?.value.trim()).toBe('');
    await send(operator, `/console/blueprints/${id}/edit`, /edit$/, {});
    expect(await eventsSince(before)).toEqual([]);
  });
});
