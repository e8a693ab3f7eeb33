/** No request hides another one, another path or another user from the gateway. The upstream records each byte it gets. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { countedOnPage, countsOf } from '../support/hostile-counts.ts';
import { until } from '../support/until.ts';
import { bodyOf, type GatewayWorld, gatewayWorld } from './gateway-world.ts';
import { CLAIMED_HEADERS, SMUGGLING } from './smuggling-cases.ts';

let world: GatewayWorld;
let token: string;

beforeAll(async () => {
  world = await gatewayWorld({
    routes: [
      { path: '/notes', scopes: ['notes.read'] },
      { path: '/notes/:id', scopes: ['notes.read'] },
      { path: '/k', scopes: ['notes.read'] },
      { path: '/admin', scopes: ['notes.admin'] },
    ],
    // The lenient choice: any token is enough for a request that no route names.
    others: 'token',
    upstream: { identity: { 'X-Account': 'subject' } },
    removeHeaders: ['X-Corp-*'],
  });
  token = await world.issuer.token();
});
afterAll(() => world?.close());
beforeEach(() => world.upstream.reset());

const authorized = (...headers: readonly (readonly [string, string])[]) =>
  [['Authorization', `Bearer ${token}`], ...headers] as const;

test('there are at least 60 smuggling cases, each with a name of its own, and the page says how many of which kind', () => {
  expect(SMUGGLING.length).toBeGreaterThanOrEqual(60);
  expect(new Set(SMUGGLING.map(({ name }) => name)).size).toBe(SMUGGLING.length);
  const headers = CLAIMED_HEADERS.map(() => ({ kind: 'headers that are removed' }));
  expect(countedOnPage('Smuggling')).toEqual(countsOf([...SMUGGLING, ...headers]));
});

test('an honest request passes with the same bytes', async () => {
  const body = JSON.stringify({ text: 'Größe' });
  const answer = await world.gateway.send({
    method: 'POST',
    target: '/notes?x=%7E&x=2',
    headers: authorized(['Content-Type', 'application/json'], ['X-Note', 'one'], ['X-Note', 'two']),
    body,
  });
  expect([answer.status, answer.body]).toEqual([200, 'ok']);
  expect(world.upstream.requests).toHaveLength(1);
  expect(world.upstream.requests[0]).toMatchObject({ method: 'POST', target: '/notes?x=%7E&x=2', body });
  expect(world.upstream.values('x-note')).toEqual(['one', 'two']);
});

test.each(SMUGGLING)('refuses $name', async ({ bytes }) => {
  const answer = await world.gateway.sendBytes(Buffer.from(bytes(token), 'latin1'));
  // 0: Node closes the connection of a CONNECT request.
  expect([0, 400, 401, 403, 404, 405, 501, 505]).toContain(answer.status);
  expect(answer.head).not.toMatch(/HTTP\/1\.1 2/);
  expect(world.upstream.requests).toEqual([]);
});

test('a refusal of a request that may hide another one ends the connection (RFC 9112 §9.6)', async () => {
  const answer = await world.gateway.sendBytes(
    `GET /notes HTTP/1.1\r\nHost: a\r\nHost: b\r\nAuthorization: Bearer ${token}\r\n\r\nGET /notes HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${token}\r\n\r\n`,
  );
  expect([answer.status, bodyOf(answer).denial]).toEqual([400, { layer: 'gateway', reason: 'request_ambiguous' }]);
  expect(answer.isClosed || answer.headers.get('connection') === 'close').toBe(true);
  // The second request is seen, and is none.
  await until(() => world.gateway.log.some(({ reason }) => reason === 'connection_ended'));
  // Another one is answered after it would have been.
  expect((await world.gateway.send({ target: '/notes', headers: authorized() })).status).toBe(200);
  expect(world.upstream.requests).toHaveLength(1);
});

test.each(CLAIMED_HEADERS)('the upstream does not get %j of a client', async (lines, name) => {
  const answer = await world.gateway.sendBytes(
    `GET /notes HTTP/1.1\r\nHost: notes.example.com\r\nAuthorization: Bearer ${token}\r\n${lines}\r\n\r\n`,
  );
  expect(answer.status).toBe(200);
  expect(world.upstream.requests).toHaveLength(1);
  const sent = lines.split('\r\n').at(-1)?.split(': ').at(-1);
  expect(world.upstream.values(name)).not.toContain(sent);
  expect(world.upstream.requests[0]?.headers.filter(([own]) => own.includes('_'))).toEqual([]);
});

test('the upstream gets forwarding and identity of the gateway alone, and no token', async () => {
  await world.gateway.send({ target: '/notes', headers: authorized(['X-Account', 'acc_eve'], ['Forwarded', 'for=x']) });
  expect(world.upstream.values('x-account')).toEqual(['acc_ada']);
  expect(world.upstream.values('x-forwarded-for')).toEqual(['127.0.0.1']);
  expect(world.upstream.values('x-forwarded-host')).toEqual(['notes.example.com']);
  expect(world.upstream.values('x-forwarded-proto')).toEqual(['https']);
  expect(world.upstream.values('host')).toEqual([new URL(world.upstream.url).host]);
  expect(world.upstream.values('authorization')).toEqual([]);
  expect(JSON.stringify(world.upstream.requests)).not.toContain(token);
});

describe('the path', () => {
  test.each([
    ['/notes/%61', '/notes/a'],
    ['/notes/%7e%c3%a9', '/notes/~%C3%A9'],
    ['/notes/a.b', '/notes/a.b'],
    ['/notes/..a', '/notes/..a'],
  ])('%s is normalised once, for the decision and the upstream', async (sent, received) => {
    const answer = await world.gateway.send({ target: sent, headers: authorized() });
    expect(answer.status).toBe(200);
    expect(world.upstream.requests.map(({ target }) => target)).toEqual([received]);
  });

  test('decides after it is normalised: an encoded path needs the scope of its route', async () => {
    const answer = await world.gateway.send({ target: '/%61dmin', headers: authorized() });
    expect([answer.status, bodyOf(answer).error]).toEqual([403, 'insufficient_scope']);
    expect(world.upstream.requests).toEqual([]);
  });
});

test('chunks arrive as one body with its length', async () => {
  const answer = await world.gateway.sendBytes(
    `POST /notes HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${token}\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nX-User: eve\r\n\r\n`,
  );
  expect(answer.status).toBe(200);
  expect(world.upstream.requests[0]?.body).toBe('abcde');
  expect(world.upstream.values('content-length')).toEqual(['5']);
  expect(world.upstream.values('transfer-encoding')).toEqual([]);
  expect(world.upstream.values('x-user')).toEqual([]);
});

test('two requests on one connection are decided one by one', async () => {
  const one = `GET /notes HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${token}\r\n\r\n`;
  const other = `GET /admin HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n\r\n`;
  await world.gateway.sendBytes(one + other);
  expect(world.upstream.requests.map(({ target }) => target)).toEqual(['/notes']);
});
