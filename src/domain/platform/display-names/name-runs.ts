import { nameKey } from './skeleton.ts';

/** Digits and signs that are read as letters inside a word, in addition to those of UTS 39. */
const READ_AS: Readonly<Record<string, string>> = {
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '8': 'b',
  '!': 'l',
  '¡': 'l',
  '@': 'a',
  $: 's',
  '€': 'e',
  '¢': 'c',
};

/** Marks and strokes on letters, and quotation marks beside them. Names that differ only in these read alike. */
const DECORATION = /[\p{M}'"]/gu;

const keyOf = (text: string): string =>
  nameKey(text.replaceAll(/[34578]/g, (digit) => READ_AS[digit] ?? digit))
    .normalize('NFD')
    .replaceAll(DECORATION, '');

/** A word of a name, or a sign between words or in place of a letter. */
type Piece = { readonly key: string; readonly isSign: boolean };

/** Splits a name: `AcmePortal` has two words; in `Beha|f` the sign may stand for a letter. */
const piecesOf = (name: string): readonly Piece[] =>
  [
    ...name
      .normalize('NFKC')
      .replaceAll(/(?<=\p{Ll})(?=\p{Lu})/gu, ' ')
      .matchAll(/[\p{L}\p{N}\p{M}]+|[\p{S}\p{P}]/gu),
  ].flatMap(([text]): readonly Piece[] => {
    if (/^[\p{L}\p{N}\p{M}]/u.test(text)) return [{ key: keyOf(text), isSign: false }];
    const key = READ_AS[text] ?? keyOf(text);
    return /^\p{L}+$/u.test(key) ? [{ key, isSign: true }] : [];
  });

const lettersOf = (pieces: readonly Piece[]): readonly Piece[] =>
  pieces.flatMap(({ key, isSign }) => [...key].map((letter) => ({ key: letter, isSign })));

/** Whether adjacent pieces, with or without the signs among them, form this key. */
const holds = (pieces: readonly Piece[], key: string): boolean => {
  // How much of the key has been matched so far, for every possible reading.
  let read = new Set([0]);
  for (const { key: piece, isSign } of pieces) {
    const next = new Set(isSign ? read : []);
    for (const length of read) if (key.startsWith(piece, length)) next.add(length + piece.length);
    if (next.has(key.length)) return true;
    read = next.add(0);
  }
  return false;
};

/** Minimum number of letters of a key that is also found inside words. */
const LONG_ENOUGH = 6;

/**
 * Finds the names for which a text can be mistaken: as a run of its words, also spaced out or written together. Names
 * of six letters or more are found inside words, too. Look-alike letters are one letter (UTS 39 §4). So are letters
 * with and without marks, and digits and signs that are read as letters.
 */
export const nameFinder = (names: readonly string[], { isInside = false } = {}) => {
  const known = names.map((name) => ({ name, key: keyOf(name).replaceAll(/[^\p{L}\p{N}]+/gu, '') }));
  const named = known.filter(({ key }) => key !== '');
  return (text: string): string | undefined => {
    const pieces = piecesOf(text);
    const letters = isInside ? lettersOf(pieces) : [];
    return named.find(({ key }) => holds(pieces, key) || (key.length >= LONG_ENOUGH && holds(letters, key)))?.name;
  };
};
