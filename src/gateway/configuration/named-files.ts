/** Reads the files that a configuration names. Each problem names the member, the file and what is wrong, and none repeats content. */
import { dirname, resolve } from 'node:path';
import { type Problem, pointerOf } from '../../../config/problem.ts';

/** Why a file cannot be used. The message has no content of the file. */
export class UnusableFile extends Error {
  override readonly name = 'UnusableFile';
}

export interface NamedFiles {
  /** Path of a file, which is relative to the configuration file. */
  placeOf(name: string): string;
  /** What `use` makes of the text of a file. Undefined if it cannot be used: there is a problem more. */
  load<T>(member: readonly string[], name: string, use: (text: string) => T): T | undefined;
  readonly problems: readonly Problem[];
}

const READING: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'this process may not read it',
  EISDIR: 'it is a folder',
};

const whyOf = (error: unknown): string => {
  if (error instanceof UnusableFile) return error.message;
  return READING[String((error as NodeJS.ErrnoException).code)] ?? 'it cannot be read';
};

/** `file`: the configuration file. `read` throws if it cannot. */
export const namedFiles = (file: string, read: (path: string) => string): NamedFiles => {
  const problems: Problem[] = [];
  const placeOf = (name: string): string => resolve(dirname(file), name);
  return {
    problems,
    placeOf,
    load(member, name, use) {
      try {
        return use(read(placeOf(name)));
      } catch (error) {
        const message = `The file ${placeOf(name)} cannot be used: ${whyOf(error)}.`;
        const suggestion = error instanceof UnusableFile ? 'Give another file.' : 'Check its path and its mode.';
        problems.push({ pointer: pointerOf(member), message, suggestion });
        return undefined;
      }
    },
  };
};

/** The secret of a client in a file (RFC 6749, appendix A.2), without white space around it. Throws UnusableFile. */
export const clientSecretIn = (text: string): string => {
  const secret = text.trim();
  if (secret === '') throw new UnusableFile('it is empty');
  if (!/^[\x20-\x7e]+$/.test(secret)) throw new UnusableFile('a secret is one line of printable ASCII');
  return secret;
};

const SHORTEST_SECRET = 32;

/** A secret in a file that a header can carry, or that is a key. Throws UnusableFile. */
export const longSecretIn = (text: string): string => {
  const secret = clientSecretIn(text);
  if (secret.includes(' ')) throw new UnusableFile('a secret here has no spaces');
  if (secret.length < SHORTEST_SECRET) {
    throw new UnusableFile(`a secret here has at least ${SHORTEST_SECRET} characters`);
  }
  return secret;
};
