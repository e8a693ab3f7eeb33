/**
 * Replay protection after the store of claims has lost some (decision D13). Refuses values that may have been used before the
 * loss. Their owner makes new ones, so that this costs a few seconds and no authority.
 */
import type { EphemeralStore } from '../../domain/ports/ephemeral-store.ts';

/** Nodes with a clock error above 2 s are not ready, so two nodes differ by at most this much. */
const CLOCKS_APART_SECONDS = 4;

/**
 * Whether something dated `issuedAt`, by a clock at most `aheadSeconds` ahead, may have been used before a loss. Call it
 * after claiming.
 */
export const mayHaveBeenUsed = (ephemeral: EphemeralStore, issuedAt: number, aheadSeconds: number): boolean => {
  const since = ephemeral.coldSince?.();
  return since !== undefined && issuedAt < since + aheadSeconds + CLOCKS_APART_SECONDS;
};

/** Whether a loss lies at most `seconds` back. */
export const isCold = (ephemeral: EphemeralStore, now: number, seconds: number): boolean => {
  const since = ephemeral.coldSince?.();
  return since !== undefined && now < since + seconds + CLOCKS_APART_SECONDS;
};
