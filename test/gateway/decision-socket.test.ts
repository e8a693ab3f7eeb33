/** A Unix socket for proxies that only ask, and what stands in its place. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { type AddressInfo, createServer as createSocketServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { rawRequest } from '../support/raw-request.ts';
import { type AskingProxy, hasProxy, startAskingProxy } from './asking-proxies.ts';
import { type GatewayWorld, gatewayWorld, runGateway } from './gateway-world.ts';

const RESOURCE = 'https://notes.example.com';
const ROUTES = [
  { path: '/notes', methods: ['GET'], scopes: ['notes.read'] },
  { path: '/health', methods: ['GET'], public: true },
];

let world: GatewayWorld;
let folder: string;
beforeAll(async () => {
  world = await gatewayWorld({ routes: ROUTES });
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'behalf-socket-'));
});
afterEach(() => rm(folder, { recursive: true }));
afterAll(() => world?.close());

const socketIn = (name = 'decisions.sock'): string => join(folder, name);
const run = (decisions: object) =>
  runGateway({
    issuer: world.issuer.url,
    resource: RESOURCE,
    upstream: { url: world.upstream.url, identity: { 'X-Account': 'subject', 'X-Agent': 'actor' } },
    routes: ROUTES,
    decisions,
  });

const ask = async (socketPath: string, target: string): Promise<number | undefined> => {
  const headers = { 'x-original-method': 'GET', 'x-original-uri': target };
  const sent = request({ socketPath, path: '/decision', headers, agent: false }).end();
  const [answer] = await once(sent, 'response');
  answer.resume();
  return answer.statusCode;
};

test('a proxy asks at a socket that other users cannot open, and that is gone afterwards', async () => {
  const gateway = await run({ socket: socketIn() });
  expect(gateway.decisionPort).toBeUndefined();
  expect((await stat(socketIn())).mode & 0o777).toBe(0o660);
  expect([await ask(socketIn(), '/health'), await ask(socketIn(), '/notes')]).toEqual([200, 401]);
  await gateway.close();
  await expect(stat(socketIn())).rejects.toMatchObject({ code: 'ENOENT' });
});

/** Leaves a socket that no program serves. */
const leaveSocket = async (): Promise<void> => {
  const script = `require('node:net').createServer().listen(${JSON.stringify(socketIn())}, () => process.stdout.write('x'))`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect((await stat(socketIn())).isSocket()).toBe(true);
};

test('a socket that a killed process left behind is replaced', async () => {
  await leaveSocket();
  const gateway = await run({ socket: socketIn() });
  expect(await ask(socketIn(), '/health')).toBe(200);
  await gateway.close();
});

test.each([
  ['at a socket that a killed process left behind', leaveSocket],
  ['at a free path', async () => {}],
])('of several gateways that start at once %s, one listens, and it keeps its socket', async (_, before) => {
  await before();
  const starts = await Promise.allSettled([1, 2, 3].map(() => run({ socket: socketIn() })));
  const started = starts.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  try {
    expect(starts.flatMap((one) => (one.status === 'rejected' ? [(one.reason as Error).message] : []))).toEqual(
      [1, 2].map(() => `${socketIn()} is in use by another program; choose another path: decisions.socket`),
    );
    expect(await ask(socketIn(), '/health')).toBe(200);
    expect(await readdir(folder)).toEqual(['decisions.sock']);
  } finally {
    for (const gateway of started) await gateway.close();
  }
  expect(await readdir(folder)).toEqual([]);
});

test('what cannot be listened at is named with its setting', async () => {
  const other = createSocketServer();
  other.listen(socketIn('other'));
  await once(other, 'listening');
  await writeFile(socketIn('file'), '');
  const tcp = createServer().listen(0, '127.0.0.1');
  await once(tcp, 'listening');
  const { port } = tcp.address() as AddressInfo;
  const long = socketIn('x'.repeat(110));
  try {
    for (const [decisions, message] of [
      [{ socket: socketIn('other') }, 'is in use by another program; choose another path: decisions.socket'],
      [{ socket: socketIn('file') }, 'is no socket; choose another path: decisions.socket'],
      [{ socket: long }, 'is longer than 103 bytes; choose a shorter path: decisions.socket'],
      [
        { socket: socketIn('none/sock') },
        'cannot be made (EACCES); check that its folder exists and can be written: decisions.socket',
      ],
      [{ port }, 'is in use by another program; choose another port: decisions.port'],
    ] as const) {
      await expect(run(decisions)).rejects.toThrow(message);
    }
    // The socket of the other program stays.
    expect((await stat(socketIn('other'))).isSocket()).toBe(true);
  } finally {
    other.close();
    tcp.close();
  }
});

const NGINX: AskingProxy = 'nginx';

(hasProxy(NGINX) ? describe : describe.skip)('nginx', () => {
  test('asks at a socket, and permits what the gateway permits', async () => {
    const gateway = await run({ socket: socketIn() });
    const api = Number(new URL(world.upstream.url).port);
    const proxy = await startAskingProxy(NGINX, { api, gateway: gateway.port, decisions: `unix:${socketIn()}:` });
    try {
      world.upstream.reset();
      const token = await world.issuer.token({ aud: RESOURCE });
      const headers = [['Authorization', `Bearer ${token}`]] as const;
      expect((await rawRequest(proxy.port, { target: '/notes', headers })).status).toBe(200);
      expect(world.upstream.values('x-account')).toEqual(['acc_ada']);
      expect((await rawRequest(proxy.port, { target: '/notes' })).status).toBe(401);
      expect(world.upstream.requests).toHaveLength(1);
    } finally {
      await proxy.close();
      await gateway.close();
    }
  });
});
