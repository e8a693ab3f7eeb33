/** What it costs a start to declare its collections. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openSqlite, type SqliteDatabase } from '../../../adapters/sqlite/database.ts';
import { sqliteDocumentStore } from '../../../adapters/sqlite/document-store.ts';
import { type DocumentStore, StoreUnavailable } from '../../../src/domain/ports/document-store.ts';

type Note = { readonly id: string; readonly at: number };

const NAMES = Array.from({ length: 20 }, (_, index) => `notes_${index}`);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'behalf-declared-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A store over the same file, and the statements that it prepares. */
const opened = (): { readonly store: DocumentStore; readonly prepared: string[] } => {
  const database = openSqlite({ file: join(folder, 'behalf.db') });
  const prepared: string[] = [];
  const watched: SqliteDatabase = {
    ...database,
    prepare(sql) {
      prepared.push(sql);
      return database.prepare(sql);
    },
  };
  return { store: sqliteDocumentStore(watched), prepared };
};

const declare = (store: DocumentStore) =>
  NAMES.map((name) => store.collection<Note>({ name, indexes: [{ fields: ['at'] }] }));

test('a start on a file with all collections prepares no statement of one that it does not use', async () => {
  const first = opened();
  declare(first.store);
  await first.store.close();

  const { store, prepared } = opened();
  const [notes] = declare(store);
  expect(prepared.filter((sql) => sql.includes('"c_notes_'))).toEqual([]);
  expect(prepared.filter((sql) => sql.includes('sqlite_schema'))).toHaveLength(1);
  await notes?.insert({ id: 'one', at: 1 });
  expect(prepared.filter((sql) => sql.includes('"c_notes_'))).not.toEqual([]);
  expect(prepared.filter((sql) => sql.includes('"c_notes_1"'))).toEqual([]);
  await store.close();
});

test('a collection that is used late sees what another process wrote since it was declared', async () => {
  const one = opened().store;
  const other = opened().store;
  const [early] = declare(one);
  const [late] = declare(other);
  await early?.insert({ id: 'one', at: 1 });
  expect((await late?.get('one'))?.document).toEqual({ id: 'one', at: 1 });
  await early?.replace({ id: 'one', at: 2 }, 1);
  expect((await late?.get('one'))?.document).toEqual({ id: 'one', at: 2 });
  await one.close();
  await other.close();
});

test('a collection that is first used after its store has closed refuses, and throws nothing at its caller', async () => {
  const { store } = opened();
  const [notes] = declare(store);
  await store.close();
  const answer = notes?.get('one');
  await expect(answer).rejects.toBeInstanceOf(StoreUnavailable);
});
