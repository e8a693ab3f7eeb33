/** `behalf init`: an API, an agent and a person, from the first run to the first consent. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newBrowser, walkAuthorization } from '../support/browser-flow.ts';
import { cliHere } from '../support/in-process-cli.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'behalf-init-'));
let server: RunningServer;

beforeAll(async () => {
  server = await runServer({ stores: 'sqlite' });
});
afterAll(async () => {
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

const init = (options: readonly string[], answers?: string[]) =>
  cliHere(['init', ...options], { BEHALF_DATA: server.dataFolder }, answers);
const count = async (): Promise<Record<string, number>> => {
  const types = (await server.events())
    .map(({ type }) => type)
    .filter((type) => /^(resource_server|agent|account)\.created$/.test(type));
  return Object.fromEntries([...new Set(types)].map((type) => [type, types.filter((one) => one === type).length]));
};

test('a person can consent with what it printed, and a second run creates nothing', async () => {
  const key = join(folder, 'planner.jwk.json');
  const before = await count();
  const { code, out, err } = await init(['--yes', '--key', key, '--json']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  const made = JSON.parse(out);
  expect(made).toMatchObject({
    resource_server: { identifier: 'https://calendar.example.com', name: 'Calendar' },
    agent: { name: 'Planner', state: 'active', key_file: key },
    account: { username: 'ada', state: 'active' },
  });
  expect(statSync(key).mode & 0o777).toBe(0o600);
  expect(JSON.parse(readFileSync(key, 'utf8'))).toHaveProperty('d');
  const created = await count();
  for (const type of ['resource_server.created', 'agent.created', 'account.created']) {
    expect(created[type]).toBe((before[type] ?? 0) + 1);
  }

  const person = { username: 'ada', password: made.account.password };
  const shown: string[] = [];
  const left = await walkAuthorization(newBrowser(server.issuer), made.authorization_url, {
    person,
    onPage: ({ text }) => shown.push(text),
  });
  expect(left.href).toMatch(/^http:\/\/127\.0\.0\.1:4000\/callback\?code=/);
  expect(shown.at(-1)).toMatch(/Planner[\s\S]*See events/);

  const again = await init(['--yes', '--key', key]);
  expect(again).toMatchObject({ code: 0, err: '' });
  expect(again.out.match(/exists already/g)).toHaveLength(3);
  expect(again.out).toContain(`client_id=${made.agent.id}`);
  expect(again.out).not.toContain('password');
  expect(await count()).toEqual(created);
});

test('at a terminal it asks, and an empty answer takes the default', async () => {
  const file = join(folder, 'password');
  writeFileSync(file, 'a password for grace', { mode: 0o600 });
  const key = join(folder, 'notes.jwk.json');
  const answers = ['https://notes.example.com', 'Notes', 'notes.read:low:Read notes', 'Note taker', '', '', 'grace'];
  const { code, out, err } = await init(['--password-file', file, '--key', key], answers);
  expect(code).toBe(0);
  expect(answers).toEqual([]);
  expect(err).toContain('Its purpose, in a sentence [Plans the week]: ');
  expect(out).toMatch(/API +https:\/\/notes\.example\.com {2}rs_\w+ {2}new\n/);
  expect(out).toMatch(/agent +Note taker {2}agt_\w+ {2}new; its key is in .*notes\.jwk\.json, keep it private\n/);
  expect(out).toMatch(/person +grace {2}acc_\w+ {2}new\n/);
  expect(out).toContain('scope=openid+notes.read&resource=https%3A%2F%2Fnotes.example.com');
});

test('without a terminal a missing value is wrong usage, and nothing is created', async () => {
  const before = await count();
  expect(await init(['--api', 'https://other.example.com'])).toMatchObject({
    code: 2,
    err: 'behalf: --api-name NAME is missing.\nGive it, or take the usual values with --yes.\n',
  });
  expect(await init(['--yes', '--scopes', 'read'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('--scope read is not NAME:RISK:TEXT.'),
  });
  expect(await count()).toEqual(before);
});
