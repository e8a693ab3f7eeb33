/** The source of a password that a command sets: never an argument, which other users of the machine can see. */
import { randomInt } from 'node:crypto';
import { CommandError } from './command.ts';
import { readSecretText, requirePrivate, type SecretText } from './secret-file.ts';
import type { Terminal } from './terminal.ts';

// Without 0, 1, l and o, which people confuse with each other.
const LETTERS = 'abcdefghijkmnpqrstuvwxyz23456789';

/** 100 random bits in groups of five characters. */
export const generatePassword = (): string =>
  Array.from({ length: 4 }, () => Array.from({ length: 5 }, () => LETTERS[randomInt(LETTERS.length)]).join('')).join(
    '-',
  );

/** Reads the password from the file (`-`: standard input), or asks for it twice, or generates one. Throws CommandError. */
export const choosePassword = async (
  terminal: Terminal,
  file: string | undefined,
  question: string,
): Promise<{ readonly password: string; readonly isGenerated: boolean }> => {
  if (file !== undefined) return { password: readPassword(file), isGenerated: false };
  if (!terminal.askSecret) return { password: generatePassword(), isGenerated: true };
  const password = await terminal.askSecret(`${question} (empty: make one): `);
  if (password === '') return { password: generatePassword(), isGenerated: true };
  if (password === (await terminal.askSecret('Once more: '))) return { password, isGenerated: false };
  throw new CommandError('The two passwords differ.', { hint: 'Try again.' });
};

const readPassword = (file: string): string => {
  let content: SecretText;
  try {
    content = readSecretText(file);
  } catch (error) {
    throw new CommandError(`The password file ${file} cannot be read.`, {
      hint: 'Check its path and mode.',
      cause: error,
    });
  }
  requirePrivate(content, file);
  const password = content.text.replace(/\r?\n$/, '');
  if (password !== '') return password;
  throw new CommandError(`The password file ${file} is empty.`, { hint: 'Write the password into it, in one line.' });
};
