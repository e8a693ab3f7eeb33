/** A listener at a Unix socket, which file permissions protect. */
import { lstatSync, unlinkSync } from 'node:fs';
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

/** Removes what a process that was killed left behind. */
const removeLeftOver = async (path: string, setting: string): Promise<void> => {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found) return;
  if (!found.isSocket()) throw new Error(`${path} is no socket; choose another path: ${setting}`);
  if (await isServed(path)) throw new Error(`${path} is in use by another program; choose another path: ${setting}`);
  unlinkSync(path);
};

/**
 * Resolves when the server accepts connections at `path`, with mode 0660 from the first moment. Removes a socket that no program serves. Throws
 * an Error that names the path and `setting` if the path is too long, is another file, or is in use. Closing the server removes the socket.
 */
export const listenAtSocket = async (server: Server, path: string, setting: string): Promise<void> => {
  if (Buffer.byteLength(path) > LONGEST_PATH) {
    throw new Error(`${path} is longer than ${LONGEST_PATH} bytes; choose a shorter path: ${setting}`);
  }
  await removeLeftOver(path, setting);
  await new Promise<void>((resolve, reject) => {
    const fail = ({ code }: NodeJS.ErrnoException): void =>
      reject(
        new Error(`${path} cannot be made (${code}); check that its folder exists and can be written: ${setting}`),
      );
    server.once('error', fail);
    const before = process.umask(UMASK);
    try {
      // The file is made during this call.
      server.listen(path, () => {
        server.off('error', fail);
        resolve();
      });
    } finally {
      process.umask(before);
    }
  });
};
