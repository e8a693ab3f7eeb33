/**
 * Guesses which marks a request needs next, so that they are read together. A guess only decides how often a request waits: every mark
 * is read after the request has arrived, whichever request asked for it.
 */
import type { MarkedDocument } from './mark-states.ts';

export interface MarksAhead {
  /** A request that had waited for the mark of `after` then had to wait for those of `documents`. */
  needed(after: MarkedDocument, documents: readonly MarkedDocument[]): void;

  /** The partitions of `documents`, and those that a request needed after them before; at most 32 more. */
  of(documents: readonly MarkedDocument[]): ReadonlySet<number>;
}

/** Documents whose followers are known; the oldest is dropped first. */
const MOST_KNOWN = 5000;
const MOST_AHEAD = 32;
/** After so many wrong guesses in a row, a document is no hint: requests about many others need it, as with that of a resource server. */
const MOST_WRONG = 3;

/** `documents`: at most MOST_AHEAD. `wrong`: how often in a row a request needed others. */
type Followers = { readonly documents: readonly MarkedDocument[]; readonly wrong: number };

const keyOf = ({ partition, hash }: MarkedDocument): string => `${partition} ${hash}`;

export const marksAhead = (): MarksAhead => {
  const after = new Map<string, Followers>();
  return {
    needed(first, all) {
      // No guess is longer: a list may have a thousand documents.
      const documents = all.slice(0, MOST_AHEAD);
      const key = keyOf(first);
      const before = after.get(key);
      const isWrong = before !== undefined && !before.documents.some((one) => documents.some(isSame(one)));
      if (before === undefined && after.size >= MOST_KNOWN) after.delete(after.keys().next().value as string);
      // A read of many may need a thousand, which would stay in memory for each key.
      after.set(key, { documents: documents.slice(0, MOST_AHEAD), wrong: isWrong ? before.wrong + 1 : 0 });
    },
    of(documents) {
      const known = new Map(documents.map((one) => [keyOf(one), one]));
      for (const key of known.keys()) {
        const next = after.get(key);
        if (next === undefined || next.wrong >= MOST_WRONG) continue;
        for (const one of next.documents) if (known.size < documents.length + MOST_AHEAD) known.set(keyOf(one), one);
      }
      return new Set([...known.values()].map(({ partition }) => partition));
    },
  };
};

const isSame =
  (one: MarkedDocument) =>
  (other: MarkedDocument): boolean =>
    one.partition === other.partition && one.hash === other.hash;
