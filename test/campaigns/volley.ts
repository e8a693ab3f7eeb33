/**
 * Requests that are under way together: connections are opened and used once first, then everything
 * is written in one turn of the loop. Through an ordinary client, or on connections the server has not
 * accepted yet, the last of 64 comes after the first answer left: a replay, no race (decision D9).
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Answer } from '../support/oauth-calls.ts';

export type WireRequest = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent with POST; absent: a GET. */
  readonly body?: string;
};

/** Sends all of them at once; answers in the same order. Throws when a connection ends without an answer. */
export const sendAtOnce = async (requests: readonly WireRequest[]): Promise<readonly Answer[]> => {
  const sockets = await Promise.all(requests.map(({ url }) => openUsed(new URL(url))));
  const messages = requests.map(toBytes);
  const answers = sockets.map(readToEnd);
  for (const [index, socket] of sockets.entries()) socket.write(messages[index] ?? '');
  return Promise.all(answers);
};

/** A connection the server has accepted and answered on, and keeps open. */
const openUsed = async ({ host, hostname, port }: URL): Promise<Socket> => {
  const socket = connect({
    host: hostname === 'localhost' ? '127.0.0.1' : hostname,
    port: Number(port),
    noDelay: true,
  });
  await once(socket, 'connect');
  socket.write(`HEAD /jwks HTTP/1.1\r\nhost: ${host}\r\n\r\n`);
  await once(socket, 'data');
  return socket;
};

const toBytes = ({ url, headers, body }: WireRequest): Buffer => {
  const { host, pathname, search } = new URL(url);
  const lines = Object.entries({
    host,
    connection: 'close',
    ...(body === undefined
      ? {}
      : {
          'content-type': 'application/x-www-form-urlencoded',
          'content-length': String(Buffer.byteLength(body)),
        }),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  const method = body === undefined ? 'GET' : 'POST';
  return Buffer.from(`${method} ${pathname}${search} HTTP/1.1\r\n${lines.join('')}\r\n${body ?? ''}`);
};

const readToEnd = (socket: Socket): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', reject);
    socket.on('close', () => {
      const message = Buffer.concat(chunks).toString();
      const [head = '', text = ''] = message.split('\r\n\r\n', 2);
      const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]);
      if (!status) {
        reject(new Error(`no answer: ${message.slice(0, 200)}`));
        return;
      }
      const headers = new Headers();
      for (const line of head.split('\r\n').slice(1)) {
        const at = line.indexOf(':');
        headers.append(line.slice(0, at), line.slice(at + 1).trim());
      }
      resolve({ status, headers, text, body: jsonObject(text) });
    });
  });

const jsonObject = (text: string): Answer['body'] => {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
};
