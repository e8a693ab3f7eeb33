/**
 * An MCP server with one tool, behind OAuth as the MCP authorization specification has it: it names its authorization
 * server (RFC 9728), and believes a token that introspects as active there for its own address (RFC 7662).
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { McpServer, WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server';

export const mcpServer = async (
  issuer: string,
  introspect: (token: string) => Promise<Readonly<Record<string, unknown>>>,
  {
    listsScopes = true,
    callApi,
  }: {
    readonly listsScopes?: boolean;
    /** What the tool `storage` says: the server calls the API behind it for the caller whose token it received. */
    readonly callApi?: (token: string) => Promise<string>;
  } = {},
) => {
  const metadata = '/.well-known/oauth-protected-resource/mcp';
  let origin = '';

  const tools = (subject: string, token: string): McpServer => {
    const server = new McpServer({ name: 'notes', version: '1.0.0' });
    server.registerTool('whose', { description: 'Says whose notes these are' }, async () => ({
      content: [{ type: 'text', text: subject }],
    }));
    if (callApi) {
      server.registerTool('storage', { description: 'Reads the storage of the caller' }, async () => ({
        content: [{ type: 'text', text: await callApi(token) }],
      }));
    }
    return server;
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.url === metadata) {
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({
          resource: `${origin}/mcp`,
          authorization_servers: [issuer],
          ...(listsScopes ? { scopes_supported: ['notes.read'] } : {}),
          bearer_methods_supported: ['header'],
        }),
      );
      return;
    }
    const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
    const found = token === undefined ? {} : await introspect(token);
    if (found['active'] !== true || ![found['aud']].flat().includes(`${origin}/mcp`)) {
      response.writeHead(401, { 'www-authenticate': `Bearer resource_metadata="${origin}${metadata}"` }).end();
      return;
    }
    const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
    await tools(String(found['sub']), String(token)).connect(transport);
    const answer = await transport.handleRequest(await webRequest(request, origin));
    response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(Buffer.from(await answer.arrayBuffer()));
  };

  const listener = createServer((request, response) => {
    serve(request, response).catch(() => response.writeHead(500).end());
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
  return {
    /** What a client is told, and nothing else. */
    url: `${origin}/mcp`,
    async close(): Promise<void> {
      listener.closeAllConnections();
      await new Promise<void>((resolve) => listener.close(() => resolve()));
    },
  };
};

const webRequest = async (request: IncomingMessage, origin: string): Promise<Request> => {
  const { method = 'GET', url = '' } = request;
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) headers.set(name, String(value));
  const hasBody = method !== 'GET' && method !== 'HEAD';
  return new Request(`${origin}${url}`, { method, headers, ...(hasBody ? { body: await buffer(request) } : {}) });
};
