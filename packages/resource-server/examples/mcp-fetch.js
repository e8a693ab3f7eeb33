// An MCP server with one tool, on version 2 of the SDK, as a fetch handler. Tools find the caller in `http.authInfo`.

import { resourceServer } from '@behalf/resource-server';
import { protect } from '@behalf/resource-server/fetch';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';

const { ISSUER = 'http://localhost:3000', RESOURCE = 'http://localhost:4100/mcp' } = globalThis.process?.env ?? {};

const handler = createMcpHandler(() => {
  const server = new McpServer({ name: 'notes', version: '1.0.0' });
  server.registerTool('whose', { description: 'Says whose notes these are' }, async ({ http }) => ({
    content: [{ type: 'text', text: String(http?.authInfo?.extra?.subject) }],
  }));
  return server;
});

const answer = (request, access) => handler.fetch(request, { authInfo: access });

const notes = resourceServer({ issuer: ISSUER, resource: RESOURCE, scopes: ['notes.read'] });
export default { fetch: protect(notes, answer, { scopes: ['notes.read'] }) };
