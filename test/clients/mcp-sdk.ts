/** The MCP SDK from npm on both sides: a client that is told the address of an MCP server, and the server that we protect. */
import { UnauthorizedError } from '@modelcontextprotocol/client';
import { mcpProgram } from '../support/mcp-program.ts';
import { mcpServer } from '../support/mcp-server.ts';
import { type Check, type ClientScript, expectSame } from './client-script.ts';
import { CALLBACK, type Ground } from './client-server.ts';
import { commandIn, filledIn, guideBlocks } from './guide.ts';
import { npmVersion } from './packages.ts';

/** With `listsScopes` the server's RFC 9728 metadata has `scopes_supported`; without, the client asks for no scope. */
const signInAtServer = async (ground: Ground, listsScopes: boolean): Promise<void> => {
  let authorization = '';
  const introspect = async (token: string): Promise<Readonly<Record<string, unknown>>> => {
    const body = new URLSearchParams({ token });
    const answer = await fetch(`${ground.issuer}/token/introspection`, {
      method: 'POST',
      headers: { authorization },
      body,
    });
    return (await answer.json()) as Readonly<Record<string, unknown>>;
  };
  const notes = await mcpServer(ground.issuer, introspect, { listsScopes });
  try {
    const [register] = await guideBlocks('MCP SDK');
    const command = filledIn(String(register?.text), { 'https://notes.example.com/mcp': notes.url });
    const made = await ground.behalf(...commandIn(command, 'behalf'));
    const pair = [made['client_id'] ?? made['id'], made['client_secret']].map((one) => encodeURIComponent(String(one)));
    authorization = `Basic ${Buffer.from(pair.join(':')).toString('base64')}`;
    const { kept, connect, cameBack } = mcpProgram(notes.url, {
      redirectUrl: CALLBACK,
      clientMetadata: {
        client_name: 'An MCP client',
        redirect_uris: [CALLBACK],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
      },
    });
    const refused = await connect().catch((error: unknown) => error);
    if (!(refused instanceof UnauthorizedError) || kept.asked === undefined) throw refused;
    await cameBack(await ground.signIn(kept.asked.href));
    const program = await connect();
    const { content } = await program.callTool({ name: 'whose' });
    await program.close();
    expectSame('the tool says', content, [{ type: 'text', text: ground.accountId }]);
  } finally {
    await notes.close();
  }
};

const both = async (ground: Ground, check: Check): Promise<void> => {
  await check('registers, signs in and calls a tool of a server that lists its scopes', () =>
    signInAtServer(ground, true),
  );
  await check('registers, signs in and calls a tool of a server that lists no scopes', () =>
    signInAtServer(ground, false),
  );
};

export const mcpSdk: ClientScript = {
  name: 'mcp-sdk',
  prepare: () => npmVersion('@modelcontextprotocol/client'),
  run: both,
};
