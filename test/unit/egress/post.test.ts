/** Questions to a server of the operator's choice go the same guarded way as documents, each one anew. */
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { tlsDialer } from '../../../adapters/egress/dialing.ts';
import { trustedFetch } from '../../../adapters/egress/trusted-fetch.ts';
import { answeredOf, fetchReasonOf, fetchStatusOf } from '../../../src/domain/ports/trusted-fetch.ts';
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
  readonly bytes: Buffer;
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
    const bytes = Buffer.concat(chunks);
    asked.push({ headers: request.headers, method: request.method, body: bytes.toString(), bytes });
    answer(response, request);
  }, 'DNS:pdp.example.com'));
});
afterAll(() => authority.remove());
afterEach(() => {
  asked = [];
  answer = answering;
});

const egress = (addresses: readonly string[] | (() => readonly string[]) = [PUBLIC]) => {
  const real = tlsDialer(authorities);
  return trustedFetch({
    clock: { now: () => 1_800_000_000, nowMillis: () => 1_800_000_000_000 },
    elapsed: () => performance.now() / 1000,
    internalHosts: {},
    authorities,
    // Used up at once: questions cost nothing of it.
    budgets: { perMinute: 0, perHostPerMinute: 0, perSourcePerMinute: 0 },
    deadlineMilliseconds: 10_000,
    resolve: async () => (typeof addresses === 'function' ? addresses() : addresses),
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
] as const)('SF-04 an answer that is %s is refused', async (reason, how) => {
  answer = how;
  expect(await failure(ask())).toBe(reason);
});

test('SF-01 addresses that are not public, and invalid URLs, are not asked', async () => {
  expect(await failure(ask(URL_OF_PDP, 10_000, ['10.0.0.1']))).toBe('address_not_allowed');
  expect(await failure(ask(URL_OF_PDP, 10_000, [PUBLIC, '127.0.0.1']))).toBe('address_not_allowed');
  expect(await failure(ask('http://pdp.example.com/'))).toBe('url_not_allowed');
  expect(await failure(ask('https://127.0.0.1/'))).toMatch(/not_allowed$/);
  expect(asked).toEqual([]);
});

test('no request waits longer than its deadline', async () => {
  answer = () => undefined;
  const begun = performance.now();
  expect(await failure(ask(URL_OF_PDP, 300))).toBe('timed_out');
  expect(performance.now() - begun).toBeLessThan(5_000);
});

describe('a message to an endpoint of webhooks', () => {
  const URL_OF_HOOK = 'https://pdp.example.com/hooks';
  const headers = { 'webhook-id': 'msg_1', 'webhook-timestamp': '1800000000', 'webhook-signature': 'v1,AAAA' };
  const send = (addresses?: readonly string[] | (() => readonly string[]), more: object = {}) =>
    egress(addresses).post({
      ...{ url: URL_OF_HOOK, purpose: 'webhook', body: '{"type":"x"}', headers, timeoutMilliseconds: 10_000 },
      ...more,
    });

  test.each([200, 201, 202, 204, 299])(
    'is there with status %i, and nothing of the answer is read (WH-07)',
    async (status) => {
      // Without an end, where there may be a body at all.
      answer = (response) => {
        response.writeHead(status, { 'content-type': 'text/html', 'content-encoding': 'gzip' });
        if (status === 204) response.end();
        else response.write('x');
      };
      expect(Buffer.from(await send())).toHaveLength(0);
      expect(asked[0]).toMatchObject({ method: 'POST', body: '{"type":"x"}', headers });
    },
  );

  test.each([
    [307, 'redirected'],
    [301, 'redirected'],
    [400, 'status_not_ok'],
    [410, 'status_not_ok'],
    [503, 'status_not_ok'],
  ])('with status %i it is not: %s (WH-07)', async (status, reason) => {
    answer = (response) => void response.writeHead(status, { location: 'https://pdp.example.com/elsewhere' }).end();
    const error = await send().catch((thrown: unknown) => thrown);
    expect([fetchReasonOf(error), fetchStatusOf(error)]).toEqual([
      reason,
      reason === 'redirected' ? undefined : status,
    ]);
    expect(asked).toHaveLength(1);
  });

  test('WH-05 its address is judged at each delivery: a name that leads inside by now is not dialled', async () => {
    let inside: readonly string[] = [PUBLIC];
    const post = egress(() => inside).post;
    const message = { url: URL_OF_HOOK, purpose: 'webhook', body: '{}', headers, timeoutMilliseconds: 10_000 } as const;
    await post(message);
    for (const address of ['127.0.0.1', '169.254.169.254', '10.1.2.3', '::1', '::ffff:127.0.0.1', 'fd00::1']) {
      inside = [address];
      expect(await failure(post(message))).toBe('address_not_allowed');
      inside = [PUBLIC, address];
      expect(await failure(post(message))).toBe('address_not_allowed');
    }
    inside = [PUBLIC];
    await post(message);
    expect(asked).toHaveLength(2);
  });

  test('brings no other header along', async () => {
    for (const name of ['host', 'authorization', 'transfer-encoding', 'Webhook-Id', 'webhook-id\r\nx']) {
      await expect(send(undefined, { headers: { [name]: 'x' } })).rejects.toThrow(TypeError);
    }
    expect(asked).toEqual([]);
  });

  test('a challenge comes back as JSON of at most 1 KiB', async () => {
    const challenge = { purpose: 'webhook_challenge' };
    answer = (response) =>
      void response.writeHead(200, { 'content-type': 'application/json' }).end('{"challenge":"x"}');
    expect(Buffer.from(await send(undefined, challenge)).toString()).toBe('{"challenge":"x"}');
    answer = (response) => void response.writeHead(204).end();
    expect(await failure(send(undefined, challenge))).toBe('status_not_ok');
    answer = (response) =>
      void response.writeHead(200, { 'content-type': 'application/json' }).end(`"${'x'.repeat(1100)}"`);
    expect(await failure(send(undefined, challenge))).toBe('too_large');
  });
});

describe('a message to a push service', () => {
  const headers = { ttl: '60', urgency: 'high', topic: 'abc', 'content-encoding': 'aes128gcm' };
  const body = new Uint8Array([0, 255, 128, 10]);
  const send = (more: object = {}) =>
    egress().post({
      ...{ url: 'https://pdp.example.com/push/x', purpose: 'push', body, headers, timeoutMilliseconds: 10_000 },
      ...{ authorization: 'vapid t=a.b.c, k=d' },
      ...more,
    });

  test('is sent byte for byte, with the headers of RFC 8030 and RFC 8292', async () => {
    answer = (response) => void response.writeHead(201, { location: 'https://pdp.example.com/message/x' }).end();
    expect(Buffer.from(await send())).toHaveLength(0);
    expect(asked[0]?.headers).toMatchObject({
      ...headers,
      authorization: 'vapid t=a.b.c, k=d',
      'content-type': 'application/octet-stream',
      'content-length': '4',
    });
    expect(asked[0]?.bytes).toEqual(Buffer.from(body));
  });

  test('brings no other header along', async () => {
    for (const name of ['host', 'cookie', 'webhook-id', 'TTL', 'topic\r\nx', 'content-length']) {
      await expect(send({ headers: { [name]: 'x' } })).rejects.toThrow(TypeError);
    }
    expect(asked).toEqual([]);
  });

  test('that is not taken now says when to come again, and no more of that than a date is long', async () => {
    answer = (response) => void response.writeHead(429, { 'retry-after': '120' }).end();
    expect(answeredOf(await send().catch((error: unknown) => error))).toEqual({ status: 429, retryAfter: '120' });
    answer = (response) => void response.writeHead(503, { 'retry-after': '1'.repeat(5_000) }).end();
    const answered = answeredOf(await send().catch((error: unknown) => error));
    expect(answered?.retryAfter).toHaveLength(40);
    answer = (response) => void response.writeHead(404).end();
    expect(answeredOf(await send().catch((error: unknown) => error))).toEqual({ status: 404 });
  });
});

describe('a request for the token of polls (RFC 6749 §4.4)', () => {
  const request = (more: object = {}) =>
    egress().call({
      ...{ method: 'POST', url: 'https://pdp.example.com/token', purpose: 'client_token', body: 'grant_type=x' },
      ...{ authorization: 'Basic x', timeoutMilliseconds: 60_000, ...more },
    });

  test('is a form, and its refusal is read', async () => {
    answer = (response) => void response.writeHead(401, { 'content-type': 'application/json' }).end('{"error":"x"}');
    const { status, body } = await request();
    expect([status, Buffer.from(body).toString()]).toEqual([401, '{"error":"x"}']);
    expect(asked[0]).toMatchObject({
      ...{ method: 'POST', body: 'grant_type=x' },
      headers: { 'content-type': 'application/x-www-form-urlencoded', authorization: 'Basic x' },
    });
    await expect(request({ headers: { cookie: 'x' } })).rejects.toThrow(TypeError);
  });

  test.each([
    ['redirected', (response: ServerResponse) => response.writeHead(302, { location: 'https://10.0.0.1/' }).end()],
    ['status_not_ok', (response: ServerResponse) => response.writeHead(500).end()],
    ['type_not_accepted', (response: ServerResponse) => response.writeHead(401, { 'content-type': 'text/html' }).end()],
    [
      'too_large',
      (response: ServerResponse) =>
        response.writeHead(200, { 'content-type': 'application/json' }).end(`"${'x'.repeat(65_536)}"`),
    ],
  ] as const)('SF-04 an answer that is %s is refused', async (reason, how) => {
    answer = how;
    expect(await failure(request())).toBe(reason);
  });
});

describe('a poll for security events (RFC 8936)', () => {
  const poll = (more: object = {}) =>
    egress().call({
      ...{ method: 'POST', url: 'https://pdp.example.com/poll', purpose: 'signal_poll', body: '{"maxEvents":50}' },
      ...{ authorization: 'Bearer x', headers: { 'content-language': 'en' }, timeoutMilliseconds: 30_000 },
      ...more,
    });
  const ofLength = (length: number) => (response: ServerResponse) =>
    void response.writeHead(200, { 'content-type': 'application/json' }).end(`"${'x'.repeat(length - 2)}"`);

  test('is JSON both ways, and its answer has at most 1 MiB', async () => {
    answer = ofLength(1_048_576);
    expect((await poll()).body).toHaveLength(1_048_576);
    expect(asked[0]).toMatchObject({
      ...{ method: 'POST', body: '{"maxEvents":50}' },
      headers: { 'content-type': 'application/json', accept: 'application/json', 'content-language': 'en' },
    });
    answer = ofLength(1_048_577);
    expect(await failure(poll())).toBe('too_large');
    await expect(poll({ headers: { cookie: 'x' } })).rejects.toThrow(TypeError);
  });

  test('fails with another status, which says when to come again', async () => {
    answer = (response) => void response.writeHead(503, { 'retry-after': '7' }).end();
    expect(answeredOf(await poll().catch((error: unknown) => error))).toEqual({ status: 503, retryAfter: '7' });
  });

  test('that is held ends when its caller stops, and one that begins afterwards sends nothing', async () => {
    const stopping = new AbortController();
    const { signal } = stopping;
    answer = () => stopping.abort();
    const before = performance.now();
    expect(await failure(poll({ signal }))).toBe('timed_out');
    expect(performance.now() - before).toBeLessThan(25_000);
    expect(await failure(poll({ signal }))).toBe('timed_out');
    expect(asked).toHaveLength(1);
  });
});
