import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { listen } from '../../src/listening.ts';

const servers: Server[] = [];
const newServer = (): Server => {
  const server = createServer();
  servers.push(server);
  return server;
};
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

test('an address in use is reported in plain words, with the settings that name another', async () => {
  const first = newServer();
  await listen(first, { host: '127.0.0.1', port: 0 });
  const { port } = first.address() as AddressInfo;
  await expect(listen(newServer(), { host: '127.0.0.1', port })).rejects.toThrow(
    `127.0.0.1:${port} is in use by another program; choose another port: PORT or listen.port`,
  );
});

test('an address of another listener than the server is reported with its own setting', async () => {
  const first = newServer();
  await listen(first, { host: '127.0.0.1', port: 0 });
  const { port } = first.address() as AddressInfo;
  await expect(listen(newServer(), { host: '127.0.0.1', port }, 'health')).rejects.toThrow(
    /is in use by another program; choose another port: health\.port$/,
  );
});

test('later errors of the server are left to its other listeners', async () => {
  const server = newServer();
  await listen(server, { host: '127.0.0.1', port: 0 });
  expect(server.listenerCount('error')).toBe(0);
});
