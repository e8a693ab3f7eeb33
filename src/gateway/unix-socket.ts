/** A listener at a Unix socket, which file permissions protect. */
import { randomUUID } from 'node:crypto';
import { type BigIntStats, linkSync, lstatSync, renameSync, unlinkSync } from 'node:fs';
import type { Server } from 'node:http';
import { connect } from 'node:net';

/** Bytes of a path that each Unix takes. */
const LONGEST_PATH = 103;
/** Leaves mode 0660: the user and the group of the gateway. */
const UMASK = 0o117;

/** Resolves to whether a program accepts connections there. */
const isServed = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path);
    const answer = (isOpen: boolean) => (): void => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', answer(true));
    // Only a refused connection shows that the socket is left over.
    socket.once('error', ({ code }: NodeJS.ErrnoException) => answer(code !== 'ECONNREFUSED' && code !== 'ENOENT')());
  });

type Found = BigIntStats | undefined;
/** `undefined`: there is no file. */
const foundAt = (path: string): Found => lstatSync(path, { bigint: true, throwIfNoEntry: false });

/** A number of an inode is used again, so the time belongs to it. */
const isSame = (one: Found, other: Found): boolean =>
  one?.dev === other?.dev && one?.ino === other?.ino && one?.mtimeNs === other?.mtimeNs;

/** The socket that a process that was killed left behind. Undefined: the path is free. */
const leftOver = async (path: string, setting: string): Promise<Found> => {
  const found = foundAt(path);
  if (!found) return undefined;
  if (!found.isSocket()) throw new Error(`${path} is no socket; choose another path: ${setting}`);
  if (await isServed(path)) throw inUse(path, setting);
  return found;
};

const inUse = (path: string, setting: string): Error =>
  new Error(`${path} is in use by another program; choose another path: ${setting}`);

/**
 * Removes `left`, and nothing else: another gateway that starts now may have replaced it by its own socket. Moves it aside first, since
 * no call removes a file only if it is a certain one. What turns out to be the socket of another gateway goes back.
 */
const removeLeftOver = (path: string, left: Found): void => {
  if (!left || !isSame(foundAt(path), left)) return;
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  try {
    if (!isSame(foundAt(aside), left)) linkSync(aside, path);
  } finally {
    unlinkSync(aside);
  }
};

/**
 * Resolves when the server accepts connections at `path`, with mode 0660 from the first moment. Removes a socket that no program serves. Of
 * several gateways that start there at once, one listens, and the others throw. Throws an Error that names the path and `setting` if the path
 * is too long, is another file, or is in use. Closing the server removes the socket.
 */
export const listenAtSocket = async (server: Server, path: string, setting: string): Promise<void> => {
  if (Buffer.byteLength(path) > LONGEST_PATH) {
    throw new Error(`${path} is longer than ${LONGEST_PATH} bytes; choose a shorter path: ${setting}`);
  }
  const left = await leftOver(path, setting);
  await new Promise<void>((resolve, reject) => {
    const fail = ({ code }: NodeJS.ErrnoException): void =>
      reject(
        code === 'EADDRINUSE'
          ? inUse(path, setting)
          : new Error(`${path} cannot be made (${code}); check that its folder exists and can be written: ${setting}`),
      );
    server.once('error', fail);
    const before = process.umask(UMASK);
    try {
      removeLeftOver(path, left);
      // The file is made during this call. It fails if there is one.
      server.listen(path, () => {
        server.off('error', fail);
        resolve();
      });
    } catch (error) {
      fail(error as NodeJS.ErrnoException);
    } finally {
      process.umask(before);
    }
  });
};
