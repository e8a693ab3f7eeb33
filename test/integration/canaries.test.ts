/**
 * AU-06: nothing that could be used, and nothing a person typed in confidence, comes to rest anywhere. Every
 * flow runs on a server with a file database, and on one with MongoDB and Redis; every secret that crossed the wire is
 * looked for in the audit log, in the log, in metrics, on pages that refuse, and in all the stores hold.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { backupDatabase } from '../../adapters/sqlite/backup.ts';
import { exportData } from '../../src/compose/export-data.ts';
import { clientAssertion, dpopProof, newKeyPair } from '../support/agent-keys.ts';
import { newBrowser, type Page } from '../support/browser-flow.ts';
import { ACCESS_TOKEN_TYPE, DEVICE_CODE, EXCHANGE, post } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, REDIRECT_URI, type Scene } from '../support/scene.ts';
import { storedText } from '../support/stored-text.ts';
import { newTokenFamily, type TokenFamily } from '../support/token-family.ts';

const PARAMETERS = new Set([
  ...['client_secret', 'client_assertion', 'code', 'code_verifier', 'refresh_token', 'subject_token', 'actor_token'],
  ...['token', 'access_token', 'id_token', 'id_token_hint', 'device_code', 'user_code', 'request_uri', 'password'],
  ...['csrf', 'xsrf', 'new_password', 'current_password', 'verification_uri_complete', 'consent'],
]);

let server: RunningServer;
let scene: Scene;
let family: TokenFamily;
let log: string[] = [];
/** Of answers that refuse, by where they came from. */
let refusals: string[] = [];
/** Secret → where it was seen first. */
const secrets = new Map<string, string>();
const plainFetch = globalThis.fetch;

const note = (where: string, name: string, value: unknown): void => {
  if (typeof value !== 'string' || value.length < 9) return;
  // Of a JWT what makes it usable; of a URN its end.
  const kept = /^[\w-]+\.[\w-]+\.[\w-]+$/.test(value)
    ? value.slice(value.lastIndexOf('.') + 1)
    : value.replace(/^.*:/, '');
  secrets.set(kept, `${where} ${name}`);
};

/** Remembers every secret of a request and its answer. */
const listen: typeof fetch = async (input, init) => {
  const url = new URL(String(input instanceof Request ? input.url : input));
  const where = `${init?.method ?? 'GET'} ${url.pathname.replace(/[\w-]{20,}/g, ':handle')}`;
  const body = init?.body;
  const pairs = [...url.searchParams, ...(body instanceof URLSearchParams ? body : [])];
  for (const [name, value] of pairs) if (PARAMETERS.has(name)) note(where, name, value);
  if (typeof body === 'string' && /^\{.*\}$/s.test(body)) {
    for (const [name, value] of Object.entries(JSON.parse(body) as object))
      if (PARAMETERS.has(name)) note(where, name, value);
  }
  for (const handle of url.pathname.match(/[\w-]{43}/g) ?? []) note(where, 'handle', handle);
  const headers = new Headers(init?.headers);
  const [scheme = '', credentials = ''] = (headers.get('authorization') ?? '').split(' ');
  note(where, 'authorization', credentials);
  if (scheme === 'Basic') note(where, 'client_secret', Buffer.from(credentials, 'base64').toString().split(':')[1]);
  note(where, 'dpop', headers.get('dpop'));
  const response = await plainFetch(input, init);
  for (const line of response.headers.getSetCookie()) note(where, 'cookie', line.split(';')[0]?.split('=')[1]);
  const location = response.headers.get('location');
  for (const [name, value] of location ? new URL(location, url).searchParams : []) {
    if (PARAMETERS.has(name)) note(where, name, value);
  }
  const text = await response.clone().text();
  if (response.status >= 400) refusals.push(`${where} ${response.status}: ${headersOf(response)}${text}`);
  if (response.headers.get('content-type')?.startsWith('application/json')) {
    for (const [name, value] of Object.entries(JSON.parse(text) as object))
      if (PARAMETERS.has(name)) note(where, name, value);
  }
  for (const [, name = '', value] of text.matchAll(/name="(csrf|xsrf)" value="([^"]+)"/g)) note(where, name, value);
  return response;
};

const headersOf = ({ headers }: Response): string =>
  [...headers].map(([name, value]) => `${name}: ${value}\n`).join('');

/** A value that a client might send by mistake; every one is new. */
let count = 0;
const canary = (what: string): string => {
  count += 1;
  const value = `canary-${what}-${String(count).padStart(6, '0')}-${'x'.repeat(20)}`;
  secrets.set(value, what);
  return value;
};

const keyed = (identity: TokenFamily['app']) => scene.keyed(identity);

/** Everything that works: each flow once, beside what the family has done already. */
const allFlows = async (): Promise<void> => {
  const { calls, management } = scene;
  await family.survey();
  const request = scene.authorizationRequest(scene.app, { scope: 'openid read', resource: scene.jwt.identifier });
  const pushed = await calls.push(keyed(scene.app), request.parameters);
  const uri = encodeURIComponent(String(pushed.body['request_uri']));
  await scene.browser.open(`${calls.endpoints.authorization}?client_id=${scene.app.clientId}&request_uri=${uri}`);
  const device = await calls.device(keyed(scene.app), { scope: 'openid offline_access' });
  await scene.walkConsent(await scene.browser.open(String(device.body['verification_uri_complete'])));
  const connected = await calls.token(keyed(scene.app), {
    grant_type: DEVICE_CODE,
    device_code: String(device.body['device_code']),
  });
  expect(connected.status).toBe(200);
  const dpop = await newKeyPair();
  const bound = await calls.token(keyed(scene.app), await scene.newCode(scene.opaque.identifier), { dpop });
  expect(bound.body['token_type']).toBe('DPoP');
  for (const method of ['client_secret_basic', 'client_secret_post']) {
    const made = await management.createClient({
      name: 'With a secret',
      token_endpoint_auth_method: method,
      grant_types: ['client_credentials'],
      authority: { [scene.jwt.identifier]: ['read'] },
    });
    const form = { grant_type: 'client_credentials', resource: scene.jwt.identifier };
    const secret = String(made['client_secret']);
    const answer =
      method === 'client_secret_basic'
        ? await calls.token({ kind: 'basic', clientId: made.id, secret }, form)
        : await post(calls.endpoints.token, { ...form, client_id: made.id, client_secret: secret });
    expect(answer.status).toBe(200);
    expect((await management.call('POST', `/clients/${made.id}/rotate-secret`)).status).toBe(200);
  }
  await calls.revoke(keyed(family.app), family.tokens.appFiles);
  await calls.revoke(keyed(family.agent), family.tokens.agentCalendar);
  await calls.revoke(keyed(family.app), family.held.app);
  const page = await family.browser.open(calls.endpoints.endSession);
  const [form] = page.forms;
  if (form) await family.browser.submit(page, form);
  await management.call('POST', `/accounts/${family.accountId}/password`, { password: canary('new-password') });
};

/** Everything that does not: a canary in every place where a secret could be sent. */
const allMistakes = async (): Promise<void> => {
  const { calls, management } = scene;
  const { token, introspection, revocation, userinfo, par, device } = calls.endpoints;
  const app = keyed(scene.app);
  const agent = keyed(scene.agent);
  const rest = { redirect_uri: REDIRECT_URI, code_verifier: canary('verifier') };
  await calls.token(app, { grant_type: 'authorization_code', code: canary('code'), ...rest });
  const good = await scene.newCode(scene.jwt.identifier);
  await calls.token(app, { ...good, code_verifier: canary('verifier') });
  await calls.token(app, { grant_type: 'refresh_token', refresh_token: canary('refresh') });
  await calls.token(app, { grant_type: DEVICE_CODE, device_code: canary('device') });
  const subject = { subject_token: canary('subject'), subject_token_type: ACCESS_TOKEN_TYPE };
  await calls.token(agent, { grant_type: EXCHANGE, resource: scene.jwt.identifier, ...subject });
  await calls.token(agent, {
    grant_type: EXCHANGE,
    resource: scene.jwt.identifier,
    subject_token: family.tokens.sibling,
    subject_token_type: ACCESS_TOKEN_TYPE,
    actor_token: canary('actor'),
    actor_token_type: ACCESS_TOKEN_TYPE,
  });
  await calls.token({ kind: 'assertion', clientId: scene.agent.clientId, assertion: canary('assertion') }, {});
  const used = await clientAssertion(scene.agent, server.issuer);
  for (let turn = 0; turn < 2; turn += 1) {
    await calls.token(
      { kind: 'assertion', clientId: scene.agent.clientId, assertion: used },
      { grant_type: 'client_credentials', resource: scene.jwt.identifier },
    );
  }
  await calls.token(agent, { grant_type: 'client_credentials' }, { headers: { dpop: canary('proof') } });
  const foreign = await dpopProof(await newKeyPair(), { method: 'GET', url: 'https://elsewhere.example' });
  await calls.token(agent, { grant_type: 'client_credentials' }, { headers: { dpop: foreign } });
  for (const url of [token, introspection, revocation, par, device]) {
    await post(url, { client_id: scene.app.clientId, client_secret: canary('secret'), token: canary('token') });
    await post(
      url,
      { token: canary('token') },
      { authorization: `Basic ${btoa(`${scene.jwt.id}:${canary('basic')}`)}` },
    );
    await post(url, { token: canary('token') }, { authorization: `Bearer ${canary('bearer')}` });
    // RFC 6749 §2.3.1: not in a URL. If a client does it all the same, the secret is in no log.
    await fetch(`${url}?client_secret=${canary('query')}&token=${canary('query')}`, { method: 'POST' });
  }
  await calls.introspect(scene.jwt.credential, canary('introspected'));
  await calls.revoke(app, canary('revoked'));
  await fetch(userinfo, { headers: { authorization: `Bearer ${canary('bearer')}` } });
  await fetch(`${userinfo}?access_token=${canary('query')}`);
  await fetch(`${server.issuer}/${canary('path')}`);
  await fetch(`${server.issuer}/delegations/requests/${canary('handle')}`);
  await fetch(`${server.issuer}/interaction/${canary('uid')}`, { headers: { cookie: `_session=${canary('cookie')}` } });
  await fetch(`${server.issuer}/device?user_code=${canary('user-code')}`);
  const broken = { client_id: scene.app.clientId, request_uri: canary('request-uri'), id_token_hint: canary('hint') };
  await newBrowser(server.issuer).open(`${calls.endpoints.authorization}?${new URLSearchParams(broken)}`);

  const browser = newBrowser(server.issuer);
  const asked = await browser.open(`${server.issuer}/account`);
  const signIn = async (page: Page, username: string, password: string): Promise<void> => {
    const form = page.forms.find(({ fields }) => fields.some(({ type }) => type === 'password'));
    if (!form) throw new Error(`no sign-in form: ${page.text}`);
    await browser.submit(page, form, { set: { username, password } });
  };
  await signIn(asked, scene.person.username, canary('password'));
  // A password in the field for the username.
  await signIn(asked, canary('typed-as-username'), canary('password'));

  const api = `${server.issuer}/api/v1`;
  await fetch(`${api}/me`, { headers: { authorization: `Bearer ${canary('bearer')}` } });
  await management.call('POST', '/accounts', { username: 'x', name: 'X', password: canary('short').slice(0, 3) });
  await management.call('POST', '/accounts', { username: 'not a name', name: 'X', password: canary('password') });
  await management.call('POST', '/accounts', { username: 'y', name: 'Y', pasword: canary('misspelt') });
  await management.call('POST', '/accounts', { username: scene.person.username, name: 'X', password: canary('taken') });
  await fetch(`${api}/accounts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await management.accessToken()}`, 'content-type': 'application/json' },
    body: `{"password":"${canary('broken-json')}`,
  });
  await management.call('GET', `/accounts?cursor=${canary('cursor')}&token=${canary('query')}`);
};

const foundIn = (text: string): readonly string[] =>
  [...secrets].flatMap(([secret, where]) => (text.includes(secret) ? [`${where}: ${secret}`] : []));

/** The username comes back in its field, in the browser that sent it. */
const isUsername = (secret: string): boolean => secret.startsWith('canary-typed-as-username-');

describe.each(['sqlite', 'mongodb+redis'] as const)('AU-06 D14 on %s', (stores) => {
  beforeAll(async () => {
    globalThis.fetch = listen;
    log = [];
    refusals = [];
    secrets.clear();
    server = await runServer({
      stores,
      log: (line) => log.push(line),
      environment: {
        BEHALF__LOG__LEVEL: 'debug',
        BEHALF__PASSWORDS__ARGON2MEMORYKIB: '1024',
        BEHALF__PASSWORDS__ARGON2PASSES: '1',
      },
    });
    scene = await makeScene(server);
    family = await newTokenFamily(scene);
    await allFlows();
    await allMistakes();
  }, 120_000);
  afterAll(async () => {
    globalThis.fetch = plainFetch;
    await server?.close();
  });

  test('what is listened for is there to be found: each kind was seen on the wire', () => {
    const kinds = new Set([...secrets.values()].map((where) => where.split(' ').at(-1)));
    expect([...kinds]).toEqual(
      expect.arrayContaining([
        ...['access_token', 'refresh_token', 'id_token', 'code', 'code_verifier', 'device_code', 'user_code'],
        ...['request_uri', 'client_assertion', 'client_secret', 'dpop', 'password', 'cookie', 'csrf', 'handle'],
        ...['subject_token', 'token', 'authorization'],
      ]),
    );
    expect(secrets.size).toBeGreaterThan(150);
  });

  test('no secret in the audit log, and no e-mail address', async () => {
    const { management } = scene;
    const exported =
      (await management.exportAudit()) + (await management.call('GET', '/audit/export?personal=true')).text;
    expect(exported).toContain('"token.issued"');
    expect(foundIn(exported)).toEqual([]);
    const emails = [...exported.matchAll(/[\w.+-]+@[\w-]+\.[\w.]+/g)].map(([email]) => email);
    expect(emails).toEqual([]);
  });

  test('no secret in the log, and no e-mail address', () => {
    const logged = log.join('\n');
    expect(logged).toContain('"event":"request"');
    expect(foundIn(logged)).toEqual([]);
    expect(logged).not.toMatch(/[\w.+-]+@example\.com/);
  });

  test('no secret in the metrics', async () => {
    const exposed = await server.behalf.metrics.registry.metrics();
    expect(exposed).toContain('behalf_');
    expect(foundIn(exposed)).toEqual([]);
  });

  test('no answer that refuses repeats a secret it was sent', () => {
    expect(refusals.length).toBeGreaterThan(40);
    expect(refusals.filter((refusal) => refusal.includes('<html')).length).toBeGreaterThan(2);
    const repeated = refusals.flatMap((refusal) =>
      [...secrets.keys()]
        .filter((secret) => secret.startsWith('canary-') && !isUsername(secret) && refusal.includes(secret))
        .map((secret) => `${refusal.split('\n')[0]}: ${secret}`),
    );
    expect(repeated).toEqual([]);
  });

  test('KY-02 nothing the stores hold is taken for a token, a refresh token or a client secret', async () => {
    globalThis.fetch = plainFetch;
    const held = new Set((await storedText(server)).match(/(?<![\w-])(?:[a-z2-7]{9})?[\w-]{43}(?![\w-])/g));
    expect(held.size).toBeGreaterThan(100);
    const { calls, opaque } = scene;
    const works: string[] = [];
    for (const value of held) {
      const refresh = { grant_type: 'refresh_token', refresh_token: value, resource: opaque.identifier };
      const introspected = await calls.introspect(opaque.credential, value);
      if (introspected.status !== 200 || introspected.body['active'] !== false) works.push(`token ${value}`);
      if ((await calls.token(keyed(scene.app), refresh)).status !== 400) works.push(`refresh token ${value}`);
      const secret = { kind: 'basic', clientId: opaque.id, secret: value } as const;
      if ((await calls.introspect(secret, value)).status !== 401) works.push(`secret ${value}`);
    }
    expect(works).toEqual([]);
  }, 120_000);

  if (stores === 'sqlite') {
    test('KY-02 no secret in a backup and none in an export', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'behalf-copies-'));
      const [backup, exported] = [join(folder, 'backup.db'), join(folder, 'export.ndjson')];
      await backupDatabase({ file: join(server.dataFolder, 'behalf.db'), to: backup });
      await exportData(server.configuration, { to: exported, show: () => () => undefined });
      for (const file of [backup, exported]) {
        const text = readFileSync(file, 'latin1');
        expect(text).toContain(family.accountId);
        expect(foundIn(text)).toEqual([]);
        // Nor the key under which they are kept.
        expect(text).not.toContain(readFileSync(join(server.dataFolder, 'master.key'), 'utf8').trim());
      }
      rmSync(folder, { recursive: true });
    });
  }

  test('KY-02 no secret in what the stores hold', async () => {
    const held = await storedText(server);
    expect(held).toContain(family.accountId);
    expect(foundIn(held)).toEqual([]);
  });
});
