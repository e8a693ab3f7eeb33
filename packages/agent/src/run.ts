/** The bounds of one run of the follower: time, steps, requests, and the signal of the program. */
import { AgentStop, type Step, type StopReason } from './agent-stop.ts';
import type { Answer } from './authorization-server.ts';
import type { Clock } from './clock.ts';
import type { Denial, Remedy } from './denial.ts';
import type { Bounds } from './hooks.ts';

/** A hook did not settle in time. */
export const LATE = Symbol('late');

export interface Run {
  /** Seconds since the epoch at which the run ends. */
  readonly deadline: number;
  readonly signal: AbortSignal;
  now(): number;
  /** One request. Throws AgentStop beyond `bounds.requests`, after the deadline, and when the program aborts. */
  request(work: (signal: AbortSignal) => Promise<Answer>): Promise<Answer>;
  /** Throws AgentStop at once if the sleep would outlast the deadline, and when the program aborts. `early` ends it. */
  sleep(seconds: number, remedy: Remedy, early?: (signal: AbortSignal) => Promise<void>): Promise<void>;
  /** The answer of the hook for a remedy, LATE after so many seconds. Throws AgentStop if the hook throws. */
  hooked<T>(call: (signal: AbortSignal) => T | Promise<T>, seconds: number, remedy: Remedy): Promise<T | typeof LATE>;
  /** Notes what became of a remedy. Throws AgentStop if it is one more than `bounds.steps`. */
  note(remedy: Remedy, outcome: Step['outcome']): void;
  /** The refusal that is dealt with now. */
  refused(denial: Denial): void;
  stop(reason: StopReason, remedy?: Remedy, cause?: unknown): AgentStop;
}

export const newRun = (bounds: Bounds, clock: Clock, signal: AbortSignal): Run => {
  const steps: Step[] = [];
  const deadline = clock.now() + bounds.seconds;
  let requests = 0;
  let followed = 0;
  let current: Denial | undefined;

  const stop: Run['stop'] = (reason, remedy, cause) => new AgentStop(reason, { denial: current, remedy, steps, cause });
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    if (signal.aborted) throw stop('aborted', undefined, signal.reason);
    try {
      return await work();
    } catch (error) {
      if (signal.aborted) throw stop('aborted', undefined, signal.reason);
      throw error;
    }
  };

  /** Work that ends, with its signal, when the other does. */
  const first = async <T>(...works: readonly ((signal: AbortSignal) => Promise<T>)[]): Promise<T> => {
    const done = new AbortController();
    const either = AbortSignal.any([signal, done.signal]);
    try {
      return await Promise.race(works.map((work) => work(either)));
    } finally {
      done.abort();
    }
  };

  return {
    deadline,
    signal,
    now: () => clock.now(),
    request(work) {
      if (requests >= bounds.requests) throw stop('too_many_requests');
      if (clock.now() > deadline) throw stop('out_of_time');
      requests += 1;
      return guarded(() => work(signal));
    },
    sleep(seconds, remedy, early) {
      if (clock.now() + seconds > deadline) throw stop('out_of_time', remedy);
      return guarded(() => first((either) => clock.sleep(seconds, either), ...(early ? [early] : [])));
    },
    hooked: <T>(call: (signal: AbortSignal) => T | Promise<T>, seconds: number, remedy: Remedy) =>
      guarded(() =>
        first<T | typeof LATE>(
          async (either) => {
            try {
              return await call(either);
            } catch (error) {
              throw stop('hook_failed', remedy, error);
            }
          },
          async (either) => {
            await clock.sleep(Math.max(0, Math.min(seconds, deadline - clock.now())), either);
            return LATE;
          },
        ),
      ),
    note(remedy, outcome) {
      if (outcome === 'followed') {
        if (followed >= bounds.steps) throw stop('too_many_steps', remedy);
        followed += 1;
      }
      const { reason = '', id } = current ?? {};
      steps.push({ kind: remedy.kind, reason, denialId: id, at: clock.now(), outcome });
    },
    refused(denial) {
      current = denial;
    },
    stop,
  };
};
