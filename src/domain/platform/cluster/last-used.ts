/**
 * Tracks when documents were last used. The time is stored apart from the document, so that a use does not change the
 * document. Uses are recorded in memory; housekeeping writes them at most once a minute for each document. A process
 * that crashes loses up to a minute.
 */
import type { Clock } from '../../ports/clock.ts';
import { type Collection, type Document, upsert } from '../../ports/document-store.ts';

/** `usedAt` in epoch seconds. */
type Use = { readonly usedAt: number };

/** Seconds between two writes for one document, unless a caller says otherwise. */
const APART_SECONDS = 60;
/** Maximum number of entries that this process remembers. Drops uses beyond it. */
const MOST_REMEMBERED = 100_000;
/** Maximum number of documents in one `flush`. */
const MOST_AT_ONCE = 2_000;

/** When documents were last used. Recorded in memory, written later. */
export interface LastUsedTracker<T> {
  /** Uses that are not written yet, by id. */
  readonly pending: ReadonlyMap<string, T>;
  /** Records a use at this moment. Costs only memory. */
  note(id: string, useOf: (usedAt: number) => T): void;
  /** Writes recorded uses, at most 2,000. Store errors propagate; unwritten uses stay recorded. */
  flush(): Promise<void>;
}

/** Writes a use as a document. Never overwrites a later use that another node wrote. */
export const usesIn =
  <T extends Document & Use>(collection: Collection<T>) =>
  (id: string, use: T): Promise<void> =>
    upsert(collection, id, (before) => (before && before.usedAt >= use.usedAt ? undefined : use));

/** `write` keeps the later one of the stored and the given use. `apartSeconds`: between two writes for one document. */
export const lastUsedTracker = <T extends Use>(
  clock: Pick<Clock, 'now'>,
  write: (id: string, use: T) => Promise<unknown>,
  apartSeconds = APART_SECONDS,
): LastUsedTracker<T> => {
  const pending = new Map<string, T>();
  const written = new Map<string, number>();

  return {
    pending: pending as ReadonlyMap<string, T>,

    note(id, useOf): void {
      const now = clock.now();
      if (now - (written.get(id) ?? Number.NEGATIVE_INFINITY) < apartSeconds) return;
      if (pending.has(id) || pending.size < MOST_REMEMBERED) pending.set(id, useOf(now));
    },

    async flush(): Promise<void> {
      for (const [id, use] of [...pending].slice(0, MOST_AT_ONCE)) {
        await write(id, use);
        if (pending.get(id) === use) pending.delete(id);
        if (written.size >= MOST_REMEMBERED) written.clear();
        written.set(id, use.usedAt);
      }
    },
  };
};
