/** Concurrency limit, so that one request does not take all capacity of the stores and of an external decision point. */
const AT_ONCE = 16;

/** The results of `act` for each item, in their order. Rejects with the first error; calls that began go on. */
export const fewAtOnce = async <T, R>(items: readonly T[], act: (item: T) => Promise<R>): Promise<readonly R[]> => {
  const answers: R[] = [];
  for (let from = 0; from < items.length; from += AT_ONCE) {
    answers.push(...(await Promise.all(items.slice(from, from + AT_ONCE).map(act))));
  }
  return answers;
};
