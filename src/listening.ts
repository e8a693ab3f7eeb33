/** A server's way in and out: to listen, and to stop without breaking what is under way. */
import type { Server } from 'node:http';

/** Longer than any answer takes, shorter than what supervisors wait before SIGKILL. */
const DRAIN_MILLISECONDS = 8_000;
const LOOK_FOR_IDLE_MILLISECONDS = 25;

/** Resolves when it accepts connections. */
export const listen = (
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });

/** Answers what is under way, takes no new connection, and cuts off what is still open at the end. */
export const drain = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    // Connections that are kept become idle one after the other, each when its answer has left.
    const idle = setInterval(() => server.closeIdleConnections(), LOOK_FOR_IDLE_MILLISECONDS);
    const cut = setTimeout(() => server.closeAllConnections(), DRAIN_MILLISECONDS);
    server.prependListener('request', (_request, response) => response.setHeader('Connection', 'close'));
    server.close(() => {
      clearInterval(idle);
      clearTimeout(cut);
      resolve();
    });
  });
