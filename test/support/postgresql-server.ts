/**
 * A real PostgreSQL on a free port with a temporary folder, for tests and campaigns. Throws with what to install when the programs are
 * missing: no suite is skipped for want of it. It runs as another user where this process is root, which PostgreSQL refuses.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, chown, mkdir, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { Pool, type PoolConfig, type QueryResult } from 'pg';
import { newDataFolder } from './data-folder.ts';
import { freePort } from './free-port.ts';
import { stopProcess } from './stopped-process.ts';

const run = promisify(execFile);

/** Debian keeps the programs of each version in a folder of its own, and none of them on the PATH. */
const DEBIAN = '/usr/lib/postgresql';
const START_MILLISECONDS = 60_000;
const PAUSE_MILLISECONDS = 20;

export type PostgresqlServer = {
  readonly port: number;
  /** The user owns the database, and is a superuser. */
  url(schema: string): string;
  /** Runs statements as the superuser, on a connection of their own. Resolves with the rows of the last one. */
  ask(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Sets settings of the running server, such as `{ fsync: 'off' }`, and resolves when they are in force. */
  set(settings: Readonly<Record<string, string>>): Promise<void>;
  /** Writes a file that only the server can read. Resolves with its path. */
  write(name: string, text: string): Promise<string>;
  /** SIGKILL of the server, whose other processes then end. */
  kill(): Promise<void>;
  /** Starts it again on the same port and folder. */
  restart(): Promise<void>;
  /** SIGSTOP of all its processes: connections are there and nothing is answered, until `resume`. */
  pause(): void;
  resume(): void;
  remove(): Promise<void>;
};

/** `standbyOf`: follows that one from a copy of it, and takes no writes until `pg_promote`. */
export const startPostgresql = async ({
  standbyOf,
}: {
  readonly standbyOf?: Pick<PostgresqlServer, 'port'>;
} = {}): Promise<PostgresqlServer> => {
  const programs = programFolder();
  const folder = await newDataFolder();
  const data = join(folder, 'data');
  const port = await freePort();
  const user = await otherUser();
  await mkdir(data);
  await chmod(folder, 0o755);
  await chmod(data, 0o700);
  if (user) await chown(data, user.uid, user.gid);
  const as = (program: string, args: readonly string[]): Command =>
    user
      ? ['setpriv', [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups', join(programs, program), ...args]]
      : [join(programs, program), args];

  const [making, makingArguments] = as(...(standbyOf ? copyOf(standbyOf.port, data) : newCluster(data)));
  await run(making, [...makingArguments], { cwd: '/' });

  const { url, ask } = postgresqlAt(port);
  let child: ChildProcess;
  let log = '';
  const start = async (): Promise<void> => {
    const all = { listen_addresses: '127.0.0.1', unix_socket_directories: '', max_connections: '200' };
    const options = Object.entries({ ...all, port: String(port) }).flatMap(([name, value]) => [
      '-c',
      `${name}=${value}`,
    ]);
    const [program, args] = as('postgres', ['-D', data, ...options]);
    child = spawn(program, args, { cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] });
    child.on('error', (error) => {
      log += String(error);
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        log = (log + text).slice(-20_000);
      });
    }
    const end = performance.now() + START_MILLISECONDS;
    while (!(await ask('SELECT 1').catch(() => undefined))) {
      if (performance.now() > end || child.exitCode !== null) {
        child.kill('SIGKILL');
        throw new Error(`PostgreSQL did not start:\n${log.slice(-2000)}`);
      }
      await new Promise((done) => setTimeout(done, PAUSE_MILLISECONDS));
    }
  };
  /** Its other processes see that it is gone, and end. A start waits for them: they hold its shared memory. */
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  };
  const restart = async (): Promise<void> => {
    const until = performance.now() + START_MILLISECONDS;
    for (;;) {
      try {
        return await start();
      } catch (error) {
        if (!/shared memory|lock file/.test(log) || performance.now() > until) throw error;
        log = '';
        await new Promise((done) => setTimeout(done, PAUSE_MILLISECONDS));
      }
    }
  };

  try {
    await start();
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  return {
    port,
    url,
    ask,
    async set(settings) {
      const changed = Object.entries(settings);
      for (const [name, value] of changed) await ask(`ALTER SYSTEM SET ${name} = '${value}'`);
      await ask('SELECT pg_reload_conf()');
      for (const [name, value] of changed) {
        while ((await ask(`SELECT current_setting('${name}') AS now`))[0]?.['now'] !== value) {
          await new Promise((done) => setTimeout(done, PAUSE_MILLISECONDS));
        }
      }
    },
    async write(name, text) {
      const file = join(data, name);
      await writeFile(file, text, { mode: 0o600 });
      if (user) await chown(file, user.uid, user.gid);
      return file;
    },
    kill: () => end('SIGKILL'),
    restart,
    pause() {
      // First the one that would start others.
      stopProcess(child);
      for (const pid of childrenOf(child.pid)) signalTo(pid, 'SIGSTOP');
    },
    resume() {
      for (const pid of childrenOf(child.pid)) signalTo(pid, 'SIGCONT');
      child.kill('SIGCONT');
    },
    async remove() {
      // An immediate shutdown.
      await end('SIGQUIT');
      await rm(folder, { recursive: true, force: true });
    },
  };
};

type Command = readonly [program: string, args: readonly string[]];

/** The order of text is another one than ours, so that each index has to say its own. */
const newCluster = (data: string): Command => [
  'initdb',
  [
    ...['-D', data, '-U', 'behalf', '-A', 'trust', '-E', 'UTF8', '--no-sync', '--no-instructions'],
    ...['--locale=C.UTF-8', '--locale-provider=icu', '--icu-locale=en'],
  ],
];

/** With the settings that make it a standby of that server. */
const copyOf = (port: number, data: string): Command => [
  'pg_basebackup',
  [
    ...['-h', '127.0.0.1', '-p', String(port), '-U', 'behalf', '-D', data],
    ...['--write-recovery-conf', '--wal-method=stream', '--checkpoint=fast', '--no-sync'],
  ],
];

const childrenOf = (parent: number | undefined): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => parentOf(pid) === parent);

/** Undefined when the process has ended meanwhile. */
const parentOf = (pid: number): number | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
};

/** One that has ended meanwhile needs none. */
const signalTo = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
};

/** Speaks to a server of this module, also of another process. */
export const postgresqlAt = (port: number): Pick<PostgresqlServer, 'url' | 'ask'> => ({
  url: (schema) => `postgresql://behalf@127.0.0.1:${port}/postgres?schema=${schema}`,
  async ask(sql) {
    const pool = new Pool({ ...LOCAL, port, onConnect: async () => undefined });
    pool.on('error', () => undefined);
    try {
      const client = await pool.connect();
      try {
        // Of several statements there is a result each.
        const answer: unknown = await client.query({ text: sql });
        const last = (Array.isArray(answer) ? answer.at(-1) : answer) as QueryResult | undefined;
        return last?.rows ?? [];
      } finally {
        client.release(true);
      }
    } finally {
      await pool.end();
    }
  },
});

const LOCAL: Omit<PoolConfig, 'port' | 'onConnect'> = {
  host: '127.0.0.1',
  user: 'behalf',
  database: 'postgres',
  ssl: false,
  options: '',
  application_name: 'tests',
  max: 1,
  keepAlive: false,
  connectionTimeoutMillis: 10_000,
  idleTimeoutMillis: 10_000,
  query_timeout: 60_000,
  statement_timeout: 60_000,
  lock_timeout: 60_000,
  idle_in_transaction_session_timeout: 60_000,
};

const PROGRAMS = ['postgres', 'initdb', 'pg_basebackup'];

/** On the PATH, or the newest that Debian has installed. */
const programFolder = (): string => {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...(process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== ''),
    ...versions.map((version) => join(DEBIAN, version, 'bin')),
  ];
  const found = folders.find((folder) => PROGRAMS.every((program) => existsSync(join(folder, program))));
  if (found === undefined) {
    throw new Error('PostgreSQL cannot be run: install it (Debian: apt-get install postgresql), 15 or newer');
  }
  return found;
};

/** The user of Debian's package; without it, the one that owns no file. */
const USERS = ['postgres', '65534'];

/** Whom it runs as where this process is root. */
const otherUser = async (): Promise<{ readonly uid: number; readonly gid: number } | undefined> => {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of USERS) {
    const found = await run('id', ['-u', name]).catch(() => undefined);
    if (!found) continue;
    const { stdout: group } = await run('id', ['-g', name]);
    return { uid: Number(found.stdout), gid: Number(group) };
  }
  throw new Error('PostgreSQL cannot run as root, and there is no user postgres');
};
