import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { makePrivateFolder } from './private-folder.ts';

const MASTER_KEY_FILE = 'master.key';
const MASTER_KEY_BYTES = 32;
const MODES_OF_OTHERS = 0o077;

/**
 * Writes a file that only its owner can read (mode 0600), whole or not at all: it is on stable storage when this
 * returns. Replaces an existing file. Creates the folder (mode 0700) when it is missing.
 */
export const writePrivateFile = (path: string, text: string | Uint8Array): void => {
  const temporary = writeTemporary(path, text);
  try {
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncFolder(dirname(path));
};

/** Like `writePrivateFile`, but keeps an existing file. Of concurrent processes one creates it. */
export const createPrivateFile = (path: string, text: string): void => {
  const temporary = writeTemporary(path, text);
  try {
    // A link, unlike a rename, never replaces a file that another process has just created.
    linkSync(temporary, path);
    syncFolder(dirname(path));
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'EEXIST') throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
};

/**
 * Reads a file written by `writePrivateFile`. Throws when other users may read it. Returns `undefined` when there is
 * none.
 */
export const readPrivateFile = (path: string): string | undefined => {
  let handle: number;
  try {
    handle = openSync(path, 'r');
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    assertPrivate(handle, path);
    return readFileSync(handle, 'utf8');
  } finally {
    closeSync(handle);
  }
};

/**
 * Reads a file written by `writePrivateFile` that holds a JSON object `isRight` accepts. Undefined when there is
 * none. Throws an Error that names the file and ends with `remedy`, one sentence, when it holds anything else.
 */
export const readPrivateJson = <T extends object>(
  path: string,
  {
    isRight,
    remedy,
  }: { readonly isRight: (value: Partial<Record<keyof T, unknown>>) => boolean; readonly remedy: string },
): T | undefined => {
  const text = readPrivateFile(path);
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (typeof value === 'object' && value !== null && isRight(value)) return value as T;
  throw new Error(`${path} does not hold what the server wrote there. ${remedy}`);
};

/** Throws when users other than its owner may read or change the open file. */
export const assertPrivate = (handle: number, path: string): void => {
  // Windows has no such modes: the mode it reports means nothing.
  if (process.platform !== 'win32' && (fstatSync(handle).mode & MODES_OF_OTHERS) !== 0) {
    throw new Error(`${path} may be read or changed by others; make it private: chmod 600 ${path}`);
  }
};

/**
 * The 32 bytes of `<folder>/master.key` (base64url), created at the first call. Of processes that start at once, one
 * creates it and all read the same. Throws when the file is malformed or not private.
 */
export const loadOrCreateMasterKey = (folder: string): Buffer => {
  const path = join(folder, MASTER_KEY_FILE);
  const found = readPrivateFile(path);
  if (found !== undefined) return decodeMasterKey(path, found);

  createPrivateFile(path, `${randomBytes(MASTER_KEY_BYTES).toString('base64url')}\n`);
  const made = readPrivateFile(path);
  if (made === undefined) throw new Error(`${path} has vanished while it was made`);
  return decodeMasterKey(path, made);
};

const decodeMasterKey = (path: string, text: string): Buffer => {
  const encoded = text.trim();
  const key = Buffer.from(encoded, 'base64url');
  if (key.length !== MASTER_KEY_BYTES || key.toString('base64url') !== encoded) {
    throw new Error(
      `${path} does not hold a master key (32 bytes in base64url); put the right file back: without it the database cannot be read`,
    );
  }
  return key;
};

const writeTemporary = (path: string, text: string | Uint8Array): string => {
  makePrivateFolder(dirname(path));
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  const handle = openSync(temporary, 'wx', 0o600);
  try {
    writeFileSync(handle, text);
    fsyncSync(handle);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    closeSync(handle);
  }
  return temporary;
};

/** Makes a new name in a folder durable. */
const syncFolder = (folder: string): void => {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
};
