// Letters of all scripts with their marks, but no invisible characters.
const ALLOWED = /^[\p{L}\p{M}\p{Nd}._\-@+]+$/u;
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u;
const LATIN = /\p{Script=Latin}/u;
const LOOKS_LATIN = /[\p{Script=Cyrillic}\p{Script=Greek}]/u;

/** The form in which names are compared: trimmed, NFKC, lower case. */
export const foldedName = (typed: string): string => typed.trim().normalize('NFKC').toLowerCase().normalize('NFKC');

/**
 * The canonical form of a username: trimmed, NFKC, lower case. Undefined when the input is no username:
 * - it is empty or longer than 64 code points;
 * - it has invisible characters, or characters that the refusal `username_malformed` does not name;
 * - it mixes Latin letters with Cyrillic or Greek letters that look the same.
 */
export const normaliseUsername = (typed: string): string | undefined => {
  if (typed.length > 512) return undefined;
  const username = foldedName(typed);
  if (!ALLOWED.test(username) || INVISIBLE.test(username) || /^\p{M}/u.test(username)) return undefined;
  if ([...username].length > 64) return undefined;
  if (LATIN.test(username) && LOOKS_LATIN.test(username)) return undefined;
  return username;
};
