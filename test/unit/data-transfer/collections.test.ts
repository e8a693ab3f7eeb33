/** A collection that is missing from the list would be left behind by a move without a word. */
import { describe, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { CACHED, COLLECTIONS, LINEARIZABLE, NODE_LOCAL, TRANSFERRED } from '../../../src/compose/collections.ts';
import { AUDIT_EVENTS } from '../../../src/domain/audit/audit-event.ts';
import type { OwnedCollection } from '../../../src/domain/ports/owned-collection.ts';
import { deliveredFiles } from '../../architecture/source-files.ts';

const ALL: readonly OwnedCollection[] = COLLECTIONS;
const listed = ALL.map(({ name }) => name);

test('every collection that is declared anywhere is in the list of those that move or stay, once', () => {
  const declared = deliveredFiles().flatMap(({ path, code }) => {
    const declarations = [...code.matchAll(/\{\n((?: {2}.*\n)*)\} as const satisfies OwnedCollection;/g)];
    const named = declarations.map(([, body]) => /\bname: '([a-z0-9_]+)'/.exec(String(body))?.[1]);
    // A collection that is declared in another form would not be seen here.
    const uses = code.match(/satisfies (?:Owned|)Collection(?:Declaration|)\b|: CollectionDeclaration = \{/g) ?? [];
    expect({ path, found: named.length }).toEqual({ path, found: uses.length });
    return named;
  });
  expect(declared.length).toBeGreaterThan(15);
  expect(declared.toSorted()).toEqual(listed.toSorted());
  expect([...TRANSFERRED, ...NODE_LOCAL].map(({ name }) => name).toSorted()).toEqual(listed.toSorted());
});

test('the list can be declared on one store', () => {
  const documents = memoryDocumentStore();
  for (const declaration of COLLECTIONS) documents.collection(declaration);
  expect(new Set(listed).size).toBe(listed.length);
});

describe.each(ALL)('$name', ({ holds, retention, expiresAt, indexes }) => {
  test('says what a document is, and what removes it or why nothing does', () => {
    const reason = retention.removedBy === 'nothing' ? retention.because : retention.once;
    for (const text of [holds, reason]) expect(text).toMatch(/^[^A-Z].{5,}[^.]$/);
    expect(retention.removedBy === 'sweeper').toBe(expiresAt !== undefined);
    if (retention.removedBy === 'own sweep') expect(indexes).toContainEqual({ fields: [retention.endsAt] });
  });
});

test.each(NODE_LOCAL)('$name says why it is not transferred', ({ transfer }) => {
  expect(transfer).toEqual({ no: expect.stringMatching(/.{10,}/) });
});

test('a prefix and a family of audit events belong to one collection each, and every family has events', () => {
  const families = new Set(Object.keys(AUDIT_EVENTS).map((type) => type.split('.')[0]));
  const [prefixes, events] = [ALL.flatMap((one) => one.prefixes), ALL.flatMap((one) => one.events)];
  expect(new Set(prefixes).size).toBe(prefixes.length);
  expect(new Set(events).size).toBe(events.length);
  expect(events.filter((family) => !families.has(family))).toEqual([]);
});

test('authority is transferred before what removes it, and the audit log last', () => {
  const rank = { 'gives authority': 0, neither: 0, 'removes authority': 1, log: 2 } as const;
  const ranks = TRANSFERRED.map(({ transfer }) => (typeof transfer === 'string' ? rank[transfer] : Number.NaN));
  expect(ranks).toEqual(ranks.toSorted());
  // A removal may run meanwhile: records that the statement names as archived may still be there, and not the reverse.
  expect(TRANSFERRED.slice(-2).map(({ name }) => name)).toEqual(['audit_records', 'audit_beginning']);
  const at = (name: string): number => TRANSFERRED.findIndex((one) => one.name === name);
  for (const removal of ['kills', 'epochs', 'revoked_tokens', 'consumptions']) {
    for (const given of ['grants', 'delegations', 'provider_records', 'agents'])
      expect(at(removal)).toBeGreaterThan(at(given));
  }
});

test('a node on MongoDB sees new epochs and revoked tokens, although it caches their absence', () => {
  const epochs = CACHED.find(({ name }) => name === 'epochs');
  const revoked = CACHED.find(({ name }) => name === 'revoked_tokens');
  expect([epochs?.absence, revoked?.absence]).toEqual(['allows', 'allows']);
  expect(LINEARIZABLE).toContain('epochs');
});
