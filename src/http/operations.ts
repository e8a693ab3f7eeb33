/**
 * Health and metrics, on a listener of their own (decision D22). Liveness says that the process
 * answers; readiness says with reasons whether it can do its work.
 */
import { createServer, type Server } from 'node:http';
import type { Metrics } from './metrics.ts';

/** A reason why this node should get no requests, or undefined. */
export type ReadinessCheck = { readonly name: string; check(): Promise<string | undefined> };

export const operationsServer = ({
  metrics,
  checks,
}: {
  metrics: Metrics;
  checks: readonly ReadinessCheck[];
}): Server =>
  createServer(async (request, response) => {
    const send = (status: number, type: string, body: string): void => {
      response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store' });
      response.end(request.method === 'HEAD' ? undefined : body);
    };
    if (request.method !== 'GET' && request.method !== 'HEAD') return send(405, 'text/plain', 'GET only\n');
    switch (request.url?.split('?')[0]) {
      case '/healthz':
        return send(200, 'application/json', '{"status":"alive"}\n');
      case '/readyz': {
        const reasons: Record<string, string> = {};
        for (const { name, check } of checks) {
          const reason = await check().catch(() => 'the check itself failed');
          if (reason !== undefined) reasons[name] = reason;
        }
        const ready = Object.keys(reasons).length === 0;
        return send(
          ready ? 200 : 503,
          'application/json',
          `${JSON.stringify(ready ? { status: 'ready' } : { status: 'not ready', reasons })}\n`,
        );
      }
      case '/metrics':
        return send(200, metrics.registry.contentType, await metrics.registry.metrics());
      default:
        return send(404, 'text/plain', 'There are /healthz, /readyz and /metrics.\n');
    }
  });
