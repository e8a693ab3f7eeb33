/** What the deliveries of this process to receivers have in common: they run side by side, one at a time for each receiver. */
import type { Clock } from '../ports/clock.ts';

/** Delivers to several receivers. */
export interface PolledDelivery {
  /** Starts to deliver what is due; does not wait for receivers. Called at short intervals. Throws StoreUnavailable. */
  poll(): Promise<void>;
  /** Resolves when this process delivers nothing. */
  idle(): Promise<void>;
  /** Starts no further work. Resolves when running work has ended, or after five seconds. */
  stop(): Promise<void>;
}

export interface DeliveryRuns extends Pick<PolledDelivery, 'idle' | 'stop'> {
  /** Runs the work of a receiver, unless it is running. Does not wait for it. */
  start(id: string, work: () => Promise<void>): void;
  /** Whether as many run as may. */
  isFull(): boolean;
  /** After `stop`. Work that is running asks before each step. */
  isStopped(): boolean;
}

const STOPPING_MILLISECONDS = 5_000;

/** `onError`: called with unexpected errors; the next poll repeats the work. `most`: runs at a time. */
export const deliveryRuns = (
  onError: (error: unknown) => void,
  most: number = Number.POSITIVE_INFINITY,
): DeliveryRuns => {
  const running = new Map<string, Promise<void>>();
  let isStopped = false;

  const idle = async (): Promise<void> => {
    while (running.size > 0) await Promise.all(running.values());
  };

  return {
    start(id, work) {
      if (isStopped || running.has(id)) return;
      const run = work()
        .catch(onError)
        .finally(() => running.delete(id));
      running.set(id, run);
    },
    isFull: () => running.size >= most,
    isStopped: () => isStopped,
    idle,
    async stop() {
      isStopped = true;
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, STOPPING_MILLISECONDS);
      });
      await Promise.race([idle(), late]);
      clearTimeout(timer);
    },
  };
};

/** The lock by which one process at a time delivers to a receiver. Its end passes when that process has crashed. */
export type DeliveryLock = { readonly lockedBy?: string; readonly lockedUntil?: number };

/** Whether another process than `node` delivers now. */
export const isLockedByOther = (
  { lockedBy, lockedUntil = 0 }: DeliveryLock,
  node: string,
  clock: Pick<Clock, 'now'>,
): boolean => lockedBy !== undefined && lockedBy !== node && lockedUntil > clock.now();
