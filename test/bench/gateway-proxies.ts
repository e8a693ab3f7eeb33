/**
 * What a request costs the gateway beside a bare proxy on the same `http` of Node, in CPU of the process. Both listen in this process and
 * take turns, so that both meet the same machine. Upstream and load are a process of their own. Prints microseconds.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { openSync, writeSync } from 'node:fs';
import { Agent, createServer, request as sendRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { loadGatewayConfiguration } from '../../src/gateway/configuration/load.ts';
import { createGateway } from '../../src/gateway/gateway.ts';
import { logLines } from '../../src/gateway/log-lines.ts';
import { benchTokens, ISSUER, RESOURCE } from './bench-tokens.ts';
import type { GatewayMicros, ProxyName } from './gateway-cost.ts';

const TOKENS = 64;
const isQuick = process.argv[2] === 'quick';
const TURNS = isQuick ? 6 : 60;
/** Both programs are compiled after these: the compiler has threads of its own, whose time counts. A quick run does not wait for it. */
const WARM_UP = isQuick ? 3 : 30;
const PER_TURN = isQuick ? 128 : 512;

const { keySet, tokens } = await benchTokens(TOKENS);

const load = fork(join(import.meta.dirname, 'gateway-load.ts'));
const [{ upstream }] = (await once(load, 'message')) as [{ upstream: number }];

/** A proxy of the fewest lines: it keeps connections and passes each header and body as it comes. */
const startBare = async (): Promise<number> => {
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 256, scheduling: 'lifo' });
  const server = createServer((request, response) => {
    const { method, url, headers } = request;
    const sent = sendRequest({ agent, host: '127.0.0.1', port: upstream, method, path: url, headers }, (answer) => {
      response.writeHead(Number(answer.statusCode), answer.headers);
      answer.pipe(response);
    });
    sent.on('error', () => response.destroy());
    request.pipe(sent);
  });
  // As that of the gateway, so that the load finds no closed connection.
  server.keepAliveTimeout = 65_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
};

const startGateway = async (): Promise<number> => {
  const settings = {
    listen: { port: 0 },
    issuer: ISSUER,
    resource: RESOURCE,
    upstream: { url: `http://127.0.0.1:${upstream}`, identity: { 'X-Account': 'subject' } },
    routes: [
      { path: '/notes', methods: ['GET'], scopes: ['notes.read'] },
      { path: '/notes/:id', scopes: ['notes.write'] },
    ],
    mcp: { path: '/mcp', tools: { find: { scopes: ['notes.read'] } } },
  };
  const log = openSync('/dev/null', 'w');
  const lines = logLines(
    (text) => void writeSync(log, text),
    () => Date.now(),
  );
  const gateway = createGateway(
    loadGatewayConfiguration('gateway.json', () => JSON.stringify(settings)),
    {
      log: lines.add,
      nowMillis: () => Date.now(),
      fetch: async (url) =>
        Response.json(url.endsWith('/jwks') ? keySet : { issuer: ISSUER, jwks_uri: `${ISSUER}/jwks` }),
    },
  );
  return (await gateway.listen()).port;
};

const bare = await startBare();
const gateway = await startGateway();
const ports: Readonly<Record<ProxyName, number>> = { bare, gateway, bareMcp: bare, gatewayMcp: gateway };
const spent: Record<ProxyName, number[]> = { bare: [], gateway: [], bareMcp: [], gatewayMcp: [] };

for (let turn = 0; turn < TURNS; turn += 1) {
  for (const name of Object.keys(ports) as ProxyName[]) {
    const before = process.cpuUsage();
    load.send({ port: ports[name], isMcp: name.endsWith('Mcp'), count: PER_TURN, tokens });
    const [answer] = (await once(load, 'message')) as [{ failed?: string }];
    if (answer.failed !== undefined) throw new Error(`${name}: ${answer.failed}`);
    const { user, system } = process.cpuUsage(before);
    spent[name].push((user + system) / PER_TURN);
  }
}

const median = (values: readonly number[]): number =>
  Number(values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)]);
const microsOf = (name: ProxyName): number => median(spent[name].slice(WARM_UP));
/** Turns that follow each other meet the same other work of the machine. */
const factorOf = (gatewayed: ProxyName, plain: ProxyName): number =>
  median(spent[gatewayed].map((micros, turn) => micros / Number(spent[plain][turn])).slice(WARM_UP));
const measured: GatewayMicros = {
  bare: microsOf('bare'),
  gateway: microsOf('gateway'),
  bareMcp: microsOf('bareMcp'),
  gatewayMcp: microsOf('gatewayMcp'),
  factor: factorOf('gateway', 'bare'),
  mcpFactor: factorOf('gatewayMcp', 'bareMcp'),
};
process.stdout.write(JSON.stringify(measured), () => {
  load.kill();
  process.exit(0);
});
