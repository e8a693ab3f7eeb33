import { nameKey } from './skeleton.ts';

/** Words of a name: `AcmePortal` has two. */
const wordsOf = (name: string): readonly string[] =>
  name
    .normalize('NFKC')
    .replace(/(?<=\p{Ll})(?=\p{Lu})/gu, ' ')
    .split(/[^\p{L}\p{N}\p{M}]+/u)
    .filter((word) => word !== '');

/** Keys of all runs of words next to one another, written together and at most so long: `S e c Team` has `sec`, `secteam` and more. */
const runsOf = (keys: readonly string[], longest: number): ReadonlySet<string> => {
  const runs = new Set<string>();
  for (let from = 0; from < keys.length; from += 1) {
    let run = '';
    for (let to = from; to < keys.length && run.length <= longest; to += 1) {
      run += keys[to];
      runs.add(run);
    }
  }
  return runs;
};

/** Letters of a key from which on it is found inside of words, too. */
const LONG_ENOUGH = 6;

/**
 * Finds which of these names a text can be taken for: as a run of its words, also spaced out or written together, and
 * names of six letters or more also inside of words. Look-alike letters are one letter (UTS 39 §4).
 */
export const nameFinder = (names: readonly string[], { isInside = false } = {}) => {
  const known = names.map((name) => ({ name, key: nameKey(name) })).filter(({ key }) => key !== '');
  const longest = Math.max(...known.map(({ key }) => key.length));
  return (text: string): string | undefined => {
    const keys = wordsOf(text).map(nameKey);
    const runs = runsOf(keys, longest);
    const whole = keys.join('');
    return known.find(({ key }) => runs.has(key) || (isInside && key.length >= LONG_ENOUGH && whole.includes(key)))
      ?.name;
  };
};
