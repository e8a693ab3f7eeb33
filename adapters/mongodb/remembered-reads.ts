/**
 * A cache of recent reads. A document is answered from memory while the change marks (change-marks.ts), which a request reads after it
 * has arrived and after each write of this process, show no change of it. Only inside `asOneRequest`; all other callers
 * always read the store. Every answer was true at some moment after the request arrived.
 */
import type { Document } from '../../src/domain/ports/document-store.ts';
import { askedMarks } from './asked-marks.ts';
import type { ChangeMarks } from './change-marks.ts';
import type { MarkedDocument } from './mark-states.ts';
import { type Region, type Remembering, rememberedRegion } from './remembered-region.ts';

export interface RememberedReads {
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

  /** The cache of one collection: what it holds and covers is described by `remembering`. */
  region<T extends Document>(remembering: Remembering): Region<T>;
}

export const rememberedReads = ({ marks, elapsed }: { marks: ChangeMarks; elapsed: () => number }): RememberedReads => {
  const asked = askedMarks({ marks, elapsed });
  return {
    asOneRequest: asked.asOneRequest,

    async write(work, changed, isUnknownOutcome) {
      try {
        return await (changed.length > 0 ? marks.change(changed, work, isUnknownOutcome) : work());
      } finally {
        asked.wrote();
      }
    },

    region: (remembering) => rememberedRegion(remembering, { asked, elapsed }),
  };
};
