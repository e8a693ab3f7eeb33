import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, openSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

const CHUNK = 1024 * 1024;

/**
 * Writes lines to a new file that only its owner can read (mode 0600), whole or not at all, and returns their
 * number. The file is on stable storage when this resolves. Throws when `path` exists, and what `lines` throws.
 */
export const writePrivateLines = async (path: string, lines: AsyncIterable<string>): Promise<number> => {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  const handle = openSync(temporary, 'wx', 0o600);
  try {
    let count = 0;
    let waiting: string[] = [];
    let length = 0;
    const flush = (): void => {
      const bytes = Buffer.from(waiting.join(''));
      for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at);
      waiting = [];
      length = 0;
    };
    for await (const line of lines) {
      waiting.push(line, '\n');
      length += line.length;
      count += 1;
      if (length > CHUNK) flush();
    }
    flush();
    fsyncSync(handle);
    // A link, unlike a rename, never replaces a file that another process has just created.
    linkSync(temporary, path);
    syncFolder(dirname(path));
    return count;
  } finally {
    closeSync(handle);
    rmSync(temporary, { force: true });
  }
};

/** Makes a new name in a folder durable. */
const syncFolder = (folder: string): void => {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  fsyncSync(handle);
  closeSync(handle);
};
