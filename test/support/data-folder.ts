/**
 * Where servers of tests in this process keep their data: in memory, where there is a file system for it with room, and `TMPDIR` names no
 * other. Each start syncs about ten files, and waits for the disk each time; on SQLite each commit does. What a disk does to a server
 * is tested with servers as processes, which keep their data on one.
 */
import { statfsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const IN_MEMORY = '/dev/shm';
/** Bytes. A server takes less than 20 MB; containers often have 64 MB there in all. */
const ROOM = 2 * 2 ** 30;

const parentFolder = (): string => {
  if (process.env['TMPDIR']) return tmpdir();
  try {
    const { bavail, bsize } = statfsSync(IN_MEMORY);
    return bavail * bsize > ROOM ? IN_MEMORY : tmpdir();
  } catch {
    return tmpdir();
  }
};

/** A new folder, which its user removes. */
export const newDataFolder = (): Promise<string> => mkdtemp(join(parentFolder(), 'behalf-test-'));
