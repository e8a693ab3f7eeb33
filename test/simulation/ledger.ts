/**
 * What a request must know that begins now: what a majority of the servers holds, and each change that was acknowledged or that
 * another request was answered with.
 */
import { collectionRules } from '../../src/domain/ports/store-rules.ts';
import type { ReplicaSet } from './replica-set.ts';
import { DECLARATIONS, isEnd, keyOf, type Reference } from './world.ts';

/** Of a document that was taken. */
export const GONE = Number.POSITIVE_INFINITY;

export type Ledger = {
  /** The change that gave the document this value was acknowledged, or a request was answered with it, now. */
  isKnown(of: Reference, value: number): void;
  /** The least value that a request may see that begins now. */
  least(of: Reference): number;
};

export const newLedger = (servers: ReplicaSet): Ledger => {
  const least = new Map<string, number>();
  const heldValue = (of: Reference): number => {
    const row = servers.held(collectionRules(DECLARATIONS[of.kind]).name, of.id);
    return seenValue(of, row && { document: JSON.parse(String(row['body'])) as { value: number } });
  };
  return {
    isKnown(of, value) {
      const key = keyOf(of);
      least.set(key, Math.max(least.get(key) ?? 0, value));
    },
    least: (of) => Math.max(least.get(keyOf(of)) ?? 0, heldValue(of)),
  };
};

/** The value that an answer shows. Absence is the oldest value of an end, and the newest of all others. */
export const seenValue = (
  of: Reference,
  found: { readonly document: { readonly value: number } } | undefined,
): number => found?.document.value ?? (isEnd(of) ? 0 : GONE);
