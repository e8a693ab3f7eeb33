/** The state of the server in the management API and the console, and the backup of a real server with its database file. */
import { statSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runCli } from '../../src/cli/main.ts';
import { type Browser, newBrowser, type Page, type Person, submitSignIn } from '../support/browser-flow.ts';
import { freshFactorBrowser } from '../support/fresh-factor-browser.ts';
import { cliHere } from '../support/in-process-cli.ts';
import { type Management, managementFromKeyFile } from '../support/management.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { until } from '../support/until.ts';

const PASSWORD = 'a long enough pass phrase';
const ADMIN: Person = { username: 'admin', password: 'correct horse battery staple' };

describe('in the console', () => {
  let server: RunningServer;
  let management: Management;

  const open = async (person: Person): Promise<{ readonly browser: Browser; readonly page: Page }> => {
    const browser = newBrowser(server.issuer);
    await submitSignIn(browser, await browser.open(`${server.issuer}/console`), person);
    return { browser, page: await browser.open(`${server.issuer}/console/server`) };
  };
  const accountWith = async (username: string, roles: readonly string[]): Promise<Person> => {
    await management.call('POST', '/accounts', { username, name: username, password: PASSWORD, roles });
    return { username, password: PASSWORD };
  };

  beforeAll(async () => {
    server = await runServer();
    management = await managementFromKeyFile(server.administratorKeyFile);
  }, 60_000);
  afterAll(() => server?.close());

  test('an auditor reads the state: nodes, stores, backlog, checkpoint', async () => {
    await server.behalf.services.audit.checkpoint();
    const { page } = await open(await accountWith('aud', ['auditor']));
    expect(page.status).toBe(200);
    const { node } = server.behalf.services.state;
    for (const said of [
      'One part needs attention',
      node,
      'this node',
      hostname(),
      'serving',
      'Checkpoint 1',
      'never',
    ]) {
      expect(page.text).toContain(said);
    }
    const { stores } = (await management.call('GET', '/server')).body as {
      readonly stores: { readonly document: string };
    };
    expect(page.text).toContain(
      stores.document === 'mongodb'
        ? 'MongoDB: this server has no record of a backup.'
        : 'SQLite file: no backup has been made here yet.',
    );
    expect(page.html).not.toContain('/console/server/backup');
  });

  test('says what keeps the node from serving', async () => {
    server.faults.isEphemeralFailing = true;
    try {
      const { body } = await management.call('GET', '/server');
      const problems = [{ check: 'storage', reason: 'the check itself failed' }];
      expect([body['ready'], body['problems']]).toEqual([false, problems]);
    } finally {
      server.faults.isEphemeralFailing = false;
    }
  });

  test('the command line prints the same state', async () => {
    const behalf = (...argv: readonly string[]) =>
      cliHere(['server', 'show', '--utc', ...argv], { BEHALF_DATA: server.dataFolder });
    const { node } = server.behalf.services.state;
    const { code, out } = await behalf();
    expect(code).toBe(0);
    expect(out).toMatch(/^ready: /);
    expect(out).toMatch(new RegExp(`\n${node} +serving +${hostname()} +${process.pid} +20[^\n]+Z +this answer\n`));
    expect(out).toMatch(/\nnotifications +0 waiting, 0 given up in 30 days\n/);
    expect(out).toMatch(/\nbackup folder +none: the data is in no database file\n/);
    const whole = JSON.parse((await behalf('--json')).out);
    const { body } = await management.call('GET', '/server');
    expect(Object.keys(whole).sort()).toEqual(Object.keys(body).sort());
  });

  test('the command line prints the state again with --watch, and names no backup where the data is in no file', async () => {
    const seen: string[] = [];
    const terminal = { out: (text: string) => seen.push(text), err: () => undefined, columns: 100, rows: 40 };
    const rounds = [false, true];
    const pause = async () => rounds.shift() === true;
    const environment = { BEHALF_DATA: server.dataFolder };
    expect(await runCli(['server', 'show', '--watch'], { ...terminal, pause }, environment)).toBe(0);
    expect(seen.filter((text) => text.includes('ready: this node gets requests'))).toHaveLength(2);
    const before = (await server.events('management.refused')).length;
    const { code, out, err } = await cliHere(['server', 'backup'], environment);
    expect([code, out, err]).toEqual([1, '', expect.stringContaining('not in a database file')]);
    await server.settled();
    expect((await server.events('management.refused')).slice(before)).toMatchObject([{ error: 'conflict' }]);
  });

  test('an account without a role sees no place for it, and gets 403', async () => {
    const { browser, page } = await open(await accountWith('ben', []));
    expect([page.status, (await browser.open(`${server.issuer}/console`)).html]).toEqual([
      403,
      expect.not.stringContaining('/console/server"'),
    ]);
  });

  test('a backup needs a second factor of the last minutes, and is refused where the data is in no file', async () => {
    const press = async (browser: Browser): Promise<Page> => {
      const page = await browser.open(`${server.issuer}/console/server/backup`);
      const form = page.forms.find(({ action }) => action.endsWith('/console/server/backup'));
      if (!form) throw new Error('no form');
      return browser.submit(page, form);
    };
    const before = (await server.events()).length;
    const weak = await press((await open(ADMIN)).browser);
    expect([weak.status, weak.text]).toEqual([403, expect.stringContaining('second factor')]);
    const strong = await press(await freshFactorBrowser(server, ADMIN));
    expect([strong.status, strong.text]).toEqual([409, expect.stringContaining('not in a database file')]);
    await server.settled();
    const refused = (await server.events()).slice(before).filter(({ type }) => type === 'request.refused');
    expect(refused).toMatchObject([{ error: 'insufficient_user_authentication' }, { error: 'conflict' }]);
  });
});

describe('with a database file', () => {
  let server: ServerProcess;
  let management: Management;

  beforeAll(async () => {
    server = await startServer({ environment: { BEHALF__AUDIT__CHECKPOINTSECONDS: '1' } });
    management = await managementFromKeyFile(server.administratorKeyFile);
  }, 120_000);
  afterAll(() => server?.remove());

  test('the server copies its data while it serves, into a private file that holds the event of the backup', async () => {
    const made = await management.call('POST', '/server/backups');
    // A busy machine takes longer than a request may.
    expect([200, 202]).toContain(made.status);
    const name = String(made.body['name']);
    const backups = async () =>
      (await management.call('GET', '/server')).body['backups'] as readonly { bytes: number }[];
    await until(async () => (await backups()).length > 0, { what: 'the backup' });
    const file = join(server.dataFolder, 'backups', name);
    expect([statSync(file).mode & 0o777, statSync(file).size]).toEqual([0o600, (await backups())[0]?.bytes]);
    const copy = new DatabaseSync(file, { readOnly: true });
    try {
      expect(copy.prepare('PRAGMA quick_check').get()).toEqual({ quick_check: 'ok' });
    } finally {
      copy.close();
    }
    const { body: events } = await management.call('GET', '/audit/events?type=store.backed_up');
    expect(events['items']).toMatchObject([{ event: { target: { kind: 'backup', id: name }, outcome: 'done' } }]);
    const { body } = await management.call('GET', '/server');
    expect(body).toMatchObject({
      ...{ ready: true, mode: 'development', stores: { document: 'sqlite', ephemeral: 'sqlite' } },
      ...{ backup_folder: join(server.dataFolder, 'backups'), backups: [{ name }] },
      backed_up_at: expect.any(Number),
      volume: { size: expect.any(Number), free: expect.any(Number), reserve: expect.any(Number) },
    });
  }, 60_000);

  test('`behalf server backup` lets the server write another, which `behalf server show` lists', async () => {
    const environment = { BEHALF_DATA: server.dataFolder };
    const made = await cliHere(['server', 'backup'], environment);
    expect(made).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^The server (?:wrote|is writing) behalf-\S+\.db/),
    });
    const name = /behalf-\S+\.db/.exec(made.out)?.[0] ?? '';
    const listed = async () => (await cliHere(['server', 'show', '--utc'], environment)).out;
    await until(async () => new RegExp(`\n${name} +\\d+\\.\\d MiB +20`).test(await listed()), { what: 'the file' });
    expect(statSync(join(server.dataFolder, 'backups', name)).mode & 0o777).toBe(0o600);
    const refused = await cliHere(['server', 'backup', '--key-file', server.operatorKeyFile], environment);
    expect(refused).toMatchObject({ code: 1, out: '' });
  }, 60_000);

  test('`behalf backup` is recorded, and one that fails is not the last backup', async () => {
    const events = async () => {
      const { body } = await management.call('GET', '/audit/events?type=store.backed_up&limit=2');
      return body['items'] as readonly { readonly at: number; readonly event: object }[];
    };
    const environment = { BEHALF_DATA: server.dataFolder };
    const to = join(server.dataFolder, 'copy.db');
    expect(await cliHere(['backup', '--to', to], environment)).toMatchObject({ code: 0 });
    const [made] = await events();
    const target = { kind: 'backup', id: 'copy.db' };
    expect(made).toMatchObject({ event: { outcome: 'done', caller: 'system', target } });
    const again = await cliHere(['backup', '--to', to], environment);
    expect(again).toMatchObject({ code: 1, err: expect.stringContaining('exists already') });
    expect(await events()).toMatchObject([
      { event: { outcome: 'refused', note: 'the copy failed', target } },
      { event: { outcome: 'done', target } },
    ]);
    const { body } = await management.call('GET', '/server');
    expect(body['backed_up_at']).toBe(Math.floor(Number(made?.at) / 1000));
  }, 60_000);

  test('an operator reads the state and makes no backup', async () => {
    const operator = await managementFromKeyFile(server.operatorKeyFile);
    expect((await operator.call('GET', '/server')).status).toBe(200);
    const refused = await operator.call('POST', '/server/backups');
    expect([refused.status, refused.body['type']]).toEqual([403, 'urn:behalf:problem:forbidden']);
  });

  test('a checkpoint that the server makes by itself is shown', async () => {
    const shown = async () => (await management.call('GET', '/server')).body['audit'] as { checkpoint?: number };
    await until(async () => (await shown()).checkpoint !== undefined, { what: 'the first checkpoint' });
  }, 60_000);
});
