/** Polls of trusted transmitters (RFC 8936) that fail, repeat themselves, lie, or meet a crash or another process. */
import { describe, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { masterKey } from '../../../src/domain/platform/crypto/master-key.ts';
import type { ClientToken, NoToken, TokenParty } from '../../../src/domain/ports/client-tokens.ts';
import { StoreUnavailable } from '../../../src/domain/ports/document-store.ts';
import {
  type Answered,
  type CallRequest,
  type FetchReason,
  fetchFailed,
} from '../../../src/domain/ports/trusted-fetch.ts';
import { pollClient } from '../../../src/domain/signals/receiver/poll-client.ts';
import { type PollInput, pollSettings } from '../../../src/domain/signals/receiver/poll-settings.ts';
import { type PollState, TRANSMITTER_POLLS } from '../../../src/domain/signals/receiver/poll-state.ts';
import { pollTokens } from '../../../src/domain/signals/receiver/poll-tokens.ts';
import { polledSets } from '../../../src/domain/signals/receiver/polled-sets.ts';
import type { SetRefusal } from '../../../src/domain/signals/receiver/received-set.ts';
import { TRUSTED_TRANSMITTERS, type Transmitter } from '../../../src/domain/signals/receiver/transmitter.ts';
import { transmitterPolls } from '../../../src/domain/signals/receiver/transmitter-polls.ts';
import { transmitterRefusal } from '../../../src/domain/signals/receiver/transmitter-refusals.ts';
import { movableClock, recordedAudit } from '../delegation/fakes.ts';

const URL = 'https://signals.example/poll';
const KEY = masterKey(Buffer.alloc(32, 7));

type Body = {
  readonly maxEvents: number;
  readonly returnImmediately: boolean;
  readonly ack?: readonly string[];
  readonly setErrs?: Readonly<Record<string, { readonly err: string; readonly description: string }>>;
};
type Answer = unknown;

const failing = (reason: FetchReason, answered?: Answered): Error => fetchFailed(reason, 'in a test', answered);
const sets = (...jtis: readonly string[]) => ({ sets: Object.fromEntries(jtis.map((jti) => [jti, `set-${jti}`])) });

/** A transmitter that answers as a test says, one answer for each request; afterwards it has no events. */
const scene = async (settings: Partial<Transmitter> = {}, credential: PollInput = { pollToken: 'secret' }) => {
  const documents = memoryDocumentStore();
  const clock = movableClock();
  const audit = recordedAudit();
  const transmitters = documents.collection<Transmitter>(TRUSTED_TRANSMITTERS);
  const states = documents.collection<PollState>(TRANSMITTER_POLLS);
  const deps = { masterKey: KEY, checkUrl: () => undefined, issuer: 'https://here.example' };
  await transmitters.insert({
    ...{
      id: 'trm_1',
      name: 'Works',
      issuer: 'https://signals.example',
      audience: 'here',
      upstream: 'ups_1',
      effects: {},
    },
    ...{ digest: '', maxAge: 60, riskSeconds: 60, mostAccounts: 20, mostAccountsPercent: 1, state: 'active' },
    ...{ createdAt: clock.now(), updatedAt: clock.now() },
    ...pollSettings(deps, 'trm_1', { pollUrl: URL, pollSeconds: 30, ...credential }, {}),
    ...settings,
  });
  const change = async (more: Partial<Transmitter>): Promise<void> => {
    const found = await transmitters.get('trm_1');
    if (found) await transmitters.replace({ ...found.document, ...more }, found.version);
  };
  const requests: { readonly call: CallRequest; readonly body: Body }[] = [];
  const answers: (Answer | Error | ((body: Body) => Answer | Promise<Answer>))[] = [];
  const received: string[] = [];
  const parties: TokenParty[] = [];
  const tokens: (ClientToken | NoToken)[] = [];
  const endpoints = {
    async request(party: TokenParty): Promise<ClientToken | NoToken> {
      parties.push(party);
      return tokens.shift() ?? { token: `short-${parties.length}`, expiresInSeconds: 300 };
    },
  };
  const outcomes: { readonly [jti: string]: SetRefusal | Error | (() => unknown) } = {};
  const errors: unknown[] = [];
  const polled = async (id: string) => {
    const found = (await transmitters.get(id))?.document;
    return found?.state === 'active' && found.delivery === 'poll' ? found : undefined;
  };
  const at = (node: string) => {
    const onError = (error: unknown): void => void errors.push(error);
    return transmitterPolls({
      ...{ documents, clock, audit, polled, node, onError },
      client: pollClient({
        clock,
        tokens: pollTokens({ masterKey: KEY, clock, endpoints }),
        call: async (request) => {
          const body = JSON.parse(String(request.body)) as Body;
          requests.push({ call: request, body });
          const next = answers.shift() ?? { sets: {} };
          const answer = typeof next === 'function' ? await next(body) : next;
          if (answer instanceof Error) throw answer;
          const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
          return { status: 200, body: new TextEncoder().encode(text) };
        },
      }),
      sets: polledSets({
        ...{ clock, polled, onError },
        signals: {
          async receive(text) {
            received.push(text);
            const outcome = outcomes[text];
            if (outcome instanceof Error) throw outcome;
            if (typeof outcome === 'function') return void outcome();
            return outcome;
          },
        },
      }),
    });
  };
  const polls = at('nod_a');
  return {
    ...{ documents, clock, audit, transmitters, states, change, requests, answers, received, errors, at, polls },
    ...{ parties, tokens },
    outcomes: outcomes as Record<string, SetRefusal | Error | (() => unknown)>,
    bodies: () => requests.map(({ body }) => body),
    state: async () => (await states.get('trm_1'))?.document,
    run: async (by = polls) => {
      await by.poll();
      await by.idle();
    },
  };
};

describe('a poll', () => {
  test('authenticates with the token, requests a bounded number of events, and goes to the URL only (RFC 8936 §2.4)', async () => {
    const { run, requests, state, clock } = await scene();
    await run();
    expect(requests).toMatchObject([
      {
        call: {
          method: 'POST',
          url: URL,
          purpose: 'signal_poll',
          internal: 'upstreamProviders',
          authorization: 'Bearer secret',
        },
        body: { maxEvents: 50, returnImmediately: true },
      },
    ]);
    expect(requests[0]?.body).not.toHaveProperty('ack');
    expect(await state()).toMatchObject({ failures: 0, lastAnswerAt: clock.now(), dueAt: clock.now() + 30 });
  });

  test('acknowledges an event after its effects, and never before (§2.4.3)', async () => {
    const { run, answers, bodies, received, outcomes, state } = await scene();
    outcomes['set-a'] = () => expect(bodies()).toHaveLength(1);
    answers.push(sets('a', 'b'));
    await run();
    expect(received).toEqual(['set-a', 'set-b']);
    expect(bodies().map(({ ack }) => ack)).toEqual([undefined, ['a', 'b']]);
    expect(await state()).toMatchObject({ acknowledged: 2, refused: 0 });
  });

  test('reports an invalid event with its code and a description (§2.4.4, RFC 8935 §2.4)', async () => {
    const { run, answers, requests, outcomes, state } = await scene();
    outcomes['set-b'] = { err: 'invalid_audience', check: 'audience', why: 'aud is not here' };
    answers.push(sets('a', 'b'));
    await run();
    expect(requests[1]).toMatchObject({
      body: { ack: ['a'], setErrs: { b: { err: 'invalid_audience', description: 'aud is not here' } } },
      call: { headers: { 'content-language': 'en' } },
    });
    expect(await state()).toMatchObject({ acknowledged: 1, refused: 1 });
  });

  test('waits for the interval, and is due at once after a change of the settings', async () => {
    const { run, bodies, clock } = await scene();
    await run();
    clock.advance(29);
    await run();
    expect(bodies()).toHaveLength(1);
    clock.advance(1);
    await run();
    expect(bodies()).toHaveLength(2);
  });

  test('is not made of a transmitter that is disabled or pushes', async () => {
    for (const more of [{ state: 'disabled' }, { delivery: undefined }] as readonly Partial<Transmitter>[]) {
      const { run, bodies, change } = await scene();
      await change(more);
      await run();
      expect(bodies()).toEqual([]);
    }
  });

  test('sends no token to a URL that the store was given behind its back', async () => {
    const { run, bodies, change, state } = await scene();
    await change({ pollUrl: 'https://attacker.example/poll' });
    await run();
    expect(bodies()).toEqual([]);
    expect((await state())?.lastFailure).toEqual({ failure: 'token_unreadable' });
  });
});

describe('short access tokens (RFC 6749 §4.4)', () => {
  const CLIENT: PollInput = { pollTokenEndpoint: 'https://login.example/token', pollClientId: 'behalf-here' };
  const sent = (requests: readonly { readonly call: CallRequest }[]) => requests.map(({ call }) => call.authorization);
  const unauthorized = () => failing('status_not_ok', { status: 401 });

  test('are requested once, and used until shortly before their end', async () => {
    const { run, clock, requests, parties, state } = await scene({}, CLIENT);
    await run();
    clock.advance(30);
    await run();
    expect(sent(requests)).toEqual(['Bearer short-1', 'Bearer short-1']);
    expect(parties).toMatchObject([{ clientId: 'behalf-here', authentication: { method: 'private_key_jwt' } }]);
    clock.advance(240);
    await run();
    expect(sent(requests).at(-1)).toBe('Bearer short-2');
    expect(await state()).toMatchObject({ failures: 0 });
  });

  test.each([
    ['ends at once', 0, 10],
    ['says no end', undefined, 300],
    ['lasts for years', 1e9, 86_400],
  ])('one that %s is used for a bounded time', async (_, expiresInSeconds, lasts) => {
    const { run, clock, requests, tokens } = await scene({ pollSeconds: 1 }, CLIENT);
    tokens.push({ token: 'odd', ...(expiresInSeconds === undefined ? {} : { expiresInSeconds }) });
    await run();
    clock.advance(lasts - 1);
    await run();
    expect(sent(requests).at(-1)).toBe('Bearer odd');
    clock.advance(1);
    await run();
    expect(sent(requests).at(-1)).toBe('Bearer short-2');
  });

  test('a held one that the transmitter refuses is replaced once, in a poll that does not wait', async () => {
    const { run, clock, requests, answers, parties, state, bodies } = await scene({ pollSeconds: 0 }, CLIENT);
    await run();
    clock.advance(30);
    answers.push(unauthorized(), sets('a'));
    await run();
    expect(sent(requests).slice(1, 3)).toEqual(['Bearer short-1', 'Bearer short-2']);
    expect(bodies().slice(1, 3)).toMatchObject([{ returnImmediately: false }, { returnImmediately: true }]);
    expect([parties.length, await state()]).toMatchObject([2, { failures: 0, acknowledged: 1 }]);
  });

  test('a new one that the transmitter refuses is a failure: no request more', async () => {
    const { run, answers, requests, parties, state, clock } = await scene({}, CLIENT);
    answers.push(unauthorized());
    await run();
    expect([requests.length, parties.length]).toEqual([1, 1]);
    expect(await state()).toMatchObject({ failures: 1, lastFailure: { failure: 'unauthorized', status: 401 } });
    clock.advance(300);
    answers.push(unauthorized(), unauthorized());
    await run();
    expect([requests.length, parties.length]).toEqual([2, 2]);
  });

  test.each<[string, NoToken, object]>([
    [
      'refuses the client',
      { why: 'client_refused', detail: 'invalid_client', status: 401 },
      { failure: 'token_client_refused', detail: 'invalid_client', status: 401 },
    ],
    [
      'refuses the request',
      { why: 'request_refused', detail: 'invalid_scope', status: 400 },
      { failure: 'token_request_refused', detail: 'invalid_scope', status: 400 },
    ],
    [
      'cannot be reached',
      { why: 'endpoint_failed', detail: 'certificate_not_valid' },
      { failure: 'token_endpoint_failed', detail: 'certificate_not_valid' },
    ],
    ['sends no token', { why: 'answer_not_valid' }, { failure: 'token_answer_not_valid' }],
  ])('an endpoint that %s fails the poll, and nothing is polled', async (_, no, lastFailure) => {
    const { run, requests, tokens, state, clock } = await scene({}, CLIENT);
    tokens.push(no);
    await run();
    expect(requests).toEqual([]);
    expect(await state()).toMatchObject({ failures: 1, lastFailure, failingSince: clock.now() });
  });

  test('an endpoint decides when it is asked again (Retry-After), and is in the audit log after five minutes', async () => {
    const { run, tokens, state, clock, audit } = await scene({}, CLIENT);
    tokens.push({ why: 'endpoint_failed', detail: 'status_not_ok', status: 503, retryAfter: '600' });
    await run();
    expect(await state()).toMatchObject({ dueAt: clock.now() + 600 });
    clock.advance(600);
    tokens.push({ why: 'client_refused', detail: 'invalid_client', status: 401 });
    await run();
    expect(audit.events.at(-1)).toMatchObject({
      ...{ type: 'transmitter.polls_failing', outcome: 'refused' },
      inputs: { reason: 'token_client_refused', detail: 'invalid_client' },
    });
  });

  test('a token of other settings is not used', async () => {
    const { run, change, requests, clock, transmitters } = await scene({}, CLIENT);
    await run();
    const before = (await transmitters.get('trm_1'))?.document;
    const deps = { masterKey: KEY, checkUrl: () => undefined, issuer: 'https://here.example' };
    await change(pollSettings(deps, 'trm_1', { pollScope: 'narrow' }, before ?? {}));
    clock.advance(30);
    await run();
    expect(sent(requests)).toEqual(['Bearer short-1', 'Bearer short-2']);
  });

  test('none is requested for a URL or an endpoint that the store was given behind its back', async () => {
    const { run, change, requests, parties, state } = await scene({}, CLIENT);
    await change({ pollUrl: 'https://attacker.example/poll' });
    await run();
    expect([requests, parties]).toEqual([[], []]);
    expect(await state()).toMatchObject({ lastFailure: { failure: 'token_unreadable' } });
  });
});

describe('a poll that may wait (§2.4, long polling)', () => {
  test('is repeated at once after an answer, and after two seconds where the transmitter does not wait', async () => {
    const { run, bodies, answers, clock, state } = await scene({ pollSeconds: 0 });
    answers.push(() => {
      clock.advance(4);
      return { sets: {} };
    });
    await run();
    expect(bodies().map(({ returnImmediately }) => returnImmediately)).toEqual([false, false]);
    expect(await state()).toMatchObject({ dueAt: clock.now() + 2 });
  });

  test('that is held for too long is no failure while the transmitter answers one that does not wait', async () => {
    const { run, requests, answers, state } = await scene({ pollSeconds: 0 });
    answers.push(failing('timed_out'), sets('a'));
    await run();
    expect(requests.map(({ body }) => body.returnImmediately)).toEqual([false, true, false]);
    expect(requests.map(({ call }) => call.timeoutMilliseconds)).toEqual([30_000, 10_000, 30_000]);
    expect(await state()).toMatchObject({ failures: 0, acknowledged: 1 });
  });

  test('that is held for too long is a failure where the other one is, too', async () => {
    const { run, bodies, answers, state } = await scene({ pollSeconds: 0 });
    answers.push(failing('timed_out'), failing('timed_out'));
    await run();
    expect(bodies()).toHaveLength(2);
    expect(await state()).toMatchObject({ failures: 1, lastFailure: { failure: 'timed_out' } });
  });

  test('ends when the server stops, and another process goes on at once', async () => {
    const { polls, at, run, requests, answers } = await scene({ pollSeconds: 0 });
    answers.push(
      () =>
        new Promise((resolve) => {
          requests[0]?.call.signal?.addEventListener('abort', () => resolve(failing('timed_out')));
        }),
    );
    await polls.poll();
    while (requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await polls.stop();
    await polls.poll();
    expect(requests).toHaveLength(1);
    await run(at('nod_b'));
    expect(requests).toHaveLength(2);
  });
});

describe('a transmitter that misbehaves', () => {
  test('and always brings the same events ends the round: they are acknowledged again, and it counts as failing', async () => {
    const { run, bodies, answers, received, state, clock } = await scene();
    const endless = { ...sets('a', 'b'), moreAvailable: true };
    for (let count = 0; count < 100; count += 1) answers.push(endless);
    await run();
    expect(received).toEqual(['set-a', 'set-b']);
    expect(bodies().map(({ ack, maxEvents }) => [ack?.length ?? 0, maxEvents])).toEqual([
      [0, 50],
      [2, 50],
      [2, 0],
    ]);
    expect(await state()).toMatchObject({ failures: 1, lastFailure: { failure: 'not_settled' }, acknowledged: 2 });
    clock.advance(10);
    await run();
    // It is still known, so nothing is taken again.
    expect(received).toHaveLength(2);
    expect(bodies()).toHaveLength(5);
    expect(await state()).toMatchObject({ failures: 2 });
  });

  test('and repeats a refused event causes one refusal in ten minutes', async () => {
    const { run, answers, received, outcomes, clock } = await scene();
    outcomes['set-a'] = { err: 'invalid_audience', check: 'audience', why: 'no' };
    for (let count = 0; count < 100; count += 1) answers.push(sets('a'));
    for (let seconds = 0; seconds < 595; seconds += 5) {
      await run();
      clock.advance(5);
    }
    expect(received).toEqual(['set-a']);
    clock.advance(60);
    await run();
    expect(received).toEqual(['set-a', 'set-a']);
  });

  test('and always has more ends after 20 answers, with the acknowledgement of all', async () => {
    const { run, bodies, answers, received, state } = await scene();
    for (let count = 0; count < 100; count += 1) answers.push({ ...sets(`a${count}`), moreAvailable: true });
    await run();
    expect(received).toHaveLength(20);
    expect(bodies()).toHaveLength(21);
    expect(bodies().at(-1)).toMatchObject({ maxEvents: 0, ack: ['a19'] });
    expect(await state()).toMatchObject({ acknowledged: 20, failures: 0 });
  });

  test('and sends more than was requested: the others are left', async () => {
    const { run, answers, received } = await scene();
    answers.push(sets(...Array.from({ length: 300 }, (_, at) => `a${at}`)));
    await run();
    expect(received).toHaveLength(50);
  });

  test.each<[string, Answer]>([
    ['no JSON', 'hello'],
    ['a list', []],
    ['sets as a list', { sets: ['a'] }],
    ['a repeated name', '{"sets":{"a":"x","a":"y"}}'],
    ['moreAvailable as a text', { sets: {}, moreAvailable: 'yes' }],
    ['a name of 2 KiB', sets('a'.repeat(2048))],
    ['an empty name', sets('')],
    ['a name that is no text', '{"sets":{"\\ud800":"x"}}'],
    ['a member that changes objects', '{"sets":{"__proto__":"x"}}'],
  ])('and answers %s: nothing is taken', async (_, answer) => {
    const { run, bodies, answers, received, state } = await scene();
    answers.push(answer);
    await run();
    expect(received).toEqual([]);
    expect(bodies()).toHaveLength(1);
    expect((await state())?.lastFailure).toEqual({ failure: 'answer_not_valid' });
  });

  test('and sends something else than a text as an event: it is refused as no token', async () => {
    const { run, answers, received, outcomes, bodies } = await scene();
    outcomes[''] = { err: 'invalid_request', check: 'form', why: 'this is no signed JWT' };
    answers.push({ sets: { a: { deep: true }, b: 'set-b' } });
    await run();
    expect(received).toEqual(['', 'set-b']);
    expect(bodies()[1]).toMatchObject({ ack: ['b'], setErrs: { a: { err: 'invalid_request' } } });
  });

  test.each([202, 204])('and answers %i without a body: it has no events', async (status) => {
    const { run, answers, state } = await scene();
    answers.push(failing('status_not_ok', { status }));
    await run();
    expect(await state()).toMatchObject({ failures: 0 });
  });
});

describe('a transmitter that fails', () => {
  test.each([
    [401, 'unauthorized'],
    [403, 'forbidden'],
    [404, 'no_endpoint'],
    [418, 'status_not_ok'],
    [429, 'too_many_requests'],
    [503, 'unavailable'],
  ])('with status %i is %s', async (status, failure) => {
    const { run, answers, state } = await scene();
    answers.push(failing('status_not_ok', { status }));
    await run();
    expect(await state()).toMatchObject({ failures: 1, lastFailure: { failure, status } });
  });

  test.each([
    ['seconds', () => '700', 700],
    ['a date', (now: number) => new Date((now + 900) * 1000).toUTCString(), 900],
    ['more than an hour', () => '999999', 3600],
  ])('is polled again when it says: Retry-After with %s (RFC 9110 §10.2.3)', async (_, header, seconds) => {
    const { run, answers, state, clock } = await scene();
    answers.push(failing('status_not_ok', { status: 503, retryAfter: header(clock.now()) }));
    await run();
    expect((await state())?.dueAt).toBe(clock.now() + seconds);
  });

  test('is polled at growing intervals up to five minutes, and is in the audit log once, as is its recovery', async () => {
    const { run, answers, state, clock, audit, bodies } = await scene();
    for (let count = 0; count < 20; count += 1) answers.push(failing('not_reachable'));
    const pauses: number[] = [];
    for (let count = 0; count < 20; count += 1) {
      await run();
      const due = (await state())?.dueAt ?? 0;
      pauses.push(due - clock.now());
      await run();
      clock.advance(due - clock.now());
    }
    expect(bodies()).toHaveLength(20);
    expect(pauses[0]).toBeLessThanOrEqual(5);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(300);
    expect(pauses.at(-1)).toBeGreaterThanOrEqual(150);
    expect(audit.types()).toEqual(['transmitter.polls_failing']);
    expect(audit.events[0]).toMatchObject({
      outcome: 'refused',
      target: { kind: 'trusted transmitter', id: 'trm_1' },
      inputs: { reason: 'not_reachable' },
    });
    await run();
    expect(audit.types()).toEqual(['transmitter.polls_failing', 'transmitter.polls_recovered']);
    expect(await state()).not.toHaveProperty('failingSince');
  });
});

describe('what this side cannot take', () => {
  test('is left at the transmitter, and the others are acknowledged', async () => {
    const { run, answers, bodies, outcomes, state, errors } = await scene();
    outcomes['set-b'] = transmitterRefusal('transmitter_effects_paused', { retryAfterSeconds: 600 });
    answers.push(sets('a', 'b', 'c'));
    await run();
    expect(bodies().slice(1)).toEqual([{ maxEvents: 0, returnImmediately: true, ack: ['a', 'c'] }]);
    expect(await state()).toMatchObject({ lastFailure: { failure: 'effects_paused' }, acknowledged: 2 });
    expect(errors).toEqual([]);
  });

  test('an event that no known key verifies is judged again after 35 seconds: the transmitter may have a new key', async () => {
    const { run, answers, bodies, outcomes, received, clock } = await scene();
    outcomes['set-a'] = { err: 'invalid_key', check: 'signature', why: 'no' };
    for (let count = 0; count < 30; count += 1) answers.push(({ maxEvents }: Body) => (maxEvents > 0 ? sets('a') : {}));
    for (let seconds = 0; seconds < 30; seconds += 5) {
      await run();
      clock.advance(5);
    }
    expect(received).toEqual(['set-a']);
    expect(bodies().filter(({ setErrs }) => setErrs)).toEqual([]);
    delete outcomes['set-a'];
    clock.advance(60);
    await run();
    expect(received).toEqual(['set-a', 'set-a']);
    expect(bodies().find(({ ack }) => ack)?.ack).toEqual(['a']);
  });

  test('and one that no key verifies then either is reported', async () => {
    const { run, answers, bodies, outcomes, received, clock } = await scene();
    outcomes['set-a'] = { err: 'invalid_key', check: 'signature', why: 'no' };
    answers.push(sets('a'));
    await run();
    clock.advance(60);
    answers.push(sets('a'));
    await run();
    expect(received).toHaveLength(2);
    expect(bodies().find(({ setErrs }) => setErrs)?.setErrs).toMatchObject({ a: { err: 'invalid_key' } });
  });

  test('when the store fails, the event and all after it are left; they are taken later', async () => {
    const { run, answers, bodies, outcomes, received, errors, clock } = await scene();
    outcomes['set-b'] = new StoreUnavailable('away');
    answers.push(sets('a', 'b', 'c'));
    await run();
    expect(received).toEqual(['set-a', 'set-b']);
    expect(bodies().at(-1)).toMatchObject({ maxEvents: 0, ack: ['a'] });
    expect(errors).toHaveLength(1);
    delete outcomes['set-b'];
    answers.push(sets('b', 'c'));
    clock.advance(60);
    await run();
    expect(bodies().at(-1)).toMatchObject({ ack: ['b', 'c'] });
  });

  test('after an acknowledgement that did not arrive, the events come again and are acknowledged without an effect', async () => {
    const { run, answers, bodies, received, clock, state } = await scene();
    answers.push(sets('a'), failing('not_reachable'));
    await run();
    clock.advance(10);
    answers.push(sets('a'));
    await run();
    expect(received).toEqual(['set-a']);
    expect(bodies().at(-1)).toMatchObject({ ack: ['a'] });
    expect(await state()).toMatchObject({ failures: 0, acknowledged: 1 });
  });

  test('a transmitter that is disabled in between: its other events are left', async () => {
    const { run, answers, bodies, change, outcomes, received } = await scene();
    outcomes['set-a'] = () => undefined;
    answers.push(async () => {
      await change({ state: 'disabled' });
      return sets('a', 'b');
    });
    await run();
    expect(received).toEqual([]);
    expect(bodies()).toHaveLength(1);
  });
});

describe('several processes', () => {
  test('one polls at a time, and another goes on when its lock has ended', async () => {
    const { run, at, bodies, answers, clock, state } = await scene({ pollSeconds: 1 });
    await run();
    expect(await state()).toMatchObject({ lockedBy: 'nod_a' });
    const other = at('nod_b');
    clock.advance(30);
    await run(other);
    expect(bodies()).toHaveLength(1);
    clock.advance(31);
    answers.push(sets('a'));
    await run(other);
    expect(bodies()).toHaveLength(3);
    expect(await state()).toMatchObject({ lockedBy: 'nod_b', acknowledged: 1 });
  });
});
