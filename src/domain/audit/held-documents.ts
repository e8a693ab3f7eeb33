/**
 * Documents that one process counts from the audit log: kept in memory, changed there, and stored seldom and many at a time. The log is
 * the durable record of what was counted: a process that ends, or loses the lock of the reader, leaves the stored documents and the stored
 * place in the log behind the counts, and the next one counts the same records once more.
 */

import type { Clock } from '../ports/clock.ts';
import { type Collection, type Document, StoreUnavailable, tryInsert } from '../ports/document-store.ts';
import type { StreamCursor } from './records-after.ts';

/** A document that says up to where it has counted each stream. `expiresAt`: the sweeper removes it, epoch seconds. */
type Counting = Document & { readonly counted: readonly StreamCursor[]; readonly expiresAt: number };

/** One document in memory. `version` 0: it is not stored. */
export type Held<T> = { readonly id: string; document: T | undefined; version: number; isChanged: boolean };

export interface HeldDocuments<T> {
  /** The document in memory. Undefined: it was not read yet, or its time is over. */
  known(id: string): Held<T> | undefined;
  /** Reads it from the store, and keeps it in memory. Throws StoreUnavailable. */
  load(id: string): Promise<Held<T>>;
  change(held: Held<T>, document: T): void;
  /** Those of these ids, as in memory, or else as stored. At most 1,000 ids. Throws StoreUnavailable. */
  getMany(ids: readonly string[]): Promise<ReadonlyMap<string, T>>;
  /** How many were changed and not stored. */
  changed(): number;
  /**
   * Stores at most `most` of what was changed when a round began, AT_ONCE documents at a time, and begins a round where none is under way.
   * Returns how many are left of the round; 0: it is complete, and the next call begins another one. `onFailed`: takes the failure of one
   * document, which stays changed, or throws it: 'unreadable' when a damaged one is stored. Throws StoreUnavailable where the store fails,
   * or where another process counted less of the log: this one has to read again.
   */
  store(onFailed: (id: string, error: unknown) => void, most?: number): Promise<number>;
  forget(): void;
}

/** Documents that are written in one transaction, where the store has such. */
const AT_ONCE = 50;

/** Whether one document counted all that the other did. */
const covers = (one: Counting, other: Counting): boolean =>
  other.counted.every(({ stream, sequence }) =>
    one.counted.some((place) => place.stream === stream && place.sequence >= sequence),
  );

/**
 * `most`: documents in memory, stored ones and changed ones together. The changed ones stay until they are stored, however many they are:
 * callers bound them.
 */
export const heldDocuments = <T extends Counting>(
  collection: Pick<Collection<T>, 'get' | 'getMany' | 'insert' | 'replace'>,
  { most, clock, pause }: { readonly most: number; readonly clock: Clock; readonly pause: () => Promise<void> },
): HeldDocuments<T> => {
  /** As they are stored, those that were used longest ago first. */
  let unchanged = new Map<string, Held<T>>();
  let changed = new Map<string, Held<T>>();
  /** The rest of the round. */
  let left: Held<T>[] = [];

  /** Its time is over: the sweeper removes it, and no person is known from it any more. */
  const isOver = ({ document, isChanged }: Held<T>): boolean =>
    !isChanged && document !== undefined && document.expiresAt <= clock.now();

  const known = (id: string): Held<T> | undefined => {
    const found = changed.get(id) ?? unchanged.get(id);
    return found && isOver(found) ? undefined : found;
  };

  /** Where no document was found, the sweeper removed it. One that is stored and cannot be read keeps its place. */
  const inserted = async (document: T): Promise<void> => {
    if (await tryInsert(collection, document)) return;
    throw new StoreUnavailable(`the stored document ${document.id} cannot be read`, { reason: 'unreadable' });
  };

  const write = async (held: Held<T>): Promise<void> => {
    const { id, document, version } = held;
    if (!document) return;
    const isWritten =
      version === 0 ? await tryInsert(collection, document) : await collection.replace(document, version);
    if (isWritten) held.version = version + 1;
    else {
      const found = await collection.get(id);
      if (!found) await inserted(document);
      else if (!covers(found.document, document))
        throw new StoreUnavailable(`another process counts ${id}, and has not read as far as this one`);
      held.document = found?.document ?? document;
      held.version = found?.version ?? 1;
    }
    held.isChanged = false;
    changed.delete(id);
    keep(held);
  };

  /** Keeps one that is stored, and drops those that were used longest ago. */
  const keep = (held: Held<T>): void => {
    unchanged.set(held.id, held);
    for (const id of unchanged.keys()) {
      if (unchanged.size + changed.size <= most) return;
      unchanged.delete(id);
    }
  };

  return {
    known,

    async load(id) {
      const found = await collection.get(id);
      const held = { id, document: found?.document, version: found?.version ?? 0, isChanged: false };
      keep(held);
      return held;
    },

    change(held, document) {
      held.document = document;
      if (held.isChanged) return;
      held.isChanged = true;
      unchanged.delete(held.id);
      changed.set(held.id, held);
    },

    async getMany(ids) {
      const stored = await collection.getMany(ids.filter((id) => !known(id)));
      const found = new Map(stored.map(({ document }) => [document.id, document]));
      for (const id of ids) {
        const document = known(id)?.document;
        if (document) found.set(id, document);
      }
      return found;
    },

    changed: () => changed.size,

    async store(onFailed, mostNow = Number.POSITIVE_INFINITY) {
      if (left.length === 0) left = [...changed.values()].reverse();
      for (let stored = 0; left.length > 0 && stored < mostNow; stored += AT_ONCE) {
        const some = left.splice(-AT_ONCE).reverse();
        const results = await Promise.allSettled(some.map(write));
        for (const [index, result] of results.entries())
          if (result.status === 'rejected') onFailed(some[index]?.id ?? '', result.reason);
        await pause();
      }
      for (const [id, held] of unchanged) if (isOver(held)) unchanged.delete(id);
      return left.length;
    },

    forget() {
      [unchanged, changed, left] = [new Map(), new Map(), []];
    },
  };
};
