/**
 * A stock MCP client (revision 2026-07-28) and a server with production settings, after `behalf mcp enable`: from the URL of the
 * MCP server to a call, in a browser. Then what lacks permission: a scope, an API behind, an approval.
 */
import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { Client, UnauthorizedError } from '@modelcontextprotocol/client';
import { createMcpHandler, inputRequired, McpServer } from '@modelcontextprotocol/server';
import type { Browser, Page } from 'playwright-core';
import { type Agent, AgentStop, createAgent } from '../../packages/agent/src/agent.ts';
import { protect } from '../../packages/resource-server/src/fetch.ts';
import { type Requirement, resourceServer } from '../../packages/resource-server/src/resource-server.ts';
import { keyOf } from '../agent/behalf-world.ts';
import { newKeyPair } from '../support/agent-keys.ts';
import { startChromium } from '../support/chromium.ts';
import { listen } from '../support/fetch-listener.ts';
import { freePort } from '../support/free-port.ts';
import { cliHere } from '../support/in-process-cli.ts';
import { type LocalAuthority, localAuthority } from '../support/local-authority.ts';
import { type Management, managementFromKeyFile } from '../support/management.ts';
import { mcpProgram } from '../support/mcp-program.ts';
import { CIBA, EXCHANGE } from '../support/oauth-calls.ts';
import { pointer } from '../support/page-input.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { servedDocument } from '../support/served-document.ts';

jest.setTimeout(120_000);

const PERSON = { username: 'ada', password: 'a long enough pass phrase' };
const API = 'https://tickets.example.com';
/** Only its document is known of the client. The guard of such fetches has its own tests, and reaches no host of this machine. */
const CLIENT = 'https://app.example.com/client.json';

let authorities: string[];
let authority: LocalAuthority;
let server: RunningServer;
let management: Management;
let browser: Browser;
let page: Page;
let mcp: Awaited<ReturnType<typeof listen>>;
/** Where the browser brings the answer. */
let callback: Awaited<ReturnType<typeof listen>>;
let agent: Agent | undefined;
/** Asked of the person by URL elicitation. */
const elicited: string[] = [];
/** Settings that `behalf mcp enable` printed. */
let printed: Record<string, string> = {};

const text = (said: string) => ({ content: [{ type: 'text' as const, text: said }] });

/** Scopes by tool; the server says so with 403. */
const requirementOf = async (request: Request): Promise<Requirement> => {
  const content: unknown =
    request.method === 'POST'
      ? await request
          .clone()
          .json()
          .catch(() => [])
      : [];
  const writes = [content].flat().some((message) => {
    const { method, params } = (message ?? {}) as { method?: string; params?: { name?: string } };
    return method === 'tools/call' && params?.name === 'write';
  });
  return { scopes: writes ? ['notes.read', 'notes.write'] : ['notes.read'] };
};

/** Exchanges that people are asked about, by the received token. */
const underWay = new Map<string, Promise<string>>();

/** Has the person open a page; a host that has done so calls the tool again. */
const opened = (message: string, url: string) =>
  inputRequired({ inputRequests: { page: inputRequired.elicitUrl({ message, url }) } });

/** The scopes of a token for the API; undefined: people are asked to approve first. */
const exchanged = async (subject: string, scope: string): Promise<string | undefined> => {
  const asked = new Promise<undefined>((resolve) => {
    const hooks = { onApproval: () => resolve(undefined) };
    const token = agent?.exchange({ subject, resource: API, scopes: [scope] }, { hooks });
    underWay.set(
      subject,
      Promise.resolve(token).then((given) => String(given?.scopes)),
    );
  });
  return Promise.race([asked, underWay.get(subject)]);
};

const newServer = (): McpServer => {
  const made = new McpServer({ name: 'notes', version: '1.0.0' });
  for (const name of ['read', 'write']) {
    made.registerTool(name, { description: 'Of the caller' }, async ({ http }) =>
      text(`${name} by ${http?.authInfo?.extra?.['subject']}`),
    );
  }
  for (const scope of ['tickets.read', 'tickets.close']) {
    made.registerTool(scope, { description: 'Calls an API' }, async ({ http }) => {
      const subject = String(http?.authInfo?.token);
      const waiting = underWay.get(subject);
      underWay.delete(subject);
      try {
        const scopes = await (waiting ?? exchanged(subject, scope));
        if (scopes === undefined) return opened('Approve', `${server.issuer}/account/approvals`);
        underWay.delete(subject);
        return text(scopes);
      } catch (error) {
        underWay.delete(subject);
        if (!(error instanceof AgentStop) || error.link === undefined) throw error;
        return opened('Allow', error.link);
      }
    });
  }
  return made;
};

/** What the host of the client serves. */
const clientDocument = () => ({
  ...{ client_id: CLIENT, client_name: 'Example client', redirect_uris: [`${callback.origin}/`] },
  ...{ grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] },
  token_endpoint_auth_method: 'none',
});

beforeAll(async () => {
  authority = await localAuthority();
  authorities = getCACertificates('default');
  setDefaultCACertificates([...authorities, readFileSync(authority.caFile, 'utf8')]);
  callback = await listen(() => async () => new Response('You can close this tab.'));
  const port = await freePort();
  const tls = { authority, port };
  const handler = createMcpHandler(newServer);
  mcp = await listen((origin) => {
    const notes = resourceServer({
      ...{ issuer: `https://localhost:${port}`, resource: `${origin}/mcp`, scopes: ['notes.read'] },
    });
    return protect(notes, (request, access) => handler.fetch(request, { authInfo: access }), requirementOf);
  });

  const first = await runServer({ tls, stores: 'sqlite' });
  const scopes = ['notes.read:low:Read your notes', 'notes.write:high:Change your notes'];
  const { code, out, err } = await cliHere(
    [
      ...['mcp', 'enable', `${mcp.origin}/mcp`, '--client-host', CLIENT, '--default-scope', 'notes.read', '--yes'],
      ...scopes.flatMap((scope) => ['--scope', scope]),
    ],
    { BEHALF_DATA: first.dataFolder },
  );
  if (code !== 0) throw new Error(err);
  printed = Object.fromEntries(
    [...out.matchAll(/^ +(BEHALF__CLIENTIDMETADATA__\w+)=(.+)$/gm)].map(([, a, b]) => [a, b]),
  );
  await first.close({ keepData: true });
  server = await runServer({
    ...{ tls, stores: 'sqlite', after: { dataFolder: first.dataFolder, port }, environment: printed },
    trustedFetch: servedDocument(CLIENT, clientDocument),
  });
  management = await managementFromKeyFile(server.administratorKeyFile);
  await management.createAccount({ ...PERSON, name: 'Ada' });
  browser = await startChromium();
  page = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage();
}, 240_000);

afterAll(async () => {
  await browser?.close();
  await mcp?.close();
  await callback?.close();
  await server?.close();
  await authority?.remove();
  if (authorities) setDefaultCACertificates(authorities);
});

/** As a host makes it: the person opens the page, and the host goes on when they are done. */
const newClient = (): Client => {
  const client = new Client(
    { name: 'example-client', version: '1.0.0' },
    { capabilities: { elicitation: { url: {} } }, versionNegotiation: { mode: 'auto' } },
  );
  client.setRequestHandler('elicitation/create', async ({ params }) => {
    const { url } = params as { readonly url: string };
    elicited.push(url);
    await page.goto(url);
    await decide();
    return { action: 'accept' };
  });
  return client;
};

const allow = (): Promise<void> => pointer.press(page, 'Allow what is ticked');

/** What the person does on the page that a tool asks them to open. */
let decide = allow;

const host = () =>
  mcpProgram(
    `${mcp.origin}/mcp`,
    {
      redirectUrl: `${callback.origin}/`,
      clientMetadataUrl: CLIENT,
      clientMetadata: { client_name: 'Example client', redirect_uris: [`${callback.origin}/`] },
    },
    newClient,
  );
let program: ReturnType<typeof host>;

/** Opens where the host sends the person, and brings the answer back. */
const decided = async (onPage: () => Promise<void>): Promise<void> => {
  await page.goto(String(program.kept.asked));
  await onPage();
  await program.cameBack(new URL(page.url()));
};

const call = async (name: string): Promise<unknown> => {
  const client = await program.connect();
  try {
    return (await client.callTool({ name })).content;
  } finally {
    await client.close();
  }
};
const answer = (said: string) => [{ type: 'text', text: said }];

test('the URL of the MCP server leads to a call: 401, metadata, metadata document, consent, token', async () => {
  expect(printed).toEqual({
    BEHALF__CLIENTIDMETADATA__ACCEPT: 'true',
    BEHALF__CLIENTIDMETADATA__HOSTS: new URL(CLIENT).host,
  });
  program = host();
  await expect(program.connect()).rejects.toBeInstanceOf(UnauthorizedError);
  expect(program.kept.asked?.origin).toBe(server.issuer);
  expect(program.kept.information).toMatchObject({ client_id: CLIENT });
  await decided(async () => {
    await pointer.type(page, 'Username', PERSON.username);
    await pointer.type(page, 'Password', PERSON.password);
    await pointer.press(page, 'Sign in');
    await allow();
  });
  const [account] = (await management.call('GET', '/accounts?username=ada')).body['items'] as { id: string }[];
  expect(await call('read')).toEqual(answer(`read by ${account?.id}`));
  const issued = await server.events('token.issued');
  expect(issued).toContainEqual(expect.objectContaining({ caller: CLIENT }));
});

test('a tool that needs more scopes leads to consent: 403 insufficient_scope (RFC 6750 §3.1)', async () => {
  const before = (await server.events('token.issued')).length;
  await expect(call('write')).rejects.toBeInstanceOf(UnauthorizedError);
  expect(program.kept.asked?.searchParams.get('scope')?.split(' ').sort()).toEqual(['notes.read', 'notes.write']);
  await decided(async () => {
    expect(await page.textContent('main')).toContain('Change your notes');
    await pointer.toggle(page, /Change your notes/);
    await allow();
  });
  expect(await call('write')).toEqual(answer(expect.stringMatching(/^write by acc_/) as never));
  expect((await server.events('token.issued')).length).toBeGreaterThan(before);
});

test('a tool that calls an API leads to consent for it, by URL elicitation', async () => {
  await management.createResourceServer({
    identifier: API,
    name: 'Tickets',
    scopes: [
      { name: 'tickets.read', description: 'Read your tickets', risk: 'low' },
      { name: 'tickets.close', description: 'Close tickets', risk: 'high' },
    ],
    access_token_format: 'jwt',
  });
  const servers = (await management.call('GET', '/resource-servers')).body['items'] as {
    id: string;
    identifier: string;
  }[];
  const key = await newKeyPair();
  const made = await management.createAgent({
    name: 'Notes',
    owner: String((await management.createAccount({ username: 'olga', name: 'Olga' })).id),
    purpose: 'Keeps notes',
    environment: 'production',
    jwks: { keys: [key.publicJwk] },
    grant_types: [EXCHANGE, CIBA],
    resource_servers: servers.filter(({ identifier }) => identifier === `${mcp.origin}/mcp`).map(({ id }) => id),
  });
  agent = await createAgent({ issuer: server.issuer, clientId: made.id, credential: { key: await keyOf(key) } });
  decide = async () => {
    for (const box of await page.getByRole('checkbox').all()) await box.check();
    await allow();
  };
  expect(await call('tickets.read')).toEqual(answer('tickets.read'));
  expect(elicited).toEqual([expect.stringContaining(`${server.issuer}/delegations/requests/`)]);
  expect(await server.events('token.refused')).toContainEqual(
    expect.objectContaining({ denial: expect.objectContaining({ reason: 'consent_missing' }) }),
  );
});

test('a tool that needs an approval leads to consent and then to the inbox, by URL elicitation', async () => {
  elicited.length = 0;
  const allowAll = decide;
  decide = async () => {
    if (elicited.length === 1) return allowAll();
    await page
      .getByRole('link', { name: /Close tickets/ })
      .first()
      .click();
    await page.getByLabel('Password').first().fill(PERSON.password);
    await pointer.press(page, /^Approve/);
  };
  expect(await call('tickets.close')).toEqual(answer('tickets.close'));
  expect(elicited).toEqual([
    expect.stringContaining(`${server.issuer}/delegations/requests/`),
    `${server.issuer}/account/approvals`,
  ]);
  expect(await server.events('approval.approved')).toHaveLength(1);
});
