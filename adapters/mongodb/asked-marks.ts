/**
 * What a request knows of the change marks. It reads the common mark once, and again after each write of this process and after a
 * moment. Only while that mark does not show every change, it reads those of the partitions of what it asks for: together, with
 * those that requests of the same kind needed before.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { ChangeMarks } from './change-marks.ts';
import type { CommonMark, MarkedDocument, MarkState } from './mark-states.ts';
import { marksAhead } from './marks-ahead.ts';

/** `own`: the mark of the partition of one document; absent while the common mark shows every change. */
export type Asked = { readonly common: CommonMark; readonly own: MarkState | undefined };

export interface AskedMarks {
  /** Runs `work` as one request. */
  asOneRequest<R>(work: () => R): R;

  isInRequest(): boolean;

  /** The marks of these documents for this request, in their order. Undefined: read everything. */
  of(documents: readonly MarkedDocument[]): Promise<readonly Asked[] | undefined>;

  /** This process has written something: every request under way reads its marks again. */
  wrote(): void;
}

/** When it began to read marks, the writes of this process before that, and the answers. */
type Answers = {
  readonly at: number;
  readonly writes: number;
  readonly common: Promise<CommonMark | undefined>;
  readonly partitions: Map<number, Promise<MarkState>>;
  /** Partitions of the documents that the request asked for. */
  readonly needed: Set<number>;
};
type Request = {
  answers?: Answers;
  /** Whose mark it had to wait for last. */
  waitedFor?: MarkedDocument;
};

/** How long a request relies on its last read of the marks. */
const ASK_AGAIN_SECONDS = 0.2;
/** Marks that a request reads again at once. */
const MOST_AGAIN = 32;
/** Of documents with more marks that are missing, the store is asked: one command finds them all. */
const MOST_MISSING = 32;

/** A mark that was read ahead and failed matters only to who needs it. */
const begun = <R>(answer: Promise<R>): Promise<R> => {
  answer.catch(() => undefined);
  return answer;
};

export const askedMarks = ({ marks, elapsed }: { marks: ChangeMarks; elapsed: () => number }): AskedMarks => {
  const requests = new AsyncLocalStorage<Request>();
  const ahead = marksAhead();
  let writes = 0;
  /** As the common mark said last: only decides whether a request waits once or twice. */
  let arePartitionsNeeded = false;

  const answersFor = (request: Request): Answers => {
    const { answers } = request;
    if (answers?.writes === writes && elapsed() - answers.at <= ASK_AGAIN_SECONDS) return answers;
    const common = marks.common().then((found) => {
      arePartitionsNeeded = found !== undefined && found.mode !== 'common';
      return found;
    });
    const read = { partitions: new Map<number, Promise<MarkState>>(), needed: new Set<number>() };
    const next: Answers = { at: elapsed(), writes, common: begun(common), ...read };
    request.answers = next;
    // What it needed last, it will need again.
    if (arePartitionsNeeded) ask(next, [...(answers?.needed ?? [])].slice(-MOST_AGAIN));
    return next;
  };
  const ask = ({ partitions }: Answers, wanted: Iterable<number>): void => {
    for (const one of wanted) if (!partitions.has(one)) partitions.set(one, begun(marks.partition(one)));
  };
  /** Returns false, without a read, when too many marks are missing. */
  const askAhead = (request: Request, answers: Answers, documents: readonly MarkedDocument[]): boolean => {
    const missing = documents.filter(({ partition }) => !answers.partitions.has(partition));
    if (new Set(missing.map(({ partition }) => partition)).size > MOST_MISSING) return false;
    for (const { partition } of documents) answers.needed.add(partition);
    if (missing.length === 0) return true;
    if (request.waitedFor) ahead.needed(request.waitedFor, missing);
    request.waitedFor = missing[0] as MarkedDocument;
    ask(answers, ahead.of(missing));
    return true;
  };

  return {
    asOneRequest: (work) => requests.run({}, work),
    isInRequest: () => requests.getStore() !== undefined,

    async of(documents) {
      const request = requests.getStore();
      if (!request) return undefined;
      const answers = answersFor(request);
      if (arePartitionsNeeded) askAhead(request, answers, documents);
      const common = await answers.common;
      if (common?.mode === 'common') return documents.map(() => ({ common, own: undefined }));
      if (!common || !askAhead(request, answers, documents)) return undefined;
      return Promise.all(
        documents.map(async ({ partition }) => ({ common, own: await answers.partitions.get(partition) })),
      );
    },

    wrote() {
      writes += 1;
    },
  };
};
