/** A handler of the Fetch standard behind `node:http`, at a free port of loopback. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

type Handler = (request: Request) => Promise<Response>;

const requestOf = async (request: IncomingMessage, origin: string): Promise<Request> => {
  const { method = 'GET', url = '' } = request;
  const headers = new Headers(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  const hasBody = method !== 'GET' && method !== 'HEAD';
  return new Request(`${origin}${url}`, { method, headers, ...(hasBody ? { body: await buffer(request) } : {}) });
};

/** `handlerAt`: makes the handler for the origin that it is reached at. */
export const listen = async (handlerAt: (origin: string) => Handler | Promise<Handler>) => {
  let handler: Handler | undefined;
  let origin = '';
  const server = createServer((request, response) => {
    const answer = async (): Promise<void> => {
      const answered = await (handler as Handler)(await requestOf(request, origin));
      response.writeHead(answered.status, Object.fromEntries(answered.headers));
      response.end(Buffer.from(await answered.arrayBuffer()));
    };
    answer().catch(() => response.writeHead(500).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  handler = await handlerAt(origin);
  return {
    origin,
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
};
