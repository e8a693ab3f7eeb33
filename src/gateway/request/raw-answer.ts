/** An answer on a socket that Node does not serve: of a request that its parser refused, or of an upgrade. */
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RefusalAnswer } from '../../../packages/resource-server/src/resource-server.ts';

/** How long a client may take to read the answer and close its side. */
const LINGER_MILLISECONDS = 1_000;

/** Sends it and ends the connection. Drops further bytes, and closes the socket after a second even if the client does not. */
export const sendRaw = (socket: Duplex, { status, headers, body }: RefusalAnswer): void => {
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
  // Node does not watch such a socket: without a reader, the end of the client is never seen.
  socket.resume();
  const timer = setTimeout(() => socket.destroy(), LINGER_MILLISECONDS);
  socket.once('close', () => clearTimeout(timer));
};
