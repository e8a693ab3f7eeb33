/**
 * The server as its users get it: a child process with a data folder of its own, reached over HTTP.
 * Owns starting, waiting until it answers, stopping and killing it, and its log. Knows nothing of
 * what is inside. Used by the demo, the campaigns, the bench and the tests that need a real process.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort } from './free-port.ts';

const ROOT = resolve(import.meta.dirname, '../..');
/** A start takes seconds; on a machine that others work on it may take ten times as long. */
const START_WITHIN_MS = 120_000;

export type ServerOptions = {
  /** Kept after `remove`; absent: a new temporary folder. */
  readonly dataFolder?: string;
  readonly administratorPassword?: string;
  /** Further settings, such as `BEHALF__LOG__LEVEL`. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Another program in place of src/main.ts; absolute path. */
  readonly entry?: string;
  /** Runs the server pinned to one core, where `taskset` exists. */
  readonly core?: number;
  /** Processes behind one listener; absent: one process. */
  readonly workers?: number;
  /** Where the ports come from. Default: `freePort`. */
  readonly nextPort?: () => Promise<number>;
};

export type ServerProcess = Awaited<ReturnType<typeof startServer>>;

/** Resolves once `url` answers with any status below 500; throws after `timeoutMs` or when `child` has ended. */
export const untilAnswering = async (url: string, child: ChildProcess, timeoutMs: number): Promise<void> => {
  const end = performance.now() + timeoutMs;
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`the process ended with ${child.exitCode ?? child.signalCode}`);
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(1000), headers: { connection: 'close' } });
      await answer.arrayBuffer();
      if (answer.status < 500) return;
    } catch {
      // Not listening yet.
    }
    if (performance.now() > end) throw new Error(`no answer from ${url} within ${timeoutMs} ms`);
    await new Promise((done) => setTimeout(done, 25));
  }
};

/** What a server prints when it serves (src/greeting.ts). A program in place of src/main.ts prints it too. */
const SERVES = 'Behalf serves at ';

/**
 * Resolves once this process said that it serves. An answer alone may come from another program that took the port. And a start that is
 * asked every few milliseconds takes longer: each question is work for both processes.
 */
const untilItServes = async (child: ChildProcess, hasSaidSo: () => boolean): Promise<void> => {
  const end = performance.now() + START_WITHIN_MS;
  while (!hasSaidSo()) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`the process ended with ${child.exitCode ?? child.signalCode}`);
    if (performance.now() > end)
      throw new Error(`the process does not say that it serves within ${START_WITHIN_MS} ms`);
    await new Promise((done) => setTimeout(done, 10));
  }
};

const children = new Set<ChildProcess>();
let isWatching = false;

const killAll = (): void => {
  for (const child of children) child.kill('SIGKILL');
};

/** Sees to it that a child does not outlive this process, however that ends short of SIGKILL. */
export const endWithUs = <T extends ChildProcess>(child: T): T => {
  if (!isWatching) {
    isWatching = true;
    process.once('exit', killAll);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      // A program with a listener of its own ends by itself.
      if (process.listenerCount(signal) === 0) process.once(signal, () => process.exit(1));
    }
  }
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
};

/** Command line that runs `node FILE`, pinned to `core` when that is asked for and possible. */
export const pinned = (core: number | undefined, ...command: readonly string[]): readonly [string, ...string[]] =>
  core === undefined ? [process.execPath, ...command] : ['taskset', '-c', String(core), process.execPath, ...command];

/** A program that bound a port after it was found free: the server ends, and says so. */
const TAKEN = /EADDRINUSE|is in use by another program/;
const ATTEMPTS = 5;
/** A worker writes until it notices that its supervisor is gone. */
const REMOVED = { recursive: true, force: true, maxRetries: 20, retryDelay: 100 };

/**
 * Starts `node src/main.ts` on free ports and waits until it serves, on other ports if these are taken meanwhile. Throws with the
 * server's log when it does not.
 */
export const startServer = async (options: ServerOptions = {}) => {
  for (let attempt = 1; ; attempt += 1) {
    const dataFolder = options.dataFolder ?? (await mkdtemp(join(tmpdir(), 'behalf-')));
    try {
      return await startOn(dataFolder, options);
    } catch (error) {
      if (options.dataFolder === undefined) await rm(dataFolder, REMOVED);
      if (attempt === ATTEMPTS || !TAKEN.test(String(error))) throw error;
    }
  }
};

const startOn = async (dataFolder: string, options: ServerOptions) => {
  const { nextPort = freePort } = options;
  const port = await nextPort();
  const operationsPort = await nextPort();
  const issuer = `http://localhost:${port}`;
  const administratorPassword = options.administratorPassword ?? 'correct horse battery staple';
  const environment = {
    ...process.env,
    PORT: String(port),
    BEHALF_ISSUER: issuer,
    BEHALF_DATA: dataFolder,
    BEHALF_ADMIN_PASSWORD: administratorPassword,
    BEHALF__OPERATIONS__PORT: String(operationsPort),
    // Many servers on one volume: a test that wants the default says so.
    BEHALF__DATA__RESERVE_MEBIBYTES: '2',
    ...options.environment,
  };
  let log = '';
  let child: ChildProcess;

  /** Answers the milliseconds from spawn to the first answer. */
  const spawnServer = async (): Promise<number> => {
    const begin = performance.now();
    const [command, ...parameters] = pinned(
      options.core,
      options.entry ?? join(ROOT, 'src/main.ts'),
      ...(options.workers === undefined ? [] : ['--workers', String(options.workers)]),
    );
    child = endWithUs(spawn(command, parameters, { cwd: ROOT, env: environment, stdio: ['ignore', 'pipe', 'pipe'] }));
    let begun = '';
    let isServing = false;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        // Enough to explain a failure, however long a campaign runs.
        log = (log + text).slice(-2_000_000);
        if (isServing) return;
        isServing = (begun + text).includes(SERVES);
        begun = (begun + text).slice(-1000);
      });
    }
    try {
      await untilItServes(child, () => isServing);
      await untilAnswering(`${issuer}/.well-known/openid-configuration`, child, START_WITHIN_MS);
    } catch (error) {
      child.kill('SIGKILL');
      throw new Error(`the server did not start: ${(error as Error).message}\n${log.slice(-4000)}`);
    }
    return performance.now() - begin;
  };
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    }
    return child.exitCode;
  };

  const startMs = await spawnServer();
  return {
    issuer,
    port,
    operationsPort,
    dataFolder,
    administratorPassword,
    environment,
    startMs,
    /** Written by the first start: `{ issuer, client_id, private_key }`. */
    operatorKeyFile: join(dataFolder, 'operator.json'),
    administratorKeyFile: join(dataFolder, 'administrator.json'),
    get pid(): number {
      if (child.pid === undefined) throw new Error('the server is not running');
      return child.pid;
    },
    get isRunning(): boolean {
      return child.exitCode === null && child.signalCode === null;
    },
    /** What the server wrote so far, the last two million characters. */
    log: (): string => log,
    /** SIGTERM; answers the exit code. */
    stop: () => end('SIGTERM'),
    /** SIGKILL: nothing of it runs any more when this resolves. */
    kill: () => end('SIGKILL'),
    /** Starts it again on the same ports and data; answers the milliseconds until it answered. */
    restart: spawnServer,
    /** Kills it if need be and removes its data folder. */
    async remove(): Promise<void> {
      await end('SIGKILL');
      if (options.dataFolder === undefined) await rm(dataFolder, REMOVED);
    },
  };
};

export type CommandResult = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** Runs `behalf …` to its end against a running server. */
export const runCli = async (
  parameters: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<CommandResult> => {
  const child = spawn(process.execPath, [join(ROOT, 'src/cli/main.ts'), ...parameters], {
    cwd: ROOT,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  await once(child, 'close');
  return { code: child.exitCode, stdout, stderr };
};
