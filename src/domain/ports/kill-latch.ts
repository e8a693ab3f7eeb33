import type { Kill } from '../vocabulary/kill.ts';

/** A kill as one node keeps it outside the store, with what the store and the audit log do not hold yet. */
export type LatchedKill = { readonly kill: Kill; readonly missing: readonly ('audit' | 'store')[] };

/**
 * Kills on the data volume of a node. The latch holds the kills that were ordered while the store took no writes. It
 * also holds a copy of each standing kill, so that restoring an earlier database does not lose it (decision D24). A
 * write is on stable storage when its promise resolves. Processes on one volume share the latch. Any method throws when
 * the volume fails.
 */
export interface KillLatch {
  /**
   * Allocates room for future kills, so that `write` works on a volume that has become full. Idempotent. Absent where
   * allocation is not needed.
   */
  prepare?(): Promise<void>;
  read(): Promise<readonly LatchedKill[]>;
  /** Replaces what was written for the same kill. */
  write(latched: LatchedKill): Promise<void>;
  /** Idempotent. */
  remove(id: string): Promise<void>;
}
