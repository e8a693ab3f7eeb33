import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { KillLatch, LatchedKill } from '../../src/domain/ports/kill-latch.ts';
import { readPrivateFile, writePrivateFile } from './key-files.ts';

const FILE = /^kil_[a-z2-7]{26}\.json$/;

/** One private file for each kill in `folder`, which is made with the first; written whole or not at all, and synced. */
export const fileKillLatch = (folder: string): KillLatch => {
  const fileOf = (id: string): string => join(folder, `${id}.json`);
  return {
    async read() {
      return filesIn(folder).flatMap((name): readonly LatchedKill[] => {
        // Gone between the listing and the reading: another process has removed it.
        const text = readPrivateFile(join(folder, name));
        return text === undefined ? [] : [JSON.parse(text) as LatchedKill];
      });
    },
    async write(latched) {
      writePrivateFile(fileOf(latched.kill.id), JSON.stringify(latched));
    },
    async remove(id) {
      rmSync(fileOf(id), { force: true });
    },
  };
};

const filesIn = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder).filter((name) => FILE.test(name));
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return [];
    throw error;
  }
};
