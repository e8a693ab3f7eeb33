export interface Turns {
  /** Whether it is the caller's turn, in order of arrival; false after `milliseconds`, without a limit unless given. */
  take(milliseconds?: number): Promise<boolean>;
  /** Ends a turn that was taken. */
  give(): void;
}

/** At most `most` have their turn at once. */
export const turns = (most: number): Turns => {
  const waiting = new Set<() => void>();
  let taken = 0;
  return {
    async take(milliseconds) {
      if (taken < most) {
        taken += 1;
        return true;
      }
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const begin = (): void => resolve(true);
      waiting.add(begin);
      if (milliseconds === undefined) return promise;
      const timer = setTimeout(() => {
        waiting.delete(begin);
        resolve(false);
      }, milliseconds);
      return promise.finally(() => clearTimeout(timer));
    },
    give() {
      // The next one gets the turn, so `taken` stays.
      const [next] = waiting;
      if (next) {
        waiting.delete(next);
        next();
      } else taken -= 1;
    },
  };
};
