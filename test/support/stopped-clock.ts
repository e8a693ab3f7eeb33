/** Time that stands still until a test moves it: server, oidc-provider and test read the same `Date`. Timers stay real. */
import { jest } from '@jest/globals';

export const stopClock = (): void => {
  jest.useFakeTimers({
    now: Date.now(),
    doNotFake: [
      'nextTick',
      'setImmediate',
      'clearImmediate',
      'setTimeout',
      'clearTimeout',
      'setInterval',
      'clearInterval',
      'queueMicrotask',
      'performance',
      'hrtime',
    ],
  });
};

export const startClock = (): void => {
  jest.useRealTimers();
};

export const advance = (milliseconds: number): void => {
  jest.setSystemTime(Date.now() + milliseconds);
};

/** Stops the clock so many seconds later. */
export const laterBy = (seconds: number): void => {
  stopClock();
  advance(seconds * 1000);
};

/** The second it is now. */
export const now = (): number => Math.floor(Date.now() / 1000);
