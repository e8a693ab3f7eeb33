/** Starts a server, and stops it without breaking requests under way. */
import type { Server } from 'node:http';

/** Longer than any response takes, shorter than what supervisors wait before SIGKILL. */
const DRAIN_MILLISECONDS = 8_000;
const LOOK_FOR_IDLE_MILLISECONDS = 25;

/**
 * Resolves when the server accepts connections. Throws an Error that says what to do when the address is not usable. `setting`: where its
 * address is, if it is no listener of the authorization server.
 */
export const listen = (
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
  setting?: string,
): Promise<void> =>
  new Promise((resolve, reject) => {
    const fail = (error: Error): void => reject(inWords(error, `${host}:${port}`, setting));
    server.once('error', fail);
    server.listen(port, host, () => {
      server.off('error', fail);
      resolve();
    });
  });

const WHY: Readonly<Record<string, string>> = {
  EADDRINUSE:
    'is in use by another program; choose another port: PORT or listen.port, and operations.port. If that program is Behalf and its password is lost: npm run -s behalf -- accounts reset-password USERNAME',
  EACCES: 'may not be used by this user; choose a port above 1023: PORT or listen.port, and operations.port',
  EADDRNOTAVAIL: 'is no address of this machine; see listen.host and operations.host',
};

const whyOf = (code: string, setting: string): string | undefined =>
  ({
    EADDRINUSE: `is in use by another program; choose another port: ${setting}.port`,
    EACCES: `may not be used by this user; choose a port above 1023: ${setting}.port`,
    EADDRNOTAVAIL: `is no address of this machine; see ${setting}.host`,
  })[code];

const inWords = (error: Error, address: string, setting: string | undefined): Error => {
  const code = String((error as { readonly code?: unknown }).code);
  const why = setting === undefined ? WHY[code] : whyOf(code, setting);
  return why === undefined ? error : new Error(`${address} ${why}`, { cause: error });
};

/** Finishes requests under way, accepts no new connection, and closes connections that are still open at the end. */
export const drain = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    // Kept-alive connections become idle one after the other, each when its response has been sent.
    const idle = setInterval(() => server.closeIdleConnections(), LOOK_FOR_IDLE_MILLISECONDS);
    const cut = setTimeout(() => server.closeAllConnections(), DRAIN_MILLISECONDS);
    server.prependListener('request', (_request, response) => response.setHeader('Connection', 'close'));
    server.close(() => {
      clearInterval(idle);
      clearTimeout(cut);
      resolve();
    });
  });
