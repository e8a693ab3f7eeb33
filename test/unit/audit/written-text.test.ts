/** A record is stored as the text that its author wrote, which is the text of the record for every event. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { openSqlite } from '../../../adapters/sqlite/database.ts';
import { sqliteDocumentStore } from '../../../adapters/sqlite/document-store.ts';
import type { AuditEvent } from '../../../src/domain/audit/audit-event.ts';
import { AUDIT_RECORDS, type AuditRecord, linkRecord, prepareEvent } from '../../../src/domain/audit/audit-record.ts';
import { hashOf } from '../../../src/domain/audit/record-digest.ts';
import { textOf } from '../../../src/domain/ports/written-text.ts';

const folder = mkdtempSync(join(tmpdir(), 'behalf-written-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const text = fc.string({ unit: 'binary' });
const event: fc.Arbitrary<AuditEvent> = fc
  .record(
    {
      subject: text,
      caller: text,
      txn: text,
      token: fc.record({ id: text, format: fc.constant('jwt'), expiresAt: fc.nat() }),
      denial: fc.record({ id: text, layer: fc.constant('policy'), reason: text }),
      target: fc.record({ kind: text, id: text }),
      scopeGiven: fc.array(text),
      note: text,
      inputs: fc.dictionary(text, fc.jsonValue()),
      personal: fc.record({ source: text, message: text }),
    },
    { requiredKeys: [] },
  )
  .map((members) => ({ type: 'token.issued', outcome: 'refused', ...members }) as AuditEvent);

const parsed = (document: object): unknown => JSON.parse(textOf(document) ?? '');
const head = { sequence: 6, hash: 'h"\\' };

test('the text of a record is the record', () => {
  fc.assert(
    fc.property(event, fc.boolean(), (given, isFirst) => {
      const record = linkRecord('nod_a', isFirst ? undefined : head, prepareEvent(given, 5), 'w"');
      expect(parsed(record)).toEqual(JSON.parse(JSON.stringify(record)));
      expect(hashOf(parsed(record) as AuditRecord)).toBe(record.hash);
    }),
    { numRuns: 500 },
  );
});

test('a change of the event after it was given is in neither, and a record cannot be changed beside its text', () => {
  const given = { type: 'token.issued', outcome: 'granted', inputs: { list: ['one'] } } satisfies AuditEvent;
  const prepared = prepareEvent(given, 5);
  given.inputs.list.push('two');
  const record = linkRecord('nod_a', undefined, prepared, 'w');
  expect(record.event.inputs).toEqual({ list: ['one'] });
  expect(parsed(record)).toEqual(record);
  expect(Object.isFrozen(record)).toBe(true);
  expect(textOf({ ...record, at: 6 })).toBeUndefined();
});

test('SQLite stores the text, and an erasure replaces it', async () => {
  const store = sqliteDocumentStore(openSqlite({ file: join(folder, 'records.db') }));
  const records = store.collection<AuditRecord>(AUDIT_RECORDS);
  const record = linkRecord(
    'nod_a',
    undefined,
    prepareEvent({ type: 'token.issued', outcome: 'granted', note: 'Grüße', personal: { source: '192.0.2.7' } }, 5),
    'w',
  );
  await records.insertMany([record]);
  const found = await records.get(record.id);
  expect(found?.document).toEqual(record);
  expect(found?.misindexed).toBeUndefined();
  const { erasable: _, ...erased } = record;
  expect(await records.replace(erased, 1)).toBe(true);
  expect((await records.get(record.id))?.document).toEqual(erased);
  await store.close();
});
