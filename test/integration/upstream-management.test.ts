/** Upstream providers over the management API and the command line, and a start after which no user could sign in. */
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runCli } from '../../src/cli/main.ts';
import { codeAt } from '../support/authenticator-app.ts';
import { addApp } from '../support/authenticator-page.ts';
import { newBrowser, submitSignIn } from '../support/browser-flow.ts';
import { type Management, managementFromKeyFile } from '../support/management.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';

let server: RunningServer;
let administrator: Management;
let operator: Management;

beforeAll(async () => {
  server = await runServer();
  administrator = await managementFromKeyFile(server.administratorKeyFile);
  operator = await managementFromKeyFile(join(server.dataFolder, 'operator.json'));
});
afterAll(() => server?.close());

const behalf = async (...argv: readonly string[]) => {
  const [out, err]: [string[], string[]] = [[], []];
  const terminal = { out: (text: string) => void out.push(text), err: (text: string) => void err.push(text) };
  const code = await runCli(['upstreams', ...argv], terminal, { BEHALF_DATA: server.dataFolder });
  return { code, out: out.join(''), err: err.join('') };
};

describe('upstreams', () => {
  test('the command line makes, shows, changes and removes one; its secret is never shown', async () => {
    const issuer = 'https://idp.example.com';
    const file = join(server.dataFolder, 'secret.txt');
    await writeFile(file, 'the-secret-of-idp\n', { mode: 0o600 });
    const created = await behalf(
      ...['create', '--local', issuer, '--name', 'Works', '--client-id', 'behalf', '--domain', 'works.example'],
      ...['--authentication', 'client_secret_basic', '--secret-file', file, '--group', 'cn=staff=Staff'],
      ...['--claim', 'username=upn', '--multi-factor-amr', 'mfa', '--json'],
    );
    expect(created).toMatchObject({ code: 0, err: '' });
    const made = JSON.parse(created.out) as { readonly id: string };
    expect(made).toMatchObject({
      issuer,
      claims: { username: 'upn', name: 'name', email: 'email', groups: 'groups' },
      groups: { 'cn=staff': 'Staff' },
      multi_factor: { acr: [], amr: ['mfa'] },
      create: 'never',
      redirect_uri: `${server.issuer}/upstream/callback`,
    });
    expect((await behalf('list')).out).toContain(issuer);
    expect((await behalf('update', '--local', made.id, '--create', 'always')).out).toContain('create');
    const shown = await behalf('show', made.id);
    expect(shown.out).toContain('always');
    expect(created.out + shown.out).not.toContain('the-secret-of-idp');

    const { id: account } = await administrator.createAccount({ username: 'ada', name: 'Ada' });
    expect((await behalf('link', '--local', 'ada', '--upstream', made.id, '--subject', 's-1')).out).toContain(account);
    expect((await behalf('links', '--account', account)).out).toContain('administrator');
    const { items } = (await administrator.call('GET', `/upstream-links?upstream=${made.id}`)).body as {
      readonly items: readonly { readonly id: string }[];
    };
    expect(await behalf('unlink', String(items[0]?.id), '--yes')).toMatchObject({ code: 0 });
    expect((await behalf('disable', made.id)).out).toContain('disabled');
    expect((await behalf('enable', '--local', made.id)).out).toContain('active');
    expect(await behalf('delete', made.id, '--yes')).toMatchObject({ code: 0 });
    expect((await administrator.call('GET', `/upstreams/${made.id}`)).status).toBe(404);
    for (const type of ['upstream.created', 'upstream.updated', 'upstream.removed', 'upstream_link.removed'] as const) {
      expect(await server.events(type)).toHaveLength(1);
    }
  });

  test('MG-02 operators may look, and decide nothing: a trusted provider can name any user', async () => {
    const given = { name: 'Works', issuer: 'https://mine.example.com', client_id: 'x' };
    const { body } = await administrator.call('POST', '/upstreams', given);
    const { id } = body as { readonly id: string };
    const { id: account } = await administrator.createAccount({ username: 'eve', name: 'Eve' });
    expect((await operator.call('GET', `/upstreams/${id}`)).status).toBe(200);
    const before = (await server.events('management.refused')).length;
    const tries: readonly (readonly [string, string, object?, Record<string, string>?])[] = [
      ['POST', '/upstreams', { ...given, issuer: 'https://other.example.com' }],
      ['PATCH', `/upstreams/${id}`, { create: 'always' }, { 'if-match': '"1"' }],
      ['POST', `/upstreams/${id}/disable`],
      ['POST', `/upstreams/${id}/remove`],
      ['POST', '/upstream-links', { upstream: id, subject: 's', account }],
    ];
    for (const [method, path, sent, headers] of tries) {
      const answer = await operator.call(method, path, sent, headers);
      expect([answer.status, answer.body['type']]).toEqual([403, 'urn:behalf:problem:forbidden']);
    }
    expect((await server.events('management.refused')).length).toBe(before + tries.length);
  });

  test('the key file of an administrator alone enables no sign-in: a second factor or --local does (RFC 9470 §3)', async () => {
    const given = { name: 'Factor', issuer: 'https://factor.example.com', client_id: 'x' };
    const { id: account } = await administrator.createAccount({ username: 'fay', name: 'Fay' });
    const { body, headers } = await administrator.call('POST', '/upstreams', given);
    const at = `/upstreams/${body['id']}`;
    const before = (await server.events('management.refused')).length;
    const tries: readonly (readonly [string, string, object?, Record<string, string>?])[] = [
      ['POST', '/upstreams', { ...given, issuer: 'https://other.example.com' }],
      ['PATCH', at, { create: 'always' }, { 'if-match': String(headers.get('etag')) }],
      ['POST', `${at}/enable`],
      ['POST', '/upstream-links', { upstream: body['id'], subject: 's', account }],
    ];
    for (const [method, path, sent, more] of tries) {
      const answer = await administrator.callOnce(method, path, sent, more);
      expect([answer.status, answer.body['type']]).toEqual([
        401,
        'urn:behalf:problem:insufficient_user_authentication',
      ]);
      expect(answer.headers.get('www-authenticate')).toContain(
        'acr_values="urn:behalf:acr:multi-factor", max_age="300"',
      );
      expect((await server.events('management.refused')).at(-1)).toMatchObject({
        caller: administrator.clientId,
        error: 'insufficient_user_authentication',
      });
    }
    expect((await server.events('management.refused')).length).toBe(before + tries.length);
    expect((await administrator.call('GET', at)).body).toMatchObject({ create: 'never' });
    const refused = await behalf('enable', String(body['id']));
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('--local')]);
    // To take sign-ins away takes no more than the role.
    expect((await administrator.callOnce('POST', `${at}/disable`)).body['state']).toBe('disabled');
    expect((await administrator.callOnce('POST', `${at}/remove`)).status).toBe(204);
  });

  test('a change needs the version it was made for; a refusal names the member', async () => {
    const { body, headers } = await administrator.call('POST', '/upstreams', {
      ...{ name: 'Third', issuer: 'https://third.example.com', client_id: 'x' },
    });
    const { id } = body as { readonly id: string };
    const path = `/upstreams/${id}`;
    const match = { 'if-match': String(headers.get('etag')) };
    expect((await administrator.call('PATCH', path, { name: 'New' }, match)).status).toBe(200);
    const late = await administrator.call('PATCH', path, { name: 'Late' }, match);
    expect([late.status, late.body['type']]).toEqual([412, 'urn:behalf:problem:precondition_failed']);
    const wrong = await administrator.call('POST', '/upstreams', {
      ...{ name: 'W', issuer: 'http://plain.example.com', client_id: 'x' },
    });
    expect([wrong.status, JSON.stringify(wrong.body)]).toEqual([400, expect.stringContaining('/issuer')]);
  });
});

describe('in the console', () => {
  const PASSWORD = 'a long enough pass phrase';
  const signedIn = async (username: string, password = PASSWORD) => {
    const browser = newBrowser(server.issuer);
    const page = await submitSignIn(browser, await browser.open(`${server.issuer}/console/sign-in`), {
      ...{ username, password },
    });
    return { browser, page };
  };

  test('administrators disable and enable a provider, operators look, others are shown nothing (MG-02)', async () => {
    const given = { name: 'Shown Works', issuer: 'https://shown.example.com', client_id: 'x' };
    const { id } = (await administrator.call('POST', '/upstreams', given)).body as { readonly id: string };
    const { browser, page } = await signedIn('admin', 'correct horse battery staple');
    expect([page.status, page.text.includes('Shown Works')]).toEqual([200, true]);
    const one = `${server.issuer}/console/sign-in/${id}`;
    expect((await browser.open(one)).html).toMatch(
      /<nav class="crumbs"[\s\S]*href="\/console\/sign-in"[\s\S]*<details class="menu">[\s\S]*\/delete"/,
    );
    const asked = await browser.open(`${one}/disable`);
    expect(asked.text).toContain('Disable sign-in with');
    const off = asked.forms.find(({ action }) => action.endsWith(`/${id}/disable`));
    if (!off) throw new Error('no switch');
    const switched = await browser.submit(asked, off);
    expect(switched.text).toContain('Switched off. No user signs in there any more.');
    expect((await administrator.call('GET', `/upstreams/${id}`)).body['state']).toBe('disabled');
    const on = switched.forms.find(({ action }) => action.endsWith(`/${id}/enable`));
    if (!on) throw new Error('no switch');
    const weak = await browser.submit(switched, on);
    expect([weak.status, weak.text]).toEqual([403, expect.stringContaining('second factor at most 5 minutes ago')]);
    expect((await server.events('request.refused')).at(-1)).toMatchObject({
      error: 'insufficient_user_authentication',
    });
    expect((await administrator.call('GET', `/upstreams/${id}`)).body['state']).toBe('disabled');
    // With a factor the person is sent to sign in with it, and presses the button again.
    const secret = await addApp(server.issuer, browser);
    const press = async () => {
      const page = await browser.open(one);
      return browser.submit(page, page.forms.find(({ action }) => action === on.action) ?? on);
    };
    const signIn = await submitSignIn(browser, await press(), {
      ...{ username: 'admin', password: 'correct horse battery staple' },
    });
    const code = signIn.forms.find(({ fields }) => fields.some(({ name }) => name === 'code'));
    if (!code) throw new Error(signIn.text);
    // The code that added the app is used up.
    const back = await browser.submit(signIn, code, { set: { code: codeAt(secret, Date.now() / 1000 + 30) } });
    expect([back.status, back.url]).toEqual([200, one]);
    expect((await administrator.call('GET', `/upstreams/${id}`)).body['state']).toBe('disabled');
    expect((await press()).status).toBe(200);
    const form = await browser.open(`${server.issuer}/console/sign-in/new`);
    for (const path of ['upstream/callback', 'jwks']) expect(form.text).toContain(`${server.issuer}/${path}`);
    expect((await administrator.call('GET', `/upstreams/${id}`)).body['state']).toBe('active');
    expect((await server.events('upstream.enabled')).at(-1)).toMatchObject({ target: { kind: 'upstream', id } });

    await administrator.createAccount({ username: 'otto', name: 'Otto', password: PASSWORD, roles: ['operator'] });
    const operated = await signedIn('otto');
    const looked = await operated.browser.open(one);
    expect([
      operated.page.text.includes('Shown Works'),
      looked.text.includes(`${server.issuer}/upstream/callback`),
      looked.text.includes('Disable'),
      (await operated.browser.open(`${one}/disable`)).status,
      (await operated.browser.open(`${server.issuer}/console/sign-in/new`)).status,
    ]).toEqual([true, true, false, 403, 403]);
    const home = await operated.browser.open(`${server.issuer}/account`);
    const csrf = home.forms.flatMap(({ fields }) => fields).find(({ name }) => name === 'csrf')?.value ?? '';
    const refused = await operated.browser.request(`${server.issuer}/console/sign-in/${id}/disable`, {
      method: 'POST',
      body: new URLSearchParams({ csrf }),
    });
    expect([refused.status, (await refused.text()).includes('forbidden')]).toEqual([403, true]);
    expect((await server.events('request.refused')).at(-1)).toMatchObject({ error: 'forbidden' });

    await administrator.createAccount({ username: 'nora', name: 'Nora', password: PASSWORD });
    expect((await signedIn('nora')).page.status).toBe(403);
  });
});

test('the server does not start where no user could sign in, and says what to do: exit code 78', () => {
  const { status, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, '../../src/main.ts')], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], PORT: '0', ...ALONE, BEHALF__PASSWORDS__SIGNIN: 'false' },
  });
  expect([status, stderr.includes('/passwords/signIn'), stderr.includes('behalf upstreams create')]).toEqual([
    78,
    true,
    true,
  ]);
});

test('LG-01 where passwords are off, no user gets a new one by mail', async () => {
  const mail = { BEHALF_SMTP_URL: 'smtp://127.0.0.1:1', BEHALF_MAIL_FROM: 'Behalf <id@example.com>' };
  const first = await runServer({ stores: 'sqlite', environment: mail });
  const again = { stores: 'sqlite', after: { dataFolder: first.dataFolder, port: first.port } } as const;
  const pages = async (origin: string) => {
    const browser = newBrowser(origin);
    const [signIn, reset] = [await browser.open(`${origin}/account`), await browser.open(`${origin}/account/reset`)];
    return [signIn.text.includes('I forgot my password'), reset.status];
  };
  expect(await pages(first.issuer)).toEqual([true, 200]);
  const management = await managementFromKeyFile(first.administratorKeyFile);
  const provider = { name: 'Works', issuer: 'https://idp.works.example', client_id: 'here' };
  expect((await management.call('POST', '/upstreams', provider)).status).toBe(201);
  await first.close({ keepData: true });
  const second = await runServer({ ...again, environment: { ...mail, BEHALF__PASSWORDS__SIGNIN: 'false' } });
  try {
    expect(await pages(second.issuer)).toEqual([false, 404]);
  } finally {
    await second.close();
  }
});

const ALONE = {
  BEHALF_ISSUER: 'http://localhost:3999',
  BEHALF__STORES__DOCUMENT: 'memory',
  BEHALF__STORES__EPHEMERAL: 'memory',
};
