/**
 * Predicts which marks a request needs next, so that it reads them together. A prediction only decides how often a request waits: every
 * mark is read after the request has arrived, whichever request asked for it.
 */
import type { MarkedDocument } from './mark-states.ts';

export interface MarkPredictor {
  /** A request that had waited for the mark of `after` then had to wait for those of `documents`. */
  learn(after: MarkedDocument, documents: readonly MarkedDocument[]): void;

  /** The partitions of `documents`, and those that a request needed after them before; at most 32 more. */
  predict(documents: readonly MarkedDocument[]): ReadonlySet<number>;
}

/** Documents whose followers are known; the oldest is dropped first. */
const MOST_KNOWN = 5000;
const MOST_PREDICTED = 32;
/** After so many wrong predictions in a row, a document predicts nothing: requests about many others need it, as that of a resource server. */
const MOST_WRONG = 3;

/** `documents`: at most MOST_PREDICTED. `wrong`: how often in a row a request needed others. */
type Followers = { readonly documents: readonly MarkedDocument[]; readonly wrong: number };

const keyOf = ({ partition, hash }: MarkedDocument): string => `${partition} ${hash}`;

export const markPredictor = (): MarkPredictor => {
  const after = new Map<string, Followers>();
  return {
    learn(first, all) {
      // A list may have a thousand documents, and would stay in memory for each key.
      const documents = all.slice(0, MOST_PREDICTED);
      const key = keyOf(first);
      const before = after.get(key);
      const isWrong = before !== undefined && !before.documents.some((one) => documents.some(isSame(one)));
      if (before === undefined && after.size >= MOST_KNOWN) after.delete(after.keys().next().value as string);
      after.set(key, { documents, wrong: isWrong ? before.wrong + 1 : 0 });
    },
    predict(documents) {
      const known = new Map(documents.map((one) => [keyOf(one), one]));
      for (const key of known.keys()) {
        const next = after.get(key);
        if (next === undefined || next.wrong >= MOST_WRONG) continue;
        for (const one of next.documents)
          if (known.size < documents.length + MOST_PREDICTED) known.set(keyOf(one), one);
      }
      return new Set([...known.values()].map(({ partition }) => partition));
    },
  };
};

const isSame =
  (one: MarkedDocument) =>
  (other: MarkedDocument): boolean =>
    one.partition === other.partition && one.hash === other.hash;
