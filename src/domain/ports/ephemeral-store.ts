import type { SweepSlice } from './document-store.ts';

/**
 * Values with a time to live. Losing every value at once may make people start over; it must never
 * grant anything (decision D13). TTLs are whole seconds, at least 1. Keys and values are strings; a
 * key is at most 512 characters, and names a value, a claim or a counter: no key serves two of them.
 * Any method throws StoreUnavailable when the backend fails.
 */
export interface EphemeralStore {
  set(key: string, value: string, ttlSeconds: number): Promise<void>;
  get(key: string): Promise<string | undefined>;
  /** Removes and returns the value; of concurrent callers exactly one gets it. */
  take(key: string): Promise<string | undefined>;
  /** True for exactly one caller until the TTL has passed: replay of a `jti` (RFC 7523 §3, RFC 9449 §11.1). */
  claim(key: string, ttlSeconds: number): Promise<boolean>;
  /**
   * Adds `by`, default 1, to a counter that starts anew `windowSeconds` after its first count; answers the new value.
   * `by` is a whole number; a negative one takes back what was counted, not below 0, and begins no window, nor does 0,
   * which changes nothing.
   */
  count(key: string, windowSeconds: number, by?: number): Promise<number>;
  /**
   * Removes expired values, at most `limit`. A store within this process ends after about `milliseconds`, because no
   * request is served meanwhile. Where the server behind the store removes them there is nothing to do.
   */
  sweep(limit: number, milliseconds?: number): Promise<SweepSlice>;
  /** How many values have expired and are still there, counted up to `most`. */
  countExpired(most: number): Promise<number>;
  /**
   * The epoch second at which this store was last found to have lost claims, if it ever was: whatever may have been
   * claimed before that can no longer be told from what was not, and must be refused (decision D13). Current as of
   * the last claim that resolved, so ask after claiming. Absent in a store that loses nothing by itself.
   */
  coldSince?(): number | undefined;
  /** Idempotent. */
  close(): Promise<void>;
}
