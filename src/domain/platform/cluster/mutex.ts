import { randomUUID } from 'node:crypto';
import type { Clock } from '../../ports/clock.ts';
import { type DocumentStore, tryInsert } from '../../ports/document-store.ts';
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

/**
 * Runs `work` while no other process on the same store runs work of the same name. For example, the start of a server
 * creates a missing object exactly once. Throws an Error when the turn of another process never ends. A process that
 * was paused for longer than 30 s may have been overtaken, so `work` must tolerate being done twice one after the
 * other.
 */
export const withMutex = async <T>(
  { documents, clock }: { readonly documents: DocumentStore; readonly clock: Clock },
  name: string,
  work: () => Promise<T>,
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
    if (pauses === MOST_PAUSES) throw new Error(`another process has been busy with "${name}" for too long`);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));
  }
  const end = async (): Promise<void> => {
    const found = await turns.get(name);
    if (found?.document.holder !== holder) return;
    // A successor may take a turn that expires meanwhile, and `take` would remove the successor's. None takes one that is renewed.
    const isSafe = found.document.until - clock.now() >= SAFE_SECONDS;
    if (isSafe || (await turns.replace(newTurn(), found.version))) await turns.take(name);
  };
  try {
    return await work();
  } finally {
    // The work is done or has failed, and the caller learns which. A turn that is not ended now expires.
    await end().catch(() => undefined);
  }
};
