/**
 * An MCP server made with the MCP SDK that calls an API for its caller (decision 21). A stock MCP client, which can name
 * one resource, signs a person in. The server exchanges the client's token with openid-client. The person decides on the page
 * in the refusal, or at the sign-in, where the resource server declares its wish.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { importJWK } from 'jose';
import * as client from 'openid-client';
import { mcpProgram } from '../support/mcp-program.ts';
import { mcpServer } from '../support/mcp-server.ts';
import { type ClientScript, expectSame } from './client-script.ts';
import { CALLBACK, EXCHANGE, type Ground } from './client-server.ts';
import { npmVersion } from './packages.ts';

type Facts = Readonly<Record<string, unknown>>;

/** What introspects with the secret that `behalf resource-servers create` printed. */
const introspection = (ground: Ground) => {
  let authorization = '';
  return {
    use(made: Facts): void {
      const pair = [made['client_id'] ?? made['id'], made['client_secret']].map((one) =>
        encodeURIComponent(String(one)),
      );
      authorization = `Basic ${Buffer.from(pair.join(':')).toString('base64')}`;
    },
    async ask(token: string): Promise<Facts> {
      const body = new URLSearchParams({ token });
      const headers = { authorization };
      const answer = await fetch(`${ground.issuer}/token/introspection`, { method: 'POST', headers, body });
      return (await answer.json()) as Facts;
    },
  };
};

/** The API behind: says for whom it was called, and by whom; 401 without a token that is good there. */
const storageApi = async (ground: Ground) => {
  const introspected = introspection(ground);
  const listener = createServer((request, response) => {
    const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    introspected.ask(token).then(
      ({ active, sub, scope, act }) =>
        response
          .writeHead(active === true ? 200 : 401)
          .end(JSON.stringify({ sub, scope, by: (act as Facts)?.['sub'] })),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/storage`;
  const made = await ground.behalf(
    ...['resource-servers', 'create', url, '--name', 'Storage', '--scope', 'storage.read:low:Read your storage'],
    ...['--introspection', 'client_secret_basic'],
  );
  introspected.use(made);
  return {
    url,
    call: (token: string): Promise<Response> => fetch(url, { headers: { authorization: `Bearer ${token}` } }),
    close(): void {
      listener.closeAllConnections();
      listener.close();
    },
  };
};

/** The MCP server with its own key: an agent that is registered as this resource server. */
const notesServer = async (ground: Ground, api: Awaited<ReturnType<typeof storageApi>>) => {
  const introspected = introspection(ground);
  let agent: client.Configuration | undefined;
  const callApi = async (token: string): Promise<string> => {
    if (!agent) throw new Error('the agent is not registered yet');
    const exchanged = await client
      .genericGrantRequest(agent, EXCHANGE, {
        subject_token: token,
        subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        resource: api.url,
        scope: 'storage.read',
      })
      .catch((error: unknown) => error);
    // The page for the person, as the guide has it: in the text of the tool.
    if (exchanged instanceof client.ResponseBodyError) return JSON.stringify(exchanged.cause);
    if (exchanged instanceof Error) throw exchanged;
    return (await api.call((exchanged as client.TokenEndpointResponse).access_token)).text();
  };
  const server = await mcpServer(ground.issuer, introspected.ask, { callApi });
  const made = await ground.behalf(
    ...['resource-servers', 'create', server.url, '--name', 'Notes', '--scope', 'notes.read:low:See your notes'],
    ...['--introspection', 'client_secret_basic'],
  );
  introspected.use(made);
  const { id, key } = await ground.newAgent(
    'notes',
    ...['--resource-server', String(made['id']), '--grant-type', EXCHANGE],
  );
  const privateKey = await importJWK(key, 'ES256');
  if (privateKey instanceof Uint8Array) throw new TypeError('the key of the agent is a secret');
  agent = await client.discovery(
    new URL(ground.issuer),
    id,
    undefined,
    client.PrivateKeyJwt({ key: privateKey, ...(key['kid'] === undefined ? {} : { kid: key['kid'] }) }),
    { execute: [client.allowInsecureRequests] },
  );
  return { id, resourceServer: String(made['id']), ...server };
};

/** A stock client that registers itself, signs Ada in and calls the tool; `again` is its next call. */
const signedIn = async (ground: Ground, url: string, signIn = ground.signIn) => {
  const { kept, connect, cameBack } = mcpProgram(url, {
    redirectUrl: CALLBACK,
    clientMetadata: {
      client_name: 'An MCP client',
      redirect_uris: [CALLBACK],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
  });
  await connect().catch(() => undefined);
  if (kept.asked === undefined) throw new Error('the client asked no user to sign in');
  await cameBack(await signIn(kept.asked.href));
  return {
    token: String((kept.tokens as Facts)['access_token']),
    async call(): Promise<Facts> {
      const program = await connect();
      const { content } = await program.callTool({ name: 'storage' });
      await program.close();
      return JSON.parse((content as unknown as { text: string }[])[0]?.text ?? '{}') as Facts;
    },
  };
};

const pageIn = ({ denial }: Facts): string => {
  const remedies = ((denial as Facts)?.['remedies'] ?? []) as { kind: string; url?: string }[];
  const url = remedies.find(({ kind }) => kind === 'consent')?.url;
  if (url === undefined) throw new Error(`no page in ${JSON.stringify(denial)}`);
  return url;
};

export const mcpOnBehalf: ClientScript = {
  name: 'mcp-on-behalf',
  prepare: () => npmVersion('@modelcontextprotocol/server'),
  async run(ground, check) {
    const accepting = await ground.secondOperator('second-operator');
    const api = await storageApi(ground);
    const notes = await notesServer(ground, api);
    const asExpected = { sub: ground.accountId, scope: 'storage.read', by: notes.id };
    try {
      const first = await signedIn(ground, notes.url);
      await check('the tool answers with a page for the person', async () => {
        const refused = await first.call();
        expectSame('error', refused['error'], 'consent_required');
        await ground.allowAt(pageIn(refused));
      });
      await check('after that it calls the API: sub is the person, act the MCP server', async () =>
        expectSame('the API saw', await first.call(), asExpected),
      );
      await check('the token of the MCP client is not good at the API', async () =>
        expectSame('status', (await api.call(first.token)).status, 401),
      );
      await check('another MCP client gets a page of its own', async () => {
        const other = await signedIn(ground, notes.url);
        expectSame('error', (await other.call())['error'], 'consent_required');
      });
      await check('a wish that the person ticks at the sign-in: the first call reaches the API', async () => {
        const pair = [notes.resourceServer, '--to', api.url, '--scope', 'storage.read'];
        await ground.behalf('resource-servers', 'propose-delegation', ...pair);
        await ground.behalf('resource-servers', 'accept-delegation', ...pair, '--key-file', accepting);
        const wished = await signedIn(ground, notes.url, ground.signInWithWishes);
        expectSame('the API saw', await wished.call(), asExpected);
      });
    } finally {
      await notes.close();
      api.close();
    }
  },
};
