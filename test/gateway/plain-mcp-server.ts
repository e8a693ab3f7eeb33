import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { createMcpHandler, McpServer, WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server';

export type PlainMcpServer = Awaited<ReturnType<typeof plainMcpServer>>;

/**
 * An MCP server as its makers show it. It answers each request, and says who the header names. `speaksAll`: it also serves the
 * revision 2026-07-28, by the handler of the SDK.
 */
export const plainMcpServer = async ({ speaksAll = false } = {}) => {
  const calls: string[] = [];
  const toolsFor = (account: string): McpServer => {
    const tools = new McpServer({ name: 'notes', version: '1.0.0' });
    for (const name of ['whose', 'write', 'drop']) {
      tools.registerTool(name, { description: name }, async () => {
        calls.push(name);
        return { content: [{ type: 'text', text: `${name} of ${account}` }] };
      });
    }
    return tools;
  };
  const serve = async (request: IncomingMessage): Promise<Response> => {
    const headers = new Headers();
    for (const [name, value] of Object.entries(request.headers)) headers.set(name, String(value));
    const hasBody = request.method === 'POST';
    const init = { method: String(request.method), headers, ...(hasBody ? { body: await buffer(request) } : {}) };
    const whole = new Request(`http://localhost${request.url}`, init);
    const tools = toolsFor(String(request.headers['x-account']));
    if (speaksAll) return createMcpHandler(() => tools).fetch(whole);
    // Answers are event streams, as servers send them by default.
    const transport = new WebStandardStreamableHTTPServerTransport();
    await tools.connect(transport);
    return transport.handleRequest(whole);
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
