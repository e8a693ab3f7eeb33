/** Trusted issuers and domains, registration tokens, undelivered notifications, and the revocation of a signing key, in the console. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DELIVERIES, type Delivery } from '../../src/domain/platform/outbox/delivery.ts';
import { newKeyPair } from '../support/agent-keys.ts';
import { type Browser, newBrowser, type Page, type Person, submitSignIn } from '../support/browser-flow.ts';
import { freshFactorBrowser } from '../support/fresh-factor-browser.ts';
import { managementFromKeyFile } from '../support/management.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

const PASSWORD = 'a long enough pass phrase';
const OPERATOR: Person = { username: 'olga', password: PASSWORD };
const AUDITOR: Person = { username: 'aud', password: PASSWORD };
const ADMIN: Person = { username: 'root', password: PASSWORD };
/** An administrator without a second factor. */
const PLAIN: Person = { username: 'admin', password: 'correct horse battery staple' };

let server: RunningServer;
let scene: Scene;
let operator: Browser;
let auditor: Browser;
let admin: Browser;
let plain: Browser;
let owner: Browser;

const at = (path: string): string => `${server.issuer}${path}`;
const signedIn = async (person: Person): Promise<Browser> => {
  const browser = newBrowser(server.issuer);
  expect((await submitSignIn(browser, await browser.open(at('/console')), person)).status).toBe(200);
  return browser;
};
const send = async (
  browser: Browser,
  path: string,
  action: RegExp,
  set: Record<string, string> = {},
): Promise<Page> => {
  const page = await browser.open(at(path));
  const form = page.forms.find((one) => action.test(one.action));
  if (!form) throw new Error(`no form ${action} on ${page.url}: ${page.status} ${page.text.slice(0, 300)}`);
  return browser.submit(page, form, { set });
};
const written = async (): Promise<number> => {
  await server.settled();
  return (await server.events()).length;
};
const eventsSince = async (before: number) => {
  await server.settled();
  return (await server.events()).slice(before).filter(({ type }) => type !== 'management.permitted');
};
const get = async (path: string) => (await scene.management.call('GET', path)).body;
const lastRefusal = async () => {
  await server.settled();
  return (await server.events('request.refused')).at(-1);
};

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  for (const [person, role] of [
    [OPERATOR, 'operator'],
    [AUDITOR, 'auditor'],
    [ADMIN, 'administrator'],
  ] as const) {
    await scene.management.call('POST', '/accounts', { ...person, name: person.username, roles: [role] });
  }
  [operator, auditor, plain] = [await signedIn(OPERATOR), await signedIn(AUDITOR), await signedIn(PLAIN)];
  owner = await signedIn(scene.person);
  admin = await freshFactorBrowser(server, ADMIN);
}, 60_000);

afterAll(() => server?.close());

describe('a trusted issuer', () => {
  let id: string;

  test('is added by an administrator with a fresh second factor only', async () => {
    const before = await written();
    expect((await operator.open(at('/console/trusted-issuers/new'))).status).toBe(403);
    expect(await lastRefusal()).toMatchObject({ error: 'forbidden' });
    const refused = await plain.open(at('/console/trusted-issuers/new'));
    expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('second factor')]);
    expect(await lastRefusal()).toMatchObject({ error: 'insufficient_user_authentication' });
    const jwks = JSON.stringify({ keys: [(await newKeyPair()).publicJwk] });
    const made = await send(admin, '/console/trusted-issuers/new', /trusted-issuers$/, {
      ...{ name: 'Cluster', template: 'kubernetes', issuer: 'https://cluster.example.com', jwks },
    });
    expect([made.status, made.text]).toEqual([200, expect.stringContaining('Cluster')]);
    [, id = ''] = /(tis_\w+)/.exec(made.url) ?? [];
    expect(await get(`/trusted-issuers/${id}`)).toMatchObject({
      ...{ name: 'Cluster', template: 'kubernetes', state: 'active', max_token_age_seconds: 3600 },
      keys: { state: 'pinned' },
    });
    expect((await eventsSince(before)).filter(({ outcome }) => outcome === 'done').map(({ type }) => type)).toEqual([
      'trusted_issuer.created',
    ]);
  });

  test('is changed, disabled and enabled; an operator disables, and neither changes nor enables', async () => {
    const saved = await send(admin, `/console/trusted-issuers/${id}/edit`, /edit$/, {
      max_token_age_seconds: '10',
      'max_token_age_seconds.unit': 'minutes',
    });
    expect([saved.status, saved.text]).toEqual([200, expect.stringContaining('Saved.')]);
    expect(await get(`/trusted-issuers/${id}`)).toMatchObject({ max_token_age_seconds: 600, name: 'Cluster' });
    expect((await operator.open(at(`/console/trusted-issuers/${id}/edit`))).status).toBe(403);
    const before = await written();
    const off = await send(operator, `/console/trusted-issuers/${id}/disable`, /disable$/);
    expect([off.status, off.text]).toEqual([200, expect.stringContaining('The server refuses its tokens.')]);
    expect(off.html).not.toContain(`${id}/enable"`);
    expect(await get(`/trusted-issuers/${id}`)).toMatchObject({ state: 'disabled' });
    const refused = await send(plain, `/console/trusted-issuers/${id}`, /enable$/);
    expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('second factor')]);
    expect(await get(`/trusted-issuers/${id}`)).toMatchObject({ state: 'disabled' });
    const on = await send(admin, `/console/trusted-issuers/${id}`, /enable$/);
    expect([on.status, on.text]).toEqual([200, expect.stringContaining('Enabled.')]);
    expect((await eventsSince(before)).filter(({ outcome }) => outcome === 'done').map(({ type }) => type)).toEqual([
      'trusted_issuer.disabled',
      'trusted_issuer.enabled',
    ]);
  });

  test('whose keys are fetched can have them discarded; one with pinned keys cannot', async () => {
    expect((await operator.open(at(`/console/trusted-issuers/${id}`))).html).not.toContain('discard-keys');
    const fetched = String(
      (
        await scene.management.call('POST', '/trusted-issuers', {
          ...{ name: 'Runner', template: 'gitlab', issuer: 'https://gitlab.example.com' },
        })
      ).body['id'],
    );
    const before = await written();
    const done = await send(operator, `/console/trusted-issuers/${fetched}/discard-keys`, /discard-keys$/);
    expect([done.status, done.text]).toEqual([200, expect.stringContaining('All nodes fetch its keys anew.')]);
    expect((await get(`/trusted-issuers/${fetched}`))['keys_after']).toEqual(expect.any(Number));
    expect((await eventsSince(before)).map(({ type }) => type)).toEqual(['trusted_issuer.keys_purged']);
  });

  test('is shown to auditors without buttons', async () => {
    const page = await auditor.open(at(`/console/trusted-issuers/${id}`));
    expect([page.status, page.forms.filter(({ action }) => action.includes(id)).length]).toEqual([200, 0]);
    expect(page.html).not.toMatch(new RegExp(`${id}/(?:edit|disable|discard-keys)"`));
    expect((await owner.open(at('/console/trusted-issuers'))).status).toBe(403);
  });
});

describe('a provider of sign-in', () => {
  const home = '/console/sign-in';
  let id: string;

  test('is added by an administrator with a fresh second factor only, with errors at their fields', async () => {
    expect((await operator.open(at(`${home}/new`))).status).toBe(403);
    expect((await plain.open(at(`${home}/new`))).status).toBe(403);
    expect(await lastRefusal()).toMatchObject({ error: 'insufficient_user_authentication' });
    const given = { name: 'Works', issuer: 'https://works.example.com', client_id: 'behalf' };
    for (const [set, field] of [
      [{ issuer: 'http://works.example.com' }, 'issuer'],
      [{ groups: 'planners' }, 'groups'],
      [{ domains: 'works.example\nnothing' }, 'domains'],
      [{ client_secret: 'secret' }, 'client_secret'],
    ] as const) {
      const refused = await send(admin, `${home}/new`, /sign-in$/, { ...given, ...set });
      expect(refused.status).toBe(400);
      expect(refused.html).toMatch(new RegExp(`name="${field}"[^>]*aria-invalid="true"`));
      expect(await lastRefusal()).toMatchObject({ error: 'invalid_field' });
    }
    const before = await written();
    const made = await send(admin, `${home}/new`, /sign-in$/, {
      ...{ ...given, authentication: 'client_secret_basic', client_secret: 'hush-hush', create: 'yes' },
      ...{ domains: 'works.example', groups: 'cn=planners = Planners', 'multi_factor.amr': 'mfa' },
    });
    expect([made.status, made.text]).toEqual([200, expect.stringContaining(at('/upstream/callback'))]);
    expect(made.html).not.toContain('hush-hush');
    id = /upi_[a-z2-7]+/.exec(made.url)?.[0] ?? '';
    expect(await get(`/upstreams/${id}`)).toMatchObject({
      ...{ ...given, authentication: 'client_secret_basic', create: 'always', button: true },
      ...{ domains: ['works.example'], groups: { 'cn=planners': 'Planners' }, multi_factor: { acr: [], amr: ['mfa'] } },
      ...{ scopes: ['openid', 'profile', 'email'], claims: { username: 'preferred_username' }, sign_out: 'offer' },
    });
    expect((await eventsSince(before)).map(({ type }) => type)).toEqual(['upstream.created']);
  });

  test('is changed where the form differs; emptied fields have their defaults, and the secret stays', async () => {
    const saved = await send(admin, `${home}/${id}/edit`, /edit$/, {
      ...{ name: 'The works', domains: '', groups: '', 'claims.username': 'upn', 'multi_factor.amr': '' },
    });
    expect([saved.status, saved.text]).toEqual([200, expect.stringContaining('Saved.')]);
    expect(await get(`/upstreams/${id}`)).toMatchObject({
      ...{ name: 'The works', domains: [], groups: {}, multi_factor: { acr: [], amr: [] } },
      ...{ authentication: 'client_secret_basic', button: true, claims: { username: 'upn', email: 'email' } },
    });
    const usual = await send(admin, `${home}/${id}/edit`, /edit$/, { 'claims.username': '' });
    expect(usual.status).toBe(200);
    expect(await get(`/upstreams/${id}`)).toMatchObject({ claims: { username: 'preferred_username' } });
    expect((await operator.open(at(`${home}/${id}/edit`))).status).toBe(403);
  });

  test('is disabled after a question, and deleted after its name was typed; operators and auditors only look', async () => {
    for (const browser of [operator, auditor]) {
      const page = await browser.open(at(`${home}/${id}`));
      expect([page.status, page.html.includes(`${id}/delete`)]).toEqual([200, false]);
      expect((await browser.open(at(`${home}/${id}/delete`))).status).toBe(403);
    }
    const off = await send(plain, `${home}/${id}/disable`, /disable$/);
    expect([off.status, off.text]).toEqual([200, expect.stringContaining('Switched off.')]);
    const wrong = await send(plain, `${home}/${id}/delete`, /delete$/, { confirm: 'Works' });
    expect(wrong.status).toBe(400);
    expect(await get(`/upstreams/${id}`)).toMatchObject({ state: 'disabled' });
    const before = await written();
    const gone = await send(plain, `${home}/${id}/delete`, /delete$/, { confirm: 'The works' });
    expect([gone.status, gone.text]).toEqual([200, expect.stringContaining('Deleted.')]);
    expect((await eventsSince(before)).map(({ type }) => type)).toEqual(['upstream.removed']);
    expect((await plain.open(at(`${home}/${id}`))).status).toBe(404);
  });
});

describe('a trusted domain', () => {
  let id: string;

  test('is added with clients by name, by an administrator with a fresh second factor only', async () => {
    expect((await operator.open(at('/console/peers/new'))).status).toBe(403);
    expect((await plain.open(at('/console/peers/new'))).status).toBe(403);
    expect(await lastRefusal()).toMatchObject({ error: 'insufficient_user_authentication' });
    const jwks = JSON.stringify({ keys: [(await newKeyPair()).publicJwk] });
    const domain = { name: 'Partner', issuer: 'https://partner.example.com', jwks };
    const unknown = await send(admin, '/console/peers/new', /peers$/, {
      ...{ ...domain, 'inbound.clients': 'Nothing', 'inbound.resources': `${scene.jwt.identifier} read` },
    });
    expect(unknown.status).toBe(400);
    expect(unknown.html).toMatch(/name="inbound\.clients"[^>]*aria-invalid="true"/);
    const before = await written();
    const made = await send(admin, '/console/peers/new', /peers$/, {
      ...{ ...domain, 'inbound.clients': 'Desk\nSecretary', 'inbound.resources': `${scene.jwt.identifier} read` },
    });
    expect([made.status, made.text]).toEqual([200, expect.stringMatching(/Desk ?, Secretary/)]);
    [, id = ''] = /(per_\w+)/.exec(made.url) ?? [];
    expect((await get(`/peers/${id}`))['inbound']).toMatchObject({
      clients: [scene.app.clientId, scene.agent.clientId],
      resources: { [scene.jwt.identifier]: ['read'] },
      subjects: 'linked',
    });
    expect((await eventsSince(before)).map(({ type }) => type)).toEqual(['peer.created']);
  });

  test('keeps what a change does not touch; without clients and scopes the server accepts nothing from it', async () => {
    const { headers } = await scene.management.call('GET', `/peers/${id}`);
    const outbound = {
      clients: { [scene.agent.clientId]: 'agent-there' },
      resources: [
        {
          identifier: 'https://api.partner.example.com',
          scopes: [{ name: 'read', description: 'See', risk: 'low' }],
        },
      ],
    };
    const etag = String(headers.get('etag'));
    expect((await scene.management.call('PATCH', `/peers/${id}`, { outbound }, { 'if-match': etag })).status).toBe(200);
    const saved = await send(admin, `/console/peers/${id}/edit`, /edit$/, {
      'inbound.max_lifetime_seconds': '60',
      'inbound.max_lifetime_seconds.unit': 'seconds',
    });
    expect([saved.status, saved.text]).toEqual([200, expect.stringContaining('Saved.')]);
    expect(await get(`/peers/${id}`)).toMatchObject({
      inbound: { clients: [scene.app.clientId, scene.agent.clientId], max_lifetime_seconds: 60 },
      outbound: { clients: { [scene.agent.clientId]: 'agent-there' } },
    });
    const page = await admin.open(at(`/console/peers/${id}/edit`));
    const form = page.forms.find(({ action }) => action.endsWith('/edit'));
    if (!form) throw new Error('no form');
    const check = (name: string) => (name === 'inbound.resources.tick' ? false : undefined);
    await admin.submit(page, form, { set: { 'inbound.clients': '', 'inbound.resources': '' }, check });
    const changed = await get(`/peers/${id}`);
    expect(changed).toMatchObject({ outbound: { clients: { [scene.agent.clientId]: 'agent-there' } } });
    expect(changed['inbound']).toBeUndefined();
  });

  test('says what the server vouches for there, by names; a scope keeps what its line does not say', async () => {
    const api = 'https://api.partner.example.com';
    const { outbound: before } = (await get(`/peers/${id}`)) as { outbound: { resources: { scopes: object[] }[] } };
    const { headers } = await scene.management.call('GET', `/peers/${id}`);
    const scopes = [{ ...before.resources[0]?.scopes[0], participants: 'all' }];
    const outbound = { ...before, resources: [{ identifier: api, scopes }] };
    const etag = { 'if-match': String(headers.get('etag')) };
    expect((await scene.management.call('PATCH', `/peers/${id}`, { outbound }, etag)).status).toBe(200);
    const form = (await admin.open(at(`/console/peers/${id}/edit`))).forms.find(({ action }) => /edit$/.test(action));
    const textOf = (name: string) => form?.fields.find((field) => field.name === name)?.value.trim();
    expect([textOf('outbound.clients'), textOf('outbound.resources')]).toEqual([
      'Secretary = agent-there',
      `${api} read low See`,
    ]);
    const from = await written();
    const saved = await send(admin, `/console/peers/${id}/edit`, /edit$/, {
      'outbound.clients': 'Secretary = https://a.example/?x=1\nDesk = desk-there',
      'outbound.resources': `${api} read high See all\n${api} write critical Change all`,
      'outbound.lifetime_seconds': '60',
      'outbound.lifetime_seconds.unit': 'seconds',
    });
    expect([saved.status, saved.text]).toEqual([200, expect.stringMatching(/Desk\s+there desk-there/)]);
    expect(saved.text).toMatch(/read High risk ?, write Critical/);
    expect((await eventsSince(from)).map(({ type }) => type)).toEqual(['peer.updated']);
    expect((await get(`/peers/${id}`))['outbound']).toEqual({
      clients: { [scene.agent.clientId]: 'https://a.example/?x=1', [scene.app.clientId]: 'desk-there' },
      resources: [
        {
          identifier: api,
          scopes: [
            { name: 'read', description: 'See all', risk: 'high', participants: 'all' },
            { name: 'write', description: 'Change all', risk: 'critical' },
          ],
        },
      ],
      lifetime_seconds: 60,
    });
  });

  test.each([
    ['outbound.clients', 'Desk desk-there', 'Write each pair on a line of its own'],
    ['outbound.clients', 'Desk = a\nDesk = b', 'Desk is there twice'],
    ['outbound.clients', 'Nothing = a', 'There is nothing with the name Nothing'],
    ['outbound.resources', 'https://api.partner.example.com read', 'Write each scope on a line of its own'],
    ['outbound.resources', 'https://api.partner.example.com read severe See', 'Write each scope on a line of its own'],
    ['outbound.lifetime_seconds', '1000', '5 min'],
  ])('a wrong %s of what the server vouches for is refused at its field: %s', async (name, value, message) => {
    const before = await get(`/peers/${id}`);
    const page = await send(admin, `/console/peers/${id}/edit`, /edit$/, { [name]: value });
    expect([page.status, page.text]).toEqual([400, expect.stringContaining(message)]);
    expect(page.html).toMatch(new RegExp(`name="${name.replace('.', '\\.')}"[^>]*aria-invalid="true"`));
    expect(await lastRefusal()).toMatchObject({ error: 'invalid_field' });
    expect(await get(`/peers/${id}`)).toEqual(before);
  });

  test('without clients and scopes the server vouches for none there', async () => {
    const saved = await send(admin, `/console/peers/${id}/edit`, /edit$/, {
      ...{ 'outbound.clients': '', 'outbound.resources': '', 'outbound.lifetime_seconds': '' },
    });
    expect([saved.status, saved.text]).toEqual([200, expect.stringContaining('issues no assertions for it')]);
    expect((await get(`/peers/${id}`))['outbound']).toBeUndefined();
  });

  test('keeps each client whose name stays in the form, also when two have it; an added name must be unique', async () => {
    const more = [];
    for (const path of ['twin', 'other-twin']) {
      const body = { name: 'Twin', application_type: 'native', redirect_uris: [`http://127.0.0.1/${path}`] };
      more.push(String((await scene.management.call('POST', '/clients', body)).body['id']));
    }
    const [twin = '', other = ''] = more;
    const change = async (fields: Record<string, string>) => {
      const page = await send(admin, `/console/peers/${id}/edit`, /edit$/, fields);
      const { inbound } = (await get(`/peers/${id}`)) as { inbound?: { clients: string[] } };
      return { status: page.status, html: page.html, clients: inbound?.clients };
    };
    const inbound = { clients: [twin], resources: { [scene.jwt.identifier]: ['read'] } };
    const { headers } = await scene.management.call('GET', `/peers/${id}`);
    const etag = { 'if-match': String(headers.get('etag')) };
    expect((await scene.management.call('PATCH', `/peers/${id}`, { inbound }, etag)).status).toBe(200);
    expect(
      await change({ 'inbound.max_lifetime_seconds': '90', 'inbound.max_lifetime_seconds.unit': 'seconds' }),
    ).toMatchObject({ status: 200, clients: [twin] });
    const added = { 'inbound.clients': `Desk\nTwin\n${other}` };
    expect(await change(added)).toMatchObject({ status: 200, clients: [scene.app.clientId, twin, other] });
    // Which of the two it is, the form cannot tell.
    const removed = await change({ 'inbound.clients': 'Desk\nTwin' });
    expect(removed).toMatchObject({ status: 400, clients: [scene.app.clientId, twin, other] });
    expect(removed.html).toMatch(/name="inbound\.clients"[^>]*aria-invalid="true"/);
    expect(await lastRefusal()).toMatchObject({ error: 'invalid_field' });
    expect(await change({ 'inbound.clients': 'Desk' })).toMatchObject({ status: 200, clients: [scene.app.clientId] });
  });

  test('is disabled by an operator, and enabled by an administrator with a fresh second factor only', async () => {
    const before = await written();
    const off = await send(operator, `/console/peers/${id}/disable`, /disable$/);
    expect([off.status, off.text]).toEqual([200, expect.stringContaining('accepts no assertions from it')]);
    expect((await send(plain, `/console/peers/${id}`, /enable$/)).status).toBe(403);
    expect(await get(`/peers/${id}`)).toMatchObject({ state: 'disabled' });
    const on = await send(admin, `/console/peers/${id}`, /enable$/);
    expect([on.status, on.text]).toEqual([200, expect.stringContaining('Enabled.')]);
    expect((await eventsSince(before)).filter(({ outcome }) => outcome === 'done').map(({ type }) => type)).toEqual([
      'peer.disabled',
      'peer.enabled',
    ]);
  });
});

describe('a registration token', () => {
  test('is shown once, listed by the names of its blueprint and owner, and revoked', async () => {
    const blueprint = await scene.management.createBlueprint({ name: 'Sorters', purpose: 'Sort', ceilings: {} });
    const before = await written();
    const made = await send(operator, '/console/registration-tokens/new', /registration-tokens$/, {
      ...{ blueprint: 'sorters', owner: scene.person.username, uses: '3' },
    });
    expect([made.status, made.text]).toEqual([200, expect.stringContaining('The server shows this once.')]);
    const [, secret = ''] = /<code class="secret">([^<]+)</.exec(made.html) ?? [];
    expect(secret.length).toBeGreaterThan(20);
    const list = await operator.open(at('/console/registration-tokens'));
    expect(list.text).toMatch(/Agents of ?Sorters/);
    expect(list.text).toContain('0 of 3');
    expect(list.html).not.toContain(secret);
    const [, id = ''] = /(iat_\w+)/.exec(list.html) ?? [];
    expect(await get(`/initial-access-tokens/${id}`)).toMatchObject({
      ...{ blueprint: blueprint.id, owner: scene.accountId, uses: 3, state: 'active' },
    });
    const done = await send(operator, `/console/registration-tokens/${id}/revoke`, /revoke$/);
    expect([done.status, done.text]).toEqual([200, expect.stringContaining('The token registers nothing more.')]);
    expect(await get(`/initial-access-tokens/${id}`)).toMatchObject({ state: 'revoked' });
    expect((await eventsSince(before)).map(({ type }) => type)).toEqual([
      'registration.token_created',
      'registration.token_revoked',
    ]);
  });

  test('of an owner is their own, and registers agents only', async () => {
    const before = await written();
    const clients = await send(owner, '/console/registration-tokens/new', /registration-tokens$/);
    expect(clients.status).toBe(403);
    expect((await eventsSince(before)).map(({ type, error }) => [type, error])).toEqual([
      ['request.refused', 'forbidden'],
    ]);
    const made = await send(owner, '/console/registration-tokens/new', /registration-tokens$/, {
      blueprint: 'Sorters',
    });
    expect([made.status, made.text]).toEqual([200, expect.stringContaining('The server shows this once.')]);
    const [, mine = ''] = /(iat_\w+)/.exec((await owner.open(at('/console/registration-tokens'))).html) ?? [];
    expect(await get(`/initial-access-tokens/${mine}`)).toMatchObject({ owner: scene.accountId });
    const { body } = await scene.management.call('POST', '/initial-access-tokens', {
      owner: (await scene.management.createAccount({ username: 'else', name: 'Else' })).id,
    });
    const list = await owner.open(at('/console/registration-tokens'));
    expect([list.status, list.html.includes(String(body['id']))]).toEqual([200, false]);
    expect((await owner.open(at(`/console/registration-tokens/${body['id']}/revoke`))).status).toBe(404);
  });
});

describe('an undelivered notification', () => {
  test('is linked on the page of the server, and is sent again by an operator; an unknown one is not', async () => {
    const webhook = String(
      (
        await scene.management.call('POST', '/webhooks', {
          ...{ name: 'Tickets', url: 'https://hooks.example.com/x', kinds: ['agent.killed'] },
        })
      ).body['id'],
    );
    const { documents } = server.behalf.services;
    const now = Math.floor(Date.now() / 1000);
    const letter: Delivery = {
      ...{ id: 'msg_1', channel: 'webhook', to: webhook, queue: webhook, kind: 'agent.killed', body: '{}' },
      ...{
        state: 'dead',
        attempts: 9,
        failure: 'status_not_ok',
        failureStatus: 503,
        giveUpAt: now,
        createdAt: now - 60,
      },
      forgetAt: now + 3600,
    };
    await documents.collection<Delivery>(DELIVERIES).insert(letter);
    const page = await auditor.open(at('/console/server'));
    expect(page.text).toMatch(/Notifications ?1 given up in 30 days; .*needs attention/);
    expect(page.html).toMatch(
      /<li class="look"><strong>Notifications<\/strong>.*<a href="[^"]*\/console\/dead-letters">/,
    );
    const seen = await auditor.open(at('/console/dead-letters'));
    expect([seen.status, seen.text]).toEqual([200, expect.stringContaining('Tickets')]);
    expect(seen.text).toMatch(/HTTP 503 ?The receiver answered with an error ?after 9 attempts/);
    expect(seen.forms.some(({ action }) => action.endsWith('/retry'))).toBe(false);
    const before = await written();
    const list = await operator.open(at('/console/dead-letters'));
    const form = list.forms.find(({ action }) => action.endsWith('/msg_1/retry'));
    if (!form) throw new Error(list.text);
    const sent = await operator.submit(list, form);
    expect([sent.status, sent.text]).toEqual([200, expect.stringContaining('The server sends it again.')]);
    expect((await eventsSince(before)).find(({ type }) => type === 'notification.retried')).toMatchObject({
      target: { kind: 'webhook', id: webhook },
    });
    const unknown = { ...form, action: form.action.replace('msg_1', 'msg_2') };
    expect((await operator.submit(list, unknown)).status).toBe(404);
    expect(await lastRefusal()).toMatchObject({ error: 'not_found' });
  });

  test('a webhook gets a new secret, shown once', async () => {
    const [webhook] = (await get('/webhooks'))['items'] as { id: string }[];
    const before = await written();
    const done = await send(operator, `/console/webhooks/${webhook?.id}/rotate-secret`, /rotate-secret$/);
    expect([done.status, done.text]).toEqual([200, expect.stringMatching(/whsec_/)]);
    // The notification that was sent again before fails at its own time.
    const events = (await eventsSince(before)).filter(({ type }) => type !== 'notification.undelivered');
    expect(events.map(({ type }) => type)).toEqual(['webhook.secret_rotated']);
    const page = await operator.open(at(`/console/webhooks/${webhook?.id}`));
    expect(page.text).toContain('Former secret also signs until');
    expect(page.html).not.toContain('whsec_');
    expect((await auditor.open(at(`/console/webhooks/${webhook?.id}/rotate-secret`))).status).toBe(403);
  });
});

describe('a signing key', () => {
  const keyIn = async (state: string): Promise<string> => {
    // A revoked key also ends the token of an earlier caller.
    const management = await managementFromKeyFile(server.administratorKeyFile);
    const items = (await management.call('GET', '/keys')).body['items'] as { id: string; state: string; kty: string }[];
    return items.find((one) => one.state === state && one.kty === 'EC')?.id ?? '';
  };

  test('is revoked by an administrator with a fresh second factor, after its id was typed and with a reason', async () => {
    const id = await keyIn('active');
    const path = `/console/keys/${id}/revoke`;
    expect((await operator.open(at(path))).status).toBe(403);
    expect((await auditor.open(at(path))).status).toBe(403);
    expect((await auditor.open(at('/console/keys'))).html).not.toContain('/revoke"');
    const refused = await plain.open(at(path));
    expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('second factor')]);
    expect(await lastRefusal()).toMatchObject({ error: 'insufficient_user_authentication' });

    const page = await admin.open(at(path));
    for (const said of ['every node of this server refuses them at once', 'Another key of its kind signs at once.']) {
      expect(page.text).toContain(said);
    }
    const before = await written();
    const untyped = await send(admin, path, /revoke$/, { confirm: 'key', reason: 'It was lost' });
    expect([untyped.status, untyped.text]).toEqual([400, expect.stringContaining(`Type ${id}.`)]);
    expect(untyped.html).toContain('It was lost');
    const noReason = await send(admin, path, /revoke$/, { confirm: id });
    expect(noReason.status).toBe(400);
    expect(noReason.html).toMatch(/name="reason"[^>]*aria-invalid="true"/);
    expect((await eventsSince(before)).map(({ type }) => type)).toEqual(['request.refused', 'request.refused']);

    const done = await send(admin, path, /revoke$/, { confirm: id, reason: 'It was lost' });
    expect([done.status, done.text]).toEqual([200, expect.stringContaining('everything that it signed are invalid')]);
    expect(await server.events('keys.revoked')).toMatchObject([{ inputs: { reason: 'It was lost' } }]);
    expect(await keyIn('active')).not.toBe(id);
    expect((await admin.open(at(path))).status).toBe(404);
  });

  test('stays valid when the form is sent without a fresh second factor', async () => {
    const id = await keyIn('active');
    const home = await plain.open(at('/console/keys/rotate'));
    const rotate = home.forms.find(({ action }) => action.endsWith('/rotate'));
    if (!rotate) throw new Error(home.text);
    // Without the page of the key, which asks for the factor first.
    const form = { ...rotate, action: at(`/console/keys/${id}/revoke`) };
    const page = await plain.submit(home, form, { set: { confirm: id, reason: 'It was lost' } });
    expect([page.status, page.text]).toEqual([403, expect.stringContaining('second factor')]);
    expect(await lastRefusal()).toMatchObject({ error: 'insufficient_user_authentication' });
    expect(await keyIn('active')).toBe(id);
  });
});
