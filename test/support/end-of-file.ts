/**
 * Work of a support module when a test file ends. Node loads the module once for all files of a worker, so an `afterAll` of the
 * module would run after the first of them only.
 */
const waiting: (() => unknown)[] = [];

/** Does the work after the last test of the file, the latest first. */
export const atEndOfFile = (work: () => unknown): void => void waiting.push(work);

/** For jest-runner.ts. */
export const endFile = async (): Promise<void> => {
  for (const work of waiting.splice(0).reverse()) await work();
};
