import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { McpServer, WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server';

export type PlainMcpServer = Awaited<ReturnType<typeof plainMcpServer>>;

/** An MCP server as its makers show it. It answers each request, and says who the header names. */
export const plainMcpServer = async () => {
  const calls: string[] = [];
  const serve = async (request: IncomingMessage): Promise<Response> => {
    const tools = new McpServer({ name: 'notes', version: '1.0.0' });
    for (const name of ['whose', 'write', 'drop']) {
      tools.registerTool(name, { description: name }, async () => {
        calls.push(name);
        return { content: [{ type: 'text', text: `${name} of ${String(request.headers['x-account'])}` }] };
      });
    }
    // Answers are event streams, as servers send them by default.
    const transport = new WebStandardStreamableHTTPServerTransport();
    await tools.connect(transport);
    const headers = new Headers();
    for (const [name, value] of Object.entries(request.headers)) headers.set(name, String(value));
    const hasBody = request.method === 'POST';
    const init = { method: String(request.method), headers, ...(hasBody ? { body: await buffer(request) } : {}) };
    return transport.handleRequest(new Request(`http://localhost${request.url}`, init));
  };
  const listener = createServer((request, response) => {
    serve(request).then(
      async (answer) => {
        response.writeHead(answer.status, Object.fromEntries(answer.headers));
        for await (const chunk of answer.body ?? []) response.write(chunk);
        response.end();
      },
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  return {
    calls,
    url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    async close(): Promise<void> {
      listener.closeAllConnections();
      await new Promise<void>((resolve) => listener.close(() => resolve()));
    },
  };
};
