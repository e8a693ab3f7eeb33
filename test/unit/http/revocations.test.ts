/** The forms of the revocation feed: what a reader that does not read costs, a poll, and a stream that ends early. */
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import Router from '@koa/router';
import Koa from 'koa';
import type {
  FeedMessage,
  FeedReader,
  RevocationFeed,
} from '../../../src/domain/authority/revocation-feed/revocation-feed.ts';
import type { ResourceServer } from '../../../src/domain/resources/resource-servers/resource-server.ts';
import { revocationRoutes } from '../../../src/http/authzen/revocations.ts';
import { until } from '../../support/until.ts';

let reader: FeedReader | undefined;
let left = 0;
const message = { cursor: 'c', as_of: 0, time: 0 };
/** What the feed does with a reader before it is connected. */
let begin = (next: FeedReader): void => next.send(message);
const feed: RevocationFeed = {
  async open(_server, _request, next) {
    reader = next;
    begin(next);
    return () => {
      left += 1;
    };
  },
  elapsed: () => 0,
  close: () => undefined,
};

const router = new Router();
revocationRoutes(router, {
  feed,
  answering: (_send, answer) => async (ctx) => {
    try {
      const answered = await answer({} as ResourceServer, ctx, {} as never);
      if (answered) ctx.body = answered.body;
    } catch {
      ctx.status = 503;
    }
  },
  sendError: () => undefined,
  issuer: 'https://id.example.com',
  log: () => undefined,
});
const listener = createServer(new Koa().use(router.routes()).callback());

beforeAll(() => new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve)));
afterAll(() => new Promise((resolve) => listener.close(resolve)));

const ask = (accept: string): Promise<Response> => {
  const { port } = listener.address() as AddressInfo;
  return fetch(`http://127.0.0.1:${port}/access/v1/revocations?after=c&wait=4`, { headers: { accept } });
};

test('ends the connection of a reader that leaves more than 256 KiB unread, and holds no more for it', async () => {
  const { port } = listener.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.pause();
  socket.write('GET /access/v1/revocations HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n');
  await until(() => reader !== undefined);
  const ends = Array.from({ length: 5000 }, () => 'AAAAAAAAAAA');
  // The buffers of the system take some megabytes first.
  await until(
    () => {
      reader?.send({ ...message, ends });
      return left > 0;
    },
    { what: 'the end of the connection' },
  );
  expect(left).toBe(1);
  reader?.send(message);
  socket.destroy();
});

test('a poll keeps the ends of its first message when another message follows at once', async () => {
  const start = { digest_key: 'k', resumed: true, settle_seconds: 30, retain_seconds: 3660, risks: {} };
  const first: FeedMessage = { ...message, start, ends: ['AAAAAAAAAAA'], cursor: 'first' };
  begin = (next) => {
    next.send(first);
    next.send({ ...message, ends: ['BBBBBBBBBBB'], cursor: 'second' });
  };
  // What follows comes after its cursor, at the next poll.
  expect(await (await ask('application/json')).json()).toEqual(first);
});

test('a stream that ends before its first message leaves the answer to the refusal', async () => {
  begin = (next) => {
    next.end();
    throw new Error('the store cannot be read');
  };
  expect((await ask('text/event-stream')).status).toBe(503);
});
