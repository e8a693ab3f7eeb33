/**
 * A server that speaks MongoDB's protocol, for tests, campaigns and the bench: the one MONGODB_URL names, else a
 * `mongod` on the PATH, else a stand-in built from a package registry (docs/reference/mongodb-stand-in.md says what that
 * one cannot do). Throws when none can be had: no suite is skipped for want of it.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { MongoClient } from 'mongodb';
import { freePort } from './free-port.ts';
import { stopProcess } from './stopped-process.ts';

const run = promisify(execFile);
const SOURCE = resolve(import.meta.dirname, 'mongo-java-server');
const CLASSES = resolve(SOURCE, 'src/main/java/behalf');
/** A folder for each version of the sources, so that a changed stand-in is built anew. */
const BUILT = resolve(import.meta.dirname, `../../.tmp/mongo-java-server-${sourcesDigest()}`);

export type MongodbServer = {
  /** 'real': MongoDB itself. 'stand-in': see docs/reference/mongodb-stand-in.md. */
  readonly kind: 'real' | 'stand-in';
  /** URL of a database of its own; another one for each name. */
  url(database: string): string;
  /** Whether the server is no replica set, so that `allowStandalone` is needed. */
  readonly isStandalone: boolean;
  /** SIGKILL; absent when the server is not ours. */
  readonly kill?: () => Promise<void>;
  /** Starts it again on the same port, with what it had in files. */
  readonly restart?: () => Promise<void>;
  readonly pause?: () => void;
  readonly resume?: () => void;
  remove(): Promise<void>;
};

/** `isDurable`: what was acknowledged is in a file when the process is killed. */
export const startMongodb = async ({ isDurable = false } = {}): Promise<MongodbServer> => {
  const named = process.env['MONGODB_URL'];
  if (named) return namedServer(named);
  const folder = await mkdtemp(join(tmpdir(), 'behalf-mongodb-'));
  const port = await freePort();
  const hasMongod = await run('mongod', ['--version']).then(
    () => true,
    () => false,
  );
  const command = hasMongod
    ? ['mongod', '--port', String(port), '--bind_ip', '127.0.0.1', '--dbpath', folder, '--replSet', 'behalf']
    : await standIn(port, isDurable ? join(folder, 'stand-in.mv') : undefined);
  let child: ChildProcess;
  let log = '';
  const start = async (): Promise<void> => {
    child = spawn(command[0] ?? '', command.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] });
    child.on('error', (error) => {
      log += String(error);
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        log = (log + text).slice(-20_000);
      });
    }
    try {
      await untilAnswering(port, hasMongod, child, () => log);
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
  };
  const end = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  await start();
  return {
    kind: hasMongod ? 'real' : 'stand-in',
    isStandalone: !hasMongod,
    url: (database) => `mongodb://127.0.0.1:${port}/${database}${hasMongod ? '?replicaSet=behalf' : ''}`,
    kill: end,
    restart: start,
    pause: () => stopProcess(child),
    resume: () => void child.kill('SIGCONT'),
    async remove() {
      await end();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const namedServer = async (named: string): Promise<MongodbServer> => {
  const run = `behalf_test_${process.pid}_${Date.now()}`;
  const [, front = '', query = ''] = /^(mongodb(?:\+srv)?:\/\/[^/?]+)(?:\/[^?]*)?(\?.*)?$/.exec(named) ?? [];
  const client = new MongoClient(named, { serverSelectionTimeoutMS: 5000 });
  const hello = await client.db('admin').command({ isMaster: 1 });
  const used = new Set<string>();
  return {
    kind: 'real',
    isStandalone: hello['setName'] === undefined && hello['msg'] !== 'isdbgrid',
    url(database) {
      used.add(`${run}_${database}`);
      return `${front}/${run}_${database}${query}`;
    },
    async remove() {
      for (const database of used) await client.db(database).dropDatabase();
      await client.close();
    },
  };
};

const untilAnswering = async (port: number, isReal: boolean, child: ChildProcess, log: () => string): Promise<void> => {
  const end = performance.now() + 120_000;
  for (;;) {
    // A new client each time: one whose first connection failed is closed for good.
    const client = new MongoClient(`mongodb://127.0.0.1:${port}/?directConnection=true`, {
      serverSelectionTimeoutMS: 500,
    });
    let failure: unknown;
    try {
      const admin = client.db('admin');
      if (isReal) await admin.command({ replSetInitiate: {} }).catch(() => undefined);
      if ((await admin.command({ isMaster: 1 }))['ismaster'] === true) return;
    } catch (error) {
      failure = error;
    } finally {
      await client.close();
    }
    if (performance.now() > end || child.exitCode !== null) {
      const command = child.spawnargs.join(' ');
      throw new Error(`no MongoDB for the tests: ${command} did not start\n${log().slice(-2000)}`, { cause: failure });
    }
    await new Promise((done) => setTimeout(done, 20));
  }
};

/** The first 8 hexadecimal characters of the digest of all sources of the stand-in. */
function sourcesDigest(): string {
  const files = [
    resolve(SOURCE, 'pom.xml'),
    ...readdirSync(CLASSES)
      .sort()
      .map((name) => resolve(CLASSES, name)),
  ];
  const digest = createHash('sha256');
  for (const file of files) digest.update(readFileSync(file));
  return digest.digest('hex').slice(0, 8);
}

/** Command line of the stand-in. Builds it when it has not been built on this machine yet. */
const standIn = async (port: number, file: string | undefined): Promise<readonly string[]> => {
  await buildStandIn();
  return [
    'java',
    ...['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xmx512m', '-Dorg.slf4j.simpleLogger.defaultLogLevel=error'],
    ...['-cp', `${join(BUILT, 'classes')}:${join(BUILT, 'lib')}/*`],
    ...['behalf.StandIn', String(port), ...(file === undefined ? [] : [file])],
  ];
};

/** Builds in a folder of its own and renames it, so that test files that start together do not disturb each other. */
const buildStandIn = async (): Promise<void> => {
  if (existsSync(join(BUILT, 'built'))) return;
  const making = `${BUILT}-${process.pid}`;
  await mkdir(making, { recursive: true });
  try {
    await run('mvn', [
      '-q',
      '-B',
      '-f',
      join(SOURCE, 'pom.xml'),
      `-Dbuilt=${making}`,
      'compile',
      'dependency:copy-dependencies',
    ]);
  } catch (error) {
    await rm(making, { recursive: true, force: true });
    throw new Error(
      'no MongoDB for the tests: set MONGODB_URL, put mongod on the PATH, or install Maven and a JDK 17 (Debian: apt-get install maven) with a repository in reach, so that the stand-in can be built',
      { cause: error },
    );
  }
  await writeFile(join(making, 'built'), '');
  await rename(making, BUILT).catch(async () => {
    // Another process was first.
    await rm(making, { recursive: true, force: true });
    if (!existsSync(join(BUILT, 'built'))) {
      await rm(BUILT, { recursive: true, force: true });
      throw new Error(`${BUILT} was half built and has been removed: run the tests again`);
    }
  });
};
