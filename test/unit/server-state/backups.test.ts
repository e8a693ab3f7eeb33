/** Backups that the server makes: what is recorded first, and what is refused. */
import { afterEach, expect, jest, test } from '@jest/globals';
import { newBackups } from '../../../src/domain/platform/server-state/backups.ts';
import type { BackupFile, BackupFiles } from '../../../src/domain/ports/backup-files.ts';
import { movableClock, recordedAudit } from '../delegation/fakes.ts';

const MEBIBYTE = 1024 * 1024;
const BY = { caller: 'acc_admin', request: 'req_1', source: '192.0.2.1' };

/** Files of a volume with room for one backup of 10 MiB, and 64 MiB beside it. */
const scene = ({ free = 74 * MEBIBYTE, existing = 0 } = {}) => {
  const audit = recordedAudit();
  const removed: number[] = [];
  const clock = movableClock();
  const files: BackupFile[] = Array.from({ length: existing }, (_, index) => ({
    ...{ name: `behalf-${index}.db`, bytes: 1, createdAt: index },
  }));
  const folder: BackupFiles = {
    folder: '/data/backups',
    list: async () => files,
    async removeDrafts(before) {
      removed.push(before);
    },
    room: async () => ({ free: removed.length > 0 ? free : 0, needed: 10 * MEBIBYTE }),
    async write(name) {
      files.unshift({ name, bytes: 10 * MEBIBYTE, createdAt: 1 });
    },
  };
  const backups = newBackups({
    files: folder,
    store: 'sqlite',
    audit,
    clock,
    onFailed: () => undefined,
  });
  return { audit, clock, removed, files, folder, backups };
};

afterEach(() => {
  jest.useRealTimers();
});

const reasonOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'nothing was refused',
    ({ code, message }) => [code, message],
  );

test('records the backup before it reads the data', async () => {
  const { audit, files, backups } = scene();
  audit.beforeAppend = async () => expect(files).toEqual([]);
  const made = await backups.create(BY);
  expect(made).toMatchObject({
    name: expect.stringMatching(/^behalf-\d{4}-\d\d-\d\dT[\d-]+Z\.db$/),
    bytes: 10 * MEBIBYTE,
  });
  expect(audit.events).toEqual([
    {
      ...{ type: 'store.backed_up', outcome: 'done', caller: 'acc_admin', request: 'req_1' },
      ...{ target: { kind: 'backup', id: made.name }, personal: { source: '192.0.2.1' } },
    },
  ]);
});

test('first removes what backups of an hour ago left, so that its room is free', async () => {
  const { backups, clock, removed } = scene();
  await backups.create(BY);
  expect(removed).toEqual([clock.now() - 3600]);
});

test('makes no backup whose event cannot be written', async () => {
  const { audit, files, backups } = scene();
  audit.beforeAppend = async () => {
    throw new Error('no room');
  };
  await expect(backups.create(BY)).rejects.toThrow('no room');
  expect(files).toEqual([]);
});

test.each([
  ['the volume has no room for it and 64 MiB more', { free: 74 * MEBIBYTE - 1 }, /74 MiB, and 73 MiB are free/],
  ['ten are in the folder', { existing: 10 }, /There are 10 backups in \/data\/backups\. Move some/],
])('refuses one when %s, without an event', async (_, given, text) => {
  const { audit, files, backups } = scene(given);
  const before = files.length;
  expect(await reasonOf(backups.create(BY))).toEqual(['conflict', expect.stringMatching(text)]);
  expect([audit.events, files.length]).toEqual([[], before]);
});

test('refuses a second one while the first runs, and makes one after it', async () => {
  const { backups } = scene();
  const first = backups.create(BY);
  expect(await reasonOf(backups.create(BY))).toEqual([
    'conflict',
    expect.stringMatching(/Another backup is being made/),
  ]);
  await first;
  await expect(backups.create(BY)).resolves.toBeDefined();
});

test('a copy that fails after its event is an error, in the state until a backup succeeds', async () => {
  const { backups, folder } = scene();
  const failing = { ...folder, write: async () => Promise.reject(new Error('the file is damaged')) };
  const heard: string[] = [];
  const audit = recordedAudit();
  const broken = newBackups({
    ...{ files: failing, store: 'sqlite', audit, clock: movableClock() },
    onFailed: (name) => heard.push(name),
  });
  await expect(broken.create(BY)).rejects.toThrow('the file is damaged');
  expect(broken.state()).toEqual({ failed: { name: heard[0], reason: 'the file is damaged' } });
  const target = { kind: 'backup', id: heard[0] };
  expect(audit.events).toMatchObject([
    { type: 'store.backed_up', outcome: 'done', target },
    { type: 'store.backed_up', outcome: 'refused', target, caller: 'acc_admin' },
  ]);
  expect(backups.state()).toEqual({});
});

test('refuses one where the data is in no file, and says where it is', async () => {
  const audit = recordedAudit();
  const backups = newBackups({
    files: undefined,
    store: 'mongodb',
    audit,
    clock: movableClock(),
    onFailed: () => undefined,
  });
  expect(await reasonOf(backups.create(BY))).toEqual([
    'conflict',
    expect.stringMatching(/is in mongodb, not in a database file/),
  ]);
  expect([audit.events, await backups.list(), backups.folder]).toEqual([[], [], undefined]);
});

test('answers with the name after 2 seconds, and has a later failure in the state', async () => {
  jest.useFakeTimers();
  const { folder } = scene();
  const copy = Promise.withResolvers<void>();
  const failures = Promise.withResolvers<unknown>();
  const slow = newBackups({
    ...{ files: { ...folder, write: () => copy.promise }, store: 'sqlite', audit: recordedAudit() },
    ...{ clock: movableClock(), onFailed: (name, error) => failures.resolve([name, (error as Error).message]) },
  });
  const answer = slow.create(BY);
  await jest.advanceTimersByTimeAsync(2000);
  const { name, ...rest } = await answer;
  expect([rest, slow.state()]).toEqual([{}, { running: name }]);
  expect(await reasonOf(slow.create(BY))).toEqual(['conflict', expect.stringMatching(/Another backup/)]);
  copy.reject(new Error('the volume is full'));
  expect(await failures.promise).toEqual([name, 'the volume is full']);
  await jest.advanceTimersByTimeAsync(0);
  expect(slow.state()).toEqual({ failed: { name, reason: 'the volume is full' } });
});
