/** Work that must be done once before a collection is used, such as the creation of its indexes. */
export type Preparation = (() => Promise<void>) & { readonly isDone: () => boolean };

/** Runs `work` once for all callers; after a failure the next caller starts again. */
export const preparation = (work: () => Promise<void>): Preparation => {
  let running: Promise<void> | undefined;
  let isDone = false;
  const prepare = async (): Promise<void> => {
    running ??= work().then(
      () => {
        isDone = true;
      },
      (error: unknown) => {
        running = undefined;
        throw error;
      },
    );
    return running;
  };
  // Starts now, not with the first request. A caller that needs it gets the error.
  prepare().catch(() => undefined);
  return Object.assign(prepare, { isDone: () => isDone });
};
