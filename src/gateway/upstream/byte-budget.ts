/** Bytes that all connections together hold at a time. */
export interface ByteBudget {
  /** False: it would be more than the bound, and none is counted. */
  take(bytes: number): boolean;
  give(bytes: number): void;
}

export const byteBudget = (most: number): ByteBudget => {
  let held = 0;
  return {
    take(bytes) {
      if (held + bytes > most) return false;
      held += bytes;
      return true;
    },
    give(bytes) {
      held -= bytes;
    },
  };
};
