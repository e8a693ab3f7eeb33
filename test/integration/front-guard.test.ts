/**
 * The front guard on whole servers, one of them below a path: AZ-15, IN-11, V7 and V8, the limits, and
 * what an issuer with a path means for every URL.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { assertionParameters } from '../support/agent-keys.ts';
import { auditWatch, COUNT_EACH_SECOND } from '../support/audit-watch.ts';
import { newBrowser } from '../support/browser-flow.ts';
import { authorize } from '../support/front-channel.ts';
import { type Answer, discover, formOf, post } from '../support/oauth-calls.ts';
import { type RawRequest, rawRequest } from '../support/raw-request.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { advance, now, startClock, stopClock } from '../support/stopped-clock.ts';

const FORM = ['Content-Type', 'application/x-www-form-urlencoded'] as const;
const DISCOVERY = ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server'];

const FORWARDED: readonly (readonly [string, string])[] = [
  ['X-Forwarded-Host', 'evil.example'],
  ['X-Forwarded-Host', 'localhost, evil.example'],
  ['X-Forwarded-Proto', 'https'],
  ['X-Forwarded-Proto', 'javascript'],
  ['X-Forwarded-Port', '443'],
  ['X-Forwarded-Prefix', '/evil'],
  ['X-Forwarded-Server', 'evil.example'],
  ['X-Forwarded-For', '10.0.0.1'],
  ['Forwarded', 'host=evil.example;proto=https'],
  ['X-Original-URL', '/token'],
  ['X-Rewrite-URL', '/token'],
  ['X-Host', 'evil.example'],
  ['X-HTTP-Method-Override', 'DELETE'],
  ['X-Real-IP', '10.0.0.1'],
];
const HOSTS = [
  'evil.example',
  'evil.example:443',
  'LOCALHOST',
  'localhost',
  'localhost:1',
  'localhost.evil.example',
  'localhost.',
  '127.0.0.1',
  '[::1]:80',
  'xn--80ak6aa92e.com',
  'a.b.c.d.e.f',
  '0',
];

let server: RunningServer;
let scene: Scene;
let audit: ReturnType<typeof auditWatch>;

const raw = async (request: RawRequest, to = server): Promise<Answer> => {
  const { status, headers, body } = await rawRequest(to.port, request);
  return {
    status,
    headers: new Headers([...headers].filter(([name]) => name !== '')),
    text: body,
    body: body !== '' && headers.get('content-type')?.includes('json') ? JSON.parse(body) : {},
  };
};

beforeAll(async () => {
  stopClock();
  server = await runServer({ environment: COUNT_EACH_SECOND });
  scene = await makeScene(server);
  audit = auditWatch(server);
});

afterAll(async () => {
  await server?.close();
  startClock();
});

describe('what a request says about the server decides nothing', () => {
  test('AZ-15 discovery and JWKS are the same bytes under 200 spellings of Host and forwarding headers', async () => {
    for (const target of [...DISCOVERY, '/jwks']) {
      const wanted = (await rawRequest(server.port, { target })).body;
      expect(wanted).toContain(target === '/jwks' ? '"keys"' : server.issuer);
      const variants: RawRequest[] = [
        ...HOSTS.map((host) => ({ target, host })),
        ...FORWARDED.map((header) => ({ target, headers: [header] })),
        ...HOSTS.slice(0, 3).flatMap((host) => FORWARDED.map((header) => ({ target, host, headers: [header] }))),
        { target, headers: FORWARDED },
      ];
      const different: unknown[] = [];
      for (const variant of variants) {
        const { status, body } = await rawRequest(server.port, variant);
        if (status !== 200 || body !== wanted) different.push([variant, status]);
      }
      expect(different).toEqual([]);
    }
  });

  test('AZ-15 redirects, device URLs, cookies and pages neither', async () => {
    const headers = [...FORWARDED, FORM];
    const auth = await raw({
      target: `/auth?${formOf(scene.authorizationRequest(scene.app, { scope: 'openid' }).parameters)}`,
      host: 'evil.example',
      headers,
    });
    expect(auth.status).toBe(303);
    expect(auth.headers.get('location')).toMatch(/^\/interaction\//);
    expect(auth.headers.get('set-cookie')).not.toMatch(/domain=|evil/i);
    const { parameters } = await authenticated();
    const device = await raw({
      method: 'POST',
      target: '/device/auth',
      host: 'evil.example',
      headers,
      body: String(formOf({ ...parameters, scope: 'openid' })),
    });
    expect(device.body['verification_uri']).toBe(`${server.issuer}/device`);
    for (const target of ['/', '/device', '/account', '/session/end', '/auth?client_id=x']) {
      const { text, headers: sent } = await raw({ target, host: 'evil.example', headers: FORWARDED });
      expect(text + JSON.stringify([...sent])).not.toContain('evil');
    }
  });

  test('V7 the Host header does not decide which audience an assertion may have', async () => {
    for (const [aud, host] of [
      ['http://evil.example/token', 'evil.example'],
      ['http://evil.example', 'evil.example'],
      ['https://evil.example/token', 'evil.example'],
    ] as const) {
      const proof = await assertionParameters(scene.agent, aud);
      const body = formOf({ client_id: scene.agent.clientId, grant_type: 'client_credentials', ...proof });
      await audit.refused(
        () =>
          raw({
            method: 'POST',
            target: '/token',
            host,
            headers: [FORM, ['X-Forwarded-Proto', 'https']],
            body: String(body),
          }),
        { status: 401, error: 'invalid_client' },
      );
    }
    const { parameters } = await authenticated(scene.agent);
    const good = formOf({ ...parameters, grant_type: 'client_credentials', resource: scene.jwt.identifier });
    await audit.issued(() =>
      raw({ method: 'POST', target: '/token', host: 'evil.example', headers: [FORM], body: String(good) }),
    );
  });

  test.each(['http://evil.example/token', 'https://evil.example/token', '//evil.example/token', '*'])(
    'V7 refuses the request target %s',
    async (target) => {
      await audit.refused(() => raw({ method: 'POST', target, headers: [FORM], body: 'a=1' }), {
        status: 400,
        error: 'invalid_request',
      });
    },
  );

  test.each(['a b', '[::1', 'exa%mple', ':99999', 'a:b:c', 'localhost:99999', 'a/b', 'a@b', 'ä', '', 'a,b', '"', '[]'])(
    'V8 answers 400 to the Host header "%s"',
    async (host) => {
      await audit.refused(() => raw({ target: DISCOVERY[0] ?? '', host }), { status: 400, error: 'invalid_request' });
    },
  );

  test('V8 and to none at all, or two', async () => {
    const none = await rawRequest(server.port, { target: '/jwks', host: null });
    expect(none.status).toBe(400);
    const two = await rawRequest(server.port, { target: '/jwks', headers: [['Host', 'evil.example']] });
    expect([200, 400]).toContain(two.status);
    expect(two.body).not.toContain('evil.example');
  });

  const authenticated = async (identity = scene.app) => ({
    parameters: { client_id: identity.clientId, ...(await assertionParameters(identity, server.issuer)) },
  });
});

describe('methods and spellings of a path', () => {
  test.each(['TRACE', 'PROPFIND', 'SEARCH', 'MKCOL', 'QUERY', 'LOCK'])(
    'IN-11 refuses the method %s everywhere',
    async (method) => {
      for (const target of ['/token', '/api/v1/agents', '/auth', '/account', '/nothing']) {
        await audit.refused(() => raw({ method, target }), { status: 405, error: 'invalid_request' });
      }
    },
  );

  test('a method that a page does not have is answered with a page, or JSON, and with those it has (RFC 9110 §15.5.6)', async () => {
    for (const [method, target, allow] of [
      ['POST', '/account/sessions', 'HEAD, GET'],
      ['GET', '/account/sessions/end-all', 'POST'],
      ['DELETE', '/language', 'POST'],
    ] as const) {
      const ask = (headers: NonNullable<RawRequest['headers']>) => raw({ method, target, headers });
      const page = await ask([
        ['Accept', 'text/html'],
        ['Accept-Language', 'de'],
      ]);
      expect([page.status, page.headers.get('allow'), page.headers.get('content-type')]).toEqual([
        405,
        allow,
        'text/html; charset=utf-8',
      ]);
      expect(page.text).toContain('Diese Adresse gibt es, aber nicht für eine solche Anfrage.');
      expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
      const plain = await ask([]);
      expect([plain.status, plain.headers.get('allow'), plain.body]).toEqual([
        405,
        allow,
        { error: 'method_not_allowed', error_description: `this path has ${allow}` },
      ]);
    }
  });

  test('IN-11 CONNECT and made-up methods get no tunnel and no answer of success', async () => {
    for (const method of ['CONNECT', 'FOO', 'get']) {
      const { status } = await rawRequest(server.port, { method, target: '/token' });
      expect([0, 400, 405]).toContain(status);
    }
  });

  test('IN-11 no method and no spelling of a path goes around authentication', async () => {
    const paths = [
      '/api/v1/agents',
      '/api/v1/agents/',
      '/API/v1/agents',
      '/api/v1//agents',
      '/api/v1/%61gents',
      '/%61pi/v1/agents',
      '/api/v1/agents;x',
      '/api/v1/agents/.',
      '/api/./v1/agents',
      '/x/../api/v1/agents',
      '/api/v1/agents%2f',
      '/api/v1/agents%00',
      '/api/v1/agents?x',
      '/account/../api/v1/agents',
      '/assets/../api/v1/agents',
      '/api%2fv1%2fagents',
    ];
    const answered: unknown[] = [];
    for (const target of paths) {
      for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
        const { status, text } = await raw({
          method,
          target,
          headers: [['Content-Type', 'application/json']],
          body: method === 'POST' ? '{}' : '',
        });
        const isRefused = status >= 400 && status < 500;
        const isOptions = method === 'OPTIONS' && status === 200 && text === '';
        if (!isRefused && !isOptions) answered.push([method, target, status]);
      }
    }
    expect(answered).toEqual([]);
  });

  test.each(['/token', '/TOKEN', '/token/', '/Token/'])('IN-11 %s wants the client authenticated', async (target) => {
    await audit.refused(
      () =>
        raw({
          method: 'POST',
          target,
          headers: [FORM],
          body: `grant_type=client_credentials&client_id=${scene.agent.clientId}`,
        }),
      { status: 401, error: 'invalid_client' },
    );
  });

  test('IN-11 HEAD and OPTIONS at the authorization endpoint grant nothing', async () => {
    await scene.newTokens(scene.jwt.identifier);
    const cookie = scene.browser.jar.header(new URL(`${server.issuer}/auth`));
    const { parameters } = scene.authorizationRequest(scene.app, { scope: 'openid' });
    const target = `/auth?${formOf(parameters)}`;
    const options = await raw({ method: 'OPTIONS', target, headers: [['Cookie', cookie]] });
    expect([options.status, options.headers.get('location')]).toEqual([404, null]);
    for (const method of ['PUT', 'DELETE', 'PATCH']) {
      const answer = await raw({
        method,
        target,
        headers: [['Cookie', cookie], FORM],
        body: String(formOf(parameters)),
      });
      expect([method, answer.status, answer.headers.get('location')]).toEqual([method, 404, null]);
    }
    // OpenID Connect Core §3.1.2.1: a form is taken as the request it holds, which is answered by GET.
    const form = await raw({
      method: 'POST',
      target: '/auth',
      headers: [['Cookie', cookie], FORM],
      body: String(formOf(parameters)),
    });
    expect([form.status, form.headers.get('location')]).toEqual([303, `${server.issuer}${target}`]);
  });

  test('IN-11 the code pages count guesses under every spelling of their path', async () => {
    const limited = await runServer({
      limits: true,
      environment: { ...COUNT_EACH_SECOND, BEHALF__LIMITS__DEVICEUSERCODEATTEMPTS: '4' },
    });
    try {
      const statuses: number[] = [];
      for (const target of ['/device', '/DEVICE', '/device/', '/Device/', '/device?x=1', '/DEVICE/?']) {
        statuses.push(
          (await raw({ method: 'POST', target, headers: [FORM], body: 'user_code=BBBB-BBBB' }, limited)).status,
        );
      }
      expect(statuses).toEqual([400, 400, 400, 400, 429, 429]);
      await auditWatch(limited).refused(
        () => raw({ method: 'POST', target: '/device', headers: [FORM], body: 'user_code=BBBB-BBBB' }, limited),
        { status: 429, error: 'slow_down' },
      );
    } finally {
      await limited.close();
    }
  });
});

describe('limits', () => {
  let limited: RunningServer;
  let world: Scene;
  let watch: ReturnType<typeof auditWatch>;
  const EXCEEDED = { status: 429, error: 'temporarily_unavailable' } as const;

  const newLimited = async (limits: Record<string, string>) => {
    limited = await runServer({ environment: { ...COUNT_EACH_SECOND, ...limits } });
    watch = auditWatch(limited);
  };
  const ownToken = (): Promise<Answer> =>
    world.calls.token(world.keyed(world.agent), { grant_type: 'client_credentials', resource: world.jwt.identifier });
  const retryAfter = ({ headers }: Answer): number => Number(headers.get('retry-after'));
  /** To the beginning of a new minute of the limits. */
  const nextMinute = (): void => advance((61 - (now() % 60)) * 1000);

  beforeAll(() =>
    newLimited({ BEHALF__LIMITS__REQUESTSPERCLIENTPERMINUTE: '5' }).then(async () => {
      world = await makeScene(limited);
    }),
  );
  afterAll(() => limited?.close());

  test('a client that proved itself too often in a minute gets 429 with Retry-After at every endpoint', async () => {
    nextMinute();
    for (let used = 0; used < 5; used += 1) expect((await ownToken()).status).toBe(200);
    const { answer } = await watch.refused(ownToken, EXCEEDED);
    expect(retryAfter(answer)).toBeGreaterThanOrEqual(1);
    expect(retryAfter(answer)).toBeLessThanOrEqual(60);
    const { keyed, agent, calls } = world;
    for (const work of [
      () => calls.push(keyed(agent), world.authorizationRequest(agent, {}).parameters),
      () => calls.device(keyed(agent), {}),
      () => calls.introspect(keyed(agent), 'x'),
      () => calls.revoke(keyed(agent), 'x'),
    ]) {
      await watch.refused(work, EXCEEDED);
    }
    // People whom an app of this client sends here go on; so do other clients, and the client in the next minute.
    const { parameters } = world.authorizationRequest(agent, { scope: 'openid' });
    const sent = await fetch(`${calls.endpoints.authorization}?${new URLSearchParams(parameters)}`, {
      redirect: 'manual',
    });
    expect([sent.status, sent.headers.get('location')]).toEqual([303, expect.stringContaining('/interaction/')]);
    expect((await calls.introspect(world.jwt.credential, 'x')).status).toBe(200);
    nextMinute();
    await watch.issued(ownToken);
  });

  test('a stranger who names a client cannot use up its minute', async () => {
    nextMinute();
    const { agent, calls } = world;
    const other = await assertionParameters({ ...agent, key: world.app.key }, limited.issuer);
    const stranger = { client_id: agent.clientId, grant_type: 'client_credentials' };
    for (let tries = 0; tries < 20; tries += 1) {
      for (const proof of [{}, other, { client_secret: 'guess' }]) {
        expect((await post(calls.endpoints.token, { ...stranger, ...proof })).status).toBe(401);
      }
    }
    for (let used = 0; used < 5; used += 1) expect((await ownToken()).status).toBe(200);
    await watch.refused(ownToken, EXCEEDED);
    nextMinute();
  });

  test('nor can a replayed assertion, nor any client the limit of a public client', async () => {
    nextMinute();
    const { agent, calls, management } = world;
    const used = { client_id: agent.clientId, ...(await assertionParameters(agent, limited.issuer)) };
    const replay = () =>
      post(calls.endpoints.token, { ...used, grant_type: 'client_credentials', resource: world.jwt.identifier });
    expect((await replay()).status).toBe(200);
    for (let tries = 0; tries < 10; tries += 1) expect((await replay()).status).toBe(401);
    for (let tries = 0; tries < 4; tries += 1) expect((await ownToken()).status).toBe(200);
    nextMinute();

    const client_id = (
      await management.createClient({
        name: 'Public',
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code'],
        redirect_uris: ['https://app.example.com/callback'],
      })
    ).id;
    nextMinute();
    const guess = () =>
      post(calls.endpoints.token, {
        grant_type: 'authorization_code',
        client_id,
        code: 'x',
        redirect_uri: 'https://app.example.com/callback',
        code_verifier: 'a'.repeat(43),
      });
    for (let tries = 0; tries < 10; tries += 1) expect((await guess()).status).toBe(400);
    await watch.refused(guess, { status: 400, error: 'invalid_grant' });
  });

  test('a source that asks too often gets 429 with Retry-After, for any request', async () => {
    await limited.close();
    await newLimited({ BEHALF__LIMITS__REQUESTSPERSOURCEPERMINUTE: '10' });
    nextMinute();
    const get = (target: string): Promise<Answer> => raw({ target }, limited);
    for (let used = 0; used < 10; used += 1) expect((await get('/jwks')).status).toBe(200);
    for (const target of ['/jwks', '/token', '/account', '/api/v1/agents', '/nothing']) {
      const { answer } = await watch.refused(() => get(target), EXCEEDED);
      expect(retryAfter(answer)).toBeGreaterThanOrEqual(1);
    }
    // The address a stranger claims for itself is not believed (decision D20).
    const claimed = await raw({ target: '/jwks', headers: [['X-Forwarded-For', '10.9.8.7']] }, limited);
    expect(claimed.status).toBe(429);
    nextMinute();
    expect((await get('/jwks')).status).toBe(200);
  });

  test('what is malformed counts against its source too', async () => {
    nextMinute();
    for (let used = 0; used < 10; used += 1)
      expect((await raw({ target: '/jwks', host: 'a b' }, limited)).status).toBe(400);
    await watch.refused(() => raw({ target: '/jwks' }, limited), EXCEEDED);
  });

  test('behind a trusted proxy, the address that it forwards is the source', async () => {
    await limited.close();
    await newLimited({
      BEHALF__LIMITS__REQUESTSPERSOURCEPERMINUTE: '3',
      BEHALF__LISTEN__TRUSTEDPROXIES: '["127.0.0.1","10.0.0.0/8"]',
    });
    nextMinute();
    const from = (address: string) => raw({ target: '/jwks', headers: [['X-Forwarded-For', address]] }, limited);
    for (let used = 0; used < 3; used += 1) expect((await from('192.0.2.1')).status).toBe(200);
    expect((await from('192.0.2.1')).status).toBe(429);
    expect((await from('203.0.113.9, 192.0.2.1, 10.1.2.3')).status).toBe(429);
    expect((await from('192.0.2.1, 192.0.2.2')).status).toBe(200);
  });
});

describe('an issuer with a path', () => {
  let below: RunningServer;
  let world: Scene;
  const BASE = '/id';

  beforeAll(async () => {
    below = await runServer({ path: BASE, environment: COUNT_EACH_SECOND });
    world = await makeScene(below);
  });
  afterAll(() => below?.close());

  test('AZ-15 both discovery documents name every endpoint below the path (RFC 8414 §3.1)', async () => {
    const targets = [`${BASE}${DISCOVERY[0]}`, `${BASE}${DISCOVERY[1]}`, `${DISCOVERY[1]}${BASE}`];
    const documents = await Promise.all(targets.map((target) => raw({ target }, below)));
    for (const { status, body } of documents) {
      expect(status).toBe(200);
      expect(body).toEqual(documents[0]?.body);
      expect(body['issuer']).toBe(below.issuer);
      for (const [name, value] of Object.entries(body)) {
        if (/_endpoint$|jwks_uri/.test(name))
          expect([name, String(value)]).toEqual([name, expect.stringMatching(`^${below.issuer}/`)]);
      }
    }
  });

  test('nothing is served beside the path', async () => {
    for (const target of [
      '/',
      '/token',
      '/jwks',
      '/account',
      '/idx',
      '/idx/jwks',
      '/ID/jwks',
      '/api/v1/agents',
      DISCOVERY[0] ?? '',
      DISCOVERY[1] ?? '',
      `${DISCOVERY[1]}/other`,
    ]) {
      expect([target, (await raw({ target }, below)).status]).toEqual([target, 404]);
    }
    expect((await raw({ target: BASE }, below)).status).toBe(200);
  });

  test('every flow of a client works there: code, refresh, exchange, introspection, userinfo, management', async () => {
    const { calls, keyed, app, agent, jwt, opaque } = world;
    const tokens = await world.newTokens(jwt.identifier);
    expect(decodeJwt(String(tokens['id_token'])).iss).toBe(below.issuer);
    const introspected = await calls.introspect(jwt.credential, String(tokens['access_token']));
    expect(introspected.body).toMatchObject({ active: true, iss: below.issuer });
    const refreshed = await calls.token(keyed(app), {
      grant_type: 'refresh_token',
      refresh_token: String(tokens['refresh_token']),
      resource: jwt.identifier,
    });
    expect([refreshed.status, refreshed.text]).toEqual([200, expect.any(String)]);
    await world.consentToAgent(agent, String(tokens['access_token']), opaque.identifier);
    const exchanged = await calls.exchange(keyed(agent), String(tokens['access_token']), opaque.identifier);
    expect([exchanged.status, exchanged.text]).toEqual([200, expect.any(String)]);
    const device = await calls.device(keyed(app), { scope: 'openid' });
    expect(device.body['verification_uri']).toBe(`${below.issuer}/device`);
    const pushed = await calls.push(keyed(app), world.authorizationRequest(app, { scope: 'openid' }).parameters);
    expect(pushed.status).toBe(201);
    expect((await world.management.call('GET', '/agents')).status).toBe(200);
  });

  test('AZ-06 an issuer below another on the same host is another issuer', async () => {
    const endpoints = await discover(below.issuer);
    const { parameters } = world.authorizationRequest(world.app, { scope: 'openid', prompt: 'none' });
    const answer = await authorize(newBrowser(below.issuer), endpoints.authorization, parameters);
    expect(answer.parameters).toMatchObject({ error: 'login_required', iss: below.issuer });
    const assertion = await assertionParameters(world.agent, new URL(below.issuer).origin);
    await auditWatch(below).refused(
      () => post(endpoints.token, { client_id: world.agent.clientId, grant_type: 'client_credentials', ...assertion }),
      { status: 401, error: 'invalid_client' },
    );
  });

  test('links, forms and redirects of the pages stay below the path, and so do their cookies', async () => {
    const browser = newBrowser(below.issuer);
    const cookies: string[] = [];
    const { request } = browser;
    const pages: { url: string; html: string }[] = [];
    const visit = async (url: string): Promise<void> => {
      const response = await request(url);
      cookies.push(...response.headers.getSetCookie());
      const location = response.headers.get('location');
      const html = await response.text();
      if (location !== null) return visit(new URL(location, url).href);
      pages.push({ url, html });
      return undefined;
    };
    await visit(`${below.issuer}/`);
    await visit(`${below.issuer}/account`);
    await visit(`${below.issuer}/device`);
    await visit(`${below.issuer}/nothing`);
    await visit(world.authorizationRequest(world.app, { scope: 'openid' }).url);
    await visit(`${below.issuer}/interaction/unknown`);
    await visit(`${below.issuer}/auth?client_id=unknown`);

    for (const { url, html } of pages) {
      const links = [...html.matchAll(/\s(?:href|action|src)="([^"]*)"/g)].map(([, link = '']) => link);
      const outside = links.filter((link) => {
        const { origin, pathname } = new URL(link, url);
        const isWellKnown = pathname === `${DISCOVERY[1]}${BASE}`;
        return link.startsWith('#')
          ? false
          : origin !== new URL(below.issuer).origin ||
              !(pathname === BASE || pathname.startsWith(`${BASE}/`) || isWellKnown);
      });
      expect({ url, outside }).toEqual({ url, outside: [] });
    }
    expect(pages.length).toBe(7);
    const paths = cookies.map((cookie) => [cookie.split('=')[0], /path=([^;]*)/i.exec(cookie)?.[1]]);
    expect(paths.length).toBeGreaterThan(3);
    for (const [name, path] of paths) {
      const isSession = /^behalf_(?:session|guest)/.test(String(name));
      expect([name, isSession ? path === '/' : String(path).startsWith(`${BASE}/`)]).toEqual([name, true]);
    }
    for (const { html } of pages.slice(0, 2)) {
      const style = /href="([^"]*\.css[^"]*)"/.exec(html)?.[1];
      expect((await request(new URL(String(style), below.issuer).href)).status).toBe(200);
    }
  });
});
