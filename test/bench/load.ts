/**
 * The load: a fixed number of connections, each doing one step after the other, against a server in
 * another process; and what that server spent on it, from /proc. Server CPU per step is the figure
 * that travels; throughput and latency are noise above it (see docs/reference/speed.md).
 */
import { readFile } from 'node:fs/promises';
import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';

export const CONNECTIONS = 32;
/** Fewer in a quick run: what each of them needs, such as a session, is made at every start of a server. */
export const connectionsOf = (isQuick: boolean): number => (isQuick ? 8 : CONNECTIONS);

type Shot = {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
};

export type ShotAnswer = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly text: string };

export type Send = (shot: Shot) => Promise<ShotAnswer>;

/** One step of connection `connection`, or undefined when nothing is left to send. Throws when the answer is not the expected one. */
export type Step = (connection: number) => (() => Promise<void>) | undefined;

export type Measured = {
  readonly steps: number;
  readonly seconds: number;
  /** User and system time of all threads of the server, in microseconds for one step. */
  readonly cpuMicros: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly rssMb: number;
};

/** Keep-alive connections to one origin. */
export const connectionsTo = (origin: string, connections = CONNECTIONS) => {
  const { hostname, port } = new URL(origin);
  const agent = new Agent({ keepAlive: true, maxSockets: connections, scheduling: 'fifo' });
  const send: Send = (shot) =>
    new Promise((resolve, reject) => {
      const { method, path, headers, body } = shot;
      const request = httpRequest({ agent, hostname, port, method, path, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString(),
          }),
        );
        response.on('error', reject);
      });
      request.on('error', (error: NodeJS.ErrnoException) => {
        // The server closed the connection while it waited for another server's turn.
        const wasIdle = request.reusedSocket && error.code === 'ECONNRESET';
        if (wasIdle) resolve(send(shot));
        else reject(error);
      });
      request.end(body);
    });
  return { send, close: (): void => agent.destroy() };
};

const TICKS_PER_SECOND = 100;

/** User and system time in a file of /proc, in microseconds; resolution 10 ms. */
const microsIn = async (file: string): Promise<number> => {
  const stat = await readFile(file, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1_000_000) / TICKS_PER_SECOND;
};

/** User and system time of the main thread of a process so far. */
export const threadMicrosOf = (pid: number): Promise<number> => microsIn(`/proc/${pid}/task/${pid}/stat`);

/** User and system time of a process, its threads and its workers so far. */
export const cpuMicrosOf = async (pid: number): Promise<number> => {
  const own = await microsIn(`/proc/${pid}/stat`);
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const ofChildren = await Promise.all(children.trim().split(' ').filter(Boolean).map(Number).map(cpuMicrosOf));
  return ofChildren.reduce((sum, each) => sum + each, own);
};

/** Resident memory of a process. */
export const rssMbOf = async (pid: number): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024);
};

/** Of values in ascending order. */
export const percentile = (sorted: ArrayLike<number>, share: number): number =>
  sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;

/** Runs `step` on so many connections for `seconds`, or until nothing is left to send. */
export const measure = async (
  pid: number,
  step: Step,
  seconds: number,
  connections = CONNECTIONS,
): Promise<Measured> => {
  const latencies: number[] = [];
  const cpuBefore = await cpuMicrosOf(pid);
  const begin = performance.now();
  const end = begin + seconds * 1000;
  const connection = async (index: number): Promise<void> => {
    while (performance.now() < end) {
      const next = step(index);
      if (next === undefined) return;
      const from = performance.now();
      await next();
      latencies.push(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: connections }, (_, index) => connection(index)));
  const elapsed = (performance.now() - begin) / 1000;
  const cpu = (await cpuMicrosOf(pid)) - cpuBefore;
  const sorted = Float64Array.from(latencies).sort();
  const rounded = (value: number): number => Math.round(value * 100) / 100;
  return {
    steps: latencies.length,
    seconds: rounded(elapsed),
    cpuMicros: Math.round(cpu / Math.max(1, latencies.length)),
    p50Ms: rounded(percentile(sorted, 0.5)),
    p99Ms: rounded(percentile(sorted, 0.99)),
    rssMb: await rssMbOf(pid),
  };
};
