/** `behalf config`: settings as files. A first apply makes a server so, a second changes nothing, and no secret is in a file. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runCli } from '../../src/cli/main.ts';
import { newKeyPair } from '../support/agent-keys.ts';
import { exampleType } from '../support/detail-types.ts';
import { cliHere } from '../support/in-process-cli.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'behalf-config-'));
const copy = join(folder, 'copy');
let source: RunningServer;
let target: RunningServer;

beforeAll(async () => {
  [source, target] = [await runServer(), await runServer()];
  const api = {
    name: 'Payments',
    identifier: 'https://payments.example.com',
    scopes: [{ name: 'pay', description: 'Pay', risk: 'high' }],
    detail_types: [exampleType('payment')],
    introspection_auth_method: 'client_secret_basic',
  };
  const file = join(folder, 'types.json');
  writeFileSync(file, JSON.stringify(api.detail_types));
  const made = [
    [
      'resource-servers',
      'create',
      api.identifier,
      '--name',
      api.name,
      '--scope',
      'pay:high:Pay',
      '--detail-types',
      file,
    ].concat(['--introspection', 'client_secret_basic']),
    ['blueprints', 'create', '--name', 'Clerks', '--purpose', 'File things', '--token-seconds', '300'],
    ['blueprints', 'activate', 'Clerks'],
    ['blueprints', 'create', '--name', 'Later', '--purpose', 'Wait for a review', '--token-seconds', '600'],
    ['clients', 'create', '--name', 'Desk', '--redirect-uri', 'https://desk.example.com/callback', '--owner', 'admin'],
    [
      ...['webhooks', 'create', 'https://hooks.example.com/behalf', '--name', 'Hooks', '--kind', 'agent.suspended'],
      ...['--resource-server', 'Payments', '--owner', (await account(source)).id],
    ],
    [
      'budgets',
      'create',
      'Few',
      '--about',
      'owner',
      '--subject',
      (await account(source)).id,
      '--limit',
      '9',
      '--window',
      '24h',
    ],
  ];
  for (const argv of made) {
    const { code, err } = await on(source, ...argv, '--key-file', source.administratorKeyFile);
    if (code !== 0) throw new Error(`${argv.join(' ')}: ${err}`);
  }
}, 60_000);
afterAll(async () => {
  await source?.close();
  await target?.close();
  rmSync(folder, { recursive: true });
});

const on = (server: RunningServer, ...argv: readonly string[]) => cliHere(argv, { BEHALF_DATA: server.dataFolder });
const account = async (server: RunningServer): Promise<{ readonly id: string }> =>
  JSON.parse((await on(server, 'accounts', 'show', 'admin', '--json')).out);
const read = (file: string) => JSON.parse(readFileSync(join(copy, file), 'utf8'));
const write = (file: string, members: object): void => writeFileSync(join(copy, file), JSON.stringify(members));

test('export writes a file for each object, with names in place of ids and without secrets', async () => {
  const { code, out, err } = await on(source, 'config', 'export', '-f', copy);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toContain('7 files are written');
  expect(readdirSync(copy).sort()).toEqual([
    'blueprints',
    'budgets',
    'clients',
    'policy.cedar',
    'resource-servers',
    'webhooks',
  ]);
  expect(read('clients/desk.json')).toMatchObject({ name: 'Desk', owner: 'admin', state: 'active' });
  // Its ceilings are those of the draft: the next diff shows nothing, and no apply empties them.
  expect(read('blueprints/later.json')).toMatchObject({ state: 'draft', ceilings: { max_access_token_seconds: 600 } });
  expect(read('budgets/few.json')).toMatchObject({ name: 'Few', about: 'owner', subject: 'admin', limit: 9 });
  expect(read('resource-servers/payments-example-com.json')).toMatchObject({
    identifier: 'https://payments.example.com',
    detail_types: [{ type: 'payment_initiation' }],
  });
  expect(read('webhooks/hooks-example-com-behalf.json')).toEqual({
    url: 'https://hooks.example.com/behalf',
    name: 'Hooks',
    kinds: ['agent.suspended'],
    owner: 'admin',
    resource_server: 'https://payments.example.com',
  });
  const all = readdirSync(copy, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('');
  expect(all).not.toMatch(/secret"|[a-z]{3}_[a-z2-7]{26}|Management/);
});

test('the server that was exported does not differ, and another server is made the same, once', async () => {
  expect(await on(source, 'config', 'diff', '-f', copy)).toMatchObject({ code: 0, out: '' });
  const differs = await on(target, 'config', 'diff', '-f', copy);
  expect(differs.code).toBe(1);
  expect(differs.out).toContain('+ client Desk\n');
  const asked = await on(target, 'config', 'apply', '-f', copy);
  expect(asked).toMatchObject({ code: 2, err: expect.stringContaining('add --yes') });
  expect(await target.events('client.created')).toHaveLength(2);

  const applied = await on(target, 'config', 'apply', '-f', copy, '--yes');
  expect(applied.code).toBe(0);
  expect(applied.out).toMatch(/^6 changes made\.\n.*client Desk \(app_\w+\) has the secret \S+ \(shown once\)\n/s);
  expect(applied.out).toContain('resource server https://payments.example.com');
  const before = (await target.events()).length;
  expect(await on(target, 'config', 'apply', '-f', copy, '--yes')).toMatchObject({
    code: 0,
    out: '',
    err: 'The server is as the files declare. Nothing was changed.\n',
  });
  const since = (await target.events()).slice(before).map(({ type }) => type);
  expect(since.filter((type) => !/^token\.issued$|\.read$/.test(type))).toEqual([]);
});

test('D6 all events of one apply have one transaction, by which they are listed', async () => {
  const [created] = (await target.events('budget.created')) as readonly { readonly txn?: string }[];
  expect(created?.txn).toMatch(/^txn_/);
  const { out } = await on(target, 'audit', 'list', '--txn', String(created?.txn), '--json');
  const types = (JSON.parse(out) as readonly { readonly event: { readonly type: string } }[]).map(
    ({ event }) => event.type,
  );
  expect(types).toEqual(
    expect.arrayContaining(['resource_server.created', 'blueprint.activated', 'client.created', 'budget.created']),
  );
});

test('a changed file changes its members only; ceilings of a blueprint become active', async () => {
  write('clients/desk.json', { name: 'Desk', redirect_uris: ['https://desk.example.com/other'] });
  write('blueprints/clerks.json', { ...read('blueprints/clerks.json'), ceilings: { max_access_token_seconds: 60 } });
  write('budgets/few.json', { ...read('budgets/few.json'), state: 'disabled', limit: 3 });
  const { code, err, out } = await on(target, 'config', 'apply', '-f', copy, '--yes');
  expect([code, out]).toEqual([0, '3 changes made.\n']);
  expect(err).toContain('redirect_uris: ["https://desk.example.com/callback"] → ["https://desk.example.com/other"]');
  const shown = async (noun: string, name: string) => JSON.parse((await on(target, noun, 'show', name, '--json')).out);
  expect(await shown('clients', 'Desk')).toMatchObject({ state: 'active', owner: (await account(target)).id });
  expect(await shown('blueprints', 'Clerks')).toMatchObject({ version: 2, ceilings: { max_access_token_seconds: 60 } });
  expect(await shown('budgets', 'Few')).toMatchObject({ state: 'disabled', limit: 3 });
  expect((await on(target, 'config', 'diff', '-f', copy)).code).toBe(0);
});

test('If-Match: a change by another caller meanwhile is refused, and not overwritten', async () => {
  write('clients/desk.json', { name: 'Desk', redirect_uris: ['https://desk.example.com/third'] });
  const written = { err: '' };
  const terminal = {
    out: () => undefined,
    err: (text: string) => {
      written.err += text;
    },
    hasColors: true,
    ask: async () => {
      await on(target, 'clients', 'update', 'Desk', '--redirect-uri', 'https://desk.example.com/theirs');
      return 'y';
    },
  };
  const argv = ['config', 'apply', '-f', copy];
  expect(await runCli(argv, terminal, { BEHALF_DATA: target.dataFolder })).toBe(1);
  expect(written.err).toContain('\u001b[33m~ client Desk\u001b[0m\n');
  expect(written.err).toContain('0 of 1 change made, the others not.');
  expect(written.err).toContain('Another caller changed it at the same time.');
  expect(JSON.parse((await on(target, 'clients', 'show', 'Desk', '--json')).out)).toMatchObject({
    redirect_uris: ['https://desk.example.com/theirs'],
  });
  expect((await target.events('management.refused')).at(-1)).toMatchObject({
    error: 'precondition_failed',
    note: 'updateClient',
  });
});

test('--prune disables what no file declares, of kinds that have a folder; without it nothing else changes', async () => {
  await on(target, 'clients', 'create', '--name', 'Stray', '--redirect-uri', 'https://stray.example.com/callback');
  rmSync(join(copy, 'budgets'), { recursive: true });
  expect((await on(target, 'config', 'diff', '-f', copy)).out).not.toContain('Stray');
  const { out } = await on(target, 'config', 'diff', '-f', copy, '--prune');
  expect(out).toContain('- client Stray\n    state: active → disabled\n');
  expect(out).not.toContain('budget');
  expect((await on(target, 'config', 'apply', '-f', copy, '--prune', '--yes')).code).toBe(0);
  expect(JSON.parse((await on(target, 'clients', 'show', 'Stray', '--json')).out)).toMatchObject({ state: 'disabled' });
  expect(await on(target, 'config', 'diff', '-f', copy, '--prune')).toMatchObject({ code: 0, out: '' });
  expect((await target.events('client.disabled')).length).toBe(1);
});

test('trusted issuers are exported, need --local where they are new or enabled, and are disabled by --prune', async () => {
  const issued = join(folder, 'issued');
  const keys = join(folder, 'issuer.jwks.json');
  writeFileSync(keys, JSON.stringify({ keys: [(await newKeyPair()).publicJwk] }));
  const issuer = 'https://tokens.example.com';
  const argv = ['workload-identity', 'issuers', 'create', issuer, '--name', 'Builds', '--template', 'generic'];
  expect((await on(source, ...argv, '--jwks-file', keys, '--local')).code).toBe(0);
  await on(source, 'config', 'export', '-f', issued);
  const [file = ''] = readdirSync(join(issued, 'trusted-issuers'));
  const declared = JSON.parse(readFileSync(join(issued, 'trusted-issuers', file), 'utf8'));
  expect(declared).toMatchObject({
    issuer,
    name: 'Builds',
    template: 'generic',
    state: 'active',
    jwks: { keys: [{}] },
  });
  for (const name of readdirSync(issued)) {
    if (name !== 'trusted-issuers') rmSync(join(issued, name), { recursive: true });
  }

  const apply = (...more: readonly string[]) => on(target, 'config', 'apply', '-f', issued, '--yes', ...more);
  const weak = await apply();
  expect([weak.code, weak.err]).toEqual([1, expect.stringContaining('0 of 1 change made, the others not.')]);
  expect(await target.events('trusted_issuer.created')).toEqual([]);
  expect((await target.events('management.refused')).at(-1)).toMatchObject({
    error: 'insufficient_user_authentication',
    note: 'createTrustedIssuer',
  });
  expect(await apply('--local')).toMatchObject({ code: 0, out: '1 change made.\n' });
  expect(await target.events('trusted_issuer.created')).toHaveLength(1);
  expect(await on(target, 'config', 'diff', '-f', issued, '--prune')).toMatchObject({ code: 0, out: '' });

  rmSync(join(issued, 'trusted-issuers', file));
  const pruned = await on(target, 'config', 'diff', '-f', issued, '--prune');
  expect(pruned.out).toBe(`- trusted issuer ${issuer}\n    state: active → disabled\n`);
  expect((await apply('--prune')).code).toBe(0);
  expect(await target.events('trusted_issuer.disabled')).toHaveLength(1);
});

describe('files that declare nothing valid are refused before anything changes', () => {
  const broken = join(folder, 'broken');
  beforeAll(() => {
    mkdirSync(join(broken, 'clients'), { recursive: true });
  });

  test.each([
    ['clients/a.json', '{', 'clients/a.json cannot be read as JSON.'],
    ['clients/a.json', '[]', 'clients/a.json holds no JSON object.'],
    ['clients/a.json', '{}', 'clients/a.json lacks name.'],
    ['clients/a.json', '{"name":"A","client_secret":"x"}', 'has the member client_secret, which no file declares.'],
    ['clients/a.json', '{"name":"A","state":"retired"}', 'has the state retired.'],
    ['clients/a.json', '{"name":"A","owner":"no-such-person"}', 'clients/a.json: owner: no-such-person'],
    [
      'clients/a.json',
      '{"name":"Desk","token_endpoint_auth_method":"none"}',
      'token_endpoint_auth_method cannot change.',
    ],
    ['clients/a.txt', '{}', 'clients/a.txt is no JSON file.'],
    ['client.json', '{}', 'client.json declares nothing.'],
    ['policy.cedar', 'permit(', 'policy.cedar:1: '],
  ])('%s: %s', async (file, text, said) => {
    writeFileSync(join(broken, file), text);
    const before = (await target.events('client.created')).length;
    const { code, err } = await on(target, 'config', 'apply', '-f', broken, '--yes');
    rmSync(join(broken, file));
    expect(code).not.toBe(0);
    expect(err).toContain(said);
    expect((await target.events('client.created')).length).toBe(before);
  });

  test('two files about one object', async () => {
    for (const file of ['a', 'b']) writeFileSync(join(broken, `clients/${file}.json`), '{"name":"A"}');
    const { err } = await on(target, 'config', 'diff', '-f', broken);
    expect(err).toContain('clients/a.json and clients/b.json both declare the client A.');
  });
});
