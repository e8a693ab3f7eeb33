/**
 * A real `redis-server`, or the program that `REDIS_SERVER` names, on a free port with a temporary folder, for tests, campaigns and
 * the bench. Persists nothing unless asked to. Throws with what to install when the program is missing: no suite is skipped for want of it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { stopProcess } from './stopped-process.ts';

const PROGRAM = process.env['REDIS_SERVER'] ?? 'redis-server';

export type RedisServer = Awaited<ReturnType<typeof startRedis>>;

/** Starts it and waits until it answers. `options` are lines of redis.conf, such as `['appendonly', 'yes']`. */
export const startRedis = async (
  options: readonly (readonly [string, ...string[]])[] = [],
  { isSentinel = false } = {},
) => {
  const folder = await mkdtemp(join(tmpdir(), 'behalf-redis-'));
  const port = await freePort();
  const lines = [['port', String(port)], ['bind', '127.0.0.1'], ['dir', folder], ['save', ''], ...options];
  const file = join(folder, 'redis.conf');
  await writeFile(file, lines.map(([name, ...values]) => `${name} ${values.map(quoted).join(' ')}\n`).join(''));
  let child: ChildProcess;
  let log = '';

  const start = async (): Promise<void> => {
    const stdio = ['ignore', 'pipe', 'pipe'] as const;
    child = spawn(PROGRAM, [file, ...(isSentinel ? ['--sentinel'] : [])], { cwd: folder, stdio: [...stdio] });
    const failed = once(child, 'error').then(([error]) => {
      throw new Error(`${PROGRAM} cannot be run: install it (Debian: apt-get install redis-server)`, {
        cause: error,
      });
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        log = (log + text).slice(-20_000);
      });
    }
    try {
      await Promise.race([failed, untilOpen(port, child, () => log)]);
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
    failed.catch(() => undefined);
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    // A stopped process takes no signal but SIGKILL.
    child.kill('SIGCONT');
    await ended;
  };

  await start();
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    folder,
    log: () => log,
    /** SIGKILL: what was not persisted is gone. */
    kill: () => end('SIGKILL'),
    /** Starts it again on the same port and folder. */
    restart: start,
    /** SIGSTOP: the server is there and says nothing, until `resume`. */
    pause: () => stopProcess(child),
    resume: () => void child.kill('SIGCONT'),
    async remove(): Promise<void> {
      await end('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
};

/** redis.conf needs quotes around what is empty or holds spaces; lines such as `user` must stay as they are. */
const quoted = (value: string): string => (value === '' ? '""' : value);

const untilOpen = async (port: number, child: ChildProcess, log: () => string): Promise<void> => {
  const end = performance.now() + 10_000;
  while (performance.now() < end && child.exitCode === null) {
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
      const done = (text: string): void => {
        socket.destroy();
        resolve(text);
      };
      socket.once('data', (data) => done(String(data)));
      socket.once('error', () => done(''));
      socket.setTimeout(500, () => done(''));
    });
    if (/^\+PONG|^-NOAUTH/.test(answer)) return;
    await new Promise((done) => setTimeout(done, 10));
  }
  throw new Error(`${PROGRAM} did not start:\n${log().slice(-2000)}`);
};
