/** Long work over a policy text, cut into slices between which the server answers other requests. */

/** Yields after each slice, and returns the result. */
export type Slices<T> = Generator<void, T, void>;

/**
 * Work of one slice, in characters of policies. Cedar parses, validates and prepares so many in 10 to 40 ms on one core. One policy is
 * never cut: a slice has up to 16 Ki characters more.
 */
const AT_ONCE = 16 * 1024;
/** What a policy costs besides its length. */
const FOR_EACH = 200;

/** Runs work to its end, with `pause` between its slices. */
export const inSlices = async <T>(work: Slices<T>, pause: () => Promise<void>): Promise<T> => {
  for (let step = work.next(); ; step = work.next()) {
    if (step.done) return step.value;
    await pause();
  }
};

/** Lists of policies in their order, each the work of one slice and at most `most` of them. */
export const portionsOf = <T>(
  policies: readonly T[],
  textOf: (policy: T) => string,
  most = Number.POSITIVE_INFINITY,
): readonly (readonly T[])[] => {
  const portions: T[][] = [];
  let room = 0;
  for (const policy of policies) {
    const last = portions.at(-1);
    if (last === undefined || room <= 0 || last.length === most) {
      portions.push([policy]);
      room = AT_ONCE;
    } else last.push(policy);
    room -= textOf(policy).length + FOR_EACH;
  }
  return portions;
};

/**
 * Runs work one after the other, in the order of the calls. A failure fails its own call only. Where the sizes of the works
 * ahead are more than `most` together, the call rejects with `refused()` and its work never begins.
 */
export const oneAfterAnother = (most: number, refused: () => Error) => {
  let last: Promise<void> = Promise.resolve();
  let ahead = 0;
  return async <T>(size: number, work: () => Promise<T>): Promise<T> => {
    if (ahead > most) throw refused();
    ahead += size;
    const mine = last.then(work);
    // Without the result, which may be large.
    last = mine.then(
      () => undefined,
      () => undefined,
    );
    try {
      return await mine;
    } finally {
      ahead -= size;
    }
  };
};
