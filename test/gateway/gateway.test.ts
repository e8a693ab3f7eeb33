/** What a gateway lets through, and what it answers by itself. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { newPair } from '../resource-server/issuer.ts';
import { jktOf, proofOf } from '../resource-server/proofs.ts';
import { until } from '../support/until.ts';
import { bodyOf, type GatewayWorld, gatewayWorld } from './gateway-world.ts';

let world: GatewayWorld;

beforeAll(async () => {
  world = await gatewayWorld({
    name: 'Notes',
    routes: [
      { path: '/api/notes', methods: ['GET'], scopes: ['notes.read'] },
      { path: '/api/notes', methods: ['POST'], scopes: ['notes.write'], actor: 'required' },
      { path: '/api/notes/:id', scopes: ['notes.write'] },
      { path: '/api/notes/shared', scopes: ['notes.read'] },
      { path: '/api/archive/*', scopes: ['notes.admin'] },
      { path: '/open', methods: ['GET'], public: true },
    ],
    upstream: { identity: { 'X-Account': 'subject', 'X-Agent': 'actor', 'X-Scope': 'scopes', 'X-Txn': 'transaction' } },
    limits: { bodyBytes: 1000, headerBytes: 40_000, upstreamSeconds: 1, requestSeconds: 1 },
    health: { port: 0 },
  });
});
afterAll(() => world?.close());
beforeEach(() => world.upstream.reset());

const withToken = async (changes = {}): Promise<readonly (readonly [string, string])[]> => [
  ['Authorization', `Bearer ${await world.issuer.token(changes)}`],
];
const lastLine = () => world.gateway.log.filter(({ event }) => event === 'request').at(-1);

describe('routes', () => {
  test('lets a request pass with the token that its route needs, and says who calls', async () => {
    const answer = await world.gateway.send({ target: '/api/notes?a=b', headers: await withToken() });
    expect([answer.status, answer.body]).toEqual([200, 'ok']);
    expect(world.upstream.requests.map(({ method, target }) => `${method} ${target}`)).toEqual(['GET /api/notes?a=b']);
    expect(['x-account', 'x-agent', 'x-scope', 'x-txn'].map(world.upstream.values)).toEqual([
      ['acc_ada'],
      ['agt_planner'],
      ['notes.read notes.write'],
      ['txn_1'],
    ]);
    expect(lastLine()).toMatchObject({
      method: 'GET',
      route: '/api/notes',
      status: 200,
      outcome: 'answered',
      txn: 'txn_1',
    });
  });

  test.each([
    ['GET', '/api/notes', { scope: 'notes.write' }, 403, 'insufficient_scope', 'scope_missing'],
    ['POST', '/api/notes', { scope: 'notes.read' }, 403, 'insufficient_scope', 'scope_missing'],
    ['POST', '/api/notes', { act: undefined }, 403, 'actor_unauthorized', 'actor_required'],
    ['PUT', '/api/notes/7', { scope: 'notes.read' }, 403, 'insufficient_scope', 'scope_missing'],
    ['DELETE', '/api/archive/2024/7', {}, 403, 'insufficient_scope', 'scope_missing'],
    ['GET', '/api/other', {}, 403, 'access_denied', 'route_unknown'],
    ['GET', '/', {}, 403, 'access_denied', 'route_unknown'],
    ['DELETE', '/api/notes', {}, 405, 'invalid_request', 'method_refused'],
    ['GET', '/api/Notes', {}, 404, 'not_found', 'path_ambiguous'],
    ['GET', '/api/notes/', {}, 404, 'not_found', 'path_ambiguous'],
    ['GET', '/api/notes/Shared', {}, 404, 'not_found', 'path_ambiguous'],
    ['GET', '/api/archive/', {}, 403, 'access_denied', 'route_unknown'],
  ])('%s %s with %j is %i %s', async (method, target, changes, status, error, reason) => {
    const answer = await world.gateway.send({ method, target, headers: await withToken(changes) });
    expect([answer.status, bodyOf(answer).error, bodyOf(answer).denial.reason]).toEqual([status, error, reason]);
    expect(world.upstream.requests).toEqual([]);
    expect(lastLine()).toMatchObject({ status, outcome: 'refused', reason });
  });

  test('the most specific path decides, in any order of the file', async () => {
    const headers = await withToken({ scope: 'notes.read' });
    expect((await world.gateway.send({ target: '/api/notes/shared', headers })).status).toBe(200);
    expect((await world.gateway.send({ target: '/api/notes/other', headers })).status).toBe(403);
  });

  test('HEAD passes where GET does', async () => {
    world.upstream.state.answer = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n';
    const answer = await world.gateway.sendBytes(
      `HEAD /api/notes HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer ${await world.issuer.token()}\r\n\r\n`,
    );
    expect(answer.status).toBe(200);
  });

  test('a public route needs no token, and passes none', async () => {
    expect((await world.gateway.send({ target: '/open' })).status).toBe(200);
    await world.gateway.send({ target: '/open', headers: await withToken() });
    expect(world.upstream.values('authorization')).toEqual([]);
    expect(world.upstream.values('x-account')).toEqual([]);
  });

  test('answers the metadata document (RFC 9728 §3)', async () => {
    const answer = await world.gateway.send({ target: '/.well-known/oauth-protected-resource/api' });
    expect([answer.status, JSON.parse(answer.body)]).toEqual([
      200,
      expect.objectContaining({
        resource: 'https://notes.example.com/api',
        authorization_servers: [world.issuer.url],
        resource_name: 'Notes',
        scopes_supported: ['notes.read', 'notes.write', 'notes.admin'],
      }),
    ]);
    expect(world.upstream.requests).toEqual([]);
  });
});

describe('tokens', () => {
  test('a bound token passes with its proof, once (RFC 9449 §7)', async () => {
    const key = await newPair();
    const token = await world.issuer.token({ cnf: { jkt: await jktOf(key) } });
    const headers = [
      ['Authorization', `DPoP ${token}`],
      ['DPoP', await proofOf(token, key)],
    ] as const;
    expect((await world.gateway.send({ target: '/api/notes', headers })).status).toBe(200);
    expect(world.upstream.values('dpop')).toEqual([]);
    const again = await world.gateway.send({ target: '/api/notes', headers });
    expect([again.status, bodyOf(again).error]).toEqual([401, 'invalid_dpop_proof']);
  });

  test('no token stands in the log', async () => {
    const [[, value = ''] = []] = await withToken();
    await world.gateway.send({ target: '/api/notes?secret=1', headers: [['Authorization', value]] });
    expect(JSON.stringify(world.gateway.log)).not.toContain(value.slice(20));
    expect(JSON.stringify(world.gateway.log)).not.toContain('secret');
  });
});

describe('bounds', () => {
  test('a body above its bound is 413, before the upstream gets anything', async () => {
    const headers = await withToken();
    const answer = await world.gateway.send({ method: 'POST', target: '/api/notes', headers, body: 'x'.repeat(1001) });
    expect([answer.status, bodyOf(answer).denial.reason]).toEqual([413, 'body_too_large']);
    const token = await world.issuer.token();
    const chunked = await world.gateway.sendBytes(
      `POST /api/notes HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${token}\r\nTransfer-Encoding: chunked\r\n\r\n${`1f4\r\n${'x'.repeat(500)}\r\n`.repeat(3)}0\r\n\r\n`,
    );
    expect(chunked.status).toBe(413);
    expect(world.upstream.requests).toEqual([]);
  });

  test('headers above their bound are 431', async () => {
    const answer = await world.gateway.send({ target: '/api/notes', headers: [['X-Long', 'x'.repeat(41_000)]] });
    expect([answer.status, bodyOf(answer).denial.reason]).toEqual([431, 'headers_too_large']);
  });

  test('an upstream that does not begin its answer in time is 504', async () => {
    world.upstream.state.answer = () => undefined;
    const answer = await world.gateway.send({ target: '/api/notes', headers: await withToken() });
    expect([answer.status, bodyOf(answer).denial.reason]).toEqual([504, 'upstream_timeout']);
    expect(lastLine()).toMatchObject({ status: 504, outcome: 'failed' });
  });

  test.each([
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['a status that is none (RFC 9110 §15)', 'HTTP/1.1 099 OK\r\ncontent-length: 0\r\n\r\n'],
    ['a reason that is none (RFC 9112 §4)', 'HTTP/1.1 200 O\x01K\r\ncontent-length: 0\r\n\r\n'],
  ])('an upstream that answers no HTTP is 502: %s', async (_, sent) => {
    world.upstream.state.answer = sent;
    const answer = await world.gateway.send({ target: '/api/notes', headers: await withToken() });
    expect([answer.status, bodyOf(answer).denial.reason]).toEqual([502, 'upstream_unreachable']);
  });

  test('an answer that breaks off is broken off for the client', async () => {
    world.upstream.state.answer = (_request, socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc');
    const answer = await world.gateway.send({ target: '/api/notes', headers: await withToken() });
    expect([answer.body, answer.isClosed]).toEqual(['abc', true]);
    await until(() => lastLine()?.['reason'] === 'upstream_broken');
    expect(lastLine()).toMatchObject({ outcome: 'failed' });
  });

  test('headers of an answer that end at this hop do not reach the client (RFC 9110 §7.6.1)', async () => {
    world.upstream.state.answer =
      'HTTP/1.1 201 Made\r\nconnection: keep-alive, x-hop\r\nx-hop: 1\r\nkeep-alive: timeout=9\r\nx-own: 2\r\nset-cookie: a=b\r\ncontent-length: 2\r\n\r\nok';
    const answer = await world.gateway.send({ target: '/api/notes', headers: await withToken() });
    expect([answer.status, answer.headers.get('x-own'), answer.headers.get('x-hop')]).toEqual([201, '2', undefined]);
    expect(answer.headers.get('keep-alive')).not.toBe('timeout=9');
  });
});

test('health is on a listener of its own', async () => {
  const ask = async (path: string) => (await fetch(`http://127.0.0.1:${world.gateway.healthPort}${path}`)).status;
  expect([await ask('/livez'), await ask('/readyz'), await ask('/api/notes')]).toEqual([200, 200, 404]);
});

describe('when the authorization server is down', () => {
  test('a request whose token cannot be checked is 503, and never passes', async () => {
    const own = await gatewayWorld({ routes: [{ path: '/api/notes', scopes: ['notes.read'] }] });
    try {
      const headers = [['Authorization', `Bearer ${await own.issuer.token()}`]] as const;
      own.issuer.state.isDown = true;
      const answer = await own.gateway.send({ target: '/api/notes', headers });
      expect([answer.status, bodyOf(answer).error, answer.headers.get('retry-after')]).toEqual([
        503,
        'temporarily_unavailable',
        '5',
      ]);
      expect(own.upstream.requests).toEqual([]);
    } finally {
      await own.close();
    }
  });
});
