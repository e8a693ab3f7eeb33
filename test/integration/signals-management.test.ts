/** Trusted transmitters over the management API and the command line, and who may decide about them. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runCli } from '../../src/cli/main.ts';
import { type Management, managementFromKeyFile } from '../support/management.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';

let server: RunningServer;
let administrator: Management;
let operator: Management;
let upstream: string;

beforeAll(async () => {
  server = await runServer();
  administrator = await managementFromKeyFile(server.administratorKeyFile);
  operator = await managementFromKeyFile(join(server.dataFolder, 'operator.json'));
  const given = { name: 'Works', issuer: 'https://works.example.com', client_id: 'x' };
  upstream = String((await administrator.call('POST', '/upstreams', given)).body['id']);
});
afterAll(() => server?.close());

const behalf = async (...argv: readonly string[]) => {
  const [out, err]: [string[], string[]] = [[], []];
  const terminal = { out: (text: string) => void out.push(text), err: (text: string) => void err.push(text) };
  const code = await runCli(['trusted-transmitters', ...argv], terminal, { BEHALF_DATA: server.dataFolder });
  return { code, out: out.join(''), err: err.join('') };
};

const POLLED = {
  ...{ poll_url: 'https://signals.example.com/poll', poll_token_endpoint: 'https://signals.example.com/token' },
  poll_client_id: 'behalf-here',
};

test('the command line adds, shows, changes, disables and verifies one; the secret is shown once', async () => {
  const created = await behalf(
    ...['create', '--local', '--name', 'Head office', '--issuer', 'https://signals.example.com'],
    ...['--upstream', 'Works', '--effect', 'session_revoked=end_sessions,record_risk', '--effect', 'account_enabled='],
  );
  expect(created).toMatchObject({ code: 0, err: '' });
  const secret = /Bearer (trm_\S+)/.exec(created.out)?.[1] ?? '';
  expect(secret).toMatch(/^trm_[a-z0-9]+\.[\w-]{43}$/);
  expect((await behalf('list')).out).toContain('https://signals.example.com');
  const shown = JSON.parse((await behalf('show', 'Head office', '--json')).out);
  expect(shown).toMatchObject({
    ...{ upstream, audience: server.issuer, state: 'active', most_accounts: 20, max_age: 86_400 },
    effects: { session_revoked: ['end_sessions', 'record_risk'], account_enabled: [] },
  });
  expect(JSON.stringify(shown)).not.toContain(secret.slice(-20));
  expect((await behalf('update', '--local', 'Head office', '--most-accounts', '5')).code).toBe(0);
  const rotated = await behalf('rotate-secret', '--local', 'Head office', '--yes');
  expect(/Bearer (trm_\S+)/.exec(rotated.out)?.[1]).not.toBe(secret);
  expect((await behalf('expect-verification', 'Head office')).out).toMatch(/this state: \S{43}/);
  const none = await behalf('signals', 'Head office');
  expect([none.code, `${none.out}${none.err}`.trim()]).toEqual([0, 'There is none.']);
  expect((await behalf('activity', 'Head office', '--json')).out).toContain('"affected":');
  expect((await behalf('resume', '--local', 'Head office')).err).toContain('not paused');
  expect((await behalf('disable', '--local', 'Head office')).out).toContain('disabled');
  expect((await behalf('enable', '--local', 'Head office')).out).toContain('active');
  const wrong = await behalf('update', '--local', 'Head office', '--effect', 'everything=end_sessions');
  expect([wrong.code, wrong.err.includes('is not EVENT=EFFECTS')]).toEqual([2, true]);
  const types = (await server.events()).flatMap(({ type }) => (type.startsWith('transmitter.') ? [type] : []));
  expect(types).toEqual([
    ...['transmitter.created', 'transmitter.updated', 'transmitter.secret_rotated'],
    ...['transmitter.verification_expected', 'transmitter.disabled', 'transmitter.enabled'],
  ]);
});

test('the command line lets the server poll one, with a token from a file, and push again', async () => {
  const file = join(server.dataFolder, 'poll-token.txt');
  await writeFile(file, 'p0ll-token\n', { mode: 0o600 });
  const polled = ['--poll-url', 'https://polled.example.com/poll', '--poll-token-file', file, '--poll-seconds', '3600'];
  const made = await behalf(
    ...['create', '--local', '--name', 'Polled', '--issuer', 'https://polled.example.com', '--upstream', 'Works'],
    ...polled,
  );
  expect(made).toMatchObject({ code: 0, err: '' });
  const shown = await behalf('show', 'Polled', '--json');
  expect(JSON.parse(shown.out)).toMatchObject({ delivery: 'poll', poll_url: polled[1], poll_seconds: 3600 });
  expect(`${made.out}${shown.out}`).not.toContain('p0ll-token');
  expect((await behalf('list')).out).toMatch(/poll/);
  expect(JSON.parse((await behalf('activity', 'Polled', '--json')).out)).toMatchObject({ polls: { acknowledged: 0 } });
  const moved = await behalf('update', '--local', 'Polled', '--poll-url', 'https://polled.example.com/other');
  expect([moved.code, moved.err.includes('needs its token')]).toEqual([1, true]);
  expect((await behalf('update', '--local', 'Polled', '--poll-url', '')).code).toBe(0);
  expect(JSON.parse((await behalf('show', 'Polled', '--json')).out)).toMatchObject({ delivery: 'push' });
});

test('the command line lets the server poll with short tokens of a client, by its keys or a secret from a file', async () => {
  const file = join(server.dataFolder, 'poll-secret.txt');
  await writeFile(file, 'c1ient-secret\n', { mode: 0o600 });
  const endpoint = 'https://short.example.com/token';
  const made = await behalf(
    ...['create', '--local', '--name', 'Short', '--issuer', 'https://short.example.com', '--upstream', 'Works'],
    ...['--poll-url', 'https://short.example.com/poll', '--poll-seconds', '3600', '--poll-token-endpoint', endpoint],
    ...['--poll-client-id', 'behalf-here', '--poll-client-audience', 'https://short.example.com'],
    ...['--poll-scope', 'ssf.manage', '--poll-resource', 'https://short.example.com/ssf/v1'],
  );
  expect(made).toMatchObject({ code: 0, err: '' });
  const shown = async () =>
    JSON.parse((await behalf('show', 'Short', '--json')).out) as Readonly<Record<string, unknown>>;
  expect(await shown()).toMatchObject({
    ...{ delivery: 'poll', poll_token_endpoint: endpoint, poll_client_id: 'behalf-here', poll_scope: 'ssf.manage' },
    ...{ poll_client_authentication: 'private_key_jwt', poll_client_audience: 'https://short.example.com' },
    poll_resource: 'https://short.example.com/ssf/v1',
  });
  const update = (...argv: readonly string[]) => behalf('update', '--local', 'Short', ...argv);
  const basic = ['--poll-client-authentication', 'client_secret_basic'];
  expect((await update(...basic)).err).toContain('needs the client secret');
  expect(await update(...basic, '--poll-client-secret-file', file, '--poll-scope', '')).toMatchObject({ code: 0 });
  const changed = await shown();
  expect(changed).toMatchObject({ poll_client_authentication: 'client_secret_basic' });
  for (const name of ['poll_scope', 'poll_client_audience', 'poll_client_secret'])
    expect(changed).not.toHaveProperty(name);
  expect(JSON.stringify([changed, await server.events()])).not.toContain('c1ient-secret');
  const moved = await update('--poll-token-endpoint', 'https://other.example.com/token');
  expect([moved.code, moved.err.includes('in the same change')]).toEqual([1, true]);
  expect((await update('--poll-token-file', file)).code).toBe(0);
  expect(await shown()).not.toHaveProperty('poll_token_endpoint');
});

test.each([
  ['issuer', { issuer: 'http://signals.example.com' }, '/issuer'],
  ['issuer', { issuer: 'https://signals.example.com?tenant=1' }, '/issuer'],
  ['issuer', { issuer: 'https://10.0.0.1' }, '/issuer'],
  ['jwks_uri', { jwks_uri: 'http://signals.example.com/jwks' }, '/jwks_uri'],
  ['upstream', { upstream: 'upi_unknown' }, '/upstream'],
  ['effects', { effects: { session_revoked: ['delete_account'] } }, '/effects/session_revoked/0'],
  ['effects', { effects: { unknown_event: [] } }, '/effects/unknown_event'],
  ['max_age', { max_age: 1 }, '/max_age'],
  ['poll_url', { poll_url: 'http://signals.example.com/poll', poll_token: 'x' }, '/poll_url'],
  ['poll_token', { poll_url: 'https://signals.example.com/poll' }, '/poll_token'],
  ['poll_token', { poll_url: 'https://signals.example.com/poll', poll_token: 'two words' }, '/poll_token'],
  ['poll_seconds', { poll_seconds: 60 }, '/poll_url'],
  ['poll_token_endpoint', { ...POLLED, poll_token_endpoint: 'http://a.example.com/t' }, '/poll_token_endpoint'],
  ['poll_token_endpoint', { ...POLLED, poll_token_endpoint: 'https://10.0.0.1/t' }, '/poll_token_endpoint'],
  ['poll_client_id', { ...POLLED, poll_client_id: undefined }, '/poll_client_id'],
  ['poll_token', { ...POLLED, poll_token: 'x' }, '/poll_token'],
  ['poll_client_authentication', { ...POLLED, poll_client_authentication: 'none' }, '/poll_client_authentication'],
  ['poll_client_secret', { ...POLLED, poll_client_secret: 'x' }, '/poll_client_secret'],
  ['poll_scope', { ...POLLED, poll_scope: 'a\nb' }, '/poll_scope'],
  ['poll_resource', { ...POLLED, poll_resource: 'ssf' }, '/poll_resource'],
  ['poll_seconds', { poll_seconds: 4000 }, '/poll_seconds'],
])('a wrong %s is refused, by name, and nothing is stored', async (_, wrong, pointer) => {
  const before = (await administrator.call('GET', '/trusted-transmitters')).body['items'];
  const given = { name: 'Wrong', issuer: 'https://wrong.example.com', upstream, ...wrong };
  const { status, body } = await administrator.call('POST', '/trusted-transmitters', given);
  expect([status, JSON.stringify(body).includes(pointer)]).toEqual([400, true]);
  expect((await administrator.call('GET', '/trusted-transmitters')).body['items']).toEqual(before);
});

test('operators may look, and decide nothing (MG-02)', async () => {
  const given = { name: 'Mine', issuer: 'https://mine.example.com', upstream };
  const { body } = await administrator.call('POST', '/trusted-transmitters', given);
  const path = `/trusted-transmitters/${body['id']}`;
  expect((await administrator.call('POST', '/trusted-transmitters', given)).body['reason']).toBe(
    'transmitter_issuer_taken',
  );
  expect((await operator.call('GET', path)).status).toBe(200);
  expect((await operator.call('GET', `${path}/signals`)).status).toBe(200);
  const tries: readonly (readonly [string, string, object?, Record<string, string>?])[] = [
    ['POST', '/trusted-transmitters', { ...given, issuer: 'https://other.example.com' }],
    ['PATCH', path, { name: 'Other' }, { 'if-match': '"1"' }],
    ['POST', `${path}/disable`],
    ['POST', `${path}/enable`],
    ['POST', `${path}/rotate-secret`],
    ['POST', `${path}/expect-verification`],
    ['POST', `${path}/resume`, {}],
  ];
  const before = (await server.events('management.refused')).length;
  for (const [method, at, sent, headers] of tries)
    expect((await operator.call(method, at, sent, headers)).status).toBe(403);
  expect((await server.events('management.refused')).length).toBe(before + tries.length);
});
