/** Stock MCP clients through a gateway, in front of an MCP server that knows nothing of tokens. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { UnauthorizedError } from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { freePort } from '../support/free-port.ts';
import { mcpProgram } from '../support/mcp-program.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, REDIRECT_URI, type Scene } from '../support/scene.ts';
import { type RunningGateway, runGateway } from './gateway-world.ts';
import { type PlainMcpServer, plainMcpServer } from './plain-mcp-server.ts';

let server: RunningServer;
let scene: Scene;
let gateway: RunningGateway;
let behind: PlainMcpServer;
let app: string;

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server, { skipConsent: false });
  behind = await plainMcpServer();
  const port = await freePort();
  const resource = `http://127.0.0.1:${port}/mcp`;
  await scene.management.createResourceServer({
    identifier: resource,
    name: 'Notes',
    scopes: [
      { name: 'notes.read', description: 'See your notes', risk: 'low' },
      { name: 'notes.write', description: 'Change your notes', risk: 'low' },
    ],
    access_token_format: 'jwt',
    introspection_auth_method: 'client_secret_basic',
  });
  gateway = await runGateway({
    listen: { port },
    issuer: server.issuer,
    resource,
    upstream: { url: behind.url, identity: { 'X-Account': 'subject' } },
    mcp: { path: '/mcp', scopes: ['notes.read'], tools: { whose: {}, write: { scopes: ['notes.write'] } } },
  });
  const made = await scene.management.createClient({
    name: 'An MCP client',
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    redirect_uris: [REDIRECT_URI],
  });
  app = made.id;
});
afterAll(async () => {
  await gateway?.close();
  await behind?.close();
  await server?.close();
});

/** A client of version 2 that was told the address alone, and found the server by the metadata of the gateway. */
const signedIn = async (scope: string) => {
  const program = mcpProgram(`${gateway.url}/mcp`, {
    redirectUrl: REDIRECT_URI,
    clientMetadata: { redirect_uris: [REDIRECT_URI], token_endpoint_auth_method: 'none', scope },
  });
  program.kept.information = { client_id: app };
  const refused = await program.connect().catch((error: unknown) => error);
  if (!(refused instanceof UnauthorizedError) || !program.kept.asked) throw refused;
  const asked = new URL(program.kept.asked);
  asked.searchParams.set('scope', scope);
  await program.cameBack(await scene.walk(asked.href));
  return program;
};

const textOf = (result: unknown): string =>
  String(((result as { content?: unknown }).content as { text: string }[])[0]?.text);

describe('@modelcontextprotocol/client', () => {
  test('finds the server, signs a person in, lists and calls a tool for them', async () => {
    const program = await signedIn('notes.read');
    const client = await program.connect();
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['whose', 'write', 'drop']);
    expect(textOf(await client.callTool({ name: 'whose' }))).toBe(`whose of ${scene.accountId}`);
    await client.close();
  });

  test('cannot call a tool that the gateway does not name', async () => {
    const program = await signedIn('notes.read');
    const client = await program.connect();
    const before = behind.calls.length;
    await expect(client.callTool({ name: 'drop' })).rejects.toThrow();
    expect(behind.calls).toHaveLength(before);
    await client.close();
  });
});

describe('@modelcontextprotocol/sdk', () => {
  test('calls a tool with a token, and no tool whose scope the token lacks', async () => {
    const program = await signedIn('notes.read');
    const token = String((program.kept.tokens as { access_token?: unknown }).access_token);
    const client = new Client({ name: 'program', version: '1.0.0' });
    const requestInit = { headers: { authorization: `Bearer ${token}` } };
    await client.connect(new StreamableHTTPClientTransport(new URL(`${gateway.url}/mcp`), { requestInit }) as never);
    expect(textOf(await client.callTool({ name: 'whose' }))).toBe(`whose of ${scene.accountId}`);
    await expect(client.callTool({ name: 'write' })).rejects.toThrow(/scope_missing|does not have all scopes/);
    expect(behind.calls).not.toContain('write');
    await client.close();
  });
});
