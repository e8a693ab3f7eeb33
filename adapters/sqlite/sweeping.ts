import type { SweepSlice } from '../../src/domain/ports/document-store.ts';
import type { SqliteDatabase } from './database.ts';

/** Rows removed between two checks of the time. */
const CHUNK = 16;

/**
 * Removes rows in small chunks until `limit` are gone, nothing is left or `milliseconds` have passed. Use it inside
 * `SqliteDatabase.write`. `remove` removes at most the given number of rows and returns how many it removed.
 */
export const sweepInChunks = (
  { elapsed }: Pick<SqliteDatabase, 'elapsed'>,
  { limit, milliseconds }: { readonly limit: number; readonly milliseconds: number },
  remove: (most: number) => number,
): SweepSlice => {
  const end = elapsed() + milliseconds / 1000;
  let removed = 0;
  do {
    const most = Math.min(CHUNK, limit - removed);
    const gone = remove(most);
    removed += gone;
    if (gone < most) return { removed, isDone: true };
  } while (removed < limit && elapsed() < end);
  return { removed, isDone: false };
};

/** Pages in a slice: moving one costs some 20 µs. */
const PAGES_A_SLICE = 32;
/** 8 MB. This many empty pages are kept, because the next rows need them. */
const KEPT_PAGES = 2000;
/** Also a share of the file: pages that a steady load leaves empty between two sweeps stay in the file. */
const KEPT_SHARE = 0.25;

/**
 * Returns empty pages at the end of the file to the file system, once more of them are empty than are worth keeping.
 * The file gets shorter at the next checkpoint of the log. A file created before `auto_vacuum` was set keeps its
 * length and reuses its empty pages. Returns whether more are left to return.
 */
export const giveBackPages = async (database: SqliteDatabase): Promise<boolean> => {
  const numberOf = (pragma: string): number =>
    Number((database.prepare(`PRAGMA ${pragma}`).get() as unknown as readonly [number])[0]);
  const surplus = (): number => numberOf('freelist_count') - Math.max(KEPT_PAGES, numberOf('page_count') * KEPT_SHARE);
  if (database.read(surplus) <= 0 || database.read(() => numberOf('auto_vacuum')) !== INCREMENTAL) return false;
  return database.write(
    () => {
      database.prepare(`PRAGMA incremental_vacuum(${PAGES_A_SLICE})`).all();
      return surplus() > 0;
    },
    'buffered',
    { purpose: 'sweep' },
  );
};

const INCREMENTAL = 2;
