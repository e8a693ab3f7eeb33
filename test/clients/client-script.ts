/** What a stock client's script is: it names its package, installs what is missing, and checks one thing after the other. */
import type { Ground } from './client-server.ts';

/** Runs one check; a failure is kept and the next check runs. Answers whether it passed. */
export type Check = (name: string, run: () => Promise<void>) => Promise<boolean>;

export type ClientScript = {
  readonly name: string;
  /** Makes the package ready and answers its version; throws when it cannot be had, which is a failure. */
  readonly prepare: () => Promise<string>;
  readonly run: (ground: Ground, check: Check) => Promise<void>;
};

/** Throws with both values when `actual` is not `expected`. */
export const expectSame = (what: string, actual: unknown, expected: unknown): void => {
  if (JSON.stringify(actual) !== JSON.stringify(expected))
    throw new Error(`${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`);
};

/** The `error` a promise is rejected with, as OAuth libraries name it; throws when it is not rejected. */
export const errorOf = async (promise: Promise<unknown>): Promise<unknown> => {
  try {
    await promise;
  } catch (error) {
    return (error as { error?: unknown }).error ?? String(error);
  }
  throw new Error('expected a refusal, got an answer');
};
