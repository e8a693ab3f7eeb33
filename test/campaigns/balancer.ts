/**
 * A reverse proxy as small as it can be: each request goes to the next node in turn, and once more to another one
 * when the connection broke before an answer began. It asks no node for readiness, so that the nodes get no help.
 */
import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';

/** `ports` are those of the nodes, on this machine. */
export const startBalancer = async (port: number, ports: readonly number[]) => {
  // Connections are kept, as real proxies do: one that a node closes is the hard case.
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const figures = { requests: 0, retries: 0, failures: 0 };
  let turn = 0;

  const attempt = (incoming: IncomingMessage, body: Buffer, to: number): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const outgoing = send(
        { host: '127.0.0.1', port: to, agent, method: incoming.method, path: incoming.url, headers: incoming.headers },
        resolve,
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });

  const serve = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    figures.requests += 1;
    turn += 1;
    const [first = 0, second = 0] = [ports[turn % ports.length], ports[(turn + 1) % ports.length]];
    const answer = await attempt(incoming, body, first).catch(() => {
      figures.retries += 1;
      return attempt(incoming, body, second);
    });
    const { connection: _of, 'keep-alive': _that, ...headers } = answer.headers;
    response.writeHead(answer.statusCode ?? 502, headers);
    answer.pipe(response);
  };

  const server = createServer((incoming, response) => {
    serve(incoming, response).catch((error: Error) => {
      figures.failures += 1;
      response.writeHead(502).end(`both nodes failed: ${error.message}`);
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    figures,
    close(): void {
      server.closeAllConnections();
      server.close();
      agent.destroy();
    },
  };
};
