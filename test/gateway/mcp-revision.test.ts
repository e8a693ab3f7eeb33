/** What MCP 2026-07-28 and its extension for tasks send, through a gateway. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type GatewayWorld, gatewayWorld } from './gateway-world.ts';

const REVISION = 'io.modelcontextprotocol/protocolVersion';

let world: GatewayWorld;
let token: string;
beforeAll(async () => {
  world = await gatewayWorld({
    mcp: {
      path: '/mcp',
      tools: { find: { scopes: ['notes.read'] }, write: { scopes: ['notes.write'] } },
      methods: { 'tasks/get': { scopes: ['notes.read'] }, 'tasks/cancel': { scopes: ['notes.write'] } },
    },
  });
  token = await world.issuer.token({ scope: 'notes.read' });
});
beforeEach(() => world.upstream.reset());
afterAll(() => world?.close());

type Headers = readonly (readonly [string, string])[];

const send = async (method: string, params: object, headers: Headers = []) => {
  const isNotification = method.startsWith('notifications/');
  const body = JSON.stringify({ jsonrpc: '2.0', ...(isNotification ? {} : { id: 7 }), method, params });
  const own = [['Authorization', `Bearer ${token}`], ['Content-Type', 'application/json'], ...headers] as const;
  const answer = await world.gateway.send({ method: 'POST', target: '/mcp', headers: own, body });
  const isRefused = answer.status !== 200;
  const reason = isRefused ? world.gateway.log.filter(({ event }) => event === 'request').at(-1)?.['reason'] : 'passed';
  expect(world.upstream.requests.map((one) => one.body)).toEqual(isRefused ? [] : [body]);
  world.upstream.reset();
  return reason;
};

const META = { [REVISION]: '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {}, progressToken: 1 };

test.each<[string, string, object]>([
  ['a call with _meta', 'tools/call', { name: 'find', arguments: {}, _meta: META }],
  ['a call for a task', 'tools/call', { name: 'find', arguments: {}, task: { ttl: 60_000 } }],
  ['a call with input', 'tools/call', { name: 'find', arguments: {}, inputResponses: { a: { action: 'accept' } } }],
  ['server/discover', 'server/discover', { _meta: META }],
  ['a cancellation', 'notifications/cancelled', { requestId: 3, reason: 'too slow' }],
  ['progress', 'notifications/progress', { progressToken: 1, progress: 2 }],
  ['the state of a task of the client', 'notifications/tasks/status', { taskId: 'a', status: 'working' }],
  ['a subscription to changes of lists', 'subscriptions/listen', { notifications: { toolsListChanged: true } }],
  ['a configured method of tasks', 'tasks/get', { taskId: 'a' }],
])('%s passes with the same bytes', async (_title, method, params) => {
  expect(await send(method, params)).toBe('passed');
});

test.each<[string, string, object, string]>([
  ['a call for a task without the scope of its tool', 'tools/call', { name: 'write', task: {} }, 'scope_missing'],
  ['a method of tasks without its scope', 'tasks/cancel', { taskId: 'a' }, 'scope_missing'],
  ['a method of tasks that is not configured', 'tasks/update', { taskId: 'a', inputResponses: {} }, 'method_unknown'],
  ['the list of all tasks', 'tasks/list', {}, 'method_unknown'],
  [
    'a subscription to a resource',
    'subscriptions/listen',
    { notifications: { toolsListChanged: true, resourceSubscriptions: ['x:y'] } },
    'method_unknown',
  ],
  ['a subscription to a task', 'subscriptions/listen', { notifications: { taskIds: ['a'] } }, 'method_unknown'],
  ['a subscription to nothing', 'subscriptions/listen', {}, 'method_unknown'],
  [
    'a subscription with a second spelling of its filter',
    'subscriptions/listen',
    { notifications: {}, Notifications: { taskIds: ['a'] } },
    'content_ambiguous',
  ],
  ['an unknown notification', 'notifications/other', {}, 'method_unknown'],
])('%s is refused', async (_title, method, params, reason) => {
  expect(await send(method, params)).toBe(reason);
});

test.each<[string, string, object, Headers, string]>([
  ['the id of its task', 'tasks/get', { taskId: 'a' }, [['Mcp-Name', 'a']], 'passed'],
  ['the encoded id of its task', 'tasks/get', { taskId: 'a' }, [['Mcp-Name', '=?base64?YQ==?=']], 'passed'],
  ['the id of another task', 'tasks/get', { taskId: 'a' }, [['Mcp-Name', 'b']], 'message_malformed'],
  [
    'its revision',
    'tools/call',
    { name: 'find', _meta: META },
    [
      ['MCP-Protocol-Version', '2026-07-28'],
      ['Mcp-Method', 'tools/call'],
      ['Mcp-Name', 'find'],
    ],
    'passed',
  ],
  ['a revision before _meta', 'tools/list', {}, [['MCP-Protocol-Version', '2025-11-25']], 'passed'],
  [
    'another revision',
    'tools/call',
    { name: 'find', _meta: META },
    [['MCP-Protocol-Version', '2025-11-25']],
    'message_malformed',
  ],
  [
    'two revisions',
    'tools/call',
    { name: 'find', _meta: META },
    [
      ['MCP-Protocol-Version', '2026-07-28'],
      ['mcp-protocol-version', '2025-11-25'],
    ],
    'request_ambiguous',
  ],
])('headers that name %s (SEP-2243)', async (_title, method, params, headers, reason) => {
  expect(await send(method, params, headers)).toBe(reason);
});
