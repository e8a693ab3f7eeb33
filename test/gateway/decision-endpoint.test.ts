/** The protocol for proxies that only ask: who may ask, how they name the original request, and what each of them gets. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type RawAnswer, rawRequest } from '../support/raw-request.ts';
import { bodyOf, type GatewayWorld, gatewayWorld, runGateway } from './gateway-world.ts';

const ROUTES = [
  { path: '/notes', methods: ['GET'], scopes: ['notes.read'] },
  { path: '/notes/:id', methods: ['PUT'], scopes: ['notes.write'] },
  { path: '/admin', scopes: ['notes.admin'] },
  { path: '/health', public: true },
];
const IDENTITY = { 'X-Account': 'subject', 'X-Agent': 'actor' };

let world: GatewayWorld;
beforeAll(async () => {
  world = await gatewayWorld({ decisions: { port: 0 }, upstream: { identity: IDENTITY }, routes: ROUTES });
});
beforeEach(() => world.upstream.reset());
afterAll(() => world.close());

type Lines = readonly (readonly [string, string])[];

const ask = (target: string, headers: Lines = [], more: { method?: string; body?: string } = {}): Promise<RawAnswer> =>
  rawRequest(Number(world.gateway.decisionPort), { target, headers, ...more });
const bearer = async (claims: object = {}): Promise<readonly [string, string]> => [
  'Authorization',
  `Bearer ${await world.issuer.token({ ...claims })}`,
];
const about = (method: string, target: string): Lines => [
  ['X-Original-Method', method],
  ['X-Original-URI', target],
];

describe.each(['/auth_request', '/decision'])('a question at %s', (path) => {
  test('is permitted with the normalised path and each header about the caller', async () => {
    const answer = await ask(path, [await bearer(), ...about('PUT', '/n%6Ftes/7?a=1')]);
    expect([answer.status, answer.body]).toEqual([200, '']);
    expect(answer.headers.get('x-behalf-target')).toBe('/notes/7?a=1');
    expect([answer.headers.get('x-account'), answer.headers.get('x-agent')]).toEqual(['acc_ada', 'agt_planner']);
    expect(answer.headers.get('x-behalf-authorization')).toBeUndefined();
    const own = await ask(path, [await bearer({ act: undefined }), ...about('GET', '/notes')]);
    expect([own.status, own.headers.get('x-agent')]).toEqual([200, '']);
    const open = await ask(path, about('GET', '/health'));
    expect([open.status, open.headers.get('x-account')]).toEqual([200, '']);
    expect(world.upstream.requests).toEqual([]);
  });

  test.each<[string, Lines]>([
    ['without the original request', []],
    ['without the method', [['X-Original-URI', '/health']]],
    ['without the path', [['X-Original-Method', 'GET']]],
    ['with two paths', [...about('GET', '/health'), ['x-original-uri', '/admin']]],
    ['with two methods', [...about('GET', '/health'), ['X-ORIGINAL-METHOD', 'PUT']]],
  ])('%s is refused', async (_title, headers) => {
    const answer = await ask(path, headers);
    expect([answer.status, bodyOf(answer).denial.reason]).toEqual([400, 'question_malformed']);
  });

  test('with content, or with another method than GET, is refused', async () => {
    for (const [method, body] of [
      ['POST', ''],
      ['POST', 'x'],
      ['HEAD', ''],
    ] as const) {
      const { status } = await ask(path, about('GET', '/health'), { method, body });
      expect([method, status]).toEqual([method, 400]);
    }
  });

  test('about the metadata document is refused: 200 would be a permit', async () => {
    const target = '/.well-known/oauth-protected-resource/api';
    const answer = await ask(path, about('GET', target));
    expect([answer.status, bodyOf(answer).denial.reason]).toEqual([403, 'metadata_elsewhere']);
    expect((await world.gateway.send({ target })).status).toBe(200);
  });

  test('about a token that is not valid is 401 with the challenge', async () => {
    const answer = await ask(path, [await bearer({ exp: 1_700_000_000 }), ...about('GET', '/notes')]);
    expect([answer.status, answer.head]).toEqual([401, expect.stringContaining('error="invalid_token"')]);
    expect(world.gateway.log.at(-1)).toMatchObject({
      event: 'decision',
      method: 'GET',
      outcome: 'refused',
      status: 401,
      reason: 'token_expired',
    });
  });
});

test.each<[string, string, string, number]>([
  ['a scope that is missing', 'GET', '/admin', 403],
  ['a path of no route', 'GET', '/unknown', 403],
  ['a path that can be read differently', 'GET', '/notes/../admin', 400],
  ['a target that is no path', 'GET', 'http://a/notes', 400],
  ['a path but for a slash', 'GET', '/notes/', 404],
  ['a method without a route', 'DELETE', '/notes', 405],
  ['a method that is not used', 'TRACE', '/notes', 405],
])('%s has its own status for scripts and Envoy, and 403 for nginx', async (_title, method, target, status) => {
  const headers = [await bearer(), ...about(method, target)];
  expect((await ask('/decision', headers)).status).toBe(status);
  const nginx = await ask('/auth_request', headers);
  expect([nginx.status, nginx.headers.get('x-behalf-status')]).toEqual([403, String(status)]);
});

describe('Envoy, which sends the original method and path (ext_authz over HTTP)', () => {
  const envoy = (target: string, headers: Lines, method = 'GET') =>
    ask(`/envoy${target}`, method === 'GET' ? [...headers, ['Content-Length', '0']] : headers, { method });

  test('gets a permit with the headers about the caller', async () => {
    const answer = await envoy('/notes/7?a=1', [await bearer()], 'PUT');
    expect([answer.status, answer.headers.get('x-account')]).toEqual([200, 'acc_ada']);
    expect(world.gateway.log.at(-1)).toMatchObject({ method: 'PUT', outcome: 'permitted', route: '/notes/:id' });
  });

  test('gets the refusal as the client should have it', async () => {
    const answer = await envoy('/admin', [await bearer()]);
    expect([answer.status, answer.head]).toEqual([403, expect.stringContaining('error="insufficient_scope"')]);
    expect(bodyOf(answer).error).toBe('insufficient_scope');
  });

  test('gets no permit for a path that the API would get in another form', async () => {
    const answer = await envoy('/n%6Ftes', [await bearer()]);
    expect([answer.status, bodyOf(answer).denial.reason]).toEqual([400, 'target_ambiguous']);
  });

  test('is not misled by the headers of the other form', async () => {
    const answer = await envoy('/admin', [await bearer(), ...about('GET', '/health')]);
    expect(answer.status).toBe(403);
  });
});

test('there is no permit at any other path', async () => {
  for (const path of ['/', '/envoy', '/auth_request/', '/decision?x=1', '/notes', '/health']) {
    expect([path, (await ask(path, about('GET', '/health'))).status]).toEqual([path, 400]);
  }
});

test('a server that cannot be reached is 503, also for nginx', async () => {
  const own = await gatewayWorld({ decisions: { port: 0 }, routes: ROUTES });
  own.issuer.state.isDown = true;
  try {
    const token = await own.issuer.token();
    const headers = [['Authorization', `Bearer ${token}`] as const, ...about('GET', '/notes')];
    const { status } = await rawRequest(Number(own.gateway.decisionPort), { target: '/auth_request', headers });
    expect(status).toBe(503);
  } finally {
    await own.close();
  }
});

test('with a secret, only a proxy that sends it once gets an answer', async () => {
  const { mkdtemp, rm, writeFile } = await import('node:fs/promises');
  const folder = await mkdtemp('/tmp/behalf-secret-');
  const secret = 'a secret of more than thirty-two characters'.replaceAll(' ', '-');
  await writeFile(`${folder}/secret`, `${secret}\n`);
  const gateway = await runGateway({
    issuer: world.issuer.url,
    resource: 'https://notes.example.com/api',
    upstream: { url: world.upstream.url, token: 'same' },
    decisions: { port: 0, secretFile: `${folder}/secret` },
    routes: ROUTES,
  });
  const asked = (headers: Lines) =>
    rawRequest(Number(gateway.decisionPort), {
      target: '/decision',
      headers: [...about('GET', '/health'), ...headers],
    });
  try {
    for (const headers of [
      [],
      [['X-Behalf-Proxy', `${secret}x`]],
      [['X-Behalf-Proxy', '']],
      [
        ['X-Behalf-Proxy', secret],
        ['x-behalf-proxy', secret],
      ],
    ] as const) {
      const answer = await asked(headers);
      expect([answer.status, bodyOf(answer).denial.reason]).toEqual([403, 'proxy_unknown']);
    }
    expect((await asked([['X-Behalf-Proxy', secret]])).status).toBe(200);
    const token = await world.issuer.token();
    const answer = await rawRequest(Number(gateway.decisionPort), {
      target: '/decision',
      headers: [...about('GET', '/notes'), ['X-Behalf-Proxy', secret], ['Authorization', `Bearer ${token}`]],
    });
    expect(answer.headers.get('x-behalf-authorization')).toBe(`Bearer ${token}`);
  } finally {
    await gateway.close();
    await rm(folder, { recursive: true });
  }
});
