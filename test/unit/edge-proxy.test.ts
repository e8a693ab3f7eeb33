/** The proxy of the campaigns `edge` and `signals`: an API reads the feed of the node that it was moved to, and of no other one. */
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { type FaultyProxy, startFaultyProxy } from '../campaigns/edge-proxy.ts';
import { until } from '../support/until.ts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** A node whose readers wait until it answers. */
const startNode = async () => {
  const waiting: ServerResponse[] = [];
  const server: Server = createServer((_, response) => void waiting.push(response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { waiting, port: (server.address() as AddressInfo).port };
};

const read = (proxy: FaultyProxy): Promise<string> =>
  fetch(`${proxy.url}/access/v1/revocations`).then(
    (answer) => `status ${answer.status}`,
    () => 'broken off',
  );

test.each(['after it was cut', 'although it was not cut'])(
  'a request that the earlier node has not answered is no feed %s',
  async (how) => {
    const [earlier, later] = [await startNode(), await startNode()];
    const proxy = await startFaultyProxy('id.example.com', earlier.port);
    ends.push(() => proxy.close());
    const first = read(proxy);
    await until(() => earlier.waiting.length === 1);
    proxy.to(later.port);
    if (how === 'after it was cut') {
      proxy.become('cut');
      proxy.become('open');
      expect(await first).toBe('broken off');
    } else {
      earlier.waiting[0]?.writeHead(200).flushHeaders();
      expect(await first).toBe('status 200');
    }
    expect(proxy.hasFeed()).toBe(false);
    const second = read(proxy);
    await until(() => later.waiting.length === 1);
    later.waiting[0]?.writeHead(200).flushHeaders();
    expect([await second, proxy.hasFeed()]).toEqual(['status 200', true]);
  },
);
