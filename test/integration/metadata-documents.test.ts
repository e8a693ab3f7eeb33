/**
 * Clients without a registration: the client_id is the URL of a document (draft-ietf-oauth-client-id-metadata-document-02),
 * served here over https by a local authority.
 */
import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type KeyPair, newKeyPair } from '../support/agent-keys.ts';
import { type AuditWatch, auditWatch, COUNT_EACH_SECOND } from '../support/audit-watch.ts';
import { type Browser, newBrowser, type Page, type Person, walkAuthorization } from '../support/browser-flow.ts';
import { internalHosts } from '../support/internal-hosts.ts';
import { type LocalAuthority, localAuthority } from '../support/local-authority.ts';
import { type Answer, answerOf, type Credential, DEVICE_CODE, formOf, post } from '../support/oauth-calls.ts';
import { newPkce } from '../support/pkce.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { advance, startClock, stopClock } from '../support/stopped-clock.ts';

const CALLBACK = 'https://app.example.com/callback';
const ELSEWHERE = 'https://app.example.com/elsewhere';

let authority: LocalAuthority;
let origin: string;
let server: RunningServer;
let scene: Scene;
let audit: AuditWatch;
let asked: string[] = [];
let path = 0;
const served = new Map<string, (response: ServerResponse) => void>();
const bob: Person = { username: 'bob', password: 'another long pass phrase' };

beforeAll(async () => {
  authority = await localAuthority();
  const site = await authority.serve((request, response) => {
    asked.push(String(request.url));
    const serve = served.get(String(request.url));
    if (serve) serve(response);
    else response.writeHead(404).end();
  });
  origin = site.origin;
  stopClock();
  server = await runServer({
    environment: {
      ...COUNT_EACH_SECOND,
      ...internalHosts({ clientMetadata: site.host }),
      BEHALF_EGRESS_CA_FILE: authority.caFile,
      BEHALF__CLIENTIDMETADATA__HOSTS: site.host,
      BEHALF__REGISTRATION__RESERVEDNAMES: JSON.stringify(['Acme Corporation']),
      BEHALF__EGRESS__REQUESTSPERHOSTPERMINUTE: '40',
      BEHALF__EGRESS__REQUESTSPERSOURCEPERMINUTE: '20',
    },
  });
  scene = await makeScene(server);
  audit = auditWatch(server);
  await scene.management.createAccount({ ...bob, name: 'Bob' });
}, 240_000);
afterAll(async () => {
  await server?.close();
  startClock();
  await authority?.remove();
});
beforeEach(() => {
  asked = [];
  // Budgets count by the minute.
  advance(61_000);
});

const at = (path: string): string => `${server.issuer}${path}`;

type Members = Readonly<Record<string, unknown>>;

const METADATA: Members = {
  client_name: 'Notebook',
  redirect_uris: [CALLBACK],
  grant_types: ['authorization_code', 'refresh_token', DEVICE_CODE],
  token_endpoint_auth_method: 'none',
};

const serveText = (id: string, body: string | Uint8Array, type = 'application/json'): void => {
  served.set(new URL(id).pathname, (response) => void response.writeHead(200, { 'content-type': type }).end(body));
};
const serve = (id: string, members: Members = {}): void =>
  serveText(id, JSON.stringify({ client_id: id, ...METADATA, ...members }));

/** A URL of its own, so that nothing is known of it. */
const newId = (): string => {
  path += 1;
  return `${origin}/client-${path}.json`;
};
const newClient = (members: Members = {}): string => {
  const id = newId();
  serve(id, members);
  return id;
};

const credentialOf = (id: string, key?: KeyPair): Credential =>
  key ? { kind: 'key', identity: { clientId: id, key } } : { kind: 'public', clientId: id };

const request = (id: string, more: Readonly<Record<string, string>> = {}) => {
  const pkce = newPkce();
  const parameters = {
    client_id: id,
    response_type: 'code',
    redirect_uri: CALLBACK,
    scope: 'openid read',
    resource: scene.opaque.identifier,
    code_challenge: pkce.challenge,
    code_challenge_method: 'S256',
    ...more,
  };
  return { url: `${scene.calls.endpoints.authorization}?${formOf(parameters)}`, parameters, verifier: pkce.verifier };
};

const redeem = (id: string, left: URL, verifier: string, key?: KeyPair, more: object = {}): Promise<Answer> =>
  scene.calls.token(credentialOf(id, key), {
    grant_type: 'authorization_code',
    code: String(left.searchParams.get('code')),
    redirect_uri: CALLBACK,
    code_verifier: verifier,
    ...more,
  });

const refresh = (id: string, tokens: Answer, key?: KeyPair): Promise<Answer> =>
  scene.calls.token(credentialOf(id, key), {
    grant_type: 'refresh_token',
    refresh_token: String(tokens.body['refresh_token']),
  });

/** Through sign-in and consent to tokens; says how often the user was asked. */
const connect = async (
  id: string,
  {
    person = scene.person,
    key,
    browser = newBrowser(server.issuer),
  }: {
    readonly person?: Person;
    readonly key?: KeyPair;
    readonly browser?: Browser;
  } = {},
) => {
  const { url, verifier } = request(id);
  const pages: Page[] = [];
  const left = await walkAuthorization(browser, url, { person, onPage: (page) => pages.push(page) });
  const tokens = await redeem(id, left, verifier, key);
  expect({ status: tokens.status, error: tokens.body['error'] }).toEqual({ status: 200, error: undefined });
  return { tokens, browser, consents: pages.filter(({ text }) => /wants to (?:sign you in|use)/.test(text)) };
};

const isActive = async (tokens: Answer): Promise<unknown> =>
  (await scene.calls.introspect(scene.opaque.credential, String(tokens.body['access_token']))).body['active'];

/** The authorization endpoint for a user who is not signed in: what its page says, as an answer. */
const authorizeFails = async (id: string, more: Readonly<Record<string, string>> = {}): Promise<Answer> => {
  const { status, headers, text } = await newBrowser(server.issuer).open(request(id, more).url);
  const [, error] = /Error (\w+)/.exec(text) ?? [];
  const [, description] = /Detail (.*?) Request req_/.exec(text) ?? [];
  return { status, headers, text, body: { error, error_description: description } };
};

describe('a client that is a document', () => {
  test('is found in discovery, asks a person, and gets tokens without being registered', async () => {
    const { body } = await answerOf(await fetch(`${server.issuer}/.well-known/oauth-authorization-server`));
    expect(body['client_id_metadata_document_supported']).toBe(true);
    const id = newClient();
    const { tokens, consents } = await connect(id);
    expect(consents).toHaveLength(1);
    expect(consents[0]?.html).toMatch(/<h1 class="headline"><strong class="host">/);
    expect(consents[0]?.text).toContain(new URL(origin).host);
    expect(consents[0]?.text).toContain('not registered here');
    expect(await isActive(tokens)).toBe(true);
    const [event] = (await server.events('token.issued')).slice(-1);
    expect(event?.caller).toBe(id);
    expect(event?.agent).toBeUndefined();
    expect(asked).toHaveLength(1);
  });

  test('shows itself with a key, of its document or of a URL, and is refused without', async () => {
    const key = await newKeyPair();
    const method = { token_endpoint_auth_method: 'private_key_jwt' };
    const inline = newClient({ ...method, jwks: { keys: [key.publicJwk] } });
    const { tokens } = await connect(inline, { key });
    await audit.refused(() => refresh(inline, tokens), { status: 401, error: 'invalid_client' });
    await audit.issued(() => refresh(inline, tokens, key));

    const keysAt = `${origin}/keys.json`;
    serveText(keysAt, JSON.stringify({ keys: [key.publicJwk] }), 'application/jwk-set+json');
    await connect(newClient({ ...method, jwks_uri: keysAt }), { key });
    expect(asked.filter((one) => one === '/keys.json')).toHaveLength(1);
  });

  test('may push its request (RFC 9126) and ask through a device (RFC 8628)', async () => {
    const id = newClient();
    const { parameters, verifier } = request(id);
    const { client_id: _, ...rest } = parameters;
    const pushed = await scene.calls.push(credentialOf(id), rest);
    expect(pushed.status).toBe(201);
    const query = formOf({ client_id: id, request_uri: String(pushed.body['request_uri']) });
    const left = await walkAuthorization(newBrowser(server.issuer), `${scene.calls.endpoints.authorization}?${query}`, {
      person: scene.person,
    });
    expect((await redeem(id, left, verifier)).status).toBe(200);

    const device = newClient();
    const begun = await scene.calls.device(credentialOf(device), { scope: 'openid' });
    expect(begun.status).toBe(200);
    const pages: string[] = [];
    const browser = newBrowser(server.issuer);
    let page = await browser.open(String(begun.body['verification_uri_complete']));
    for (let step = 0; step < 5 && !page.text.includes('Your device is connected'); step += 1) {
      pages.push(page.text);
      const form = page.forms[0];
      if (!form) break;
      const signingIn = form.fields.some(({ type }) => type === 'password');
      page = await browser.submit(
        page,
        form,
        signingIn
          ? { set: { username: scene.person.username, password: scene.person.password } }
          : { button: /the code is the same|continue|allow/i },
      );
    }
    expect(page.text).toContain('Your device is connected');
    expect(pages.filter((text) => text.includes(new URL(origin).host)).length).toBeGreaterThan(0);
    advance(6000);
    const polled = await scene.calls.token(credentialOf(device), {
      grant_type: DEVICE_CODE,
      device_code: String(begun.body['device_code']),
    });
    expect([polled.status, polled.body['error']]).toEqual([200, undefined]);
  });

  test('holds nothing of its own: no rights, no role, no page less, no secret', async () => {
    const id = newClient({
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      roles: ['administrator'],
      skip_consent: true,
      behalf_skip_consent: true,
      owner: scene.accountId,
      authority: { [scene.opaque.identifier]: ['delete'] },
      'urn:unknown': { __proto: 1 },
    });
    const { consents } = await connect(id);
    expect(consents).toHaveLength(1);
    const answer = await scene.calls.token(credentialOf(id), {
      grant_type: 'client_credentials',
      resource: scene.opaque.identifier,
    });
    expect([answer.status, answer.body['error']]).toEqual([400, 'unauthorized_client']);
  });
});

test('a client without a registration cannot get the management API, with any user at the page', async () => {
  const administrator = { username: 'admin', password: 'correct horse battery staple' };
  const id = newClient();
  const resource = `${server.issuer}/api/v1`;
  const pages: string[] = [];
  const ask = async (client: string): Promise<string> => {
    const { url } = request(client, { resource, scope: 'openid accounts:read' });
    const browser = newBrowser(server.issuer);
    await walkAuthorization(browser, url, { person: administrator, onPage: ({ text }) => void pages.push(text) });
    return String(pages.at(-1));
  };
  expect(await ask(id)).not.toContain('accounts:read');
  // A registered client may be given it.
  const { id: registered } = await scene.management.createClient({
    name: 'Console',
    token_endpoint_auth_method: 'none',
    redirect_uris: [CALLBACK],
  });
  expect(await ask(registered)).toContain('accounts:read');
});

describe('what is not good is refused, and the developer is told which member', () => {
  const INVALID = { status: 400, error: 'invalid_client' };

  test.each([
    ['DR-02 another client_id', (id: string) => ({ client_id: `${id}/` }), 'client_id'],
    ['DR-02 a client_id that only differs in case', (id: string) => ({ client_id: id.toUpperCase() }), 'client_id'],
    ['DR-02 no client_id', () => ({ client_id: undefined }), 'client_id'],
    ['a secret', () => ({ client_secret: 'x' }), 'client_secret'],
    ['the end of a secret', () => ({ client_secret_expires_at: 0 }), 'client_secret_expires_at'],
    [
      'a method with a secret',
      () => ({ token_endpoint_auth_method: 'client_secret_basic' }),
      'token_endpoint_auth_method',
    ],
    ['AZ-04 a script as redirect URI', () => ({ redirect_uris: ['javascript:alert(1)'] }), 'redirect_uris/0'],
    ['no redirect URI', () => ({ redirect_uris: [] }), 'redirect_uris'],
    ['redirect URIs that are no list', () => ({ redirect_uris: CALLBACK }), 'redirect_uris'],
    ['a name with a direction of its own', () => ({ client_name: 'Note\u202Ebook' }), 'client_name'],
    [
      'DR-09 a name of ours with a mark of trust',
      () => ({ client_name: 'Behalf Security ✅ Official' }),
      'client_name',
    ],
    ['DR-09 a name of ours in other letters', () => ({ client_name: 'B é h @ l f' }), 'client_name'],
    ['DR-09 a reserved name', () => ({ client_name: 'Acme-Corporation Portal' }), 'client_name'],
    ['DR-09 a word of trust', () => ({ client_name: 'Notebook (verified)' }), 'client_name'],
    ['DR-09 a page of ours as redirect URI', () => ({ redirect_uris: [CALLBACK, at('/account')] }), 'redirect_uris/1'],
    [
      'DR-09 our host by another name of this machine',
      () => ({ redirect_uris: [`http://127.0.0.1:${server.port}/callback`] }),
      'redirect_uris/0',
    ],
    [
      'DR-09 keys at our own address',
      () => ({ token_endpoint_auth_method: 'private_key_jwt', jwks_uri: at('/jwks') }),
      'jwks_uri',
    ],
    ['a method without keys', () => ({ token_endpoint_auth_method: 'private_key_jwt' }), 'jwks'],
    [
      'SF-09 keys on this machine',
      () => ({ token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'https://127.0.0.1/' }),
      'jwks_uri',
    ],
    ['only grant types of others', () => ({ grant_types: ['client_credentials'] }), 'grant_types'],
  ])('%s', async (_what, members, member) => {
    const id = newId();
    serve(id, members(id));
    const { answer } = await audit.refused(() => authorizeFails(id), INVALID);
    expect(String(answer.body['error_description'])).toMatch(new RegExp(`document: ${member}: `));
  });

  test.each([
    ['no JSON', '{"client_id":'],
    ['a list', '[]'],
    ['a member twice', '{"client_id":"a","client_id":"b"}'],
    ['IN-03 __proto__', '{"__proto__":{"client_id":"x"}}'],
    ['depth', `{"client_id":${'['.repeat(2000)}${']'.repeat(2000)}}`],
    ['no UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
  ])('SF-08 %s', async (_what, body) => {
    const id = newId();
    serveText(id, body);
    await audit.refused(() => authorizeFails(id), INVALID);
  });

  test.each([
    ['SF-03 a redirect', (response: ServerResponse) => response.writeHead(302, { location: '/client-1.json' }).end()],
    [
      'another status',
      (response: ServerResponse) => response.writeHead(203, { 'content-type': 'application/json' }).end('{}'),
    ],
    ['another type', (response: ServerResponse) => response.writeHead(200, { 'content-type': 'text/html' }).end('{}')],
    [
      'more than 5 KiB',
      (response: ServerResponse) =>
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ a: 'x'.repeat(6000) })),
    ],
  ])('%s', async (_what, answer) => {
    const id = newId();
    served.set(new URL(id).pathname, (response) => void answer(response));
    const { answer: refusal } = await audit.refused(() => authorizeFails(id), INVALID);
    // The answer does not say what stands at a URL, nor why the fetch failed (SF-10).
    expect(refusal.body['error_description']).toBe('client metadata document: a document could not be fetched');
    expect(asked).toHaveLength(1);
  });

  test.each([
    ['http', () => `http://${new URL(origin).host}/client.json`],
    ['no path', () => origin],
    ['a query', () => `${origin}/client.json?a=b`],
    ['a fragment', () => `${origin}/client.json#a`],
    ['a user name', () => `https://ada@${new URL(origin).host}/client.json`],
    ['a dot segment', () => `${origin}/a/../client.json`],
    ['an encoded dot segment', () => `${origin}/a/%2e%2e/client.json`],
    ['the port of https', () => 'https://app.example.com:443/client.json'],
    ['a host in capitals', () => 'https://APP.example.com/client.json'],
    ['a backslash', () => `${origin}\\client.json`],
    ['a host that is not listed', () => 'https://app.example.com/client.json'],
    ['SF-01 an address inside', () => 'https://169.254.169.254/client.json'],
    ['more than 512 characters', () => `${origin}/${'a'.repeat(512)}`],
  ])('SF-09 an id with %s, without a request', async (_what, id) => {
    const answer = await authorizeFails(id());
    expect([answer.status, answer.body['error']]).toEqual([400, 'invalid_client']);
    expect(asked).toEqual([]);
  });

  test('what was mended is taken up without waiting for what was not good to be stale', async () => {
    const id = newClient({ client_name: '' });
    expect((await authorizeFails(id)).status).toBe(400);
    serve(id);
    advance(31_000);
    await connect(id);
  });

  test('DR-09 a name that looks like a verified one is refused, with the reason; a name like no other is accepted', async () => {
    const agent = await scene.management.createAgent({
      name: 'Umbrella Travel',
      owner: scene.accountId,
      purpose: 'Books trips',
      environment: 'production',
      jwks: { keys: [(await newKeyPair()).publicJwk] },
      grant_types: ['client_credentials'],
    });
    const id = newClient({ client_name: 'Umbre11a TraveI' });
    await connect(id);
    await scene.management.call('POST', `/agents/${agent.id}/verify`);
    const { answer } = await audit.refused(() => authorizeFails(id), INVALID);
    expect(String(answer.body['error_description'])).toMatch(/document: client_name: .*verified/);
    await connect(newClient({ client_name: 'Parasol Travel' }));
    await scene.management.call('POST', `/agents/${agent.id}/unverify`);
    await connect(id);
  });

  test('SF-11 a logo of any kind is neither fetched nor kept nor shown', async () => {
    const logo = `${origin}/logo.svg`;
    serveText(logo, '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', 'image/svg+xml');
    for (const uri of [logo, 'data:image/svg+xml;base64,PHN2Zy8+', 'javascript:alert(1)', 7]) {
      const id = newClient({ logo_uri: uri, 'logo_uri#de': uri });
      const { consents } = await connect(id);
      expect(asked).toEqual([new URL(id).pathname]);
      asked = [];
      const [page] = consents;
      expect(page?.html).not.toMatch(/logo_uri|logo\.svg|<svg|<picture|data:/i);
      for (const [, source] of page?.html.matchAll(/<img[^>]* src="([^"]*)"/g) ?? []) {
        expect(source).toMatch(/^\/assets\//);
      }
      expect(page?.headers.get('content-security-policy')).toContain("img-src 'self'");
      const stored = await server.behalf.services.documentClients.get(id);
      expect(JSON.stringify(stored)).not.toMatch(/logo_|logo\.svg/i);
    }
  });

  test('DR-02 an id that begins with https:// is never one of ours', async () => {
    const made = await scene.management.createClient({ name: 'Web', redirect_uris: [CALLBACK] });
    expect(made.id).toMatch(/^app_/);
    const { status } = await scene.management.call('POST', '/clients', {
      name: 'Web',
      redirect_uris: [CALLBACK],
      client_id: `${origin}/x`,
      id: `${origin}/x`,
    });
    expect(status).toBe(400);
  });
});

describe('DR-01 a document that changes after consent', () => {
  const PRIVATE_KEY = { token_endpoint_auth_method: 'private_key_jwt' };
  const oldKey = newKeyPair();
  const newKey = newKeyPair();
  const keyed = async (key: Promise<KeyPair>): Promise<Members> => ({
    ...PRIVATE_KEY,
    jwks: { keys: [(await key).publicJwk] },
  });

  test.each([
    ['redirect_uris', async () => ({}), async () => ({ redirect_uris: [CALLBACK, ELSEWHERE] }), ['cors_origins']],
    ['jwks', () => keyed(oldKey), () => keyed(newKey), []],
    ['token_endpoint_auth_method', async () => ({}), () => keyed(newKey), ['jwks']],
    ['client_name', async () => ({}), async () => ({ client_name: 'Your bank' }), []],
  ] as const)(
    '%s: what was allowed stays as it was, the next one is asked about, the change is in the audit log',
    async (member, before, after, _more) => {
      const first = await before();
      const second = await after();
      const keyOf = async (members: Members): Promise<KeyPair | undefined> => {
        const [one] = (members['jwks'] as { keys: readonly { kid?: string }[] } | undefined)?.keys ?? [];
        return [await oldKey, await newKey].find(({ kid }) => kid === one?.kid);
      };
      const [key, nextKey] = [await keyOf(first), await keyOf(second)];
      const id = newClient(first);
      const old = await connect(id, key ? { key } : {});
      // The same again is not asked again.
      const again = await connect(id, { browser: old.browser, ...(key ? { key } : {}) });
      expect(again.consents).toHaveLength(0);

      serve(id, second);
      advance(3_700_000);
      const next = await connect(id, { ...(nextKey ? { key: nextKey } : {}) });
      expect(next.consents).toHaveLength(1);
      const changes = (await server.events('client.metadata_changed')).filter(({ target }) => target?.id === id);
      expect(changes).toHaveLength(1);
      expect(changes[0]?.changed).toContain(member);

      // What was allowed before goes on, with what it was allowed to.
      const fetchedSoFar = asked.length;
      const refreshed = await audit.issued(() => refresh(id, old.tokens, key));
      expect(await isActive(refreshed.answer)).toBe(true);
      if (nextKey) {
        await audit.refused(() => refresh(id, again.tokens, nextKey), { status: 401, error: 'invalid_client' });
      }
      if (key) await audit.refused(() => refresh(id, next.tokens, key), { status: 401, error: 'invalid_client' });
      expect(await isActive(next.tokens)).toBe(true);
      expect(asked).toHaveLength(fetchedSoFar);
    },
  );

  test('while the user reads the page: they allow what they saw', async () => {
    const id = newClient();
    const browser = newBrowser(server.issuer);
    const { url, verifier } = request(id);
    let page = await browser.open(url);
    page = await browser.submit(page, page.forms[0] as never, {
      set: { username: scene.person.username, password: scene.person.password },
    });
    expect(page.text).toContain('Notebook');
    serve(id, { client_name: 'Your bank' });
    advance(301_000);
    await authorizeFails(id, { prompt: 'none' });
    page = await browser.submit(page, page.forms.find(({ buttons }) => buttons.length > 1) as never, {
      button: /allow/i,
    });
    expect(page.status).toBe(409);
    expect(page.text).toContain('Your bank');
    const left = await walkAuthorization(browser, page);
    expect((await redeem(id, left, verifier)).status).toBe(200);
  });

  test('a redirect URI that is gone takes no code any more', async () => {
    const id = newClient({ redirect_uris: [CALLBACK, ELSEWHERE] });
    const { url } = request(id, { redirect_uri: ELSEWHERE });
    const browser = newBrowser(server.issuer);
    const page = await browser.open(url);
    serve(id);
    advance(301_000);
    await authorizeFails(id, { prompt: 'none' });
    await expect(walkAuthorization(browser, page, { person: scene.person })).rejects.toThrow('(400)');
  });
});

describe('DR-03 one client of many people', () => {
  test('revoking what one of them allowed leaves the others alone', async () => {
    const id = newClient();
    const ada = await connect(id);
    const his = await connect(id, { person: bob });
    const page = await ada.browser.open(`${server.issuer}/account`);
    const form = page.forms.find(({ action }) => action.includes(encodeURIComponent(id)));
    expect(form).toBeDefined();
    await ada.browser.submit(page, form as never);
    expect(await isActive(ada.tokens)).toBe(false);
    expect((await refresh(id, ada.tokens)).body['error']).toBe('invalid_grant');
    expect(await isActive(his.tokens)).toBe(true);
    await audit.issued(() => refresh(id, his.tokens));
    // She is asked again, he is not.
    expect((await connect(id, { browser: ada.browser })).consents).toHaveLength(1);
    expect((await connect(id, { browser: his.browser })).consents).toHaveLength(0);
  });
});

describe('a client that is stopped', () => {
  const kill = async (id: string): Promise<string> => {
    const { body, status } = await scene.management.call('POST', '/kills', { scope: 'client', id, reason: 'test' });
    expect(status).toBe(201);
    return String(body['id']);
  };

  test.each([
    ['by its URL', (id: string) => id],
    ['with its whole site', () => origin],
  ])('%s: nothing works, nothing is fetched, until that is lifted', async (_how, target) => {
    const id = newClient();
    const { tokens, browser } = await connect(id);
    const killed = await kill(target(id));
    asked = [];
    advance(3_700_000);
    expect(await isActive(tokens)).toBe(false);
    await audit.refused(() => refresh(id, tokens), { status: 401, error: 'invalid_client' });
    expect(await authorizeFails(id)).toMatchObject({ status: 400, body: { error: 'invalid_client' } });
    expect(asked).toEqual([]);
    await scene.management.call('POST', `/kills/${killed}/lift`);
    advance(10_000);
    expect(await isActive(tokens)).toBe(false);
    // What was allowed before is over for good, also what is remembered of it.
    expect((await connect(id, { browser })).consents).toHaveLength(1);
  });

  test('a kill of what is no id and no site is refused', async () => {
    const { status } = await scene.management.call('POST', '/kills', {
      scope: 'client',
      id: `${origin}/a?b`,
      reason: 'test',
    });
    expect(status).toBe(400);
  });
});

describe('what any client can make the server fetch', () => {
  test('SF-05 two hundred documents of hosts that do not answer delay no token', async () => {
    const waiting = new Set<ServerResponse>();
    const atOnce: number[] = [];
    const ids = Array.from({ length: 200 }, newId);
    for (const id of ids) {
      served.set(new URL(id).pathname, (response) => {
        waiting.add(response);
        atOnce.push(waiting.size);
        response.once('close', () => waiting.delete(response));
      });
    }
    let answered = 0;
    const slow = ids.map((id) => authorizeFails(id).finally(() => (answered += 1)));
    while (waiting.size === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    for (let count = 0; count < 20; count += 1) {
      const own = await scene.calls.token(scene.keyed(scene.agent), {
        grant_type: 'client_credentials',
        resource: scene.jwt.identifier,
        scope: 'read',
      });
      expect(own.status).toBe(200);
    }
    // Tokens were had while hosts were waited for, and no host was asked more than four times at once.
    expect(answered).toBeLessThan(ids.length);
    const statuses = new Set((await Promise.all(slow)).map(({ status }) => status));
    expect(Math.max(...atOnce)).toBeLessThanOrEqual(4);
    expect([...statuses].every((status) => status === 400 || status === 503)).toBe(true);
  });

  test('V14 introspection, revocation, refresh and userinfo fetch nothing, also when the host is down', async () => {
    const id = newClient();
    const { tokens } = await connect(id);
    served.delete(new URL(id).pathname);
    asked = [];
    advance(300_000);
    expect(await isActive(tokens)).toBe(true);
    const next = await audit.issued(() => refresh(id, tokens));
    const token = String(next.answer.body['refresh_token']);
    expect((await scene.calls.revoke(credentialOf(id), token)).status).toBe(200);
    expect(await isActive(next.answer)).toBe(false);
    expect(asked).toEqual([]);
  });

  test('V15 the token endpoint fetches nothing for an id it does not know', async () => {
    for (const grant of ['authorization_code', 'refresh_token', DEVICE_CODE, 'client_credentials']) {
      const answer = await scene.calls.token(credentialOf(newClient()), {
        grant_type: grant,
        code: 'x',
        refresh_token: 'x',
        device_code: 'x',
        redirect_uri: CALLBACK,
        code_verifier: 'x'.repeat(43),
      });
      expect([answer.status, answer.body['error']]).toEqual([401, 'invalid_client']);
    }
    await post(scene.calls.endpoints.revocation, { client_id: newClient(), token: 'x' });
    await post(scene.calls.endpoints.introspection, { client_id: newClient(), token: 'x' });
    await fetch(`${scene.calls.endpoints.endSession}?${formOf({ client_id: newClient() })}`);
    expect(asked).toEqual([]);
  });

  test('V15 SF-07 a failing URL is asked once a minute, however often it is named', async () => {
    const id = newId();
    for (let count = 0; count < 10; count += 1) expect((await authorizeFails(id)).status).toBe(400);
    expect(asked).toHaveLength(1);
    advance(60_000);
    await authorizeFails(id);
    expect(asked).toHaveLength(2);
  });

  test('V15 SF-07 any number of new URLs from one address shares a budget of fetches, and the rest gets Retry-After', async () => {
    const answers = [];
    for (let count = 0; count < 30; count += 1) answers.push(await authorizeFails(newId()));
    expect(asked).toHaveLength(20);
    const refused = answers.at(-1);
    expect(refused).toMatchObject({ status: 503, body: { error: 'temporarily_unavailable' } });
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  test('V15 a valid document is kept while it is fresh, and leaves no record before a user allows it', async () => {
    const id = newClient();
    for (let count = 0; count < 5; count += 1) await newBrowser(server.issuer).open(request(id).url);
    expect(asked).toHaveLength(1);
    const rows = server.behalf.services.documents.collection({
      name: 'client_snapshots',
      indexes: [{ fields: ['clientId', 'createdAt'] }],
      expiresAt: 'expiresAt',
      members: ['clientId', 'client', 'createdAt', 'expiresAt'],
      isAbsentWhenUnreadable: true,
    });
    expect(await rows.find({ where: { clientId: id } })).toEqual([]);
    await connect(id);
    expect(await rows.find({ where: { clientId: id } })).toHaveLength(1);
  });
});
