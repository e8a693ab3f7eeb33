/** Folders in `.tmp` that several tests use and that none changes, such as an environment with packages from a registry. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';

const TEMPORARY = resolve(import.meta.dirname, '../../.tmp');
const DAY = 86_400_000;

/**
 * Resolves to the folder of a kind for a version of what it is made of. Makes it if it is not there, in a folder beside it that is renamed
 * at the end, so that tests that begin together do not disturb each other. Removes folders of other versions after a day.
 */
export const madeOnce = async (
  kind: string,
  version: string,
  make: (folder: string) => Promise<unknown>,
): Promise<string> => {
  const folder = join(TEMPORARY, kind, version);
  if (existsSync(folder)) return folder;
  const making = `${folder}-${process.pid}`;
  await mkdir(making, { recursive: true });
  try {
    await removeOld(join(TEMPORARY, kind));
    await make(making);
    await rename(making, folder).catch((error: unknown) => {
      // Another process was first.
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(making, { recursive: true, force: true });
  }
  return folder;
};

const removeOld = async (folder: string): Promise<void> => {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const changed = await stat(path).catch(() => undefined);
    if (changed && changed.mtimeMs < Date.now() - DAY) await rm(path, { recursive: true, force: true });
  }
};
