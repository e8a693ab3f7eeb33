import { DatabaseSync } from 'node:sqlite';
import { afterAll, expect, test } from '@jest/globals';
import { openSqlite } from '../../../adapters/sqlite/database.ts';
import { sqliteDocumentStore } from '../../../adapters/sqlite/document-store.ts';
import { findStatement } from '../../../adapters/sqlite/find-statement.ts';
import type { CollectionDeclaration, Query } from '../../../src/domain/ports/document-store.ts';
import { checkQuery, collectionRules } from '../../../src/domain/ports/store-rules.ts';
import { temporaryFiles } from './temporary-files.ts';

const EVENTS = {
  name: 'events',
  indexes: [
    { fields: ['subject'] },
    { fields: ['createdAt'] },
    { fields: ['subject', 'createdAt'] },
    { fields: ['stream', 'sequence'], unique: true },
    { fields: ['slot'], unique: true },
  ],
  expiresAt: 'expiresAt',
} as const satisfies CollectionDeclaration;

const path = temporaryFiles();
const store = sqliteDocumentStore(openSqlite({ file: path('plans.db') }));
store.collection(EVENTS);
const raw = new DatabaseSync(path('plans.db'));
afterAll(async () => {
  raw.close();
  await store.close();
});

const rules = collectionRules(EVENTS);

const planOf = (query: Query): string => {
  const checked = checkQuery(rules, query);
  if (!checked) throw new Error('the query matches nothing');
  const { sql, values } = findStatement(rules, checked);
  return raw
    .prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .all(...values)
    .map((row) => String(row['detail']))
    .join('; ');
};

const both = ['ascending', 'descending'] as const;

const WALKS: readonly (readonly [name: string, query: Query])[] = both.flatMap(
  (direction) =>
    [
      ['all, by id', { order: { direction } }],
      ['all after a cursor', { order: { direction }, after: { id: 'a' } }],
      ['of one subject, by id', { where: { subject: 's' }, order: { direction } }],
      ['of one subject after a cursor', { where: { subject: 's' }, order: { direction }, after: { id: 'a' } }],
      ['by an indexed field', { order: { by: 'createdAt', direction } }],
      ['by an indexed field after a cursor', { order: { by: 'createdAt', direction }, after: { value: 5, id: 'a' } }],
      [
        'in a range, by its field',
        { range: { field: 'createdAt', gte: 1, lte: 9 }, order: { by: 'createdAt', direction } },
      ],
      ['of one subject by time', { where: { subject: 's' }, order: { by: 'createdAt', direction } }],
      [
        'of one subject by time after a cursor',
        { where: { subject: 's' }, order: { by: 'createdAt', direction }, after: { value: 5, id: 'a' } },
      ],
      ['of one stream by sequence', { where: { stream: 'n1' }, order: { by: 'sequence', direction } }],
      [
        'of one stream by sequence from a number',
        { where: { stream: 'n1' }, range: { field: 'sequence', gte: 7 }, order: { by: 'sequence', direction } },
      ],
      [
        'of one stream by sequence after a cursor',
        { where: { stream: 'n1' }, order: { by: 'sequence', direction }, after: { value: 7, id: 'a' } },
      ],
      ['by a unique field', { order: { by: 'slot', direction } }],
      ['the one of a unique key', { where: { slot: 'x' }, order: { direction } }],
    ] as const,
);

test.each(WALKS)('is one index walk, without sorting: %s', (_name, query) => {
  const plan = planOf(query);
  expect(plan).not.toContain('TEMP B-TREE');
  expect(plan).toContain('USING INDEX');
  // SQLite writes SCAN for a walk of a whole index, which is right only where nothing narrows the query.
  if (query.where || query.range) expect(plan).not.toContain('SCAN');
});
