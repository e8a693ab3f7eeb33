/** The upstream of the bench of the gateway, and its clients: 16 connections that are kept. */
import { Agent, createServer, request as sendRequest } from 'node:http';
import type { AddressInfo } from 'node:net';

const CONNECTIONS = 16;
const ANSWER = JSON.stringify({ notes: Array.from({ length: 5 }, (_, id) => ({ id, text: 'A note of some length' })) });
const CALL = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'find', arguments: { text: 'A note of some length', limit: 5 } },
});

type Round = {
  readonly port: number;
  readonly isMcp: boolean;
  readonly count: number;
  readonly tokens: readonly string[];
};

const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });

const send = ({ port, isMcp }: Round, token: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${token}`,
      accept: 'application/json',
      'user-agent': 'bench',
      ...(isMcp ? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(CALL) } : {}),
    };
    const target = { agent, host: '127.0.0.1', port, method: isMcp ? 'POST' : 'GET', path: isMcp ? '/mcp' : '/notes' };
    const sent = sendRequest({ ...target, headers }, (answer) => {
      answer.resume();
      answer.on('end', () =>
        answer.statusCode === 200 ? resolve() : reject(new Error(`status ${answer.statusCode}`)),
      );
    });
    sent.on('error', reject);
    sent.end(isMcp ? CALL : undefined);
  });

const run = async (round: Round): Promise<void> => {
  let index = 0;
  const work = async (): Promise<void> => {
    while (index < round.count) {
      index += 1;
      await send(round, String(round.tokens[index % round.tokens.length]));
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, work));
};

process.on('message', (round: Round) => {
  run(round).then(
    () => process.send?.({}),
    (error: Error) => process.send?.({ failed: error.message }),
  );
});

const upstream = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(ANSWER) });
    response.end(ANSWER);
  });
});
// A turn of the other proxies can take longer than the five seconds of Node.
upstream.keepAliveTimeout = 120_000;
upstream.listen(0, '127.0.0.1', () => process.send?.({ upstream: (upstream.address() as AddressInfo).port }));
