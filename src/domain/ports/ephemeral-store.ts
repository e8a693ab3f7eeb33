import type { SweepSlice } from './document-store.ts';

/**
 * Values with a time to live. Losing every value at once may make people start over; it must never grant anything (decision
 * D13). TTLs are whole seconds, at least 1. Keys and values are strings; a key has at most 512 characters. A key names a
 * value, a claim or a counter, never two of them. Any method throws StoreUnavailable when the backend fails.
 */
export interface EphemeralStore {
  set(key: string, value: string, ttlSeconds: number): Promise<void>;
  get(key: string): Promise<string | undefined>;
  /** Removes and returns the value; of concurrent callers exactly one gets it. */
  take(key: string): Promise<string | undefined>;
  /** True for exactly one caller until the TTL has passed: replay of a `jti` (RFC 7523 §3, RFC 9449 §11.1). */
  claim(key: string, ttlSeconds: number): Promise<boolean>;
  /**
   * Adds `by`, default 1, to a counter that restarts `windowSeconds` after its first count; returns the new value. `by` is
   * a whole number. A negative one subtracts, not below 0, and begins no window; nor does 0, which changes nothing.
   */
  count(key: string, windowSeconds: number, by?: number): Promise<number>;
  /**
   * Removes expired values, at most `limit`. A store within this process ends after about `milliseconds`, because it serves
   * no request meanwhile. Does nothing where the server behind the store removes them.
   */
  sweep(limit: number, milliseconds?: number): Promise<SweepSlice>;
  /** How many values have expired and are still there, counted up to `most`. */
  countExpired(most: number): Promise<number>;
  /**
   * The epoch second at which this store was last found to have lost claims, if ever. Claims from before can no longer be
   * distinguished from missing ones and must be refused (decision D13). Current as of the last claim that resolved, so ask
   * after claiming. Absent in a store that loses nothing by itself.
   */
  coldSince?(): number | undefined;
  /** Idempotent. */
  close(): Promise<void>;
}
