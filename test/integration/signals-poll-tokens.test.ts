/** A server polls a trusted transmitter with short tokens of a client, over https; the token endpoint attacks (RFC 6749 §4.4). */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { polledTransmitter } from '../support/polled-transmitter.ts';
import { type SignalWorld, signalWorld } from '../support/signal-world.ts';
import { until } from '../support/until.ts';

type Requested = { readonly form: URLSearchParams; readonly headers: IncomingMessage['headers'] };
type Answering = (response: ServerResponse, count: number) => void;

const SECRET = 's3cret';

let world: SignalWorld;
let count = 0;

beforeAll(async () => {
  world = await signalWorld();
}, 60_000);
afterAll(() => world?.close());

const json = (response: ServerResponse, status: number, body: unknown): void =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const token = (response: ServerResponse, number: number): void =>
  json(response, 200, { access_token: `short-${number}`, token_type: 'Bearer', expires_in: 300 });

/** A transmitter that is polled with tokens of an endpoint that answers so. */
const polled = async (answering: Answering = token) => {
  count += 1;
  const there = polledTransmitter();
  const issuer = `${world.served.origin}/short-${count}`;
  const requested: Requested[] = [];
  const endpoint = { answering };
  world.routes.set(new URL(`${issuer}/poll`).pathname, there.listener);
  world.routes.set(new URL(`${issuer}/token`).pathname, async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    requested.push({ form: new URLSearchParams(body), headers: request.headers });
    endpoint.answering(response, requested.length);
  });
  const made = await world.makeTransmitter({
    ...{ name: `Short ${count}`, issuer, poll_url: `${issuer}/poll`, poll_seconds: 1 },
    ...{ poll_token_endpoint: `${issuer}/token`, poll_client_id: 'behalf-here', poll_client_secret: SECRET },
    poll_client_authentication: 'client_secret_basic',
  });
  const path = `/trusted-transmitters/${made.id}`;
  return {
    ...{ ...there, ...made, issuer, requested, endpoint },
    async polls() {
      const { body } = await world.management.call('GET', `${path}/activity`);
      return body['polls'] as Readonly<Record<string, unknown>>;
    },
    async fails(failure: string) {
      await until(async () => (await this.polls())['last_failure'] === failure, { what: failure });
      return this.polls();
    },
    async offer(sub: string): Promise<string> {
      const claims = world.claimsOf('session_revoked', sub, { iss: issuer });
      const jti = String(claims['jti']);
      there.add(jti, await world.sign(claims));
      return jti;
    },
    async leave(): Promise<void> {
      const { headers } = await world.management.call('GET', path);
      await world.management.call('PATCH', path, { poll_url: null }, { 'if-match': String(headers.get('etag')) });
    },
  };
};

test('one token serves many polls, and an event has its effect', async () => {
  await world.linked('ada');
  const works = await polled();
  const jti = await works.offer('ada');
  await works.isSettled(jti);
  await until(() => works.requests.length > 3, { what: 'more polls' });
  expect(works.settled.get(jti)).toBe('acknowledged');
  expect(works.requested).toHaveLength(1);
  expect(works.requested[0]?.headers).toMatchObject({
    // Each part is form-encoded before it is joined (RFC 6749 §2.3.1).
    authorization: `Basic ${Buffer.from(`behalf%2Dhere:${SECRET}`).toString('base64')}`,
    'content-type': 'application/x-www-form-urlencoded',
  });
  expect(String(works.requested[0]?.form)).toBe('grant_type=client_credentials');
  expect(new Set(works.requests.map(({ headers }) => headers.authorization))).toEqual(new Set(['Bearer short-1']));
  await works.leave();
});

test('a token that the transmitter no longer takes is replaced once, and no event is lost', async () => {
  await world.linked('bob');
  const works = await polled();
  let refused = 0;
  await until(() => works.requests.length > 0, { what: 'a poll' });
  works.answering.poll = (body, response) => {
    if (works.requests.at(-1)?.headers.authorization !== 'Bearer short-1') return works.answer(body, response);
    refused += 1;
    response.writeHead(401).end();
  };
  await works.isSettled(await works.offer('bob'));
  expect([refused, works.requested.length]).toEqual([1, 2]);
  expect(await works.polls()).not.toHaveProperty('failing_since');
  await works.leave();
});

test.each<[string, Answering, string, object]>([
  [
    'redirects with the secret',
    (response) => void response.writeHead(307, { location: `${world.served.origin}/stolen` }).end(),
    'token_endpoint_failed',
    { last_failure_detail: 'redirected' },
  ],
  [
    'refuses the client, with a script in its description',
    (response) => json(response, 401, { error: 'invalid_client', error_description: '<script>alert(1)</script>' }),
    'token_client_refused',
    { last_failure_detail: 'invalid_client', last_failure_status: 401 },
  ],
  [
    'refuses with an error of its own',
    (response) => json(response, 400, { error: 'https://evil.example/click-here' }),
    'token_request_refused',
    { last_failure_status: 400 },
  ],
  [
    'puts a header into the token',
    (response) => json(response, 200, { access_token: 'a\r\nx-admin: 1', token_type: 'Bearer' }),
    'token_answer_not_valid',
    {},
  ],
  [
    'answers 64 KiB and more',
    (response) => json(response, 200, { access_token: 'x'.repeat(70_000), token_type: 'Bearer' }),
    'token_endpoint_failed',
    { last_failure_detail: 'too_large' },
  ],
  [
    'answers a page',
    (response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Sign in'),
    'token_endpoint_failed',
    { last_failure_detail: 'type_not_accepted' },
  ],
  [
    'demands a week of silence',
    (response) => void response.writeHead(503, { 'retry-after': '604800' }).end(),
    'token_endpoint_failed',
    { last_failure_detail: 'status_not_ok', last_failure_status: 503 },
  ],
])(
  'a token endpoint that %s fails the polls, says what to do, and gets no more',
  async (_, answering, failure, more) => {
    const hostile = await polled(answering);
    const polls = await hostile.fails(failure);
    expect(polls).toMatchObject({ ...more, remedy: expect.any(String), failing_since: expect.any(Number) });
    expect(JSON.stringify(polls)).not.toMatch(/script|evil|stolen|s3cret/);
    // At most an hour.
    expect(Number(polls['due_at']) - Number(polls['last_failure_at'])).toBeLessThanOrEqual(3600);
    expect([hostile.requests.length, hostile.requested.length]).toEqual([0, 1]);
    await hostile.leave();
  },
);

test('a token endpoint that lets its answer drip is given up after five seconds, and delays no other', async () => {
  const drips: NodeJS.Timeout[] = [];
  const slow = await polled((response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const drip = setInterval(() => response.write(' '), 200);
    drips.push(drip);
    response.on('close', () => clearInterval(drip));
  });
  await until(() => slow.requested.length === 1, { what: 'the request for a token' });
  await world.linked('beside');
  const works = await polled();
  await works.isSettled(await works.offer('beside'));
  expect(await slow.fails('token_endpoint_failed')).toMatchObject({ last_failure_detail: 'timed_out' });
  await slow.leave();
  await works.leave();
});

test('tokens that end at once cost one request in ten seconds, not one for each poll', async () => {
  const works = await polled((response, number) =>
    json(response, 200, { access_token: `short-${number}`, token_type: 'bearer', expires_in: 0 }),
  );
  await until(() => works.requests.length >= 3, { what: 'three polls' });
  expect(works.requested.length).toBeLessThan(works.requests.length);
  await works.leave();
});
