/** Checks lines of an export on several threads. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { CheckedLine } from '../domain/audit/line-check.ts';
import type { CheckLines } from '../domain/audit/verify-export.ts';

export interface VerifyThreads {
  /** Checks a block on the thread with the fewest blocks. */
  readonly check: CheckLines;
  /** How many blocks keep all threads busy. */
  readonly ahead: number;
  close(): Promise<void>;
}

type Waiting = {
  readonly resolve: (lines: readonly CheckedLine[]) => void;
  readonly reject: (error: Error) => void;
};

/** More threads than this only wait for the one that follows the chains. */
const MOST_THREADS = 8;

/** `count`: by default as many as there are cores. */
export const verifyThreads = (count = Math.min(availableParallelism(), MOST_THREADS)): VerifyThreads => {
  const threads = Array.from({ length: count }, () => thread());
  return {
    ahead: 2 * count,
    check: (bytes) => {
      const [free] = threads.toSorted((one, other) => one.waiting() - other.waiting());
      if (!free) throw new RangeError('no threads');
      return free.check(bytes);
    },
    close: async () => {
      await Promise.all(threads.map((one) => one.close()));
    },
  };
};

const thread = () => {
  const worker = new Worker(new URL('verify-thread-worker.ts', import.meta.url));
  // A thread answers in the order of its blocks.
  const waiting: Waiting[] = [];
  worker.on('message', (lines: readonly CheckedLine[]) => waiting.shift()?.resolve(lines));
  worker.on('error', (error) => {
    for (const { reject } of waiting.splice(0)) reject(error);
  });
  return {
    waiting: () => waiting.length,
    check: (bytes: Uint8Array): Promise<readonly CheckedLine[]> => {
      // A copy, since other blocks are views of the same memory.
      const copy = new Uint8Array(bytes);
      const checked = new Promise<readonly CheckedLine[]>((resolve, reject) => {
        waiting.push({ resolve, reject });
        worker.postMessage(copy, [copy.buffer]);
      });
      // An earlier block may end the verification, so that this one is never waited for.
      checked.catch(() => {});
      return checked;
    },
    close: () => worker.terminate(),
  };
};
