/** Whether the store or the audit log takes no writes. Any other error is a bug and propagates. */
const isOutage = (error: unknown): boolean =>
  ['store_unavailable', 'unavailable'].includes(String((error as { code?: unknown } | undefined)?.code));

/** Returns the result. Undefined while the store or the audit log takes no writes. */
export const unlessOut = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await work();
  } catch (error) {
    if (!isOutage(error)) throw error;
    return undefined;
  }
};

/** Whether the work succeeded. False while the store or the audit log takes no writes. */
export const succeeds = async (work: () => Promise<unknown>): Promise<boolean> =>
  (await unlessOut(async () => {
    await work();
    return true;
  })) ?? false;
