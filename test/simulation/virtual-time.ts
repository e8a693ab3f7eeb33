/** Time that passes only while everything waits: hours of a history take seconds, and a seed always gives the same history. */
import type { Random } from '../campaigns/campaign.ts';

export type VirtualTime = {
  /** Milliseconds since the history began. */
  now(): number;
  /** Runs `work` at that moment, in milliseconds; two works of one moment run in the order in which they were given. */
  at(moment: number, work: () => void): void;
  sleep(milliseconds: number): Promise<void>;
  /** Lets time pass until the promise of `work` settles. Throws when that waits for nothing. */
  run<R>(work: () => Promise<R>): Promise<R>;
};

type Event = { readonly moment: number; readonly number: number; readonly work: () => void };

const isBefore = (one: Event, other: Event): boolean =>
  one.moment < other.moment || (one.moment === other.moment && one.number < other.number);

/** Of the process, also where a test replaces the timers. All promises that can settle do so before it runs. */
const nextTurn = globalThis.setImmediate;
const turn = (): Promise<void> => new Promise((resolve) => nextTurn(() => resolve()));

export const virtualTime = (): VirtualTime => {
  const queue = eventQueue();
  let now = 0;
  let events = 0;
  const at = (moment: number, work: () => void): void => {
    events += 1;
    queue.add({ moment: Math.max(now, moment), number: events, work });
  };
  return {
    now: () => now,
    at,
    sleep: (milliseconds) => new Promise((resolve) => at(now + milliseconds, resolve)),
    async run(work) {
      let isOver = false;
      const result = work().finally(() => {
        isOver = true;
      });
      result.catch(() => undefined);
      for (;;) {
        await turn();
        if (isOver) return result;
        const next = queue.take();
        if (!next) throw new Error('the history waits for something that does not happen');
        now = next.moment;
        next.work();
      }
    },
  };
};

/** Calls `work` at random moments between two in milliseconds, so many times a second on average (a Poisson process). */
export const poisson = async (
  time: VirtualTime,
  random: Random,
  { perSecond, from = 0, until }: { readonly perSecond: number; readonly from?: number; readonly until: number },
  work: () => Promise<void>,
): Promise<void> => {
  const begun: Promise<void>[] = [];
  if (perSecond === 0) return;
  await time.sleep(from);
  for (;;) {
    await time.sleep((-Math.log(1 - random.next()) * 1000) / perSecond);
    if (time.now() > until) break;
    begun.push(work());
  }
  await Promise.all(begun);
};

/** A binary heap: the earliest event is taken first. */
const eventQueue = () => {
  const heap: Event[] = [];
  const held = (at: number): Event => heap[at] as Event;
  return {
    add(event: Event): void {
      let at = heap.push(event) - 1;
      for (let above = (at - 1) >> 1; at > 0 && isBefore(event, held(above)); above = (at - 1) >> 1) {
        heap[at] = held(above);
        at = above;
      }
      heap[at] = event;
    },
    take(): Event | undefined {
      const first = heap[0];
      const last = heap.pop();
      if (!last || heap.length === 0) return first;
      let at = 0;
      for (let below = 1; below < heap.length; below = 2 * at + 1) {
        if (below + 1 < heap.length && isBefore(held(below + 1), held(below))) below += 1;
        if (!isBefore(held(below), last)) break;
        heap[at] = held(below);
        at = below;
      }
      heap[at] = last;
      return first;
    },
  };
};
