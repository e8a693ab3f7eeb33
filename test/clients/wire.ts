/**
 * The public address of a server under test: passes requests on to it unchanged and keeps the last exchanges, so that a
 * failure can show what a client sent, in whichever language it is written. Redirects and errors pass through as they are.
 */
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

const KEPT = 12;
/** More than any form here; pages are cut. */
const SHOWN = 700;

const readable = (body: Buffer, type = ''): string =>
  /html|css|javascript|image/.test(type) ? `(${type}, ${body.length} bytes)` : body.toString('utf8').slice(0, SHOWN);

/** Listens on a free loopback port; `passTo` names the port of the server, `0` until it runs. */
export const openWire = async () => {
  let target = 0;
  let exchanges: string[] = [];
  const listener = createServer((incoming, outgoing) => {
    const pass = async (): Promise<void> => {
      const body = await buffer(incoming);
      const onward = request({
        host: '127.0.0.1',
        port: target,
        method: incoming.method,
        path: incoming.url,
        headers: incoming.headers,
      });
      onward.end(body);
      const [answer] = await once(onward, 'response');
      const { location } = answer.headers;
      outgoing.writeHead(answer.statusCode, answer.rawHeaders);
      // Forwarded as it comes: a stream does not end.
      outgoing.once('close', () => answer.destroy());
      answer.pipe(outgoing);
      const answered = await buffer(answer);
      exchanges.push(
        [
          `${incoming.method} ${incoming.url?.slice(0, SHOWN)}`,
          body.length === 0 ? '' : `  ${readable(body)}`,
          `  ${answer.statusCode} ${location ?? readable(answered, answer.headers['content-type'])}`,
        ]
          .filter((line) => line !== '')
          .join('\n'),
      );
      exchanges = exchanges.slice(-KEPT);
    };
    pass().catch((error: Error) => outgoing.destroy(error));
  });
  listener.listen(0, 'localhost');
  await once(listener, 'listening');
  return {
    origin: `http://localhost:${(listener.address() as AddressInfo).port}`,
    passTo(port: number): void {
      target = port;
    },
    /** Forgets what was kept; a check begins. */
    forget(): void {
      exchanges = [];
    },
    /** The last exchanges, oldest first. */
    exchanges: (): readonly string[] => exchanges,
    close(): void {
      listener.closeAllConnections();
      listener.close();
    },
  };
};
