/** APIs behind the packages of both languages, each in a process of its own behind a proxy of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request as send } from 'node:http';
import { resolve } from 'node:path';
import { endWithUs } from '../support/server-process.ts';
import { type FaultyProxy, startFaultyProxy } from './edge-proxy.ts';

/** What a request to an API needs: a scope of low, of medium or of high risk. */
export type Need = 'read' | 'write' | 'delete';

export type KitName = 'typescript' | 'python';

export type KitAnswer = {
  readonly isYes: boolean;
  readonly status: number;
  readonly reason: string;
  /** How often the API has introspected, since its process began. */
  readonly introspections: number;
  /** Milliseconds of this process, when the request was sent and when the answer was there. */
  readonly sentAt: number;
  readonly at: number;
};

export interface Kit {
  readonly name: KitName;
  readonly proxy: FaultyProxy;
  /** Uses a token at the API. An API that does not run answers with status 0. */
  use(token: string, need: Need): Promise<KitAnswer>;
  /** Hands a security event that was pushed to the API on to it. An API that does not run answers with status 0. */
  receive(event: string): Promise<{ readonly status: number; readonly text: string }>;
  /** Sets the wall clock of the API apart from ours, in seconds, and moves its monotonic clock. */
  clocks(change: { readonly apart?: number; readonly pass?: number }): Promise<void>;
  /** What a million ends take. */
  memory(): Promise<Readonly<Record<string, number>>>;
  kill(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

type KitOptions = {
  readonly name: KitName;
  /** Program and parameters. */
  readonly command: readonly [string, ...string[]];
  readonly environment: Readonly<Record<string, string>>;
  readonly issuer: string;
  /** Port of the node that it is connected to first. */
  readonly port: number;
};

export const typescriptCommand = (): KitOptions['command'] => [
  process.execPath,
  '--expose-gc',
  resolve(import.meta.dirname, 'edge-kit.ts'),
];

export const pythonCommand = (python: string): KitOptions['command'] => [
  python,
  resolve(import.meta.dirname, 'edge-kit.py'),
];

/** A start takes seconds on a busy machine. */
const START_WITHIN_MS = 60_000;

export const newKit = async ({ name, command, environment, issuer, port: node }: KitOptions): Promise<Kit> => {
  const proxy = await startFaultyProxy(new URL(issuer).host, node);
  const agent = new Agent({ keepAlive: true });
  let child: ChildProcess | undefined;
  let port = 0;
  let log = '';

  const get = (
    path: string,
    headers: Record<string, string> = {},
    content?: string,
  ): Promise<{ status: number; text: string }> =>
    new Promise((resolved, rejected) => {
      const method = content === undefined ? 'GET' : 'POST';
      const outgoing = send({ host: '127.0.0.1', port, agent, method, path, headers }, (incoming) => {
        let text = '';
        incoming.setEncoding('utf8').on('data', (part) => {
          text += part;
        });
        incoming.on('end', () => resolved({ status: incoming.statusCode ?? 0, text }));
        incoming.on('error', rejected);
      });
      outgoing.on('error', rejected);
      outgoing.end(content);
    });

  const json = async (path: string): Promise<Readonly<Record<string, number>>> => {
    const { status, text } = await get(path);
    if (status !== 200) throw new Error(`${name} ${path}: ${status} ${text}\n${log.slice(-2000)}`);
    return JSON.parse(text) as Record<string, number>;
  };

  const end = async (): Promise<void> => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };

  const start = async (): Promise<void> => {
    const [program, ...parameters] = command;
    const env = { ...process.env, ...environment, ISSUER: issuer, VIA: proxy.url, PYTHONDONTWRITEBYTECODE: '1' };
    const started = spawn(program, parameters, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    child = endWithUs(started);
    started.stderr.setEncoding('utf8').on('data', (text: string) => {
      log = (log + text).slice(-20_000);
    });
    const late = AbortSignal.timeout(START_WITHIN_MS);
    const [said] = await Promise.race([
      once(started.stdout, 'data', { signal: late }),
      once(started, 'exit', { signal: late }).then(() => {
        throw new Error(`the API in ${name} ended: ${log}`);
      }),
    ]);
    port = Number(String(said).trim());
  };

  return {
    name,
    proxy,
    async use(token, need) {
      const sentAt = performance.now();
      const { status, text } = await get(`/${need}`, { authorization: `Bearer ${token}` }).catch(() => ({
        status: 0,
        text: '{}',
      }));
      const at = performance.now();
      if (status === 500) throw new Error(`the API in ${name} failed: ${text}`);
      const { reason = '', introspections = 0 } = JSON.parse(text) as { reason?: string; introspections?: number };
      return { isYes: status === 200, status, reason, introspections, sentAt, at };
    },
    async receive(event) {
      const headers = { 'content-length': String(Buffer.byteLength(event)) };
      return get('/events', headers, event).catch(() => ({ status: 0, text: '' }));
    },
    async clocks({ apart = 0, pass = 0 }) {
      await json(`/clocks?clock=${apart}&pass=${pass}`);
    },
    memory: () => json('/memory'),
    kill: end,
    start,
    async close() {
      await end();
      agent.destroy();
      proxy.close();
    },
  };
};
