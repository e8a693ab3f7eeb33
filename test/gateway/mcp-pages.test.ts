/** Stock MCP clients whose calls need a page: consent to an exchange, and a step-up. They go on after it (decision 38). */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client, UnauthorizedError } from '@modelcontextprotocol/client';
import { Client as ClientOne } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { exportJWK } from 'jose';
import { MULTI_FACTOR } from '../../src/domain/vocabulary/assurance.ts';
import { freePort } from '../support/free-port.ts';
import { mcpProgram } from '../support/mcp-program.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, REDIRECT_URI, type Scene } from '../support/scene.ts';
import { type StepUpPages, stepUpPages } from '../support/step-up-pages.ts';
import { type RunningGateway, runGateway } from './gateway-world.ts';
import { type PlainMcpServer, plainMcpServer } from './plain-mcp-server.ts';

let server: RunningServer;
let scene: Scene;
let behind: PlainMcpServer;
let gateway: RunningGateway;
let folder: string;
let app: string;
let pages: StepUpPages;
const opened: string[] = [];
const note = (url: string): void => void opened.push(new URL(url).pathname.split('/')[1] ?? '');

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  pages = stepUpPages(scene.browser, server.issuer, scene.person, note);
  behind = await plainMcpServer();
  folder = await mkdtemp(join(tmpdir(), 'behalf-pages-'));
  const port = await freePort();
  const resource = `http://127.0.0.1:${port}/mcp`;
  const protectedServer = await scene.management.createResourceServer({
    identifier: resource,
    name: 'Notes',
    scopes: [{ name: 'notes.read', description: 'See your notes', risk: 'low' }],
    access_token_format: 'jwt',
    introspection_auth_method: 'client_secret_basic',
  });
  const key = (await scene.newAgent('Key only')).key;
  const agent = await scene.management.createAgent({
    ...{ name: 'Gateway', owner: scene.accountId, purpose: 'Reads files', environment: 'test' },
    ...{ jwks: { keys: [key.publicJwk] }, grant_types: ['urn:ietf:params:oauth:grant-type:token-exchange'] },
    resource_servers: [protectedServer.id],
  });
  const jwk = { ...(await exportJWK(key.privateKey)), alg: key.alg, kid: key.kid };
  await writeFile(join(folder, 'agent.jwk'), JSON.stringify(jwk), { mode: 0o600 });
  await writeFile(join(folder, 'secret'), String(protectedServer['client_secret'] ?? protectedServer['secret']));
  gateway = await runGateway({
    listen: { port },
    issuer: server.issuer,
    resource,
    credential: { clientId: protectedServer.id, clientSecretFile: join(folder, 'secret') },
    upstream: { url: behind.url, identity: { 'X-Account': 'subject' }, token: 'exchange' },
    exchange: {
      clientId: agent.id,
      privateKeyFile: join(folder, 'agent.jwk'),
      resource: scene.opaque.identifier,
      scopes: ['read'],
    },
    mcp: {
      path: '/mcp',
      scopes: ['notes.read'],
      tools: { whose: {}, write: { acrValues: [MULTI_FACTOR], maxAge: 300 } },
    },
  });
  const made = await scene.management.createClient({
    name: 'An MCP client',
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    redirect_uris: [REDIRECT_URI],
    skip_consent: true,
  });
  app = made.id;
});
afterAll(async () => {
  await gateway?.close();
  await behind?.close();
  await server?.close();
  if (folder) await rm(folder, { recursive: true });
});

const DECLINE = 'decline';

/** What the person does on a page that the host shows them. */
const answer = async (url: string, decision?: typeof DECLINE): Promise<void> => {
  if (!url.includes('/delegations/')) return decision === DECLINE ? pages.decline(url) : pages.confirm(url);
  note(url);
  await scene.walkConsent(await scene.browser.open(url));
};

/** A host of version 2: it shows the pages that a result asks for, and those of the error of MCP. */
const program = () =>
  mcpProgram(
    `${gateway.url}/mcp`,
    {
      redirectUrl: REDIRECT_URI,
      clientMetadata: { redirect_uris: [REDIRECT_URI], token_endpoint_auth_method: 'none', scope: 'notes.read' },
    },
    () => {
      const client = new Client(
        { name: 'host', version: '1.0.0' },
        { capabilities: { elicitation: { url: {} } }, versionNegotiation: { mode: 'auto' } },
      );
      client.setRequestHandler('elicitation/create', async ({ params }) => {
        await answer((params as { readonly url: string }).url);
        return { action: 'accept' };
      });
      return client;
    },
  );

const signedIn = async () => {
  const host = program();
  host.kept.information = { client_id: app };
  const refused = await host.connect().catch((error: unknown) => error);
  if (!(refused instanceof UnauthorizedError) || !host.kept.asked) throw refused;
  await host.cameBack(await scene.walk(host.kept.asked.href));
  return host;
};

type Elicited = { readonly elicitations?: readonly { readonly url: string }[] };

/** As a host does with the error of MCP for a page: shows it, and tries again. */
const withPages = async <T>(work: () => Promise<T>, decision?: typeof DECLINE): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    const { elicitations = (error as { readonly data?: Elicited }).data?.elicitations } = error as Elicited;
    const url = elicitations?.[0]?.url;
    if (url === undefined) throw error;
    await answer(url, decision);
    return work();
  }
};

const textOf = (result: unknown): string =>
  String(((result as { content?: unknown }).content as { text: string }[])[0]?.text);

type Host = Awaited<ReturnType<typeof signedIn>>;
const tokenOf = ({ kept }: Host): string => String((kept.tokens as { access_token: string }).access_token);

describe('a person who signed in with a password alone', () => {
  let two: Host;
  let one: Host;
  beforeAll(async () => {
    two = await signedIn();
    one = await signedIn();
  });

  test('@modelcontextprotocol/client goes on after consent to the exchange and after a step-up, with its token', async () => {
    const token = tokenOf(two);
    const client = await withPages(() => two.connect());
    expect(textOf(await client.callTool({ name: 'whose' }))).toBe(`whose of ${scene.accountId}`);
    expect(opened).toEqual(['delegations']);
    expect(textOf(await withPages(() => client.callTool({ name: 'write' })))).toBe(`write of ${scene.accountId}`);
    expect(opened).toEqual(['delegations', 'step-ups', 'step-ups']);
    expect(tokenOf(two)).toBe(token);
    expect((await server.events('step_up.confirmed')).at(-1)).toMatchObject({
      subject: scene.accountId,
      target: { kind: 'resource_server' },
    });
    // For some minutes no page is needed.
    await client.callTool({ name: 'write' });
    expect(opened).toHaveLength(3);
    await client.close();
  });

  test('@modelcontextprotocol/sdk gets the error of MCP 2025-11-25; declining changes nothing, confirming does', async () => {
    opened.length = 0;
    const client = new ClientOne({ name: 'host', version: '1.0.0' }, { capabilities: { elicitation: { url: {} } } });
    const requestInit = { headers: { authorization: `Bearer ${tokenOf(one)}` } };
    await client.connect(new StreamableHTTPClientTransport(new URL(`${gateway.url}/mcp`), { requestInit }) as never);
    const write = () => client.callTool({ name: 'write' });
    await expect(withPages(write, DECLINE)).rejects.toMatchObject({ code: -32042 });
    expect((await server.events('step_up.declined')).at(-1)).toMatchObject({ subject: scene.accountId });
    expect(textOf(await withPages(write))).toBe(`write of ${scene.accountId}`);
    expect(opened).toEqual(['step-ups', 'step-ups']);
    await client.close();
  });
});
