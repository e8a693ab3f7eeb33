/** A session of MCP through a gateway is that of the caller who began it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { RESOURCE } from '../resource-server/issuer.ts';
import { bodyOf, type GatewayWorld, gatewayWorld, type RunningGateway, runGateway } from './gateway-world.ts';

const RULES = { path: '/mcp', scopes: ['notes.read'] };
const OWN_ID = 'one.two';

let world: GatewayWorld;
let folder: string;
let ada: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'behalf-gateway-'));
  world = await gatewayWorld({ mcp: RULES, routes: [{ path: '/notes', scopes: ['notes.read'] }] });
  ada = await world.issuer.token();
});
afterAll(async () => {
  await world?.close();
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  world.upstream.reset();
  world.upstream.state.answer = `HTTP/1.1 200 OK\r\nMcp-Session-Id: ${OWN_ID}\r\ncontent-length: 2\r\n\r\nok`;
});

const send = (method: string, token: string, session?: string, by: RunningGateway = world.gateway) =>
  by.send({
    method,
    target: '/mcp',
    headers: [
      ['Authorization', `Bearer ${token}`],
      ['Content-Type', 'application/json'],
      ...(session === undefined ? [] : ([['Mcp-Session-Id', session]] as const)),
    ],
    body: method === 'POST' ? '{"jsonrpc":"2.0","id":1,"method":"ping"}' : '',
  });
const begun = async (by?: RunningGateway): Promise<string> =>
  String((await send('POST', ada, undefined, by)).headers.get('mcp-session-id'));

test('the caller gets an id with a MAC, and the server its own id back', async () => {
  const session = await begun();
  expect(session).toMatch(/^one\.two\.[A-Za-z0-9_-]{43}$/);
  for (const method of ['POST', 'GET', 'DELETE']) {
    const answer = await send(method, await world.issuer.token(), session);
    expect([answer.status, answer.headers.get('mcp-session-id')]).toEqual([200, session]);
    expect(world.upstream.values('mcp-session-id')).toEqual([OWN_ID]);
  }
});

test.each([
  ['person', { sub: 'acc_bob' }],
  ['client', { client_id: 'agt_other' }],
  ['agent', { act: { sub: 'agt_other' } }],
])('another %s has no such session (MCP, Session Management)', async (_name, claims) => {
  const session = await begun();
  world.upstream.requests.length = 0;
  const token = await world.issuer.token(claims);
  for (const method of ['POST', 'GET', 'DELETE']) {
    const answer = await send(method, token, session);
    expect([answer.status, bodyOf(answer).denial]).toEqual([404, { layer: 'gateway', reason: 'session_unknown' }]);
  }
  expect(world.upstream.requests).toEqual([]);
  // Such a caller begins a session of its own.
  expect((await send('POST', token)).headers.get('mcp-session-id')).not.toBe(session);
});

test.each([OWN_ID, `${OWN_ID}.`, `${OWN_ID}.${'a'.repeat(43)}`, '', '.'])('%j is not a session', async (session) => {
  expect((await send('GET', ada, session)).status).toBe(404);
  expect(world.upstream.requests).toEqual([]);
});

test('gateways with one key take the sessions of each other, and others do not', async () => {
  const file = join(folder, 'key');
  await writeFile(file, 'k'.repeat(32), { mode: 0o600 });
  const settings = {
    issuer: world.issuer.url,
    resource: RESOURCE,
    upstream: { url: world.upstream.url },
  };
  const start = (more: object) => runGateway({ ...settings, mcp: { ...RULES, ...more } });
  const [one, two, alone] = await Promise.all([
    start({ sessionKeyFile: file }),
    start({ sessionKeyFile: file }),
    start({}),
  ]);
  try {
    const session = await begun(one);
    expect((await send('GET', ada, session, two)).status).toBe(200);
    expect((await send('GET', ada, session, alone)).status).toBe(404);
  } finally {
    await Promise.all([one.close(), two.close(), alone.close()]);
  }
});

test('at another path the header passes as it is', async () => {
  const headers = [
    ['Authorization', `Bearer ${ada}`],
    ['Mcp-Session-Id', 'x'],
  ] as const;
  expect((await world.gateway.send({ target: '/notes', headers })).headers.get('mcp-session-id')).toBe(OWN_ID);
  expect(world.upstream.values('mcp-session-id')).toEqual(['x']);
});
