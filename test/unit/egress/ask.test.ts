/** What is said once to a registered provider goes the same guarded way as documents, and is remembered nowhere. */
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { tlsDialer } from '../../../adapters/egress/dialing.ts';
import { trustedFetch } from '../../../adapters/egress/trusted-fetch.ts';
import { fetchReasonOf } from '../../../src/domain/ports/trusted-fetch.ts';
import { type LocalAuthority, localAuthority } from '../../support/local-authority.ts';

const PUBLIC = '93.184.215.14';
const TOKEN = 'https://idp.example.com/token';
const USERINFO = 'https://idp.example.com/me';
const FORM = 'grant_type=authorization_code&code=a%2Bb';

let authority: LocalAuthority;
let authorities: string;
let port: number;
let asked: { readonly headers: IncomingMessage['headers']; readonly method?: string; readonly body: string }[] = [];
const json =
  (status: number, body: string, type = 'application/json') =>
  (response: ServerResponse) =>
    void response.writeHead(status, { 'content-type': type }).end(body);
let answer: (response: ServerResponse) => void = json(200, '{}');

beforeAll(async () => {
  authority = await localAuthority();
  authorities = await readFile(authority.caFile, 'utf8');
  ({ port } = await authority.serve(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { headers, method = '' } = request;
    asked.push({ headers, method, body: Buffer.concat(chunks).toString() });
    answer(response);
  }, 'DNS:idp.example.com'));
});
afterAll(() => authority.remove());
afterEach(() => {
  asked = [];
  answer = json(200, '{}');
});

const egress = ({
  addresses = [PUBLIC],
  perMinute = 100,
  internalHosts = {},
}: {
  readonly addresses?: readonly string[];
  readonly perMinute?: number;
  readonly internalHosts?: Parameters<typeof trustedFetch>[0]['internalHosts'];
} = {}) => {
  const real = tlsDialer(authorities);
  return trustedFetch({
    clock: { now: () => 1_800_000_000, nowMillis: () => 1_800_000_000_000 },
    elapsed: () => performance.now() / 1000,
    internalHosts,
    authorities,
    budgets: { perMinute, perHostPerMinute: perMinute, perSourcePerMinute: perMinute },
    deadlineMilliseconds: 5_000,
    resolve: async () => addresses,
    dial: (target, signal) => real({ ...target, address: '127.0.0.1', port }, signal),
  });
};

const askToken = (out = egress(), url = TOKEN) =>
  out.ask({ url, purpose: 'upstream_token', form: FORM, authorization: 'Basic eDp5' });

const failure = async (promise: Promise<unknown>): Promise<string | undefined> => {
  try {
    await promise;
  } catch (error) {
    return fetchReasonOf(error) ?? 'another error';
  }
  return undefined;
};

test('a form is posted as it is, anew each time; claims are asked for without one', async () => {
  const out = egress();
  await askToken(out);
  await askToken(out);
  await out.ask({ url: USERINFO, purpose: 'upstream_userinfo', authorization: 'Bearer x' });
  expect(asked.map(({ method, body }) => [method, body])).toEqual([
    ['POST', FORM],
    ['POST', FORM],
    ['GET', ''],
  ]);
  expect(asked[0]?.headers).toMatchObject({
    host: 'idp.example.com',
    authorization: 'Basic eDp5',
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': String(FORM.length),
    accept: 'application/json',
  });
  expect(asked[2]?.headers['content-type']).toBeUndefined();
});

test('SF-01 a provider outside names no endpoint inside', async () => {
  const out = egress({ internalHosts: { upstreamProviders: ['idp.example.com'] } });
  const question = { url: USERINFO, purpose: 'upstream_userinfo', internal: 'upstreamProviders' } as const;
  const namedBy = 'https://evil.example/.well-known/openid-configuration';
  expect(await failure(out.ask({ ...question, namedBy }))).toBe('address_not_allowed');
  expect(asked).toEqual([]);
  await out.ask({ ...question, namedBy: 'https://idp.example.com/.well-known/openid-configuration' });
  expect(asked).toHaveLength(1);
});

test.each([200, 400, 401])('a token endpoint answers with %d and says in JSON what is wrong', async (status) => {
  answer = json(status, '{"error":"invalid_grant"}');
  const answered = await askToken();
  expect([answered.status, Buffer.from(answered.body).toString()]).toEqual([status, '{"error":"invalid_grant"}']);
});

test('claims may come signed, and only with 200', async () => {
  const ask = () => egress().ask({ url: USERINFO, purpose: 'upstream_userinfo', authorization: 'Bearer x' });
  answer = json(200, 'a.b.c', 'application/jwt');
  expect((await ask()).mediaType).toBe('application/jwt');
  answer = json(401, '{}');
  expect(await failure(ask())).toBe('status_not_ok');
});

test.each([
  ['redirected', (response: ServerResponse) => response.writeHead(307, { location: 'https://10.0.0.1/' }).end()],
  ['status_not_ok', json(500, '{}')],
  ['type_not_accepted', json(200, '{}', 'text/html')],
  ['too_large', json(200, `"${'x'.repeat(70_000)}"`)],
] as const)('SF-03 SF-04 an answer that is %s is refused, without a second request', async (reason, how) => {
  answer = how;
  expect(await failure(askToken())).toBe(reason);
  expect(asked).toHaveLength(1);
});

test('SF-01 SF-07 addresses that are not public are not asked, and no host is asked when the budget is used up', async () => {
  expect(await failure(askToken(egress({ addresses: [PUBLIC, '10.0.0.1'] })))).toBe('address_not_allowed');
  expect(await failure(askToken(egress(), 'http://idp.example.com/token'))).toBe('url_not_allowed');
  const out = egress({ perMinute: 1 });
  await askToken(out);
  expect(await failure(askToken(out))).toBe('over_budget');
  expect(asked).toHaveLength(1);
});
