import { once } from 'node:events';
import { createServer } from 'node:net';

/** Ports of this process. The system may name a port twice in a row, and its first user may not listen yet. */
const given = new Set<number>();
const MOST_GIVEN = 1000;

const anyPort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
};

/** A TCP port that was free a moment ago, and that this process got for nothing else lately. */
export const freePort = async (): Promise<number> => {
  let port = await anyPort();
  while (given.has(port)) port = await anyPort();
  if (given.size >= MOST_GIVEN) given.clear();
  given.add(port);
  return port;
};
