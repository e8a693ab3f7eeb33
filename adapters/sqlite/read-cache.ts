import type { SqliteDatabase } from './database.ts';

/** Entries of one collection; the one that came first goes first. */
const MAX_ENTRIES = 2000;
/** Characters of a body; what is longer is read each time. */
const MAX_BODY = 8192;

/** What one collection remembers. To be used inside `SqliteDatabase.read` and `write` only. */
export type Remembered<V> = {
  /** Undefined: not known. */
  get(key: string): V | undefined;
  set(key: string, value: V, bodyLength: number): void;
  forget(key: string): void;
  clear(): void;
};

/**
 * What was read lately, so that nothing is read and parsed a second time while it stands unchanged.
 * Whoever writes forgets what the write touches; and `refresh` asks SQLite whether another connection has
 * committed since. It asks once for each callback of the event loop and the promises settled in it:
 * nothing can arrive in between, so every request is answered from what stood after it had arrived.
 */
export const readCache = (database: SqliteDatabase) => {
  const version = database.prepare('PRAGMA data_version');
  const regions: Map<string, unknown>[] = [];
  let seen: unknown;
  let isFresh = false;
  const outdate = (): void => {
    isFresh = false;
  };

  const clear = (): void => {
    for (const region of regions) region.clear();
  };

  return {
    /** To be called before each look-up, inside the same read. */
    refresh(): void {
      if (isFresh) return;
      const now = (version.get() as unknown as readonly [number])[0];
      isFresh = true;
      // Runs when no promise is left to settle, before the event loop goes on.
      process.nextTick(outdate);
      if (now === seen) return;
      seen = now;
      clear();
    },
    clear,
    region<V>(): Remembered<V> {
      const entries = new Map<string, V>();
      regions.push(entries);
      return {
        get: (key) => entries.get(key),
        set(key, value, bodyLength) {
          if (bodyLength > MAX_BODY) return;
          if (entries.size >= MAX_ENTRIES) entries.delete(entries.keys().next().value as string);
          entries.set(key, value);
        },
        forget: (key) => void entries.delete(key),
        clear: () => entries.clear(),
      };
    },
  };
};

export type ReadCache = ReturnType<typeof readCache>;
