import { wordsIn } from '../../platform/display-names/word-search.ts';

/** Maximum number of words indexed for an agent. Further words of a long purpose are left out. */
const MOST_WORDS = 16;

const normalised = (text: string): string => text.normalize('NFKC').toLowerCase();

/**
 * Search and sort terms of an agent (decision D15): the words of its name first, then of its provider and its
 * purpose.
 */
export const searchable = ({
  name,
  provider = '',
  purpose,
}: {
  readonly name: string;
  readonly provider?: string;
  readonly purpose: string;
}): { readonly nameKey: string; readonly words: readonly string[] } => ({
  nameKey: normalised(name),
  words: [...new Set([name, provider, purpose].flatMap(wordsIn))].slice(0, MOST_WORDS),
});

/** The words of a search, likely the rarest first. Empty when the search holds no word. */
export const wordsLookedFor = (search: string): readonly string[] =>
  [...new Set(wordsIn(search.slice(0, 500)))].sort((one, other) => other.length - one.length).slice(0, MOST_WORDS);
