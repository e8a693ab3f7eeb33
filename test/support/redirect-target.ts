/** A program of a client on loopback that waits for answers of the authorization server, as a native app does (RFC 8252 §7.3). */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export type RedirectTarget = Awaited<ReturnType<typeof redirectTarget>>;

export const redirectTarget = async () => {
  let arrived: ((answer: URLSearchParams) => void)[] = [];
  const server = createServer(async (request, response) => {
    const { pathname, search } = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (pathname === '/callback') {
      const answer = new URLSearchParams(request.method === 'POST' ? await bodyOf(request) : search);
      for (const resolve of arrived.splice(0)) resolve(answer);
    }
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>Client</title><p>The answer arrived.');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    origin,
    redirectUri: `${origin}/callback`,
    /** Parameters of the next answer, from the query or the form. */
    next: (): Promise<URLSearchParams> =>
      new Promise((resolve) => {
        arrived = [...arrived, resolve];
      }),
    close: (): Promise<void> =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
};

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
};
