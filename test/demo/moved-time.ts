/** The time of this process, to be set back and forth: what happened in two weeks is made in a minute. */
const TRUE = Date;
let behind = 0;

class MovedDate extends TRUE {
  constructor(...given: readonly unknown[]) {
    if (given.length === 0) super(TRUE.now() - behind);
    else super(...(given as [number]));
  }

  static override now(): number {
    return TRUE.now() - behind;
  }
}

/** From now on it is so many seconds ago, for everything in this process that asks for the time. */
export const goBack = (seconds: number): void => {
  behind = seconds * 1000;
  globalThis.Date = MovedDate as DateConstructor;
};
