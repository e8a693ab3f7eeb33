import type { SweepSlice } from './document-store.ts';

/**
 * Values with a time to live. If every value is lost at once, users may have to start over. The loss must never grant
 * anything (decision D13). TTLs are whole seconds, at least 1. Keys and values are strings; a key has at most 512
 * characters. A key names a value, a claim or a counter, never two of these. Any method throws StoreUnavailable when
 * the backend fails.
 */
export interface EphemeralStore {
  set(key: string, value: string, ttlSeconds: number): Promise<void>;
  get(key: string): Promise<string | undefined>;
  /** Removes and returns the value; exactly one of several concurrent callers gets it. */
  take(key: string): Promise<string | undefined>;
  /**
   * Claims a key. True for exactly one caller until the TTL has passed: prevents replay of a `jti` (RFC 7523 §3, RFC
   * 9449 §11.1).
   */
  claim(key: string, ttlSeconds: number): Promise<boolean>;
  /**
   * Adds `by`, default 1, to a counter that restarts `windowSeconds` after its first count; returns the new value. `by`
   * is a whole number. A negative number subtracts, not below 0, and begins no window. 0 changes nothing and begins no
   * window.
   */
  count(key: string, windowSeconds: number, by?: number): Promise<number>;
  /**
   * Removes expired values, at most `limit`. A store within this process stops after about `milliseconds`, because the
   * process serves no requests during the call. Does nothing where the database server removes them itself.
   */
  sweep(limit: number, milliseconds?: number): Promise<SweepSlice>;
  /** How many values have expired and are still there, counted up to `most`. */
  countExpired(most: number): Promise<number>;
  /**
   * The epoch second at which this store last detected a loss of claims, if ever. The caller must refuse claims from
   * before that second, which may be replays (decision D13). The value is current as of the last claim that resolved,
   * so read it after a claim. Absent in a store that loses nothing by itself.
   */
  coldSince?(): number | undefined;
  /** Idempotent. */
  close(): Promise<void>;
}
