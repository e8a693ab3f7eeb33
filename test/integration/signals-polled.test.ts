/** A server polls a trusted transmitter over https (RFC 8936): good events, forged ones, and a transmitter that attacks. */
import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { AuditEventType } from '../../src/domain/audit/audit-event.ts';
import { type PollRequest, polledTransmitter } from '../support/polled-transmitter.ts';
import { type SignalWorld, signalWorld } from '../support/signal-world.ts';
import { until } from '../support/until.ts';

type Polled = ReturnType<typeof polledTransmitter> & {
  readonly id: string;
  readonly issuer: string;
  readonly url: string;
  readonly authorization: string;
};
type More = Readonly<Record<string, unknown>>;

let world: SignalWorld;
let works: Polled;
let count = 0;

/** A transmitter with an issuer of its own, of the same provider. */
const polled = async (settings: More = {}): Promise<Polled> => {
  count += 1;
  const there = polledTransmitter();
  const issuer = `${world.served.origin}/polled-${count}`;
  const url = `${issuer}/poll`;
  world.routes.set(new URL(url).pathname, there.listener);
  const made = await world.makeTransmitter({
    ...{ name: `Polled ${count}`, issuer, poll_url: url, poll_token: 't0k3n', poll_seconds: 1, ...settings },
  });
  return { ...there, ...made, issuer, url };
};

beforeAll(async () => {
  world = await signalWorld();
  works = await polled();
}, 60_000);
afterAll(() => world?.close());

const last = async (type: AuditEventType) => (await world.server.events(type)).at(-1);
const path = ({ id }: Pick<Polled, 'id'>) => `/trusted-transmitters/${id}`;
const activity = async (of: Polled) =>
  (await world.management.call('GET', `${path(of)}/activity`)).body as { readonly polls: More };
const patch = async (of: Polled, change: More) => {
  const { headers } = await world.management.call('GET', path(of));
  return world.management.call('PATCH', path(of), change, { 'if-match': String(headers.get('etag')) });
};
/** Signs an event of this transmitter and lets it wait there. Returns its `jti`. */
const offer = async (of: Polled, sub: string, more: More = {}, name?: string): Promise<string> => {
  const claims = world.claimsOf('session_revoked', sub, { iss: of.issuer, sub_id: world.subjectOf(sub), ...more });
  const jti = String(claims['jti']);
  of.add(name ?? jti, await world.sign(claims));
  return name ?? jti;
};
const signedIn = async (name: string) => {
  world.there.claims = { sub: name, preferred_username: name, name };
  const browser = world.browser();
  await world.signIn(browser);
  return browser;
};
const isSignedIn = async (browser: Awaited<ReturnType<typeof signedIn>>): Promise<boolean> =>
  (await browser.open(`${world.server.issuer}/account`)).forms.some(({ action }) => action.endsWith('/sign-out'));

describe('a polled event', () => {
  test('has its effect before its acknowledgement, and the request has the form of RFC 8936 §2.2 and §2.4', async () => {
    const account = await world.linked('ended');
    const browser = await signedIn('ended');
    expect(await isSignedIn(browser)).toBe(true);
    const states: unknown[] = [];
    works.answering.poll = (body, response) => {
      if (!body.ack) return works.answer(body, response);
      void world.signals('', works.id).then((signals) => {
        states.push(signals[0]?.['state']);
        works.answer(body, response);
      });
    };
    const jti = await offer(works, 'ended', { txn: 'txn-there' });
    await works.isSettled(jti);
    works.answering.poll = undefined;
    expect([works.settled.get(jti), states[0]]).toEqual(['acknowledged', 'applied']);
    expect(await isSignedIn(browser)).toBe(false);
    expect(works.requests[0]?.headers).toMatchObject({
      ...{ authorization: 'Bearer t0k3n', 'content-type': 'application/json', accept: 'application/json' },
    });
    expect(works.requests[0]?.body).toEqual({ maxEvents: 50, returnImmediately: true });
    expect(await last('signal.received')).toMatchObject({ caller: works.id, subject: account });
    expect(await last('account.sessions_ended')).toMatchObject({ caller: works.id, subject: account });
    expect((await activity(works)).polls).toMatchObject({
      ...{ acknowledged: 1, refused: 0, last_answer_at: expect.any(Number), node: expect.any(String) },
    });
  });

  test('that comes again is acknowledged, and has no second effect', async () => {
    await world.linked('twice');
    const claims = world.claimsOf('session_revoked', 'twice', { iss: works.issuer });
    const [jti, set] = [String(claims['jti']), await world.sign(claims)];
    works.add(jti, set);
    await works.isSettled(jti);
    const before = (await world.server.events('signal.received')).length;
    works.settled.delete(jti);
    works.add(jti, set);
    await works.isSettled(jti);
    expect(works.settled.get(jti)).toBe('acknowledged');
    expect(await world.server.events('signal.received')).toHaveLength(before);
  });

  test('reaches whom a pushed one reaches: no account with a role, and no stranger (MG-04)', async () => {
    const account = await world.linked('boss', { roles: ['operator'] });
    const jtis = [await offer(works, 'boss'), await offer(works, 'a-stranger')];
    await works.isSettled(...jtis);
    const newest = (await world.signals('', works.id)).slice(0, 2);
    expect(newest).toContainEqual(expect.objectContaining({ state: 'no_effect', why: 'account_privileged', account }));
    expect(newest).toContainEqual(expect.objectContaining({ state: 'no_effect', why: 'unknown_subject' }));
  });

  test('is held under the same brake, and acknowledged', async () => {
    const fast = await polled({ most_accounts: 1, most_accounts_percent: 0 });
    for (const name of ['one', 'two']) await world.linked(`held-${name}`);
    const jtis = [await offer(fast, 'held-one'), await offer(fast, 'held-two')];
    await fast.isSettled(...jtis);
    const states = (await world.signals('', fast.id)).map(({ state }) => String(state));
    expect(states.toSorted()).toEqual(['applied', 'held']);
    expect(await last('transmitter.effects_paused')).toMatchObject({ target: { id: fast.id } });
  });

  test('about the verification is acknowledged also when it comes again (SSF 1.0 §8.1.4)', async () => {
    const { body } = await world.management.call('POST', `${path(works)}/expect-verification`);
    const content = { state: String(body['verification_state']) };
    const claims = world.claimsOf('verification', '', { iss: works.issuer }, content);
    const [jti, set] = [String(claims['jti']), await world.sign(claims)];
    for (let time = 0; time < 2; time += 1) {
      works.settled.delete(jti);
      works.add(jti, set);
      await works.isSettled(jti);
      expect(works.settled.get(jti)).toBe('acknowledged');
    }
    expect(await last('transmitter.verified')).toMatchObject({ target: { id: works.id } });
  });
});

describe('a polled token that is no event for this server', () => {
  const cases: readonly (readonly [string, () => Promise<string>, string, string])[] = [
    [
      'for another audience',
      () => offer(works, 'victim', { aud: 'https://other.example' }),
      'invalid_audience',
      'audience',
    ],
    ['of another issuer', () => offer(works, 'victim', { iss: world.served.origin }), 'invalid_issuer', 'issuer'],
    ['under the jti of another', () => offer(works, 'victim', {}, randomUUID()), 'invalid_request', 'jti'],
    ['with exp', () => offer(works, 'victim', { exp: 9_999_999_999 }), 'invalid_request', 'exp'],
    ['that is too old', () => offer(works, 'victim', { iat: 1_000_000_000 }), 'invalid_request', 'time'],
    [
      'with a changed signature',
      async () => {
        const claims = world.claimsOf('session_revoked', 'victim', { iss: works.issuer });
        const jti = String(claims['jti']);
        works.add(jti, (await world.sign(claims)).replace(/\.[^.]{20}/, `.${'A'.repeat(20)}`));
        return jti;
      },
      'invalid_request',
      'form',
    ],
    [
      'that is no token',
      async () => {
        const jti = randomUUID();
        works.add(jti, 'x'.repeat(20_000));
        return jti;
      },
      'invalid_request',
      'form',
    ],
  ];
  test.each(cases)('%s is reported and has no effect (RFC 8936 §2.4.4)', async (_, send, err, check) => {
    if ((await world.services.accounts.findByUsername('user-victim')) === undefined) await world.linked('victim');
    const before = (await world.server.events('signal.received')).length;
    const jti = await send();
    await works.isSettled(jti);
    expect(works.settled.get(jti)).toBe(err);
    expect(await last('signal.refused')).toMatchObject({
      outcome: 'refused',
      caller: works.id,
      error: err,
      note: check,
    });
    expect(await world.server.events('signal.received')).toHaveLength(before);
    const request = works.requests.findLast(({ body }) => body.setErrs?.[jti] !== undefined);
    expect(request?.headers['content-language']).toBe('en');
    expect(request?.body.setErrs?.[jti]?.description).not.toBe('');
  });

  test('is not taken by push either: a polled transmitter has one way in', async () => {
    await world.linked('pushed');
    const set = await world.sign(world.claimsOf('session_revoked', 'pushed', { iss: works.issuer }));
    const { status, body } = await world.push(set, { authorization: works.authorization });
    expect([status, body['err']]).toEqual([400, 'access_denied']);
    expect(await last('signal.refused')).toMatchObject({ caller: works.id, error: 'access_denied', note: 'delivery' });
  });
});

describe('the settings', () => {
  test('MG-03 the token is not shown, and another URL needs its own', async () => {
    const { text, body } = await world.management.call('GET', path(works));
    expect(text).not.toContain('t0k3n');
    expect(body).toMatchObject({ delivery: 'poll', poll_url: works.url, poll_seconds: 1 });
    const moved = await patch(works, { poll_url: `${works.url}/other` });
    expect([moved.status, moved.text.includes('/poll_token')]).toEqual([400, true]);
    expect(JSON.stringify(await world.server.events())).not.toContain('t0k3n');
  });

  test('a change is in the audit log by the names of its members, and null lets the transmitter push', async () => {
    const other = await polled();
    const changed = await patch(other, { poll_url: `${other.url}/b`, poll_token: 'an0ther', poll_seconds: 7 });
    expect(changed.status).toBe(200);
    expect(await last('transmitter.updated')).toMatchObject({ changed: ['poll_seconds', 'poll_token', 'poll_url'] });
    const pushing = await patch(other, { poll_url: null });
    expect(pushing.body).toMatchObject({ delivery: 'push' });
    expect(pushing.body).not.toHaveProperty('poll_url');
    expect(await activity(other)).not.toHaveProperty('polls');
    await world.linked('pushes');
    const set = await world.sign(world.claimsOf('session_revoked', 'pushes', { iss: other.issuer }));
    expect((await world.push(set, { authorization: other.authorization })).status).toBe(202);
  });

  test.each([
    ['http', 'http://signals.example.com/poll'],
    ['an address inside', 'https://127.0.0.1/poll'],
    ['a user name', 'https://a:b@signals.example.com/poll'],
  ])('a poll URL with %s is refused', async (_, poll_url) => {
    const answer = await patch(works, { poll_url, poll_token: 'x' });
    expect([answer.status, answer.text.includes('/poll_url')]).toEqual([400, true]);
  });
});

describe('a transmitter that attacks', () => {
  const failureOf = async (of: Polled, failure: string) => {
    await until(async () => (await activity(of)).polls['last_failure'] === failure, { what: failure });
    return (await activity(of)).polls;
  };

  test.each<[string, (body: PollRequest, response: ServerResponse) => void, string]>([
    [
      'redirects',
      (_, response) => void response.writeHead(307, { location: 'https://127.0.0.1/' }).end(),
      'redirected',
    ],
    [
      'answers another type',
      (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>{"sets":{}}'),
      'type_not_accepted',
    ],
    [
      'compresses',
      (_, response) =>
        void response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end('x'),
      'encoding_not_accepted',
    ],
    [
      'answers more than 1 MiB',
      (_, response) =>
        void response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(`{"sets":{"a":"${'x'.repeat(1_048_576)}"}}`),
      'too_large',
    ],
    [
      'breaks off',
      (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
        response.write('{"sets":', () => response.destroy());
      },
      'answer_not_valid',
    ],
    ['answers 401', (_, response) => void response.writeHead(401).end(), 'unauthorized'],
    [
      'answers no JSON',
      (_, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{'),
      'answer_not_valid',
    ],
  ])('and %s fails, with a remedy', async (_, poll, failure) => {
    const hostile = await polled();
    hostile.answering.poll = poll;
    expect(await failureOf(hostile, failure)).toMatchObject({
      ...{ failing_since: expect.any(Number), remedy: expect.any(String), due_at: expect.any(Number) },
    });
    await patch(hostile, { poll_url: null });
  });

  test('and repeats its events with moreAvailable costs few requests, and no second effect', async () => {
    const endless = await polled();
    await world.linked('endless');
    const claims = world.claimsOf('session_revoked', 'endless', { iss: endless.issuer });
    const sets = { [String(claims['jti'])]: await world.sign(claims) };
    endless.answering.poll = (_, response) =>
      void response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ sets, moreAvailable: true }));
    await failureOf(endless, 'not_settled');
    expect(endless.requests.length).toBeLessThanOrEqual(6);
    expect(await world.signals('', endless.id)).toHaveLength(1);
    await patch(endless, { poll_url: null });
  });

  test('and lets an answer drip is given up after ten seconds, and delays no other', async () => {
    const slow = await polled();
    let drip: NodeJS.Timeout | undefined;
    slow.answering.poll = (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      drip = setInterval(() => response.write(' '), 200);
      response.on('close', () => clearInterval(drip));
    };
    await until(() => slow.requests.length === 1);
    await world.linked('beside');
    await works.isSettled(await offer(works, 'beside'));
    expect((await activity(slow)).polls).not.toHaveProperty('last_failure');
    await failureOf(slow, 'timed_out');
    await patch(slow, { poll_url: null });
  });
});
