/** `behalf mcp enable`: an MCP server from its URL alone, against a real server and an MCP server on loopback. */
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { resourceServer } from '../../packages/resource-server/src/resource-server.ts';
import { cliHere } from '../support/in-process-cli.ts';
import { type Management, managementFromKeyFile } from '../support/management.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';

const PRODUCTION = {
  issuer: 'https://id.example.com',
  keys: { masterKey: { env: 'MASTER_KEY' } },
};

const WELL_KNOWN = '/.well-known/oauth-protected-resource';

let server: RunningServer;
let management: Management;
let mcp: Server;
let origin: string;
/** By path: what the MCP server answers. */
let answers: Record<string, { readonly status?: number; readonly challenge?: string; readonly body?: unknown }>;
let asked: string[];
let number = 0;

beforeAll(async () => {
  server = await runServer();
  management = await managementFromKeyFile(server.administratorKeyFile);
  mcp = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    const { status = 200, challenge, body } = answers[path] ?? { status: 404 };
    response.statusCode = status;
    if (challenge !== undefined) response.setHeader('www-authenticate', challenge);
    if (status === 302) response.setHeader('location', String(body));
    response.end(typeof body === 'string' ? body : JSON.stringify(body ?? {}));
  });
  await new Promise<void>((resolve) => mcp.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(mcp.address() as AddressInfo).port}`;
}, 60_000);
afterAll(async () => {
  mcp?.closeAllConnections();
  await new Promise<void>((resolve) => mcp.close(() => resolve()));
  await server?.close();
});

/** A path of its own for each test. */
let path: string;
let url: string;
beforeEach(() => {
  number += 1;
  path = `/mcp-${number}`;
  url = `${origin}${path}`;
  asked = [];
  answers = { [path]: { status: 401, challenge: 'Bearer' } };
});

/** With the environment of the configuration file in the last tests. */
const enable = (...argv: readonly string[]) =>
  cliHere(['mcp', 'enable', ...argv], {
    BEHALF_DATA: server.dataFolder,
    MASTER_KEY: randomBytes(32).toString('base64url'),
  });
const registered = async (): Promise<Readonly<Record<string, unknown>> | undefined> => {
  const found = await management.call('GET', `/resource-servers?identifier=${encodeURIComponent(url)}`);
  return (found.body['items'] as Readonly<Record<string, unknown>>[])[0];
};
const metadata = (more: object = {}) => ({
  resource: url,
  authorization_servers: [server.issuer],
  scopes_supported: ['notes.read', 'notes.write'],
  resource_name: 'Notes',
  ...more,
});

describe('from the URL alone', () => {
  test('registers the scopes and the name of the metadata, after a preview, and a second run changes nothing', async () => {
    answers[`${WELL_KNOWN}${path}`] = { body: metadata() };
    const preview = await enable(url);
    expect(preview).toMatchObject({ code: 2, out: expect.stringContaining(`+ resource server ${url}\n`) });
    expect(preview.out).toContain('    scope notes.read: medium, Use notes.read at Notes\n');
    expect([preview.err.includes('add --yes'), await registered()]).toEqual([true, undefined]);
    expect(JSON.parse((await enable(url, '--json')).out)).toMatchObject({
      metadata: { name: 'Notes' },
      changes: [{ action: 'create', object: `resource server ${url}` }],
    });
    expect(await registered()).toBeUndefined();

    const before = (await server.events('resource_server.created')).length;
    const { code, out } = await enable(url, '--yes');
    expect([code, out]).toEqual([0, expect.stringMatching(/^1 change made\.\nid +rs_/)]);
    expect(out).not.toContain('Clients do not find this server yet');
    const made = await registered();
    expect(made).toMatchObject({ name: 'Notes', state: 'active', introspection_auth_method: 'none' });
    expect(made?.['scopes']).toMatchObject([
      { name: 'notes.read', risk: 'medium' },
      { name: 'notes.write', risk: 'medium' },
    ]);
    expect((await server.events('resource_server.created')).slice(before)).toMatchObject([
      { target: { id: made?.['id'] } },
    ]);

    const events = (await server.events()).filter(({ type }) => type.startsWith('resource_server.')).length;
    const again = await enable(url, '--json');
    expect(JSON.parse(again.out)).toMatchObject({ changes: [], resource_server: { id: made?.['id'] } });
    expect((await server.events()).filter(({ type }) => type.startsWith('resource_server.'))).toHaveLength(events);
    expect((await registered())?.['updated_at']).toBe(made?.['updated_at']);
  });

  test('reads the document where the 401 names it (RFC 9728 §5.1), first', async () => {
    answers[path] = { status: 401, challenge: `Bearer resource_metadata="${origin}/elsewhere"` };
    answers['/elsewhere'] = { body: metadata({ scopes_supported: ['elsewhere.read'] }) };
    answers[`${WELL_KNOWN}${path}`] = { body: metadata() };
    expect((await enable(url, '--yes')).code).toBe(0);
    expect((await registered())?.['scopes']).toMatchObject([{ name: 'elsewhere.read' }]);
    expect(asked).toEqual([path, '/elsewhere']);
  });

  test('without metadata it takes one scope for all tools, and its lines make the metadata that it finds next', async () => {
    const { code, out, err } = await enable(url, '--yes', '--json');
    expect([code, err]).toEqual([0, '']);
    expect((await registered())?.['scopes']).toMatchObject([
      { name: 'mcp', description: 'Use the tools of 127.0.0.1' },
    ]);
    const { lines } = JSON.parse(out) as { readonly lines: Readonly<Record<string, readonly string[]>> };
    // The options as the printed lines give them.
    const optionOf = (name: string): unknown =>
      JSON.parse(
        /: (.*),$/.exec(lines['typescript']?.find((line) => line.startsWith(`  ${name}:`)) ?? '')?.[1] ?? 'null',
      );
    const guard = resourceServer({
      issuer: String(optionOf('issuer')),
      resource: String(optionOf('resource')),
      scopes: optionOf('scopes') as string[],
    });
    expect(lines['python']).toContain(`    resource="${url}",`);
    const told = await enable(url);
    expect(told.out).toContain(`"authorization_servers": ["${server.issuer}"]`);
    answers[`${WELL_KNOWN}${path}`] = { body: guard.metadata.document };
    const found = await enable(url);
    expect(found.out).toContain('Nothing had to change.');
    expect(found.out).not.toContain('Clients do not find this server yet');
  });

  test('declared scopes win, new ones are added, none is removed, and a disabled server is enabled again', async () => {
    answers[`${WELL_KNOWN}${path}`] = { body: metadata() };
    const scope = ['--scope', 'notes.read:low:See your notes', '--default-scope', 'notes.read'];
    expect((await enable(url, '--yes', ...scope)).code).toBe(0);
    const id = String((await registered())?.['id']);
    await management.call('POST', `/resource-servers/${id}/disable`);
    answers[`${WELL_KNOWN}${path}`] = { body: metadata({ scopes_supported: ['notes.share'] }) };
    const { code, err } = await enable(url, '--yes');
    expect([code, err]).toEqual([0, expect.stringContaining('    state: disabled → active\n')]);
    const made = await registered();
    expect([made?.['state'], made?.['scopes']]).toMatchObject([
      'active',
      [
        { name: 'notes.read', risk: 'low', description: 'See your notes', default: true },
        { name: 'notes.write', risk: 'medium' },
        { name: 'notes.share', risk: 'medium' },
      ],
    ]);
  });

  test('proposes what it delegates to once, and says who accepts', async () => {
    const api = `https://tickets-${number}.example.com`;
    await management.createResourceServer({
      identifier: api,
      name: 'Tickets',
      scopes: [{ name: 'tickets.read', description: 'See tickets', risk: 'low' }],
      access_token_format: 'jwt',
    });
    const argv = [url, '--delegates-to', `${api}=tickets.read`, '--yes'];
    const { code, out } = await enable(...argv);
    const id = String((await registered())?.['id']);
    expect([code, out]).toEqual([0, expect.stringContaining(`${server.issuer}/console/resource-servers/${id}`)]);
    const { body } = await management.call('GET', `/resource-servers/${id}`);
    expect(body['delegates_to']).toMatchObject([{ resource: api, scope: 'tickets.read' }]);
    expect((await enable(...argv)).out).toContain('Nothing had to change.');
  });
});

describe('refuses, and changes nothing', () => {
  test.each([
    ['a document about another resource', () => metadata({ resource: `${url}/` }), '"resource" is'],
    ['a document that is no object', () => '[]', 'not a JSON object'],
    ['scopes that are no texts', () => metadata({ scopes_supported: [7] }), '"scopes_supported" is not a list'],
    ['a document without end', () => `{"resource": "${'x'.repeat(70_000)}"}`, undefined],
  ])('%s (RFC 9728 §3.3)', async (_, document, said) => {
    answers[`${WELL_KNOWN}${path}`] = { body: document() };
    const { code, out, err } = await enable(url);
    if (said === undefined) expect(out).toContain('is longer than 65536 bytes');
    else expect([code, err]).toEqual([1, expect.stringContaining(said)]);
    expect(await registered()).toBeUndefined();
  });

  test('a site that answers every path with a page of its own has no metadata', async () => {
    for (const place of ['/.well-known/oauth-protected-resource', `/.well-known/oauth-protected-resource${path}`]) {
      answers[place] = { body: '<!doctype html><title>Notes</title>' };
    }
    const done = await enable(url, '--yes');
    expect(done.code).toBe(0);
    expect(done.err).toContain('no JSON');
    expect(await registered()).toMatchObject({ identifier: url });
  });

  test.each([
    [
      'an API that is not registered',
      () => 'https://unknown.example.com=read',
      'No resource server has this identifier',
    ],
    ['the MCP server itself', () => `${url}=mcp`, 'does not delegate to itself'],
    ['the management API', () => `${server.issuer}/api/v1=agents:read`, 'takes no token of an agent'],
  ])('a pair of %s', async (_, pairOf, said) => {
    const { code, err } = await enable(url, '--delegates-to', pairOf(), '--yes');
    expect([code, err]).toEqual([2, expect.stringContaining(`--delegates-to ${pairOf()}: `)]);
    expect(err).toContain(said);
    expect(await registered()).toBeUndefined();
  });

  test('follows no redirect, and asks no other origin that the MCP server names', async () => {
    const elsewhere = `${origin.replace('127.0.0.1', 'localhost')}/metadata`;
    answers[path] = { status: 401, challenge: `Bearer resource_metadata="${elsewhere}"` };
    answers[`${WELL_KNOWN}${path}`] = { status: 302, body: `${origin}/elsewhere` };
    answers['/elsewhere'] = { body: metadata() };
    const { out } = await enable(url);
    expect(out).toContain('It answers no metadata');
    expect(asked).toEqual([path, `${WELL_KNOWN}${path}`, WELL_KNOWN]);
  });

  test.each([
    ['http://notes.example.com/mcp', 'is not https'],
    ['https://me:secret@notes.example.com/mcp', 'has a user or a password'],
    ['https://notes.example.com/mcp#top', 'has a fragment'],
    ['notes.example.com', 'is not a URL'],
  ])('%s', async (given, said) => {
    const { code, err } = await enable(given);
    expect([code, err]).toEqual([2, expect.stringContaining(said)]);
    expect(asked).toEqual([]);
  });

  test('an answer of no, without --yes', async () => {
    const { code, err } = await cliHere(['mcp', 'enable', url], { BEHALF_DATA: server.dataFolder }, ['n']);
    expect([code, err]).toEqual([1, expect.stringContaining('Nothing was changed.')]);
    expect(await registered()).toBeUndefined();
  });
});

/** Of no account of the machine that runs the tests. */
const SERVER_ACCOUNT = { uid: 54_321, gid: 54_322 };

describe('hosts of client metadata documents', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'behalf-mcp-'));
    file = join(folder, 'behalf.json');
    writeFileSync(file, JSON.stringify(PRODUCTION), { mode: 0o600 });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const written = () => JSON.parse(readFileSync(file, 'utf8'));

  test('are added to the file of a production server, which keeps its other settings and its mode', async () => {
    const argv = [
      url,
      '--client-host',
      'https://app.example.com/client.json',
      '--client-host',
      'tools.example.org:8443',
    ];
    const { code, out, err } = await enable(...argv, '--config', file, '--yes');
    expect([code, out]).toEqual([0, expect.stringContaining('Start the server again')]);
    expect(err).toContain('client metadata documents of: none → app.example.com, tools.example.org:8443');
    const hosts = ['app.example.com', 'tools.example.org:8443'];
    expect(written()).toEqual({ ...PRODUCTION, clientIdMetadata: { accept: true, hosts } });
    expect([statSync(file).mode & 0o777, readdirSync(folder)]).toEqual([0o600, ['behalf.json']]);
    expect((await enable(...argv, '--config', file)).out).toContain('Nothing had to change.');
    expect((await enable(url, '--client-host', 'new.example.com', '--config', file, '--yes')).code).toBe(0);
    expect(written().clientIdMetadata.hosts).toEqual([...hosts, 'new.example.com']);
  });

  const asRoot = process.getuid?.() === 0 ? test : test.skip;

  asRoot(
    'are added by root to the file of another account, which keeps its owner, its group and its mode',
    async () => {
      chownSync(file, SERVER_ACCOUNT.uid, SERVER_ACCOUNT.gid);
      chmodSync(file, 0o640);
      expect((await enable(url, '--client-host', 'app.example.com', '--config', file, '--yes')).code).toBe(0);
      const { uid, gid, mode } = statSync(file);
      expect({ uid, gid, mode: mode & 0o777 }).toEqual({ ...SERVER_ACCOUNT, mode: 0o640 });
      expect(written().clientIdMetadata.hosts).toEqual(['app.example.com']);
    },
  );

  test('are added through a symbolic link, which stays one: the file that it names changes', async () => {
    const link = join(folder, 'link.json');
    symlinkSync(file, link);
    expect((await enable(url, '--client-host', 'app.example.com', '--config', link, '--yes')).code).toBe(0);
    expect([lstatSync(link).isSymbolicLink(), readlinkSync(link)]).toEqual([true, file]);
    expect(written().clientIdMetadata.hosts).toEqual(['app.example.com']);
    expect([statSync(file).mode & 0o777, readdirSync(folder).sort()]).toEqual([0o600, ['behalf.json', 'link.json']]);
  });

  test('fail after the registration: the command shows what was done, the new secret, and how to go on', async () => {
    // The draft of the file cannot be made.
    writeFileSync(`${file}.new-${process.pid}`, '');
    const options = ['--introspection', 'client_secret_basic', '--client-host', 'app.example.com', '--config', file];
    const failed = await enable(url, ...options, '--yes');
    expect(failed.code).toBe(1);
    expect(failed.err).toContain(`Only a part was done:\n+ resource server ${url}\nRun the command again`);
    expect(failed.err).toMatch(/The secret of rs_\w+: \S{20,} \(shown once\)/);
    expect(await registered()).toMatchObject({ identifier: url });
  });

  test('are never narrowed from every public host', async () => {
    writeFileSync(file, JSON.stringify({ ...PRODUCTION, clientIdMetadata: { accept: true } }));
    const { code } = await enable(url, '--client-host', 'app.example.com', '--config', file, '--yes');
    expect([code, written().clientIdMetadata]).toEqual([0, { accept: true }]);
  });

  test('are printed as settings without the file', async () => {
    const { code, out } = await enable(url, '--client-host', 'app.example.com', '--yes');
    expect([code, out]).toEqual([0, expect.stringContaining('BEHALF__CLIENTIDMETADATA__HOSTS=app.example.com')]);
  });

  test.each([['http://app.example.com/client.json'], ['app.example.com/client.json'], ['me@app.example.com']])(
    'are hosts: %s is refused',
    async (host) => {
      const { code, err } = await enable(url, '--client-host', host, '--yes');
      expect([code, err]).toEqual([2, expect.stringContaining('is not a host')]);
      expect(await registered()).toBeUndefined();
    },
  );
});
