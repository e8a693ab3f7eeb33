/**
 * Replay protection when the store of claims has forgotten some (decision D13): what may have been used before the
 * loss is refused. Its owner makes another, so this costs a few seconds and no authority.
 */
import type { EphemeralStore } from '../domain/ports/ephemeral-store.ts';

/** Nodes whose clocks are further from the truth than 2 s are not ready, so two are at most this far apart. */
const CLOCKS_APART_SECONDS = 4;

/** Whether something dated `issuedAt`, by a clock at most `aheadSeconds` ahead, may have been used before a loss. Ask after claiming. */
export const mayHaveBeenUsed = (ephemeral: EphemeralStore, issuedAt: number, aheadSeconds: number): boolean => {
  const since = ephemeral.coldSince?.();
  return since !== undefined && issuedAt < since + aheadSeconds + CLOCKS_APART_SECONDS;
};

/** Whether a loss lies at most `seconds` back. */
export const isCold = (ephemeral: EphemeralStore, now: number, seconds: number): boolean => {
  const since = ephemeral.coldSince?.();
  return since !== undefined && now < since + seconds + CLOCKS_APART_SECONDS;
};
