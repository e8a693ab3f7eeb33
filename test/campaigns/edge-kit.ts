/**
 * An API behind `packages/resource-server`, in a process of its own, for the campaigns `edge` and `signals`. It reads the revocation feed, or
 * with `AUDIENCE` takes pushed security events. Requests to the issuer go through the proxy `VIA`. The campaign sets the clock of the
 * process. edge-kit.py is the same in Python.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { resourceServer } from '../../packages/resource-server/src/resource-server.ts';
import { endSet } from '../../packages/resource-server/src/revocation-feed/end-set.ts';

const { ISSUER = '', VIA = '', RESOURCE = '', API_ID = '', API_SECRET = '', AUDIENCE } = process.env;
/** Ends whose memory is measured. */
const MANY = 1_000_000;

/** Seconds by which the campaign has moved the clocks. The monotonic one only moves forward. */
const moved = { clock: 0, monotonic: 0 };
let introspections = 0;

const server = resourceServer({
  issuer: ISSUER,
  resource: RESOURCE,
  introspection: { clientId: API_ID, clientSecret: API_SECRET },
  ...(AUDIENCE === undefined ? { revocationFeed: true } : { securityEvents: { audience: AUDIENCE } }),
  timeout: 2,
  clock: () => Date.now() / 1000 + moved.clock,
  monotonic: () => performance.now() / 1000 + moved.monotonic,
  fetch(url, init) {
    if (url.endsWith('/token/introspection')) introspections += 1;
    return fetch(url.replace(ISSUER, VIA), init);
  },
});

/** MiB of a table with a million ends, as it counts itself and as the process grows. */
const memoryOfMany = (): Record<string, number> => {
  globalThis.gc?.();
  const before = process.memoryUsage();
  const ends = endSet(MANY);
  const digest = new Uint8Array(8);
  const view = new DataView(digest.buffer);
  for (let number = 0; number < MANY; number += 1) {
    view.setUint32(0, (number * 2_654_435_761) >>> 0);
    view.setUint32(4, number);
    ends.add(digest, { heardAt: 1, time: 1 });
  }
  globalThis.gc?.();
  const { arrayBuffers, heapUsed } = process.memoryUsage();
  const grown = arrayBuffers + heapUsed - before.arrayBuffers - before.heapUsed;
  return { ends: ends.size, tableMiB: ends.bytes / 2 ** 20, grownMiB: Math.round(grown / 2 ** 20) };
};

const answerTo = async (incoming: IncomingMessage): Promise<readonly [number, object]> => {
  const { method = '', url = '', headers } = incoming;
  const { pathname, searchParams } = new URL(url, 'http://kit');
  if (pathname === '/memory') return [200, memoryOfMany()];
  if (pathname === '/events') {
    const { status, body } = await server.receiveEvent(await text(incoming));
    return [status, JSON.parse(body ?? '{}')];
  }
  if (pathname === '/clocks') {
    moved.clock = Number(searchParams.get('clock'));
    moved.monotonic += Number(searchParams.get('pass'));
    return [200, moved];
  }
  const request = { method, target: url, headers: [['authorization', String(headers.authorization)]] as const };
  const decision = await server.check(request, { scopes: [pathname.slice(1)] });
  const reason = decision.granted ? undefined : decision.refusal.facts.reason;
  return [decision.granted ? 200 : decision.answer.status, { reason, introspections }];
};

const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const [status, body] = await answerTo(request);
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};

const listener = createServer((request, response) => {
  respond(request, response).catch((error: Error) => response.writeHead(500).end(error.stack));
});
listener.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(listener.address() as AddressInfo).port}\n`);
});
