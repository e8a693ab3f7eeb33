/** The first minute: what a start says, what it leaves behind when it cannot go on, and the log on a terminal. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { loadConfiguration } from '../../config/load.ts';
import { boundListeners } from '../../src/listeners.ts';
import { freePort } from '../support/free-port.ts';
import { endWithUs, runCli, startServer } from '../support/server-process.ts';
import { until } from '../support/until.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const MAIN = join(ROOT, 'src/main.ts');

jest.setTimeout(120_000);

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const clean of cleanups.splice(0)) clean();
});

/** A newcomer's machine: a folder without data, two free ports, and no password in the environment. */
const newcomer = async (more: Readonly<Record<string, string>> = {}) => {
  const folder = mkdtempSync(join(tmpdir(), 'behalf-starting-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  const { BEHALF_ADMIN_PASSWORD: _, ...inherited } = process.env;
  const [port, operationsPort] = [await freePort(), await freePort()];
  const data = join(folder, 'data');
  const env = {
    ...inherited,
    PORT: String(port),
    BEHALF_ISSUER: `http://localhost:${port}`,
    BEHALF_DATA: data,
    BEHALF__OPERATIONS__PORT: String(operationsPort),
    BEHALF__DATA__RESERVE_MEBIBYTES: '2',
    ...more,
  };
  return { data, port, operationsPort, env, issuer: `http://localhost:${port}` };
};
type Newcomer = Awaited<ReturnType<typeof newcomer>>;

const launch = (
  { env }: Newcomer,
  {
    parameters = [],
    isTerminal = false,
  }: { readonly parameters?: readonly string[]; readonly isTerminal?: boolean } = {},
) => {
  const command = [process.execPath, MAIN, ...parameters];
  // `script` gives the program a terminal, 100 columns wide.
  const [program, ...rest] = isTerminal
    ? ['script', '-qefc', `stty cols 100; exec ${command.join(' ')}`, '/dev/null']
    : command;
  const child: ChildProcess = endWithUs(
    spawn(String(program), rest, { cwd: ROOT, env, stdio: ['pipe', 'pipe', 'pipe'] }),
  );
  cleanups.push(() => child.kill('SIGKILL'));
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (more: string) => {
      text += more;
    });
  }
  const closed = once(child, 'close');
  return {
    child,
    text: () => text,
    lines: () => text.split(/\r?\n/),
    ended: async () => {
      await closed;
      return child.exitCode;
    },
    serving: () =>
      until(() => /try next/.test(text) || child.exitCode !== null, { what: 'the greeting', seconds: 90 }).then(() => {
        if (child.exitCode !== null) throw new Error(text);
      }),
  };
};

const occupied = async (port: number): Promise<() => void> => {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => server.close());
  return () => server.close();
};

describe('a start on a port that is in use', () => {
  test.each([
    ['the public port', 'port', []],
    ['the port of operators', 'operationsPort', []],
    ['the public port, with workers', 'port', ['--workers', '2']],
  ] as const)('makes nothing, names the port and the remedy: %s', async (_name, which, parameters) => {
    const machine = await newcomer();
    const free = await occupied(machine[which]);
    const refused = launch(machine, { parameters });
    expect(await refused.ended()).toBe(1);
    expect(refused.text()).toMatch(new RegExp(`^Behalf cannot start: 127\\.0\\.0\\.1:${machine[which]} is in use`));
    expect(refused.text()).toContain('PORT or listen.port');
    expect(refused.text()).toContain('accounts reset-password');
    expect(refused.text()).not.toContain('    at ');
    expect(existsSync(machine.data)).toBe(false);

    free();
    const started = launch(machine, { parameters });
    await started.serving();
    expect(started.text()).toMatch(/as admin, password \S{20} \(shown once\)/);
    expect(started.text()).toContain('npm run -s behalf -- accounts reset-password admin');
    started.child.kill('SIGTERM');
    expect(await started.ended()).toBe(0);
  });

  test('`startServer` takes no answer of the other program for that of its server, and starts it on other ports', async () => {
    const other = createHttpServer((_request, response) => response.end('{}')).listen(0, '127.0.0.1');
    await once(other, 'listening');
    cleanups.push(() => other.close());
    const { port } = other.address() as AddressInfo;
    const ports = [port];
    const server = await startServer({ nextPort: async () => ports.shift() ?? freePort() });
    try {
      expect([server.port === port, existsSync(server.administratorKeyFile)]).toEqual([false, true]);
    } finally {
      await server.remove();
    }
  });
});

test('a start that fails after it made the account says so, and how to get in', async () => {
  const machine = await newcomer();
  mkdirSync(machine.data, { mode: 0o700 });
  writeFileSync(join(machine.data, 'operator.json'), '{}', { mode: 0o644 });
  const failed = launch(machine);
  expect(await failed.ended()).toBe(1);
  expect(failed.text()).toContain('chmod 600');
  expect(failed.text()).toContain('The account admin was made, and its password was not shown.');
  expect(failed.text()).not.toMatch(/password \S{20} /);

  const reset = await runCli(['accounts', 'reset-password', 'admin'], machine.env);
  expect(reset).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\S{16,}\n$/) });
});

test('until the server is up, both listeners answer 503 and say that it is starting', async () => {
  const { env, issuer, operationsPort } = await newcomer();
  const { configuration } = loadConfiguration({ env });
  const listeners = await boundListeners(configuration);
  try {
    const answer = await fetch(`${issuer}/token`, { method: 'POST' });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await answer.json()).toMatchObject({ error: 'temporarily_unavailable' });
    const ready = await fetch(`http://127.0.0.1:${operationsPort}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([
      503,
      expect.objectContaining({ reasons: { process: 'is starting' } }),
    ]);
    expect((await fetch(`http://127.0.0.1:${operationsPort}/healthz`)).status).toBe(200);
  } finally {
    await Promise.all([listeners.drainPublic(), listeners.drainOperations()]);
  }
});

describe('the log', () => {
  const visit = async ({ issuer }: Newcomer): Promise<void> => {
    await fetch(`${issuer}/account`, { redirect: 'manual' });
    await fetch(`${issuer}/${'x'.repeat(15)}/${'long/'.repeat(30)}?secret=s`);
    const page = await fetch(`${issuer}/account`);
    const asset = /\/assets\/[\w.-]+/.exec(await page.text())?.[0];
    expect((await fetch(`${issuer}${asset}`)).status).toBe(200);
  };

  test('on a terminal the password stands in a frame, and each request takes one line of its width', async () => {
    const machine = await newcomer();
    const server = launch(machine, { isTerminal: true });
    await server.serving();
    expect(server.text()).toMatch(/┌─+┐/);
    expect(server.text()).toMatch(/│ {2}password {4}\S{20} +│/);
    await visit(machine);
    await until(() => server.lines().some((line) => /GET .*\/interaction\//.test(line)), { what: 'the lines' });
    const requests = server.lines().filter((line) => /^\d\d:\d\d:\d\d {2}/.test(line));
    expect(requests[0]).toMatch(/^\d\d:\d\d:\d\d {2}30[23] {2}GET {3}\/account {2}\d+ ms {2}\S+$/);
    expect(requests.find((line) => line.includes('404'))).toMatch(/^.{99}…$/);
    expect(requests.filter((line) => line.length > 100)).toEqual([]);
    expect(server.text()).not.toContain('/assets/');
    expect(server.text()).not.toContain('{"');
    expect(server.text()).not.toContain('secret');
  });

  test('to a program each request is one JSON object, and `log.format` chooses otherwise', async () => {
    const piped = await newcomer();
    const server = launch(piped);
    await server.serving();
    await visit(piped);
    await until(() => server.text().includes('/assets/'), { what: 'the lines' });
    const requests = server.lines().filter((line) => line.startsWith('{'));
    expect(requests.map((line) => JSON.parse(line).event)).toEqual(requests.map(() => 'request'));
    expect(server.text()).not.toContain('┌');

    const chosen = await newcomer({ BEHALF__LOG__FORMAT: 'text' });
    const other = launch(chosen);
    await other.serving();
    await visit(chosen);
    await until(() => /^\d\d:\d\d:\d\d {2}404 {2}GET .* req_\w+$/m.test(other.text()), { what: 'the line' });
  });
});
