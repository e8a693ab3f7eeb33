/**
 * An MCP server with the notes of a meeting, made with the stock SDK. The package for APIs verifies tokens, hears of their ends and
 * reports what each call did.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { protect } from '../../packages/resource-server/src/fetch.ts';
import { type Access, resourceServer } from '../../packages/resource-server/src/resource-server.ts';

/** What each tool needs, and what it does with the notes. */
const TOOLS: Readonly<Record<string, { readonly scope: string; readonly run: (notes: string[]) => string }>> = {
  read: { scope: 'notes.read', run: (notes) => notes.join('; ') },
  publish: { scope: 'notes.publish', run: (notes) => `published ${notes.length} notes` },
  delete: { scope: 'notes.delete', run: (notes) => `deleted: ${notes.splice(0, 1).join()}` },
};

export type NotesServer = {
  readonly notes: readonly string[];
  /** Sends the reports that wait, and ends. */
  close(): Promise<void>;
};

/** `url`: where it listens, and its identifier. */
export const startNotesServer = async (
  issuer: string,
  url: string,
  introspection: { readonly clientId: string; readonly clientSecret: string },
): Promise<NotesServer> => {
  const notes = ['Anna is ill until Friday', 'The printer needs paper'];
  const api = resourceServer({
    ...{ issuer, resource: url, introspection },
    scopes: Object.values(TOOLS).map(({ scope }) => scope),
    revocationFeed: true,
    reports: true,
  });
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: 'notes', version: '1.0.0' });
    for (const [name, { scope, run }] of Object.entries(TOOLS)) {
      server.registerTool(name, { description: `Needs ${scope}` }, async ({ http }) => {
        const access = http?.authInfo as Access | undefined;
        const isAllowed = access?.scopes.includes(scope) === true;
        if (access) api.report(access, { tool: name, outcome: isAllowed ? 'done' : 'refused' });
        const text = isAllowed ? run(notes) : `This token is not good for ${scope}`;
        return { content: [{ type: 'text', text }], isError: !isAllowed };
      });
    }
    return server;
  });
  const answer = protect(api, (request, access) => handler.fetch(request, { authInfo: access }));

  const serve = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const headers = Object.entries(incoming.headers).map(([name, value]): [string, string] => [name, String(value)]);
    const body = chunks.length === 0 ? null : Buffer.concat(chunks);
    const request = new Request(new URL(incoming.url ?? '/', url), { method: incoming.method ?? 'GET', headers, body });
    const answered = await answer(request);
    response.writeHead(answered.status, Object.fromEntries(answered.headers));
    response.end(Buffer.from(await answered.arrayBuffer()));
  };
  const listener = createServer((incoming, response) => {
    serve(incoming, response).catch((error: Error) => response.writeHead(500).end(error.message));
  });
  await new Promise<void>((resolve) => listener.listen(Number(new URL(url).port), '127.0.0.1', resolve));
  return {
    notes,
    async close() {
      await api.close();
      listener.closeAllConnections();
      listener.close();
    },
  };
};
