import { once } from 'node:events';
import { type AddressInfo, Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { publicServer } from '../../src/public-server.ts';

const HEAD = 'POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n';
const CHUNK = Buffer.from(`2000\r\n${'x'.repeat(0x2000)}\r\n`);
const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

/** The next request, answered while it still arrives and the server does not read it any more. */
let answered = Promise.withResolvers<Socket>();
const server = publicServer(
  {},
  {
    handle(request, response) {
      request.once('data', async () => {
        request.pause();
        await turns(50);
        response.writeHead(413, { Connection: 'close' }).end('too much', async () => {
          await turns(50);
          answered.resolve(request.socket);
        });
      });
    },
  },
);
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.close();
});

/** A client that sends without end, and does not read yet. */
const sending = (): Socket => {
  answered = Promise.withResolvers();
  const socket = new Socket({ allowHalfOpen: true }).pause();
  socket.on('error', () => undefined);
  socket.connect((server.address() as AddressInfo).port, '127.0.0.1').write(HEAD);
  const pump = (): void => {
    if (!socket.writable) return;
    socket.write(CHUNK);
    setImmediate(pump);
  };
  pump();
  return socket;
};

describe('an answer that comes before the end of the request', () => {
  test('IN-06 can be read by who is still sending (RFC 9112 §9.6)', async () => {
    const socket = sending();
    await answered.promise;
    let text = '';
    socket.on('data', (chunk) => {
      text += String(chunk);
    });
    socket.resume();
    await Promise.race([once(socket, 'end'), once(socket, 'close')]);
    socket.destroy();
    expect(text).toMatch(/^HTTP\/1\.1 413 [\s\S]*too much/);
  });

  test('IN-06 ends the connection also of who does not stop', async () => {
    const socket = sending();
    const seen = await answered.promise;
    if (!seen.destroyed) await once(seen, 'close');
    expect(seen.bytesRead).toBeGreaterThan(0);
    socket.destroy();
  });
});
