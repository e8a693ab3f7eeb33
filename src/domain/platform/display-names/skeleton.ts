/**
 * What names look like: whether two of them could be taken for one another, and whether one is written so that it can be
 * taken for another. Owns the rules of UTS 39 and the register of names that were verified (verified-names.ts). Who may
 * have which name the registers of agents and clients say; they, groups and resource servers call here.
 */
import { CONFUSABLES } from './confusables-table.ts';

const letter = (hexadecimal: string): string => String.fromCodePoint(Number.parseInt(hexadecimal, 16));

const PROTOTYPES: ReadonlyMap<string, string> = new Map(
  CONFUSABLES.trim()
    .split(/\s+/)
    .flatMap((entry): readonly (readonly [string, string])[] => {
      const [prototype = '', sources = ''] = entry.split(':');
      const text = prototype.split('+').map(letter).join('');
      return sources.split(',').map((source) => [letter(source), text]);
    }),
);

const IGNORED = /\p{Default_Ignorable_Code_Point}/gu;
/** What nobody looks at in a name: blanks, dashes, points between words. */
const SEPARATORS = /[\p{Z}\p{Pd}\p{Pc}.·]/gu;

/** Two texts with equal skeletons can be taken for one another (UTS 39 §4, without the order of directions). */
export const skeleton = (text: string): string => {
  const letters = [...text.normalize('NFD').replace(IGNORED, '')];
  return letters
    .map((character) => PROTOTYPES.get(character) ?? character)
    .join('')
    .normalize('NFD');
};

/** Small capitals, which UTS 39 leaves apart from the letters they are the shape of; and turned letters. */
const SHAPES: ReadonlyMap<string, string> = new Map(
  [
    ...[
      'aᴀɐ',
      'bʙß',
      'cᴄ',
      'dᴅ',
      'eᴇɘǝəɛ',
      'fꜰ',
      'gɢ',
      'hʜ',
      'iɪ',
      'jᴊ',
      'kᴋ',
      'lʟ',
      'mᴍ',
      'nɴ',
      'oᴏ',
      'pᴘ',
      'qꞯ',
      'rʀ',
    ],
    ...['sꜱ', 'tᴛ', 'uᴜ', 'vᴠ', 'wᴡ', 'yʏ', 'zᴢ'],
  ].flatMap(([letter = '', ...shapes]) => shapes.map((shape) => [shape, letter] as const)),
);

const plainShapes = (text: string): string => [...text].map((letter) => SHAPES.get(letter) ?? letter).join('');

/**
 * What names are compared by: the skeleton, but alike for small and large letters and for words written together. The
 * letters i, l and the digit 1 are one: which of them look alike depends on their size. Not for showing.
 */
export const nameKey = (name: string): string => {
  // Before the table as well, in which some stand for one another.
  let key = plainShapes(name);
  // Small letters have prototypes of their own; a few rounds until nothing moves.
  for (let round = 0; round < 8; round += 1) {
    const next = plainShapes(skeleton(skeleton(key).toLowerCase()).toLowerCase())
      .replaceAll(/[iı]/g, 'l')
      .normalize('NFD');
    if (next === key) break;
    key = next;
  }
  return key.replace(SEPARATORS, '') || key;
};
