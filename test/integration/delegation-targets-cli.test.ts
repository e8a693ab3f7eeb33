/** `behalf resource-servers propose-delegation`, `accept-delegation` and `withdraw-delegation`, as two operators use them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { exportJWK } from 'jose';
import { type Identity, newKeyPair } from '../support/agent-keys.ts';
import { cliHere } from '../support/in-process-cli.ts';
import { type Management, managementFromKeyFile } from '../support/management.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { advance, startClock, stopClock } from '../support/stopped-clock.ts';

const MCP = 'https://notes.example.com/mcp';
const API = 'https://tickets.example.com';
const PAIR = ['--to', API, '--scope', 'tickets.read'];

let server: RunningServer;
let management: Management;
let mcp: string;

const behalf = (...argv: string[]) => cliHere(['resource-servers', ...argv], { BEHALF_DATA: server.dataFolder });
const json = async (...argv: string[]) => JSON.parse((await behalf(...argv, '--json')).out);
const types = async (): Promise<readonly string[]> =>
  (await server.events()).map(({ type }) => type).filter((type) => type.startsWith('resource_server.delegation'));

/** A key file of a client that a new operator owns. `isOwnKey`: the operator replaced the key that an administrator set. */
const keyFileOf = async (username: string, isOwnKey: boolean): Promise<string> => {
  const { id } = await management.createAccount({ username, name: username, roles: ['operator'] });
  let { clientId, key }: Identity = await management.newScript(id);
  if (isOwnKey) {
    const next = await newKeyPair();
    const { headers } = await management.call('GET', `/clients/${clientId}`);
    const match = { 'if-match': String(headers.get('etag')) };
    const body = { jwks: { keys: [next.publicJwk] } };
    const changed = await management.callOnce('PATCH', `/clients/${clientId}`, body, match, { clientId, key });
    expect([changed.status, changed.text]).toEqual([200, changed.text]);
    key = next;
  }
  const file = join(server.dataFolder, `${username}.json`);
  const private_key = await exportJWK(key.privateKey);
  writeFileSync(file, JSON.stringify({ issuer: server.issuer, client_id: clientId, private_key }), { mode: 0o600 });
  return file;
};

beforeAll(async () => {
  stopClock();
  server = await runServer();
  management = await managementFromKeyFile(server.administratorKeyFile);
  const scopes = [{ name: 'tickets.read', description: 'Read tickets', risk: 'low' }];
  await management.createResourceServer({ identifier: API, name: 'Tickets', scopes });
  mcp = (await management.createResourceServer({ identifier: MCP, name: 'Notes', scopes })).id;
});
afterAll(async () => {
  await server?.close();
  startClock();
});

test('one operator proposes, another accepts with their own key, and any withdraws', async () => {
  const [own, given] = [await keyFileOf('bob', true), await keyFileOf('carl', false)];
  advance(1000);
  const proposed = await behalf('propose-delegation', mcp, ...PAIR);
  expect(proposed).toMatchObject({ code: 0, err: '' });
  expect(proposed.out).toContain(`${server.issuer}/console/resource-servers/${mcp}`);
  expect(proposed.out).toContain(`behalf resource-servers accept-delegation ${mcp} --to ${API} --scope tickets.read`);
  expect((await behalf('show', mcp)).out).toMatch(/tickets\.read at https:\/\/tickets\.example\.com \(proposed/);
  expect((await behalf('list', '--awaiting')).out).toContain(mcp);
  advance(1000);

  // The clients of first start are one person; the administrator set the key of the other client.
  const before = await types();
  for (const file of [server.administratorKeyFile, join(server.dataFolder, 'operator.json'), given]) {
    const refused = await behalf('accept-delegation', mcp, ...PAIR, '--key-file', file);
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.err).toContain('The proposer does not accept their own pair');
    expect(refused.err).toContain('in the console, or with the key of a client that they own');
  }
  expect(await types()).toEqual(before);

  const accepted = await behalf('accept-delegation', mcp, ...PAIR, '--key-file', own);
  expect(accepted).toMatchObject({ code: 0, out: `${mcp} asks its callers for tickets.read at ${API}.\n` });
  expect(await json('show', mcp)).toMatchObject({
    delegates_to: [{ resource: API, scope: 'tickets.read', accepted_at: expect.any(Number) }],
  });
  expect((await behalf('show', mcp)).out).toContain('(accepted)');
  expect((await behalf('list', '--awaiting')).out).not.toContain(mcp);

  expect(await behalf('withdraw-delegation', mcp, ...PAIR)).toMatchObject({ code: 0 });
  expect(await json('show', mcp)).not.toHaveProperty('delegates_to');
  expect(await types()).toEqual([
    'resource_server.delegation_proposed',
    'resource_server.delegation_accepted',
    'resource_server.delegation_withdrawn',
  ]);
});

test('a pair that cannot be names the member; help says who accepts', async () => {
  const unknown = await behalf('propose-delegation', mcp, '--to', 'https://other.example.com', '--scope', 'x');
  expect(unknown).toMatchObject({ code: 1, err: expect.stringMatching(/^behalf: \/resource: /) });
  const scope = await behalf('propose-delegation', mcp, '--to', API, '--scope', 'tickets.write');
  expect(scope).toMatchObject({ code: 1, err: expect.stringMatching(/^behalf: --scope: /) });
  expect(await behalf('propose-delegation', mcp, '--to', API)).toMatchObject({ code: 2 });
  expect((await behalf('propose-delegation', '--help')).out).toContain('Another operator or administrator accepts it');
});
