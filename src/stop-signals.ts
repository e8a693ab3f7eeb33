/** SIGTERM and SIGINT of this process. Owns the meaning of the first and of later signals. Called by main.ts. */
import { constants } from 'node:os';
import { stopwatch } from '../adapters/node/stopwatch.ts';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
/** Ctrl+C reaches a process twice within milliseconds: from the terminal, and from npm, which forwards its own signal. */
const SAME_SECONDS = 2;

/**
 * Resolves at the first SIGTERM or SIGINT. A further signal within two seconds is a duplicate and changes nothing. A later
 * one ends the process at once, with 128 and the number of the signal as exit code. `isWorker`: further signals never change
 * anything. The supervisor ends its workers, and they end when it is gone.
 */
export const stopSignal = ({ isWorker = false } = {}): Promise<void> =>
  new Promise((resolve) => {
    let first: number | undefined;
    for (const signal of SIGNALS) {
      process.on(signal, () => {
        first ??= stopwatch();
        if (!isWorker && stopwatch() - first > SAME_SECONDS) process.exit(128 + constants.signals[signal]);
        resolve();
      });
    }
  });
