/** Records in memory for the readers of the log: what they hold, and that a log made from them is the one made from the store. */
import { describe, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { randomIdentifiers } from '../../../adapters/node/identifiers.ts';
import type { AuditEvent } from '../../../src/domain/audit/audit-event.ts';
import { newAuditLog } from '../../../src/domain/audit/audit-log.ts';
import { AUDIT_RECORDS, type AuditRecord, linkRecord, prepareEvent } from '../../../src/domain/audit/audit-record.ts';
import { canonicalText } from '../../../src/domain/audit/canonical-text.ts';
import { type RecentRecords, recentRecords, sourceOfRecord } from '../../../src/domain/audit/recent-records.ts';
import { recentOrStored, recordsAfter, storedRecords } from '../../../src/domain/audit/records-after.ts';
import { auditSearch } from '../../../src/domain/audit/search/audit-search.ts';
import { transparencyLog } from '../../../src/domain/audit/transparency-log/transparency-log.ts';
import { masterKey } from '../../../src/domain/platform/crypto/master-key.ts';
import type { DocumentStore } from '../../../src/domain/ports/document-store.ts';
import { openAuditLog, signer, testClock } from './support.ts';

const chain = (count: number, stream = 'nod_a'): readonly AuditRecord[] => {
  const made: AuditRecord[] = [];
  for (let index = 0; index < count; index += 1) {
    const prepared = prepareEvent({ type: 'agent.created', outcome: 'done', personal: { username: 'Ada' } }, index);
    made.push(linkRecord(stream, made.at(-1), prepared, 'w'));
  }
  return made;
};

const note = (recent: RecentRecords, records: readonly AuditRecord[], characters = 1): void =>
  recent.note(
    records,
    records.map(() => 'x'.repeat(characters)),
  );

const sequences = (records: readonly { readonly sequence: number }[]) => records.map(({ sequence }) => sequence);

const logOn = (documents: DocumentStore, recent?: RecentRecords) =>
  transparencyLog({
    ...{ documents, ...(recent ? { recent } : {}), identifiers: randomIdentifiers },
    clock: { now: () => 1_800_000_000 },
    masterKey: masterKey(Buffer.alloc(32, 1)),
    issuer: 'https://id.example.com',
    kept: { read: () => undefined, keep: () => undefined },
    refused: () => undefined,
    pause: async () => undefined,
  });

/** The store, and how many records were read of it by their place. */
const counting = (documents: DocumentStore) => {
  const count = { pages: 0 };
  const counted: DocumentStore = {
    ...documents,
    collection: (declaration) => {
      const own = documents.collection(declaration);
      if (declaration.name !== AUDIT_RECORDS.name) return own as never;
      const find: typeof own.find = (query) => {
        if (query.range) count.pages += 1;
        return own.find(query);
      };
      return { ...own, find } as never;
    },
  };
  return { count, counted };
};

describe('recent records', () => {
  test('are the next ones after a place, at most as many as asked', () => {
    const recent = recentRecords();
    note(recent, chain(10));
    expect(sequences(recent.after('nod_a', 3, 4))).toEqual([4, 5, 6, 7]);
    expect(sequences(recent.after('nod_a', 8, 4))).toEqual([9, 10]);
    expect(recent.after('nod_a', 10, 4)).toEqual([]);
    expect(recent.after('nod_b', 0, 4)).toEqual([]);
  });

  test('hold no personal value, which may be erased from the store meanwhile', () => {
    const recent = recentRecords();
    const [record] = chain(1);
    note(recent, chain(1));
    expect(record?.erasable?.['username']?.value).toBe('Ada');
    expect(JSON.stringify(recent.after('nod_a', 0, 1))).not.toContain('Ada');
  });

  test('never have a gap: records that do not follow begin anew', () => {
    const recent = recentRecords();
    const all = chain(10);
    note(recent, all.slice(0, 4));
    note(recent, all.slice(5));
    expect(recent.after('nod_a', 0, 10)).toEqual([]);
    expect(recent.after('nod_a', 4, 10)).toEqual([]);
    expect(sequences(recent.after('nod_a', 5, 10))).toEqual([6, 7, 8, 9, 10]);
  });

  test('are at most some 4,096', () => {
    const recent = recentRecords();
    for (const record of chain(6000)) note(recent, [record]);
    expect(recent.after('nod_a', 1000, 1)).toEqual([]);
    expect(recent.after('nod_a', 6000 - 4096, 10_000)).toHaveLength(4096);
  });

  test('have at most 8 Mi characters in their events', () => {
    const recent = recentRecords();
    for (const record of chain(200)) note(recent, [record], 131_072);
    expect(recent.after('nod_a', 200 - 65, 1)).toEqual([]);
    expect(recent.after('nod_a', 200 - 32, 100)).toHaveLength(32);
  });
});

test('have the address of each request that has one: also of people who sign in and approve', () => {
  const recent = recentRecords();
  const event = { type: 'approval.approved', outcome: 'done', personal: { source: '192.0.2.7' } } as const;
  note(recent, [linkRecord('nod_a', undefined, prepareEvent(event, 0), 'w')]);
  expect(recent.after('nod_a', 0, 1).map(sourceOfRecord)).toEqual(['192.0.2.7']);
});

describe('the texts of recent records', () => {
  const EVENTS: readonly AuditEvent[] = [
    { type: 'agent.created', outcome: 'done' },
    { type: 'token.issued', outcome: 'granted', personal: { source: '192.0.2.7', username: 'Ada $& "A"' }, note: '$1' },
    // An agent chose the members of its inputs.
    { type: 'token.issued', outcome: 'granted', inputs: { personal: { source: 'x' } }, personal: { source: 'x' } },
    { type: 'token.issued', outcome: 'granted', note: 'a lone \ud800', personal: { source: 'ü' }, inputs: { 1: 2 } },
  ];
  const stored = EVENTS.map((event) => prepareEvent(event, 0));
  const records = stored.map((prepared, index) => linkRecord(`nod_${index}`, undefined, prepared, 'w'));

  test.each(EVENTS.map((_, index) => index))('are the canonical event without personal values: %i', (index) => {
    const recent = recentRecords();
    recent.keepTexts(true);
    recent.note(records.slice(index, index + 1), [stored[index]?.text ?? '']);
    const [found] = recent.after(`nod_${index}`, 0, 1);
    const { personal: _, ...rest } = found?.event ?? {};
    expect(found?.text).toBe(canonicalText(rest));
  });

  test('are kept only while they are wanted', () => {
    const recent = recentRecords();
    const all = chain(3);
    const texts = () => recent.after('nod_a', 0, 9).map((record) => 'text' in record);
    note(recent, all.slice(0, 1));
    recent.keepTexts(true);
    note(recent, all.slice(1, 2));
    recent.keepTexts(false);
    note(recent, all.slice(2));
    expect(texts()).toEqual([false, true, false]);
  });
});

describe('readers of the log', () => {
  test('read from memory what this process wrote, and from the store what others wrote and what is older', async () => {
    const documents = memoryDocumentStore();
    const records = documents.collection<AuditRecord>(AUDIT_RECORDS);
    const [own, other] = [chain(8), chain(3, 'nod_b')];
    await records.insertMany([...own, ...other]);
    const recent = recentRecords();
    note(recent, own.slice(4));
    const asked = { most: 100, turn: 0, pause: async () => undefined };
    const read = (sequence: number) =>
      recordsAfter(
        recentOrStored(records, recent),
        [
          { stream: 'nod_a', sequence },
          { stream: 'nod_b', sequence: 1 },
        ],
        asked,
      );
    expect(sequences(await read(2))).toEqual([3, 4, 5, 6, 7, 8, 2, 3]);
    expect(sequences(await read(5))).toEqual([6, 7, 8, 2, 3]);
    expect(sequences(await read(8))).toEqual([2, 3]);
    expect(sequences(await recordsAfter(storedRecords(records), [{ stream: 'nod_a', sequence: 5 }], asked))).toEqual([
      6, 7, 8,
    ]);
  });

  test('read no record back that this process has just written', async () => {
    const { count, counted } = counting(memoryDocumentStore());
    const recent = recentRecords();
    const audit = await openAuditLog(counted, { recent });
    const log = logOn(counted, recent);
    const search = auditSearch({ documents: counted, recent, pause: async () => undefined, nowMillis: () => 0 });
    await log.open();
    const appended = Array.from({ length: 1100 }, () => audit.append({ type: 'agent.created', outcome: 'done' }));
    await Promise.all(appended);
    await log.poll();
    expect(await search.poll(0)).toBe(1024);
    expect((await log.head()).size).toBe(1101);
    expect(count.pages).toBe(0);
  });

  test('see every record once when another process writes the same stream', async () => {
    const documents = memoryDocumentStore();
    const recent = recentRecords();
    const audit = await openAuditLog(documents, { recent });
    const other = newAuditLog({
      documents,
      clock: testClock(),
      node: 'nod_a',
      issuer: 'https://id.example.com',
      signer,
    });
    await other.open();
    const log = logOn(documents, recent);
    await log.open();
    for (let turn = 0; turn < 6; turn += 1) {
      await (turn % 2 === 0 ? audit : other).append({ type: 'agent.created', outcome: 'done' });
      if (turn % 3 === 0) await log.poll();
    }
    await log.poll();
    await log.poll();
    const { size } = await log.head();
    expect(size).toBe(8);
    const records = documents.collection<AuditRecord>(AUDIT_RECORDS);
    for (let sequence = 1; sequence <= size; sequence += 1) {
      const found = await log.inclusion('nod_a', sequence);
      const stored = (
        await records.find({ where: { stream: 'nod_a' }, range: { field: 'sequence', gte: sequence } })
      )[0];
      expect(found?.entry.hash).toBe(stored?.document.hash);
    }
  });
});
