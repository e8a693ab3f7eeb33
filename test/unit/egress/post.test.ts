/** Questions to a server of the operator's choice go the same guarded way as documents, each one anew. */
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { tlsDialer } from '../../../adapters/egress/dialing.ts';
import { trustedFetch } from '../../../adapters/egress/trusted-fetch.ts';
import { fetchReasonOf } from '../../../src/domain/ports/trusted-fetch.ts';
import { type LocalAuthority, localAuthority } from '../../support/local-authority.ts';

const PUBLIC = '93.184.215.14';
const URL_OF_PDP = 'https://pdp.example.com/access/v1/evaluations';

let authority: LocalAuthority;
let authorities: string;
let port: number;
let asked: {
  readonly headers: IncomingMessage['headers'];
  readonly method: string | undefined;
  readonly body: string;
}[] = [];
const answering = (response: ServerResponse): void => {
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"evaluations":[]}');
};
let answer: (response: ServerResponse, request: IncomingMessage) => void = answering;

beforeAll(async () => {
  authority = await localAuthority();
  authorities = await readFile(authority.caFile, 'utf8');
  ({ port } = await authority.serve(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    asked.push({ headers: request.headers, method: request.method, body: Buffer.concat(chunks).toString() });
    answer(response, request);
  }, 'DNS:pdp.example.com'));
});
afterAll(() => authority.remove());
afterEach(() => {
  asked = [];
  answer = answering;
});

const egress = (addresses: readonly string[] = [PUBLIC]) => {
  const real = tlsDialer(authorities);
  return trustedFetch({
    clock: { now: () => 1_800_000_000, nowMillis: () => 1_800_000_000_000 },
    elapsed: () => performance.now() / 1000,
    allowedHosts: [],
    authorities,
    // Used up at once: questions cost nothing of it.
    budgets: { perMinute: 0, perHostPerMinute: 0, perSourcePerMinute: 0 },
    deadlineMilliseconds: 10_000,
    resolve: async () => addresses,
    dial: (target, signal) => real({ ...target, address: '127.0.0.1', port }, signal),
  });
};

const ask = (url = URL_OF_PDP, timeoutMilliseconds = 10_000, addresses?: readonly string[]) =>
  egress(addresses).post({ url, purpose: 'decision', body: '{"ä":1}', authorization: 'Bearer x', timeoutMilliseconds });

const failure = async (promise: Promise<unknown>): Promise<string | undefined> => {
  try {
    await promise;
  } catch (error) {
    return fetchReasonOf(error) ?? 'another error';
  }
  return undefined;
};

test('a question is sent as it is, and answered anew each time', async () => {
  expect(Buffer.from(await ask()).toString()).toBe('{"evaluations":[]}');
  await ask();
  expect(asked).toHaveLength(2);
  expect(asked[0]).toMatchObject({
    method: 'POST',
    body: '{"ä":1}',
    headers: {
      host: 'pdp.example.com',
      authorization: 'Bearer x',
      'content-type': 'application/json',
      'content-length': '8',
    },
  });
});

test.each([
  ['redirected', (response: ServerResponse) => response.writeHead(307, { location: 'https://10.0.0.1/' }).end()],
  ['status_not_ok', (response: ServerResponse) => response.writeHead(204).end()],
  [
    'type_not_accepted',
    (response: ServerResponse) => response.writeHead(200, { 'content-type': 'text/html' }).end('{}'),
  ],
  [
    'too_large',
    (response: ServerResponse) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(`"${'x'.repeat(70_000)}"`),
  ],
] as const)('SF-04 an answer that is %s is none', async (reason, how) => {
  answer = how;
  expect(await failure(ask())).toBe(reason);
});

test('SF-01 addresses that are not public, and URLs that are none, are not asked', async () => {
  expect(await failure(ask(URL_OF_PDP, 10_000, ['10.0.0.1']))).toBe('address_not_allowed');
  expect(await failure(ask(URL_OF_PDP, 10_000, [PUBLIC, '127.0.0.1']))).toBe('address_not_allowed');
  expect(await failure(ask('http://pdp.example.com/'))).toBe('url_not_allowed');
  expect(await failure(ask('https://127.0.0.1/'))).toMatch(/not_allowed$/);
  expect(asked).toEqual([]);
});

test('nobody waits longer than was said', async () => {
  answer = () => undefined;
  const begun = performance.now();
  expect(await failure(ask(URL_OF_PDP, 300))).toBe('timed_out');
  expect(performance.now() - begun).toBeLessThan(5_000);
});
