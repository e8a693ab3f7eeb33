import type { Clock } from './clock.ts';
import { unavailable } from './refusal.ts';

/**
 * Remembers what may be used once: DPoP proofs and approved actions. Replace it with a store that all processes of the API
 * share, since each process otherwise accepts a proof once.
 */
export interface UsedOnce {
  /**
   * Marks a key as used. Resolves to false if it was used before. Of several concurrent calls exactly one resolves to true.
   * `expiresAt` in epoch seconds: the key need not be kept longer. A rejection refuses the request with 503.
   */
  use(key: string, expiresAt: number): boolean | Promise<boolean>;
}

/** Expired keys that one call removes at most, so that no request pays for all. */
const SWEPT_PER_CALL = 8;

/** Keeps at most `most` keys in memory. A full store refuses: it never forgets a key that could be used again. */
export const memoryUsedOnce = (most: number, clock: Clock): UsedOnce => {
  const used = new Map<string, number>();
  const sweep = (now: number, limit: number): void => {
    let looked = 0;
    for (const [key, expiresAt] of used) {
      if (looked >= limit) return;
      looked += 1;
      if (expiresAt <= now) used.delete(key);
    }
  };
  return {
    use(key, expiresAt) {
      const now = clock();
      sweep(now, SWEPT_PER_CALL);
      const known = used.get(key);
      if (known !== undefined && known > now) return false;
      if (used.size >= most) sweep(now, most);
      if (used.size >= most) throw new Error(`${most} keys are remembered and none has expired`);
      used.delete(key);
      used.set(key, expiresAt);
      return true;
    },
  };
};

/** Asks the store, and refuses with 503 when it fails. */
export const useOnce = async (store: UsedOnce, key: string, expiresAt: number): Promise<boolean> => {
  try {
    return (await store.use(key, expiresAt)) === true;
  } catch (error) {
    throw unavailable('used_once_unavailable', String((error as Error)?.message ?? error));
  }
};
