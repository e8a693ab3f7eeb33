/** Messages of MCP through a gateway: each call is decided, and a message that two servers could read differently is refused. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { jsonContent } from '../../src/gateway/request/json-content.ts';
import { type GatewayWorld, gatewayWorld } from './gateway-world.ts';

let world: GatewayWorld;
let reader: string;

beforeAll(async () => {
  world = await gatewayWorld({
    mcp: {
      path: '/mcp',
      scopes: ['notes.read'],
      tools: {
        find: {},
        write: { scopes: ['notes.write'], actor: 'required' },
        own: { actor: 'none' },
      },
      methods: { 'resources/read': { scopes: ['notes.files'] } },
    },
    routes: [
      { path: '/orders', methods: ['POST'], details: [{ type: 'order', members: { amount: '/order/amount' } }] },
    ],
  });
  reader = await world.issuer.token({ scope: 'notes.read' });
});
afterAll(() => world?.close());
beforeEach(() => world.upstream.reset());

type Headers = readonly (readonly [string, string])[];
const JSON_TYPE: Headers = [['Content-Type', 'application/json']];

const post = async (body: string | Buffer, headers: Headers = JSON_TYPE, token = reader, target = '/mcp') =>
  world.gateway.send({ method: 'POST', target, headers: [['Authorization', `Bearer ${token}`], ...headers], body });
const call = (name: string, more: object = {}) => ({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name, arguments: {}, ...more },
});
const read = (uri: string) => ({ jsonrpc: '2.0', id: 1, method: 'resources/read', params: { uri } });
const lastLine = () => world.gateway.log.filter(({ event }) => event === 'request').at(-1);

describe('a message that passes reaches the server with the same bytes', () => {
  test.each([
    ['a call of a tool', call('find')],
    ['the handshake', { jsonrpc: '2.0', id: 'a', method: 'initialize', params: {} }],
    ['a list', { jsonrpc: '2.0', id: 1, method: 'tools/list' }],
    ['a notification', { jsonrpc: '2.0', method: 'notifications/initialized' }],
    ['an answer to the server', { jsonrpc: '2.0', id: 4, result: { a: 1 } }],
    ['a batch', [call('find'), { jsonrpc: '2.0', id: 2, method: 'ping' }]],
  ])('%s', async (_name, message) => {
    const body = JSON.stringify(message, undefined, 1);
    expect((await post(body)).status).toBe(200);
    expect(world.upstream.requests.map((one) => one.body)).toEqual([body]);
  });

  test('the stream and the end of a session need the scopes of all messages', async () => {
    for (const [method, scope, status] of [
      ['GET', 'notes.read', 200],
      ['DELETE', 'notes.read', 200],
      ['GET', 'notes.write', 403],
      ['PUT', 'notes.read', 405],
    ] as const) {
      const headers = [['Authorization', `Bearer ${await world.issuer.token({ scope })}`]] as const;
      expect((await world.gateway.send({ method, target: '/mcp', headers })).status).toBe(status);
    }
  });
});

describe('a call that the token does not allow', () => {
  test('is an error of JSON-RPC with the challenge of its scopes (RFC 6750 §3.1)', async () => {
    const answer = await post(JSON.stringify(call('write')));
    expect(answer.status).toBe(403);
    expect(answer.headers.get('www-authenticate')).toMatch(
      /^Bearer error="insufficient_scope".*scope="notes.read notes.write"/,
    );
    expect(JSON.parse(answer.body)).toEqual({
      jsonrpc: '2.0',
      id: 1,
      error: {
        code: -32001,
        message: 'The token does not have all scopes that this request needs.',
        data: {
          error: 'insufficient_scope',
          error_description: 'The token does not have all scopes that this request needs.',
          denial: { layer: 'resource_server', reason: 'scope_missing' },
        },
      },
    });
    expect(lastLine()).toMatchObject({ status: 403, tool: 'write', route: '/mcp', reason: 'scope_missing' });
    expect(world.upstream.requests).toEqual([]);
  });

  test.each([
    ['a tool that the configuration does not name', call('drop'), 'tool_unknown'],
    ['a tool with the name of a member of each object', call('constructor'), 'tool_unknown'],
    ['a tool in other letter case', call('Find'), 'tool_unknown'],
    [
      'a method that reads data',
      { jsonrpc: '2.0', id: 1, method: 'prompts/get', params: { name: 'x' } },
      'method_unknown',
    ],
    ['a configured method without its scope', read('x:y'), 'scope_missing'],
    ['a tool for people alone, by an agent', call('own'), 'actor_refused'],
    ['a batch of which the last call is refused', [call('find'), call('find'), call('write')], 'scope_missing'],
    ['a batch of which the first call is refused', [call('drop'), call('find')], 'tool_unknown'],
  ])('%s', async (_name, message, reason) => {
    const answer = await post(JSON.stringify(message));
    const first = [JSON.parse(answer.body)].flat()[0];
    expect([answer.status, first.error.data.denial.reason]).toEqual([403, reason]);
    expect(world.upstream.requests).toEqual([]);
  });

  test('without a token the content is not read, and the answer names the metadata', async () => {
    const answer = await world.gateway.send({ method: 'POST', target: '/mcp', headers: JSON_TYPE, body: '{' });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain('resource_metadata=');
  });
});

const raw = (text: string): string => text;
const AMBIGUOUS: readonly (readonly [name: string, body: string | Buffer, headers?: Headers])[] = [
  [
    'a doubled member',
    raw('{"jsonrpc":"2.0","id":1,"method":"tools/list","method":"tools/call","params":{"name":"write"}}'),
  ],
  [
    'a doubled member, once with an escape',
    raw('{"jsonrpc":"2.0","id":1,"method":"tools/list","meth\\u006fd":"tools/call","params":{"name":"write"}}'),
  ],
  [
    'a doubled member deep inside',
    raw(
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"find","arguments":{"a":{"b":[{"c":1,"c":2}]}}}}',
    ),
  ],
  [
    'a doubled name of a tool',
    raw('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"find","name":"write"}}'),
  ],
  [
    'a member in other letter case',
    raw('{"jsonrpc":"2.0","id":1,"method":"tools/list","Method":"tools/call","params":{"name":"write"}}'),
  ],
  [
    'a name of a tool in other letter case',
    raw('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"find","NAME":"write"}}'),
  ],
  [
    'a member with a letter that folds to k',
    raw('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"find","ｎame":"write"}}'),
  ],
  [
    'a member __proto__',
    raw('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"__proto__":{"name":"write"},"name":"find"}}'),
  ],
  ['a byte order mark', raw('\uFEFF{"jsonrpc":"2.0","id":1,"method":"ping"}')],
  ['bytes that are no UTF-8', Buffer.from('{"jsonrpc":"2.0","id":1,"method":"ping\xff"}', 'latin1')],
  ['UTF-16', Buffer.from('{"jsonrpc":"2.0","id":1,"method":"ping"}', 'utf16le')],
  ['text behind the value', raw('{"jsonrpc":"2.0","id":1,"method":"ping"}{"jsonrpc":"2.0"}')],
  ['a comment', raw('{"jsonrpc":"2.0","id":1,/*"method":"x",*/"method":"ping"}')],
  ['a trailing comma', raw('{"jsonrpc":"2.0","id":1,"method":"ping",}')],
  ['a value in single quotes', raw("{'jsonrpc':'2.0','id':1,'method':'ping'}")],
  [
    'a value that is nested too deep',
    raw(`{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":${'['.repeat(80)}${']'.repeat(80)}}}`),
  ],
  [
    'a number with more digits than each parser keeps',
    raw('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"find","arguments":{"a":9007199254740993}}}'),
  ],
  ['an empty batch', raw('[]')],
  ['a batch in a batch', raw('[[{"jsonrpc":"2.0","id":1,"method":"ping"}]]')],
  [
    'a batch that is too long',
    JSON.stringify(Array.from({ length: 51 }, (_, id) => ({ jsonrpc: '2.0', id, method: 'ping' }))),
  ],
  ['a number', raw('1')],
  ['another version', raw('{"jsonrpc":"1.0","id":1,"method":"ping"}')],
  [
    'a message with method and result',
    raw('{"jsonrpc":"2.0","id":1,"method":"tools/call","result":{},"params":{"name":"write"}}'),
  ],
  ['parameters as a list', raw('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":["write"]}')],
  [
    'a name of a tool that is no text',
    raw('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":["find"]}}'),
  ],
  [
    'arguments that are no object',
    raw('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"find","arguments":[]}}'),
  ],
  ['an id that is an object', raw('{"jsonrpc":"2.0","id":{},"method":"ping"}')],
  ['a header with another method', JSON.stringify(call('find')), [...JSON_TYPE, ['Mcp-Method', 'ping']]],
  ['a header with another tool', JSON.stringify(call('find')), [...JSON_TYPE, ['Mcp-Name', 'write']]],
  [
    'a header with another tool in base64',
    JSON.stringify(call('find')),
    [...JSON_TYPE, ['Mcp-Name', '=?base64?d3JpdGU=?=']],
  ],
  [
    'a second header with another tool',
    JSON.stringify(call('find')),
    [...JSON_TYPE, ['Mcp-Name', 'find'], ['Mcp-Name', 'write']],
  ],
  ['a header with another resource', JSON.stringify(read('x:y')), [...JSON_TYPE, ['Mcp-Name', 'x:z']]],
  [
    'a header with a name for a method that has none',
    '{"jsonrpc":"2.0","id":1,"method":"ping"}',
    [...JSON_TYPE, ['Mcp-Name', 'write']],
  ],
  ['a text', JSON.stringify(call('find')), [['Content-Type', 'text/plain']]],
  ['no type', JSON.stringify(call('find')), []],
  ['another charset', JSON.stringify(call('find')), [['Content-Type', 'application/json; charset=utf-16']]],
  ['two types in one header', JSON.stringify(call('find')), [['Content-Type', 'application/json, text/plain']]],
  ['content that is compressed', JSON.stringify(call('find')), [...JSON_TYPE, ['Content-Encoding', 'gzip']]],
];

describe('content that two servers could read differently', () => {
  test.each(AMBIGUOUS)('%s is refused', async (_name, body, headers = JSON_TYPE) => {
    const answer = await post(body, headers, await world.issuer.token());
    expect([400, 415]).toContain(answer.status);
    expect(world.upstream.requests).toEqual([]);
  });

  test('headers that name the same method and tool pass', async () => {
    const headers = [...JSON_TYPE, ['Mcp-Method', 'tools/call'], ['Mcp-Name', '=?base64?ZmluZA==?=']] as const;
    expect((await post(JSON.stringify(call('find')), headers)).status).toBe(200);
    const own = [...JSON_TYPE, ['Mcp-Name', 'x:y']] as const;
    const token = await world.issuer.token({ scope: 'notes.read notes.files' });
    expect((await post(JSON.stringify(read('x:y')), own, token)).status).toBe(200);
  });
});

describe('a long text in the content', () => {
  const content = (text: string, more = '') =>
    jsonContent([['content-type', 'application/json']], Buffer.from(`{"text":${JSON.stringify(text)}${more}}`));

  test('is read', () => {
    const text = 'a'.repeat(17_000_000);
    expect(content(text)).toEqual({ text });
  });

  test('with millions of escapes is read', () => {
    const text = '\n'.repeat(9_000_000);
    expect(content(text)).toEqual({ text });
  });

  test('with more escapes than can be distinguished from a number beside it is refused', () => {
    const escapes = '\n'.repeat(9_000_000);
    expect(() => content(escapes, ',"n":1e2')).toThrow('The content is refused: a text in it is too long.');
  });
});

describe('authorization details of a route', () => {
  const order = (amount: unknown) => JSON.stringify({ order: { amount } });
  const token = () => world.issuer.token({ authorization_details: [{ type: 'order', amount: 20 }] });

  test('are filled from the content, and have to be those of the token (RFC 9396 §2)', async () => {
    expect((await post(order(20), JSON_TYPE, await token(), '/orders')).status).toBe(200);
    const more = await post(order(21), JSON_TYPE, await token(), '/orders');
    expect([more.status, JSON.parse(more.body).denial.reason]).toEqual([403, 'details_exceeded']);
    const none = await post('{}', JSON_TYPE, await token(), '/orders');
    expect(JSON.parse(none.body).denial.reason).toBe('details_exceeded');
  });

  test.each([
    ['in other letter case', '{"order":{"amount":20,"Amount":9000}}'],
    ['twice', '{"order":{"amount":20},"order":{"amount":9000}}'],
    ['with digits that some parsers drop', '{"order":{"amount":20.000000000000000001}}'],
  ])('a member %s is refused', async (_name, body) => {
    const answer = await post(body, JSON_TYPE, await token(), '/orders');
    expect([answer.status, JSON.parse(answer.body).denial.reason]).toEqual([400, 'content_ambiguous']);
    expect(world.upstream.requests).toEqual([]);
  });
});

test('the decision alone refuses where it needs the content and gets none', async () => {
  const request = { method: 'POST', target: '/mcp', headers: [['authorization', `Bearer ${reader}`]] as const };
  const decision = await world.gateway.gateway.decide(request);
  expect(decision).toMatchObject({ kind: 'refuse', reason: 'content_unavailable', answer: { status: 411 } });
  const permit = await world.gateway.gateway.decide({ ...request, method: 'GET' });
  expect(permit).toMatchObject({ kind: 'permit', path: '/mcp', query: '' });
});
