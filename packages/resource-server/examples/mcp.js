// An MCP server with one tool, on version 1 of the SDK and Express. Tools find the caller in `extra.authInfo`.

import { resourceServer } from '@behalf/resource-server';
import { requireToken, serveMetadata } from '@behalf/resource-server/express';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import express from 'express';

const { ISSUER = 'http://localhost:3000', RESOURCE = 'http://localhost:4100/mcp', PORT = '4100' } = process.env;
const app = express();

const notes = resourceServer({ issuer: ISSUER, resource: RESOURCE, scopes: ['notes.read'] });
app.use(serveMetadata(notes));
app.use('/mcp', requireToken(notes, { scopes: ['notes.read'] }));

const newServer = () => {
  const server = new McpServer({ name: 'notes', version: '1.0.0' });
  server.registerTool('whose', { description: 'Says whose notes these are' }, async ({ authInfo }) => ({
    content: [{ type: 'text', text: String(authInfo?.extra?.subject) }],
  }));
  return server;
};

app.post('/mcp', express.json(), async (request, response) => {
  const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
  response.on('close', () => transport.close());
  await newServer().connect(transport);
  await transport.handleRequest(request, response, request.body);
});

app.listen(Number(PORT), '127.0.0.1', () => console.log(`http://127.0.0.1:${PORT}/mcp`));
