import { describe, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { OVER_FIRST } from '../../../src/domain/audit/audit-event.ts';
import { AUDIT_RECORDS, type AuditRecord, recordId } from '../../../src/domain/audit/audit-record.ts';
import { beginningsOf, signBeginning } from '../../../src/domain/audit/beginning.ts';
import { type RecentRecords, recentRecords } from '../../../src/domain/audit/recent-records.ts';
import {
  AUDIT_SINK_CURSORS,
  AUDIT_SINKS,
  type AuditSink,
  type SinkCursor,
} from '../../../src/domain/notifications/audit-sinks/audit-sink.ts';
import { sinkDelivery } from '../../../src/domain/notifications/audit-sinks/sink-delivery.ts';
import { auditSinkRegistry } from '../../../src/domain/notifications/audit-sinks/sink-registry.ts';
import type { SinkOutcome, SinkSender } from '../../../src/domain/notifications/audit-sinks/sink-sender.ts';
import { masterKey } from '../../../src/domain/platform/crypto/master-key.ts';
import { openAuditLog, signer } from '../audit/support.ts';
import { countedIdentifiers, movableClock, recordedAudit } from '../delegation/fakes.ts';

const SINK = 'snk_1';
const SOURCE = { issuer: 'https://id.example', version: '1' };
const BY = { caller: 'app_administrator', source: '203.0.113.7' };
const ACKNOWLEDGED: SinkOutcome = { isAcknowledged: true, leftOut: 0 };
const failed = (status?: number): SinkOutcome => ({
  isAcknowledged: false,
  failure: status === undefined ? 'not_reachable' : 'status_not_ok',
  ...(status === undefined ? {} : { status }),
});

/** A log and a sink that receives everything from its beginning. */
const scene = async (recent?: RecentRecords) => {
  const documents = memoryDocumentStore();
  const clock = movableClock();
  const log = await openAuditLog(documents, recent ? { recent } : {});
  const events = recordedAudit();
  const received: string[][] = [];
  const answers: ((ids: readonly string[]) => SinkOutcome | Promise<SinkOutcome>)[] = [];
  const idsIn = (texts: readonly string[]) => texts.map((text) => (JSON.parse(text) as { readonly id: string }).id);
  const sent: string[] = [];
  const sender: SinkSender = {
    async send(_sink, { texts }) {
      sent.push(...texts);
      const ids = idsIn(texts);
      const outcome = await (answers[0]?.(ids) ?? ACKNOWLEDGED);
      if (outcome.isAcknowledged) received.push(ids);
      return outcome;
    },
  };
  const deliveryAt = (node: string) =>
    sinkDelivery({
      ...{ documents, recent, clock, audit: events, sender, source: SOURCE, node },
      onAttempt: () => undefined,
      onError: (error) => {
        throw error;
      },
      pause: async () => {},
    });
  const registry = auditSinkRegistry({
    ...{ documents, clock, audit: events, sender, source: SOURCE, identifiers: countedIdentifiers() },
    masterKey: masterKey(Buffer.alloc(32, 7)),
    checkUrl: () => undefined,
    checkAddress: () => undefined,
    files: { append: async () => {}, pathOf: (id) => id },
    pause: async () => {},
  });
  const sinks = documents.collection<AuditSink>(AUDIT_SINKS);
  const cursors = documents.collection<SinkCursor>(AUDIT_SINK_CURSORS);
  const times = { createdAt: clock.now(), updatedAt: clock.now() };
  const sink: AuditSink = {
    id: SINK,
    name: 'Sink',
    kind: 'file',
    format: 'event',
    isPersonal: false,
    state: 'active',
    ...times,
  };
  await sinks.insert(sink);
  await cursors.insert({ id: SINK, cursors: [], failures: 0, delivered: 0, leftOut: 0 });
  const delivery = deliveryAt('nod_a');
  return {
    ...{ documents, clock, log, events, received, sent, answers, registry, deliveryAt, cursors, sinks },
    record: async (count: number) => {
      for (let n = 0; n < count; n += 1)
        await log.append({ type: 'token.issued', outcome: 'granted', txn: `txn_${n}` });
    },
    run: async (by = delivery) => {
      await by.poll();
      await by.idle();
    },
    state: async () => (await cursors.get(SINK))?.document,
  };
};

const sequencesOf = (received: readonly (readonly string[])[]): readonly number[] =>
  received.flat().map((id) => Number(id.slice(id.indexOf(':') + 1)));
const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at + 1);

describe('the delivery to an audit sink', () => {
  test('sends every record of a stream once and in its order, in requests of at most 500', async () => {
    const { received, record, run } = await scene();
    await record(1200);
    await run();
    expect(sequencesOf(received)).toEqual(upTo(1201));
    expect(received.map(({ length }) => length)).toEqual([500, 500, 201]);
    await run();
    expect(received).toHaveLength(3);
  });

  test('leaves what is recorded during a request to the next poll, except behind a full request', async () => {
    const { received, record, run, answers } = await scene();
    await record(600);
    answers[0] = async () => {
      await record(1);
      return ACKNOWLEDGED;
    };
    await run();
    expect(received.map(({ length }) => length)).toEqual([500, 102]);
    answers.pop();
    await run();
    expect(received.map(({ length }) => length)).toEqual([500, 102, 1]);
    expect(sequencesOf(received)).toEqual(upTo(603));
  });

  test('takes what this process recorded last from memory, and sends the same as from the store', async () => {
    const [fromMemory, fromStore] = [await scene(recentRecords()), await scene()];
    const event = { type: 'token.issued', outcome: 'granted', note: 'one', personal: { source: '192.0.2.7' } } as const;
    const read: string[] = [];
    for (const { log, run, documents } of [fromMemory, fromStore]) {
      await log.append(event);
      const records = documents.collection<AuditRecord>(AUDIT_RECORDS);
      const [before] = await records.find({ limit: 1, order: { direction: 'descending' } });
      // Only the store has the change of an editor.
      if (before)
        await records.replace({ ...before.document, event: { ...event, note: 'edited' } as never }, before.version);
      await run();
    }
    for (const { sent } of [fromMemory, fromStore]) read.push(...sent.map((text) => JSON.parse(text).event.note));
    expect(read).toEqual([undefined, 'one', undefined, 'edited']);
    const partsOf = ({ sent }: typeof fromMemory) => sent.map((text) => Object.keys(JSON.parse(text).event).toSorted());
    expect(partsOf(fromMemory)).toEqual(partsOf(fromStore));
    expect(fromMemory.sent.join()).not.toMatch(/personal|192\.0\.2\.7/);
  });

  test('writes what it takes from memory as JSON of the stored record, with texts of events that the log has written', async () => {
    const recent = recentRecords();
    const { log, run, sent, documents } = await scene(recent);
    await run();
    const inputs = { tool: 'say "hi" \u2028', personal: { source: 'of the agent' } };
    const personal = { source: '192.0.2.7', username: 'Ada' };
    for (const more of [{}, { personal }, { inputs }, { inputs, personal }])
      await log.append({ type: 'token.issued', outcome: 'granted', txn: 'txn_1', ...more });
    const texts = recent.after('nod_a', 1, 9).map(({ text }) => typeof text);
    await run();
    expect(texts).toEqual(['string', 'string', 'string', 'string']);
    const records = await documents
      .collection<AuditRecord>(AUDIT_RECORDS)
      .find({ where: { stream: 'nod_a' }, order: { by: 'sequence', direction: 'ascending' } });
    const expected = records.map(({ document: { id, stream, sequence, at, hash, event } }) => {
      const { personal: _, ...rest } = event;
      return JSON.stringify({ id, stream, sequence, at, hash, event: rest });
    });
    expect(sent).toEqual(expected);
  });

  test('has texts of events kept only for an active sink that takes them as they are', async () => {
    const kept: boolean[] = [];
    const recent = recentRecords();
    const { run, sinks } = await scene({ ...recent, keepTexts: (isKept) => void kept.push(isKept) });
    const changed = async (change: Partial<AuditSink>): Promise<void> => {
      const found = await sinks.get(SINK);
      if (found) await sinks.replace({ ...found.document, ...change }, found.version);
      await run();
    };
    await run();
    await changed({ isPersonal: true });
    await changed({ isPersonal: false, format: 'ocsf' });
    await changed({ format: 'event', state: 'paused' });
    await changed({ state: 'active' });
    expect(kept).toEqual([true, false, false, false, true]);
  });

  test('reads personal values from the store, also once an administrator allows them between two requests', async () => {
    const { log, run, sent, sinks } = await scene(recentRecords());
    const record = () => log.append({ type: 'token.issued', outcome: 'granted', personal: { source: '192.0.2.7' } });
    await record();
    await run();
    expect(sent.join()).not.toContain('192.0.2.7');
    const found = await sinks.get(SINK);
    if (found) await sinks.replace({ ...found.document, isPersonal: true }, found.version);
    await record();
    await run();
    expect(JSON.parse(sent.at(-1) ?? '').event.personal).toEqual({ source: '192.0.2.7' });
  });

  test('sends a batch again when the process ends between the acknowledgement and the cursor', async () => {
    const { received, record, run, answers, cursors, deliveryAt, clock } = await scene();
    await record(2);
    const crashing = deliveryAt('nod_crashing');
    answers[0] = async () => {
      // Another process changes the cursor: this one may not move it any more.
      const held = await cursors.get(SINK);
      if (held) await cursors.replace({ ...held.document, lastFailure: 'changed' }, held.version);
      return ACKNOWLEDGED;
    };
    await run(crashing);
    answers.pop();
    await run(deliveryAt('nod_b'));
    expect(received).toHaveLength(1);
    clock.advance(31);
    await run(deliveryAt('nod_b'));
    expect(sequencesOf(received)).toEqual([1, 2, 3, 1, 2, 3]);
  });

  test('is done by one process at a time, and by another one when the lock expires', async () => {
    const { received, record, run, deliveryAt, clock } = await scene();
    const other = deliveryAt('nod_b');
    await record(1);
    await run();
    await record(1);
    await run(other);
    expect(sequencesOf(received)).toEqual([1, 2]);
    clock.advance(31);
    await run(other);
    expect(sequencesOf(received)).toEqual([1, 2, 3]);
  });

  test('waits longer after each failure, at most a minute, and as long as the sink asks', async () => {
    const { record, run, answers, state, clock } = await scene();
    await record(1);
    answers[0] = () => failed(503);
    let now = clock.now();
    for (let attempt = 0; attempt < 12; attempt += 1) {
      await run();
      const { dueAt = 0, failures } = (await state()) ?? {};
      expect(failures).toBe(attempt + 1);
      expect(dueAt).toBeGreaterThan(now);
      expect(dueAt - now).toBeLessThanOrEqual(60);
      clock.advance(dueAt - now);
      now = dueAt;
    }
    answers[0] = () => ({ isAcknowledged: false, failure: 'status_not_ok', status: 429, retryAfterSeconds: 900 });
    await run();
    expect((await state())?.dueAt).toBe(now + 900);
  });

  test('records that a sink has failed for five minutes, once, and that it works again', async () => {
    const { record, run, answers, events, clock } = await scene();
    await record(1);
    answers[0] = () => failed();
    for (let minute = 0; minute < 8; minute += 1) {
      await run();
      clock.advance(61);
    }
    expect(events.events).toMatchObject([
      {
        type: 'audit_sink.failing',
        outcome: 'refused',
        target: { kind: 'audit sink', id: SINK },
        inputs: { reason: 'not_reachable' },
      },
    ]);
    answers.pop();
    await run();
    expect(events.types()).toEqual(['audit_sink.failing', 'audit_sink.recovered']);
  });

  test('finds the one record that a sink refuses, sends all before it, and goes on after it is skipped', async () => {
    const { received, record, run, answers, registry, events, clock } = await scene();
    await record(400);
    answers[0] = (ids) => (ids.some((id) => id.endsWith('0000300')) ? failed(413) : ACKNOWLEDGED);
    for (let round = 0; round < 3; round += 1) {
      await run();
      clock.advance(61);
    }
    expect(sequencesOf(received)).toEqual(upTo(299));
    const { refusedRecord = '' } = (await registry.health(SINK)) ?? {};
    expect(refusedRecord).toMatch(/0000300$/);
    await registry.skip(SINK, refusedRecord, BY);
    await run();
    expect(sequencesOf(received)).toEqual([...upTo(299), ...upTo(401).slice(300)]);
    expect(events.events).toMatchObject([
      { type: 'audit_sink.skipped', caller: BY.caller, personal: { source: BY.source } },
    ]);
    expect(await registry.health(SINK)).toMatchObject({ backlog: 0, delivered: 400, leftOut: 1 });
    await expect(registry.skip(SINK, refusedRecord, BY)).rejects.toMatchObject({
      ...{ code: 'conflict', reason: 'sink_not_failing' },
    });
  });

  test('holds to the record that a sink refuses while other streams grow, and skips no other', async () => {
    const { documents, received, record, run, answers, registry, state, clock } = await scene();
    const other = await openAuditLog(documents, { node: 'nod_b' });
    const refused = 'nod_a:0000000000000002';
    answers[0] = (ids) => (ids.includes(refused) ? failed(400) : ACKNOWLEDGED);
    await run();
    expect((await state())?.cursors.map(({ stream }) => stream)).toEqual(['nod_b', 'nod_a']);
    await record(2);
    await run();
    const since = clock.now();
    for (let failures = 2; failures < 4; failures += 1) {
      await other.append({ type: 'token.issued', outcome: 'granted' });
      clock.advance(61);
      await run();
      expect(await state()).toMatchObject({ failures, failingSince: since });
    }

    await expect(registry.skip(SINK, 'nod_b:0000000000000002', BY)).rejects.toMatchObject({
      ...{ code: 'conflict', reason: 'sink_refuses_another' },
    });
    expect(await registry.health(SINK)).toMatchObject({ refusedRecord: refused, leftOut: 0 });
    await registry.skip(SINK, refused, BY);
    await run();
    const receivedOf = (node: string) => sequencesOf([received.flat().filter((id) => id.startsWith(node))]);
    expect([receivedOf('nod_a'), receivedOf('nod_b')]).toEqual([
      [1, 3],
      [1, 2, 3],
    ]);
    expect(await registry.health(SINK)).toMatchObject({ backlog: 0, leftOut: 1 });
  });

  test('skips nothing that the sink takes while an administrator skips it', async () => {
    const { record, run, answers, registry, events, clock } = await scene();
    await record(1);
    answers[0] = () => failed(400);
    await run();
    clock.advance(61);
    events.beforeAppend = async () => {
      events.beforeAppend = async () => {};
      answers.pop();
      await run();
    };
    await expect(registry.skip(SINK, 'nod_a:0000000000000001', BY)).rejects.toMatchObject({
      reason: 'sink_not_failing',
    });
    expect(await registry.health(SINK)).toMatchObject({ backlog: 0, delivered: 2, leftOut: 0 });
    const [skipped, undone] = events.events.filter(({ type }) => type === 'audit_sink.skipped');
    expect(undone).toEqual({ ...skipped, ...OVER_FIRST });
  });

  test('skips nothing of a sink that is only out of reach', async () => {
    const { record, run, answers, registry } = await scene();
    await record(1);
    answers[0] = () => failed();
    await run();
    await expect(registry.skip(SINK, 'nod_a:0000000000000002', BY)).rejects.toMatchObject({
      reason: 'sink_not_failing',
    });
  });

  test('does not fail while it is paused, and goes on with the same record afterwards', async () => {
    const { received, record, run, answers, registry, clock } = await scene();
    await record(1);
    answers[0] = () => failed(400);
    await run();
    clock.advance(400);
    expect(await registry.measures()).toEqual([{ id: SINK, backlog: 2, failingSeconds: 400 }]);
    await registry.pause(SINK, BY);
    expect(await registry.measures()).toEqual([{ id: SINK, backlog: 2, failingSeconds: 0 }]);
    expect(await registry.health(SINK)).not.toHaveProperty('failingSince');
    await run();
    expect(received).toEqual([]);
    answers.pop();
    await registry.resume(SINK, BY);
    await run();
    expect(sequencesOf(received)).toEqual([1, 2]);
  });

  test('has no measures without its sink, and no cursor once it is removed', async () => {
    const { registry, cursors, state } = await scene();
    await cursors.insert({ id: 'snk_lost', cursors: [], failures: 0, delivered: 0, leftOut: 0 });
    expect((await registry.measures()).map(({ id }) => id)).toEqual([SINK]);
    await registry.remove(SINK, BY);
    expect([await registry.measures(), await state()]).toEqual([[], undefined]);
  });

  test('begins no sink beyond sixteen', async () => {
    const { registry } = await scene();
    for (let count = 1; count < 16; count += 1) await registry.create({ name: 'Sink', kind: 'file' }, BY);
    await expect(registry.create({ name: 'Sink', kind: 'file' }, BY)).rejects.toMatchObject({
      code: 'conflict',
      reason: 'sinks_exceeded',
    });
  });
});

test('a sink that a removal skipped goes on behind the archived records, with the first of the stream', async () => {
  const { documents, log, received, record, run } = await scene();
  await record(20);
  const records = documents.collection<AuditRecord>(AUDIT_RECORDS);
  const last = (await records.get(recordId('nod_a', 15)))?.document;
  if (!last) throw new Error('no record');
  const { stream, sequence, hash } = last;
  const of = { origin: 'o', verifierKey: 'k', size: 256, root: 'r', place: '/archive' };
  const signed = await signBeginning(signer, {
    ...{ behalf_audit: 2, kind: 'beginning', issuer: SOURCE.issuer, at: 1, before: 2 },
    ...{ heads: [{ stream, sequence, hash }], log: of },
  });
  await beginningsOf(documents).insert({ id: 'current', holds: 0, signed });
  for (let at = 2; at <= 15; at += 1) await records.take(recordId('nod_a', at));
  await run();
  await run();
  expect(sequencesOf(received)).toEqual([1, 16, 17, 18, 19, 20, 21]);
  await log.close();
});
