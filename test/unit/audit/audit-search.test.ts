/** The search index finds exactly the events that meet all conditions, in the order of time, for any set of places. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { openSqlite } from '../../../adapters/sqlite/database.ts';
import { sqliteDocumentStore } from '../../../adapters/sqlite/document-store.ts';
import type { AuditEvent } from '../../../src/domain/audit/audit-event.ts';
import {
  AUDIT_RECORDS,
  type AuditRecord,
  linkRecord,
  prepareEvent,
  type RecordedEvent,
} from '../../../src/domain/audit/audit-record.ts';
import { type AuditFilters, listEvents } from '../../../src/domain/audit/list-events.ts';
import { auditSearch } from '../../../src/domain/audit/search/audit-search.ts';
import { packed, unpacked } from '../../../src/domain/audit/search/packed-numbers.ts';
import {
  addPlace,
  emptySet,
  placesOf,
  readSet,
  storedSet,
  withPlaces,
} from '../../../src/domain/audit/search/posting-set.ts';
import {
  AUDIT_SEARCH_INDEX,
  AUDIT_SEARCH_POSTINGS,
  type ChunkDocument,
  type PostingDocument,
} from '../../../src/domain/audit/search/search-documents.ts';
import { termsKeyOf, termsOf, wordsOf, wordsOfEvent } from '../../../src/domain/audit/search-terms.ts';
import type { Cursor, DocumentStore } from '../../../src/domain/ports/document-store.ts';

const START = 1_800_000_000_000;
const folder = mkdtempSync(join(tmpdir(), 'behalf-search-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const STORES: readonly (readonly [string, () => DocumentStore])[] = [
  ['memory', memoryDocumentStore],
  ['SQLite', () => sqliteDocumentStore(openSqlite({ file: join(folder, `${++files}.db`) }))],
];

const eventOf = (index: number): AuditEvent => ({
  type: index % 5 === 0 ? 'token.refused' : index % 97 === 0 ? 'agent.suspended' : 'token.issued',
  outcome: index % 5 === 0 ? 'refused' : index % 97 === 0 ? 'done' : 'granted',
  caller: `agt_${index % 3}`,
  agent: `agt_${index % 3}`,
  subject: `acc_${index % 11}`,
  resource: `https://api-${index % 7}.example.com`,
  ...(index % 97 === 0 ? { target: { kind: 'agent', id: `agt_${index % 3}` }, note: 'Suspended after a review' } : {}),
  txn: `txn_${Math.floor(index / 5)}`,
  personal: { message: 'Zahlung an Hopper' },
});

type Stored = { readonly at: number; readonly id: string; readonly event: AuditEvent };

/** Two streams, of which the second one had its clock set back for a while. Four events at the same time. */
const world = async (documents: DocumentStore, count: number) => {
  const records = documents.collection<AuditRecord>(AUDIT_RECORDS);
  const search = auditSearch({ documents, pause: async () => undefined, nowMillis: () => 0 });
  const heads = new Map<string, AuditRecord>();
  const all: Stored[] = [];
  const append = async (from: number, to: number): Promise<void> => {
    const linked: AuditRecord[] = [];
    for (let index = from; index < to; index += 1) {
      const stream = index % 4 === 0 ? 'nod_b' : 'nod_a';
      const isBack = stream === 'nod_b' && index > 1500 && index < 2500;
      const at = START + Math.floor(index / 4) - (isBack ? 400 : 0);
      const record = linkRecord(stream, heads.get(stream), prepareEvent(eventOf(index), at), 'w');
      heads.set(stream, record);
      linked.push(record);
      all.push({ at, id: record.id, event: eventOf(index) });
    }
    for (let at = 0; at < linked.length; at += 500) await records.insertMany(linked.slice(at, at + 500));
  };
  await append(0, count);
  return { records, search, all, append };
};

const SEARCHES: readonly (readonly [AuditFilters, (event: AuditEvent, at: number) => boolean])[] = [
  [{ agent: 'agt_1', type: 'token.refused' }, ({ agent, type }) => agent === 'agt_1' && type === 'token.refused'],
  [{ resource: 'https://api-3.example.com' }, ({ resource }) => resource === 'https://api-3.example.com'],
  [{ outcome: 'done' }, ({ outcome }) => outcome === 'done'],
  [
    { agent: 'agt_2', subject: 'acc_4', outcome: 'granted' },
    ({ agent, subject, outcome }) => agent === 'agt_2' && subject === 'acc_4' && outcome === 'granted',
  ],
  [{ type: 'token.issued', outcome: 'refused' }, () => false],
  [{ words: ['suspended', 'review'] }, ({ note }) => note !== undefined],
  [{ words: ['token'], subject: 'acc_9' }, ({ type, subject }) => type.startsWith('token') && subject === 'acc_9'],
  [{ id: 'agt_0', type: 'agent.suspended' }, ({ agent, type }) => agent === 'agt_0' && type === 'agent.suspended'],
  [{ id: 'acc_5', outcome: 'refused' }, ({ subject, outcome }) => subject === 'acc_5' && outcome === 'refused'],
  [
    { agent: 'agt_0', outcome: 'refused', fromMillis: START + 200, toMillis: START + 700 },
    ({ agent, outcome }, at) => agent === 'agt_0' && outcome === 'refused' && at >= START + 200 && at <= START + 700,
  ],
];

const inTime = (one: Stored, other: Stored): number => one.at - other.at || (one.id < other.id ? -1 : 1);

describe.each(STORES)('a search on %s', (_, open) => {
  test('finds every event and no other, page by page, in both directions', async () => {
    const { records, search, all, append } = await world(open(), 3_500);
    expect(await search.poll(1)).toBe(3 * 1024);
    // Some records have no place in the index.
    await append(3_500, 3_900);
    for (const [filters, fits] of SEARCHES) {
      for (const direction of ['descending', 'ascending'] as const) {
        const expected = all.filter(({ event, at }) => fits(event, at)).sort(inTime);
        if (direction === 'descending') expected.reverse();
        const found: string[] = [];
        let after: Cursor | undefined;
        do {
          const page = await listEvents(
            records,
            { ...filters, direction, limit: 90, ...(after ? { after } : {}) },
            search,
          );
          if (page.next) expect(page.entries).toHaveLength(90);
          found.push(...page.entries.map(({ id }) => id));
          after = page.next;
        } while (after);
        expect({ filters, direction, found }).toEqual({ filters, direction, found: expected.map(({ id }) => id) });
      }
    }
  });

  test('two processes that add to the index at once give each record one place', async () => {
    const documents = open();
    const { records, search, all } = await world(documents, 4_500);
    const other = auditSearch({ documents, pause: async () => undefined, nowMillis: () => 0 });
    for (let turn = 0; turn < 12; turn += 1) await Promise.all([search.poll(1), other.poll(1)]);
    const { entries } = await listEvents(records, { agent: 'agt_1', outcome: 'granted', limit: 1000 }, search);
    const expected = all.filter(({ event }) => event.agent === 'agt_1' && event.outcome === 'granted').sort(inTime);
    expect(entries.map(({ id }) => id)).toEqual(
      expected
        .reverse()
        .slice(0, 1000)
        .map(({ id }) => id),
    );
  });

  test('an index that is too far behind is not used, and the page says that there may be more', async () => {
    const { records, search } = await world(open(), 9_000);
    const filters = { type: 'token.issued', outcome: 'refused' } as const;
    expect(await search.search({ conditions: filters, direction: 'descending', limit: 10 })).toBeUndefined();
    const page = await listEvents(records, { ...filters, limit: 10 }, search);
    expect(page.entries).toEqual([]);
    expect(page.next).toBeDefined();
  });

  test('a place that an editor of the database added shows no event that does not meet the conditions', async () => {
    const documents = open();
    const { records, search } = await world(documents, 1_100);
    await search.poll(1);
    const postings = documents.collection<PostingDocument>(AUDIT_SEARCH_POSTINGS);
    const all = emptySet();
    for (let place = 0; place < 1024; place += 1) addPlace(all, place);
    for (const { document, version } of await postings.find({ limit: 1000 })) {
      await postings.replace(storedSet(document.id, all), version);
    }
    const { entries } = await listEvents(records, { agent: 'agt_1', outcome: 'refused', limit: 1000 }, search);
    expect(entries.length).toBeGreaterThan(50);
    expect(entries.every(({ event }) => event.agent === 'agt_1' && event.outcome === 'refused')).toBe(true);
  });
});

test('posting sets are read as they were stored, with few places and with many', () => {
  for (const step of [1, 3, 31, 32, 33, 5000]) {
    const set = emptySet();
    for (let place = 0; place < 131_072; place += step) addPlace(set, place);
    addPlace(set, 131_071);
    const places = placesOf(set);
    expect(places[0]).toBe(0);
    expect(places.at(-1)).toBe(131_071);
    expect(placesOf(readSet(storedSet('one', set)))).toEqual(places);
  }
});

test('posting sets grow by any places, in the form that takes the least room', () => {
  const parts = fc.array(fc.uniqueArray(fc.nat(20_000), { maxLength: 60 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(parts, fc.nat(8_000), (chosen, from) => {
      // Places that follow each other are most of what is stored.
      const grown = [Array.from({ length: from % 3000 }, (_, at) => from + at), ...chosen];
      let stored: PostingDocument | undefined;
      for (const places of grown)
        stored = withPlaces(
          stored,
          'one',
          places.toSorted((one, other) => one - other),
        );
      const expected = [...new Set(grown.flat())].toSorted((one, other) => one - other);
      expect(placesOf(readSet(stored ?? { id: 'one' }))).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});

test('a term of every event takes one number for all that follow each other, and one of many apart takes bits', () => {
  const all = Array.from({ length: 131_072 }, (_, place) => place);
  let stored: PostingDocument | undefined;
  for (let at = 0; at < all.length; at += 1024) stored = withPlaces(stored, 'one', all.slice(at, at + 1024));
  expect(stored).toEqual({ id: 'one', gaps: [0, -131_071] });
  const apart = withPlaces(
    undefined,
    'one',
    all.filter((place) => place % 2 === 0),
  );
  expect(Object.keys(apart)).toEqual(['id', 'bits']);
  expect(placesOf(readSet(withPlaces(apart, 'one', [1])))).toHaveLength(65_537);
  // As before numbers below zero were known.
  expect(placesOf(readSet({ id: 'one', gaps: [0, 1, 1, 5] }))).toEqual([0, 1, 2, 7]);
});

test('a set that was edited in the database ends at the last place of its segment', () => {
  expect(placesOf(readSet({ id: 'one', gaps: [131_070, -5, 3] }))).toEqual([131_070, 131_071]);
  expect(placesOf(readSet({ id: 'one', gaps: [200_000, -1] }))).toEqual([]);
});

test('numbers are read as they were packed, and any text gives safe ones', () => {
  const numbers = fc.array(fc.oneof(fc.nat(300), fc.nat(), fc.constant(Number.MAX_SAFE_INTEGER)));
  fc.assert(fc.property(numbers, (given) => expect(unpacked(packed(given))).toEqual(given)));
  fc.assert(fc.property(fc.string(), (text) => expect(unpacked(text).every((one) => one >= 0)).toBe(true)));
  // A busy server: some seconds between two events. One page of SQLite has 4,061 bytes for a row.
  expect(packed(Array.from({ length: 1024 }, (_, at) => 5000 + at)).length).toBeLessThan(3000);
});

test('a chunk of an earlier version is read', async () => {
  const documents = memoryDocumentStore();
  const { records, search } = await world(documents, 1_100);
  await search.poll(1);
  const find = () => listEvents(records, { agent: 'agt_1', outcome: 'refused', limit: 1000 }, search);
  const before = await find();
  const chunks = documents.collection<ChunkDocument>(AUDIT_SEARCH_INDEX);
  for (const { document, version } of await chunks.find({ limit: 10 })) {
    if (typeof document.gaps === 'string')
      await chunks.replace({ ...document, gaps: unpacked(document.gaps) }, version);
  }
  expect(await find()).toEqual(before);
  expect(before.entries.length).toBeGreaterThan(50);
});

test('words leave out ids, long numbers and personal values', () => {
  const event = prepareEvent(
    {
      ...eventOf(97),
      note: 'Refused: Überweisung of agt_aaaaaaaaaaaaaaaaaaaaaaaaaa at 1800000000, ledger.entry7',
    },
    START,
  ).event;
  const words = wordsOfEvent(event);
  expect(['refused', 'überweisung', 'ledger', 'entry7', 'api', 'suspended'].filter((word) => !words.has(word))).toEqual(
    [],
  );
  expect(['1800000000', 'hopper', 'zahlung', 'aaaaaaaaaaaaaaaaaaaaaaaaaa'].filter((word) => words.has(word))).toEqual(
    [],
  );
  expect(wordsOf('  ,; ')).toEqual([]);
});

test('events with other terms have another key, whichever member differs', () => {
  const whole: RecordedEvent = {
    ...{
      type: 'token.refused',
      outcome: 'refused',
      error: 'invalid_scope',
      note: 'one',
      resource: 'https://a.example',
    },
    ...{ subject: 'acc_1', agent: 'agt_1', caller: 'agt_1', target: { kind: 'agent', id: 'agt_1' } },
    ...{
      denial: { id: 'dny_1', layer: 'policy', reason: 'one' },
      scopeAsked: ['read'],
      scopeGiven: [],
      changed: ['owner'],
    },
    inputs: { channel: 'one', depth: 1 },
  };
  const others: readonly Partial<RecordedEvent>[] = [
    ...[{ type: 'token.issued' as const }, { outcome: 'done' as const }, { error: 'access_denied' }, { note: 'two' }],
    ...[{ resource: 'https://b.example' }, { subject: 'acc_2' }, { agent: 'agt_2' }, { caller: 'app_2' }],
    ...[{ target: { kind: 'agent', id: 'agt_2' } }, { target: { kind: 'client', id: 'agt_1' } }],
    ...[{ denial: { id: 'dny_1', layer: 'policy' as const, reason: 'two' } }],
    ...[{ denial: { id: 'dny_1', layer: 'budget' as const, reason: 'one' } }],
    ...[{ scopeAsked: ['write'] }, { scopeGiven: ['write'] }, { changed: ['purpose'] }, { inputs: { channel: 'two' } }],
  ];
  for (const other of others) {
    const changed = { ...whole, ...other };
    expect(termsOf(changed)).not.toEqual(termsOf(whole));
    expect(termsKeyOf(changed)).not.toBe(termsKeyOf(whole));
  }
  const alike = { ...whole, txn: 'txn_2', request: 'req_2', inputs: { channel: 'one', depth: 2 } };
  expect([termsKeyOf(alike), termsOf(alike)]).toEqual([termsKeyOf(whole), termsOf(whole)]);
});
