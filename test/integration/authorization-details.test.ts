/** RFC 9396 over HTTP: a detail from the request to the person, to tokens, over hops, and to the resource server. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { runCli } from '../../src/cli/main.ts';
import { detailId } from '../../src/domain/resources/authorization-details/detail-id.ts';
import type { Detail } from '../../src/domain/vocabulary/detail-type.ts';
import { type Identity, newKeyPair } from '../support/agent-keys.ts';
import { EXAMPLES, exampleType } from '../support/detail-types.ts';
import { type Answer, DEVICE_CODE, EXCHANGE } from '../support/oauth-calls.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { consentUrl, makeScene, REDIRECT_URI, type Scene, WITHOUT_LIMITS } from '../support/scene.ts';

let server: RunningServer;
let scene: Scene;
let agent: Identity;
let other: Identity;
let newAgent: (name: string, more?: Readonly<Record<string, unknown>>) => Promise<Identity>;
const servers = new Map<string, { readonly id: string; readonly secret: string }>();

const resourceOf = (name: string): string => `https://${name}.example.com`;

beforeAll(async () => {
  server = await runServer({ environment: { ...WITHOUT_LIMITS } });
  scene = await makeScene(server, { skipConsent: false });
  for (const [index, name] of EXAMPLES.entries()) {
    const made = await scene.management.createResourceServer({
      identifier: resourceOf(name),
      name: `The ${name} service`,
      scopes: [{ name: 'use', description: 'Use it', risk: 'low' }],
      // What high and critical risks need beside a consent is not what is tested here.
      detail_types: [{ ...exampleType(name), risk: 'medium' }],
      access_token_format: index % 2 === 0 ? 'jwt' : 'opaque',
      introspection_auth_method: 'client_secret_basic',
    });
    servers.set(name, { id: made.id, secret: String(made['client_secret']) });
  }
  newAgent = async (name, more = {}) => {
    const key = await newKeyPair();
    const made = await scene.management.createAgent({
      name,
      owner: scene.accountId,
      purpose: 'Does one thing at a time',
      environment: 'test',
      jwks: { keys: [key.publicJwk] },
      redirect_uris: [REDIRECT_URI],
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials', EXCHANGE],
      resource_servers: [...servers.values()].map(({ id }) => id),
      ...more,
    });
    return { clientId: made.id, key };
  };
  agent = await newAgent('Clerk');
  other = await newAgent('Carrier');
});
afterAll(async () => {
  await server?.close();
});

type Words = readonly Record<string, unknown>[];
const text = (...details: Words): string => JSON.stringify(details);
const keyed = (identity: Identity) => scene.keyed(identity);
const introspected = async (name: string, token: string): Promise<Answer['body']> => {
  const { id, secret } = servers.get(name) ?? { id: '', secret: '' };
  return (await scene.calls.introspect({ kind: 'basic', clientId: id, secret }, token)).body;
};

/** What the app gets when the person allows what `check` leaves ticked, and the text of the pages on the way. */
const authorized = async (
  name: string,
  details: Words,
  { check, scope = 'openid use' }: { check?: (name: string) => boolean | undefined; scope?: string } = {},
) => {
  const pages: string[] = [];
  const request = scene.authorizationRequest(scene.app, {
    ...(scope === '' ? {} : { scope }),
    resource: resourceOf(name),
    authorization_details: text(...details),
  });
  const left = await scene.walk(request.url, {
    onPage: (page) => pages.push(page.text),
    ...(check ? { consent: { check } } : {}),
  });
  return {
    left,
    pages: pages.join('\n'),
    redeem: (more: Record<string, string> = {}) =>
      scene.calls.token(keyed(scene.app), {
        grant_type: 'authorization_code',
        code: scene.codeFrom(left),
        redirect_uri: REDIRECT_URI,
        code_verifier: request.verifier,
        resource: resourceOf(name),
        ...more,
      }),
  };
};

const exchange = (identity: Identity, token: string, name: string, details?: Words): Promise<Answer> =>
  scene.calls.exchange(keyed(identity), token, resourceOf(name), {
    ...(details ? { authorization_details: text(...details) } : {}),
  });

const allowed = async (answer: Answer, consent: Record<string, string> = {}): Promise<void> => {
  const url = consentUrl(answer);
  if (url === undefined) throw new Error(`expected a page to ask on: ${answer.status} ${answer.text}`);
  await scene.walkConsent(await scene.browser.open(url), { consent: { set: consent } });
};

/** What the app asks for, what the agent asks for, something inside that, and something outside. */
const STEPS: Readonly<Record<(typeof EXAMPLES)[number], readonly [Detail, Detail, Detail, Detail, string]>> = {
  payment: [
    { type: 'payment_initiation', amount: 10_000, currency: 'EUR', execute_before: '2030-01-01' },
    { type: 'payment_initiation', amount: 5000, currency: 'EUR', creditor: { account: 'DE89 3704 0044' } },
    { type: 'payment_initiation', amount: 1999, currency: 'EUR', execute_before: '2029-06-30' },
    { type: 'payment_initiation', amount: 5001, currency: 'EUR' },
    'Pay up to EUR 100.00',
  ],
  'file-access': [
    { type: 'file_access', actions: ['read', 'write'], paths: ['/reports', '/notes'] },
    { type: 'file_access', actions: ['read'], paths: ['/reports/2026'] },
    { type: 'file_access', actions: ['read'], paths: ['/reports/2026/april.pdf'], max_bytes: 1000 },
    { type: 'file_access', actions: ['read'], paths: ['/reports/2026/../2025'] },
    'read, write files below /reports, /notes',
  ],
  'database-query': [
    { type: 'database_query', database: 'sales', tables: ['orders', 'items'], operations: ['select'], max_rows: 500 },
    { type: 'database_query', database: 'sales', tables: ['orders'], operations: ['select'], max_rows: 100 },
    {
      type: 'database_query',
      database: 'sales',
      tables: ['orders'],
      operations: ['select'],
      max_rows: 10,
      since: '2026-01-01',
    },
    { type: 'database_query', database: 'sales', tables: ['items'], operations: ['select'], max_rows: 1 },
    'select up to 500 rows of orders, items in the database sales',
  ],
  deployment: [
    { type: 'deployment', repository: 'shop', environments: ['staging', 'production'] },
    { type: 'deployment', repository: 'shop/api', environments: ['staging'], replicas: 4 },
    { type: 'deployment', repository: 'shop/api', environments: ['staging'], replicas: 2, commit: 'a'.repeat(40) },
    { type: 'deployment', repository: 'shop/api', environments: ['production'] },
    'Deploy any of shop to staging, production',
  ],
  'email-send': [
    { type: 'email_send', from: 'ada@example.com', recipients: ['bob@example.com', 'cyd@example.com'], messages: 10 },
    { type: 'email_send', from: 'ada@example.com', recipients: ['bob@example.com'], messages: 3 },
    { type: 'email_send', from: 'ada@example.com', recipients: ['bob@example.com'], messages: 1, attachments: false },
    { type: 'email_send', from: 'ada@example.com', recipients: ['eve@example.com'], messages: 1 },
    'Send up to 10 messages as ada@example.com to bob@example.com, cyd@example.com',
  ],
};

describe.each(EXAMPLES)('the example %s', (name) => {
  test('SC-02 TX-02 from consent over two hops to introspection, and never wider (RFC 9396 §7, §9)', async () => {
    const [wide, narrow, narrower, outside, words] = STEPS[name];
    const flow = await authorized(name, [wide]);
    expect(flow.pages.replaceAll(/\s+/g, ' ')).toContain(words);
    const app = await flow.redeem();
    expect([app.status, app.body['authorization_details']]).toEqual([200, [wide]]);
    const token = String(app.body['access_token']);
    expect((await introspected(name, token))['authorization_details']).toEqual([wide]);

    const asking = await exchange(agent, token, name, [narrow]);
    expect(asking.body['error']).toBe('consent_required');
    await allowed(asking);
    const first = await exchange(agent, token, name, [narrow]);
    expect(first.status).toBe(200);
    expect(first.body['authorization_details']).toEqual([expect.objectContaining(narrow)]);
    const held = String(first.body['access_token']);

    const second = await exchange(agent, held, name, [narrower]);
    expect(second.status).toBe(200);
    const { authorization_details: seen, active } = await introspected(name, String(second.body['access_token']));
    expect(active).toBe(true);
    expect(seen).toEqual([expect.objectContaining(narrower)]);
    // What the child did not name is its parent's.
    expect(Object.keys((seen as Words)[0] ?? {})).toEqual(expect.arrayContaining(Object.keys(narrow)));

    const refused = await exchange(agent, held, name, [outside]);
    expect([refused.status, refused.body['error']]).toEqual([400, 'invalid_authorization_details']);
    const again = await exchange(agent, String(second.body['access_token']), name, [narrow]);
    expect([again.body['error'], (again.body['denial'] as { layer?: string }).layer]).toEqual([
      'invalid_authorization_details',
      'subject_token',
    ]);
  });
});

describe('authorization details', () => {
  const pay = (amount: number, more: Record<string, unknown> = {}) => ({
    type: 'payment_initiation',
    amount,
    currency: 'EUR',
    ...more,
  });

  test('are a claim of JWT access tokens (RFC 9396 §9.1)', async () => {
    const { body } = await (await authorized('payment', [pay(300)])).redeem();
    expect(decodeJwt(String(body['access_token']))['authorization_details']).toEqual([pay(300)]);
  });

  test('are narrowed by a token request and by a refresh, and never widened by one (RFC 9396 §6, SC-03)', async () => {
    const flow = await authorized('payment', [pay(300)], { scope: 'openid offline_access use' });
    const first = await flow.redeem({ authorization_details: text(pay(200)) });
    expect(first.body['authorization_details']).toEqual([pay(200)]);
    const refresh = async (more: Record<string, string>, token = first.body['refresh_token']) =>
      scene.calls.token(keyed(scene.app), {
        grant_type: 'refresh_token',
        refresh_token: String(token),
        resource: resourceOf('payment'),
        ...more,
      });
    const wider = await refresh({ authorization_details: text(pay(301)) });
    expect([wider.status, wider.body['error']]).toEqual([400, 'invalid_authorization_details']);
    expect((await server.events('token.refused')).at(-1)).toMatchObject({
      decision: expect.stringMatching(/^dec_/),
      inputs: { removedDetails: [{ type: 'payment_initiation', layer: 'grant' }] },
    });
    const narrower = await refresh({ authorization_details: text(pay(100)) });
    expect(narrower.body['authorization_details']).toEqual([pay(100)]);
    const whole = await refresh({}, narrower.body['refresh_token']);
    expect(whole.body['authorization_details']).toEqual([pay(300)]);
  });

  test('can be left out one by one on the page, and are then not given', async () => {
    const flow = await authorized('payment', [pay(300), pay(50, { reference: 'lunch' })], {
      check: (field) => (field === 'detail' ? false : undefined),
    });
    const { status, body } = await flow.redeem();
    expect([status, body['authorization_details']]).toEqual([200, undefined]);
    const asked = await authorized('payment', [pay(301)], {
      check: (field) => (field === 'detail' ? false : undefined),
    });
    expect((await asked.redeem({ authorization_details: text(pay(1)) })).body['error']).toBe(
      'invalid_authorization_details',
    );
  });

  test('need no scope beside them', async () => {
    const { status, body } = await (await authorized('file-access', [STEPS['file-access'][0]], { scope: '' })).redeem();
    expect([status, body['authorization_details']]).toEqual([200, [STEPS['file-access'][0]]]);
    expect((await introspected('file-access', String(body['access_token'])))['active']).toBe(true);
  });

  test('AP-11 AZ-12 the same question is answered from memory, and any other is asked', async () => {
    const asks = async (details: Words): Promise<string | null> => {
      const request = scene.authorizationRequest(scene.app, {
        scope: 'openid use',
        resource: resourceOf('payment'),
        prompt: 'none',
        authorization_details: text(...details),
      });
      return (await scene.walk(request.url)).searchParams.get('error');
    };
    await (await authorized('payment', [pay(77)])).redeem();
    expect(await asks([pay(77)])).toBe(null);
    expect(await asks([pay(78)])).toBe('consent_required');
    expect(await asks([pay(77), pay(77, { reference: 'more' })])).toBe('consent_required');
  });

  const bad: readonly (readonly [string, string])[] = [
    ['no JSON', '[{'],
    ['an unknown type', '[{"type":"openid"}]'],
    ['a type of another resource', text(STEPS['file-access'][0])],
    ['an unknown member', text(pay(1, { act: { sub: 'agt_x' } }))],
    ['a member twice', '[{"type":"payment_initiation","amount":1,"amount":9,"currency":"EUR"}]'],
    ['1,000 levels', `${'['.repeat(1000)}`],
  ];
  test.each(bad)('SC-02 TX-05 %s is refused wherever it comes', async (_, details) => {
    const parameters = { scope: 'openid use', resource: resourceOf('payment'), authorization_details: details };
    const request = scene.authorizationRequest(scene.app, parameters);
    expect((await scene.walk(request.url)).searchParams.get('error')).toBe('invalid_authorization_details');
    const pushed = await scene.calls.push(keyed(scene.app), request.parameters);
    expect([pushed.status, pushed.body['error']]).toEqual([400, 'invalid_authorization_details']);
    const device = await scene.calls.device(keyed(scene.app), parameters);
    expect([device.status, device.body['error']]).toEqual([400, 'invalid_authorization_details']);
    const { body } = await (await authorized('payment', [pay(300)])).redeem();
    const exchanged = await scene.calls.exchange(keyed(agent), String(body['access_token']), resourceOf('payment'), {
      authorization_details: details,
    });
    expect([exchanged.status, exchanged.body['error']]).toEqual([400, 'invalid_authorization_details']);
  });

  test('need a resource, and are given once', async () => {
    const request = scene.authorizationRequest(scene.app, { scope: 'openid', authorization_details: text(pay(1)) });
    expect((await scene.walk(request.url)).searchParams.get('error')).toBe('invalid_target');
    const twice = await scene.calls.token(keyed(scene.app), {
      grant_type: 'client_credentials',
      resource: resourceOf('payment'),
      authorization_details: [text(pay(1)), text(pay(2))],
    });
    expect(twice.status).toBe(400);
  });

  test('come through a device, as the person saw them (RFC 8628)', async () => {
    const device = await scene.calls.device(keyed(scene.app), {
      scope: 'openid use',
      resource: resourceOf('payment'),
      authorization_details: text(pay(60)),
    });
    expect(device.status).toBe(200);
    const page = await scene.browser.open(String(device.body['verification_uri_complete']));
    const last = await scene.walkConsent(page, { consent: {} });
    expect(last.status).toBe(200);
    const { status, body } = await scene.calls.token(keyed(scene.app), {
      grant_type: DEVICE_CODE,
      device_code: String(device.body['device_code']),
      resource: resourceOf('payment'),
    });
    expect([status, body['authorization_details']]).toEqual([200, [pay(60)]]);
  });

  test('TX-02 another agent gets at most what the first one holds, by its own token', async () => {
    const clerk = await newAgent('Head clerk');
    const { body } = await (await authorized('payment', [pay(900)])).redeem();
    const token = String(body['access_token']);
    const asking = await exchange(clerk, token, 'payment', [pay(800)]);
    await allowed(asking, { delegable_to: other.clientId, delegable_depth: '1' });
    const first = await exchange(clerk, token, 'payment', [pay(800)]);
    expect(first.status).toBe(200);
    const handed = String(first.body['access_token']);
    const hop = await exchange(other, handed, 'payment', [pay(700)]);
    expect([hop.status, hop.body['authorization_details']]).toEqual([200, [expect.objectContaining(pay(700))]]);
    expect((await exchange(other, handed, 'payment', [pay(801)])).body['error']).toBe('invalid_authorization_details');
    expect((await exchange(other, handed, 'payment', [pay(500), pay(301)])).body['error']).toBe(
      'invalid_authorization_details',
    );
    // Not named, it is all that is held on the way.
    expect((await exchange(other, handed, 'payment')).body['authorization_details']).toEqual([
      expect.objectContaining(pay(800)),
    ]);
  });

  test('are of no type that a ceiling leaves out, with any consent', async () => {
    const blueprint = await scene.management.call('POST', '/blueprints', {
      name: 'Readers',
      purpose: 'Reads files',
      ceilings: { detail_types: ['file_access'] },
    });
    expect(blueprint.status).toBe(201);
    const { id } = blueprint.body as { readonly id: string };
    const version = { 'if-match': String(blueprint.headers.get('etag')) };
    expect((await scene.management.call('POST', `/blueprints/${id}/activate`, {}, version)).status).toBe(200);
    const reader = await newAgent('Reader', { blueprint: id });
    const { body } = await (await authorized('payment', [pay(900)])).redeem();
    const asking = await exchange(reader, String(body['access_token']), 'payment', [pay(1)]);
    expect([asking.body['error'], (asking.body['denial'] as { layer?: string }).layer]).toEqual([
      'invalid_authorization_details',
      'blueprint',
    ]);
  });

  test('AP-17 count against a budget of their amount, however they are split', async () => {
    const spender = await newAgent('Spender');
    const made = await scene.management.call('POST', '/budgets', {
      name: 'Of one agent',
      about: 'agent',
      subject: spender.clientId,
      measure: 'amount',
      detail_type: 'payment_initiation',
      currency_member: 'currency',
      currency: 'EUR',
      window_seconds: 3600,
      limit: 1000,
    });
    expect([made.status, made.text]).toEqual([201, expect.any(String)]);
    const { body } = await (await authorized('payment', [pay(700)])).redeem();
    const token = String(body['access_token']);
    await allowed(await exchange(spender, token, 'payment', [pay(700)]));
    expect((await exchange(spender, token, 'payment', [pay(700)])).status).toBe(200);
    const over = await exchange(spender, token, 'payment', [pay(301)]);
    expect([over.status, over.body['denial']]).toEqual([400, expect.objectContaining({ reason: 'budget_used_up' })]);
    expect((await exchange(spender, token, 'payment', [pay(300)])).status).toBe(200);
  });

  test('are shown under My account in the words of their type', async () => {
    await (await authorized('email-send', [STEPS['email-send'][0]])).redeem();
    const page = await scene.browser.open(`${server.issuer}/account`);
    expect(page.text.replaceAll(/\s+/g, ' ')).toContain(STEPS['email-send'][4]);
  });

  test('SC-04 policies see their amount', async () => {
    const payer = await newAgent('Payer');
    const { body } = await (await authorized('payment', [pay(9000)])).redeem();
    const token = String(body['access_token']);
    await allowed(await exchange(payer, token, 'payment', [pay(9000)]));
    const sets = scene.management;
    const active = await sets.call('GET', '/policy-sets/active');
    const bounded = await sets.call('POST', '/policy-sets', {
      text: `${String(active.body['text'])}
@id("small-payments")
@reason("Agents pay at most 50.00.")
forbid (principal is Agent, action == Action::"act", resource is DetailType)
when { resource.name == "payment_initiation" && context has amount && context.amount > 5000 };`,
    });
    expect([bounded.status, bounded.text]).toEqual([201, expect.any(String)]);
    const version = { 'if-match': String(bounded.headers.get('etag')) };
    const path = `/policy-sets/${String(bounded.body['version'] ?? bounded.body['id'])}/activation`;
    expect((await sets.call('POST', path, {}, version)).status).toBe(200);
    const refused = await exchange(payer, token, 'payment', [pay(5001)]);
    expect([refused.body['error'], refused.body['error_description'], refused.body['denial']]).toEqual([
      'access_denied',
      'Agents pay at most 50.00.',
      expect.objectContaining({ layer: 'policy', reason: 'policy_forbids' }),
    ]);
    expect((await exchange(payer, token, 'payment', [pay(5000)])).body['authorization_details']).toEqual([pay(5000)]);
  });

  const takeAway = async (path: string, detail: Detail): Promise<string> => {
    const page = await scene.browser.open(`${server.issuer}/account`);
    const form = page.forms.find(({ action }) => action.endsWith(path));
    if (!form) throw new Error(`nothing to take at ${path}: ${page.text}`);
    const id = detailId(resourceOf('payment'), detail);
    const check = (field: string, value: string) => field === 'detail' && value === id;
    return (await scene.browser.submit(page, form, { check })).text;
  };

  test('are taken from an app one by one: tokens that carry one end, at every holder, and the next carry the rest', async () => {
    const clerk = await newAgent('Night clerk');
    const flow = await authorized('payment', [pay(310), pay(55, { reference: 'tea' })], {
      scope: 'openid offline_access use',
    });
    const app = (await flow.redeem()).body;
    const token = String(app['access_token']);
    await allowed(await exchange(clerk, token, 'payment', [pay(300)]));
    const handed = String((await exchange(clerk, token, 'payment', [pay(300)])).body['access_token']);
    const isActive = async (each: string) => (await introspected('payment', each))['active'];
    expect([await isActive(token), await isActive(handed)]).toEqual([true, true]);

    expect(await takeAway(`/clients/${scene.app.clientId}/narrow`, pay(310))).toContain('Taken away.');
    expect([await isActive(token), await isActive(handed)]).toEqual([false, false]);
    const next = await scene.calls.token(keyed(scene.app), {
      grant_type: 'refresh_token',
      refresh_token: String(app['refresh_token']),
      resource: resourceOf('payment'),
    });
    expect([next.status, next.body['authorization_details']]).toEqual([200, [pay(55, { reference: 'tea' })]]);
    expect(await isActive(String(next.body['access_token']))).toBe(true);
    expect((await server.events('grant.narrowed')).at(-1)).toMatchObject({
      outcome: 'done',
      subject: scene.accountId,
      caller: scene.accountId,
      grant: decodeJwt(token)['grant_id'],
      inputs: { detailTypesTaken: { [resourceOf('payment')]: ['payment_initiation'] } },
    });
    // More takes a page again.
    const more = await exchange(clerk, String(next.body['access_token']), 'payment', [pay(300)]);
    expect([more.status, (more.body['denial'] as { layer?: string }).layer]).toEqual([400, expect.any(String)]);
  });

  test('are taken from an agent one by one, and from all below it', async () => {
    const clerk = await newAgent('Day clerk');
    const { body } = await (await authorized('payment', [pay(900), pay(33, { reference: 'stamps' })])).redeem();
    const token = String(body['access_token']);
    const both = [pay(800), pay(33, { reference: 'stamps' })];
    await allowed(await exchange(clerk, token, 'payment', both), {
      delegable_to: other.clientId,
      delegable_depth: '1',
    });
    const handed = String((await exchange(clerk, token, 'payment', [pay(800)])).body['access_token']);
    const below = String((await exchange(other, handed, 'payment', [pay(700)])).body['access_token']);
    const stamps = String((await exchange(clerk, token, 'payment', both.slice(1))).body['access_token']);
    const row = String(decodeJwt(handed)['delegation']);
    const isActive = async (each: string) => (await introspected('payment', each))['active'];
    expect([await isActive(handed), await isActive(below), await isActive(stamps)]).toEqual([true, true, true]);

    expect(await takeAway(`/delegations/${row}/narrow`, pay(800))).toContain('Taken away.');
    expect([await isActive(handed), await isActive(below), await isActive(stamps)]).toEqual([false, false, true]);
    expect((await exchange(clerk, token, 'payment', [pay(800)])).body['error']).not.toBe(undefined);
    expect((await scene.management.call('GET', `/delegations/${row}`)).body['details']).toEqual(both.slice(1));
    expect((await server.events('delegation.narrowed')).at(-1)).toMatchObject({
      outcome: 'done',
      delegation: row,
      caller: scene.accountId,
    });
  });

  test('are taken over the API and the command line by what they say; what is not held, or all, is refused', async () => {
    const clerk = await newAgent('Evening clerk');
    const flow = await authorized('payment', [pay(410), pay(44, { reference: 'ink' }), pay(43)], {
      scope: 'openid use',
    });
    const { body } = await flow.redeem();
    const token = String(body['access_token']);
    const grant = String(decodeJwt(token)['grant_id']);
    const at = resourceOf('payment');
    const isActive = async (each: string) => (await introspected('payment', each))['active'];
    const narrowGrant = (more: object) => scene.management.call('POST', `/grants/${grant}/narrow`, more);
    const events = async () => (await server.events('grant.narrowed')).filter((event) => event.grant === grant);
    for (const [taken, status, pointer] of [
      [{ details: { [at]: [pay(410), pay(411)] } }, 400, `/details/https:~1~1payment.example.com/1`],
      [{ resources: { [at]: ['use', 'abuse'] } }, 400, `/resources/https:~1~1payment.example.com/1`],
      [{ openid_scopes: ['openid'] }, 400, '/openid_scopes/0'],
      [{ openid_scopes: ['email'] }, 400, '/openid_scopes/0'],
      [{ resources: {} }, 400, undefined],
    ] as const) {
      const refused = await narrowGrant(taken);
      expect([refused.status, (refused.body['errors'] as { pointer: string }[] | undefined)?.[0]?.pointer]).toEqual([
        status,
        pointer,
      ]);
    }
    expect((await server.events('management.refused')).at(-1)).toMatchObject({
      outcome: 'refused',
      error: 'invalid_request',
      note: 'narrowGrant',
    });
    expect([await isActive(token), await events()]).toEqual([true, []]);
    // As it is compared: the order of members says nothing.
    const taken = await narrowGrant({
      details: { [at]: [{ currency: 'EUR', amount: 410, type: 'payment_initiation' }] },
    });
    expect([taken.status, taken.body['details']]).toEqual([200, { [at]: [pay(44, { reference: 'ink' }), pay(43)] }]);
    expect([await isActive(token), await events()]).toEqual([
      false,
      [expect.objectContaining({ outcome: 'done', subject: scene.accountId })],
    ]);

    const ink = pay(44, { reference: 'ink' });
    const again = String((await (await authorized('payment', [ink, pay(42)])).redeem()).body['access_token']);
    await allowed(await exchange(clerk, again, 'payment', [ink, pay(42)]));
    const handed = String((await exchange(clerk, again, 'payment', [ink])).body['access_token']);
    const row = String(decodeJwt(handed)['delegation']);
    const [out, err]: [string[], string[]] = [[], []];
    const terminal = { out: (line: string) => void out.push(line), err: (line: string) => void err.push(line) };
    const behalf = (...argv: readonly string[]) => runCli(argv, terminal, { BEHALF_DATA: server.dataFolder });
    expect(
      await behalf('grants', 'narrow', grant, '--detail', `${at} ${JSON.stringify(pay(43))}`, '--json', '--yes'),
    ).toBe(0);
    expect(JSON.parse(out.join(''))).toMatchObject({ id: grant, details: { [at]: [ink] } });
    expect(await behalf('grants', 'narrow', grant, '--detail', `${at} {`)).toBe(2);
    expect(await behalf('delegations', 'narrow', row)).toBe(2);
    expect(await behalf('delegations', 'narrow', row, '--detail', JSON.stringify(pay(1)), '--yes')).toBe(1);
    expect(err.join('')).toContain('does not hold this');
    expect(await isActive(handed)).toBe(true);
    expect(await behalf('delegations', 'narrow', row, '--detail', JSON.stringify(ink))).toBe(2);
    expect(await isActive(handed)).toBe(true);
    expect(await behalf('delegations', 'narrow', row, '--detail', JSON.stringify(ink), '--yes')).toBe(0);
    expect(await isActive(handed)).toBe(false);
    const all = await scene.management.call('POST', `/delegations/${row}/narrow`, {
      scope: ['use'],
      details: [pay(42)],
    });
    expect([all.status, all.text]).toEqual([409, expect.stringContaining('end it instead')]);
  });

  test('end with the delegation that held them', async () => {
    const { body } = await (await authorized('payment', [pay(20)])).redeem();
    const asking = await exchange(agent, String(body['access_token']), 'payment', [pay(20)]);
    if (consentUrl(asking)) await allowed(asking);
    const first = await exchange(agent, String(body['access_token']), 'payment', [pay(20)]);
    const token = String(first.body['access_token']);
    expect((await introspected('payment', token))['active']).toBe(true);
    await scene.management.revokeDelegation(String(decodeJwt(token)['delegation']));
    expect((await introspected('payment', token))['active']).toBe(false);
  });

  test('their types are in the metadata (RFC 9396 §10), some seconds after they were registered', async () => {
    const supported = async (path: string): Promise<unknown> => {
      const response = await fetch(`${server.issuer}/.well-known/${path}`);
      return ((await response.json()) as Record<string, unknown>)['authorization_details_types_supported'];
    };
    const types = EXAMPLES.map((name) => exampleType(name).type).sort();
    for (const path of ['openid-configuration', 'oauth-authorization-server']) {
      const latest = Date.now() + 15_000;
      while (JSON.stringify(await supported(path)) !== JSON.stringify(types) && Date.now() < latest) await delay(100);
      expect(await supported(path)).toEqual(types);
    }
  });
});
