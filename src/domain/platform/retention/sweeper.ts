/**
 * Removes what has expired from both stores, each collection until nothing is left. The collections take turns, a
 * slice each, so that a large one delays no other; between two slices this process serves requests. Several
 * processes may sweep one store at once. Called by housekeeping.
 */
import type { Clock } from '../../ports/clock.ts';
import type { DocumentStore, SweepSlice } from '../../ports/document-store.ts';
import type { EphemeralStore } from '../../ports/ephemeral-store.ts';

/** Number of documents in a slice. */
const SLICE_ROWS = 500;
/** Number of documents in a slice of a service, which reads each of them. */
const OTHER_ROWS = 50;

type Pace = {
  /** The age of a run from which this pace applies, in seconds. */
  readonly from: number;
  /** Maximum time for which one slice may block a process that holds its own store. */
  readonly sliceMilliseconds: number;
  /** The share of the time for slices; the rest is for requests. */
  readonly share: number;
  readonly longestPauseMilliseconds: number;
};

/** A long run does not keep up with the load that creates the documents. From then on it removes more at a time. */
const PACES: readonly Pace[] = [
  { from: 15, sliceMilliseconds: 4, share: 0.5, longestPauseMilliseconds: 10 },
  { from: 5, sliceMilliseconds: 2, share: 0.3, longestPauseMilliseconds: 20 },
];
const FIRST_PACE: Pace = { from: 0, sliceMilliseconds: 1, share: 0.1, longestPauseMilliseconds: 100 };

/** A long run checks all collections again, so that one that does not finish delays no other. */
const LOOK_AGAIN_SECONDS = 5;

/** The backlog is counted up to here. */
const MOST_COUNTED = 10_000;
const COUNT_EVERY_SECONDS = 1;

/** The name under which all of the ephemeral store is swept. */
const EPHEMERAL = 'ephemeral';

/** Documents that a service removes itself, because their removal depends on more than age. */
export type Sweepable = {
  readonly name: string;
  sweep(limit: number): Promise<SweepSlice>;
  countExpired(): Promise<number>;
};

type Part = Omit<Sweepable, 'sweep'> & {
  sweep(milliseconds: number): Promise<SweepSlice>;
  countedAt: number;
};

export type Sweeper = {
  /**
   * Sweeps until nothing expired is left, or `stop` is called. If a collection fails, sweeps the others and retries it
   * later; at the end throws the first error. Returns how many documents were removed. Concurrent callers share one
   * run.
   */
  run(): Promise<number>;
  /** Ends the current run after its slice. */
  stop(): void;
};

export const sweeper = (deps: {
  readonly documents: Pick<DocumentStore, 'expiring' | 'sweep' | 'countExpired' | 'shrink'>;
  readonly ephemeral: Pick<EphemeralStore, 'sweep' | 'countExpired'>;
  readonly others?: readonly Sweepable[];
  readonly clock: Pick<Clock, 'now'>;
  /** Seconds since some fixed moment; never set. */
  readonly elapsed: () => number;
  readonly pause: (milliseconds: number) => Promise<void>;
  readonly onRemoved: (collection: string, documents: number) => void;
  /** Expired documents that are still stored, at most 10,000; zero when a collection is done. */
  readonly onBacklog: (collection: string, documents: number) => void;
}): Sweeper => {
  const { documents, ephemeral, clock, elapsed, onRemoved, onBacklog } = deps;
  let isStopped = false;
  let running: Promise<number> | undefined;

  const others: readonly Sweepable[] = deps.others ?? [];

  const partsOf = (now: number): Part[] => [
    ...documents.expiring().map((name) => ({
      name,
      sweep: (milliseconds: number) => documents.sweep(name, now, SLICE_ROWS, milliseconds),
      countExpired: () => documents.countExpired(name, now, MOST_COUNTED),
      countedAt: Number.NEGATIVE_INFINITY,
    })),
    {
      name: EPHEMERAL,
      sweep: (milliseconds) => ephemeral.sweep(SLICE_ROWS, milliseconds),
      countExpired: () => ephemeral.countExpired(MOST_COUNTED),
      countedAt: Number.NEGATIVE_INFINITY,
    },
    ...others.map((other) => ({
      ...other,
      sweep: () => other.sweep(OTHER_ROWS),
      countedAt: Number.NEGATIVE_INFINITY,
    })),
  ];

  /**
   * Counts the backlog. This walks part of an index, so it runs only for a collection with a backlog, and at most once
   * a second.
   */
  const measure = async (part: Part): Promise<void> => {
    if (elapsed() - part.countedAt < COUNT_EVERY_SECONDS) return;
    part.countedAt = elapsed();
    onBacklog(part.name, await part.countExpired());
  };

  const run = async (): Promise<number> => {
    const began = elapsed();
    const errors: unknown[] = [];
    let removed = 0;

    /** Runs a slice, then pauses for other requests for as long as the pace requires. */
    const shared = async <R>(work: (milliseconds: number) => Promise<R>): Promise<R> => {
      const from = elapsed();
      const pace = PACES.find((each) => from - began >= each.from) ?? FIRST_PACE;
      const outcome = await work(pace.sliceMilliseconds);
      const took = (elapsed() - from) * 1000;
      await deps.pause(Math.min(pace.longestPauseMilliseconds, took * (1 / pace.share - 1)));
      return outcome;
    };

    /** Returns whether there is more to sweep in this run. */
    const sweepSlice = async (part: Part): Promise<boolean> => {
      try {
        const slice = await shared(part.sweep);
        removed += slice.removed;
        if (slice.removed > 0) onRemoved(part.name, slice.removed);
        if (slice.isDone) onBacklog(part.name, 0);
        else await measure(part);
        return !slice.isDone;
      } catch (error) {
        errors.push(error);
        await measure(part).catch(() => undefined);
        return false;
      }
    };

    let parts = partsOf(clock.now());
    let lookedAt = began;
    while (parts.length > 0 && !isStopped) {
      const left: Part[] = [];
      for (const part of parts) {
        if (isStopped) break;
        if (await sweepSlice(part)) left.push(part);
      }
      const isOld = left.length > 0 && elapsed() - lookedAt >= LOOK_AGAIN_SECONDS;
      if (isOld) lookedAt = elapsed();
      parts = isOld ? partsOf(clock.now()) : left;
    }
    while (!isStopped && documents.shrink && (await shared(async () => documents.shrink?.())));
    if (errors.length > 0) throw errors[0];
    return removed;
  };

  return {
    run() {
      running ??= run().finally(() => {
        running = undefined;
      });
      return running;
    },
    stop() {
      isStopped = true;
    },
  };
};
