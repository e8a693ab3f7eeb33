/** The example of docs/how-to/mcp.md, "Scopes that few calls need", as it stands there, before the handler of the MCP SDK. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { protect } from '../../packages/resource-server/src/fetch.ts';
import { resourceServer } from '../../packages/resource-server/src/resource-server.ts';
import { type Issuer, RESOURCE, startIssuer } from './issuer.ts';

const GUIDE = readFileSync(new URL('../../docs/how-to/mcp.md', import.meta.url), 'utf8');

let issuer: Issuer;
let fetchHandler: (request: Request) => Promise<Response>;
const calls: string[] = [];

beforeAll(async () => {
  issuer = await startIssuer();
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: 'notes', version: '1.0.0' });
    for (const name of ['read', 'write']) {
      server.registerTool(name, { description: 'Of the caller' }, async () => {
        calls.push(name);
        return { content: [{ type: 'text', text: name }] };
      });
    }
    return server;
  });
  const notes = resourceServer({ issuer: issuer.url, resource: RESOURCE });
  const example = /## Scopes that few calls need[\s\S]*?```js\n([\s\S]*?)```/.exec(GUIDE)?.[1];
  const body = String(example).replace(/export default (.*);\n/, 'return ($1).fetch;');
  fetchHandler = new Function('protect', 'notes', 'answer', body)(protect, notes, (request: Request) =>
    handler.fetch(request),
  );
});
afterAll(() => issuer.close());

const toolCall = (name: string, id = 1) => ({ jsonrpc: '2.0', id, method: 'tools/call', params: { name } });

/** POSTs a content. Without scopes the request has no token. */
const post = async (content: string, scope?: string): Promise<number> => {
  calls.length = 0;
  const headers = new Headers({ 'content-type': 'application/json', accept: 'application/json, text/event-stream' });
  if (scope !== undefined) headers.set('authorization', `Bearer ${await issuer.token({ scope })}`);
  const response = await fetchHandler(new Request(RESOURCE, { method: 'POST', headers, body: content }));
  await response.text();
  return response.status;
};

test.each([
  ['a call', toolCall('write')],
  ['a batch of one call', [toolCall('write')]],
  ['the second call of a batch', [toolCall('read'), toolCall('write', 2)]],
  ['a call after an entry that is no message', [null, toolCall('write')]],
])('%s that needs more is refused, and not carried out', async (_, content) => {
  expect(await post(JSON.stringify(content), 'notes.read')).toBe(403);
  expect(calls).toEqual([]);
});

test('the same calls are carried out with both scopes', async () => {
  expect(await post(JSON.stringify([toolCall('read'), toolCall('write', 2)]), 'notes.read notes.write')).toBe(200);
  expect(calls).toEqual(['read', 'write']);
  expect(await post(JSON.stringify([toolCall('read')]), 'notes.read')).toBe(200);
});

test.each([
  'null',
  '"text"',
  '7',
  '[null]',
  '{"method":"tools/call"}',
  '{"method":"tools/call","params":null}',
  'x',
  '',
])('the answer to %j without a token is 401', async (content) => {
  expect(await post(content)).toBe(401);
});
