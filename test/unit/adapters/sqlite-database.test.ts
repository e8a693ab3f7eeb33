import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from '@jest/globals';
import { systemClock } from '../../../adapters/node/clock.ts';
import { openSqlite, type SqliteOptions } from '../../../adapters/sqlite/database.ts';
import { sqliteDocumentStore } from '../../../adapters/sqlite/document-store.ts';
import { sqliteEphemeralStore } from '../../../adapters/sqlite/ephemeral-store.ts';
import { SCHEMA_VERSION } from '../../../adapters/sqlite/migrations.ts';
import { tableOf } from '../../../adapters/sqlite/tables.ts';
import type { Collection, Document, DocumentStore } from '../../../src/domain/ports/document-store.ts';
import type { EphemeralStore } from '../../../src/domain/ports/ephemeral-store.ts';
import { temporaryFiles } from './temporary-files.ts';

type Item = Document & { readonly owner?: string; readonly state?: boolean; readonly sequence?: number };

const ITEMS = { name: 'items', indexes: [{ fields: ['owner'] }] } as const;

const path = temporaryFiles();
const unavailable = expect.objectContaining({ code: 'store_unavailable' });

type Opened = {
  readonly documents: DocumentStore;
  readonly ephemeral: EphemeralStore;
  readonly items: Collection<Item>;
};

const open = (file: string, options: Partial<SqliteOptions> = {}): Opened => {
  const database = openSqlite({ file: path(file), ...options });
  const documents = sqliteDocumentStore(database);
  return {
    documents,
    ephemeral: sqliteEphemeralStore(database, systemClock),
    items: documents.collection<Item>(ITEMS),
  };
};

const close = async (...all: readonly Opened[]): Promise<void> => {
  for (const { documents, ephemeral } of all) await Promise.all([documents.close(), ephemeral.close()]);
};

/** A sync to disk that ends when the test says so. */
const heldSync = () => {
  const waiting: ((error: Error | null) => void)[] = [];
  return {
    sync: (_handle: number, done: (error: Error | null) => void) => void waiting.push(done),
    count: () => waiting.length,
    finish: (error: Error | null = null) => waiting.splice(0).forEach((done) => void done(error)),
  };
};

const turn = () => new Promise((resolve) => setImmediate(resolve));
const turns = async (count = 3) => {
  for (let at = 0; at < count; at += 1) await turn();
};

describe('the file', () => {
  test('is private, in WAL mode, and keeps its data over a restart', async () => {
    const first = open('reopen.db');
    await first.items.insert({ id: 'a', owner: 'o1' });
    await first.ephemeral.set('k', 'v', 60);
    for (const suffix of ['', '-wal', '-shm']) expect(statSync(path(`reopen.db${suffix}`)).mode & 0o777).toBe(0o600);
    await close(first);
    const second = open('reopen.db');
    expect(await second.items.find({ where: { owner: 'o1' } })).toHaveLength(1);
    expect(await second.ephemeral.get('k')).toBe('v');
    await close(second);
  });

  test('frees most of what was swept, and keeps some for the next rows', async () => {
    const { documents, ephemeral } = open('shrinks.db');
    const many = documents.collection<Document & { readonly expiresAt: number }>({
      name: 'many',
      indexes: [],
      expiresAt: 'expiresAt',
    });
    const body = 'x'.repeat(20_000);
    await many.insertMany(Array.from({ length: 2000 }, (_, at) => ({ id: `i${at}`, expiresAt: at, body })));
    expect(await documents.shrink?.()).toBe(false);
    expect(await documents.sweep('many', 1990, 10_000, 1)).toEqual({ removed: 1990, isDone: true });
    let slices = 0;
    while (await documents.shrink?.()) slices += 1;
    expect(slices).toBeGreaterThan(100);
    expect(await many.get('i1999')).toBeDefined();
    await Promise.all([documents.close(), ephemeral.close()]);
    const { size } = statSync(path('shrinks.db'));
    expect(size).toBeGreaterThan(6_000_000);
    expect(size).toBeLessThan(10_000_000);
  });

  test('closes when the last of its stores does', async () => {
    const { documents, ephemeral } = open('close.db');
    await documents.close();
    await ephemeral.set('k', 'v', 60);
    await ephemeral.close();
    await expect(ephemeral.get('k')).rejects.toEqual(unavailable);
  });

  test('of a newer schema is refused', async () => {
    await close(open('newer.db'));
    const raw = new DatabaseSync(path('newer.db'));
    raw.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
    raw.close();
    expect(() => open('newer.db')).toThrow(/newer Behalf/);
  });

  test('of a former schema, in which collections had other names, is refused and left as it is', async () => {
    await close(open('former.db'));
    const raw = new DatabaseSync(path('former.db'));
    raw.exec('PRAGMA user_version = 1');
    expect(() => open('former.db')).toThrow(
      /before collections and ids got the names they have.*start with an empty one/,
    );
    expect(raw.prepare('PRAGMA user_version').get()).toEqual({ user_version: 1 });
    raw.close();
  });

  test('FT-08 whose migration fails half way is as it was before, and is brought up to date later', async () => {
    const raw = new DatabaseSync(path('half.db'));
    // What the second statement of the first migration wants to make.
    raw.exec('PRAGMA application_id = 0x42484c46; CREATE TABLE ephemeral (a)');
    expect(() => open('half.db')).toThrow(/cannot open|failed/);
    expect(raw.prepare('PRAGMA user_version').get()).toEqual({ user_version: 0 });
    expect(raw.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all()).toEqual([{ name: 'ephemeral' }]);
    raw.exec('DROP TABLE ephemeral');
    raw.close();
    const opened = open('half.db');
    await opened.items.insert({ id: 'a' });
    await close(opened);
  });

  test('of another program is refused and left as it is', () => {
    const raw = new DatabaseSync(path('foreign.db'));
    raw.exec('CREATE TABLE theirs (a); PRAGMA application_id = 7');
    raw.close();
    const before = readFileSync(path('foreign.db'));
    expect(() => open('foreign.db')).toThrow(/another program/);
    expect(readFileSync(path('foreign.db')).equals(before)).toBe(true);
  });

  test('FT-06 that is damaged is refused', async () => {
    writeFileSync(path('text.db'), 'this is no database at all, but long enough to be read as one'.repeat(40));
    expect(() => open('text.db')).toThrow(/damaged or no SQLite database/);

    const whole = open('cut.db');
    await whole.items.insertMany(Array.from({ length: 200 }, (_, at) => ({ id: `i${at}`, owner: 'x'.repeat(500) })));
    await close(whole);
    const bytes = readFileSync(path('cut.db'));
    bytes.fill(0x5a, 4096 * 3, 4096 * 12);
    writeFileSync(path('flipped.db'), bytes);
    expect(() => open('flipped.db')).toThrow(/damaged/);
    truncateSync(path('cut.db'), 4096 * 5);
    expect(() => open('cut.db')).toThrow(/damaged/);
  });

  test('FT-06 whose log was cut keeps what was whole', async () => {
    // A process that dies leaves the log; the second connection stands for the killed one.
    const killed = open('log.db');
    await killed.items.insert({ id: 'a' });
    await killed.items.insert({ id: 'b' });
    const copy = path('log-copy.db');
    writeFileSync(copy, readFileSync(path('log.db')));
    const log = readFileSync(path('log.db-wal'));
    writeFileSync(`${copy}-wal`, log.subarray(0, log.length - 100));
    await close(killed);
    const { items, documents, ephemeral } = open('log-copy.db');
    expect((await items.get('a'))?.document.id).toBe('a');
    expect(await items.get('b')).toBeUndefined();
    await items.insert({ id: 'b' });
    await close({ items, documents, ephemeral });
  });
});

describe('group commit', () => {
  test('writes of one turn are one transaction', async () => {
    const commits: string[] = [];
    const opened = open('group.db', { onCommit: () => void commits.push('commit') });
    await Promise.all([
      ...Array.from({ length: 100 }, (_, at) => opened.items.insert({ id: `i${at}` })),
      ...Array.from({ length: 20 }, (_, at) => opened.ephemeral.claim(`jti${at}`, 60)),
    ]);
    expect(commits).toHaveLength(1);
    await close(opened);
  });

  test('a durable write resolves after the sync, a value with a TTL does not wait for it', async () => {
    const disk = heldSync();
    const opened = open('sync.db', { sync: disk.sync });
    const order: string[] = [];
    const durable = opened.items.insert({ id: 'a' }).then(() => order.push('durable'));
    const buffered = opened.ephemeral.set('k', 'v', 60).then(() => order.push('buffered'));
    await buffered;
    await turns();
    expect(order).toEqual(['buffered']);
    disk.finish();
    await durable;
    expect(order).toEqual(['buffered', 'durable']);
    await close(opened);
  });

  test('writes that come while a sync runs gather for the next one', async () => {
    const commits: string[] = [];
    const disk = heldSync();
    const opened = open('gather.db', { sync: disk.sync, onCommit: () => void commits.push('commit') });
    const first = opened.items.insert({ id: 'first' });
    await turns();
    const later: Promise<void>[] = [];
    for (let at = 0; at < 5; at += 1) {
      later.push(opened.items.insert({ id: `later${at}` }));
      await turn();
    }
    expect({ commits: commits.length, syncs: disk.count() }).toEqual({ commits: 1, syncs: 1 });
    disk.finish();
    await first;
    await turns();
    expect({ commits: commits.length, syncs: disk.count() }).toEqual({ commits: 2, syncs: 1 });
    disk.finish();
    await Promise.all(later);
    await close(opened);
  });

  test('a conflict fails its own write only', async () => {
    const opened = open('conflict.db');
    const results = await Promise.allSettled([
      opened.items.insert({ id: 'a' }),
      opened.items.insert({ id: 'a' }),
      opened.items.insert({ id: 'b' }),
    ]);
    expect(results.map((each) => each.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await opened.items.find({})).toHaveLength(2);
    await close(opened);
  });

  test('FT-07 a commit that fails makes all its writes unavailable, stores none, and harms no later one', async () => {
    let isFull = true;
    const opened = open('full.db', {
      onCommit: () => {
        if (isFull) throw new Error('disk full');
      },
    });
    const results = await Promise.allSettled([
      opened.items.insert({ id: 'a' }),
      opened.items.insertMany([{ id: 'b' }, { id: 'c' }]),
      opened.ephemeral.claim('jti', 60),
    ]);
    expect(results).toEqual(results.map(() => ({ status: 'rejected', reason: unavailable })));
    expect(await opened.items.find({})).toEqual([]);
    isFull = false;
    await opened.items.insert({ id: 'a' });
    expect(await opened.ephemeral.claim('jti', 60)).toBe(true);
    await close(opened);
  });

  test('work that fails and cannot be undone leaves nothing, and the other writes of its transaction are refused', async () => {
    const opened = open('stuck.db');
    const other = new DatabaseSync(path('stuck.db'));
    other.exec(
      `CREATE TRIGGER stuck BEFORE DELETE ON ${tableOf('items')} WHEN old.id = 'stuck' BEGIN SELECT RAISE(ABORT, 'stuck'); END`,
    );
    other.close();
    const item = (id: string) => ({ collection: ITEMS.name, document: { id } });
    const failing = opened.documents.commit?.((insert) => {
      insert(item('a'));
      insert(item('stuck'));
      insert(item('b'));
      throw new Error('no');
    }, 10);
    const results = await Promise.allSettled([
      opened.items.insert({ id: 'c' }),
      failing,
      opened.items.insert({ id: 'd' }),
    ]);
    expect(results).toEqual(results.map(() => ({ status: 'rejected', reason: unavailable })));
    expect(await opened.items.find({})).toEqual([]);
    await opened.items.insert({ id: 'c' });
    expect(await opened.items.find({})).toHaveLength(1);
    await close(opened);
  });

  test('after a failed sync nothing is believed until a restart', async () => {
    const disk = heldSync();
    const opened = open('broken.db', { sync: disk.sync });
    const first = opened.items.insert({ id: 'a' });
    await turns();
    const second = opened.items.insert({ id: 'b' });
    disk.finish(new Error('input/output error'));
    const all = await Promise.allSettled([
      first,
      second,
      opened.items.insert({ id: 'c' }),
      opened.items.get('a'),
      opened.ephemeral.get('k'),
    ]);
    expect(all).toEqual(all.map(() => ({ status: 'rejected', reason: unavailable })));
    await close(opened);
  });
});

describe('several connections to one file', () => {
  test('races have one winner, and each sees what the other wrote', async () => {
    const left = open('shared.db');
    const right = open('shared.db');
    await left.items.insert({ id: 'a', owner: 'o1' });
    expect((await right.items.get('a'))?.document.owner).toBe('o1');
    const both = <T>(work: (opened: Opened) => Promise<T>) =>
      Promise.all(Array.from({ length: 32 }, (_, at) => work(at % 2 === 0 ? left : right)));

    expect((await both(({ items }) => items.replace({ id: 'a', owner: 'o2' }, 1))).filter(Boolean)).toHaveLength(1);
    expect((await both(({ items }) => items.take('a'))).filter((each) => each !== undefined)).toHaveLength(1);
    expect((await both(({ ephemeral }) => ephemeral.claim('jti', 60))).filter(Boolean)).toHaveLength(1);
    expect(new Set(await both(({ ephemeral }) => ephemeral.count('c', 60))).size).toBe(32);
    await close(left, right);
  });

  test('a write waits for another process that holds the lock, and the event loop goes on', async () => {
    const opened = open('locked.db');
    const other = new DatabaseSync(path('locked.db'));
    other.exec('BEGIN IMMEDIATE');
    let isWritten = false;
    const writing = opened.items.insert({ id: 'a' }).then(() => {
      isWritten = true;
    });
    await turns(5);
    expect(isWritten).toBe(false);
    expect(await opened.items.get('a')).toBeUndefined();
    other.exec('COMMIT');
    other.close();
    await writing;
    expect((await opened.items.get('a'))?.version).toBe(1);
    await close(opened);
  });

  test('FT-06 what a process had written is there after it was killed', async () => {
    const file = path('killed.db');
    const child = spawn(process.execPath, [new URL('./endless-writer.ts', import.meta.url).pathname, file]);
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    child.kill('SIGKILL');
    await once(child, 'exit');
    const opened = open('killed.db');
    const confirmed = said.toString().trim().split('\n').filter(Boolean);
    expect(confirmed.length).toBeGreaterThan(0);
    for (const id of confirmed) expect((await opened.items.get(id))?.document.id).toBe(id);
    await close(opened);
  });
});

describe('FT-06 a storm of writers', () => {
  test('eight processes write to one file, none is kept out, and all that was confirmed is there when all are killed', async () => {
    const file = path('storm.db');
    await close(open('storm.db'));
    const program = new URL('./endless-writer.ts', import.meta.url).pathname;
    const confirmed: string[][] = [];
    const writers = Array.from({ length: 8 }, (_, number) => {
      const child = spawn(process.execPath, [program, file, `w${number}_`]);
      const ids: string[] = [];
      confirmed.push(ids);
      let rest = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        const lines = `${rest}${text}`.split('\n');
        rest = lines.pop() ?? '';
        ids.push(...lines);
      });
      return child;
    });
    const opened = open('storm.db');
    while (confirmed.some((ids) => ids.length < 40)) await new Promise((resolve) => setTimeout(resolve, 20));
    await opened.items.insert({ id: 'ours' });
    const ended = writers.map((child) => once(child, 'exit'));
    for (const child of writers) child.kill('SIGKILL');
    await Promise.all(ended);
    for (const ids of confirmed) {
      for (let from = 0; from < ids.length; from += 500) {
        const asked = ids.slice(from, from + 500);
        expect(await opened.items.getMany(asked)).toHaveLength(asked.length);
      }
    }
    await opened.items.insert({ id: 'afterwards' });
    await close(opened);
    await close(open('storm.db'));
  }, 60_000);
});

describe('declarations', () => {
  test('an added index finds what was stored before it', async () => {
    const before = open('added.db');
    await before.items.insert({ id: 'a', owner: 'o1', state: true, sequence: 7 });
    await before.items.insert({ id: 'b', owner: 'o1', state: false });
    await close(before);
    const database = openSqlite({ file: path('added.db') });
    const store = sqliteDocumentStore(database);
    const items = store.collection<Item>({
      name: 'items',
      indexes: [{ fields: ['owner'] }, { fields: ['state'] }, { fields: ['owner', 'sequence'], unique: true }],
      expiresAt: 'sequence',
    });
    expect((await items.find({ where: { state: true } })).map((each) => each.document.id)).toEqual(['a']);
    expect((await items.find({ where: { owner: 'o1', sequence: 7 } })).map((each) => each.document.id)).toEqual(['a']);
    await expect(items.insert({ id: 'c', owner: 'o1', sequence: 7 })).rejects.toEqual(
      expect.objectContaining({ code: 'document_conflict' }),
    );
    expect(await store.sweep('items', 8, 10)).toEqual({ removed: 1, isDone: true });
    await store.close();
  });

  test('an index that is gone or has changed is refused', async () => {
    await close(open('changed.db'));
    const database = openSqlite({ file: path('changed.db') });
    const store = sqliteDocumentStore(database);
    expect(() => store.collection({ name: 'items', indexes: [] })).toThrow(/declared differently/);
    expect(() => store.collection({ name: 'items', indexes: [{ fields: ['owner'], unique: true }] })).toThrow(
      /declared differently/,
    );
    await store.close();
  });
});
