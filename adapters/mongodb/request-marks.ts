/**
 * The change marks that a request reads. It reads the common mark once, and again after each write of this process and after a
 * moment. Only while that mark does not show every change, it reads those of the partitions of what it asks for: together, with
 * those that requests of the same kind needed before.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { ChangeMarks } from './change-marks.ts';
import { markPredictor } from './mark-predictor.ts';
import type { CommonMark, MarkedDocument, MarkState } from './mark-states.ts';

/** The marks for one document. `own`: that of its partition; absent while the common mark shows every change. */
export type DocumentMarks = { readonly common: CommonMark; readonly own: MarkState | undefined };

export interface RequestMarks {
  /** Runs `work` as one request. */
  asOneRequest<R>(work: () => R): R;

  isInRequest(): boolean;

  /** The marks of these documents for this request, in their order. Undefined: read everything. */
  of(documents: readonly MarkedDocument[]): Promise<readonly DocumentMarks[] | undefined>;

  /** Makes every request under way read its marks again, because this process has written something. */
  invalidate(): void;
}

/** When a request began to read marks, the writes of this process before that, and the reads. */
type MarkReads = {
  readonly at: number;
  readonly writes: number;
  readonly common: Promise<CommonMark | undefined>;
  readonly partitions: Map<number, Promise<MarkState>>;
  /** Partitions of the documents that the request asked for. */
  readonly needed: Set<number>;
};
type Request = {
  reads?: MarkReads;
  /** Whose mark it had to wait for last. */
  waitedFor?: MarkedDocument;
};

/** How long a request relies on its last read of the marks. */
const MAX_AGE_SECONDS = 0.2;
/** Marks that a request reads again at once. */
const MOST_REREAD = 32;
/** Of documents with more marks that are missing, the store is asked: one command finds them all. */
const MOST_MISSING = 32;

/** A mark that was read ahead and failed matters only to who needs it. */
const begun = <R>(answer: Promise<R>): Promise<R> => {
  answer.catch(() => undefined);
  return answer;
};

export const requestMarks = ({ marks, elapsed }: { marks: ChangeMarks; elapsed: () => number }): RequestMarks => {
  const requests = new AsyncLocalStorage<Request>();
  const predictor = markPredictor();
  let writes = 0;
  /** As the common mark said last: only decides whether a request waits once or twice. */
  let arePartitionsNeeded = false;

  const readsOf = (request: Request): MarkReads => {
    const { reads } = request;
    if (reads?.writes === writes && elapsed() - reads.at <= MAX_AGE_SECONDS) return reads;
    const common = marks.common().then((found) => {
      arePartitionsNeeded = found !== undefined && found.mode !== 'common';
      return found;
    });
    const noneYet = { partitions: new Map<number, Promise<MarkState>>(), needed: new Set<number>() };
    const next: MarkReads = { at: elapsed(), writes, common: begun(common), ...noneYet };
    request.reads = next;
    // What it needed last, it will need again.
    if (arePartitionsNeeded) read(next, [...(reads?.needed ?? [])].slice(-MOST_REREAD));
    return next;
  };
  const read = ({ partitions }: MarkReads, wanted: Iterable<number>): void => {
    for (const one of wanted) if (!partitions.has(one)) partitions.set(one, begun(marks.partition(one)));
  };
  /** Begins to read what is missing. Returns false, without a read, when too many marks are. */
  const prefetch = (request: Request, reads: MarkReads, documents: readonly MarkedDocument[]): boolean => {
    const missing = documents.filter(({ partition }) => !reads.partitions.has(partition));
    if (new Set(missing.map(({ partition }) => partition)).size > MOST_MISSING) return false;
    for (const { partition } of documents) reads.needed.add(partition);
    if (missing.length === 0) return true;
    if (request.waitedFor) predictor.learn(request.waitedFor, missing);
    request.waitedFor = missing[0] as MarkedDocument;
    read(reads, predictor.predict(missing));
    return true;
  };

  return {
    asOneRequest: (work) => requests.run({}, work),
    isInRequest: () => requests.getStore() !== undefined,

    async of(documents) {
      const request = requests.getStore();
      if (!request) return undefined;
      const reads = readsOf(request);
      if (arePartitionsNeeded) prefetch(request, reads, documents);
      const common = await reads.common;
      if (common?.mode === 'common') return documents.map(() => ({ common, own: undefined }));
      if (!common || !prefetch(request, reads, documents)) return undefined;
      return Promise.all(
        documents.map(async ({ partition }) => ({ common, own: await reads.partitions.get(partition) })),
      );
    },

    invalidate() {
      writes += 1;
    },
  };
};
