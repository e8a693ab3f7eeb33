/** Time for parts that take a clock. stopped-clock.ts is for a whole server, in which oidc-provider reads `Date`. */

export const START = 1_800_000_000;

/** A clock that stands still until it is moved. */
export const standingClock = (start = START) => {
  let seconds = start;
  return {
    now: () => seconds,
    nowMillis: () => seconds * 1000,
    move(by: number): void {
      seconds += by;
    },
  };
};
