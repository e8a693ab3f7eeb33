/**
 * Epochs end everything issued before a moment, independent of the tokens themselves, and record active kills. There is
 * one document for each scope that was ever killed or restored: `all`, `agent:<id>`, `client:<id>`, `account:<id>`,
 * `owner:<id>`, and `key:<kid>` of a signing key that is revoked. Owns these documents. revocation.ts decides what
 * depends on which of them; kill-switch.ts creates and lifts kills. An object that ends for good by its own state (a
 * delegation, a token, a grant) has no epoch.
 */
import { type Collection, upsert } from '../../ports/document-store.ts';
import type { OwnedCollection } from '../../ports/owned-collection.ts';

export type Epoch = {
  readonly id: string;
  /** Everything that depends on the scope and was created before the end of this second is revoked. The value only rises. */
  readonly notBefore: number;
  /** Ids of the active kills. While there is one, nothing that depends on the scope is valid or can be created. */
  readonly kills?: readonly string[];
};

export const EPOCHS = {
  name: 'epochs',
  holds: 'the moment before which everything of one subject has ended',
  prefixes: [],
  events: [],
  consistency: 'linearizable',
  cached: { absence: 'allows' },
  retention: { removedBy: 'nothing', because: 'what an epoch ended must stay ended' },
  transfer: 'removes authority',
  indexes: [],
  members: ['notBefore'],
} as const satisfies OwnedCollection;

/** Id of the epoch of everything signed with one key. */
export const keyEpoch = (kid: string): string => `key:${kid}`;

type Epochs = Collection<Epoch>;

/** Raises an epoch to `notBefore`; a lower value changes nothing. */
export const raiseEpoch = (epochs: Epochs, id: string, notBefore: number): Promise<void> =>
  change(epochs, id, (epoch) => (epoch.notBefore >= notBefore ? epoch : { ...epoch, notBefore }));

/**
 * Activates a kill and ends everything created before `notBefore`. Repeated for the same kill, it can only raise the
 * epoch.
 */
export const stand = (epochs: Epochs, id: string, kill: string, notBefore: number): Promise<void> =>
  change(epochs, id, ({ kills = [], ...epoch }) => ({
    ...epoch,
    notBefore: Math.max(epoch.notBefore, notBefore),
    kills: [...new Set([...kills, kill])],
  }));

/**
 * Nodes whose clocks are more than 2 s off are not ready, so two nodes differ by at most 4 s. A token issued just
 * before a kill may therefore carry a time that is up to 4 s later.
 */
export const CLOCKS_APART_SECONDS = 4;

/**
 * Lifts a kill. The epoch rises, so that nothing from before becomes valid again, regardless of the node that created
 * it. Idempotent.
 */
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

/** More than elsewhere: no kill may be refused because many come at once. */
const MOST_LOST_SWAPS = 50;

const change = (epochs: Epochs, id: string, alter: (epoch: Epoch) => Epoch): Promise<void> =>
  upsert(
    epochs,
    id,
    (before = { id, notBefore: 0 }) => {
      const after = alter(before);
      return after === before ? undefined : after;
    },
    MOST_LOST_SWAPS,
  );
