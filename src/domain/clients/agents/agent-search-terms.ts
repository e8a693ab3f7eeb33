import { wordsIn } from '../../platform/display-names/word-search.ts';

/** Words an agent has at most; more of a long purpose are left out. */
const MOST_WORDS = 16;

const normalised = (text: string): string => text.normalize('NFKC').toLowerCase();

/** By what an agent is found and ordered (decision D15): the words of its name first, then of who makes it and of what it is for. */
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

/** The words that somebody looks for, the one that is likely the rarest first; none when there are none in it. */
export const wordsLookedFor = (search: string): readonly string[] =>
  [...new Set(wordsIn(search.slice(0, 500)))].sort((one, other) => other.length - one.length).slice(0, MOST_WORDS);
