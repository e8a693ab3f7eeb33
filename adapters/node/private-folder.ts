/** Folders that only their owner can read, created with errors that name the obstacle. */
import { accessSync, constants, mkdirSync, type Stats, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

const WHY: Readonly<Record<string, string>> = {
  EACCES: 'this user has no right to',
  EPERM: 'this user has no right to',
  EROFS: 'its file system is read-only',
  ENOENT: 'its file system takes no new folders',
  ENOTDIR: 'a part of its path is a file',
  ENAMETOOLONG: 'its name is too long',
};

/**
 * Creates the folder (mode 0700) and its missing parents; keeps an existing one unchanged. Throws an Error that
 * names the folder at fault and ends with `remedy`, one sentence. An error that is no fault of the path, such as a
 * full volume, propagates unchanged.
 */
export const makePrivateFolder = (path: string, remedy = 'Name another folder.'): void => {
  for (const folder of missingFolders(path, remedy)) {
    // One at a time: a recursive mkdir never ends in a file system that reports ENOENT below an existing folder
    // (/proc).
    try {
      mkdirSync(folder, { mode: 0o700 });
    } catch (error) {
      // Another process created it meanwhile.
      if (codeOf(error) === 'EEXIST' && isFolder(folder)) continue;
      throw inWords(error, `${folder} cannot be made`, remedy);
    }
  }
};

/** Like `makePrivateFolder`; throws the same when this process may not read and write in the folder. */
export const usablePrivateFolder = (path: string, remedy: string): void => {
  makePrivateFolder(path, remedy);
  try {
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw inWords(error, `${path} cannot be written to`, remedy);
  }
};

const missingFolders = (path: string, remedy: string): readonly string[] => {
  const missing: string[] = [];
  let at = resolve(path);
  for (;;) {
    let found: Stats | undefined;
    try {
      found = statSync(at, { throwIfNoEntry: false });
    } catch (error) {
      throw inWords(error, `${path} cannot be used`, remedy);
    }
    if (found?.isDirectory()) return missing;
    if (found) throw new Error(`${at} is a file and no folder. ${remedy}`);
    const above = dirname(at);
    if (above === at) return missing;
    missing.unshift(at);
    at = above;
  }
};

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

const codeOf = (error: unknown): string => String((error as { readonly code?: unknown }).code);

const inWords = (error: unknown, what: string, remedy: string): unknown => {
  const code = codeOf(error);
  // A name without a target: a symbolic link.
  const why = code === 'EEXIST' ? 'something else has that name' : WHY[code];
  return why === undefined ? error : new Error(`${what}: ${why} (${code}). ${remedy}`, { cause: error });
};
