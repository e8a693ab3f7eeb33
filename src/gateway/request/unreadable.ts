/** What the parser of Node refuses gets an answer too, and its connection ends. */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { ownAnswer } from './own-refusals.ts';
import { sendRaw } from './raw-answer.ts';

const FAULTS: Readonly<Record<string, readonly [status: number, reason: string, description: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'headers_too_large', 'The headers are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'request_timeout', 'The request took too long to arrive.'],
};
const MALFORMED = [400, 'request_malformed', 'The request is malformed.'] as const;

/** Answers requests that cannot be read, in place of the text of Node. CONNECT is closed by Node. */
export const refuseUnreadable = (server: Server): void => {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (!socket.writable) {
      socket.destroy();
      return;
    }
    const [status, reason, description] = FAULTS[String(error.code)] ?? MALFORMED;
    sendRaw(socket, ownAnswer({ status, reason, description }));
  });
};
