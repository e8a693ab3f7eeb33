/** Reads files with a private key, password or secret, which only their owner may read or change. */
import { closeSync, openSync, readFileSync } from 'node:fs';
import { assertPrivate } from '../../adapters/node/key-files.ts';
import { CommandError } from './command.ts';
import { printable } from './table.ts';

/** The content of the file, read once, and whether other users can read or change it (POSIX only). */
export type SecretText = { readonly text: string; readonly isPrivate: boolean };

/** Reads the file; `-` is standard input, which belongs to the caller. Throws what opening or reading throws. */
export const readSecretText = (file: string): SecretText => {
  if (file === '-') return { text: readFileSync(0, 'utf8'), isPrivate: true };
  // The mode of the file that is read, even if the name refers to another file a moment later.
  const handle = openSync(file, 'r');
  try {
    return { text: readFileSync(handle, 'utf8'), isPrivate: isPrivate(handle, file) };
  } finally {
    closeSync(handle);
  }
};

/** Throws CommandError when other users can read or change the file, and says how to make it private. */
export const requirePrivate = ({ isPrivate: holds }: SecretText, file: string): void => {
  if (holds) return;
  throw new CommandError(`${printable(file)} may be read or changed by other users of this machine.`, {
    hint: `Make it private: chmod 600 ${printable(file)}. If others may have read it, replace what it holds.`,
  });
};

const isPrivate = (handle: number, file: string): boolean => {
  try {
    assertPrivate(handle, file);
    return true;
  } catch {
    return false;
  }
};
