/** `behalf login`: an account signs in for the command line, by loopback (RFC 8252) or by device (RFC 8628), with DPoP tokens. */
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runCli } from '../../src/cli/main.ts';
import type { Context } from '../../src/cli/sign-in/contexts.ts';
import { openLoopback } from '../../src/cli/sign-in/loopback.ts';
import { COMMAND_LINE_CLIENT } from '../../src/domain/vocabulary/command-line-client.ts';
import { managementApiOf } from '../../src/domain/vocabulary/management-api.ts';
import { dpopProof, newKeyPair } from '../support/agent-keys.ts';
import { COUNT_EACH_SECOND } from '../support/audit-watch.ts';
import { type Browser, newBrowser, type Page, submitSignIn } from '../support/browser-flow.ts';
import { type Management, managementFromKeyFile } from '../support/management.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';

const PASSWORD = 'correct horse battery staple';
const ADMIN = { username: 'admin', password: PASSWORD };
const OWNER = { username: 'olga', password: PASSWORD };

let server: RunningServer;
let management: Management;
const folder = mkdtempSync(join(tmpdir(), 'behalf-contexts-'));

beforeAll(async () => {
  server = await runServer({ environment: { ...COUNT_EACH_SECOND, BEHALF__TOKENS__DEVICEPOLLINTERVALSECONDS: '1' } });
  management = await managementFromKeyFile(server.administratorKeyFile);
  await management.createAccount({ ...OWNER, name: 'Olga Owner' });
}, 60_000);
afterAll(async () => {
  await server?.close();
  rmSync(folder, { recursive: true });
});

type Written = { readonly code: number; readonly out: string; readonly err: string };

/** Runs a command; `at` gets each text on standard error while the command waits. */
const behalf = async (argv: readonly string[], at: (text: string) => void = () => undefined): Promise<Written> => {
  const written = { out: '', err: '' };
  const terminal = {
    out: (text: string) => {
      written.out += text;
    },
    err: (text: string) => {
      written.err += text;
      at(text);
    },
  };
  const code = await runCli(argv, terminal, { BEHALF_CONTEXTS: folder });
  return { code, ...written };
};

const decide = (browser: Browser, page: Page, decision: 'allow' | 'deny'): Promise<Page> => {
  const form = page.forms.find(({ buttons }) => buttons.some(({ value }) => value === decision));
  if (!form) throw new Error(`no consent on ${page.url}: ${page.text}`);
  return browser.submit(page, form, { button: new RegExp(`=${decision}$`) });
};

/** Opens the address, signs in, decides, and goes back to the command. */
const answer = async (url: string, person: typeof ADMIN, decision: 'allow' | 'deny'): Promise<void> => {
  const browser = newBrowser(server.issuer);
  const page = await submitSignIn(browser, await browser.open(url), person);
  const { left } = await decide(browser, page, decision);
  await fetch(String(left));
};

/** Runs `login`, with a person at the browser. */
const login = async (
  person: typeof ADMIN,
  {
    decision = 'allow',
    at = [server.issuer, '--context', 'here'],
  }: { readonly decision?: 'allow' | 'deny'; readonly at?: readonly string[] } = {},
): Promise<Written & { readonly url: URL }> => {
  let url = '';
  let answering: Promise<void> | undefined;
  const written = await behalf(['login', ...at], (text) => {
    url = /https?:\/\/\S+\?\S+/.exec(text)?.[0] ?? url;
    answering ??= answer(url, person, decision);
  });
  await answering;
  return { ...written, url: new URL(url) };
};

const file = join(folder, 'here.json');
const kept = (): Context => JSON.parse(readFileSync(file, 'utf8')) as Context;
const post = async (
  path: string,
  body: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
) => {
  const response = await fetch(`${server.issuer}${path}`, { method: 'POST', body: new URLSearchParams(body), headers });
  return {
    status: response.status,
    body: (await response.json().catch(() => ({}))) as Readonly<Record<string, unknown>>,
  };
};

describe('login by browser', () => {
  let signedIn: Awaited<ReturnType<typeof login>>;
  beforeAll(async () => {
    signedIn = await login(ADMIN);
  }, 60_000);

  test('keeps tokens in a file that only this user can read, and prints none of them (RFC 8252 §8.1, RFC 9449 §4)', () => {
    expect({ code: signedIn.code, out: signedIn.out }).toEqual({
      code: 0,
      out: `You are signed in at ${server.issuer} as Administrator (administrator).\n`,
    });
    expect([statSync(folder).mode & 0o777, statSync(file).mode & 0o777]).toEqual([0o700, 0o600]);
    const { accessToken, refreshToken, key, issuer } = kept();
    expect(issuer).toBe(server.issuer);
    for (const secret of [accessToken, refreshToken, String(key.d)]) {
      expect(signedIn.out + signedIn.err).not.toContain(secret);
    }
    const { searchParams: asked } = signedIn.url;
    expect(asked.get('redirect_uri')).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback$/);
    expect([asked.get('code_challenge_method'), asked.get('dpop_jkt')?.length, asked.get('client_id')]).toEqual([
      ...['S256', 43, COMMAND_LINE_CLIENT],
    ]);
    expect(asked.get('scope')).not.toContain(':write');
  });

  test('commands then call the API as the account, and may not do what was not allowed', async () => {
    const { code, out } = await behalf(['accounts', 'list', '--json']);
    expect([code, JSON.parse(out).length]).toEqual([0, 2]);
    const refused = await behalf(['accounts', 'disable', 'olga', '--yes']);
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('behalf login --write')]);
    const { id } = JSON.parse((await behalf(['accounts', 'show', 'admin', '--json'])).out);
    expect((await server.events('management.refused')).at(-1)).toMatchObject({ caller: id, note: 'disableAccount' });
  });

  test('DP-04 neither token has a use without the key of the context', async () => {
    const { accessToken, refreshToken } = kept();
    const bearer = await fetch(`${managementApiOf(server.issuer)}/me`, {
      headers: { authorization: `Bearer ${accessToken}` },
    });
    expect(bearer.status).toBe(401);
    const refresh = { grant_type: 'refresh_token', refresh_token: refreshToken, client_id: COMMAND_LINE_CLIENT };
    const other = await dpopProof(await newKeyPair(), { method: 'POST', url: `${server.issuer}/token` });
    for (const headers of [{}, { dpop: other }]) {
      const { status, body } = await post('/token', { ...refresh, resource: managementApiOf(server.issuer) }, headers);
      expect([status, body['error']]).toEqual([400, 'invalid_grant']);
    }
    await server.settled();
    const refused = (await server.events('request.refused')).map(({ error }) => error);
    expect(refused).toEqual(expect.arrayContaining(['unauthenticated', 'invalid_grant']));
  });

  test('an access token that ends is renewed with the refresh token', async () => {
    const before = kept();
    writeFileSync(file, JSON.stringify({ ...before, expiresAt: 1 }), { mode: 0o600 });
    expect((await behalf(['accounts', 'list'])).code).toBe(0);
    const after = kept();
    expect(after.accessToken).not.toBe(before.accessToken);
    expect(after.expiresAt).toBeGreaterThan(before.expiresAt - 1);
    expect([after.key, statSync(file).mode & 0o777]).toEqual([before.key, 0o600]);
  });

  test('login without an address signs in again for the context in use, and ends the former tokens', async () => {
    const before = kept();
    expect((await login(ADMIN, { at: [] })).code).toBe(0);
    expect(readdirSync(folder).sort()).toEqual(['current', 'here.json']);
    const after = kept();
    expect(after.refreshToken).not.toBe(before.refreshToken);
    expect((await behalf(['accounts', 'list'])).code).toBe(0);
    writeFileSync(file, JSON.stringify({ ...before, expiresAt: 1 }), { mode: 0o600 });
    expect((await behalf(['accounts', 'list'])).err).toContain('The sign-in has ended.');
    writeFileSync(file, JSON.stringify(after), { mode: 0o600 });
  }, 30_000);

  test('a context that other users can read is refused', async () => {
    chmodSync(file, 0o644);
    const { code, err } = await behalf(['accounts', 'list']);
    chmodSync(file, 0o600);
    expect([code, err]).toEqual([1, expect.stringContaining('chmod 600')]);
  });

  test('another program that asks in the name of the command line gets a consent page (RFC 8252 §8.6)', async () => {
    const browser = newBrowser(server.issuer);
    await submitSignIn(browser, await browser.open(`${server.issuer}/account`), ADMIN);
    const url = new URL(signedIn.url);
    for (const port of [url.searchParams.get('redirect_uri'), 'http://127.0.0.1:9/callback']) {
      url.searchParams.delete('prompt');
      url.searchParams.set('redirect_uri', String(port));
      const page = await browser.open(url.href);
      if (port === 'http://127.0.0.1:9/callback')
        expect([page.left, page.text]).toEqual([undefined, expect.stringContaining('Behalf command line')]);
    }
    url.searchParams.set('redirect_uri', 'https://attacker.example.com/callback');
    expect((await browser.open(url.href)).status).toBe(400);
  });

  test('no caller can change the client', async () => {
    const { status, body } = await management.call(
      'PATCH',
      `/clients/${COMMAND_LINE_CLIENT}`,
      { name: 'Mine' },
      { 'if-match': '"1"' },
    );
    expect([status, body['reason']]).toEqual([404, 'document_not_found']);
  });

  test('logout ends the tokens at the server and removes the file', async () => {
    const { accessToken, refreshToken, key } = kept();
    expect(await behalf(['logout'])).toMatchObject({ code: 0, out: `You are signed out of ${server.issuer}.\n` });
    expect(existsSync(file)).toBe(false);
    expect(
      (await server.events('token.revoked')).length + (await server.events('grant.revoked')).length,
    ).toBeGreaterThan(0);
    writeFileSync(
      file,
      JSON.stringify({
        issuer: server.issuer,
        clientId: COMMAND_LINE_CLIENT,
        account: 'A',
        refreshToken,
        accessToken,
        expiresAt: 1,
        key,
      }),
      { mode: 0o600 },
    );
    const ended = await behalf(['accounts', 'list', '--context', 'here']);
    expect([ended.code, ended.err]).toEqual([1, expect.stringContaining('The sign-in has ended. Sign in again')]);
    expect((await behalf(['context', 'remove', 'here'])).code).toBe(0);
  });

  test('a denial ends the command, and leaves no context', async () => {
    const { code, err } = await login(ADMIN, { decision: 'deny' });
    expect([code, err, existsSync(file)]).toEqual([1, expect.stringContaining('access_denied'), false]);
  });
});

describe('login by device', () => {
  /** Types the code of the command on the page, as this person. */
  const connect = async (code: string, person: typeof ADMIN): Promise<string> => {
    const browser = newBrowser(server.issuer);
    await submitSignIn(browser, await browser.open(`${server.issuer}/account`), person);
    const opened = await browser.open(`${server.issuer}/device`);
    const [form] = opened.forms;
    if (!form) throw new Error(opened.text);
    const confirm = await browser.submit(opened, form, { set: { user_code: code } });
    const yes = confirm.forms.find(({ buttons }) => buttons.some(({ name }) => name === 'confirm'));
    if (!yes) throw new Error(confirm.text);
    const page = await browser.submit(confirm, yes, { button: /confirm=yes/ });
    return page.forms.some(({ buttons }) => buttons.some(({ value }) => value === 'allow'))
      ? (await decide(browser, page, 'allow')).text
      : page.text;
  };

  const loginWith = async (person: typeof ADMIN): Promise<Written & { readonly page: string }> => {
    let page: Promise<string> | undefined;
    const written = await behalf(['login', server.issuer, '--context', 'device', '--device'], (text) => {
      const [code] = /[A-Z]{4}-[A-Z]{4}/.exec(text) ?? [];
      if (code !== undefined) page ??= connect(code, person);
    });
    return { ...written, page: String(await page) };
  };

  test('is refused for an account with a role, on the page and to the device (RFC 8628 §5.4)', async () => {
    const { code, err, page } = await loginWith(ADMIN);
    expect(page).toContain('An account with a role cannot give a device access to the management API.');
    expect([code, err]).toEqual([1, expect.stringContaining('access_denied')]);
    expect((await server.events('authorization.refused')).at(-1)).toMatchObject({
      error: 'access_denied',
      outcome: 'refused',
      caller: COMMAND_LINE_CLIENT,
      note: expect.stringContaining('An account with a role'),
    });
    expect(existsSync(join(folder, 'device.json'))).toBe(false);
  }, 30_000);

  test('works for an account without a role, which sees its own agents', async () => {
    const { code, out } = await loginWith(OWNER);
    expect([code, out]).toEqual([0, `You are signed in at ${server.issuer} as Olga Owner (no role).\n`]);
    expect((await behalf(['agents', 'list', '--context', 'device'])).code).toBe(0);
    expect((await behalf(['accounts', 'list', '--context', 'device'])).err).toContain('Olga Owner may not do that.');
  }, 30_000);
});

describe('contexts', () => {
  test('are listed, chosen and removed', async () => {
    const rows = JSON.parse((await behalf(['context', 'list', '--json'])).out);
    expect(rows).toEqual([{ name: 'device', issuer: server.issuer, account: 'Olga Owner', current: true }]);
    expect((await behalf(['context', 'list'])).out).toMatch(/\* +device +Olga Owner /);
    expect((await behalf(['context', 'use', 'nowhere'])).err).toContain('There is no context nowhere.');
    expect((await behalf(['context', 'remove', 'device'])).code).toBe(0);
    expect((await behalf(['context', 'list'])).err).toContain('There are no contexts.');
  });

  test.each([
    ['http://id.example.com', 'is not https'],
    ['ftp://id.example.com', 'is no address of a server'],
    ['https://id.example.com?x=1', 'is no address of a server'],
  ])('%s is refused', async (url, said) => {
    expect(await behalf(['login', url])).toMatchObject({ code: 2, err: expect.stringContaining(said) });
  });

  test.each([['../here'], ['.hidden'], ['current'], ['A b']])('%s names no context', async (name) => {
    expect((await behalf(['agents', 'list', '--context', name])).err).toContain('cannot name a context');
    expect((await behalf(['login', server.issuer, '--context', name])).code).toBe(2);
  });
});

describe('the loopback address', () => {
  const statusOf = (url: string, { method = 'GET', host }: { readonly method?: string; readonly host?: string } = {}) =>
    new Promise<number | undefined>((resolve, reject) => {
      const headers = host === undefined ? {} : { host };
      request(url, { method, headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });

  test('takes one answer with the right state, as GET, under its own address', async () => {
    const loopback = await openLoopback('right');
    const at = loopback.redirectUri;
    expect(new URL(at).hostname).toBe('127.0.0.1');
    expect(await statusOf(`${at}?code=x&state=wrong`)).toBe(404);
    expect(await statusOf(`${at}?code=x`)).toBe(404);
    expect(await statusOf(`${at}/other?code=x&state=right`)).toBe(404);
    expect(await statusOf(`${at}?code=x&state=right`, { method: 'POST' })).toBe(404);
    expect(await statusOf(`${at}?code=x&state=right`, { host: 'attacker.example.com' })).toBe(404);
    expect(await statusOf(`${at}?code=x&state=right`)).toBe(200);
    expect((await loopback.answer()).searchParams.get('code')).toBe('x');
    loopback.close();
  });

  test('waits for a limited time', async () => {
    const loopback = await openLoopback('right', 1);
    await expect(loopback.answer()).rejects.toThrow('No answer came from the browser.');
    loopback.close();
  });
});
