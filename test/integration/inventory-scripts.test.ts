/** The scripts of the import page, run by bash against a server that pages as each system documents, and their files read by the importer. */
import { spawn, spawnSync } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readInventory } from '../../src/domain/governance/inventory-formats/inventory-format.ts';
import type { InventoryFile } from '../../src/domain/governance/inventory-formats/listed-rows.ts';
import { isDomainError } from '../../src/domain/vocabulary/errors.ts';
import { SYSTEMS } from '../../views/words/inventory-exports.ts';

type System = 'okta' | 'entra' | 'google' | 'github' | 'mcp-registry';
type Answer = { readonly body: unknown; readonly link?: string };

const HOSTS: Readonly<Record<System, string>> = {
  okta: 'https://$ORG',
  entra: 'https://graph.microsoft.com',
  google: 'https://admin.googleapis.com',
  github: 'https://api.github.com',
  'mcp-registry': 'https://$REGISTRY',
};
const ROLE = '11111111-1111-1111-1111-111111111111';
const NO_ROLE = '00000000-0000-0000-0000-000000000000';

const oktaApp = (id: string) => ({ id, label: `App ${id}`, status: 'ACTIVE', signOnMode: 'OPENID_CONNECT' });
const principal = (id: string, appRoles: readonly object[] = []) => ({
  id,
  appId: `app-${id}`,
  displayName: id,
  appRoles,
});
const installation = (id: number) => ({
  ...{ id, app_id: id, app_slug: `bot-${id}`, permissions: { contents: 'write' }, suspended_at: null },
  account: { id: 1 },
});

/** What the systems answer, by path and query. `$HOST` in a value: the address of the server. */
const ANSWERS: Readonly<Record<string, Answer>> = {
  '/api/v1/apps?limit=200': {
    body: [oktaApp('1'), oktaApp('2')],
    link: '<$HOST/api/v1/apps?limit=200>; rel="self"\r\nlink: <$HOST/api/v1/apps?after=2&limit=200>; rel="next"',
  },
  '/api/v1/apps?after=2&limit=200': { body: [oktaApp('3')], link: '<$HOST/api/v1/apps?after=2>; rel="self"' },
  '/api/v1/apps/1/grants': {
    body: [{ id: 'g', status: 'ACTIVE', clientId: '1', scopeId: 'okta.users.read', source: 'ADMIN' }],
  },
  '/api/v1/apps/2/grants': { body: [] },
  '/api/v1/apps/3/grants': {
    body: [{ id: 'h', status: 'ACTIVE', clientId: '3', scopeId: 'okta.users.manage', source: 'ADMIN' }],
  },
  '/v1.0/servicePrincipals?$top=999&$select=id,appId,displayName,accountEnabled,verifiedPublisher,replyUrls,appRoles': {
    body: {
      '@odata.context': '$HOST/v1.0/$metadata#servicePrincipals',
      '@odata.nextLink': '$HOST/v1.0/servicePrincipals?$skiptoken=2',
      value: [principal('a')],
    },
  },
  '/v1.0/servicePrincipals?$skiptoken=2': {
    body: { value: [principal('b'), principal('graph', [{ id: ROLE, value: 'Mail.Send', displayName: 'Send mail' }])] },
  },
  '/v1.0/oauth2PermissionGrants?$top=999': {
    body: {
      '@odata.nextLink': '$HOST/v1.0/oauth2PermissionGrants?$skiptoken=3',
      value: [
        {
          id: 'g',
          clientId: 'a',
          consentType: 'Principal',
          principalId: 'u1',
          resourceId: 'graph',
          scope: 'User.Read',
        },
      ],
    },
  },
  '/v1.0/oauth2PermissionGrants?$skiptoken=3': {
    body: {
      value: [
        {
          id: 'h',
          clientId: 'a',
          consentType: 'Principal',
          principalId: 'u2',
          resourceId: 'graph',
          scope: 'Mail.Read',
        },
      ],
    },
  },
  '/v1.0/servicePrincipals/a/appRoleAssignments': {
    body: { value: [{ id: 'x', appRoleId: NO_ROLE, principalId: 'a', resourceId: 'graph' }] },
  },
  '/v1.0/servicePrincipals/b/appRoleAssignments': {
    body: {
      '@odata.nextLink': '$HOST/v1.0/servicePrincipals/b/appRoleAssignments?$skiptoken=4',
      value: [{ id: 'y', appRoleId: 'not-there', principalId: 'b', resourceId: 'graph' }],
    },
  },
  '/v1.0/servicePrincipals/b/appRoleAssignments?$skiptoken=4': {
    body: { value: [{ id: 'z', appRoleId: ROLE, principalId: 'b', resourceId: 'graph' }] },
  },
  '/v1.0/servicePrincipals/graph/appRoleAssignments': { body: { value: [] } },
  '/admin/directory/v1/users?customer=my_customer&maxResults=500&fields=nextPageToken,users(id)': {
    body: { nextPageToken: 'a+b/c=', users: [{ id: '101' }] },
  },
  '/admin/directory/v1/users?customer=my_customer&maxResults=500&fields=nextPageToken,users(id)&pageToken=a%2Bb%2Fc%3D':
    {
      body: { users: [{ id: '102' }, { id: '103' }] },
    },
  ...Object.fromEntries(
    [
      ['101', [{ clientId: 'c1', displayText: 'Notetaker', scopes: ['openid'], userKey: '101' }]],
      ['102', undefined],
      ['103', [{ clientId: 'c1', displayText: 'Notetaker', scopes: ['https://mail.google.com/'], userKey: '103' }]],
    ].map(([id, items]) => [
      `/admin/directory/v1/users/${id}/tokens?fields=items(clientId,displayText,scopes,userKey)`,
      { body: items === undefined ? {} : { items } },
    ]),
  ),
  '/orgs/your-organization/installations?per_page=100': {
    body: { total_count: 2, installations: [installation(1)] },
    link: '<$HOST/orgs/1/installations?page=2>; rel="next", <$HOST/orgs/1/installations?page=2>; rel="last"',
  },
  '/orgs/1/installations?page=2': {
    body: { total_count: 2, installations: [installation(2)] },
    link: '<$HOST/orgs/1/installations?page=1>; rel="prev", <$HOST/orgs/1/installations?page=1>; rel="first"',
  },
  '/orgs/your-organization/personal-access-tokens?per_page=100': {
    body: [{ id: 1, token_id: 9, token_name: 'nightly', token_expired: false, owner: { login: 'ada' } }],
  },
  '/orgs/your-organization/credential-authorizations?per_page=100': { body: [] },
  '/v0.1/servers?version=latest&limit=100': {
    body: { servers: [{ server: { name: 'a/one', version: '1' } }], metadata: { nextCursor: 'a/one:1' } },
  },
  '/v0.1/servers?version=latest&limit=100&cursor=a%2Fone%3A1': {
    body: { servers: [{ server: { name: 'b/two', version: '1' } }], metadata: {} },
  },
};

/** Apps of each system: id and rights. */
const APPS: Readonly<Record<System, readonly (readonly [string, ...string[]])[]>> = {
  okta: [['1', 'okta.users.read'], ['2'], ['3', 'okta.users.manage']],
  entra: [
    ['app-a', 'Mail.Read', 'User.Read'],
    ['app-b', 'application:Mail.Send', 'application:not-there'],
    ['app-graph'],
  ],
  google: [['c1', 'https://mail.google.com/', 'openid']],
  github: [['app:1', 'contents:write'], ['app:2', 'contents:write'], ['token:9']],
  'mcp-registry': [['a/one'], ['b/two']],
};
const NAMES = Object.keys(APPS) as readonly System[];

let server: Server;
let host: string;
/** The paths that were asked for, and one that is answered with 403. */
let asked: string[] = [];
/** The headers `Authorization` of the requests. */
let signed = new Set<string>();
let refused: string | undefined;

const send = (response: ServerResponse, { body, link }: Answer): void => {
  const filled = (text: string): string => text.replaceAll('$HOST', host);
  const lines = link === undefined ? [] : filled(`link: ${link}`).split('\r\n');
  const headers = lines.flatMap((line) => ['link', line.slice('link: '.length)]);
  response.writeHead(200, ['content-type', 'application/json', ...headers]);
  response.end(filled(JSON.stringify(body)));
};

beforeAll(async () => {
  server = createServer(({ url = '', headers }, response) => {
    asked.push(url);
    if (headers.authorization !== undefined) signed.add(headers.authorization);
    const answer = ANSWERS[url];
    const isSigned = url.startsWith('/v0.1/') || /^(?:SSWS|Bearer) \S+$/.test(headers.authorization ?? '');
    if (answer && isSigned && url !== refused) send(response, answer);
    else response.writeHead(403).end('{"error":"no"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

/** What the command lines of Azure and Google print. */
const PROGRAMS = {
  ...{ az: 'echo az-token', gcloud: 'echo google-token' },
  // Keeps its arguments, and goes on as curl.
  curl: 'echo "$@" >> arguments.txt; PATH=$(echo "$PATH" | cut -d: -f2-); exec curl "$@"',
};
/** How each system gets the token: a person types it, or the command line of the system prints it. */
const SIGNED: Readonly<Record<System, readonly string[]>> = {
  okta: ['SSWS typed-token'],
  entra: ['Bearer az-token'],
  google: ['Bearer google-token'],
  github: ['Bearer typed-token'],
  'mcp-registry': [],
};

const run = async (
  system: System,
  edit: (text: string) => string = (text) => text,
): Promise<{
  readonly code: number | null;
  readonly files: readonly InventoryFile[];
  readonly errors: string;
  /** Of all calls of curl. */
  readonly curlArguments: string;
}> => {
  signed = new Set();
  const folder = await mkdtemp(join(tmpdir(), 'behalf-scripts-'));
  try {
    for (const [name, line] of Object.entries(PROGRAMS)) {
      await writeFile(join(folder, name), `#!/bin/sh\n${line}\n`);
      await chmod(join(folder, name), 0o755);
    }
    const text = edit((SYSTEMS[system].commands ?? '').replaceAll(HOSTS[system], host));
    const bash = spawn('bash', ['--norc', '-c', `${text.slice(0, -1)}echo imported > imported.txt\n)`], {
      cwd: folder,
      env: { PATH: `${folder}:${process.env['PATH']}`, NO_PROXY: '*' },
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    bash.stdin.on('error', () => undefined);
    bash.stdin.end('typed-token\n');
    let errors = '';
    bash.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    const code = await new Promise<number | null>((resolve) => bash.on('close', resolve));
    const files: InventoryFile[] = [];
    for (const name of [...SYSTEMS[system].files.split(' '), 'imported.txt']) {
      const content = await readFile(join(folder, name), 'utf8').catch(() => undefined);
      if (content !== undefined) files.push({ name, text: content });
    }
    const curlArguments = await readFile(join(folder, 'arguments.txt'), 'utf8');
    return { code, files, errors, curlArguments };
  } finally {
    await rm(folder, { recursive: true });
  }
};

const refusal = (files: readonly InventoryFile[], system: System): string => {
  try {
    readInventory(files, system);
  } catch (error) {
    if (isDomainError(error) && error.code === 'invalid_field') return error.message;
    throw error;
  }
  return 'it was taken';
};

const hasPrograms = ['curl', 'jq', 'bash'].every((name) => spawnSync(name, ['--version']).status === 0);
const inShell = hasPrograms ? describe.each(NAMES) : describe.skip.each(NAMES);

const inBash = hasPrograms ? test : test.skip;
inBash('the script for GitHub leaves out lists that an organization does not have', async () => {
  [asked, refused] = [[], undefined];
  const { code, files } = await run('github', (text) => text.replace(/^(GITHUB_APP|SAML)=yes$/gm, '$1=no'));
  expect([code, asked.filter((path) => !path.includes('/installations'))]).toEqual([0, []]);
  const lists = files.filter(({ name }) => name !== 'imported.txt');
  expect(readInventory(lists, 'github').map((app) => app.external_id)).toEqual(['app:1', 'app:2']);
});

inShell('the script for %s', (system) => {
  test('gets every page, and its files are the whole list', async () => {
    [asked, refused] = [[], undefined];
    const { code, files, errors, curlArguments } = await run(system);
    const isTyped = SIGNED[system].some((header) => header.includes('typed'));
    expect([code, errors]).toEqual([0, isTyped ? 'Token: ' : '']);
    expect([...signed]).toEqual(SIGNED[system]);
    // Other users of the machine see arguments.
    expect(curlArguments).not.toMatch(/-token\b/);
    const lists = files.filter(({ name }) => name !== 'imported.txt');
    expect(lists.map(({ name }) => name).join(' ')).toBe(SYSTEMS[system].files);
    const apps = readInventory(lists, system);
    expect(apps.map(({ external_id: id, scopes = [] }) => [id, ...scopes])).toEqual(APPS[system]);
    expect(new Set(asked).size).toBe(asked.length);
    if (system === 'entra') expect(apps.map((app) => app.is_for_everyone)).toEqual([false, true, false]);
  });

  test('stops at the first request that fails, imports nothing, and what it wrote is refused', async () => {
    [asked, refused] = [[], undefined];
    await run(system);
    const paths = asked;
    for (const path of paths) {
      [asked, refused] = [[], path];
      const { code, files, errors } = await run(system);
      expect([path, code, errors]).toEqual([path, 22, expect.stringContaining('error: 403')]);
      expect([path, asked]).toEqual([path, paths.slice(0, paths.indexOf(path) + 1)]);
      expect(files.map(({ name }) => name)).not.toContain('imported.txt');
      // Tokens and credentials of GitHub are lists of their own, which not every organization has.
      if (!/personal-access-tokens|credential-authorizations/.test(path))
        expect([path, refusal(files, system)]).not.toEqual([path, 'it was taken']);
    }
  }, 120_000);

  test('has lines of which none can be missing', async () => {
    [asked, refused] = [[], undefined];
    const { files } = await run(system);
    const lists = files.filter(({ name }) => name !== 'imported.txt');
    const optional = /"list":"(?:personal-access-tokens|credential-authorizations)"/;
    for (const { name, text } of lists) {
      const lines = text.trimEnd().split('\n');
      for (const [at, line] of lines.entries()) {
        // The first of several pages cannot be told from a list that begins there; a script writes its lines in order.
        const cut = lines.slice(0, at);
        if (optional.test(line)) continue;
        const some = lists.map((one) =>
          one.name === name ? { name, text: `${cut.join('\n')}\n${line.slice(0, line.length >> 1)}` } : one,
        );
        expect([line, refusal(some, system)]).toEqual([line, expect.stringMatching(/cut|not complete|no JSON/)]);
        const short = lists.map((one) => (one.name === name ? { name, text: cut.join('\n') } : one));
        expect([line, refusal(short, system)]).toEqual([
          line,
          expect.stringMatching(/cut|not complete|no JSON|names a further page/),
        ]);
      }
    }
  });
});
