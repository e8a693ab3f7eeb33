/** The hostile tokens and requests of the package for APIs, as each kind of request that a gateway decides about. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type HostileRequest, hostileRequests } from '../resource-server/hostile-requests.ts';
import { hostileTokens } from '../resource-server/hostile-tokens.ts';
import { newPair, RESOURCE } from '../resource-server/issuer.ts';
import { jktOf, proofOf } from '../resource-server/proofs.ts';
import { type RawAnswer, type RawRequest, rawRequest } from '../support/raw-request.ts';
import { type AskingProxy, hasProxy, startAskingProxy } from './asking-proxies.ts';
import { type GatewayWorld, gatewayWorld } from './gateway-world.ts';

const portOf = (url: string): number => Number(new URL(url).port);
const { origin, pathname: BASE } = new URL(RESOURCE);
const NOTES = `${BASE}/notes`;
const MCP = `${BASE}/mcp`;
const SCOPES = ['notes.read'];
const ROUTES = [
  { path: NOTES, methods: ['GET'], scopes: SCOPES },
  { path: NOTES, methods: ['POST'], scopes: SCOPES },
];
const CALL = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'find', arguments: {} } });
const HANDSHAKE = [
  ['Upgrade', 'websocket'],
  ['Connection', 'Upgrade'],
  ['Sec-WebSocket-Version', '13'],
  ['Sec-WebSocket-Key', 'AAAAAAAAAAAAAAAAAAAAAA=='],
] as const;

let forwarding: GatewayWorld;
let asked: GatewayWorld;
beforeAll(async () => {
  forwarding = await gatewayWorld({
    routes: ROUTES,
    mcp: { path: MCP, tools: { find: { scopes: SCOPES } } },
    limits: { headerBytes: 40_000 },
  });
  asked = await gatewayWorld({ routes: ROUTES, decisions: { port: 0 } });
});
beforeEach(() => {
  forwarding.upstream.reset();
  asked.upstream.reset();
});
afterAll(async () => {
  await forwarding?.close();
  await asked?.close();
});

/** How a hostile request is carried. */
type Carrier = {
  readonly name: string;
  readonly world: () => GatewayWorld;
  readonly method: 'GET' | 'POST';
  readonly target: string;
  /** Undefined where it cannot carry the request. */
  readonly send: (sent: HostileRequest['sent']) => Promise<RawAnswer> | undefined;
  /** Status of the answer to a request that the upstream has to get. */
  readonly passed?: number;
};

const asGet = ({ target = NOTES, headers = [], method, body }: HostileRequest['sent']): RawRequest | undefined =>
  method === undefined && body === undefined ? { target, headers } : undefined;

const CARRIERS: readonly Carrier[] = [
  {
    name: 'GET',
    world: () => forwarding,
    method: 'GET',
    target: NOTES,
    send: (sent) => {
      const request = asGet(sent);
      return request && forwarding.gateway.send(request);
    },
  },
  {
    name: 'POST',
    world: () => forwarding,
    method: 'POST',
    target: NOTES,
    send: ({ target = NOTES, headers = [], body = 'a note' }) =>
      forwarding.gateway.send({ method: 'POST', target, headers, body }),
  },
  {
    name: 'the call of a tool',
    world: () => forwarding,
    method: 'POST',
    target: MCP,
    send: ({ target = MCP, headers = [], body }) => {
      const type = body === undefined ? ([['Content-Type', 'application/json']] as const) : [];
      return forwarding.gateway.send({ method: 'POST', target, headers: [...headers, ...type], body: body ?? CALL });
    },
  },
  {
    name: 'the handshake of a WebSocket',
    world: () => forwarding,
    method: 'GET',
    target: NOTES,
    passed: 502,
    send: (sent) => {
      const request = asGet(sent);
      if (!request) return undefined;
      const lines = [...HANDSHAKE, ...(request.headers ?? [])].map(([name, value]) => `${name}: ${value}`);
      return forwarding.gateway.sendBytes(
        `GET ${request.target} HTTP/1.1\r\nHost: notes.example.com\r\n${lines.join('\r\n')}\r\n\r\n`,
      );
    },
  },
  {
    name: 'a question at /decision',
    world: () => asked,
    method: 'GET',
    target: NOTES,
    send: (sent) => {
      const request = asGet(sent);
      const original = [
        ['X-Original-Method', 'GET'],
        ['X-Original-URI', request?.target ?? ''],
      ] as const;
      const headers = [...(request?.headers ?? []), ...original];
      return request && rawRequest(Number(asked.gateway.decisionPort), { target: '/decision', headers });
    },
  },
  {
    name: 'a question of Envoy',
    world: () => asked,
    method: 'POST',
    target: NOTES,
    send: ({ target = NOTES, headers = [], body }) =>
      body === undefined
        ? rawRequest(Number(asked.gateway.decisionPort), { method: 'POST', target: `/envoy${target}`, headers })
        : undefined,
  },
];

const errorIn = (body: string): unknown => {
  const { error } = JSON.parse(body) as { readonly error: unknown };
  // A refused message of MCP has its error inside that of JSON-RPC.
  return typeof error === 'string' ? error : (error as { readonly data: { readonly error: unknown } }).data.error;
};

const hostileFor = async (
  world: GatewayWorld,
  { method, target }: Pick<Carrier, 'method' | 'target'>,
): Promise<readonly Pick<HostileRequest, 'name' | 'expected' | 'sent'>[]> => [
  ...(await hostileTokens(world.issuer)).map(({ name, token, expected }) => ({
    name,
    expected,
    sent: { headers: [['authorization', `Bearer ${token}`] as const] },
  })),
  ...(await hostileRequests(world.issuer, { method, address: `${origin}${target}` })),
];

describe.each(CARRIERS)('hostile tokens and requests as $name', (carrier) => {
  test('none passes, and each answer says what is wrong (RFC 9068 §4, RFC 6750 §3.1, RFC 9449 §7.1)', async () => {
    const world = carrier.world();
    const faults: string[] = [];
    let carried = 0;
    for (const { name, sent, expected } of await hostileFor(world, carrier)) {
      const answer = await carrier.send(sent);
      if (!answer) continue;
      carried += 1;
      const [status, error = 'token_required'] = expected;
      const isRight = answer.status === status && errorIn(answer.body) === error;
      if (!isRight) faults.push(`${name}: ${answer.status} ${answer.body}`);
      const entry = world.gateway.log.at(-1);
      if (entry?.['outcome'] !== 'refused') faults.push(`${name}: logged as ${entry?.['outcome']}`);
    }
    expect(faults).toEqual([]);
    expect(world.upstream.requests).toEqual([]);
    expect(carried).toBeGreaterThanOrEqual(120);
  });

  test('the same request with a right token and a right proof passes once (RFC 9449 §11.1)', async () => {
    const { issuer } = carrier.world();
    const key = await newPair();
    const token = await issuer.token({ cnf: { jkt: await jktOf(key) } });
    const proof = await proofOf(token, key, { htm: carrier.method, htu: `${origin}${carrier.target}` });
    const authorization = ['authorization', `DPoP ${token}`] as const;
    const sent = { headers: [authorization, ['dpop', proof]] } as const;
    expect((await carrier.send(sent))?.status).toBe(carrier.passed ?? 200);
    const replayed = await carrier.send(sent);
    expect([replayed?.status, errorIn(String(replayed?.body))]).toEqual([401, 'invalid_dpop_proof']);
  });
});

const PROXIES: readonly AskingProxy[] = ['nginx', 'haproxy'];

/** `.ci/run` installs both. */
for (const name of PROXIES) {
  (hasProxy(name) ? describe : describe.skip)(`hostile tokens and requests through ${name}`, () => {
    let proxy: Awaited<ReturnType<typeof startAskingProxy>>;
    beforeAll(async () => {
      proxy = await startAskingProxy(name, {
        api: portOf(asked.upstream.url),
        gateway: asked.gateway.port,
        decisions: Number(asked.gateway.decisionPort),
      });
    });
    afterAll(() => proxy?.close());

    test.each(['GET', 'POST'] as const)('none passes as %s', async (method) => {
      const faults: string[] = [];
      for (const { name: title, sent } of await hostileFor(asked, { method, target: NOTES })) {
        const { target = NOTES, headers = [], body = method === 'GET' ? undefined : 'a note' } = sent;
        if (method === 'GET' && body !== undefined) continue;
        const answer = await rawRequest(proxy.port, {
          method,
          target,
          headers,
          ...(body === undefined ? {} : { body }),
        });
        if (answer.status < 400 || answer.status >= 500) faults.push(`${title}: ${answer.status}`);
      }
      expect(faults).toEqual([]);
      expect(asked.upstream.requests).toEqual([]);
      const right = [['Authorization', `Bearer ${await asked.issuer.token()}`]] as const;
      expect((await rawRequest(proxy.port, { method, target: NOTES, headers: right })).status).toBe(200);
    });
  });
}
