export interface RunningCalls {
  /** Counts a call until it ends. Returns its own promise. */
  track<R>(result: Promise<R>): Promise<R>;
  /** Resolves when none runs, or after `milliseconds`. */
  settled(milliseconds: number): Promise<void>;
}

export const runningCalls = (): RunningCalls => {
  const running = new Set<Promise<unknown>>();
  return {
    track(result) {
      running.add(result);
      const end = (): void => void running.delete(result);
      result.then(end, end);
      return result;
    },
    async settled(milliseconds) {
      const { promise: late, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, milliseconds);
      const ended = async (): Promise<void> => {
        while (running.size > 0) await Promise.allSettled(running);
      };
      await Promise.race([ended(), late]);
      clearTimeout(timer);
    },
  };
};
