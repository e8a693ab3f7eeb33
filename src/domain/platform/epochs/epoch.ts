/**
 * Epochs end everything made before a moment, whatever the tokens themselves say, and say which kills stand. One
 * row for each scope that was ever killed or restored: `all`, `agent:<id>`, `client:<id>`, `account:<id>`,
 * `owner:<id>`, and `key:<kid>` of a signing key that is revoked. Owns the rows; revocation.ts says what hangs on which of them, kill-switch.ts orders and lifts.
 * What ends for good by the state of a row of its own (a delegation, a token, a grant) has no epoch.
 */
import type { Collection, CollectionDeclaration } from '../../ports/document-store.ts';
import { isDocumentConflict, StoreUnavailable } from '../../ports/document-store.ts';

export type Epoch = {
  readonly id: string;
  /** What hangs on the scope and was made before this second is over. Only ever rises. */
  readonly notBefore: number;
  /** Ids of the kills that stand; while there is one, nothing that hangs on the scope counts or is made. */
  readonly kills?: readonly string[];
};

export const EPOCHS = { name: 'epochs', indexes: [], members: ['notBefore'] } as const satisfies CollectionDeclaration;

/** Id of the epoch of what one signing key has signed. */
export const keyEpoch = (kid: string): string => `key:${kid}`;

type Epochs = Collection<Epoch>;

/** Raises an epoch to `notBefore`; a lower value changes nothing. */
export const raiseEpoch = (epochs: Epochs, id: string, notBefore: number): Promise<void> =>
  change(epochs, id, (epoch) => (epoch.notBefore >= notBefore ? epoch : { ...epoch, notBefore }));

/** Makes a kill stand and ends what was made before `notBefore`. Again for the same kill: only the epoch may rise. */
export const stand = (epochs: Epochs, id: string, kill: string, notBefore: number): Promise<void> =>
  change(epochs, id, ({ kills = [], ...epoch }) => ({
    ...epoch,
    notBefore: Math.max(epoch.notBefore, notBefore),
    kills: [...new Set([...kills, kill])],
  }));

/**
 * Nodes whose clocks are further from the truth than 2 s are not ready, so two are at most 4 s apart: what one made
 * just before a kill may bear a time that is so much later.
 */
export const CLOCKS_APART_SECONDS = 4;

/** Lifts a kill. The epoch rises, so that nothing from before lives again, whichever node made it. Idempotent. */
export const unstand = (epochs: Epochs, id: string, kill: string, now: number): Promise<void> =>
  change(epochs, id, (epoch) =>
    epoch.kills?.includes(kill)
      ? {
          ...epoch,
          notBefore: Math.max(epoch.notBefore + CLOCKS_APART_SECONDS, now),
          kills: epoch.kills.filter((one) => one !== kill),
        }
      : epoch,
  );

const change = async (epochs: Epochs, id: string, alter: (epoch: Epoch) => Epoch): Promise<void> => {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const found = await epochs.get(id);
    const before = found?.document ?? { id, notBefore: 0 };
    const after = alter(before);
    if (after === before) return;
    if (found) {
      if (await epochs.replace(after, found.version)) return;
      continue;
    }
    try {
      await epochs.insert(after);
      return;
    } catch (error) {
      if (!isDocumentConflict(error)) throw error;
    }
  }
  throw new StoreUnavailable(`gave up on the epoch ${id} after 50 lost swaps`);
};
