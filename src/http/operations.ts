/**
 * Health and metrics, on a listener of their own (decision D22). Liveness means that the process responds. Readiness says
 * whether it can serve, with reasons.
 */
import { createServer, type Server } from 'node:http';
import type { Exposition } from './metrics.ts';

/** A reason why this node must get no requests, or undefined. */
export type ReadinessCheck = { readonly name: string; check(): Promise<string | undefined> };

/** Failed checks, each with its reason. Empty: the node is ready. */
export type Reasons = Readonly<Record<string, string>>;

export type Readiness = {
  readonly isReady: boolean;
  /** The reason, or a problem that does not prevent serving. */
  readonly reasons: Reasons;
};

/** A check without an answer in this time has failed: the caller of the endpoint has a deadline, too. */
const CHECK_DEADLINE_MILLISECONDS = 1_500;

/** Runs all checks at once. */
export const reasonsOf = async (checks: readonly ReadinessCheck[]): Promise<Reasons> => {
  const found = await Promise.all(checks.map(async (one) => [one.name, await outcomeOf(one)] as const));
  return Object.fromEntries(found.flatMap(([name, reason]) => (reason === undefined ? [] : [[name, reason]])));
};

const outcomeOf = async ({ check }: ReadinessCheck): Promise<string | undefined> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    const seconds = CHECK_DEADLINE_MILLISECONDS / 1000;
    timer = setTimeout(() => resolve(`no answer within ${seconds} s`), CHECK_DEADLINE_MILLISECONDS);
  });
  try {
    return await Promise.race([check(), late]);
  } catch {
    return 'the check itself failed';
  } finally {
    clearTimeout(timer);
  }
};

export const operationsServer = (deps: {
  readonly readiness: () => Promise<Readiness>;
  readonly exposition: () => Promise<Exposition>;
}): Server =>
  createServer((request, response) => {
    const send = (status: number, type: string, body: string): void => {
      response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store' });
      response.end(request.method === 'HEAD' ? undefined : body);
    };
    if (request.method !== 'GET' && request.method !== 'HEAD') return send(405, 'text/plain', 'GET only\n');
    const answer = async (): Promise<void> => {
      switch (request.url?.split('?')[0]) {
        case '/healthz':
          return send(200, 'application/json', '{"status":"alive"}\n');
        case '/readyz': {
          const { isReady, reasons } = await deps.readiness();
          const status = isReady ? 'ready' : 'not ready';
          const body = Object.keys(reasons).length === 0 ? { status } : { status, reasons };
          return send(isReady ? 200 : 503, 'application/json', `${JSON.stringify(body)}\n`);
        }
        case '/metrics': {
          const { contentType, text } = await deps.exposition();
          return send(200, contentType, text);
        }
        default:
          return send(404, 'text/plain', 'There are /healthz, /readyz and /metrics.\n');
      }
    };
    answer().catch(() => send(500, 'text/plain', 'this cannot be told now\n'));
  });
