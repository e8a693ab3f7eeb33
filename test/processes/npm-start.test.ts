/** `npm start`, as a service manager or a person at a terminal ends it: npm and the server are one, and leave nothing behind. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { freePort } from '../support/free-port.ts';
import { untilAnswering } from '../support/server-process.ts';
import { until } from '../support/until.ts';

const ROOT = resolve(import.meta.dirname, '../..');

jest.setTimeout(120_000);

const started: (() => void)[] = [];
afterEach(() => {
  for (const remove of started.splice(0)) remove();
});

/** `npm start` in a process group of its own, as a terminal or a service manager has it. */
const npmStart = async (...parameters: readonly string[]) => {
  const folder = mkdtempSync(join(tmpdir(), 'behalf-npm-start-'));
  const [port, operationsPort] = [await freePort(), await freePort()];
  const npm: ChildProcess = spawn('npm', ['start', ...(parameters.length === 0 ? [] : ['--', ...parameters])], {
    cwd: ROOT,
    detached: true,
    stdio: 'ignore',
    env: {
      ...process.env,
      PORT: String(port),
      BEHALF_ISSUER: `http://localhost:${port}`,
      BEHALF_DATA: join(folder, 'data'),
      BEHALF__OPERATIONS__PORT: String(operationsPort),
      BEHALF__DATA__RESERVE_MEBIBYTES: '2',
    },
  });
  const group = -Number(npm.pid);
  const signal = (to: number, name: NodeJS.Signals | 0): boolean => {
    try {
      return process.kill(to, name);
    } catch {
      return false;
    }
  };
  started.push(() => {
    signal(group, 'SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  await untilAnswering(`http://localhost:${port}/.well-known/openid-configuration`, npm, 100_000);
  const ended = once(npm, 'exit');
  return {
    port,
    /** A signal for npm alone. */
    tellNpm: (name: NodeJS.Signals) => signal(Number(npm.pid), name),
    /** A signal for every process of the group, as Ctrl+C sends it. */
    tellAll: (name: NodeJS.Signals) => signal(group, name),
    isAnyAlive: () => signal(group, 0),
    /** 503 from the first signal on; the listener of the operators is the last to close. */
    isReady: () =>
      fetch(`http://127.0.0.1:${operationsPort}/readyz`).then(
        ({ status }) => status === 200,
        () => false,
      ),
    ended: async () => (await ended) as [number | null, NodeJS.Signals | null],
  };
};

/** A token request of which the last byte is still to come. */
const halfSent = async (port: number) => {
  const socket = connect({ port, host: 'localhost' });
  await once(socket, 'connect');
  let answer = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    answer += text;
  });
  socket.on('error', () => undefined);
  const closed = once(socket, 'close');
  // What waits for 100 Continue is known to be under way.
  socket.write(
    `POST /token HTTP/1.1\r\nHost: localhost:${port}\r\nExpect: 100-continue\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 13\r\n\r\n`,
  );
  await until(() => answer.includes('100 Continue'), { what: 'the request is under way' });
  socket.write('grant_type=x');
  return async (): Promise<string> => {
    socket.write('y');
    await closed;
    return answer.replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, '');
  };
};

describe('npm start', () => {
  test('SIGTERM to npm alone: the server answers what is under way and ends, and npm with it', async () => {
    const one = await npmStart();
    const complete = await halfSent(one.port);
    one.tellNpm('SIGTERM');
    await until(async () => !(await one.isReady()), { what: 'the server drains' });
    expect(await complete()).toMatch(/^HTTP\/1\.1 400 /);
    await one.ended();
    expect(one.isAnyAlive()).toBe(false);
  });

  test.each([[[]], [['--workers', '2']]])(
    'Ctrl+C, which npm forwards once more, is one signal: what is under way is answered (%j)',
    async (parameters) => {
      const one = await npmStart(...parameters);
      await until(one.isReady, { what: 'all processes serve', seconds: 60 });
      const complete = await halfSent(one.port);
      one.tellAll('SIGINT');
      await until(async () => !(await one.isReady()), { what: 'the server drains' });
      expect(await complete()).toMatch(/^HTTP\/1\.1 400 /);
      expect(await one.ended()).toEqual([0, null]);
      expect(one.isAnyAlive()).toBe(false);
    },
  );

  test('Ctrl+C while the workers are still starting ends all of them in good order', async () => {
    const one = await npmStart('--workers', '2');
    one.tellAll('SIGINT');
    expect(await one.ended()).toEqual([0, null]);
    expect(one.isAnyAlive()).toBe(false);
  });

  test('a second Ctrl+C, later, ends the server at once', async () => {
    const one = await npmStart();
    await halfSent(one.port);
    one.tellAll('SIGINT');
    await until(async () => !(await one.isReady()), { what: 'the server drains' });
    const begun = performance.now();
    // Nothing but time tells a second wish from the first one's echo.
    await until(() => performance.now() - begun > 2_200);
    one.tellAll('SIGINT');
    const [code, signal] = await one.ended();
    expect([code, signal]).toEqual([130, null]);
    expect(performance.now() - begun).toBeLessThan(7_000);
    await until(() => !one.isAnyAlive(), { what: 'no process is left' });
  });
});
