/** KY-05: what a process shows of its secrets to users who can inspect it, and KY-03: what it does not start with. */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from '@jest/globals';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { until } from '../support/until.ts';

const KEY = randomBytes(32).toString('base64url');
const PASSWORD = 'a pass phrase no other user has';
const folder = mkdtempSync(join(tmpdir(), 'behalf-secrets-'));
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), `${text}\n`, { mode: 0o600 });
  return join(folder, name);
};
const AS_FILES = {
  BEHALF__KEYS__MASTERKEY__FILE: file('master-key', KEY),
  BEHALF__ADMINISTRATOR__PASSWORD__FILE: file('password', PASSWORD),
  BEHALF_ADMIN_PASSWORD: '',
};
const AS_VARIABLES = { BEHALF__KEYS__MASTERKEY: KEY, BEHALF_ADMIN_PASSWORD: PASSWORD };

let server: ServerProcess | undefined;
afterEach(() => server?.remove());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The process and those it started. */
const processes = ({ pid }: ServerProcess): readonly number[] => [
  pid,
  ...spawnSync('ps', ['--ppid', String(pid), '-o', 'pid='])
    .stdout.toString()
    .split('\n')
    .map(Number)
    .filter((id) => id > 0 && existsSync(`/proc/${id}/environ`)),
];
const onLinux = existsSync('/proc/self/environ') ? test : test.skip;
const shown = (pid: number): string =>
  ['environ', 'cmdline'].map((name) => readFileSync(`/proc/${pid}/${name}`, 'latin1')).join('\n');

onLinux(
  'KY-05 secrets that are given as files are in no environment and no command line, of no worker either',
  async () => {
    server = await startServer({ workers: 2, environment: AS_FILES });
    const found = processes(server);
    expect(found.length).toBe(3);
    for (const pid of found) {
      expect(shown(pid)).toContain('BEHALF__KEYS__MASTERKEY__FILE');
      for (const secret of [KEY, PASSWORD]) expect(shown(pid)).not.toContain(secret);
    }
    expect(server.log()).not.toContain(KEY);
  },
  60_000,
);

onLinux(
  'KY-05 no signal opens the debugger, and a report holds no secret',
  async () => {
    const reports = mkdtempSync(join(folder, 'reports-'));
    server = await startServer({
      environment: {
        ...AS_VARIABLES,
        NODE_OPTIONS: `--report-on-signal --report-signal=SIGWINCH --report-directory=${reports}`,
      },
    });
    process.kill(server.pid, 'SIGUSR1');
    process.kill(server.pid, 'SIGWINCH');
    await until(() => readdirSync(reports).some((name) => readFileSync(join(reports, name), 'utf8').endsWith('}\n')));
    const [report] = readdirSync(reports).map((name) => readFileSync(join(reports, name), 'utf8'));
    expect(report).toContain('"javascriptStack"');
    for (const secret of [KEY, PASSWORD]) expect(report).not.toContain(secret);
    expect(report).not.toContain('"environmentVariables"');
    expect(server.log()).not.toMatch(/debugger/i);
    expect((await fetch(`${server.issuer}/.well-known/openid-configuration`)).status).toBe(200);
  },
  60_000,
);

test.each([
  ['no key', {}],
  ['a well-known key', { BEHALF__KEYS__MASTERKEY: Buffer.alloc(32).toString('base64url') }],
  ['a short key', { BEHALF__KEYS__MASTERKEY: KEY.slice(1) }],
])('KY-03 production does not start with %s: exit code 78, and nothing is made', (_, environment) => {
  const data = mkdtempSync(join(folder, 'data-'));
  const { status, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, '../../src/main.ts')], {
    encoding: 'utf8',
    env: {
      PATH: process.env['PATH'],
      BEHALF_ISSUER: 'https://id.example.com',
      BEHALF_ADMIN_PASSWORD: PASSWORD,
      BEHALF_DATA: data,
      ...environment,
    },
  });
  expect(status).toBe(78);
  expect(stderr).toContain('/keys/masterKey');
  expect(stderr).not.toContain(KEY.slice(1));
  expect(readdirSync(data)).toEqual([]);
});
