/**
 * Places of a long list of users by number. A store has cursors only, so an outline of the list remembers the cursor after each
 * part that was read, with the number of users up to there. Kept by this process for ten minutes.
 */
import type { Clock } from '../../ports/clock.ts';
import type { Cursor } from '../../ports/document-store.ts';
import type { Directory } from './directory.ts';

/** A walk from the first user begins with an outline of the last minute; its later pages use that one. */
const FRESH_SECONDS = 60;
const KEPT_SECONDS = 600;
/** Most directories whose outlines are kept. With 1,000,000 users, an outline has 2,000 places. */
const MOST_OUTLINES = 100;

/** Part of a list: how many users it has, where it ends, and whether the list up to there is too long to be read at once. */
export type OutlinePart = { readonly count: number; readonly end: Cursor; readonly isLong: boolean };

type Outline = {
  readonly at: number;
  readonly total: number;
  readonly isLong: boolean;
  /** `index`: number of users up to the cursor. */
  readonly places: readonly { readonly index: number; readonly after: Cursor }[];
};

/** A place before a user: the users after the cursor, without the first `skip`. */
export type IndexPlace = { readonly after: Cursor | undefined; readonly skip: number; readonly total: number };

export interface MemberOutlines {
  /** Whether the list of a directory was too long to be read at once when it was outlined. False: also unknown. */
  isLong(directory: Directory): boolean;
  /** Forgets the outline of a directory, which is longer now. */
  forget(directory: Directory): void;
  /** The place of a user by its number, from 1. Reads the whole list if there is no outline. Store errors propagate. */
  placeOf(directory: Directory, startIndex: number): Promise<IndexPlace>;
}

export const memberOutlines = ({
  clock,
  walk,
}: {
  readonly clock: Pick<Clock, 'now'>;
  /** All users in the order of the list. */
  readonly walk: (directory: Directory) => AsyncIterable<OutlinePart>;
}): MemberOutlines => {
  const outlines = new Map<string, Outline>();
  const building = new Map<string, Promise<Outline>>();

  const read = async (directory: Directory): Promise<Outline> => {
    const at = clock.now();
    const places: { index: number; after: Cursor }[] = [];
    let [total, isLong] = [0, false];
    for await (const { count, end, isLong: isLongHere } of walk(directory)) {
      total += count;
      isLong = isLongHere;
      places.push({ index: total, after: end });
    }
    const outline = { at, total, isLong, places };
    outlines.delete(directory.id);
    outlines.set(directory.id, outline);
    for (const oldest of outlines.keys()) {
      if (outlines.size <= MOST_OUTLINES) break;
      outlines.delete(oldest);
    }
    return outline;
  };

  /** Callers at the same time share one. */
  const build = (directory: Directory): Promise<Outline> => {
    const { id } = directory;
    const begun = building.get(id) ?? read(directory).finally(() => building.delete(id));
    building.set(id, begun);
    return begun;
  };

  return {
    isLong: ({ id }) => outlines.get(id)?.isLong === true,

    forget: ({ id }) => void outlines.delete(id),

    async placeOf(directory, startIndex) {
      const known = outlines.get(directory.id);
      const lasts = startIndex === 1 ? FRESH_SECONDS : KEPT_SECONDS;
      const outline = known && clock.now() - known.at < lasts ? known : await build(directory);
      const { index, after } = outline.places.findLast((place) => place.index < startIndex) ?? {
        ...{ index: 0, after: undefined },
      };
      return { after, skip: startIndex - 1 - index, total: outline.total };
    },
  };
};
