/**
 * WB-09: bytes that two readers may cut into requests in two ways. The inner request carries a credential that may make
 * groups, as the request of a victim would; that a group is there shows that a reader took it for a request of its own.
 */
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { hasNginx, startNginx } from '../support/nginx.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

const GROUPS = '/api/v1/groups';
const WITHIN_MILLISECONDS = 15_000;

let server: RunningServer;
let scene: Scene;
let token: string;
let members: readonly string[];

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
  token = await scene.management.accessToken();
  members = await Promise.all(
    ['grace', 'alan'].map(async (username) => {
      const made = await scene.management.createAccount({ username, name: username, password: 'a long enough phrase' });
      return made.id;
    }),
  );
});
afterAll(() => server?.close());

/** Sends the bytes and answers all that comes back until the other side closes; it has to, by itself. */
const exchange = (port: number, bytes: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' });
    let text = '';
    socket.setTimeout(WITHIN_MILLISECONDS, () => {
      socket.destroy();
      reject(new Error(`no end of the connection after ${JSON.stringify(bytes.slice(0, 200))}`));
    });
    socket.setEncoding('latin1').on('data', (chunk) => {
      text += chunk;
    });
    // A reset after an early answer is no failure: what was read counts.
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
    socket.write(bytes, 'latin1');
  });

const lines = (...all: readonly string[]): string => all.map((line) => `${line}\r\n`).join('');

/** A whole request that makes a group of this name. */
const inner = (name: string): string => {
  const body = JSON.stringify({ name, members });
  return (
    lines(
      `POST ${GROUPS} HTTP/1.1`,
      'Host: localhost',
      `Authorization: Bearer ${token}`,
      'Content-Type: application/json',
      `Content-Length: ${body.length}`,
      'Connection: close',
      '',
    ) + body
  );
};

type Framing = (smuggled: string) => string;

/** Head of the outer request, whose body is read in one way by these headers, and perhaps in another by another reader. */
const outer = (headers: readonly string[], body: string, version = '1.1'): string =>
  lines(
    `POST /token HTTP/${version}`,
    'Host: localhost',
    'Content-Type: application/x-www-form-urlencoded',
    ...headers,
    '',
  ) + body;

const hex = (text: string): string => text.length.toString(16);
const chunked = (text: string): string => `${hex(text)}\r\n${text}\r\n0\r\n\r\n`;
/** No body by chunks, the inner request by a length; or the other way round. */
const emptyChunks = (smuggled: string): string => `0\r\n\r\n${smuggled}`;
const both =
  (transfer: string): Framing =>
  (smuggled) =>
    outer([`Content-Length: ${emptyChunks(smuggled).length}`, transfer], emptyChunks(smuggled));

/** Framing that every reader must refuse. */
const REFUSED: Readonly<Record<string, Framing>> = {
  'a length and chunks (CL.TE)': both('Transfer-Encoding: chunked'),
  'chunks, and a length that ends in them (TE.CL)': (smuggled) =>
    outer(['Transfer-Encoding: chunked', `Content-Length: ${hex(smuggled).length + 2}`], chunked(smuggled)),
  'a space before the colon': both('Transfer-Encoding : chunked'),
  'an encoding that is none': both('Transfer-Encoding: xchunked'),
  'chunked twice': both('Transfer-Encoding: chunked, chunked'),
  'chunked, and then identity': both('Transfer-Encoding: chunked\r\nTransfer-Encoding: identity'),
  'a vertical tab before chunked': both('Transfer-Encoding: \x0bchunked'),
  'a header after a bare LF': both('X-Nothing: x\nTransfer-Encoding: chunked'),
  'a header after a bare CR': both('X-Nothing: x\rTransfer-Encoding: chunked'),
  'a name cut by LF': both('Transfer-Encoding\n: chunked'),
  'a NUL in a name': both('Transfer\0-Encoding: chunked'),
  'two lengths': (smuggled) => outer(['Content-Length: 0', `Content-Length: ${smuggled.length}`], smuggled),
  'two lengths in one': (smuggled) => outer([`Content-Length: 0, ${smuggled.length}`], smuggled),
  'a length with a sign': (smuggled) => outer([`Content-Length: +${smuggled.length}`], smuggled),
  'a length in another base': (smuggled) => outer([`Content-Length: 0x${hex(smuggled)}`], smuggled),
  'a length and words': (smuggled) => outer(['Content-Length: 0 x'], smuggled),
  'a size of a chunk that is none': (smuggled) => outer(['Transfer-Encoding: chunked'], `0x0\r\n\r\n${smuggled}`),
  'a size of a chunk without end': (smuggled) =>
    outer(['Transfer-Encoding: chunked'], `${'f'.repeat(20)}\r\n${smuggled}`),
  'a chunk that ends by a bare LF': (smuggled) => outer(['Transfer-Encoding: chunked'], `1\na\n0\n\n${smuggled}`),
  'an extension of a chunk cut by LF': (smuggled) =>
    outer(['Transfer-Encoding: chunked'], `1;\nxx\r\na\r\n0\r\n\r\n${smuggled}`),
};

/** Framing with one meaning: the inner request is the body of the outer one, or there is no body at all. */
const WITHIN: Readonly<Record<string, Framing>> = {
  'the body of a length': (smuggled) => outer([`Content-Length: ${smuggled.length}`, 'Connection: close'], smuggled),
  'the body by chunks': (smuggled) => outer(['Transfer-Encoding: chunked', 'Connection: close'], chunked(smuggled)),
  'a line that is folded (obs-fold)': (smuggled) =>
    outer(
      [`Content-Length: ${smuggled.length}`, 'X-Nothing: x', ' Transfer-Encoding: chunked', 'Connection: close'],
      smuggled,
    ),
  'chunks of HTTP/1.0': (smuggled) =>
    outer(['Transfer-Encoding: chunked', 'Connection: close'], chunked(smuggled), '1.0'),
  'an upgrade that no server offers': (smuggled) =>
    outer([`Content-Length: ${smuggled.length}`, 'Upgrade: h2c', 'Connection: Upgrade, close'], smuggled),
};

const named = (table: Readonly<Record<string, Framing>>): readonly [string, Framing][] => Object.entries(table);

const made = async (prefix: string): Promise<readonly string[]> => {
  const { body } = await scene.management.call('GET', `/groups?limit=100`);
  return (body['items'] as { readonly name: string }[])
    .map(({ name }) => name)
    .filter((name) => name.startsWith(prefix));
};

/** All at once, so that what has to run into a time of the other side does so together. */
const answers = (table: Readonly<Record<string, Framing>>, port: number, prefix: string) =>
  Promise.all(
    named(table).map(async ([name, framing], index) => {
      const text = await exchange(port, framing(inner(`${prefix} ${index}`)));
      return [name, text] as const;
    }),
  );

describe('WB-09 requests inside of requests, sent to this server itself', () => {
  test('WB-09 what goes on after a request of the same connection is one of its own', async () => {
    await exchange(server.port, outer(['Content-Length: 0'], inner('after 0')));
    expect(await made('after')).toEqual(['after 0']);
  });

  test('WB-09 framing that can be read in two ways is refused, and nothing behind it is read (RFC 9112 §6.3)', async () => {
    const got = await answers(REFUSED, server.port, 'refused');
    expect(got.filter(([, text]) => !/^HTTP\/1\.1 400 /.test(text) || text.split('HTTP/1.1').length > 2)).toEqual([]);
    expect(await made('refused')).toEqual([]);
  });

  test('WB-09 framing with one meaning has it: what stands in a body is a body', async () => {
    const got = await answers(WITHIN, server.port, 'within');
    expect(got.filter(([, text]) => !/^HTTP\/1\.1 4\d\d /.test(text) || text.split('HTTP/1.1').length > 2)).toEqual([]);
    expect(await made('within')).toEqual([]);
  });
});

(hasNginx() ? describe : describe.skip)('WB-09 the same through nginx, which keeps its connections to us', () => {
  let proxy: Awaited<ReturnType<typeof startNginx>>;

  beforeAll(async () => {
    proxy = await startNginx(server.port);
  });
  afterAll(() => proxy?.close());

  test('WB-09 what goes on after a request is one of its own to both', async () => {
    await exchange(proxy.port, outer(['Content-Length: 0'], inner('proxied 0')));
    expect(await made('proxied')).toEqual(['proxied 0']);
    expect(await proxy.requests()).toEqual(['POST /token', `POST ${GROUPS}`]);
  });

  test('WB-09 nothing happens here that it has not seen as a request, and no answer comes to another client', async () => {
    const before = (await proxy.requests()).length;
    const got = await answers({ ...REFUSED, ...WITHIN }, proxy.port, 'hidden');
    expect(got.filter(([, text]) => !text.startsWith('HTTP/1.1 ') || /^HTTP\/1\.1 (?:2|50[^1])/.test(text))).toEqual(
      [],
    );
    const seen = (await proxy.requests()).slice(before).filter((request) => request === `POST ${GROUPS}`);
    expect(seen).toHaveLength((await made('hidden')).length);
    // What is left in a connection that it keeps would be read as the beginning of these.
    const next = await Promise.all(
      Array.from({ length: 32 }, () => fetch(`http://127.0.0.1:${proxy.port}/.well-known/openid-configuration`)),
    );
    expect(next.map(({ status }) => status)).toEqual(next.map(() => 200));
  });
});
