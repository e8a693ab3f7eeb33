/**
 * The package as its users have it: packed, installed into an empty folder beside `jose`, compiled against, and run by the
 * examples. Frameworks are links into the folder of this repository, so that nothing is downloaded.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { freePort } from '../support/free-port.ts';
import { installPacked, type PackedPackage } from '../support/packed-package.ts';
import { type Issuer, startIssuer } from './issuer.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const PACKAGE = join(ROOT, 'packages/resource-server');
const NAME = '@behalf/resource-server';
const FRAMEWORKS = ['express', 'fastify', 'koa', '@modelcontextprotocol', '@types', 'typescript'];
const SERVED = ['express.js', 'koa.js', 'fastify.js', 'mcp.js'];
const HANDLERS = ['fetch.js', 'mcp-fetch.js'];

let folder: PackedPackage;
let issuer: Issuer;
const at = (...path: readonly string[]): string => folder.at(...path);

beforeAll(async () => {
  issuer = await startIssuer();
  folder = await installPacked('resource-server', ['jose']);
}, 120_000);

afterAll(async () => {
  await issuer.close();
  await folder?.remove();
});

test('is JavaScript with declarations, and needs only jose', async () => {
  expect(await folder.contents()).toEqual({
    installed: ['@behalf', 'jose'],
    dependencies: ['jose'],
    node: '>=20',
    besidesCode: ['LICENSE', 'README.md', 'package.json'],
    missing: [],
  });
});

test('has its name in one place, which examples and pages follow', async () => {
  const { name } = JSON.parse(await readFile(join(PACKAGE, 'package.json'), 'utf8'));
  const pages = ['packages/resource-server/README.md', 'docs/how-to/protect-an-api.md'];
  const examples = [...SERVED, ...HANDLERS].map((file) => `packages/resource-server/examples/${file}`);
  for (const path of [...pages, ...examples]) {
    const text = await readFile(join(ROOT, path), 'utf8');
    const named = [...text.matchAll(/from '([^.'][^']*resource-server)(?:\/[a-z]+)?'/g)].map(([, one]) => one);
    expect([path, new Set(named)]).toEqual([path, new Set([name])]);
  }
});

describe('with the frameworks', () => {
  beforeAll(async () => {
    for (const name of FRAMEWORKS) await symlink(join(ROOT, 'node_modules', name), at('node_modules', name));
    await mkdir(at('examples'));
    await cp(join(PACKAGE, 'examples'), at('examples'), { recursive: true });
  });

  test('its declarations fit those of Express, Koa, Fastify and both versions of the MCP SDK', async () => {
    expect(await folder.compile('examples/types.ts')).toBe('');
  }, 120_000);

  const childProcesses: ChildProcess[] = [];
  afterAll(async () => {
    for (const child of childProcesses) {
      if (child.exitCode !== null) continue;
      child.kill();
      await once(child, 'exit');
    }
  });

  /** Address of a running example. */
  const started = async (file: string, environment: Readonly<Record<string, string>>): Promise<string> => {
    const env = { ...process.env, ...environment, NODE_OPTIONS: '' };
    const child = spawn(process.execPath, [at('examples', file)], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    childProcesses.push(child);
    let errors = '';
    child.stderr.on('data', (data) => {
      errors += data;
    });
    const [printed] = await Promise.race([
      once(child.stdout, 'data'),
      once(child, 'exit').then(() => {
        throw new Error(`${file}: ${errors}`);
      }),
    ]);
    return String(printed).trim();
  };

  const call = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'whose', arguments: {} },
  });

  /** A request of a client of the example: JSON-RPC for an MCP server. */
  const requestOf = (address: string, token: string | undefined): Request => {
    const headers = {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      accept: 'application/json, text/event-stream',
    };
    if (!address.endsWith('/mcp')) return new Request(`${address}/notes`, { headers });
    const mcp = { ...headers, 'content-type': 'application/json', 'mcp-protocol-version': '2025-06-18' };
    return new Request(address, { method: 'POST', headers: mcp, body: call });
  };

  const checkExample = async (address: string, send: (request: Request) => Promise<Response>): Promise<void> => {
    const { origin, pathname } = new URL(address);
    const document = `${origin}/.well-known/oauth-protected-resource${pathname === '/' ? '' : pathname}`;
    const refused = await send(requestOf(address, undefined));
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toContain(`resource_metadata="${document}"`);
    const metadata = await send(new Request(document));
    expect(await metadata.json()).toMatchObject({ resource: address, authorization_servers: [issuer.url] });
    const small = await send(requestOf(address, await issuer.token({ aud: address, scope: 'other' })));
    expect(small.status).toBe(403);
    const granted = await send(requestOf(address, await issuer.token({ aud: address })));
    expect([granted.status, await granted.text()]).toEqual([200, expect.stringContaining('acc_ada')]);
  };

  test.each(SERVED)('the example %s runs, refuses, and answers', async (file) => {
    const port = await freePort();
    const address = `http://127.0.0.1:${port}${file === 'mcp.js' ? '/mcp' : ''}`;
    const environment = { ISSUER: issuer.url, RESOURCE: address, PORT: String(port) };
    expect(await started(file, environment)).toBe(address);
    await checkExample(address, (request) => fetch(request));
  });

  test('the quick start of the README that came with it runs', async () => {
    const port = await freePort();
    const address = `http://127.0.0.1:${port}`;
    const [, block = ''] =
      /```js\n([\s\S]*?)```/.exec(await readFile(at('node_modules', NAME, 'README.md'), 'utf8')) ?? [];
    const code = block.replace('https://id.example.com', issuer.url).replace('https://notes.example.com', address);
    await writeFile(
      at('examples/readme.js'),
      `${code}\napp.listen(${port}, '127.0.0.1', () => console.log('${address}'));`,
    );
    expect(await started('readme.js', {})).toBe(address);
    await checkExample(address, (request) => fetch(request));
  });

  test.each(HANDLERS)('the example %s is a handler that refuses and answers', async (file) => {
    const address = `http://127.0.0.1:4100${file === 'fetch.js' ? '' : '/mcp'}`;
    const before = { ...process.env };
    Object.assign(process.env, { ISSUER: issuer.url, RESOURCE: address });
    const { default: app } = await import(pathToFileURL(at('examples', file)).href);
    process.env = before;
    await checkExample(address, app.fetch);
  });

  test('each example is at most 40 lines', async () => {
    for (const file of [...SERVED, ...HANDLERS]) {
      expect((await readFile(at('examples', file), 'utf8')).split('\n').length).toBeLessThanOrEqual(41);
    }
  });
});
