import { randomUUID } from 'node:crypto';
import type { Clock } from '../../ports/clock.ts';
import { type DocumentStore, StoreUnavailable, tryInsert } from '../../ports/document-store.ts';
import type { OwnedCollection } from '../../ports/owned-collection.ts';

type Turn = { readonly id: string; readonly holder: string; readonly until: number };

export const TURNS = {
  name: 'turns',
  holds: 'the process that holds one mutex',
  prefixes: [],
  events: [],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'registry', once: 'the work under the mutex has ended' },
  transfer: { no: 'it is about the processes on one store' },
  indexes: [],
} as const satisfies OwnedCollection;

/** A process that took its turn and has not ended it after this time is presumed dead. */
const LONGEST_TURN_SECONDS = 30;
/** A turn that ends sooner than this is renewed before it is removed. */
const SAFE_SECONDS = 10;
const PAUSE_MILLISECONDS = 25;
/** Time of two crashed processes in a row, with a margin. */
const MOST_PAUSES = 4_000;

/** Renews a turn of which less than half is left. Throws StoreUnavailable once another process has taken its turn. */
export type KeepTurn = () => Promise<void>;

/**
 * Runs `work` while no other process on the same store runs work of the same name. For example, the start of a server
 * creates a missing object exactly once. Throws StoreUnavailable when the turn of another process does not end within 100 s. A process that
 * was paused for longer than 30 s may have been overtaken, so `work` must tolerate being done twice one after the
 * other. Longer work calls `keep` at least every 15 s, before what it changes next.
 */
export const withMutex = async <T>(
  { documents, clock }: { readonly documents: DocumentStore; readonly clock: Clock },
  name: string,
  work: (keep: KeepTurn) => Promise<T>,
): Promise<T> => {
  const turns = documents.collection<Turn>(TURNS);
  const holder = randomUUID();

  const newTurn = (): Turn => ({ id: name, holder, until: clock.now() + LONGEST_TURN_SECONDS });

  const take = async (): Promise<boolean> => {
    const turn = newTurn();
    const found = await turns.get(name);
    if (found) return found.document.until <= clock.now() && turns.replace(turn, found.version);
    return tryInsert(turns, turn);
  };

  for (let pauses = 0; !(await take()); pauses += 1) {
    if (pauses === MOST_PAUSES) throw new StoreUnavailable(`another process has been busy with "${name}" for too long`);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));
  }
  let renewAt = clock.now() + LONGEST_TURN_SECONDS / 2;
  const keep = async (): Promise<void> => {
    if (clock.now() < renewAt) return;
    const found = await turns.get(name);
    const turn = newTurn();
    const isOurs = found?.document.holder === holder && (await turns.replace(turn, found.version));
    if (!isOurs) throw new StoreUnavailable(`another process has taken its turn of "${name}"`);
    renewAt = turn.until - LONGEST_TURN_SECONDS / 2;
  };
  const end = async (): Promise<void> => {
    const found = await turns.get(name);
    if (found?.document.holder !== holder) return;
    // A successor may take a turn that expires meanwhile, and `take` would remove the successor's. None takes one that is renewed.
    const isSafe = found.document.until - clock.now() >= SAFE_SECONDS;
    if (isSafe || (await turns.replace(newTurn(), found.version))) await turns.take(name);
  };
  try {
    return await work(keep);
  } finally {
    // The work is done or has failed, and the caller learns which. A turn that is not ended now expires.
    await end().catch(() => undefined);
  }
};
