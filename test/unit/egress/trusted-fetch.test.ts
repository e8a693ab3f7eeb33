import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { tlsDialer } from '../../../adapters/egress/dialing.ts';
import { trustedFetch } from '../../../adapters/egress/trusted-fetch.ts';
import { issuerKeys } from '../../../src/domain/clients/workload-identity/issuer-keys.ts';
import { type FetchReason, type FetchRequest, fetchReasonOf } from '../../../src/domain/ports/trusted-fetch.ts';
import { newKeyPair } from '../../support/agent-keys.ts';
import { type LocalAuthority, localAuthority } from '../../support/local-authority.ts';

const PUBLIC = '93.184.215.14';
const URL_OF_KEYS = 'https://keys.example.com/jwks.json';
const KEYS = JSON.stringify({ keys: [] });
/** Where what is tried waits for the end of it. Elsewhere there is time enough for a busy machine. */
const SHORT = { deadlineMilliseconds: 400 };

let authority: LocalAuthority;
let authorities: string;
let port: number;
let asked: string[] = [];
let answer: (request: IncomingMessage, response: ServerResponse) => void;
const json = (response: ServerResponse, headers: Record<string, string | string[]> = {}, body = KEYS): void => {
  response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(body);
};

beforeAll(async () => {
  authority = await localAuthority();
  authorities = await readFile(authority.caFile, 'utf8');
  const served = await authority.serve((request, response) => {
    asked.push(`${request.headers.host}${request.url}`);
    answer(request, response);
  }, 'DNS:keys.example.com,DNS:*.many.example');
  port = served.port;
});
afterAll(() => authority.remove());
afterEach(() => {
  asked = [];
});

type Deps = Partial<Parameters<typeof trustedFetch>[0]>;

const makeFetch = (deps: Deps = {}) => {
  let now = 1_800_000_000;
  const dialled: string[] = [];
  const resolved: string[] = [];
  const outcomes: string[] = [];
  const real = tlsDialer(authorities);
  answer = (_request, response) => json(response);
  const fetcher = trustedFetch({
    clock: { now: () => now, nowMillis: () => now * 1000 },
    elapsed: () => performance.now() / 1000,
    internalHosts: {},
    authorities,
    budgets: { perMinute: 1000, perHostPerMinute: 1000, perSourcePerMinute: 1000 },
    deadlineMilliseconds: 10_000,
    onOutcome: (_purpose, outcome) => outcomes.push(outcome),
    ...deps,
    async resolve(place, signal) {
      resolved.push(place.host);
      return deps.resolve ? deps.resolve(place, signal) : [PUBLIC];
    },
    dial(target, signal) {
      dialled.push(`${target.address}:${target.port}`);
      return deps.dial ? deps.dial(target, signal) : real({ ...target, address: '127.0.0.1', port }, signal);
    },
  });
  return {
    dialled,
    resolved,
    outcomes,
    check: fetcher.check,
    fetch: fetcher.get,
    get: (url = URL_OF_KEYS, more: Partial<Pick<FetchRequest, 'again' | 'source' | 'internal' | 'namedBy'>> = {}) =>
      fetcher.get({ url, purpose: 'jwks', ...more }),
    metadata: (url: string) => fetcher.get({ url, purpose: 'client_metadata' }),
    pass: (seconds: number) => {
      now += seconds;
    },
  };
};

const failure = async (promise: Promise<unknown>): Promise<FetchReason | undefined> => {
  try {
    await promise;
  } catch (error) {
    return fetchReasonOf(error);
  }
  return undefined;
};

describe('what is fetched', () => {
  test('is the document at the URL, with the name as SNI and Host, from the address that was checked', async () => {
    const egress = makeFetch();
    const document = await egress.get();
    expect(document).toMatchObject({ url: URL_OF_KEYS, mediaType: 'application/json', fetchedAt: 1_800_000_000 });
    expect(Buffer.from(document.body).toString()).toBe(KEYS);
    expect(egress.dialled).toEqual([`${PUBLIC}:443`]);
    expect(asked).toEqual(['keys.example.com/jwks.json']);
  });

  test('refuses a certificate for another name, and one of an unknown authority', async () => {
    expect(await failure(makeFetch().get('https://other.example.com/'))).toBe('certificate_not_valid');
    const stranger = makeFetch({
      dial: (target, signal) => tlsDialer()({ ...target, address: '127.0.0.1', port }, signal),
    });
    expect(await failure(stranger.get())).toBe('certificate_not_valid');
    expect(asked).toEqual([]);
  });

  test('believes no certificate although the environment says so', async () => {
    const { NODE_TLS_REJECT_UNAUTHORIZED: before } = process.env;
    const silent = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      expect(await failure(makeFetch().get('https://other.example.com/'))).toBe('certificate_not_valid');
    } finally {
      if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
      silent.mockRestore();
    }
  });

  test('tries a second address when the first does not answer', async () => {
    const real = tlsDialer(authorities);
    const egress = makeFetch({
      resolve: async () => ['1.1.1.1', PUBLIC],
      dial: (target, signal) =>
        real({ ...target, address: '127.0.0.1', port: target.address === PUBLIC ? port : 1 }, signal),
    });
    await egress.get();
    expect(egress.dialled).toEqual(['1.1.1.1:443', `${PUBLIC}:443`]);
  });
});

describe('addresses', () => {
  test.each([
    [['10.0.0.1']],
    [['127.0.0.1']],
    [['169.254.169.254']],
    [['100.64.0.1']],
    [['::1']],
    [['::ffff:10.0.0.1']],
    [['64:ff9b::a00:1']],
    [['2002:a00:1::']],
    [['fd00:ec2::254']],
    [['224.0.0.1']],
  ])('SF-01 a name that leads to %j is never dialled', async (addresses) => {
    const egress = makeFetch({ ...SHORT, resolve: async () => addresses });
    expect(await failure(egress.get())).toBe('address_not_allowed');
    expect(egress.dialled).toEqual([]);
  });

  test('SF-01 a forbidden address looks like a public one that is dead: same error, after the same time', async () => {
    const errors: unknown[] = [];
    const times: number[] = [];
    const dead = (): Promise<never> => new Promise(() => undefined);
    const silent: Deps[] = [
      { resolve: async () => ['10.0.0.1'] },
      { resolve: async () => Promise.reject(Object.assign(new Error(), { code: 'ENOTFOUND' })) },
      { resolve: dead },
      { exchange: dead },
    ];
    for (const deps of silent.slice(0, 3)) {
      const begun = performance.now();
      await makeFetch({ ...SHORT, ...deps })
        .get()
        .catch((error: unknown) => errors.push(error));
      times.push(performance.now() - begun);
    }
    expect(new Set(errors.map((error) => `${(error as { code: string }).code} ${(error as Error).message}`)).size).toBe(
      1,
    );
    for (const time of times) expect(time).toBeGreaterThanOrEqual(SHORT.deadlineMilliseconds - 5);
  });

  test('SF-02 one forbidden address among public ones spoils the answer', async () => {
    for (const addresses of [
      [PUBLIC, '10.0.0.1'],
      [PUBLIC, '::1'],
      ['2606:4700::1111', 'fc00::1'],
    ]) {
      const egress = makeFetch({ ...SHORT, resolve: async () => addresses });
      expect(await failure(egress.get())).toBe('address_not_allowed');
      expect(egress.dialled).toEqual([]);
    }
  });

  test('SF-02 a name is looked up once for each fetch, and what was checked is what is dialled', async () => {
    const answers = [[PUBLIC], ['10.0.0.1']];
    const egress = makeFetch({ ...SHORT, resolve: async () => answers.shift() ?? ['10.0.0.1'] });
    await egress.get();
    expect(egress.resolved).toHaveLength(1);
    egress.pass(301);
    expect(await failure(egress.get())).toBe('address_not_allowed');
    expect(egress.dialled).toEqual([`${PUBLIC}:443`]);
  });

  test('SF-01 a host that the configuration names for a purpose may be inside for that, and no other host', async () => {
    const internalHosts = { clientKeys: ['Keys.Example.com'], webhooks: ['hooks.example.com:8443'] };
    const inside = { internalHosts, resolve: async () => ['10.0.0.1'] };
    const egress = makeFetch(inside);
    const at = { internal: 'clientKeys' } as const;
    await egress.get(URL_OF_KEYS, at);
    expect(egress.dialled).toEqual(['10.0.0.1:443']);
    const other = makeFetch({ ...SHORT, ...inside }).get('https://a.many.example/', at);
    expect(await failure(other)).toBe('address_not_allowed');
    expect(egress.check('https://keys.example.com:8443/', 'clientKeys')).toBe('url_not_allowed');
    expect(egress.check('https://hooks.example.com:8443/', 'webhooks')).toBeUndefined();
  });

  test('SF-01 a host that is named for one purpose is closed for others, from memory and at a public address too', async () => {
    const egress = makeFetch({ internalHosts: { clientKeys: ['keys.example.com'] } });
    await egress.get(URL_OF_KEYS, { internal: 'clientKeys' });
    for (const internal of [undefined, 'webhooks', 'trustedIssuers'] as const) {
      expect(await failure(egress.get(URL_OF_KEYS, { internal }))).toBe('address_not_allowed');
      expect(egress.check(URL_OF_KEYS, internal)).toBe('address_not_allowed');
    }
    expect(egress.dialled).toHaveLength(1);
  });

  test('SF-01 an issuer outside names no host inside for its keys; what an administrator enters and an issuer inside do', async () => {
    const listed = ['keys.example.com', 'b.many.example'];
    const set = JSON.stringify({ keys: [(await newKeyPair()).publicJwk] });
    const egress = makeFetch({ internalHosts: { trustedIssuers: listed } });
    const fetcher = { get: (request: FetchRequest) => egress.fetch({ ...request, internal: 'trustedIssuers' }) };
    const keys = issuerKeys({ fetcher, clock: { now: () => 1_800_000_000, nowMillis: () => 0 } });
    answer = ({ headers, url }, response) =>
      json(
        response,
        {},
        url === '/jwks.json' ? set : JSON.stringify({ issuer: `https://${headers.host}`, jwks_uri: URL_OF_KEYS }),
      );
    const find = (issuer: string, more = {}) =>
      keys.find({ id: issuer, issuer, maxKeyAgeSeconds: 3600, ...more }, undefined);
    expect(await failure(find('https://a.many.example'))).toBe('address_not_allowed');
    expect(asked).toEqual(['a.many.example/.well-known/openid-configuration']);
    expect(await find('https://a.many.example', { jwksUri: URL_OF_KEYS })).toMatchObject({ keys: { length: 1 } });
    expect(await find('https://b.many.example')).toMatchObject({ keys: { length: 1 } });
    // What is remembered of those is not answered to the first one either.
    expect(await failure(find('https://a.many.example'))).toBe('address_not_allowed');
  });

  test('SF-09 a URL that is misspelt is refused before any look-up', async () => {
    const egress = makeFetch();
    for (const url of ['http://keys.example.com/', 'https://u@keys.example.com/', 'https://keys.example.com:81/']) {
      expect(await failure(egress.get(url))).toBe('url_not_allowed');
      expect(egress.check(url)).toBe('url_not_allowed');
    }
    expect(egress.check(URL_OF_KEYS)).toBeUndefined();
    expect(egress.resolved).toEqual([]);
  });
});

describe('answers', () => {
  const refusedAnswer = async (reply: typeof answer, deps: Deps = {}): Promise<FetchReason | undefined> => {
    const egress = makeFetch(deps);
    answer = reply;
    return failure(egress.get());
  };

  test.each([301, 302, 303, 307, 308])('SF-03 %i is not followed', async (status) => {
    const reply = (_: IncomingMessage, response: ServerResponse): void => {
      response.writeHead(status, { location: 'https://keys.example.com/elsewhere' }).end();
    };
    expect(await refusedAnswer(reply)).toBe('redirected');
    expect(asked).toHaveLength(1);
  });

  test.each([201, 204, 206, 400, 401, 404, 500, 503])('status %i is no document', async (status) => {
    const reply = (_: IncomingMessage, response: ServerResponse): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(status === 204 ? undefined : KEYS);
    };
    expect(await refusedAnswer(reply)).toBe('status_not_ok');
  });

  test.each(['text/html', 'text/plain', 'application/octet-stream', 'application/jsonp', ''])(
    'SF-08 %j is not the type of keys',
    async (type) => {
      expect(await refusedAnswer((_request, response) => json(response, { 'content-type': type }))).toBe(
        'type_not_accepted',
      );
    },
  );

  test.each([
    ['gzip', gzipSync(Buffer.alloc(50_000_000))],
    ['br', brotliCompressSync(Buffer.alloc(1_000_000))],
    ['zstd', zstdCompressSync(Buffer.alloc(1_000_000))],
    ['gzip, identity', Buffer.from(KEYS)],
    [Array<string>(200).fill('gzip').join(', '), Buffer.from(KEYS)],
  ])('SF-04 a body in %s is never unpacked', async (encoding, body) => {
    const reply = (_: IncomingMessage, response: ServerResponse): void => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': encoding }).end(body);
    };
    expect(await refusedAnswer(reply)).toBe('encoding_not_accepted');
  });

  test('SF-04 a body is read up to 64 KiB, and of client metadata 5 KiB', async () => {
    const egress = makeFetch();
    let size = 65_536;
    answer = (_request, response) => json(response, {}, ' '.repeat(size));
    expect((await egress.get()).body).toHaveLength(65_536);
    size += 1;
    expect(await failure(egress.get('https://a.many.example/'))).toBe('too_large');
    size = 5120;
    expect((await egress.metadata('https://b.many.example/')).body).toHaveLength(5120);
    size += 1;
    expect(await failure(egress.metadata('https://c.many.example/'))).toBe('too_large');
  });

  test('SF-04 chunks without an end are cut off', async () => {
    let sent = 0;
    const reply = (_: IncomingMessage, response: ServerResponse): void => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const more = (): void => {
        while (!response.destroyed && response.write(' '.repeat(16_384))) sent += 16_384;
        sent += 16_384;
      };
      response.on('drain', more);
      more();
    };
    expect(await refusedAnswer(reply)).toBe('too_large');
    expect(sent).toBeLessThan(8 * 1024 * 1024);
  });

  test('SF-08 an answer with ten thousand headers, or a huge one, is refused', async () => {
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`x${index}`, '1']));
    const some = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`x${index}`, '1']));
    for (const headers of [many, some, { huge: 'x'.repeat(20_000) }]) {
      expect(await refusedAnswer((_request, response) => json(response, headers))).toBe('answer_not_valid');
    }
  });

  test('SF-05 a slow server gets no more than the deadline', async () => {
    const begun = performance.now();
    const replies: (typeof answer)[] = [
      () => undefined,
      (_request, response) => void response.writeHead(200, { 'content-type': 'application/json' }).write('{'),
    ];
    for (const reply of replies) expect(await refusedAnswer(reply, SHORT)).toBe('timed_out');
    expect(performance.now() - begun).toBeLessThan(10_000);
  });
});

describe('raw answers', () => {
  let raw: Server;
  const sockets = new Set<Socket>();
  let bytes: string | undefined = '';
  beforeAll(async () => {
    raw = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('data', () => {
        if (bytes !== undefined) socket.end(bytes, 'latin1');
      });
    });
    await new Promise<void>((resolve) => raw.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => raw.close(() => resolve()));
  });
  const rawDial: Deps['dial'] = async () => connect((raw.address() as { port: number }).port, '127.0.0.1');
  const head = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';

  test.each([
    ['a body that ends too early', `${head}Content-Length: 100\r\n\r\n{}`, 'answer_not_valid'],
    ['two lengths', `${head}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`, 'answer_not_valid'],
    ['a length and chunks', `${head}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}`, 'answer_not_valid'],
    ['chunks that are none', `${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n`, 'answer_not_valid'],
    ['a packed transfer', `${head}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`, 'encoding_not_accepted'],
    ['a length beyond the limit', `${head}Content-Length: 99999999999\r\n\r\n`, 'too_large'],
    ['no HTTP', 'SSH-2.0-OpenSSH_9.9\r\n', 'answer_not_valid'],
    ['nothing', '', 'answer_not_valid'],
    [
      'another protocol',
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
      'answer_not_valid',
    ],
    ['a header with a control character', `${head}X: a\x00b\r\nContent-Length: 2\r\n\r\n{}`, 'answer_not_valid'],
  ] as const)('SF-04 SF-08 %s is refused', async (_what, sent, reason) => {
    bytes = sent;
    expect(await failure(makeFetch({ dial: rawDial }).get())).toBe(reason);
  });

  test('SF-05 a server that accepts and never speaks TLS gets no more than the deadline', async () => {
    bytes = undefined;
    const { port: at } = raw.address() as { port: number };
    const real = tlsDialer(authorities);
    const egress = makeFetch({
      ...SHORT,
      dial: (target, signal) => real({ ...target, address: '127.0.0.1', port: at }, signal),
    });
    expect(await failure(egress.get())).toBe('timed_out');
  });
});

describe('memory and budgets', () => {
  test('SF-07 a document is fetched once for all who ask at once, and kept as long as its max-age within bounds', async () => {
    for (const [cacheControl, seconds] of [
      ['', 300],
      ['max-age=120', 120],
      ['public, max-age="600"', 600],
      ['max-age=0', 60],
      ['no-store', 60],
      ['no-cache, max-age=600', 60],
      ['max-age=99999999', 3600],
      ['s-maxage=5', 300],
    ] as const) {
      const egress = makeFetch();
      answer = (_request, response) => json(response, { 'cache-control': cacheControl });
      const [one, other] = await Promise.all([egress.get(), egress.get()]);
      expect(one).toBe(other);
      egress.pass(seconds - 1);
      expect(await egress.get()).toBe(one);
      egress.pass(1);
      expect(await egress.get()).not.toBe(one);
      expect(egress.dialled).toHaveLength(2);
    }
  });

  test('SF-07 a failure is remembered for 60 seconds', async () => {
    const egress = makeFetch();
    answer = (_request, response) => void response.writeHead(500).end();
    for (let count = 0; count < 20; count += 1) expect(await failure(egress.get())).toBe('status_not_ok');
    expect(asked).toHaveLength(1);
    egress.pass(59);
    expect(await failure(egress.get())).toBe('status_not_ok');
    egress.pass(1);
    answer = (_request, response) => json(response);
    await egress.get();
    expect(asked).toHaveLength(2);
  });

  test('SF-07 asking anew is done twice a minute at most, and a fresh copy stays when it fails', async () => {
    const egress = makeFetch();
    const first = await egress.get();
    expect(await egress.get(URL_OF_KEYS, { again: true })).toBe(first);
    egress.pass(30);
    const second = await egress.get(URL_OF_KEYS, { again: true });
    expect(second).not.toBe(first);
    expect(second.digest).toBe(first.digest);
    egress.pass(30);
    answer = (_request, response) => void response.writeHead(500).end();
    for (let count = 0; count < 5; count += 1) expect(await egress.get(URL_OF_KEYS, { again: true })).toBe(second);
    expect(asked).toHaveLength(3);
    egress.pass(300);
    expect(await failure(egress.get())).toBe('status_not_ok');
  });

  test('SF-07 no more is fetched than the budgets of a source, a host, a domain and the process allow', async () => {
    const budgets = { perMinute: 20, perHostPerMinute: 4, perSourcePerMinute: 3 };
    const egress = makeFetch({ budgets });
    answer = (_request, response) => void response.writeHead(500).end();
    let asks = 0;
    const ask = async (host: (n: number) => string, source?: (n: number) => string) => {
      const reasons: unknown[] = [];
      asks += 1;
      for (let n = 0; n < 30; n += 1) {
        const more = source ? { source: source(n) } : {};
        reasons.push(await failure(egress.get(`https://${host(n)}/${asks}/${n}`, more)));
      }
      return reasons.filter((reason) => reason !== 'over_budget').length;
    };
    expect(
      await ask(
        (n) => `h${n}.many.example`,
        () => '192.0.2.1',
      ),
    ).toBe(3);
    expect(await ask(() => 'h.many.example')).toBe(4);
    expect(await ask((n) => `h${n}.many.example`)).toBe(10 - 7);
    expect(await ask((n) => `keys${n}.other${n}.example`)).toBe(20 - 10);
    expect(egress.dialled).toHaveLength(20);
    egress.pass(60);
    expect(await ask(() => 'h.many.example')).toBe(4);
    egress.pass(60);
    // However many addresses ask, half of it is left to those who are registered.
    const spread = (n: number): string => `keys${n}.other${n}.example`;
    expect(await ask(spread, (n) => `192.0.2.${n}`)).toBe(10);
    expect(await ask(spread)).toBe(10);
  });

  test('SF-07 a used-up budget is our error: unavailable, with Retry-After', async () => {
    const egress = makeFetch({ budgets: { perMinute: 1, perHostPerMinute: 1, perSourcePerMinute: 1 } });
    await egress.get();
    await expect(egress.get('https://a.many.example/')).rejects.toMatchObject({
      code: 'unavailable',
      retryAfterSeconds: 10,
    });
    egress.pass(60);
    // It is not remembered as a failure of that document.
    await egress.get('https://a.many.example/');
    expect(egress.outcomes).toEqual(['fetched', 'over_budget', 'fetched']);
  });

  test('SF-07 more than may be under way at once wait for one another', async () => {
    let most = 0;
    let underWay = 0;
    const dial: Deps['dial'] = async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise((resolve) => setTimeout(resolve, 10));
      return new PassThrough();
    };
    const exchange: Deps['exchange'] = async () => {
      underWay -= 1;
      return { status: 200, body: Buffer.from(KEYS), mediaType: 'application/json', cacheControl: '' };
    };
    const egress = makeFetch({ dial, exchange });
    await Promise.all(Array.from({ length: 20 }, (_, n) => egress.get(`https://a.many.example/${n}`)));
    expect(most).toBe(4);
    expect(egress.dialled).toHaveLength(20);
  });

  test('SF-05 one host that does not answer holds four connections, and those of one purpose not all there are', async () => {
    const silent = (): Promise<never> => new Promise(() => undefined);
    const egress = makeFetch({ ...SHORT, exchange: silent, dial: silent });
    const slow = Array.from({ length: 200 }, (_, n) => failure(egress.get(`https://a.many.example/${n}`)));
    const others = Array.from({ length: 200 }, (_, n) => failure(egress.get(`https://h.d${n}.example/`)));
    const metadata = failure(egress.metadata('https://a.many.example/client'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(egress.dialled).toHaveLength(32 + 1);
    expect((await Promise.all(slow)).filter((reason) => reason !== 'over_budget')).toHaveLength(4);
    expect((await Promise.all(others)).filter((reason) => reason !== 'over_budget')).toHaveLength(28);
    expect(await metadata).not.toBe('over_budget');
  });
});

describe('the guard', () => {
  test('SF-06 is not made when its rules do not hold, or the authorities cannot be read', () => {
    expect(() => makeFetch({ isAllowedAddress: () => true })).toThrow('guard');
    expect(() => tlsDialer('-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----\n')).toThrow();
  });

  test('SF-06 asks no global dispatcher and no proxy of the environment', async () => {
    const symbol = Symbol.for('undici.globalDispatcher.1');
    const globals = globalThis as unknown as Record<symbol, unknown>;
    const before = globals[symbol];
    const trap = (): never => {
      throw new Error('asked');
    };
    globals[symbol] = { dispatch: trap, constructor: trap };
    const names = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'ALL_PROXY'] as const;
    try {
      for (const name of names) process.env[name] = 'http://127.0.0.1:1';
      process.env['NODE_USE_ENV_PROXY'] = '1';
      await makeFetch().get();
      expect(asked).toHaveLength(1);
    } finally {
      for (const name of [...names, 'NODE_USE_ENV_PROXY']) delete process.env[name];
      globals[symbol] = before;
    }
  });

  test('SF-10 the error that a caller might see names neither the reason nor the host', async () => {
    const egress = makeFetch();
    answer = (_request, response) => void response.writeHead(500).end('secret of the inside');
    const error = await egress.get().catch((thrown: unknown) => thrown as Error & { detail: string });
    expect(error).toMatchObject({ code: 'invalid_request', message: 'a document could not be fetched' });
    expect(error).toMatchObject({ detail: 'status_not_ok: status 500' });
  });
});
