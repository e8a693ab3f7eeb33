/** The command line on a machine that other users share: key files others may read; and kills of what a group owns. */
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Identity } from '../support/agent-keys.ts';
import { cliHere } from '../support/in-process-cli.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { until } from '../support/until.ts';

const folder = mkdtempSync(join(tmpdir(), 'behalf-cli-secrets-'));
let server: RunningServer;
let scene: Scene;

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
}, 60_000);
afterAll(async () => {
  await server?.close();
  rmSync(folder, { recursive: true });
});

const behalf = (...argv: string[]) => cliHere(argv, { BEHALF_DATA: server.dataFolder });

const json = async (...argv: string[]) => {
  const { code, out, err } = await behalf(...argv, '--json');
  if (code !== 0) throw new Error(`behalf ${argv.join(' ')}: ${code} ${err}`);
  return JSON.parse(out);
};

describe('KY-02 files with secrets that others may read are refused, with the remedy', () => {
  const refusal = (file: string) => ({ code: 1, err: expect.stringContaining(`chmod 600 ${file}`) });

  test.each([0o640, 0o604, 0o622, 0o644])('the key file of the management API, mode %o', async (mode) => {
    const file = join(server.dataFolder, 'operator.json');
    chmodSync(file, mode);
    try {
      expect(await behalf('accounts', 'list')).toMatchObject(refusal(file));
    } finally {
      chmodSync(file, 0o600);
    }
    expect((await behalf('accounts', 'list')).code).toBe(0);
  });

  test('the key pair of an agent; every user may read a public key, and what the command makes is private', async () => {
    const file = join(folder, 'agent.jwk');
    const create = (key: string, name: string) =>
      behalf('agents', 'create', '--name', name, '--purpose', 'Files', '--key', key);
    expect((await create(file, 'First clerk')).code).toBe(0);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    chmodSync(file, 0o644);
    const before = (await server.events('agent.created')).length;
    expect(await create(file, 'Second clerk')).toMatchObject(refusal(file));
    expect(await server.events('agent.created')).toHaveLength(before);
    const made = await json('agents', 'list');
    const open = join(folder, 'public.jwk');
    writeFileSync(open, JSON.stringify(made[0].jwks.keys[0]), { mode: 0o644 });
    expect((await create(open, 'Third clerk')).code).toBe(0);
  });

  test('a password file, and the secret at an identity provider', async () => {
    const file = join(folder, 'password');
    writeFileSync(file, 'a long enough password 1\n', { mode: 0o644 });
    expect(await behalf('accounts', 'create', 'lin', '--password-file', file)).toMatchObject(refusal(file));
    expect(await json('accounts', 'list')).not.toContainEqual(expect.objectContaining({ username: 'lin' }));
    const upstream = ['upstreams', 'create', 'https://id.example.org', '--name', 'Directory', '--client-id', 'behalf'];
    expect(await behalf(...upstream, '--secret-file', file)).toMatchObject(refusal(file));
    chmodSync(file, 0o600);
    expect((await behalf('accounts', 'create', 'lin', '--password-file', file)).code).toBe(0);
  });
});

/** An agent that a new group of this name owns, and that gets tokens. */
const ownedByGroup = async (name: string) => {
  const members = [await account(), await account()];
  const owner = String((await scene.management.call('POST', '/groups', { name, members })).body['id']);
  const agent = await scene.newAgent(`Clerk of ${name}`, owner);
  expect(await isRefused(agent)).toBe(false);
  return { agent, owner };
};

let accounts = 0;
const account = async (): Promise<string> => {
  const username = `member-${accounts}`;
  accounts += 1;
  return (await scene.management.createAccount({ username, name: 'A member' })).id;
};

const isRefused = async (identity: Identity): Promise<boolean> => {
  const answer = await scene.calls.token(
    { kind: 'key', identity },
    { grant_type: 'client_credentials', resource: scene.jwt.identifier, scope: 'read' },
  );
  return answer.status !== 200;
};

describe('behalf kill owner', () => {
  test('takes a group by its name, and stops the agents that it owns', async () => {
    const { agent } = await ownedByGroup('Night shift');
    const killed = await behalf('kill', 'owner', 'Night shift', '--reason', 'a test', '--yes');
    expect(killed).toMatchObject({ code: 0, out: expect.stringContaining('Night shift is stopped') });
    expect(await isRefused(agent)).toBe(true);
    expect((await server.events('kill.ordered')).at(-1)).toMatchObject({
      target: { id: expect.stringMatching(/^grp_/) },
    });
  });

  test('takes a group by its id with --local, where nothing else is a target', async () => {
    const { agent, owner } = await ownedByGroup('Day shift');
    for (const wrong of ['Day shift', agent.clientId, 'grp_x']) {
      expect(await behalf('kill', 'owner', wrong, '--local', '--yes', '--reason', 'a test')).toMatchObject({
        code: 2,
        err: expect.stringContaining('acc_… or grp_…'),
      });
    }
    expect((await behalf('kill', 'owner', owner, '--local', '--yes', '--reason', 'a test')).code).toBe(0);
    await until(() => isRefused(agent), { what: 'the latched kill' });
  });
});
