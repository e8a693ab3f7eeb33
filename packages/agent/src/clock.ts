/** Time, as this package uses it. Tests give another one. */
export interface Clock {
  /** Seconds since the epoch. */
  now(): number;
  /** Resolves after so many seconds. Rejects with the reason of the signal when that aborts first. */
  sleep(seconds: number, signal: AbortSignal): Promise<void>;
}

/** The signal of a call that the program cannot abort. */
export const NEVER: AbortSignal = new AbortController().signal;

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now() / 1000,
  sleep(seconds, signal) {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      const aborted = (): void => {
        clearTimeout(timer);
        reject(signal.reason);
      };
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', aborted);
        resolve();
      }, seconds * 1000);
      signal.addEventListener('abort', aborted, { once: true });
    });
  },
};

/** The signal of a call, which also aborts after so many seconds. */
export const timeLimited = (signal: AbortSignal, seconds: number): AbortSignal =>
  AbortSignal.any([signal, AbortSignal.timeout(seconds * 1000)]);

/** The outcome of `work`, or the reason of the signal if that aborts first. */
export const abortable = <T>(work: Promise<T>, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    const aborted = (): void => reject(signal.reason);
    if (signal.aborted) aborted();
    signal.addEventListener('abort', aborted, { once: true });
    const settled = (): void => signal.removeEventListener('abort', aborted);
    work.then(
      (value) => {
        settled();
        resolve(value);
      },
      (error: unknown) => {
        settled();
        reject(error);
      },
    );
  });
