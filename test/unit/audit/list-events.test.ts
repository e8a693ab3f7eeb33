/** Events are found by outcome and by any id that stands in them, page by page, with a bound on what is read. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { openSqlite } from '../../../adapters/sqlite/database.ts';
import { sqliteDocumentStore } from '../../../adapters/sqlite/document-store.ts';
import type { AuditEvent } from '../../../src/domain/audit/audit-event.ts';
import { AUDIT_RECORDS, type AuditRecord, linkRecord, prepareEvent } from '../../../src/domain/audit/audit-record.ts';
import { type AuditFilters, listEvents, readEvent } from '../../../src/domain/audit/list-events.ts';
import type { Collection, Cursor, DocumentStore, Query } from '../../../src/domain/ports/document-store.ts';

const START = 1_800_000_000_000;
const folder = mkdtempSync(join(tmpdir(), 'behalf-events-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

/** One stream; four events in the same millisecond each time. */
const filled = async (documents: DocumentStore, events: readonly AuditEvent[]): Promise<Collection<AuditRecord>> => {
  const records = documents.collection<AuditRecord>(AUDIT_RECORDS);
  let head: AuditRecord | undefined;
  const linked = events.map((event, index) => {
    head = linkRecord('nod_a', head, prepareEvent(event, START + Math.floor(index / 4)), 'w');
    return head;
  });
  for (let from = 0; from < linked.length; from += 500) await records.insertMany(linked.slice(from, from + 500));
  return records;
};

/** Every page there is; none is longer than asked for. */
const walk = async (records: Collection<AuditRecord>, filters: AuditFilters, limit = 7) => {
  const sequences: number[] = [];
  let pages = 0;
  let after: Cursor | undefined;
  do {
    const { entries, next } = await listEvents(records, { ...filters, limit, ...(after ? { after } : {}) });
    expect(entries.length).toBeLessThanOrEqual(limit);
    sequences.push(...entries.map(({ sequence }) => sequence));
    pages += 1;
    after = next;
  } while (after && pages < 1000);
  return { sequences, pages };
};

const issued: AuditEvent = {
  type: 'token.issued',
  outcome: 'granted',
  caller: 'agt_a',
  agent: 'agt_a',
  subject: 'acc_a',
  decision: 'dec_1',
};

const STORES: readonly (readonly [string, () => DocumentStore])[] = [
  ['memory', memoryDocumentStore],
  ['SQLite', () => sqliteDocumentStore(openSqlite({ file: join(folder, `${++files}.db`) }))],
];

describe.each(STORES)('on %s', (_, open) => {
  test('an id is found wherever it stands: each event once, newest first, over pages', async () => {
    const events: AuditEvent[] = Array.from({ length: 40 }, () => [
      // Stands in it three times, and is one event.
      { ...issued, target: { kind: 'agent', id: 'agt_a' } },
      { ...issued, agent: 'agt_b', caller: 'agt_b', approval: 'apv_1' },
      { type: 'agent.suspended', outcome: 'done', caller: 'acc_b', target: { kind: 'agent', id: 'agt_a' } } as const,
    ]).flat();
    const documents = open();
    const records = await filled(documents, events);
    const places = (fits: (event: AuditEvent) => boolean) =>
      events.flatMap((event, index) => (fits(event) ? [index + 1] : [])).reverse();
    const of = async (filters: AuditFilters) => (await walk(records, filters)).sequences;
    expect(await of({ id: 'agt_a' })).toEqual(
      places(({ agent, target }) => agent === 'agt_a' || target?.id === 'agt_a'),
    );
    expect(await of({ id: 'apv_1' })).toEqual(places(({ approval }) => approval === 'apv_1'));
    expect(await of({ id: 'dec_1' })).toEqual(places(({ decision }) => decision === 'dec_1'));
    expect(await of({ id: 'agt_a', type: 'agent.suspended' })).toEqual(
      places(({ type }) => type === 'agent.suspended'),
    );
    expect(await of({ id: 'acc_a', outcome: 'done' })).toEqual([]);
    expect(await of({ id: 'agt_a', direction: 'ascending' })).toEqual((await of({ id: 'agt_a' })).reverse());
    expect(await of({ id: 'nothing' })).toEqual([]);
    await documents.close();
  });

  test('an outcome is found alone, and beside other conditions', async () => {
    const events: AuditEvent[] = Array.from({ length: 60 }, (_each, index) =>
      index % 5 === 0 ? { ...issued, type: 'token.refused', outcome: 'refused', error: 'access_denied' } : issued,
    );
    const documents = open();
    const records = await filled(documents, events);
    const refused = events.flatMap(({ outcome }, index) => (outcome === 'refused' ? [index + 1] : [])).reverse();
    const granted = events.flatMap(({ outcome }, index) => (outcome === 'granted' ? [index + 1] : [])).reverse();
    for (const filters of [{}, { agent: 'agt_a' }, { id: 'dec_1' }, { type: 'token.refused' }]) {
      expect((await walk(records, { ...filters, outcome: 'refused' })).sequences).toEqual(refused);
    }
    expect((await walk(records, { outcome: 'granted' })).sequences).toEqual(granted);
    expect((await walk(records, { outcome: 'refused', toMillis: START })).sequences).toEqual([1]);
    await documents.close();
  });

  test('nothing is left out where one member holds the id often and another one rarely', async () => {
    const changed: AuditEvent = { type: 'agent.updated', outcome: 'done', target: { kind: 'agent', id: 'agt_a' } };
    const events = [...Array.from({ length: 250 }, () => issued), ...Array.from({ length: 250 }, () => changed)];
    const documents = open();
    const records = await filled(documents, events);
    const { sequences } = await walk(records, { id: 'agt_a' }, 300);
    expect(sequences).toEqual(Array.from({ length: 500 }, (_each, index) => 500 - index));
    await documents.close();
  });

  test('one event is read by its id', async () => {
    const documents = open();
    const records = await filled(documents, [issued]);
    expect(await readEvent(records, 'nod_a:0000000000000001')).toMatchObject({ sequence: 1, event: issued });
    expect(await readEvent(records, 'nod_a:0000000000000002')).toBeUndefined();
    await documents.close();
  });
});

test('what is read for a page has a bound: a page without anything says where to go on, and the last of all is found', async () => {
  const documents = memoryDocumentStore();
  const events: AuditEvent[] = [{ ...issued, outcome: 'refused' }, ...Array.from({ length: 5_000 }, () => issued)];
  const records = await filled(documents, events);
  let read = 0;
  let indexes: Query['where'][] = [];
  const counted: Collection<AuditRecord> = {
    ...records,
    async find(query) {
      const found = await records.find(query);
      read += found.length;
      indexes.push(query.where);
      return found;
    },
  };
  const first = await listEvents(counted, { agent: 'agt_a', outcome: 'refused', limit: 50 });
  expect({ found: first.entries.length, goesOn: first.next !== undefined, read }).toEqual({
    found: 0,
    goesOn: true,
    read: 2_000,
  });
  read = 0;
  await listEvents(counted, { id: 'agt_a', outcome: 'refused', limit: 50 });
  expect(read).toBeLessThan(2_000 + 200 * 10);
  const all = await walk(counted, { agent: 'agt_a', outcome: 'refused' });
  expect(all).toEqual({ sequences: [1], pages: 3 });
  // Alone it is one walk of its own index.
  [read, indexes] = [0, []];
  expect((await listEvents(counted, { outcome: 'refused', limit: 50 })).entries).toHaveLength(1);
  expect({ read, indexes }).toEqual({ read: 1, indexes: [{ isRefused: true }] });
});
