/** A whole server with two witnesses over https: cosigned checkpoints, proofs, the API and the command line with a policy. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { noteVerifier } from '../../src/domain/audit/transparency-log/signed-note.ts';
import { judged, parsePolicy } from '../../src/domain/audit/transparency-log/witness-policy.ts';
import type { WitnessConfiguration } from '../../src/witness/configuration.ts';
import { type WitnessServer, witnessServer } from '../../src/witness/witness-server.ts';
import { freePort } from '../support/free-port.ts';
import { cliHere } from '../support/in-process-cli.ts';
import { internalHosts } from '../support/internal-hosts.ts';
import { type LocalAuthority, localAuthority } from '../support/local-authority.ts';
import { type Management, managementFromKeyFile } from '../support/management.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { until } from '../support/until.ts';

let authority: LocalAuthority;
let folder: string;
let policyFile: string;
let server: RunningServer;
let management: Management;
const witnesses: { configuration: Omit<WitnessConfiguration, 'logs'>; running: WitnessServer }[] = [];
const clock = { now: () => Math.floor(performance.timeOrigin / 1000) };
const run = (configuration: WitnessConfiguration) => witnessServer(configuration, { clock, log: () => undefined });
const behalf = (...argv: string[]) => cliHere(argv, { BEHALF_DATA: server.dataFolder, BEHALF_ISSUER: server.issuer });
const checkpoint = async (): Promise<string> => (await fetch(`${server.issuer}/log/checkpoint`)).text();

beforeAll(async () => {
  authority = await localAuthority();
  folder = await mkdtemp(join(tmpdir(), 'behalf-witnesses-'));
  const { cert, key } = await authority.certificateFor('DNS:localhost');
  const tls = { certificateFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') };
  await writeFile(tls.certificateFile, cert);
  await writeFile(tls.keyFile, key);
  for (const name of ['w1', 'w2']) {
    const listen = { host: '127.0.0.1', port: await freePort(), tls };
    const configuration = { name: `${name}.example`, folder: join(folder, name), listen };
    // Creates the key. It does not listen yet, because the log has no key before the server starts.
    witnesses.push({ configuration, running: run({ ...configuration, logs: new Map() }) });
  }
  policyFile = join(folder, 'policy');
  const urls = witnesses.map(({ configuration }) => `https://localhost:${configuration.listen.port}`);
  const lines = witnesses.map(({ running }, at) => `witness w${at + 1} ${running.verifierKey} ${urls[at]}/`);
  await writeFile(policyFile, `${lines.join('\n')}\ngroup both all w1 w2\nquorum both\n`);
  server = await runServer({
    stores: 'sqlite',
    environment: {
      BEHALF__AUDIT__WITNESSES__POLICYFILE: policyFile,
      BEHALF__AUDIT__WITNESSES__WITHOUTQUORUM: 'withhold',
      BEHALF__EGRESS__CAFILE: authority.caFile,
      ...internalHosts({ witnesses: urls.map((url) => new URL(url).host).join(',') }),
    },
  });
  management = await managementFromKeyFile(join(server.dataFolder, 'administrator.json'));
}, 120_000);
afterAll(async () => {
  await server?.close();
  for (const { running } of witnesses) await running.close().catch(() => undefined);
  await authority?.remove();
  await rm(folder, { recursive: true, force: true });
});

test('without a quorum the log is withheld, and everything else works', async () => {
  const answer = await fetch(`${server.issuer}/log/checkpoint`);
  expect([answer.status, ((await answer.json()) as { reason: string }).reason]).toEqual([503, 'log_not_witnessed']);
  expect(answer.headers.get('retry-after')).toBe('5');
  const made = await management.call('POST', '/accounts', { username: 'ada2', name: 'Ada' });
  expect(made.status).toBe(201);
  await until(async () => (await server.events('witness.failed')).length > 0, { what: 'the event' });
  const [failed] = await server.events('witness.failed');
  expect(failed).toMatchObject({ outcome: 'done', inputs: { problem: 'not_reachable', isQuorum: false } });
});

test('with both witnesses readers see cosigned checkpoints, and one tool after the other verifies them', async () => {
  const before = await management.call('GET', '/audit/log');
  expect(before.body).not.toHaveProperty('checkpoint');
  expect((await behalf('audit', 'log')).out).toContain('no checkpoint has the cosignatures');
  const verifierKey = String(before.body['verifier_key']);
  const verifier = noteVerifier(verifierKey);
  for (const witness of witnesses) {
    witness.running = run({ ...witness.configuration, logs: new Map([[verifier.name, [verifier]]]) });
    await witness.running.listen();
  }
  await until(async () => (await fetch(`${server.issuer}/log/checkpoint`)).status === 200, { seconds: 100 });
  const given = `log ${verifierKey}\n${witnesses.map(({ running }, at) => `witness w${at} ${running.verifierKey}`).join('\n')}\n`;
  const policy = `${given}group both all w0 w1\nquorum both\n`;
  expect(judged(await checkpoint(), parsePolicy(policy))).toMatchObject({ isMet: true, absent: [], wrong: [] });

  const shown = await behalf('audit', 'log');
  expect(shown.out).toMatch(/witness w1 +cosigned \d+ entries/);
  expect(shown.out).toMatch(/quorum +yes/);
  const { body } = await management.call('GET', '/audit/log');
  expect(body).toMatchObject({ is_quorum: true, witnesses: [{ name: 'w1' }, { name: 'w2' }] });

  const file = join(folder, 'policy-of-verifier');
  await writeFile(file, policy);
  const proof = join(folder, 'event.tlog-proof');
  const events = await management.call('GET', '/audit/events?type=account.created&limit=1');
  const [event] = events.body['items'] as { readonly id: string }[];
  await until(async () => (await behalf('audit', 'prove', String(event?.id), '--to', proof)).code === 0, {
    seconds: 60,
  });
  const verified = await behalf('audit', 'verify', '--proof', proof, '--policy', file);
  expect([verified.code, verified.out]).toEqual([0, expect.stringMatching(/cosigned by +w0, .*; w1, /)]);
  const stored = await behalf('audit', 'verify', '--store', '--policy', file);
  expect([stored.code, stored.err]).toEqual([0, '']);

  const exported = join(folder, 'audit.ndjson');
  expect((await behalf('audit', 'export', '--to', exported)).code).toBe(0);
  const offline = await behalf('audit', 'verify', exported, '--policy', file);
  expect([offline.code, offline.out]).toEqual([0, expect.stringMatching(/cosigned by +w0, .*; w1, /)]);
  expect(offline.out).toMatch(/transparency log +\d+ entries of .*; \d+ records of the export are newer/);
  const part = await behalf('audit', 'verify', exported, '--txn', 'txn_x', '--policy', file);
  expect([part.code, part.err]).toEqual([2, expect.stringContaining('--policy verifies a whole export')]);

  // A verifier that wants a third witness.
  const third = join(folder, 'three');
  const listen = { host: '127.0.0.1', port: 0 };
  const other = run({ name: 'w3.example', folder: join(folder, 'w3'), listen, logs: new Map() });
  await writeFile(third, `${given}witness w3 ${other.verifierKey}\nquorum w3\n`);
  for (const what of [['--proof', proof], ['--store'], [exported]]) {
    const refused = await behalf('audit', 'verify', ...what, '--policy', third);
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('w3 did not')]);
  }
  const wrong = join(folder, 'wrong');
  await writeFile(wrong, 'quorum x\n');
  const none = await behalf('audit', 'verify', '--proof', proof, '--policy', wrong);
  expect(none.err).toContain('line 1: no line above defines "x"');
}, 240_000);

test('a policy that cannot be used stops the start, and names the setting', async () => {
  const file = join(folder, 'unusable');
  for (const [content, problem] of [
    ['quorum none\n', 'names no witness'],
    [`witness w1 ${witnesses[0]?.running.verifierKey}\nquorum w1\n`, 'its line has no URL'],
    [`witness w1 ${witnesses[0]?.running.verifierKey} http://w1.example\nquorum w1\n`, 'url_not_allowed'],
    ['witness w1\n', 'line 1'],
  ] as const) {
    await writeFile(file, content);
    await expect(runServer({ environment: { BEHALF__AUDIT__WITNESSES__POLICYFILE: file } })).rejects.toThrow(problem);
  }
});
