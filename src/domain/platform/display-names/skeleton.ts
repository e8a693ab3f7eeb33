/**
 * Look-alike names: whether two names could be confused, and whether one is written to look like another. Owns the
 * rules of UTS 39 and the registry of verified names (verified-names.ts). The registries of agents and clients decide
 * which name an agent or client may have. They, groups and resource servers call this.
 */
import { keptByText } from '../../vocabulary/kept-by-text.ts';
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
/** Characters that readers overlook in a name: spaces, dashes, dots between words. */
const SEPARATORS = /[\p{Z}\p{Pd}\p{Pc}.·]/gu;

/** Two texts with equal skeletons can be confused (UTS 39 §4, without the order of directions). */
export const skeleton = (text: string): string => {
  const letters = [...text.normalize('NFD').replace(IGNORED, '')];
  return letters
    .map((character) => PROTOTYPES.get(character) ?? character)
    .join('')
    .normalize('NFD');
};

/** Small capitals, which UTS 39 does not map to the letters of their shape, and turned letters. */
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
 * The key that names are compared by: the skeleton, without regard to case and word breaks. Treats the letters i and l
 * and the digit 1 as one: which of them look alike depends on their case. Not for display.
 */
export const nameKey = (name: string): string => keptKey(name);

const newKey = (name: string): string => {
  // Also before the table, which maps some of them to each other.
  let key = plainShapes(name);
  // Lower-case letters have their own prototypes. Repeats until the text is stable.
  for (let round = 0; round < 8; round += 1) {
    const next = plainShapes(skeleton(skeleton(key).toLowerCase()).toLowerCase())
      .replaceAll(/[iı]/g, 'l')
      .normalize('NFD');
    if (next === key) break;
    key = next;
  }
  return key.replace(SEPARATORS, '') || key;
};

/** Pages and registries compare the same names again and again. */
const keptKey = keptByText(newKey, 1_000);
