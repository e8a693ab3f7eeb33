/** The console enables an MCP server by its URL, as `behalf mcp enable` does. Its metadata come from a local https server. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { CollectionDeclaration, Document, DocumentStore } from '../../src/domain/ports/document-store.ts';
import { type Browser, newBrowser, type Page, type Person, submitSignIn } from '../support/browser-flow.ts';
import { internalHosts } from '../support/internal-hosts.ts';
import { type LocalAuthority, localAuthority } from '../support/local-authority.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

const PASSWORD = 'a long enough pass phrase';
const OPERATOR: Person = { username: 'olga', password: PASSWORD };
const AUDITOR: Person = { username: 'aud', password: PASSWORD };
const WELL_KNOWN = '/.well-known/oauth-protected-resource';

let authority: LocalAuthority;
let origin: string;
let server: RunningServer;
let scene: Scene;
let operator: Browser;
let auditor: Browser;
let ada: Browser;
/** By path: the document, or a text. */
const answers = new Map<string, unknown>();
let number = 0;
let path: string;
let url: string;

/** Runs once a resource server is stored. */
let afterCreate: (() => Promise<void>) | undefined;
const watched = (documents: DocumentStore): DocumentStore => ({
  ...documents,
  collection: <T extends Document>(declaration: CollectionDeclaration) => {
    const rows = documents.collection<T>(declaration);
    const insert = async (document: T): Promise<void> => {
      await rows.insert(document);
      if (declaration.name === 'resource_servers') await afterCreate?.();
    };
    return { ...rows, insert };
  },
});

const at = (path: string): string => `${server.issuer}${path}`;
const signedIn = async (person: Person, headers: Readonly<Record<string, string>> = {}): Promise<Browser> => {
  const browser = newBrowser(server.issuer, undefined, headers);
  expect((await submitSignIn(browser, await browser.open(at('/console')), person)).status).toBe(200);
  return browser;
};

beforeAll(async () => {
  authority = await localAuthority();
  const site = await authority.serve((request, response) => {
    const body = answers.get(String(request.url));
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body ?? {}));
  });
  origin = site.origin;
  server = await runServer({
    between: watched,
    environment: {
      ...internalHosts({ mcpServers: site.host }),
      BEHALF_EGRESS_CA_FILE: authority.caFile,
      BEHALF__CLIENTIDMETADATA__HOSTS: 'known.example.com',
    },
  });
  scene = await makeScene(server);
  for (const [person, role] of [[OPERATOR, 'operator'] as const, [AUDITOR, 'auditor'] as const]) {
    await scene.management.call('POST', '/accounts', { ...person, name: person.username, roles: [role] });
  }
  operator = await signedIn(OPERATOR);
  auditor = await signedIn(AUDITOR);
  ada = await signedIn(scene.person);
}, 120_000);
afterAll(async () => {
  await server?.close();
  await authority?.remove();
});
beforeEach(() => {
  number += 1;
  path = `/mcp-${number}`;
  url = `${origin}${path}`;
  answers.clear();
});

const metadata = (more: object = {}) => ({
  resource: url,
  authorization_servers: [server.issuer],
  scopes_supported: ['notes.read', 'notes.write'],
  resource_name: 'Notes',
  ...more,
});
const publish = (more: object = {}): unknown => answers.set(`${WELL_KNOWN}${path}`, metadata(more));

const formOn = (page: Page) => {
  const form = page.forms.find(({ action }) => new URL(action, server.issuer).pathname.endsWith('/mcp'));
  if (!form) throw new Error(`no form on ${page.url}`);
  return form;
};
const plan = async (set: Readonly<Record<string, string>> = {}, browser = operator): Promise<Page> => {
  const page = await browser.open(at('/console/resource-servers/mcp'));
  return browser.submit(page, formOn(page), { set: { url, ...set } });
};
const confirm = (page: Page): Promise<Page> => operator.submit(page, formOn(page));
const registered = async (identifier = url): Promise<Readonly<Record<string, unknown>> | undefined> => {
  const found = await scene.management.call('GET', `/resource-servers?identifier=${encodeURIComponent(identifier)}`);
  return (found.body['items'] as Readonly<Record<string, unknown>>[])[0];
};
const events = async (type: Parameters<typeof server.events>[0]) => {
  await server.settled();
  return server.events(type);
};

const refusals = async (): Promise<number> => (await events('request.refused')).length;

describe('an operator', () => {
  test('sees the plan, changes nothing by it, confirms it, and reads the lines for the code', async () => {
    publish();
    const preview = await plan({ scopes: 'notes.read:low:See your notes' });
    expect([preview.status, await registered()]).toEqual([200, undefined]);
    expect(preview.html).toContain(`${origin}${WELL_KNOWN}${path}`);
    expect(preview.html).toContain('listed: clients can discover this server');
    expect(preview.html).toContain('See your notes');

    const before = (await events('resource_server.created')).length;
    const done = await confirm(preview);
    const made = await registered();
    expect([done.status, new URL(done.url).pathname]).toEqual([
      200,
      `/console/resource-servers/${String(made?.['id'])}/code`,
    ]);
    expect(made).toMatchObject({
      name: 'Notes',
      scopes: [
        { name: 'notes.read', risk: 'low', description: 'See your notes' },
        { name: 'notes.write', risk: 'medium', description: 'Use notes.write at Notes' },
      ],
    });
    for (const line of [`resource: &quot;${url}&quot;`, `issuer=&quot;${server.issuer}&quot;`, 'RequireToken']) {
      expect(done.html).toContain(line);
    }
    expect((await events('resource_server.created')).slice(before)).toMatchObject([
      { target: { id: made?.['id'] }, caller: expect.stringMatching(/^acc_/) },
    ]);

    const again = await plan();
    expect(again.html).toContain('Nothing has to change.');
    expect((await events('resource_server.updated')).filter(({ target }) => target?.id === made?.['id'])).toEqual([]);
  });

  test('confirms the plan that the page showed: after a change of the metadata it is shown once more', async () => {
    publish({ scopes_supported: ['notes.read'] });
    const preview = await plan();
    await scene.management.createResourceServer({
      identifier: url,
      name: 'Notes of another operator',
      scopes: [{ name: 'notes.read', description: 'See notes', risk: 'low' }],
    });
    const shown = await confirm(preview);
    expect(shown.html).toContain('Nothing has to change.');
    expect(await registered()).toMatchObject({ name: 'Notes of another operator' });

    const other = await plan({ scopes: 'notes.write:high:Change notes' });
    const id = String((await registered())?.['id']);
    await scene.management.call('POST', `/resource-servers/${id}/disable`);
    const once = await confirm(other);
    expect(once.html).toContain('The plan changed in the meantime.');
    expect(await registered()).toMatchObject({ state: 'disabled', scopes: [{ name: 'notes.read' }] });
    await confirm(once);
    expect(await registered()).toMatchObject({
      state: 'active',
      scopes: [
        { name: 'notes.read', risk: 'low' },
        { name: 'notes.write', risk: 'high' },
      ],
    });
  });

  test('registers without metadata with one scope, and reads why there is none', async () => {
    const preview = await plan();
    expect(preview.html).toContain('status_not_ok');
    await confirm(preview);
    expect((await registered())?.['scopes']).toMatchObject([{ name: 'mcp', risk: 'medium' }]);
  });

  test('proposes scopes of another API, and reads the settings for hosts of clients', async () => {
    publish();
    const preview = await plan({
      delegates_to: `${scene.jwt.identifier}=read`,
      client_hosts: 'app.example.com\nknown.example.com',
    });
    expect(preview.html).toContain('BEHALF__CLIENTIDMETADATA__HOSTS=known.example.com,app.example.com');
    const done = await confirm(preview);
    expect(done.html).toContain('BEHALF__CLIENTIDMETADATA__HOSTS=known.example.com,app.example.com');
    expect(done.html).toContain('another operator or administrator accepts them');
    expect((await registered())?.['delegates_to']).toMatchObject([{ resource: scene.jwt.identifier, scope: 'read' }]);
  });

  test('reads no setting on a page that a link opens: its address never names hosts', async () => {
    publish();
    await confirm(await plan());
    const href = `/console/resource-servers/${String((await registered())?.['id'])}/code`;
    const opened = await operator.open(at(`${href}?hosts=attacker.example.net`));
    expect([opened.status, opened.html]).toEqual([200, expect.stringContaining('RequireToken')]);
    expect(opened.html).not.toContain('BEHALF__');
    const done = await confirm(await plan({ client_hosts: 'app.example.com', scopes: 'notes.more:low:See more' }));
    expect(done.html).toContain('The MCP server is enabled.');
    expect(done.url).not.toContain('app.example.com');
  });

  test('reads what was registered when a later change fails, and confirms the rest afterwards', async () => {
    publish();
    const api = `https://tickets-${number}.example.com`;
    const other = await scene.management.createResourceServer({
      identifier: api,
      name: 'Tickets',
      scopes: [{ name: 'tickets.read', description: 'See tickets', risk: 'low' }],
      access_token_format: 'jwt',
    });
    const preview = await plan({ delegates_to: `${api}=tickets.read` });
    const before = await refusals();
    // The plan is valid when it is confirmed. Another operator acts before its last change.
    afterCreate = async () => {
      afterCreate = undefined;
      await scene.management.call('POST', `/resource-servers/${other.id}/disable`);
    };
    const partly = await confirm(preview);
    expect(await refusals()).toBe(before + 1);
    const id = String((await registered())?.['id']);
    expect([partly.status, partly.html]).toEqual([
      400,
      expect.stringContaining('Only a part of the plan was carried out'),
    ]);
    expect(partly.html).toContain(`/console/resource-servers/${id}`);
    expect(partly.html).toContain('This resource server is disabled');
    expect((await registered())?.['delegates_to'] ?? []).toEqual([]);
    await scene.management.call('POST', `/resource-servers/${other.id}/enable`);
    const rest = await operator.submit(partly, formOn(partly), {});
    await confirm(rest);
    expect((await registered())?.['delegates_to']).toMatchObject([{ resource: api, scope: 'tickets.read' }]);
  });

  test('reads it in German', async () => {
    publish();
    const german = await signedIn(OPERATOR, { 'accept-language': 'de' });
    const preview = await plan({}, german);
    expect(preview.html).toContain('Diesen MCP-Server freischalten?');
  });
});

describe('refuses, and registers nothing', () => {
  test.each([
    ['a document about another resource (RFC 9728 §3.3)', { resource: 'https://other.example.com' }, 'not https://'],
    ['scopes that are no texts', { scopes_supported: [7] }, 'is not a list of texts'],
  ])('%s', async (_, more, said) => {
    publish(more);
    const refused = await plan();
    expect([refused.status, refused.html]).toEqual([400, expect.stringContaining(said)]);
    expect(await registered()).toBeUndefined();
  });

  test.each([
    ['url', 'http://notes.example.com/mcp', 'is not https'],
    ['url', 'https://me:secret@notes.example.com/mcp', 'has a user or a password'],
    ['scopes', 'notes.read', 'is not NAME:RISK:TEXT'],
    ['delegates_to', 'nothing', 'is not RESOURCE=SCOPE'],
    ['client_hosts', 'http://app.example.com', 'is not a host'],
  ])('%s: %s', async (name, value, said) => {
    const before = (await events('request.refused')).length;
    const refused = await plan({ [name]: value });
    expect([refused.status, refused.html]).toEqual([400, expect.stringContaining(said)]);
    expect(refused.html).toContain(`aria-describedby="field-${name}-hint field-${name}-error"`);
    expect(await registered()).toBeUndefined();
    expect((await events('request.refused')).length).toBe(before + 1);
  });

  test.each([
    [
      'an API that is not registered',
      () => 'https://unknown.example.com=read',
      'No resource server has this identifier',
    ],
    ['a scope that the API does not declare', () => `${scene.jwt.identifier}=other`, 'does not declare this scope'],
    ['the MCP server itself', () => `${url}=notes.read`, 'does not delegate to itself'],
    ['the management API', () => `${server.issuer}/api/v1=agents:read`, 'takes no token of an agent'],
  ])('a pair of %s, named on the page, also when the plan was valid before', async (_, pairOf, said) => {
    publish();
    const before = (await events('resource_server.created')).length;
    const [valid, pair] = [await plan(), pairOf()];
    for (const refused of [
      await plan({ delegates_to: `${scene.jwt.identifier}=read\n${pair}` }),
      await operator.submit(valid, formOn(valid), { set: { delegates_to: pair } }),
    ]) {
      expect([refused.status, refused.html]).toEqual([400, expect.stringContaining(said)]);
      expect(refused.html).toContain(`${pair}</bdi>: `);
    }
    expect(await registered()).toBeUndefined();
    expect((await events('resource_server.created')).length).toBe(before);
    const { status, body } = await scene.management.call('POST', '/mcp-servers/plan', {
      url,
      delegates_to: [pair].map((text) => ({ resource: text.split('=')[0], scope: text.split('=')[1] })),
    });
    expect([status, JSON.stringify(body)]).toEqual([400, expect.stringContaining('"/delegates_to/0/')]);
  });

  test('a host that no setting opens: the server asks no address that is not public (SF-01)', async () => {
    answers.set(`${WELL_KNOWN}${path}`, metadata());
    url = `https://127.0.0.1:${new URL(origin).port}${path}`;
    const preview = await plan();
    expect(preview.html).toContain('url_not_allowed');
  });

  test.each([
    ['an auditor', () => auditor],
    ['a person without a role', () => ada],
  ])('%s', async (_, browser) => {
    expect((await browser().open(at('/console/resource-servers/mcp'))).status).toBe(403);
    const list = await browser().open(at('/console/resource-servers'));
    expect(list.html).not.toContain('/console/resource-servers/mcp');
  });
});

describe('the API', () => {
  test('answers the plan with the version of the resource server, and changes nothing', async () => {
    publish({ authorization_servers: ['https://other.example.com'] });
    const { status, body } = await scene.management.call('POST', '/mcp-servers/plan', {
      url,
      default_scopes: ['notes.read'],
    });
    expect([status, body]).toEqual([
      200,
      expect.objectContaining({
        action: 'create',
        name: 'Notes',
        metadata: {
          from: `${origin}${WELL_KNOWN}${path}`,
          authorization_servers: ['https://other.example.com'],
          names_this_server: false,
        },
        settings: [],
      }),
    ]);
    expect((body['scopes'] as object[])[0]).toEqual({
      name: 'notes.read',
      risk: 'medium',
      description: 'Use notes.read at Notes',
      default: true,
      is_changed: true,
    });
    expect(await registered()).toBeUndefined();
  });

  test('refuses a default scope outside the scopes', async () => {
    publish();
    const refused = await scene.management.call('POST', '/mcp-servers/plan', { url, default_scopes: ['other'] });
    expect([refused.status, refused.text]).toEqual([400, expect.stringContaining('is none of its scopes')]);
  });
});
