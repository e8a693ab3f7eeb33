import type { SqliteDatabase } from './database.ts';
import { changeMarks } from './tables.ts';

/** Entries of one collection; the oldest is dropped first. */
const MAX_ENTRIES = 2000;
/** Characters of a body; a longer body is read each time. */
const MAX_BODY = 8192;

/** The cache of one collection. Use it inside `SqliteDatabase.read` and `write` only. */
export type Remembered<V> = {
  /** Undefined: not cached. */
  get(key: string): V | undefined;
  /** Caches `value`, unless the body is too long. Several callers get the value: it is frozen. */
  set(key: string, value: () => V, bodyLength: number): void;
  forget(key: string): void;
  clear(): void;
};

/** The cached documents of one collection. */
export type RememberedCollection = {
  /** Call it before each look-up, inside the same read. */
  refresh(): void;
  /** Clears the whole cache: a statement removed rows without naming them. */
  clear(): void;
  region<V>(): Remembered<V>;
};

const nothing = (): undefined => undefined;

/** Of a collection that is read seldom. It needs no change mark, whose update is a page of each transaction. */
export const NO_CACHE: RememberedCollection = {
  refresh: nothing,
  clear: nothing,
  region: () => ({ get: nothing, set: nothing, forget: nothing, clear: nothing }),
};

/**
 * A cache of recent reads, so that no unchanged document is read and parsed a second time. A writer invalidates what
 * the write touches. `refresh` asks SQLite whether another connection has committed since, and if so, whether
 * anything of this collection was changed. It asks once for each callback of the event loop and the promises settled
 * in it. Nothing can arrive in between, so every request is answered from the state after its arrival.
 */
export const readCache = (database: SqliteDatabase) => {
  const version = database.prepare('PRAGMA data_version');
  const counted = changeMarks(database);
  let seen: unknown;
  /** Increases when other connections have committed something. */
  let commits = 0;
  let isFresh = false;
  const outdate = (): void => {
    isFresh = false;
  };
  const look = (): void => {
    if (isFresh) return;
    const now = (version.get() as unknown as readonly [number])[0];
    isFresh = true;
    // Runs when no promise is left to settle, before the event loop continues.
    process.nextTick(outdate);
    if (now === seen) return;
    seen = now;
    commits += 1;
  };

  return {
    collection(name: string): RememberedCollection {
      counted.ensure(name);
      const marks = database.prepare('SELECT times FROM changes WHERE collection = ?');
      const regions: Map<string, unknown>[] = [];
      let lookedAfter = -1;
      /** Includes our own changes: after changes of others the cache may be cleared once too often. */
      let mark: number | undefined;
      const clear = (): void => {
        for (const region of regions) region.clear();
      };

      return {
        refresh() {
          look();
          if (lookedAfter === commits) return;
          const now = (marks.get(name) as unknown as readonly [number] | undefined)?.[0];
          if (now === undefined || now !== mark) clear();
          mark = now;
          lookedAfter = commits;
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
              entries.set(key, value());
            },
            forget: (key) => void entries.delete(key),
            clear: () => entries.clear(),
          };
        },
      };
    },
  };
};
