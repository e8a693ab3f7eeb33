/** What is said of a username that may not be. */
export const USERNAME_RULE = 'A username has 1 to 64 letters, digits and . _ - @ +';

// Letters of all scripts with their marks, but nothing that is drawn as nothing.
const ALLOWED = /^[\p{L}\p{M}\p{Nd}._\-@+]+$/u;
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u;
const LATIN = /\p{Script=Latin}/u;
const LOOKS_LATIN = /[\p{Script=Cyrillic}\p{Script=Greek}]/u;

/** The form in which names are compared: trimmed, NFKC, lower case. */
export const foldedName = (typed: string): string => typed.trim().normalize('NFKC').toLowerCase().normalize('NFKC');

/**
 * The one form of a username: trimmed, NFKC, lower case. Undefined when it is no username: empty,
 * longer than 64 code points, other characters than `USERNAME_RULE` names, invisible ones, or Latin
 * letters mixed with Cyrillic or Greek ones that look the same.
 */
export const normaliseUsername = (typed: string): string | undefined => {
  if (typed.length > 512) return undefined;
  const username = foldedName(typed);
  if (!ALLOWED.test(username) || INVISIBLE.test(username) || /^\p{M}/u.test(username)) return undefined;
  if ([...username].length > 64) return undefined;
  if (LATIN.test(username) && LOOKS_LATIN.test(username)) return undefined;
  return username;
};
