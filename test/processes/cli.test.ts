/** `behalf` against a server process, as an operator uses it. Commands run in this process; the executable itself once. */
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readKeyFile } from '../../src/cli/key-file.ts';
import { managementClient } from '../../src/cli/management-client.ts';
import { cliHere } from '../support/in-process-cli.ts';
import { managementFromKeyFile } from '../support/management.ts';
import { runCli as runExecutable, type ServerProcess, startServer } from '../support/server-process.ts';
import { until } from '../support/until.ts';

const folder = mkdtempSync(join(tmpdir(), 'behalf-cli-'));
let server: ServerProcess;

beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => {
  await server?.remove();
  rmSync(folder, { recursive: true });
});

const behalf = (...argv: string[]) => cliHere(argv, server.environment);

/** The JSON a command prints. */
const json = async (...argv: string[]) => {
  const { code, out, err } = await behalf(...argv, '--json');
  if (code !== 0) throw new Error(`behalf ${argv.join(' ')}: ${code} ${err}`);
  return JSON.parse(out);
};

const eventTypes = async (...filters: string[]): Promise<readonly string[]> =>
  (await json('audit', 'list', ...filters)).map(({ event }: { event: { type: string } }) => event.type);

test('agents create works at once after the first start, as the executable', async () => {
  const key = join(folder, 'travel.jwk');
  const create = ['agents', 'create', '--name', 'Travel planner', '--purpose', 'Books trips', '--key', key];
  const { code, stdout, stderr } = await runExecutable(create, server.environment);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const id = /agt_[a-z2-7]{26}/.exec(stdout)?.[0];
  expect(stdout).toContain(`Next: behalf agents show ${id}`);
  expect(statSync(key).mode & 0o777).toBe(0o600);
  expect(await json('agents', 'show', String(id))).toMatchObject({
    name: 'Travel planner',
    environment: 'development',
  });
});

test('audit list takes a span of time, and refuses an invalid one', async () => {
  expect(await eventTypes('--since', '1h')).toContain('agent.created');
  expect(await eventTypes('--since', '1h', '--until', '30m')).toEqual([]);
  expect(await behalf('audit', 'list', '--since', 'lunch')).toMatchObject({
    code: 2,
    err: expect.stringContaining('--since lunch is no time.'),
  });
});

test('blueprints are drafted, compared, looked ahead to and activated', async () => {
  const given = ['--grant-type', 'client_credentials', '--environment', 'development', '--token-seconds', '300'];
  const { id } = await json('blueprints', 'create', '--name', 'Clerks', '--purpose', 'File things', ...given);
  expect((await behalf('blueprints', 'activate', id)).out).toContain('is active in version 1');
  const key = join(folder, 'blueprint.jwk');
  const agent = ['agents', 'create', '--name', 'Blue', '--purpose', 'Files', '--key', key, '--blueprint', id];
  const { id: agentId } = await json(...agent);
  expect((await behalf('agents', 'list', '--blueprint', id)).out).toContain(agentId);
  await behalf('blueprints', 'update', id, '--environment', 'production', '--token-seconds', '60');
  expect((await behalf('blueprints', 'diff', id)).out).toMatch(/max_access_token_seconds +300 +60 +narrower/);
  expect((await behalf('blueprints', 'preview', id)).out).toContain(`1 would break, 1 of them stop.`);
  expect(await json('blueprints', 'preview', id)).toMatchObject({ agent: agentId, stops: ['environment_not_allowed'] });
  expect((await behalf('blueprints', 'activate', id)).code).toBe(0);
  expect((await behalf('blueprints', 'versions', id)).out).toMatch(/2 +active.*\n1 +deprecated/);
  expect(await json('blueprints', 'show', id)).toMatchObject({
    ceilings: { grant_types: ['client_credentials'], max_access_token_seconds: 60 },
  });
  expect((await behalf('blueprints', 'deprecate', id)).out).toContain('deprecated');
  expect((await behalf('blueprints', 'list', '--state', 'deprecated')).out).toContain('Clerks');
});

describe('accounts disable', () => {
  let leaver: string;
  let agent: string;
  const stateOf = async () => (await json('accounts', 'show', leaver)).state;

  beforeAll(async () => {
    leaver = (await json('accounts', 'create', 'leaver', '--role', 'auditor', '--local')).id;
    const made = await json(
      ...['agents', 'create', '--name', 'Left alone', '--purpose', 'Waits', '--owner', 'leaver'],
      ...['--key', join(folder, 'leaver.jwk')],
    );
    agent = made.id;
    const management = await managementFromKeyFile(join(server.dataFolder, 'administrator.json'));
    await management.acceptAs(leaver, agent);
  });

  test('without a terminal names what ends and changes nothing until --yes', async () => {
    const asked = await behalf('accounts', 'disable', 'leaver');
    expect(asked.code).toBe(2);
    expect(asked.out).toContain('Agents that become orphaned: 1');
    expect(asked.out).toContain(`${agent}  Left alone`);
    expect(asked.out).toContain('Roles that stop: auditor');
    expect(asked.err).toContain('Nothing was changed.');
    expect(asked.err).toContain('add --yes');
    const listed = await behalf('accounts', 'disable', 'leaver', '--json');
    expect([listed.code, JSON.parse(listed.out)]).toMatchObject([
      2,
      { account: leaver, agents: { items: [{ id: agent }] } },
    ]);
    expect([await stateOf(), await eventTypes('--type', 'account.disabled')]).toEqual(['active', []]);
  });

  test('on a terminal asks; anything but yes changes nothing', async () => {
    for (const answer of ['', 'n', 'maybe']) {
      const asked = await cliHere(['accounts', 'disable', 'leaver'], server.environment, [answer]);
      expect([asked.code, asked.out]).toEqual([1, '']);
      expect(asked.err).toMatch(/Left alone[\s\S]*Disable leaver\? \[y\/N\] Nothing was changed\.\n$/);
    }
    expect(await stateOf()).toBe('active');
    const done = await cliHere(['accounts', 'disable', 'leaver'], server.environment, ['y']);
    expect([done.code, done.out, await stateOf()]).toEqual([0, 'leaver is disabled.\n', 'disabled']);
    expect((await json('agents', 'show', agent)).state).toBe('orphaned');
    expect(await eventTypes('--type', 'account.disabled')).toHaveLength(1);
  });

  test('with --yes asks nothing; --json has the account alone', async () => {
    await behalf('accounts', 'enable', 'leaver');
    const text = await cliHere(['accounts', 'disable', 'leaver', '--yes'], server.environment, []);
    expect([text.code, text.err]).toEqual([0, expect.stringContaining('Disabling leaver')]);
    await behalf('accounts', 'enable', 'leaver');
    const { code, out, err } = await behalf('accounts', 'disable', 'leaver', '--yes', '--json');
    expect([code, JSON.parse(out), err]).toMatchObject([0, { id: leaver, state: 'disabled' }, '']);
  });

  test('of the last administrator is refused before any question', async () => {
    const asked = await cliHere(['accounts', 'disable', 'admin'], server.environment, ['y']);
    expect([asked.code, asked.err]).toEqual([1, expect.stringContaining('last active administrator')]);
    expect(asked.err).not.toContain('[y/N]');
  });
});

describe('several accounts at once', () => {
  beforeAll(async () => {
    for (const name of ['temp-a', 'temp-b']) await json('accounts', 'create', name);
    await json('groups', 'create', 'Temps', '--member', 'temp-a', '--member', 'temp-b');
    await json(
      ...['agents', 'create', '--name', 'Of the temps', '--purpose', 'Waits', '--owner', 'admin'],
      ...['--key', join(folder, 'temps.jwk')],
    );
  });
  const states = () =>
    Promise.all(['temp-a', 'temp-b'].map(async (name) => (await json('accounts', 'show', name)).state));
  const both = ['accounts', 'disable', 'temp-a', 'temp-b'];

  test('are previewed together, and nothing changes until --yes', async () => {
    const asked = await behalf(...both, 'admin');
    expect([asked.code, await states()]).toEqual([2, ['active', 'active']]);
    expect(asked.out).toMatch(
      /temp-a +ends the sign-in only\n +temp-b .*\n +admin +not possible: the last active admin/,
    );
    expect(asked.out).toMatch(/Groups without an active member: 1\n.*Temps/);
    const no = await cliHere(both, server.environment, ['no']);
    expect([no.code, no.err]).toEqual([1, expect.stringContaining('Disable 2 accounts? [y/N] Nothing was changed.')]);
    expect(await states()).toEqual(['active', 'active']);
  });

  test('one that cannot be disabled does not keep the others from it, and fails the command', async () => {
    const { code, out, err } = await behalf(...both, 'admin', '--yes');
    expect([code, out]).toEqual([1, 'temp-a is disabled.\ntemp-b is disabled.\n']);
    expect(err).toContain('not possible');
    expect([await states(), (await json('accounts', 'show', 'admin')).state]).toEqual([
      ['disabled', 'disabled'],
      'active',
    ]);
    expect((await behalf(...both, '--yes')).code).toBe(0);
    expect(await json('accounts', 'enable', 'temp-a', 'temp-b')).toMatchObject([
      { outcome: 'done', object: { username: 'temp-a', state: 'active' } },
      { outcome: 'done', object: { username: 'temp-b', state: 'active' } },
    ]);
  });

  test('with --json say what became of each, also of those that stay as they are', async () => {
    await json('accounts', 'disable', 'temp-a', '--yes');
    const [done, none] = [await behalf(...both, 'admin', '--yes', '--json'), await behalf(...both, '--yes', '--json')];
    expect([done.code, JSON.parse(done.out)]).toMatchObject([
      1,
      [
        { outcome: 'unchanged' },
        { outcome: 'done', object: { username: 'temp-b', state: 'disabled' } },
        { outcome: 'refused', error: 'the last active administrator cannot be disabled' },
      ],
    ]);
    expect([none.code, JSON.parse(none.out)]).toMatchObject([0, [{ outcome: 'unchanged' }, { outcome: 'unchanged' }]]);
    await json('accounts', 'enable', 'temp-a', 'temp-b');
  });

  test('with a name that nothing has change nothing at all', async () => {
    expect((await behalf('accounts', 'disable', 'temp-a', 'no-one', '--yes')).code).toBe(1);
    expect(await states()).toEqual(['active', 'active']);
  });
});

test('several agents are suspended and retired by name; a refusal of one does not stop the others', async () => {
  for (const name of ['Bulk 1', 'Bulk 2']) {
    const key = join(folder, `${name}.jwk`);
    await json('agents', 'create', '--name', name, '--purpose', 'Files', '--key', key);
  }
  expect(await behalf('agents', 'suspend', 'Bulk 1', 'Bulk 2')).toMatchObject({
    code: 0,
    out: 'Bulk 1 is suspended.\nBulk 2 is suspended.\n',
  });
  expect(await behalf('agents', 'retire', 'Bulk 1')).toMatchObject({
    code: 2,
    err: expect.stringContaining('add --yes'),
  });
  const asked = await cliHere(['agents', 'retire', 'Bulk 1'], server.environment, ['y']);
  expect(asked).toMatchObject({ code: 0, out: 'Bulk 1 is retired for good.\n' });
  expect(asked.err).toContain('can never act again');
  const mixed = await behalf('agents', 'resume', 'Bulk 1', 'Bulk 2');
  expect(mixed).toMatchObject({ code: 1, out: 'Bulk 2 is active.\n', err: expect.stringMatching(/^behalf: Bulk 1: /) });
});

test('initial access tokens are made, listed and revoked', async () => {
  const tokens = ['registration', 'tokens'];
  const { code, out } = await behalf(...tokens, 'create', '--owner', 'admin', '--uses', '2', '--expires', '15m');
  expect(code).toBe(0);
  expect(out).toMatch(/bhi_[\w-]{43} \(shown once\)/);
  const id = String(/iat_[a-z2-7]{26}/.exec(out)?.[0]);
  expect((await behalf(...tokens, 'list', '--owner', 'admin')).out).toMatch(new RegExp(`${id} +active +0 of 2`));
  expect(await json(...tokens, 'revoke', id, '--yes')).toMatchObject({ id, state: 'revoked' });
  expect((await behalf(...tokens, 'create', '--owner', 'admin', '--expires', 'soon')).code).toBe(2);
});

test('agents are listed, changed and taken through their states', async () => {
  const { id, owner } = await json(
    'agents',
    'create',
    '--name',
    'Clerk',
    '--purpose',
    'Files',
    '--owner',
    'admin',
    '--key',
    join(folder, 'clerk.jwk'),
  );
  expect((await behalf('agents', 'list')).out).toMatch(new RegExp(`${id} +active +development +admin +- +Clerk\n`));
  expect((await behalf('agents', 'list', '--ids')).out).toMatch(new RegExp(`${id} .* ${owner} +- +Clerk\n`));
  expect((await behalf('agents', 'update', id, '--name', 'Head clerk', '--environment', 'test')).code).toBe(0);
  expect(await json('agents', 'show', id)).toMatchObject({ name: 'Head clerk', environment: 'test', purpose: 'Files' });
  for (const [verb, state] of [
    ['suspend', 'suspended'],
    ['resume', 'active'],
    ['retire', 'retired'],
  ] as const) {
    const yes = verb === 'retire' ? ['--yes'] : [];
    expect(await json('agents', verb, id, ...yes)).toMatchObject({ id, state });
  }
  const gone = await behalf('agents', 'resume', id);
  expect(gone.code).toBe(1);
  expect(gone.err).toContain(`Look at it with \`behalf agents show ${id}\``);
  expect(await json('agents', 'list', '--state', 'retired', '--search', 'clerk')).toMatchObject([{ id }]);
  expect(await eventTypes('--agent', id)).toEqual(
    expect.arrayContaining(['agent.created', 'agent.updated', 'agent.suspended', 'agent.resumed', 'agent.retired']),
  );
});

test('an agent is given a certificate to prove itself with, which is stopped and taken again', async () => {
  const key = join(folder, 'certified.jwk');
  const { id } = await json('agents', 'create', '--name', 'Certified', '--purpose', 'C', '--key', key);
  const added = await json('agents', 'allow-certificate', id, '--san-dns', 'agent.example.com');
  expect(added).toMatchObject({ kind: 'mtls', san_dns: 'agent.example.com' });
  expect((await behalf('agents', 'allow-certificate', id)).code).toBe(2);
  const both = ['--san-dns', 'a.example.com', '--subject-dn', 'CN=a'];
  expect((await behalf('agents', 'allow-certificate', id, ...both)).code).toBe(2);
  const svid = await json('agents', 'allow-certificate', id, '--spiffe-id', 'spiffe://a.example/ns/*/b');
  expect(svid).toMatchObject({ spiffe_trust_domain: 'a.example', spiffe_path: { like: '/ns/*/b' } });
  expect((await behalf('agents', 'credentials', 'list', id)).out).toMatch(new RegExp(`${added.id} +mtls +active `));
  expect((await behalf('agents', 'credentials', 'suspend', id, added.id)).code).toBe(0);
  expect((await behalf('agents', 'credentials', 'remove', id, added.id, '--yes')).code).toBe(0);
  const left: { id: string; kind: string }[] = await json('agents', 'credentials', 'list', id);
  expect(left.map(({ kind }) => kind)).toEqual(['jwks', 'mtls']);
  const back = await json(
    'clients',
    'create',
    '--name',
    'Back end',
    '--grant-type',
    'client_credentials',
    ...both.slice(2),
  );
  expect(back).toMatchObject({ token_endpoint_auth_method: 'tls_client_auth', certificate: { subject_dn: 'CN=a' } });
});

test('findings are listed, shown with their score, dismissed and reopened', async () => {
  await json('accounts', 'create', 'Nora');
  const key = join(folder, 'waits.jwk');
  const made = await json('agents', 'create', '--name', 'Waits', '--purpose', 'W', '--owner', 'nora', '--key', key);
  const list = () => behalf('findings', 'list', '--subject', made.id);
  await until(async () => (await list()).out.includes('pending'), { what: 'the finding' });
  const { out, code } = await list();
  expect(code).toBe(0);
  expect(out).toMatch(/^fnd_[a-z2-7]{26} +low +15 +pending .*Waits$/m);
  const [{ id }] = await json('findings', 'list', '--subject', made.id);
  expect((await behalf('findings', 'show', id)).out).toMatch(/^15 +not_accepted +-$/m);
  expect(await behalf('findings', 'dismiss', id, '--for', '30d')).toMatchObject({ code: 2 });
  expect(await json('findings', 'dismiss', id, '--for', '30d', '--reason', 'On leave')).toMatchObject({
    ...{ state: 'dismissed', reason: 'On leave' },
  });
  expect(await json('findings', 'reopen', id)).toMatchObject({ state: 'open' });
  expect(await behalf('findings', 'quarantine', id, '--reason', 'No', '--yes')).toMatchObject({ code: 1 });
});

test('accounts, clients and resource servers are made; what is secret is shown once', async () => {
  const maria = await json(
    'accounts',
    'create',
    'Maria',
    '--email',
    'maria@example.com',
    '--role',
    'auditor',
    '--local',
  );
  expect(maria).toMatchObject({
    username: 'maria',
    roles: ['auditor'],
    password: expect.stringMatching(/^[a-z2-9-]{23}$/),
  });
  expect(await json('accounts', 'show', maria.id)).not.toHaveProperty('password');
  expect(await json('accounts', 'disable', maria.id, '--yes')).toMatchObject({ state: 'disabled' });
  expect(await json('accounts', 'enable', maria.id)).toMatchObject({ state: 'active' });

  const client = await json('clients', 'create', '--name', 'Wiki', '--redirect-uri', 'https://wiki.example.com/cb');
  expect(client.client_secret).toEqual(expect.any(String));
  expect(await json('clients', 'show', client.id)).not.toHaveProperty('client_secret');
  expect((await json('clients', 'rotate-secret', client.id, '--yes')).client_secret).not.toBe(client.client_secret);
  const protection = ['--pkce', 'optional', '--require-par', '--id-token-alg', 'ES256', '--local'];
  expect(await json('clients', 'update', client.id, ...protection)).toMatchObject({
    require_pkce: false,
    require_pushed_authorization_requests: true,
    id_token_signed_response_alg: 'ES256',
  });
  const lifted = () => behalf('findings', 'list', '--kind', 'exceptions');
  await until(async () => (await lifted()).out.includes(client.id), { what: 'the finding about the exception' });
  expect(await json('clients', 'update', client.id, '--pkce', 'required')).toMatchObject({ require_pkce: true });
  expect(await behalf('clients', 'update', client.id, '--pkce', 'never')).toMatchObject({ code: 2 });
  expect(await json('clients', 'disable', client.id)).toMatchObject({ state: 'disabled' });

  const scope = 'mail:read:low:Read your mail: all of it';
  const mail = await json('resource-servers', 'create', 'https://mail.example.com', '--name', 'Mail', '--scope', scope);
  expect(mail.scopes).toEqual([{ name: 'mail:read', risk: 'low', description: 'Read your mail: all of it' }]);
  expect((await behalf('resource-servers', 'list')).out).toContain('https://mail.example.com');
});

test('kill stops, kills shows what stands and lifts it', async () => {
  const key = join(folder, 'stopped.jwk');
  const { id } = await json('agents', 'create', '--name', 'Stopped', '--purpose', 'Nothing', '--key', key);
  expect(await behalf('kill', 'agent', id)).toMatchObject({ code: 2 });
  const kill = await json('kill', 'agent', id, '--reason', 'it ran away', '--yes');
  expect(kill).toMatchObject({ scope: 'agent', target: id, state: 'standing' });
  expect((await behalf('kills', 'list', '--standing')).out).toMatch(new RegExp(`${kill.id} +standing +agent +Stopped`));
  expect(await behalf('kill', 'account', 'admin', '--reason', 'x', '--yes')).toMatchObject({ code: 1 });
  expect((await behalf('kills', 'lift', kill.id)).out).toBe(`${kill.id} is lifted.\n`);
  expect(await json('kills', 'show', kill.id)).toMatchObject({ state: 'lifted', reason: 'it ran away' });
  expect(await behalf('kills', 'list', '--standing')).toMatchObject({ code: 0, out: '' });
  expect(await eventTypes('--agent', id)).toEqual(expect.arrayContaining(['kill.ordered', 'kill.lifted']));
});

test('refusals say which member and what to do', async () => {
  const wrong = await behalf('accounts', 'create', 'not a name');
  expect(wrong).toMatchObject({ code: 1, err: expect.stringMatching(/^behalf: \/username: .+\nCorrect the value/) });
  expect((await behalf('accounts', 'show', 'acc_x')).err).toContain('See `behalf accounts list`.');
  const forbidden = await behalf('keys', 'rotate', '--key-file', server.operatorKeyFile);
  expect(forbidden).toMatchObject({ code: 1, err: expect.stringContaining('--key-file') });
  expect(await behalf('agents', 'create', '--name', 'a')).toMatchObject({ code: 2 });
  expect((await behalf('delegations', 'revoke', 'dlg_x', '--yes')).err).toContain('See `behalf delegations list`.');
  expect((await behalf('accounts', 'create', 'erin', '--email', 'bad')).err).toMatch(/^behalf: --email: /);
  expect((await behalf('audit', 'list', '--since', '2026-01-01', '--outcome', 'no')).err).toMatch(
    /^behalf: --outcome: /,
  );
  expect((await behalf('policy', 'show', '999')).code).toBe(1);
  expect(await behalf('agents', 'list', '--data', folder)).toMatchObject({
    code: 1,
    err: expect.stringContaining('--data FOLDER'),
  });
});

test('a client that acts for itself is given authority, and changed', async () => {
  const resource = `${server.issuer}/api/v1`;
  // The operator's key, which is the default, gives the role operator only.
  const asAdministrator = ['--key-file', server.administratorKeyFile];
  const { id, client_secret } = await json(
    ...['clients', 'create', '--name', 'Inventory', '--grant-type', 'client_credentials', '--role', 'auditor'],
    ...['--authority', `${resource} agents:read audit:read`],
    ...asAdministrator,
  );
  const scopeGiven = async (): Promise<unknown> => {
    const answer = await fetch(`${server.issuer}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${id}:${client_secret}`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', resource }),
    });
    return ((await answer.json()) as { scope?: unknown }).scope;
  };
  expect(await scopeGiven()).toBe('agents:read audit:read');
  expect(
    (await behalf('clients', 'update', id, '--authority', `${resource} audit:read`, ...asAdministrator)).code,
  ).toBe(0);
  expect(await scopeGiven()).toBe('audit:read');
  expect(await behalf('clients', 'update', id)).toMatchObject({ code: 2 });
  expect(await behalf('clients', 'update', id, '--authority', resource)).toMatchObject({
    code: 2,
    err: expect.stringContaining('names no scope'),
  });
});

test('a client gets other keys, from a file that only its owner reads, or by their address', async () => {
  const { id } = await json(
    ...['clients', 'create', '--name', 'Keyed', '--redirect-uri', 'https://app.example.com/cb'],
    ...['--key', join(folder, 'first.json')],
  );
  const keys = async () => ((await json('clients', 'show', id)) as { jwks?: { keys: readonly object[] } }).jwks?.keys;
  const first = await keys();
  expect((await behalf('clients', 'update', id, '--key', join(folder, 'second.json'))).code).toBe(0);
  const second = await keys();
  expect([second?.length, JSON.stringify(second) === JSON.stringify(first)]).toEqual([1, false]);
  chmodSync(join(folder, 'first.json'), 0o644);
  const refused = await behalf('clients', 'update', id, '--key', join(folder, 'first.json'));
  expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('chmod 600') });
  expect(await keys()).toEqual(second);
  const url = 'https://app.example.com/jwks';
  expect(await json('clients', 'update', id, '--jwks-uri', url)).toMatchObject({ jwks_uri: url });
  expect(await behalf('clients', 'update', id, '--jwks-uri', url, '--key', 'k')).toMatchObject({ code: 2 });
});

test('accounts are named by username or id', async () => {
  const { id } = await json('accounts', 'create', 'Grace');
  expect((await behalf('accounts', 'update', 'grace', '--name', 'Grace H.', '--group', 'wiki')).code).toBe(0);
  expect(await json('accounts', 'show', 'grace')).toMatchObject({ id, name: 'Grace H.', groups: ['wiki'] });
  expect((await behalf('accounts', 'disable', 'grace', '--yes')).out).toBe('grace is disabled.\n');
});

test('the scopes of a resource server are replaced', async () => {
  const scope = 'files.read:low:Read files';
  const made = await json(
    'resource-servers',
    'create',
    'https://files.example.com',
    '--name',
    'Files',
    '--scope',
    scope,
  );
  const update = ['resource-servers', 'update', made.id, '--ttl', '60', '--scope', 'files.write:high:Change files'];
  expect((await behalf(...update)).code).toBe(0);
  expect(await json('resource-servers', 'show', made.id)).toMatchObject({
    access_token_ttl_seconds: 60,
    scopes: [{ name: 'files.write', risk: 'high', description: 'Change files' }],
  });
});

test('lists are read over all pages', async () => {
  const whole = await json('resource-servers', 'list');
  const inPagesOfOne = managementClient(readKeyFile(server.operatorKeyFile), {
    request: (url, init) => fetch(String(url).replace('limit=100', 'limit=1'), init),
  });
  const found: unknown[] = [];
  for await (const item of inPagesOfOne.items('listResourceServers', {})) found.push(item);
  expect(found.length).toBeGreaterThan(1);
  expect(found).toEqual(whole);
  // A part is never taken for the whole.
  const part = await behalf('resource-servers', 'list', '--limit', '1', '--json');
  expect([JSON.parse(part.out).length, part.err]).toEqual([1, expect.stringContaining('These are the first 1;')]);
  expect((await behalf('resource-servers', 'list')).err).toBe('');
});

test('whoami says at which server, as whom and with which rights', async () => {
  const { out } = await behalf('whoami');
  expect(out).toMatch(/^server +http:\/\/.*\nclient +.* \(app_.*\)\nroles +operator\nscopes +/);
  expect(await json('whoami')).toMatchObject({ server: server.issuer, kind: 'client', roles: ['operator'] });
});

test('signing keys are rotated with an overlap', async () => {
  const before = await json('keys', 'list');
  const after = await json('keys', 'rotate');
  expect(after.length).toBeGreaterThan(before.length);
  const ids = after.map(({ id }: { id: string }) => id);
  for (const { id } of before) expect(ids).toContain(id);
  expect(await eventTypes('--type', 'keys.rotated')).toHaveLength(1);
  expect((await behalf('keys', 'list')).out).toMatch(/ published +\d{4}-\d\d-\d\d .*\n/);
});

test('keys of messages in browsers are rotated, and ended when others may know them', async () => {
  expect((await behalf('push-keys', 'list')).err).toContain('There are none yet');
  const [first] = await json('push-keys', 'rotate');
  const rotated = await json('push-keys', 'rotate');
  expect(rotated.map(({ state }: { state: string }) => state)).toEqual(['given', 'kept', 'kept']);
  const left = await json('push-keys', 'revoke', first.id, '--reason', 'a test', '--yes');
  expect(left.map(({ id }: { id: string }) => id)).not.toContain(first.id);
  expect((await behalf('push-keys', 'list')).out).toMatch(/vpk_\w+ +given +\d{4}-\d\d-\d\d .* B[\w-]{86}\n/);
  expect(await eventTypes('--type', 'push_key.rotated')).toHaveLength(2);
  expect(await eventTypes('--type', 'push_key.revoked')).toHaveLength(1);
});

describe('the audit log', () => {
  test('a record that holds a line separator (U+2028) is one line', async () => {
    const file = join(folder, 'separator.ndjson');
    const { id, client_secret } = await json('clients', 'create', '--name', 'L', '--grant-type', 'client_credentials');
    await fetch(`${server.issuer}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${id}:${client_secret}`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'a\u2028b', resource: server.issuer }),
    });
    expect((await behalf('audit', 'export', '--to', file)).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toContain('\u2028');
    expect((await behalf('audit', 'verify', file)).code).toBe(0);
  });

  test('is exported and verifies without the server; one changed byte is found', async () => {
    const file = join(folder, 'audit.ndjson');
    expect((await behalf('audit', 'export', '--to', file)).code).toBe(0);
    expect((await behalf('audit', 'export', '--to', file)).err).toContain('does not exist');
    const verdict = await json('audit', 'verify', file);
    expect(verdict).toMatchObject({ ok: true, issuer: server.issuer });
    expect((await behalf('audit', 'verify', file, `--key=${verdict.key}`, '--trusted-heads', file)).code).toBe(0);
    expect((await behalf('audit', 'verify', file, '--key', 'another')).code).toBe(1);
    expect(readFileSync(file, 'utf8')).not.toContain('"erasable"');
    expect((await behalf('audit', 'export', '--personal')).out).toContain('"erasable"');

    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('agent.created', 'agent.Created'));
    expect(await behalf('audit', 'verify', file)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^Not verified\. .*line \d+/i),
    });
    writeFileSync(file, text);
    appendFileSync(file, text.split('\n')[1] ?? '');
    expect((await behalf('audit', 'verify', file)).code).toBe(1);
    expect(await behalf('audit', 'verify', join(folder, 'gone'))).toMatchObject({
      code: 1,
      err: expect.stringContaining('audit export'),
    });
    expect((await behalf('audit', 'export')).out.split('\n').length).toBeGreaterThan(5);
  });

  test('the command of the README changes one character of an export, and the verification names its line', async () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    const [, command = '', whole = ''] = /^ *(sed .* (\S+) > changed\.ndjson)$/m.exec(readme) ?? [];
    expect(readme).toContain(`audit export --to ${whole}\n`);
    const tour = mkdtempSync(join(folder, 'tour-'));
    expect((await behalf('audit', 'export', '--to', join(tour, whole))).code).toBe(0);
    execFileSync('bash', ['-c', command], { cwd: tour });
    const [before, after] = [whole, 'changed.ndjson'].map((name) => readFileSync(join(tour, name), 'utf8'));
    const places = [...(before ?? '')].flatMap((character, at) => (character === after?.[at] ? [] : [at]));
    expect([after?.length, places]).toEqual([before?.length, [expect.any(Number)]]);
    expect(await behalf('audit', 'verify', join(tour, 'changed.ndjson'))).toMatchObject({
      code: 1,
      err: expect.stringContaining('Not verified. line 3: '),
    });
  });
});

test('check-config says what is in effect and hides secrets', async () => {
  const { code, out } = await behalf('check-config');
  expect(code).toBe(0);
  expect(out).toMatch(/issuer +http:\/\/localhost:\d+ +BEHALF_ISSUER\n/);
  expect(out).toMatch(/administrator\.password +\(hidden\)/);
  expect(out).not.toContain(server.administratorPassword);
  writeFileSync(join(folder, 'bad.json'), '{"log":{"level":"loud"},"tokns":{}}');
  const bad = await behalf('check-config', '--config', join(folder, 'bad.json'));
  expect(bad.code).toBe(78);
  expect(bad.err).toMatch(/2 problems[\s\S]*\/tokns[\s\S]*Did you mean tokens\?[\s\S]*\/log\/level/);
});

test('a password is reset on the machine while the server runs', async () => {
  const file = join(folder, 'password');
  writeFileSync(file, 'a new long password\n', { mode: 0o600 });
  expect(await behalf('accounts', 'reset-password', 'ADMIN', '--password-file', file)).toMatchObject({
    code: 0,
    out: '',
  });
  expect(await eventTypes('--type', 'account.password_changed')).toHaveLength(1);
  expect((await behalf('accounts', 'reset-password', 'admin')).out).toMatch(/^[a-z2-9-]{23}\n$/);
  expect(await behalf('accounts', 'reset-password', 'unknown')).toMatchObject({
    code: 1,
    err: expect.stringContaining('is admin'),
  });
});

test('FT-14 a backup is taken while serving and restored; tokens from before have ended (D24)', async () => {
  const file = join(folder, 'backup.db');
  const token = await (await managementFromKeyFile(server.operatorKeyFile)).accessToken();
  const me = async (): Promise<number> =>
    (await fetch(`${server.issuer}/api/v1/me`, { headers: { authorization: `Bearer ${token}` } })).status;
  expect(await me()).toBe(200);
  expect((await behalf('backup', '--to', file)).code).toBe(0);
  expect((await behalf('backup', '--to', file)).code).toBe(1);
  const before = await json('audit', 'log');
  const checkpoint = join(folder, 'checkpoint');
  writeFileSync(checkpoint, String(before['checkpoint']));
  expect(await behalf('audit', 'verify', '--store', '--checkpoint', checkpoint)).toMatchObject({
    code: 0,
    err: '',
    out: expect.stringContaining(String(before['verifier_key'])),
  });
  const { id } = await json(
    'agents',
    'create',
    '--name',
    'Later',
    '--purpose',
    'x',
    '--key',
    join(folder, 'later.jwk'),
  );
  expect(await behalf('restore', '--from', file)).toMatchObject({
    code: 1,
    err: expect.stringContaining('stop the server'),
  });

  expect(await server.stop()).toBe(0);
  expect((await behalf('restore', '--from', file)).code).toBe(0);
  expect(existsSync(join(server.dataFolder, 'behalf.db.replaced-1'))).toBe(true);
  await server.restart();
  expect(await me()).toBe(401);
  expect((await behalf('agents', 'show', id)).code).toBe(1);
  expect(await eventTypes('--type', 'store.restored')).toHaveLength(1);
  const auditLog = join(folder, 'restored.ndjson');
  await behalf('audit', 'export', '--to', auditLog);
  expect((await behalf('audit', 'verify', auditLog)).code).toBe(0);
  // The log of before the restore has ended: another one begins, so no key signs two histories.
  expect((await json('audit', 'log'))['verifier_key']).not.toBe(before['verifier_key']);
  expect((await behalf('audit', 'verify', '--store')).code).toBe(0);
  expect(await behalf('audit', 'verify', '--store', '--checkpoint', checkpoint)).toMatchObject({
    code: 1,
    err: expect.stringContaining('the kept checkpoint is not one of the transparency log'),
  });
}, 120_000);
