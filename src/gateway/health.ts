/** Health of a gateway, on a listener of its own. */
import { createServer } from 'node:http';
import { listen } from '../listening.ts';

export interface HealthServer {
  /** Resolves to the port. */
  listen(address: { readonly host: string; readonly port: number }): Promise<number>;
  /** From now on the gateway is not ready. */
  drain(): void;
  close(): Promise<void>;
}

/** `/livez` is 200 while the process runs; `/readyz` is 503 once it drains. Neither depends on the authorization server. */
export const healthServer = (): HealthServer => {
  let isReady = true;
  const server = createServer((request, response) => {
    const isKnown = request.url === '/livez' || request.url === '/readyz';
    const status = isKnown ? (isReady || request.url === '/livez' ? 200 : 503) : 404;
    response.writeHead(status, { 'content-type': 'text/plain', 'cache-control': 'no-store' });
    response.end(status === 200 ? 'ok\n' : status === 503 ? 'draining\n' : 'not found\n');
  });
  return {
    async listen(address) {
      await listen(server, address, 'health');
      return (server.address() as { readonly port: number }).port;
    },
    drain() {
      isReady = false;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
};
