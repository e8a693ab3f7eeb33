/**
 * A cache of recent reads. A document is answered from memory while the change marks (change-marks.ts), which a request reads after it
 * has arrived and after each write of this process, show no change of it. Only inside `asOneRequest`; all other callers
 * always read the store. Every answer was true at some moment after the request arrived.
 */
import type { Document } from '../../src/domain/ports/document-store.ts';
import type { ChangeMarks } from './change-marks.ts';
import { type CachedCollection, type CollectionCache, collectionCache } from './collection-cache.ts';
import type { MarkedDocument } from './mark-states.ts';
import { requestMarks } from './request-marks.ts';

export interface ReadCache {
  /**
   * Runs `work` as one request, which reads the marks once for all it reads. Outside of a request, everything
   * is read.
   */
  asOneRequest<R>(work: () => R): R;

  /** Runs a write of this process. `changed`: the documents that some process may cache. */
  write<R>(
    work: () => Promise<R>,
    changed: readonly MarkedDocument[],
    isUnknownOutcome: (error: unknown) => boolean,
  ): Promise<R>;

  /** The cache of one collection, of the documents that its declaration says. */
  of<T extends Document>(collection: CachedCollection): CollectionCache<T>;
}

export const readCache = ({ marks, elapsed }: { marks: ChangeMarks; elapsed: () => number }): ReadCache => {
  const ofRequests = requestMarks({ marks, elapsed });
  return {
    asOneRequest: ofRequests.asOneRequest,

    async write(work, changed, isUnknownOutcome) {
      try {
        return await (changed.length > 0 ? marks.change(changed, work, isUnknownOutcome) : work());
      } finally {
        ofRequests.invalidate();
      }
    },

    of: (collection) => collectionCache(collection, { marks: ofRequests, elapsed }),
  };
};
