/** `behalf gateway` as its users run it: a process with a file. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Issuer, RESOURCE, startIssuer } from '../resource-server/issuer.ts';
import { until } from '../support/until.ts';
import { type Recording, recordingUpstream } from './recording-upstream.ts';

const MAIN = resolve(import.meta.dirname, '../../src/cli/main.ts');
let folder: string;
let issuer: Issuer;
let upstream: Recording;
const children: ChildProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'behalf-gateway-'));
  issuer = await startIssuer();
  upstream = await recordingUpstream();
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await upstream.close();
  await issuer.close();
  await rm(folder, { recursive: true });
});

const start = (...parameters: string[]) => {
  const child = spawn(process.execPath, [MAIN, 'gateway', ...parameters], { cwd: folder, stdio: 'pipe' });
  children.push(child);
  return child;
};

const settings = (more: object = {}) => ({
  listen: { port: 0 },
  health: { port: 0 },
  issuer: issuer.url,
  resource: RESOURCE,
  upstream: { url: upstream.url },
  routes: [{ path: '/api/notes', scopes: ['notes.read'] }],
  ...more,
});

test('runs until SIGTERM, finishes the request under way, and logs one object a line', async () => {
  await writeFile(join(folder, 'gateway.json'), JSON.stringify(settings()));
  const child = start('--config', 'gateway.json');
  let out = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  const linesOf = () =>
    out
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  await until(() => out.includes('"listening"'));
  const [{ port, healthPort }] = linesOf();
  expect((await fetch(`http://127.0.0.1:${healthPort}/readyz`)).status).toBe(200);
  let answer = (): void => undefined;
  upstream.state.answer = (_request, socket) => {
    answer = () => void socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
  };
  const headers = { authorization: `Bearer ${await issuer.token()}` };
  const asked = fetch(`http://127.0.0.1:${port}/api/notes`, { headers });
  await until(() => upstream.requests.length === 1);
  child.kill('SIGTERM');
  await until(() => out.includes('"stopping"'));
  expect((await fetch(`http://127.0.0.1:${healthPort}/readyz`)).status).toBe(503);
  answer();
  expect([(await asked).status, await (await asked).text()]).toEqual([200, 'ok']);
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
  expect(linesOf().map(({ event }) => event)).toEqual(['listening', 'stopping', 'request']);
  expect(linesOf().every(({ time }) => !Number.isNaN(Date.parse(time)))).toBe(true);
});

test('--check says that a file is right, or each problem with exit code 78', async () => {
  await writeFile(join(folder, 'right.json'), JSON.stringify(settings()));
  await writeFile(join(folder, 'wrong.json'), JSON.stringify(settings({ others: 'all', limit: {} })));
  const right = start('--config', 'right.json', '--check');
  const wrong = start('--config', 'wrong.json', '--check');
  const [rightText, wrongText, [rightCode], [wrongCode]] = await Promise.all([
    text(right.stderr),
    text(wrong.stderr),
    once(right, 'exit'),
    once(wrong, 'exit'),
  ]);
  expect([rightCode, rightText]).toEqual([0, 'The configuration is in order.\n']);
  expect(wrongCode).toBe(78);
  expect(wrongText).toContain('/others (wrong.json): This must be one of refuse, token.');
  expect(wrongText).toContain('/limit (wrong.json): There is no such setting. Did you mean limits?');
});
