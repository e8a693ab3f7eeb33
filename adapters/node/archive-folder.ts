/** An archive of the audit log in a folder. */
import { closeSync, fsyncSync, openSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ArchiveFiles } from '../../src/domain/ports/archive-files.ts';
import { writePrivateFile } from './key-files.ts';
import { usablePrivateFolder } from './private-folder.ts';

/** `isNew`: creates the folder when it is missing. Throws an Error for people when the folder cannot be used. */
export const archiveFolder = (folder: string, { isNew }: { readonly isNew: boolean }): ArchiveFiles => {
  if (isNew) usablePrivateFolder(folder, 'Name another folder.');
  return {
    async read(name) {
      try {
        return readFileSync(join(folder, name));
      } catch (error) {
        const { code } = error as { readonly code?: unknown };
        if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
        throw new Error(`${join(folder, name)} cannot be read (${code}). Check its path and mode.`, { cause: error });
      }
    },
    async write(name, bytes) {
      const file = join(folder, name);
      try {
        writePrivateFile(file, bytes);
        // The names of folders that were made for it.
        for (let at = dirname(file); at.length > folder.length; at = dirname(at)) syncFolder(dirname(at));
      } catch (error) {
        const { code } = error as { readonly code?: unknown };
        throw new Error(
          `${file} cannot be written (${code}). Make room, or check the folder, and run the command again.`,
          {
            cause: error,
          },
        );
      }
    },
  };
};

const syncFolder = (folder: string): void => {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
};
