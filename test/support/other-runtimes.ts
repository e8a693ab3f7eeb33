/** Bun and workerd, as npm installs them: programs of their packages for this platform, without what those download themselves. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { buildSync } from 'esbuild';
import { freePort } from './free-port.ts';
import { untilAnswering } from './server-process.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const { resolve: find } = createRequire(join(ROOT, 'package.json'));
const { platform, arch } = process;

/** The program in a package that is made for one platform. */
const programOf = (name: string, program: string): string => {
  try {
    return join(dirname(find(`${name}/package.json`)), 'bin', program);
  } catch (cause) {
    throw new Error(`${name} is missing: run npm ci. It is an optional package of ${platform} on ${arch}.`, { cause });
  }
};

const bunProgram = (): string => programOf(`@oven/bun-${platform}-${arch === 'arm64' ? 'aarch64' : arch}`, 'bun');
const workerdProgram = (): string =>
  programOf(`@cloudflare/workerd-${platform}-${arch === 'arm64' ? 'arm64' : '64'}`, 'workerd');

export interface Running {
  readonly url: string;
  /** What the runtime wrote so far. */
  log(): string;
  close(): Promise<void>;
}

type Texts = Readonly<Record<string, string>>;

const running = (child: ChildProcess, url: string, log: () => string): Running => ({
  url,
  log,
  async close() {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill();
    await ended;
  },
});

/** Runs a program of a folder, which prints its port, on Bun. */
export const onBun = async (file: string, environment: Texts): Promise<Running> => {
  // No variable of the tests: Bun reads some of them.
  const env = { PATH: process.env['PATH'], ...environment };
  const child = spawn(bunProgram(), ['run', file], { cwd: dirname(file), env, stdio: ['ignore', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (data) => {
    errors += data;
  });
  const [printed] = await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(() => {
      throw new Error(`${file} ended on Bun: ${errors}`);
    }),
  ]);
  return running(child, `http://127.0.0.1:${String(printed).trim()}`, () => errors);
};

const quoted = (text: string): string => JSON.stringify(text);

/** A configuration of workerd (workerd.capnp): one worker, which reaches servers on loopback. */
const configuration = (port: number, texts: Texts, objects: readonly string[]): string => `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .main), (name = "network", network = (allow = ["private"]))],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")]
);
const main :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "worker.bundle.js")],
  compatibilityDate = "2026-11-01",
  bindings = [
    ${Object.entries(texts)
      .map(([name, value]) => `(name = ${quoted(name)}, text = ${quoted(value)}),`)
      .join(' ')}
    ${objects.map((name) => `(name = ${quoted(name)}, durableObjectNamespace = ${quoted(name)}),`).join(' ')}
  ],
  durableObjectNamespaces = [${objects.map((name) => `(className = ${quoted(name)}, uniqueKey = ${quoted(name)})`).join(', ')}],
  durableObjectStorage = (inMemory = void),
  globalOutbound = "network",
);
`;

/** Bundles a worker as its users do, and runs it on workerd. `objects`: its classes of Durable Objects. */
export const onWorkerd = async (file: string, texts: Texts, objects: readonly string[] = []): Promise<Running> => {
  const folder = dirname(file);
  buildSync({
    entryPoints: [file],
    outfile: join(folder, 'worker.bundle.js'),
    bundle: true,
    format: 'esm',
    conditions: ['workerd', 'worker'],
    external: ['cloudflare:*', 'node:*'],
    logLevel: 'silent',
  });
  const port = await freePort();
  const config = join(folder, 'workerd.capnp');
  await writeFile(config, configuration(port, texts, objects));
  const child = spawn(workerdProgram(), ['serve', config], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data) => {
      log += data;
    });
  }
  const url = `http://127.0.0.1:${port}`;
  try {
    await untilAnswering(url, child, 60_000);
  } catch (error) {
    child.kill();
    throw new Error(`${file} does not answer on workerd: ${(error as Error).message}\n${log}`, { cause: error });
  }
  return running(child, url, () => log);
};
