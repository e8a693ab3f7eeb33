import type { Versioned } from '../../ports/document-store.ts';
import { NEWEST_FIRST, type Page, type PageQuery, placeIn } from '../registries/registered-documents.ts';

const LONGEST_WORD = 40;
const WORDS = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu;

/** Words of a text as they are compared: normalised and lower case. */
export const wordsIn = (text: string): readonly string[] =>
  [...text.normalize('NFKC').toLowerCase().matchAll(WORDS)].map(([word]) => [...word].slice(0, LONGEST_WORD).join(''));

/** Whether each search word is the beginning of a word of the texts. */
export const hasWords = (search: string, texts: readonly (string | undefined)[]): boolean => {
  const words = texts.flatMap((text) => wordsIn(text ?? ''));
  return wordsIn(search).every((wanted) => words.some((word) => word.startsWith(wanted)));
};

/**
 * Maximum number of documents examined for one page. The page then ends, full or not, and the next page continues from
 * there.
 */
const MOST_LOOKED_AT = 1_000;
const BATCH = 200;

/**
 * A page of matching documents from a list that is ordered by creation. It may be shorter than requested and still have
 * a next page. Registries of users and software are small compared with that of agents, which has an index of words.
 */
export const fittingPage = async <T extends { readonly id: string; readonly createdAt: number }>(
  list: (query: PageQuery) => Promise<Page<T>>,
  fits: (document: T) => boolean,
  { after, limit = 50, order }: PageQuery,
): Promise<Page<T>> => {
  const items: Versioned<T>[] = [];
  let from = after;
  for (let lookedAt = 0; lookedAt < MOST_LOOKED_AT; lookedAt += BATCH) {
    const page = await list({ limit: BATCH, ...(order ? { order } : {}), ...(from ? { after: from } : {}) });
    for (const [index, one] of page.items.entries()) {
      if (!fits(one.document)) continue;
      items.push(one);
      if (items.length < limit) continue;
      const isEnd = index === page.items.length - 1 && page.next === undefined;
      return isEnd ? { items } : { items, next: placeIn(one.document, order ?? NEWEST_FIRST) };
    }
    if (page.next === undefined) return { items };
    from = page.next;
  }
  return from ? { items, next: from } : { items };
};
