/**
 * Reads that a request begins while it waits for another answer, and takes when it needs them. A read decides nothing before it is
 * taken, so that refusals keep their order, and one that failed matters only to who takes it.
 */
import { type OfRequest, requestState } from './request-state.ts';

/** Milliseconds. What began earlier is read again, as are the change marks of MongoDB. */
const MAX_AGE = 200;

/** Begins a read, unless one of this name has begun. `now`: milliseconds. */
export const beginRead = (of: OfRequest, name: string, now: number, read: () => Promise<unknown>): void => {
  const state = requestState(of);
  state.ahead ??= new Map();
  if (state.ahead.has(name)) return;
  const answer = read();
  answer.catch(() => undefined);
  state.ahead.set(name, { begunAt: now, answer });
};

/** The answer of the read that has begun under this name, once; otherwise that of `read`, which is the same read. `now`: milliseconds. */
export const takeRead = <R>(of: OfRequest, name: string, now: number, read: () => Promise<R>): Promise<R> => {
  const { ahead } = requestState(of);
  const begun = ahead?.get(name);
  ahead?.delete(name);
  const age = begun === undefined ? MAX_AGE : now - begun.begunAt;
  return age >= 0 && age < MAX_AGE ? (begun?.answer as Promise<R>) : read();
};
