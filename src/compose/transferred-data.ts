import { importMarks } from '../domain/platform/data-transfer/import-mark.ts';
import type { EphemeralStore } from '../domain/ports/ephemeral-store.ts';
import type { Stores } from './stores.ts';

/**
 * The same stores, for serving. Closes them and throws StoreUnavailable while an import is unfinished. A transfer does not
 * include values with a time to live. After it the server does not know which of them were used at the source, as after a
 * loss (decision D13).
 */
export const afterMoves = async (stores: Stores): Promise<Stores> => {
  try {
    const movedAt = await importMarks(stores.documents).lastMove();
    return movedAt === undefined ? stores : { ...stores, ephemeral: coldUntil(stores.ephemeral, movedAt) };
  } catch (error) {
    await stores.broadcast.close();
    await stores.ephemeral.close();
    await stores.documents.close();
    throw error;
  }
};

const coldUntil = (ephemeral: EphemeralStore, movedAt: number): EphemeralStore => ({
  ...ephemeral,
  coldSince: () => Math.max(ephemeral.coldSince?.() ?? 0, movedAt),
});
