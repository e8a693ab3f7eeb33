/**
 * As many as `limit`, if there are so many: a document that is not understood must not end a list early. `read` gets a limit, and
 * resolves with what it found in order, undefined for what is not understood.
 */
export const readableList = async <T>(
  limit: number,
  read: (limit: number) => Promise<readonly (T | undefined)[]>,
): Promise<readonly T[]> => {
  for (let asked = limit; ; ) {
    const found = await read(asked);
    const readable = found.filter((one) => one !== undefined);
    const missing = limit - readable.length;
    if (missing <= 0 || found.length < asked) return readable.slice(0, limit);
    asked += missing;
  }
};
