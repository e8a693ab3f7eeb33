/** nginx and HAProxy carry out the decision of the gateway, with the files of docs/how-to/proxies. Needs both programs. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type RawAnswer, type RawRequest, rawRequest, sendBytes } from '../support/raw-request.ts';
import { type AskingProxy, hasProxy, startAskingProxy } from './asking-proxies.ts';
import { type GatewayWorld, gatewayWorld } from './gateway-world.ts';

const RESOURCE = 'https://notes.example.com';
const portOf = (url: string): number => Number(new URL(url).port);

const SETTINGS = {
  resource: RESOURCE,
  decisions: { port: 0 },
  upstream: { identity: { 'X-Account': 'subject', 'X-Agent': 'actor' } },
  routes: [
    { path: '/notes', methods: ['GET'], scopes: ['notes.read'] },
    { path: '/notes/:id', methods: ['GET', 'PUT'], scopes: ['notes.read'] },
    { path: '/admin', methods: ['GET'], scopes: ['notes.admin'] },
    { path: '/health', methods: ['GET'], public: true },
  ],
};

const NAMES: readonly AskingProxy[] = ['nginx', 'haproxy'];

/** `.ci/run` installs both. */
const withProgram = (name: AskingProxy, tests: () => void): void =>
  hasProxy(name) ? describe(name, tests) : describe.skip(name, tests);

for (const name of NAMES) withProgram(name, () => describeProxy(name));

function describeProxy(name: AskingProxy): void {
  let world: GatewayWorld;
  let proxy: Awaited<ReturnType<typeof startAskingProxy>>;
  beforeAll(async () => {
    world = await gatewayWorld(SETTINGS);
    proxy = await startAskingProxy(name, {
      api: portOf(world.upstream.url),
      gateway: world.gateway.port,
      decisions: Number(world.gateway.decisionPort),
    });
  });
  beforeEach(() => {
    world.upstream.reset();
    world.issuer.state.isDown = false;
  });
  afterAll(async () => {
    await proxy?.close();
    await world?.close();
  });

  const send = async (request: RawRequest, claims: object | null = {}): Promise<RawAnswer> => {
    const token = claims === null ? undefined : await world.issuer.token({ aud: RESOURCE, ...claims });
    const headers = [
      ...(token === undefined ? [] : ([['Authorization', `Bearer ${token}`]] as const)),
      ...(request.headers ?? []),
    ];
    return rawRequest(proxy.port, { ...request, headers });
  };
  const seen = () => world.upstream.requests.map(({ method, target }) => `${method} ${target}`);

  test('passes a request that the token allows, with who calls and without the token', async () => {
    const { status, body } = await send({ method: 'PUT', target: '/notes/7?full=1', body: 'a note' });
    expect([status, body]).toEqual([200, 'ok']);
    expect(seen()).toEqual(['PUT /notes/7?full=1']);
    expect(world.upstream.requests[0]?.body).toBe('a note');
    expect(world.upstream.values('x-account')).toEqual(['acc_ada']);
    expect(world.upstream.values('x-agent')).toEqual(['agt_planner']);
    expect(world.upstream.values('authorization')).toEqual([]);
    expect(world.gateway.log.at(-1)).toMatchObject({
      event: 'decision',
      method: 'PUT',
      outcome: 'permitted',
      route: '/notes/:id',
      txn: 'txn_1',
    });
  });

  test('replaces headers by which a client says who it is or what it asks for', async () => {
    const forged = [
      ['X-Account', 'acc_other'],
      ['x-agent', 'agt_other'],
      ['X-Original-URI', '/health'],
      ['X-Original-Method', 'GET'],
      ['X-Forwarded-For', '10.0.0.1'],
      ['Cookie', 'user=other'],
      ['Forwarded', 'for=10.0.0.1'],
      ['X-Behalf-Target', '/admin'],
    ] as const;
    expect((await send({ target: '/notes', headers: forged }, { act: undefined })).status).toBe(200);
    expect(world.upstream.values('x-account')).toEqual(['acc_ada']);
    expect(world.upstream.values('x-agent')).toEqual([]);
    expect(world.upstream.values('x-forwarded-for')).toEqual(['127.0.0.1']);
    for (const removed of ['cookie', 'forwarded', 'x-original-uri', 'x-original-method']) {
      expect([removed, world.upstream.values(removed)]).toEqual([removed, []]);
    }
    expect(seen()).toEqual(['GET /notes']);
    world.upstream.reset();
    const refused = await send({ target: '/admin', headers: forged });
    expect([refused.status, seen()]).toEqual([403, []]);
  });

  test.each([
    'Remote-User',
    'X-Auth-Request-Email',
    'X-Auth-Request-User',
    'X-Authenticated-User',
    'X-Forwarded-Email',
    'X-Forwarded-Groups',
    'X-Forwarded-User',
    'X-Groups',
    'X-Real-IP',
    'X-Remote-User',
    'X-Roles',
    'X-User',
  ])('removes %s of a client, which could name a user', async (header) => {
    expect((await send({ target: '/notes', headers: [[header, 'admin']] })).status).toBe(200);
    expect(world.upstream.values(header.toLowerCase())).toEqual([]);
  });

  test('lets no header with an underscore stand for one of its own', async () => {
    const { status } = await send({ target: '/notes', headers: [['X_Account', 'acc_other']] });
    // nginx leaves the header out, HAProxy refuses the request.
    expect([200, 403]).toContain(status);
    expect(world.upstream.values('x_account')).toEqual([]);
  });

  test('answers with the challenges of the gateway', async () => {
    const without = await send({ target: '/notes' }, null);
    expect([without.status, without.head]).toEqual([
      401,
      expect.stringContaining(`resource_metadata="${RESOURCE}/.well-known/oauth-protected-resource"`),
    ]);
    const expired = await send({ target: '/notes' }, { exp: 1_700_000_000 });
    expect([expired.status, expired.head]).toEqual([401, expect.stringContaining('error="invalid_token"')]);
    const little = await send({ target: '/admin' });
    expect([little.status, little.head]).toEqual([403, expect.stringContaining('error="insufficient_scope"')]);
    expect(seen()).toEqual([]);
  });

  test.each([
    '/notes/../admin',
    '/notes/%2e%2e/admin',
    '/notes/..%2fadmin',
    '/notes//7',
    '/notes/;x=/admin',
    '/notes/%252e%252e/admin',
    '/notes/7%00',
    '/Notes',
    '/notes/',
    '/unknown',
    '/_behalf',
    '/auth_request',
    '/decision',
  ])('refuses the path %s, and the API never sees it', async (target) => {
    const { status } = await send({ target });
    expect(status >= 400 && status < 500).toBe(true);
    expect(seen()).toEqual([]);
  });

  test('gives the API the path of the decision', async () => {
    expect((await send({ target: '/%6eotes?a=%41' })).status).toBe(200);
    expect(seen()).toEqual(['GET /notes?a=%41']);
  });

  test.each([
    ['two tokens', 'GET /notes HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n'],
    ['CONNECT', 'CONNECT notes:80 HTTP/1.1\r\nHost: notes:80\r\n\r\n'],
    ['TRACE', 'TRACE /notes HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a method without a route', 'DELETE /notes HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['an unknown method', 'BREW /notes HTTP/1.1\r\nHost: a\r\n\r\n'],
    [
      'a length and a transfer coding',
      'GET /notes HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /admin HTTP/1.1\r\nHost: a\r\n\r\n',
    ],
  ])('refuses %s', async (_title, bytes) => {
    const { status } = await sendBytes(proxy.port, bytes);
    expect(status === 0 || status >= 400).toBe(true);
    expect(seen()).toEqual([]);
  });

  test('serves a public route and the metadata document without a token', async () => {
    expect((await send({ target: '/health' }, null)).status).toBe(200);
    const { status, body } = await send({ target: '/.well-known/oauth-protected-resource' }, null);
    expect([status, JSON.parse(body)]).toEqual([200, expect.objectContaining({ resource: RESOURCE })]);
    expect(seen()).toEqual(['GET /health']);
  });

  test('serves the metadata document of a resource with a path, and decides about the paths beside it (RFC 9728 §3.1)', async () => {
    const resource = `${RESOURCE}/v1`;
    const own = await gatewayWorld({ ...SETTINGS, resource });
    const alone = await startAskingProxy(name, {
      api: portOf(own.upstream.url),
      gateway: own.gateway.port,
      decisions: Number(own.gateway.decisionPort),
    });
    const document = '/.well-known/oauth-protected-resource';
    try {
      const { status, body } = await rawRequest(alone.port, { target: `${document}/v1` });
      expect([status, JSON.parse(body)]).toEqual([200, expect.objectContaining({ resource })]);
      const token = await own.issuer.token({ aud: resource });
      const headers = [['Authorization', `Bearer ${token}`]] as const;
      for (const target of [document, `${document}/v2`, `${document}/../../admin`, `${document}/..%2f..%2fadmin`]) {
        const answer = await rawRequest(alone.port, { target, headers });
        expect([target, answer.status >= 400 && answer.status < 500]).toEqual([target, true]);
      }
      expect(own.upstream.requests).toEqual([]);
    } finally {
      await alone.close();
      await own.close();
    }
  });

  test('refuses everything while it cannot ask', async () => {
    const own = await gatewayWorld(SETTINGS);
    const alone = await startAskingProxy(name, {
      api: portOf(own.upstream.url),
      gateway: own.gateway.port,
      // A port at which nothing answers.
      decisions: 1,
    });
    try {
      const { status } = await rawRequest(alone.port, { target: '/health' });
      expect(status).toBeGreaterThanOrEqual(500);
      expect(own.upstream.requests).toEqual([]);
    } finally {
      await alone.close();
      await own.close();
    }
  });
}
