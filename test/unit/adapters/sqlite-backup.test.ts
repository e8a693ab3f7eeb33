import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { systemClock } from '../../../adapters/node/clock.ts';
import { copyOnce } from '../../../adapters/node/snapshot.ts';
import { backupDatabase, restoreDatabase } from '../../../adapters/sqlite/backup.ts';
import { sqliteBackupFiles } from '../../../adapters/sqlite/backup-files.ts';
import { openSqlite } from '../../../adapters/sqlite/database.ts';
import { sqliteDocumentStore } from '../../../adapters/sqlite/document-store.ts';
import { sqliteEphemeralStore } from '../../../adapters/sqlite/ephemeral-store.ts';
import { temporaryFiles } from './temporary-files.ts';

type Item = { readonly id: string; readonly owner: string; readonly sequence?: number };

const path = temporaryFiles();
const unavailable = expect.objectContaining({ code: 'store_unavailable' });

const open = (file: string) => {
  const database = openSqlite({ file });
  const documents = sqliteDocumentStore(database);
  const ephemeral = sqliteEphemeralStore(database, systemClock);
  const items = documents.collection<Item>({ name: 'items', indexes: [{ fields: ['owner'] }] });
  return { items, ephemeral, close: () => Promise.all([documents.close(), ephemeral.close()]) };
};

const rest = (file: string) => readdirSync(dirname(file)).filter((name) => name.endsWith('.tmp'));

test('a backup taken while another process writes is one moment of the database', async () => {
  const file = path('serving.db');
  const to = path('serving-backup.db');
  const child = spawn(process.execPath, [new URL('./endless-writer.ts', import.meta.url).pathname, file]);
  try {
    await once(child.stdout, 'data');
    child.stdout.resume();
    await backupDatabase({ file, to });
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  expect(statSync(to).mode & 0o777).toBe(0o600);
  expect(existsSync(`${to}-wal`)).toBe(false);

  const { items, close } = open(to);
  const rounds = new Map<number, number>();
  for (let after: string | undefined; ; ) {
    const page = await items.find({ limit: 1000, ...(after === undefined ? {} : { after: { id: after } }) });
    for (const { document } of page)
      rounds.set(document.sequence ?? -1, (rounds.get(document.sequence ?? -1) ?? 0) + 1);
    if (page.length < 1000) break;
    after = page.at(-1)?.document.id;
  }
  expect(rounds.size).toBeGreaterThan(0);
  // Whole batches only, and none missing below the last.
  expect([...rounds.values()].every((count) => count === 8)).toBe(true);
  expect(Math.max(...rounds.keys())).toBe(rounds.size - 1);
  await close();
  expect(rest(file)).toEqual([]);
});

test('a backup replaces no file and is taken of a database of ours only', async () => {
  const file = path('source.db');
  await open(file).close();
  writeFileSync(path('there.db'), 'precious');
  await expect(backupDatabase({ file, to: path('there.db') })).rejects.toEqual(unavailable);
  expect(readFileSync(path('there.db'), 'utf8')).toBe('precious');
  await expect(backupDatabase({ file: path('missing.db'), to: path('none.db') })).rejects.toEqual(unavailable);
  await expect(backupDatabase({ file: path('there.db'), to: path('none.db') })).rejects.toEqual(unavailable);
  expect(existsSync(path('none.db'))).toBe(false);
  expect(rest(file)).toEqual([]);
});

test('a restore brings back the documents and the claims, no other value with a TTL, and keeps what it replaced', async () => {
  const file = path('back.db');
  const from = path('back-backup.db');
  const before = open(file);
  await before.items.insert({ id: 'a', owner: 'o1' });
  await before.ephemeral.claim('jti', 600);
  await before.ephemeral.set('device-code', 'v', 600);
  await backupDatabase({ file, to: from });
  await before.items.insert({ id: 'b', owner: 'o1' });
  await before.close();

  const prepared: string[] = [];
  const { setAside } = await restoreDatabase({
    copy: copyOnce,
    from,
    file,
    async prepare(staged) {
      const { items, close } = open(staged);
      await items.insert({ id: 'epoch', owner: 'restore' });
      await close();
      prepared.push(staged);
    },
  });
  expect(prepared).toHaveLength(1);
  const after = open(file);
  expect((await after.items.find({})).map((each) => each.document.id)).toEqual(['a', 'epoch']);
  expect(await after.ephemeral.claim('jti', 600)).toBe(false);
  expect(await after.ephemeral.get('device-code')).toBeUndefined();
  await after.close();
  const replaced = open(setAside ?? '');
  expect((await replaced.items.find({})).map((each) => each.document.id)).toEqual(['a', 'b']);
  await replaced.close();
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(rest(file)).toEqual([]);
});

test('a restore is refused while a process holds the database, and changes nothing', async () => {
  const file = path('held.db');
  const from = path('held-backup.db');
  const serving = open(file);
  await backupDatabase({ file, to: from });
  await serving.items.insert({ id: 'a', owner: 'o1' });
  await expect(restoreDatabase({ copy: copyOnce, from, file })).rejects.toThrow(/in use; stop the server/);
  await serving.items.insert({ id: 'b', owner: 'o1' });
  expect(await serving.items.find({})).toHaveLength(2);
  await serving.close();
});

test('a restore refuses a damaged, empty or foreign backup and leaves the database as it was', async () => {
  const file = path('kept.db');
  const kept = open(file);
  await kept.items.insert({ id: 'a', owner: 'o1' });
  await backupDatabase({ file, to: path('good.db') });
  await kept.close();
  const bytes = readFileSync(path('good.db'));
  writeFileSync(path('damaged.db'), bytes.fill(0x5a, 4096 * 2));
  writeFileSync(path('empty.db'), '');
  writeFileSync(path('foreign.db'), 'no database'.repeat(500));
  for (const name of ['damaged.db', 'empty.db', 'foreign.db', 'missing.db']) {
    await expect(restoreDatabase({ copy: copyOnce, from: path(name), file })).rejects.toEqual(unavailable);
  }
  await expect(
    restoreDatabase({
      copy: copyOnce,
      from: path('good.db'),
      file,
      prepare: () => Promise.reject(new Error('no epoch')),
    }),
  ).rejects.toEqual(unavailable);
  const { items, close } = open(file);
  expect((await items.get('a'))?.document.owner).toBe('o1');
  await close();
  expect(rest(file)).toEqual([]);
});

test('a restore replaces a database that is beyond reading', async () => {
  const file = path('ruined.db');
  const whole = open(path('whole.db'));
  await whole.items.insert({ id: 'a', owner: 'o1' });
  await backupDatabase({ file: path('whole.db'), to: path('whole-backup.db') });
  await whole.close();
  writeFileSync(file, 'ruined'.repeat(2000));
  writeFileSync(`${file}-wal`, 'a log that belongs to nothing');
  const { setAside } = await restoreDatabase({ copy: copyOnce, from: path('whole-backup.db'), file });
  expect(readFileSync(setAside ?? '', 'utf8')).toContain('ruined');
  const { items, close } = open(file);
  expect((await items.get('a'))?.version).toBe(1);
  await close();
});

test('the list of backups leaves out a file that was moved away meanwhile', async () => {
  const file = path('listed.db');
  const folder = `${file}-backups`;
  await open(file).close();
  await backupDatabase({ file, to: join(folder, 'behalf-2026-01-01T00-00-00-000Z.db') });
  symlinkSync(join(folder, 'moved'), join(folder, 'behalf-2026-01-02T00-00-00-000Z.db'));
  const found = await sqliteBackupFiles({ file, folder }).list();
  expect(found.map(({ name }) => name)).toEqual(['behalf-2026-01-01T00-00-00-000Z.db']);
});

test('drafts that a backup left are removed, but no backup and no draft that may still be written', async () => {
  const file = path('drafts.db');
  const folder = `${file}-backups`;
  const backup = 'behalf-2026-01-01T00-00-00-000Z.db';
  const draft = `${backup}.0123456789ab.tmp`;
  const current = `${backup}.ba9876543210.tmp`;
  await open(file).close();
  await backupDatabase({ file, to: join(folder, backup) });
  for (const name of [draft, `${draft}-journal`, current, 'notes.tmp']) writeFileSync(join(folder, name), '');
  for (const name of readdirSync(folder)) utimesSync(join(folder, name), 1000, name === current ? 2000 : 1000);
  await sqliteBackupFiles({ file, folder }).removeDrafts(2000);
  expect(readdirSync(folder).sort()).toEqual([backup, current, 'notes.tmp']);
});
