/** The cache of one collection. read-cache.ts creates it. */
import type { Document, Versioned } from '../../src/domain/ports/document-store.ts';
import type { CachedReads } from '../../src/domain/ports/owned-collection.ts';
import { isUnchanged, type MarkedDocument, markedDocument, positionIn } from './mark-states.ts';
import type { DocumentMarks, RequestMarks } from './request-marks.ts';

/** How one collection is cached. */
export type CachedCollection = CachedReads & { readonly name: string };

export type CollectionCache<T extends Document> = {
  /** Called by a write of this process, which makes the cached value stale. */
  forget(id: string): void;
  isChangedBy(operation: 'insert' | 'replace' | 'take', id: string): boolean;
  get(id: string, read: () => Promise<Read<T>>): Promise<Versioned<T> | undefined>;
  getMany(
    ids: readonly string[],
    read: (ids: readonly string[]) => Promise<readonly Read<T>[]>,
  ): Promise<readonly Versioned<T>[]>;
  /** For a value that at most one document has in the member `field`. `get` reads a document by its id. */
  find(
    by: UniqueValue,
    read: () => Promise<Read<T>>,
    get: (id: string) => Promise<Read<T>>,
  ): Promise<Versioned<T> | undefined>;
};

export type UniqueValue = { readonly field: string; readonly value: string };

/** The document found, and its size in characters. */
export type Read<T> = { readonly found: Versioned<T> | undefined; readonly length: number };

/**
 * The newest changes when an entry was current: of all, and of its partition. Each is absent when that mark did not show every change of
 * the document then.
 */
type Positions = {
  readonly generation: string;
  readonly common: string | undefined;
  readonly own: string | undefined;
};
type Entry = {
  readonly found: Versioned<Document> | undefined;
  readonly readAt: number;
  positions: Positions;
};

/** Entries of one collection; the oldest is dropped first. */
const MAX_ENTRIES = 2000;
/** Characters; a longer body is read each time. */
const MAX_LENGTH = 8192;
/** Applies in addition to the marks: an operator may have written to the database directly. */
const MAX_AGE_SECONDS = 60;

const positionsOf = ({ common, own }: DocumentMarks, document: MarkedDocument): Positions => ({
  generation: common.generation,
  common: common.mode === 'common' ? positionIn(common, document) : undefined,
  own: own && positionIn(own, document),
});

const isCurrent = ({ common, own }: DocumentMarks, document: MarkedDocument, positions: Positions): boolean => {
  if (positions.generation !== common.generation) return false;
  const [mark, position] = common.mode === 'common' ? [common, positions.common] : [own, positions.own];
  return mark !== undefined && position !== undefined && isUnchanged(mark, document, position);
};

export const collectionCache = <T extends Document>(
  { ids, absence, name }: CachedCollection,
  { marks, elapsed }: { readonly marks: RequestMarks; readonly elapsed: () => number },
): CollectionCache<T> => {
  const entries = new Map<string, Entry>();
  /** The id that had a value last, by field and value. */
  const holders = new Map<string, string>();
  const covers = (id: string): boolean => ids === undefined || ids.test(id);
  const marked = (id: string): MarkedDocument => markedDocument(name, id);

  const cached = (at: DocumentMarks | undefined, id: string): Entry | undefined => {
    const entry = at && entries.get(id);
    if (!entry || elapsed() - entry.readAt > MAX_AGE_SECONDS) return undefined;
    const document = marked(id);
    if (!isCurrent(at, document, entry.positions)) return undefined;
    // It is as new as these marks, which keep few changes.
    entry.positions = positionsOf(at, document);
    return entry;
  };
  /** `at` was read before the document. */
  const keep = (at: DocumentMarks | undefined, id: string, readAt: number, { found, length }: Read<T>): void => {
    if (!at || length > MAX_LENGTH || (found === undefined && absence === undefined)) return;
    const positions = positionsOf(at, marked(id));
    if (positions.common === undefined && positions.own === undefined) return;
    bounded(entries, id, { found, readAt, positions });
  };
  const readThrough = async (id: string, read: () => Promise<Read<T>>): Promise<Versioned<T> | undefined> => {
    const at = (await marks.of([marked(id)]))?.[0];
    const entry = cached(at, id);
    if (entry) return entry.found as Versioned<T> | undefined;
    const readAt = elapsed();
    const answer = await read();
    keep(at, id, readAt, answer);
    return answer.found;
  };

  return {
    forget: (id) => void entries.delete(id),
    isChangedBy: (operation, id) => covers(id) && (operation !== 'insert' || absence === 'allows'),
    get: (id, read) => (covers(id) ? readThrough(id, read) : read().then(({ found }) => found)),
    async getMany(wanted, read) {
      const covered = wanted.filter(covers);
      const answers = covered.length > 0 ? await marks.of(covered.map(marked)) : undefined;
      const at = new Map(covered.map((id, index) => [id, answers?.[index]]));
      const entry = new Map(wanted.map((id) => [id, cached(at.get(id), id)]));
      const missing = [...entry].filter(([, one]) => one === undefined).map(([id]) => id);
      const readAt = elapsed();
      const found = missing.length === 0 ? [] : await read(missing);
      const fresh = new Map(missing.map((id, index) => [id, found[index] ?? NOTHING]));
      for (const [id, answer] of fresh) if (covers(id)) keep(at.get(id), id, readAt, answer);
      return wanted.flatMap((id) => {
        const one = entry.get(id)?.found ?? fresh.get(id)?.found;
        return one ? [one as Versioned<T>] : [];
      });
    },
    async find({ field, value }, read, get) {
      const key = `${field}=${value}`;
      const holder = marks.isInRequest() ? holders.get(key) : undefined;
      if (holder !== undefined) {
        // Another document can only take the value after this one has lost it, which is a change of this one.
        const held = await readThrough(holder, () => get(holder));
        if (held && (held.document as Readonly<Record<string, unknown>>)[field] === value) return held;
        holders.delete(key);
      }
      const { found } = await read();
      if (found && covers(found.document.id)) bounded(holders, key, found.document.id);
      return found;
    },
  };
};

const NOTHING = { found: undefined, length: 0 } as const;

/** Sets the newest entry; drops the oldest of too many. */
const bounded = <V>(map: Map<string, V>, key: string, value: V): void => {
  map.delete(key);
  if (map.size >= MAX_ENTRIES) map.delete(map.keys().next().value as string);
  map.set(key, value);
};
