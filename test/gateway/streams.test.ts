/** Event streams and WebSockets through a gateway: they pass as they come, and end with their token. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, request as sendRequest } from 'node:http';
import { type AddressInfo, connect as connectSocket, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { acceptOf } from '../../src/gateway/upstream/websocket.ts';
import { type Issuer, now, RESOURCE, startIssuer } from '../resource-server/issuer.ts';
import { until } from '../support/until.ts';
import { type RunningGateway, runGateway } from './gateway-world.ts';

let issuer: Issuer;
let upstream: Server;
let gateway: RunningGateway;
const upgrades: IncomingMessage[] = [];
const streams = new Set<Duplex>();
let accept = acceptOf;
let isSilent = false;

const settings = () => ({
  issuer: issuer.url,
  resource: RESOURCE,
  upstream: {
    url: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`,
    identity: { 'X-Account': 'subject' },
  },
  routes: [
    { path: '/events', methods: ['GET'], scopes: ['notes.read'] },
    { path: '/socket', methods: ['GET'], scopes: ['notes.read'] },
    { path: '/plain', methods: ['GET'], scopes: ['notes.read'] },
  ],
  mcp: { path: '/mcp', scopes: ['notes.read'] },
});

beforeAll(async () => {
  issuer = await startIssuer();
  upstream = createServer((request, response) => {
    if (request.url !== '/events') {
      response.end('no stream');
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: one\n\n');
    streams.add(response as unknown as Duplex);
    response.on('close', () => streams.delete(response as unknown as Duplex));
  });
  upstream.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
    upgrades.push(request);
    if (isSilent) return;
    streams.add(socket);
    socket.on('close', () => streams.delete(socket));
    socket.on('error', () => undefined);
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${accept(String(request.headers['sec-websocket-key']))}\r\n\r\nhello`,
    );
    socket.pipe(socket);
  });
  upstream.listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  gateway = await runGateway(settings());
});

afterAll(async () => {
  await gateway.close();
  upstream.closeAllConnections();
  for (const stream of streams) stream.destroy();
  upstream.close();
  await issuer.close();
});

const lastLine = () => gateway.log.filter(({ event }) => event === 'request').at(-1);

describe('an event stream', () => {
  const opened = async (claims = {}) => {
    const abort = new AbortController();
    const answer = await fetch(`${gateway.url}/events`, {
      headers: { authorization: `Bearer ${await issuer.token(claims)}` },
      signal: abort.signal,
    });
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
    const next = async () => new TextDecoder().decode((await reader.read()).value);
    return { answer, reader, next, abort };
  };

  test('passes event by event', async () => {
    const { answer, next, abort } = await opened();
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    expect(await next()).toBe('data: one\n\n');
    for (const stream of streams) stream.write('data: two\n\n');
    expect(await next()).toBe('data: two\n\n');
    abort.abort();
    await until(() => streams.size === 0, { what: 'the end of the stream at the upstream' });
  });

  test('ends when its token expires', async () => {
    const { next } = await opened({ exp: now() + 1 });
    expect(await next()).toBe('data: one\n\n');
    await expect(next()).rejects.toThrow();
    await until(() => streams.size === 0);
    await until(() => lastLine()?.['reason'] === 'token_ended');
  });
});

describe('a WebSocket', () => {
  const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
  const connect = (headers: Record<string, string>, path = '/socket') => {
    const request = sendRequest({
      port: gateway.port,
      host: '127.0.0.1',
      path,
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': KEY,
        ...headers,
      },
    });
    request.end();
    return new Promise<{ status: number; accept?: string | undefined; socket?: Duplex; head?: string }>(
      (resolve, reject) => {
        request.on('response', (answer) => {
          answer.resume();
          resolve({ status: Number(answer.statusCode) });
        });
        request.on('upgrade', (answer, socket, head) =>
          resolve({ status: 101, accept: answer.headers['sec-websocket-accept'], socket, head: head.toString() }),
        );
        request.on('error', reject);
      },
    );
  };
  const authorized = async (claims = {}) => ({ authorization: `Bearer ${await issuer.token(claims)}` });

  test('passes with a token, and the bytes of both sides as they are (RFC 6455)', async () => {
    const {
      status,
      accept: accepted,
      socket,
      head,
    } = await connect({ ...(await authorized()), 'x-account': 'acc_eve' });
    expect([status, accepted]).toEqual([101, acceptOf(KEY)]);
    let heard = head ?? '';
    socket?.on('data', (chunk) => {
      heard += chunk;
    });
    socket?.write('abc');
    await until(() => heard === 'helloabc');
    expect(upgrades.at(-1)?.headers).toMatchObject({ 'x-account': 'acc_ada', 'sec-websocket-key': KEY });
    expect(upgrades.at(-1)?.headers['authorization']).toBeUndefined();
    socket?.destroy();
    await until(() => streams.size === 0);
  });

  test('ends when its token expires', async () => {
    const { socket } = await connect(await authorized({ exp: now() + 1 }));
    socket?.on('error', () => undefined);
    await until(() => socket?.destroyed === true || socket?.closed === true || streams.size === 0);
    await until(() => lastLine()?.['reason'] === 'token_ended');
    socket?.destroy();
  });

  test.each<[string, Record<string, string>, number, string]>([
    ['no token', { authorization: '' }, 401, '/socket'],
    ['another scope', {}, 403, '/socket'],
    ['a route that is not known', {}, 403, '/other'],
    ['another version', { 'sec-websocket-version': '8' }, 426, '/socket'],
    ['a malformed key', { 'sec-websocket-key': 'x' }, 400, '/socket'],
    ['content', { 'content-length': '5' }, 400, '/socket'],
    ['another protocol', { upgrade: 'h2c' }, 400, '/socket'],
    ['the path of an MCP server, whose messages are read', {}, 400, '/mcp'],
  ])('is refused with %s, before a request to the upstream', async (_name, headers, status, path) => {
    const before = upgrades.length;
    const own = await authorized(status === 403 && path === '/socket' ? { scope: 'notes.write' } : {});
    expect((await connect({ ...own, ...headers }, path)).status).toBe(status);
    expect(upgrades).toHaveLength(before);
  });

  test('an upstream that does not upgrade, or proves another key, is 502', async () => {
    accept = () => 'x';
    try {
      expect((await connect(await authorized())).status).toBe(502);
      expect((await connect(await authorized(), '/plain')).status).toBe(502);
    } finally {
      accept = acceptOf;
    }
  });
});

describe('a handshake that is refused or not over', () => {
  /** Keeps its side open when the gateway ends its own. */
  const handshake = async (
    port: number,
    lines: string,
  ): Promise<{ readonly socket: Socket; readonly answer: string }> => {
    const socket = connectSocket({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', () => undefined);
    socket.write(`GET /socket HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${lines}\r\n`);
    const [bytes] = lines.includes('Authorization') ? [''] : await once(socket, 'data');
    return { socket, answer: String(bytes) };
  };

  test('takes the place of no other client, if its client does not close or sends more', async () => {
    const own = await runGateway({ ...settings(), limits: { connections: 2 } });
    const clients = [await handshake(own.port, ''), await handshake(own.port, '')];
    try {
      expect(clients.map(({ answer }) => answer.slice(0, 12))).toEqual(['HTTP/1.1 426', 'HTTP/1.1 426']);
      clients[1]?.socket.end('x');
      const headers = [['Authorization', `Bearer ${await issuer.token()}`]] as const;
      const served = () => own.send({ target: '/plain', headers });
      await until(async () => (await Promise.all([served(), served()])).every(({ status }) => status === 200));
    } finally {
      for (const { socket } of clients) socket.destroy();
      await own.close();
    }
  });

  test('ends when the gateway closes while the upstream has not answered', async () => {
    const own = await runGateway(settings());
    isSilent = true;
    const before = upgrades.length;
    const { socket } = await handshake(
      own.port,
      `Authorization: Bearer ${await issuer.token()}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n`,
    );
    try {
      await until(() => upgrades.length > before);
      const ended = once(socket, 'close');
      socket.resume();
      await own.close();
      socket.end();
      await ended;
    } finally {
      isSilent = false;
      socket.destroy();
    }
  });
});
