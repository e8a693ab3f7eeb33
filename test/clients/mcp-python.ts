/**
 * The MCP SDK from PyPI in front of `behalf gateway`: a call needs a second factor, so that the gateway asks the client for a page
 * (URL elicitation), on which the person confirms. The client calls again, with the same token. In two revisions of
 * MCP: 2025-11-25 asks by an error, 2026-07-28 by a result that asks for input.
 */
import { rmSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MULTI_FACTOR } from '../../src/domain/vocabulary/assurance.ts';
import { runGateway } from '../gateway/gateway-world.ts';
import { plainMcpServer } from '../gateway/plain-mcp-server.ts';
import { walkAuthorization } from '../support/browser-flow.ts';
import { freePort } from '../support/free-port.ts';
import { pythonEnvironment } from '../support/python-environment.ts';
import { stepUpPages } from '../support/step-up-pages.ts';
import type { ClientScript } from './client-script.ts';
import { CALLBACK, type Ground } from './client-server.ts';
import { ROOT } from './packages.ts';
import { runProgram } from './program.ts';

let python = '';

/** An MCP server that knows nothing of Behalf, behind a gateway whose tool `write` needs a second factor. */
const protectedTools = async (ground: Ground) => {
  const behind = await plainMcpServer({ speaksAll: true });
  const folder = await mkdtemp(join(tmpdir(), 'behalf-mcp-python-'));
  const port = await freePort();
  const resource = `http://127.0.0.1:${port}/mcp`;
  const made = await ground.behalf(
    ...['resource-servers', 'create', resource, '--name', 'Tools', '--introspection', 'client_secret_basic'],
    ...['--scope', 'notes.read:low:See your notes'],
  );
  await writeFile(join(folder, 'secret'), String(made['client_secret']), { mode: 0o600 });
  const gateway = await runGateway({
    listen: { port },
    issuer: ground.issuer,
    resource,
    credential: { clientId: String(made['client_id'] ?? made['id']), clientSecretFile: join(folder, 'secret') },
    upstream: { url: behind.url, identity: { 'X-Account': 'subject' } },
    mcp: {
      path: '/mcp',
      scopes: ['notes.read'],
      tools: { whose: {}, write: { acrValues: [MULTI_FACTOR], maxAge: 300 } },
    },
  });
  return {
    url: resource,
    async close(): Promise<void> {
      await gateway.close();
      await behind.close();
      await rm(folder, { recursive: true });
    },
  };
};

/** What the SDK calls it, the revision of MCP, and who signs in. The other clients sign in without a second factor. */
const REVISIONS = [
  { MODE: 'legacy', REVISION: '2025-11-25', username: 'grace' },
  { MODE: '2026-07-28', REVISION: '2026-07-28', username: 'heidi' },
] as const;

/** One person and browser for each host: a browser that has stepped up gives the next host a strong sign-in. */
const runHost = async (
  ground: Ground,
  check: Parameters<ClientScript['run']>[1],
  server: string,
  { username, ...environment }: (typeof REVISIONS)[number],
): Promise<void> => {
  const person = { username, password: 'another long pass phrase' };
  const { id } = await ground.management.createAccount({ ...person, name: username, email: `${username}@example.com` });
  const browser = ground.newBrowser();
  const pages = stepUpPages(browser, ground.issuer, person);
  await runProgram(
    { ...ground, signIn: (url) => walkAuthorization(browser, url, { person }) },
    check,
    [python, join(ROOT, 'test/clients/mcp-python/client.py')],
    { SERVER: server, REDIRECT_URI: CALLBACK, PERSON: id, ...environment },
    async (url) => {
      await pages.confirm(url);
      return 'confirmed';
    },
  );
};

export const mcpPython: ClientScript = {
  name: 'mcp-python',
  async prepare() {
    const environment = await mkdtemp(join(tmpdir(), 'behalf-mcp-python-'));
    process.once('exit', () => rmSync(environment, { recursive: true, force: true }));
    const pinned = join(ROOT, 'python/requirements-test.txt');
    python = await pythonEnvironment(environment, ['--constraint', pinned, 'mcp']);
    return /^mcp==(.+)$/m.exec(await readFile(pinned, 'utf8'))?.[1] ?? '';
  },
  async run(ground, check) {
    const tools = await protectedTools(ground);
    try {
      for (const revision of REVISIONS) await runHost(ground, check, tools.url, revision);
    } finally {
      await tools.close();
    }
  },
};
