/** Which requests of a trusted transmitter are recorded as malformed: those of the wrong form only. */

import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import Koa from 'koa';
import type { Transmitter } from '../../../src/domain/signals/receiver/transmitter.ts';
import { beginState } from '../../../src/http/request-state.ts';
import { signalReceiverRouter } from '../../../src/http/signals/receiver-router.ts';

let server: Server;
afterEach(() => void server.close());

const serving = async () => {
  const malformed: string[] = [];
  const failures: unknown[] = [];
  const handled = Promise.withResolvers<void>();
  const unused = async (): Promise<never> => {
    throw new Error('not called');
  };
  const router = signalReceiverRouter({
    transmitters: { ofSecret: async () => ({ id: 'trm_1' }) as Transmitter },
    signals: { receive: unused, revokeAll: unused, malformed: async ({ id }) => void malformed.push(id) },
    countRefusal: () => undefined,
    log: (_, error) => failures.push(error),
  });
  const app = new Koa();
  app.silent = true;
  app.use(async (ctx, next) => {
    beginState(ctx, { id: 'req_1', source: '127.0.0.1' }, 'en', 0);
    await next();
    handled.resolve();
  });
  app.use(router.routes());
  server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { readonly port: number };
  return { port, malformed, failures, handled: handled.promise };
};

const TYPES = { '/signals/events': 'application/secevent+jwt', '/signals/revocations': 'application/json' } as const;
const PATHS = Object.entries(TYPES);

test.each(PATHS)('%s: a connection that breaks off is not', async (path, type) => {
  const { port, malformed, handled } = await serving();
  const socket = connect(port, '127.0.0.1');
  const head = [`POST ${path} HTTP/1.1`, 'Host: x', 'Authorization: Bearer s.s', `Content-Type: ${type}`];
  socket.write(`${[...head, 'Content-Length: 100'].join('\r\n')}\r\n\r\n{"sub_id`);
  await once(server, 'request');
  socket.destroy();
  await handled;
  expect(malformed).toEqual([]);
});

test.each(PATHS)('%s: a body of another type or of too many bytes is', async (path, type) => {
  const { port, malformed } = await serving();
  const send = (contentType: string, body: string) =>
    fetch(`http://127.0.0.1:${port}${path}`, {
      ...{ method: 'POST', body },
      headers: { authorization: 'Bearer s.s', 'content-type': contentType },
    });
  expect((await send('text/plain', '{}')).status).toBeLessThan(500);
  expect((await send(type, 'x'.repeat(20_000))).status).toBeLessThan(500);
  expect(malformed).toEqual(['trm_1', 'trm_1']);
});
