/** `behalf agents create` and `accept` as a newcomer meets them: a name that is taken, and an owner who has to accept. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { managementClient } from '../../src/cli/management-client.ts';
import { cliHere } from '../support/in-process-cli.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'behalf-cli-agents-'));
const before = process.cwd();
let server: RunningServer;

beforeAll(async () => {
  server = await runServer();
  // Key files are written where the command runs.
  process.chdir(folder);
});
afterAll(async () => {
  process.chdir(before);
  await server?.close();
  rmSync(folder, { recursive: true });
});

const behalf = (...argv: string[]) => cliHere(argv, { BEHALF_DATA: server.dataFolder });
const create = (name: string, ...more: string[]) =>
  behalf('agents', 'create', '--name', name, '--purpose', 'Books trips', ...more);
const idIn = (text: string): string => /agt_[a-z2-7]{26}/.exec(text)?.[0] ?? '';

test('a name that an agent has is asked about; --again registers a second agent with a key of its own', async () => {
  const first = await create('Trip planner');
  expect(first).toMatchObject({ code: 0, err: '' });
  const key = readFileSync('trip-planner.jwk.json', 'utf8');

  for (const name of ['Trip planner', ' trip  PLANNER', 'Ｔrip planner']) {
    const refused = await create(name);
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.err).toContain(`exists: ${idIn(first.out)}, active, owner acc_`);
    expect(refused.err).toContain('--again');
  }
  expect(existsSync('trip-planner-2.jwk.json')).toBe(false);
  expect(JSON.parse((await behalf('agents', 'list', '--search', 'trip', '--json')).out)).toHaveLength(1);
  // A name of which it is a part is another one.
  expect((await create('Trip planner for sales')).code).toBe(0);

  const second = await create('Trip planner', '--again');
  expect(second.code).toBe(0);
  expect(idIn(second.out)).not.toBe(idIn(first.out));
  expect(second.out).toContain('trip-planner-2.jwk.json');
  expect(readFileSync('trip-planner.jwk.json', 'utf8')).toBe(key);
  expect(readFileSync('trip-planner-2.jwk.json', 'utf8')).not.toBe(key);

  // A retired agent needs its name no more.
  await create('Archivist');
  const [{ id }] = JSON.parse((await behalf('agents', 'list', '--search', 'archivist', '--json')).out);
  await behalf('agents', 'retire', id, '--yes');
  expect((await create('Archivist', '--key', 'archivist-new.jwk.json')).code).toBe(0);
});

test('with --owner it says that the owner must accept, where and until when, and what fails until then', async () => {
  const made = await behalf('accounts', 'create', 'ada', '--name', 'Ada', '--json');
  expect(made).toMatchObject({ code: 0 });
  const pending = await create('Booker', '--owner', 'ada');
  const id = idIn(pending.out);
  expect(pending.out).toMatch(/Its owner has to accept it until 20\d\d-\d\d-\d\d \d\d:\d\d:\d\dZ: ada/);
  expect(pending.out).toContain(`${server.issuer}/console/agents/${id}`);
  expect(pending.out).toContain(`behalf agents accept ${id} --key-file FILE`);
  expect(pending.out).toContain('invalid_client');
  expect((await create('Own one')).out).not.toContain('has to accept');

  // What it says is so.
  const key = JSON.parse(readFileSync('booker.jwk.json', 'utf8'));
  const client = managementClient({ issuer: server.issuer, client_id: id, private_key: key });
  await expect(client.run('listAgents')).rejects.toThrow(/gave no token to agt_.* \(invalid_client/);

  const wrong = await behalf('agents', 'accept', id);
  expect(wrong).toMatchObject({ code: 1, out: '' });
  expect(wrong.err).toContain('Only the proposed owner of an agent accepts it.');
  expect(wrong.err).toContain(`${server.issuer}/console/agents/${id}`);
  expect(wrong.err).toContain('--key-file FILE of a client that account owns');
  expect(wrong.err).not.toContain('administrator.json');
  expect(JSON.parse((await behalf('agents', 'show', id, '--json')).out)).toMatchObject({ state: 'pending' });
});

test('help says who can accept', async () => {
  const { out } = await behalf('agents', 'accept', '--help');
  expect(out).toContain('The account that is asked accepts it, or a member of the group that is asked');
});

test('a list that a filter leaves empty does not say that there is nothing at all', async () => {
  await create('Present');
  for (const filter of [
    ['--search', 'nothing like it'],
    ['--state', 'orphaned'],
  ]) {
    expect(await behalf('agents', 'list', ...filter)).toEqual({ code: 0, out: '', err: 'There are no such agents.\n' });
  }
});

test('a member that has no account is named, with where to look and how to make one', async () => {
  const refused = await behalf('groups', 'create', 'Travel desk', '--member', 'carla', '--member', 'dan');
  expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('carla: There is no account')]);
  expect(refused.err).toContain('behalf accounts list');
  expect(refused.err).toContain('behalf accounts create USERNAME');
});
