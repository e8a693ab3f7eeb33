import type { SweepSlice } from '../../src/domain/ports/document-store.ts';

/** Entries examined in one slice, expired or not. */
const LOOKED_AT = 2000;

/** Removes expired entries of a Map, a slice at a time. */
export interface Sweeping<E> {
  /** `remove` removes an entry that has expired and returns whether it had. `isDone`: every entry was looked at. */
  slice(limit: number, remove: (entry: E) => boolean): SweepSlice;
}

/**
 * Walks the entries of a Map slice by slice, each time from the end of the last slice. The iterator of a Map
 * includes entries that are added meanwhile and skips removed ones.
 */
export const sweepingOver = <E>(begin: () => Iterator<E>): Sweeping<E> => {
  let at: Iterator<E> | undefined;
  return {
    slice(limit: number, remove: (entry: E) => boolean): SweepSlice {
      at ??= begin();
      let removed = 0;
      for (let looked = 0; looked < LOOKED_AT && removed < limit; looked += 1) {
        const next = at.next();
        if (next.done === true) {
          at = undefined;
          return { removed, isDone: true };
        }
        if (remove(next.value)) removed += 1;
      }
      return { removed, isDone: false };
    },
  };
};

/** The number of entries that match, counted up to `most`. */
export const countUpTo = <E>(most: number, entries: Iterable<E>, holds: (entry: E) => boolean): number => {
  let found = 0;
  for (const entry of entries) {
    if (found >= most) break;
    if (holds(entry)) found += 1;
  }
  return found;
};
