/** Scripts in use today (UAX 31, tables 5 and 7). */
const WRITTEN = [
  ...['Latin', 'Cyrillic', 'Greek', 'Armenian', 'Georgian', 'Hebrew', 'Arabic', 'Thaana', 'Ethiopic', 'Devanagari'],
  ...['Bengali', 'Gurmukhi', 'Gujarati', 'Oriya', 'Tamil', 'Telugu', 'Kannada', 'Malayalam', 'Sinhala', 'Thai', 'Lao'],
  ...['Tibetan', 'Myanmar', 'Khmer', 'Adlam', 'Balinese', 'Bamum', 'Batak', 'Canadian_Aboriginal', 'Chakma', 'Cham'],
  ...['Cherokee', 'Hanifi_Rohingya', 'Javanese', 'Kayah_Li', 'Lepcha', 'Limbu', 'Lisu', 'Mandaic', 'Meetei_Mayek'],
  ...['Miao', 'Mongolian', 'New_Tai_Lue', 'Newa', 'Nko', 'Nyiakeng_Puachue_Hmong', 'Ol_Chiki', 'Osage', 'Saurashtra'],
  ...['Sundanese', 'Syloti_Nagri', 'Syriac', 'Tai_Le', 'Tai_Tham', 'Tai_Viet', 'Tifinagh', 'Vai', 'Wancho', 'Yi'],
];

/** Latin letters are used together with these in ordinary writing (UTS 39 §5.2, highly restrictive). */
const TOGETHER = [
  ['Latin', 'Han', 'Hiragana', 'Katakana'],
  ['Latin', 'Han', 'Bopomofo'],
  ['Latin', 'Han', 'Hangul'],
];

const onlyOf = (scripts: readonly string[]): RegExp =>
  new RegExp(
    `^[${['Common', 'Inherited', ...scripts].map((name) => `\\p{Script_Extensions=${name}}`).join('')}]*$`,
    'u',
  );

const FINE: readonly (readonly string[])[] = [...TOGETHER, ...WRITTEN.map((script) => [script])];
/** By place in `FINE`, compiled at first use: to compile all of them takes longer than a start may. Most texts need the first. */
const patterns: RegExp[] = [];

const isOnlyOf = (scripts: readonly string[], place: number, text: string): boolean => {
  patterns[place] ??= onlyOf(scripts);
  return patterns[place].test(text);
};

/** Whether a text has letters of scripts that are not written together, or of one that is no longer in use. */
export const mixesScripts = (text: string): boolean => !FINE.some((scripts, place) => isOnlyOf(scripts, place, text));
