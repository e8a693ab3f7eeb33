/**
 * A cache of recent reads, used while nothing has changed. The change marks are read once for each request and after
 * each write of this process, before the cache is used. Only inside `asOneRequest`; all other callers always read
 * the store. Every answer was true at some moment after the request arrived.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Document, Versioned } from '../../src/domain/ports/document-store.ts';
import type { CachedReads } from '../../src/domain/ports/owned-collection.ts';
import type { ChangeMarks } from './change-marks.ts';

/** How one collection is cached. */
export type Remembering = CachedReads & { readonly name: string };

export type Region<T extends Document> = {
  /** Called by a write of this process, which makes the cached value stale. */
  forget(id: string): void;
  isChangedBy(operation: 'insert' | 'replace' | 'take', id: string): boolean;
  get(id: string, read: () => Promise<Read<T>>): Promise<Versioned<T> | undefined>;
  getMany(
    ids: readonly string[],
    read: (ids: readonly string[]) => Promise<readonly Read<T>[]>,
  ): Promise<readonly Versioned<T>[]>;
  /** For a value that at most one document has. */
  find(key: string, read: () => Promise<Read<T>>): Promise<Versioned<T> | undefined>;
};

/** The documents found, and their size in characters. */
export type Read<T> = { readonly found: Versioned<T> | undefined; readonly length: number };

type Entry = { readonly found: Versioned<Document> | undefined; readonly readAt: number };
/** What a request last read from the marks. */
type Asked = {
  readonly at: number;
  /** The writes of this process before it read them. */
  readonly writes: number;
  readonly answer: Promise<string | undefined>;
};
type Request = { asked?: Asked };

/** Entries of one collection; the oldest is dropped first. */
const MAX_ENTRIES = 2000;
/** Characters; a longer body is read each time. */
const MAX_LENGTH = 8192;
/** How long a request relies on its last read of the marks. */
const ASK_AGAIN_SECONDS = 0.2;
/** Applies in addition to the marks: an operator may have written to the database directly. */
const MAX_AGE_SECONDS = 60;

export interface RememberedReads {
  /**
   * Runs `work` as one request, which reads the marks once for all it reads. Outside of a request, everything
   * is read.
   */
  asOneRequest<R>(work: () => R): R;

  /** Runs a write of this process; `isChange`: of a document that some process may cache. */
  write<R>(work: () => Promise<R>, isChange: boolean, isUnknownOutcome: (error: unknown) => boolean): Promise<R>;

  /** The cache of one collection: what it holds and covers is described by `remembering`. */
  region<T extends Document>(remembering: Remembering): Region<T>;
}

export const rememberedReads = ({ marks, elapsed }: { marks: ChangeMarks; elapsed: () => number }): RememberedReads => {
  const requests = new AsyncLocalStorage<Request>();
  const regions: Map<string, Entry>[] = [];
  /** The state of the marks when all entries were read. */
  let state: string | undefined;
  let writes = 0;

  const clear = (now: string): void => {
    for (const region of regions) region.clear();
    state = now;
  };

  let asking: Promise<string | undefined> | undefined;
  let next: Promise<string | undefined> | undefined;
  /** One read of the marks for all waiting callers. A read that was already under way answers none of them. */
  const ask = (): Promise<string | undefined> => {
    if (asking === undefined) {
      asking = marks.state().finally(() => {
        asking = undefined;
      });
      return asking;
    }
    next ??= asking
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        return ask();
      });
    return next;
  };

  /** The state for this request. Undefined: read everything. */
  const current = async (): Promise<string | undefined> => {
    const request = requests.getStore();
    if (!request) return undefined;
    const { asked } = request;
    if (asked && asked.writes === writes && elapsed() - asked.at <= ASK_AGAIN_SECONDS) return asked.answer;
    const answer = ask().then((found) => {
      if (found !== undefined && found !== state) clear(found);
      return found;
    });
    request.asked = { at: elapsed(), writes, answer };
    return answer;
  };

  return {
    asOneRequest: <R>(work: () => R): R => requests.run({}, work),

    async write<R>(
      work: () => Promise<R>,
      isChange: boolean,
      isUnknownOutcome: (error: unknown) => boolean,
    ): Promise<R> {
      try {
        return await (isChange ? marks.change(work, isUnknownOutcome) : work());
      } finally {
        writes += 1;
      }
    },

    region<T extends Document>({ ids, absence }: Remembering): Region<T> {
      const entries = new Map<string, Entry>();
      regions.push(entries);
      const covers = (id: string): boolean => ids === undefined || ids.test(id);

      const known = (at: string | undefined, key: string): Entry | undefined => {
        const entry = at === undefined || at !== state ? undefined : entries.get(key);
        return entry && elapsed() - entry.readAt <= MAX_AGE_SECONDS ? entry : undefined;
      };
      const remember = (at: string | undefined, key: string, readAt: number, { found, length }: Read<T>): void => {
        if (at === undefined || at !== state || length > MAX_LENGTH) return;
        if (found === undefined && absence === undefined) return;
        if (entries.size >= MAX_ENTRIES) entries.delete(entries.keys().next().value as string);
        entries.set(key, { found, readAt });
      };
      const through = async (key: string, read: () => Promise<Read<T>>): Promise<Versioned<T> | undefined> => {
        const at = await current();
        const entry = known(at, key);
        if (entry) return entry.found as Versioned<T> | undefined;
        const readAt = elapsed();
        const answer = await read();
        remember(at, key, readAt, answer);
        return answer.found;
      };

      return {
        forget: (id) => void entries.delete(`id=${id}`),
        isChangedBy: (operation, id) => covers(id) && (operation !== 'insert' || absence === 'allows'),
        get: (id, read) => (covers(id) ? through(`id=${id}`, read) : read().then(({ found }) => found)),
        async getMany(wanted, read) {
          const at = wanted.some(covers) ? await current() : undefined;
          const entry = new Map(wanted.map((id) => [id, known(at, `id=${id}`)]));
          const missing = [...entry].filter(([, one]) => one === undefined).map(([id]) => id);
          const readAt = elapsed();
          const answers = missing.length === 0 ? [] : await read(missing);
          const fresh = new Map(missing.map((id, index) => [id, answers[index] ?? NOTHING]));
          for (const [id, answer] of fresh) if (covers(id)) remember(at, `id=${id}`, readAt, answer);
          return wanted.flatMap((id) => {
            const found = entry.get(id)?.found ?? fresh.get(id)?.found;
            return found ? [found as Versioned<T>] : [];
          });
        },
        find: (key, read) =>
          through(`key=${key}`, async () => {
            const answer = await read();
            // Another document may take the value; for this one only a change could remove it.
            return answer.found === undefined || !covers(answer.found.document.id)
              ? { ...answer, length: Number.POSITIVE_INFINITY }
              : answer;
          }),
      };
    },
  };
};

const NOTHING = { found: undefined, length: 0 } as const;
