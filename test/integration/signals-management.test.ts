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
