import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { makePrivateFolder } from './private-folder.ts';

const CHUNK = 1024 * 1024;

/** The content of a file, read once, which can no longer change. */
export type Snapshot = {
  /** The bytes in pieces, the same each time. */
  chunks(): AsyncIterable<Uint8Array>;
  /** Removes it. Idempotent. */
  close(): Promise<void>;
};

/**
 * Reads `from` once, into a file in `folder` that only this process can open. The bytes that are checked and those
 * that are used later are the same, even if `from` changes. A pipe works like a file. The copy is gone when the
 * process ends, in any way. Throws an Error for anything else than a file or pipe, and what reading and writing
 * throw.
 */
export const snapshotOf = async (from: string, folder: string): Promise<Snapshot> => {
  makePrivateFolder(folder);
  const path = join(folder, `snapshot.${randomBytes(6).toString('hex')}.tmp`);
  const copy = await open(path, 'wx+', 0o600);
  try {
    // Without a name no process can open it, and nothing is left behind. Windows removes no open file.
    if (process.platform !== 'win32') await rm(path);
    await copyInto(from, copy);
  } catch (error) {
    await copy.close();
    await rm(path, { force: true });
    throw error;
  }
  let closing: Promise<void> | undefined;
  return {
    chunks: () => createReadStream('', { fd: copy, start: 0, autoClose: false, highWaterMark: CHUNK }),
    close() {
      closing ??= copy.close().then(() => rm(path, { force: true }));
      return closing;
    },
  };
};

/**
 * Reads `from` once, into the new file `to` of mode 0600, on stable storage when this resolves. Throws as
 * `snapshotOf`.
 */
export const copyOnce = async (from: string, to: string): Promise<void> => {
  const copy = await open(to, 'wx', 0o600);
  try {
    await copyInto(from, copy);
    await copy.sync();
  } finally {
    await copy.close();
  }
};

const copyInto = async (from: string, copy: FileHandle): Promise<void> => {
  // Checked before it is opened: opening some devices has side effects. Checked after it as well: the name may refer
  // to another file by then.
  assertReadable(await stat(from), from);
  const source = await open(from, 'r');
  try {
    assertReadable(await source.stat(), from);
    const buffer = Buffer.allocUnsafe(CHUNK);
    for (;;) {
      const { bytesRead } = await source.read(buffer, 0, CHUNK, null);
      if (bytesRead === 0) return;
      for (let at = 0; at < bytesRead; ) at += (await copy.write(buffer, at, bytesRead - at)).bytesWritten;
    }
  } finally {
    await source.close();
  }
};

const assertReadable = (kind: { isFile(): boolean; isFIFO(): boolean }, path: string): void => {
  if (!kind.isFile() && !kind.isFIFO()) throw new Error(`${path} is no file`);
};
