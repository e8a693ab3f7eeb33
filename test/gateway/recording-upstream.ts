/** An upstream that keeps each byte it gets, and reads requests by Content-Length alone. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

export type Recorded = {
  readonly method: string;
  readonly target: string;
  /** In their order, with names as sent. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
};

export type Recording = Awaited<ReturnType<typeof recordingUpstream>>;

const ANSWER = 'HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n\r\nok';

export const recordingUpstream = async () => {
  const requests: Recorded[] = [];
  const sockets = new Set<Socket>();
  const state: { answer: string | ((request: Recorded, socket: Socket) => void) } = { answer: ANSWER };

  const read = (socket: Socket): void => {
    let pending = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      pending = Buffer.concat([pending, chunk]);
      for (;;) {
        const end = pending.indexOf('\r\n\r\n');
        if (end < 0) return;
        const [start = '', ...lines] = pending.subarray(0, end).toString('latin1').split('\r\n');
        const headers = lines.map((line) => {
          const colon = line.indexOf(':');
          return [line.slice(0, colon), line.slice(colon + 1).trim()] as const;
        });
        const length = Number(headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1] ?? 0);
        if (pending.byteLength < end + 4 + length) return;
        const body = pending.subarray(end + 4, end + 4 + length).toString('utf8');
        pending = pending.subarray(end + 4 + length);
        const [method = '', target = ''] = start.split(' ');
        const recorded = { method, target, headers, body };
        requests.push(recorded);
        if (typeof state.answer === 'string') socket.write(state.answer);
        else state.answer(recorded, socket);
      }
    });
    socket.on('error', () => undefined);
  };

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    read(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    state,
    /** Answers as at first, and forgets what came. */
    reset(): void {
      requests.length = 0;
      state.answer = ANSWER;
    },
    /** Values of a header of the last request, by any spelling of its name. */
    values: (name: string): readonly string[] =>
      (requests.at(-1)?.headers ?? []).filter(([own]) => own.toLowerCase() === name).map(([, value]) => value),
    async close(): Promise<void> {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
};
