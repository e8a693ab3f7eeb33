import { describe, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { masterKey } from '../../../src/domain/platform/crypto/master-key.ts';
import { type DocumentStore, update } from '../../../src/domain/ports/document-store.ts';
import { SENT_EVENTS } from '../../../src/domain/signals/security-events.ts';
import { backlogWatch } from '../../../src/domain/signals/transmitter/backlog.ts';
import { eventTokens } from '../../../src/domain/signals/transmitter/event-tokens.ts';
import { outgoingEvents } from '../../../src/domain/signals/transmitter/outgoing-events.ts';
import { pollDelivery } from '../../../src/domain/signals/transmitter/poll-delivery.ts';
import { pushDelivery } from '../../../src/domain/signals/transmitter/push-delivery.ts';
import type { PushOutcome, PushSender } from '../../../src/domain/signals/transmitter/push-sender.ts';
import {
  SIGNAL_RECEIVERS,
  SIGNAL_STREAM_STATES,
  SIGNAL_STREAMS,
  type SignalReceiver,
  type SignalStream,
  type StreamState,
  streamContext,
} from '../../../src/domain/signals/transmitter/signal-stream.ts';
import { signalStreams } from '../../../src/domain/signals/transmitter/stream-service.ts';
import { openAuditLog } from '../audit/support.ts';
import { countedIdentifiers, movableClock, recordedAudit } from '../delegation/fakes.ts';

const ISSUER = 'https://as.example';
const STREAM = 'sgs_1';
const URL = 'https://mail.example/events';
const ACKNOWLEDGED: PushOutcome = { isAcknowledged: true };
const FAILED: PushOutcome = { isAcknowledged: false, failure: 'not_reachable' };

type Claims = { readonly jti: string; readonly events: object; readonly sub_id: { readonly sub?: string } };

/** A log and a verified stream from its beginning. A token is the JSON of its claims. */
const scene = async (bounds = { seconds: 72 * 3600, records: 1_000_000 }) => {
  const documents = memoryDocumentStore();
  const clock = movableClock();
  const identifiers = countedIdentifiers();
  const log = await openAuditLog(documents, { clock });
  const audit = recordedAudit();
  const sent: Claims[] = [];
  const answers: ((claims: Claims) => PushOutcome | Promise<PushOutcome>)[] = [];
  const sender: PushSender = {
    async send(_stream, token) {
      const claims = JSON.parse(token) as Claims;
      sent.push(claims);
      return (await answers[0]?.(claims)) ?? ACKNOWLEDGED;
    },
  };
  const tokens = eventTokens({
    ...{ issuer: ISSUER, clock },
    sign: async (claims) => JSON.stringify(claims),
    accounts: { get: async () => undefined },
  });
  const outgoing = outgoingEvents({ documents, issuer: ISSUER, makeToken: tokens.ofRecord, pause: async () => {} });
  const client = { state: 'active' };
  const clients = { get: async () => ({ document: client }) };
  const parts = { documents, clock, identifiers, audit, clients };
  const streamsOver = (store: DocumentStore, key = masterKey(Buffer.alloc(32, 7))) =>
    signalStreams({
      ...{ ...parts, documents: store, masterKey: key },
      checkUrl: () => undefined,
      onCreated: () => delivery.again(),
    });
  const streams = streamsOver(documents);
  let asked = 0;
  const afterAsked: (() => Promise<unknown>)[] = [];
  const counting: DocumentStore = {
    ...documents,
    collection(declared) {
      const collection = documents.collection<never>(declared);
      const find = async (query: never) => {
        asked += 1;
        const found = await collection.find(query);
        await afterAsked[0]?.();
        return found;
      };
      return (declared.name === SIGNAL_STREAMS.name ? { ...collection, find } : collection) as never;
    },
  };
  const deliveryAt = (node: string) =>
    pushDelivery({
      ...{ ...parts, documents: counting, outgoing, sender, streams, node },
      makeToken: tokens.ofStream,
      watch: backlogWatch({ documents, clock, bounds }),
      onError: (error) => {
        throw error;
      },
    });
  const times = { createdAt: clock.now(), updatedAt: clock.now() };
  const receiver: SignalReceiver = {
    ...{ id: 'rcv_1', name: 'Mail', client: 'app_1', audience: 'https://mail.example', events: SENT_EVENTS },
    ...{ subjects: ['*'], isPersonal: false, state: 'active', ...times },
  };
  const stream: SignalStream = {
    ...{ id: STREAM, receiver: receiver.id, delivery: { method: 'push', url: URL }, status: 'enabled' },
    ...{ statusSetBy: 'receiver', removed: [], ...times },
  };
  await documents.collection<SignalReceiver>(SIGNAL_RECEIVERS).insert(receiver);
  await documents.collection<SignalStream>(SIGNAL_STREAMS).insert(stream);
  const states = documents.collection<StreamState>(SIGNAL_STREAM_STATES);
  const none = { cursors: [], handed: [], own: [], failures: 0, delivered: 0, refused: 0 };
  await states.insert({ ...none, id: STREAM, enabledAt: clock.now(), verifiedUrl: URL });
  const delivery = deliveryAt('nod_a');
  return {
    ...{ documents, clock, audit, sent, answers, deliveryAt, states, streams, streamsOver, outgoing, receiver, client },
    polls: pollDelivery({
      ...{ documents, clock, audit, outgoing, clients, makeToken: tokens.ofStream },
      elapsedMilliseconds: () => clock.nowMillis(),
    }),
    record: async (...people: readonly string[]) => {
      for (const id of people)
        await log.append({ type: 'account.enabled', outcome: 'done', target: { kind: 'account', id } });
    },
    /** How often streams were asked for. */
    asked: () => asked,
    /** The first runs between the answer of the store and what the process makes of it. */
    afterAsked,
    run: async (by = delivery) => {
      await by.poll();
      await by.idle();
    },
    state: async () => (await states.get(STREAM))?.document,
    status: async () => (await streams.get(STREAM))?.document,
  };
};

const subjectsIn = (sent: readonly Claims[]) => sent.map(({ sub_id }) => sub_id.sub);

describe('pushed security events', () => {
  test('each event once and in its order, beyond one round', async () => {
    const { record, run, sent, state } = await scene();
    const people = Array.from({ length: 45 }, (_, at) => `acc_${at}`);
    await record(...people);
    await run();
    await run();
    expect(subjectsIn(sent)).toEqual(people);
    expect(await state()).toMatchObject({ handed: [], delivered: 45 });
  });

  test('WH-01 a process that ends before the state is stored repeats the event with the same jti', async () => {
    const { record, run, sent, answers, clock, deliveryAt } = await scene();
    await record('acc_1');
    // Never answers: as a process that is gone.
    answers[0] = () => new Promise<PushOutcome>(() => undefined);
    const crashed = deliveryAt('nod_crashed');
    await crashed.poll();
    for (let turn = 0; turn < 50 && sent.length === 0; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    answers.pop();
    await run(deliveryAt('nod_b'));
    // The lock of the other process holds.
    expect(sent).toHaveLength(1);
    clock.advance(31);
    await run(deliveryAt('nod_b'));
    expect(subjectsIn(sent)).toEqual(['acc_1', 'acc_1']);
    expect(sent[1]?.jti).toBe(sent[0]?.jti);
  });

  test('WH-04 a failing endpoint is tried at growing intervals, and is in the audit log after five minutes', async () => {
    const { record, run, sent, answers, clock, audit, state } = await scene();
    await record('acc_1');
    answers[0] = () => FAILED;
    await run();
    await run();
    expect(sent).toHaveLength(1);
    for (let tries = 0; tries < 12; tries += 1) {
      clock.advance(300);
      await run();
    }
    expect(sent).toHaveLength(13);
    expect(await state()).toMatchObject({ failures: 13, lastFailure: 'not_reachable', isReported: true });
    expect(audit.types()).toEqual(['signal_stream.failing']);
    answers.pop();
    clock.advance(300);
    await run();
    expect(audit.types()).toEqual(['signal_stream.failing', 'signal_stream.recovered']);
    expect(await state()).toMatchObject({ failures: 0, delivered: 1, handed: [] });
  });

  test('the pause that an endpoint asks for is kept', async () => {
    const { record, run, sent, answers, clock } = await scene();
    await record('acc_1');
    answers[0] = () => ({ ...FAILED, retryAfterSeconds: 1000 });
    await run();
    clock.advance(999);
    await run();
    expect(sent).toHaveLength(1);
    clock.advance(2);
    await run();
    expect(sent).toHaveLength(2);
  });

  test('a stream whose oldest event waits too long is paused, with a reason and an event; later it loses nothing', async () => {
    const { record, run, sent, answers, clock, audit, status, streams } = await scene();
    await record('acc_1');
    answers[0] = () => FAILED;
    await run();
    clock.advance(72 * 3600 + 61);
    await run();
    expect(await status()).toMatchObject({
      status: 'paused',
      statusSetBy: 'server',
      reason: 'The oldest event waits for more than 72 hours.',
    });
    expect(audit.events.at(-1)).toMatchObject({
      type: 'signal_stream.status_changed',
      caller: 'system',
      inputs: { status: 'paused', by: 'server' },
    });
    answers.pop();
    sent.length = 0;
    clock.advance(3600);
    await run();
    // Only that the stream is paused (SSF 1.0 §8.1.5).
    expect(sent.map(({ events }) => Object.values(events)[0])).toEqual([
      { status: 'paused', reason: 'The oldest event waits for more than 72 hours.' },
    ]);
    await streams.setStatus(STREAM, { status: 'enabled' }, { caller: 'rcv_1' }, 'receiver');
    await record('acc_2');
    await run();
    expect(subjectsIn(sent.slice(1))).toEqual(['acc_1', 'acc_2']);
  });

  test('a stream with too many records that wait is paused', async () => {
    const { record, run, status } = await scene({ seconds: 1000, records: 3 });
    await record('acc_1', 'acc_2', 'acc_3', 'acc_4');
    await run();
    expect(await status()).toMatchObject({ status: 'paused', reason: 'More than 3 audit events wait.' });
  });

  test('an endpoint at another address receives a verification event first', async () => {
    const { record, run, sent, documents, state } = await scene();
    const moved = 'https://other.example/events';
    const collection = documents.collection<SignalStream>(SIGNAL_STREAMS);
    const found = await collection.get(STREAM);
    if (!found) throw new Error('no stream');
    await collection.replace({ ...found.document, delivery: { method: 'push', url: moved } }, found.version);
    await record('acc_1');
    await run();
    expect(sent.map(({ events }) => Object.keys(events)[0])).toEqual([
      'https://schemas.openid.net/secevent/ssf/event-type/verification',
      'https://schemas.openid.net/secevent/risc/event-type/account-enabled',
    ]);
    expect(await state()).toMatchObject({ verifiedUrl: moved, own: [] });
  });
});

describe('without a stream', () => {
  test('a process asks for streams once a second, and always while there is one', async () => {
    const { run, asked, documents, clock } = await scene();
    for (const _ of [1, 2, 3]) await run();
    expect(asked()).toBe(3);
    await documents.collection<SignalStream>(SIGNAL_STREAMS).take(STREAM);
    for (const _ of [1, 2, 3]) await run();
    expect(asked()).toBe(4);
    clock.advance(0.9);
    await run();
    expect(asked()).toBe(4);
    clock.advance(0.1);
    for (const _ of [1, 2]) await run();
    expect(asked()).toBe(5);
    // A clock that was set back by an hour.
    clock.advance(-3600);
    await run();
    expect(asked()).toBe(6);
  });

  test('the first push of one that this process creates leaves with the next poll, also when it was asking meanwhile', async () => {
    const { run, sent, documents, streams, receiver, afterAsked } = await scene();
    const collection = documents.collection<SignalStream>(SIGNAL_STREAMS);
    const verifications = () => sent.map(({ events }) => Object.keys(events)[0]?.split('/').at(-1));
    const delivery = { method: 'push', url: URL } as const;
    await collection.take(STREAM);
    await run();
    const create = () => streams.create(receiver, { delivery }, { caller: 'app_1' });
    const { document } = await create();
    await run();
    expect(verifications()).toEqual(['verification']);
    await collection.take(document.id);
    afterAsked.push(create);
    await run();
    afterAsked.pop();
    await run();
    expect(verifications()).toEqual(['verification', 'verification']);
  });
});

describe('what a stream may no longer have', () => {
  test('an event that waits is not sent when an administrator takes its subject from the receiver', async () => {
    const { record, run, sent, answers, clock, documents, receiver, state } = await scene();
    await record('acc_1');
    answers[0] = () => FAILED;
    await run();
    expect(await state()).toMatchObject({ handed: [{}], failures: 1 });
    answers.pop();
    sent.length = 0;
    const receivers = documents.collection<SignalReceiver>(SIGNAL_RECEIVERS);
    await receivers.replace({ ...receiver, subjects: ['acc_2'] }, 1);
    clock.advance(300);
    await record('acc_2');
    await run();
    expect(subjectsIn(sent)).toEqual(['acc_2']);
    expect(await state()).toMatchObject({ handed: [], delivered: 1 });
  });

  test('the rest of a round is not sent when its receiver is disabled meanwhile', async () => {
    const { record, run, sent, answers, documents, receiver, state } = await scene();
    await record('acc_1', 'acc_2', 'acc_3');
    const receivers = documents.collection<SignalReceiver>(SIGNAL_RECEIVERS);
    answers[0] = async () => {
      await receivers.replace({ ...receiver, state: 'disabled' }, 1);
      return ACKNOWLEDGED;
    };
    await run();
    expect(subjectsIn(sent)).toEqual(['acc_1']);
    expect(await state()).toMatchObject({ delivered: 1, handed: [{}, {}] });
  });

  test('nothing is sent to a receiver whose client was disabled or retired, and nothing is lost when it is enabled', async () => {
    const { record, run, sent, polls, client, status } = await scene();
    for (const state of ['disabled', 'retired']) {
      client.state = state;
      await record('acc_1');
      await run();
      expect(sent).toEqual([]);
    }
    const stream = await status();
    const polled = { ...stream, delivery: { method: 'poll' } } as SignalStream;
    const ask = { most: 10, waitMilliseconds: 0, acknowledged: [], refusals: [], isGone: () => false };
    await expect(polls.poll(polled, ask)).rejects.toMatchObject({ reason: 'signal_receiver_unknown' });
    client.state = 'active';
    await run();
    expect(subjectsIn(sent)).toEqual(['acc_1', 'acc_1']);
  });

  test('a poll that waits returns nothing when its receiver is disabled meanwhile', async () => {
    const { record, documents, polls, receiver } = await scene();
    const collection = documents.collection<SignalStream>(SIGNAL_STREAMS);
    const found = await collection.get(STREAM);
    if (!found) throw new Error('no stream');
    const stream: SignalStream = { ...found.document, delivery: { method: 'poll' } };
    await collection.replace(stream, found.version);
    const waits = polls.poll(stream, {
      ...{ most: 10, waitMilliseconds: 60_000, acknowledged: [], refusals: [], isGone: () => false },
    });
    const refusal = expect(waits).rejects.toMatchObject({ code: 'forbidden', reason: 'signal_receiver_unknown' });
    const receivers = documents.collection<SignalReceiver>(SIGNAL_RECEIVERS);
    await receivers.replace({ ...receiver, state: 'disabled' }, 1);
    await record('acc_1');
    await refusal;
  });

  test('an event of the time when it was disabled, also when the call that enables it breaks off', async () => {
    const { record, run, sent, documents, streams, streamsOver, status } = await scene();
    await streams.setStatus(STREAM, { status: 'disabled' }, { caller: 'rcv_1' }, 'receiver');
    await record('acc_1');
    const broken: DocumentStore = {
      ...documents,
      collection: (declared) => ({
        ...documents.collection(declared),
        ...(declared.name === SIGNAL_STREAM_STATES.name
          ? { replace: () => Promise.reject(new Error('the process ended')) }
          : {}),
      }),
    };
    const enable = (by = streams) => by.setStatus(STREAM, { status: 'enabled' }, { caller: 'rcv_1' }, 'receiver');
    await expect(enable(streamsOver(broken))).rejects.toThrow('the process ended');
    await run();
    expect(sent).toEqual([]);
    await enable();
    await record('acc_2');
    await run();
    expect([(await status())?.status, subjectsIn(sent)]).toEqual(['enabled', ['acc_2']]);
  });

  test('WH-06 an endpoint that is not verified does not hear why an administrator paused the stream', async () => {
    const { run, sent, states, streams } = await scene();
    const found = await states.get(STREAM);
    if (!found) throw new Error('no state');
    const { verifiedUrl: _, ...unverified } = found.document;
    await states.replace(unverified, found.version);
    const next = { status: 'paused', reason: 'We look into an attack.' } as const;
    await streams.setStatus(STREAM, next, { caller: 'acc_admin' }, 'administrator');
    await run();
    expect(sent).toEqual([]);
  });
});

test('MG-03 the authorization of a stream is for its URL: an editor of the store cannot move it to another one', async () => {
  const { streams, receiver } = await scene();
  const delivery = { method: 'push', url: URL, authorization: 'Bearer s3cret' } as const;
  const { document } = await streams.create(receiver, { delivery }, { caller: 'rcv_1' });
  const sealed = document.delivery.method === 'push' ? String(document.delivery.sealed) : '';
  const key = masterKey(Buffer.alloc(32, 7));
  expect(key.open(streamContext(document.id, URL), sealed)).toBe('Bearer s3cret');
  expect(() => key.open(streamContext(document.id, 'https://evil.example/events'), sealed)).toThrow();
});

test('a receiver that creates streams at once does not get more than four', async () => {
  const { streams, receiver } = await scene();
  const made = await Promise.allSettled(
    Array.from({ length: 12 }, () => streams.create(receiver, {}, { caller: receiver.id })),
  );
  const refused = made.flatMap((one) => (one.status === 'rejected' ? [one.reason as { reason?: string }] : []));
  expect(new Set(refused.map(({ reason }) => reason))).toEqual(new Set(['signal_streams_exceeded']));
  expect((await streams.of(receiver)).length).toBeLessThanOrEqual(4);
});

test('acknowledgements that another poll made in the meantime are kept', async () => {
  const { record, documents, polls, state } = await scene();
  const collection = documents.collection<SignalStream>(SIGNAL_STREAMS);
  const found = await collection.get(STREAM);
  if (!found) throw new Error('no stream');
  const stream: SignalStream = { ...found.document, delivery: { method: 'poll' } };
  await collection.replace(stream, found.version);
  await record('acc_1', 'acc_2');
  const ask = (acknowledged: readonly string[] = []) =>
    polls.poll(stream, { most: 10, waitMilliseconds: 0, acknowledged, refusals: [], isGone: () => false });
  const { sets } = await ask();
  await Promise.all(sets.map(({ jti }) => ask([jti])));
  expect(await state()).toMatchObject({ handed: [], delivered: 2 });
});

test('KY-06 MG-03 an authorization that an editor of the store bound to another URL is not sealed anew, and hinders no other', async () => {
  const { documents, streams, streamsOver, receiver } = await scene();
  const [old, next] = [Buffer.alloc(32, 7), Buffer.alloc(32, 8)];
  const [one, two] = await Promise.all(
    ['https://one.example/events', 'https://two.example/events'].map(async (url) => {
      const delivery = { method: 'push' as const, url, authorization: 'Bearer abc' };
      return (await streams.create(receiver, { delivery }, { caller: receiver.client })).document;
    }),
  );
  const stored = documents.collection<SignalStream>(SIGNAL_STREAMS);
  await update(stored, one!.id, (stream) => ({
    ...stream,
    delivery: { ...stream.delivery, url: 'https://thief.example/events' } as SignalStream['delivery'],
  }));
  await streamsOver(documents, masterKey(next, old)).sealAnew();
  const sealedOf = async (id: string) => {
    const delivery = (await stored.get(id))?.document.delivery;
    return delivery?.method === 'push' ? String(delivery.sealed) : '';
  };
  expect(masterKey(next).open(streamContext(two!.id, 'https://two.example/events'), await sealedOf(two!.id))).toBe(
    'Bearer abc',
  );
  expect(await sealedOf(one!.id)).toBe(one!.delivery.method === 'push' ? one!.delivery.sealed : undefined);
});
