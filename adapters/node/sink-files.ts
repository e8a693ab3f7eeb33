import { constants } from 'node:fs';
import { type FileHandle, open, rename, rm, statfs } from 'node:fs/promises';
import type { SinkFileError, SinkFileFailure, SinkFiles } from '../../src/domain/ports/sink-files.ts';
import { makePrivateFolder } from './private-folder.ts';

const NAME = 'audit.log';
const LINE_END = 0x0a;
/** Read backwards at a time, in search of the last complete line. */
const CHUNK = 65_536;
/** The server needs this much of the volume itself, if its database is on it. */
const FREE_BYTES = 128 * 1024 * 1024;

/**
 * Files `audit.log`, `audit.log.1` … below `folder`, each of about `mostBytes`, at most `files` for each sink. Only the user of
 * the server can read them. No other process may write to them.
 */
export const sinkFiles = ({
  folder,
  mostBytes,
  files,
  freeBytes = FREE_BYTES,
}: {
  readonly folder: string;
  readonly mostBytes: number;
  readonly files: number;
  readonly freeBytes?: number;
}): SinkFiles => {
  const pathOf = (sink: string): string => `${folder}/${sink}/${NAME}`;

  const rotate = async (path: string): Promise<void> => {
    for (let number = files - 1; number > 0; number -= 1) {
      const older = `${path}.${number}`;
      await rename(number === 1 ? path : `${path}.${number - 1}`, older).catch(ignoreMissing);
    }
    if (files === 1) await rm(path, { force: true });
    await syncFolder(path.slice(0, path.lastIndexOf('/')));
  };

  const write = async (sink: string, lines: readonly string[]): Promise<void> => {
    const own = `${folder}/${sink}`;
    makePrivateFolder(own);
    const { bavail, bsize } = await statfs(own);
    const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
    if (bavail * bsize < freeBytes + bytes.length) throw failed('volume_full');
    const path = pathOf(sink);
    let handle = await openForAppend(path);
    try {
      let length = await withoutIncompleteLine(handle);
      if (length > 0 && length + bytes.length > mostBytes) {
        await handle.close();
        await rotate(path);
        handle = await openForAppend(path);
        length = 0;
      }
      // Unlike a single write, this writes all, or fails at the limit of a volume or quota.
      await handle.appendFile(bytes);
      await handle.sync();
      // The name of a new file.
      if (length === 0) await syncFolder(own);
    } finally {
      await handle.close();
    }
  };

  return {
    pathOf,
    async append(sink, lines) {
      try {
        await write(sink, lines);
      } catch (error) {
        if ((error as Partial<SinkFileError>).sinkFileFailure !== undefined) throw error;
        const isFull = ['ENOSPC', 'EDQUOT'].includes(String((error as NodeJS.ErrnoException).code));
        throw failed(isFull ? 'volume_full' : 'not_writable', error);
      }
    },
  };
};

const failed = (sinkFileFailure: SinkFileFailure, cause?: unknown): SinkFileError =>
  Object.assign(new Error(`a file of an audit sink: ${sinkFileFailure}`, { cause }), { sinkFileFailure });

const openForAppend = (path: string): Promise<FileHandle> =>
  open(path, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);

/** Removes what follows the last line end. Returns the length of the file. */
const withoutIncompleteLine = async (handle: FileHandle): Promise<number> => {
  const { size } = await handle.stat();
  const buffer = Buffer.alloc(CHUNK);
  for (let end = size; end > 0; ) {
    const from = Math.max(0, end - CHUNK);
    const { bytesRead } = await handle.read(buffer, 0, end - from, from);
    const at = buffer.subarray(0, bytesRead).lastIndexOf(LINE_END);
    if (at !== -1) {
      const length = from + at + 1;
      if (length < size) await handle.truncate(length);
      return length;
    }
    end = from;
  }
  if (size > 0) await handle.truncate(0);
  return 0;
};

const ignoreMissing = (error: NodeJS.ErrnoException): void => {
  if (error.code !== 'ENOENT') throw error;
};

const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};
