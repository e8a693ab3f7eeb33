import { randomInt } from 'node:crypto';
import { EPOCHS, type Epoch } from '../../platform/epochs/epoch.ts';
import type { Clock } from '../../ports/clock.ts';
import {
  type Collection,
  type DocumentStore,
  StoreUnavailable,
  type SweepSlice,
  tryInsert,
} from '../../ports/document-store.ts';
import { type IssuedToken, VERIFIER_TOLERANCE_SECONDS } from '../../ports/issued-tokens.ts';
import { killKey } from '../../vocabulary/kill.ts';
import {
  dependenciesOf,
  LIST_LENGTH,
  listId,
  MOST_LISTS,
  STATUS_LIST_ENTRIES,
  type StatusIndex,
  type StatusListEntry,
  windowAt,
} from './status-list.ts';
import { kindAndTime } from './token-kind.ts';

/** Random indexes that are tried in one list. In a list that is half full, one token of 256 goes to the next list. */
const MOST_TRIES = 8;
const MOST_SWEPT = 1000;
const EVERYTHING = killKey('all', 'all');

/** Gives each token a random index that no other token has. Several nodes may claim at once. */
export interface StatusIndexes {
  /**
   * Claims an index for a token of this resource server, durably, before the token is signed. Throws StoreUnavailable,
   * also when all lists of the window are full.
   */
  claim(server: string, token: IssuedToken): Promise<StatusIndex>;
  /** Removes at most `limit` entries of expired tokens, 1..1000. */
  sweep(limit: number): Promise<SweepSlice>;
  /** How many entries of expired tokens are left, counted up to 1000. */
  countExpired(): Promise<number>;
}

export const statusIndexes = ({
  documents,
  clock,
  randomIndex = () => randomInt(LIST_LENGTH),
}: {
  readonly documents: DocumentStore;
  readonly clock: Pick<Clock, 'now'>;
  /** 0..LIST_LENGTH - 1 */
  readonly randomIndex?: () => number;
}): StatusIndexes => {
  const entries: Collection<StatusListEntry> = documents.collection<StatusListEntry>(STATUS_LIST_ENTRIES);
  const epochs = documents.collection<Epoch>(EPOCHS);

  const expired = (limit: number) =>
    entries.find({
      range: { field: 'expiresAt', lte: clock.now() - 1 },
      order: { by: 'expiresAt', direction: 'ascending' },
      limit,
    });

  return {
    async claim(server, token): Promise<StatusIndex> {
      const window = windowAt(token.issuedAt);
      const since = (await epochs.get(EVERYTHING))?.document.notBefore ?? 0;
      const dependsOn = dependenciesOf(token);
      const kind = kindAndTime(token);
      const expiresAt = token.expiresAt + VERIFIER_TOLERANCE_SECONDS;
      for (let number = 0; number < MOST_LISTS; number += 1) {
        const list = { server, window, since, number };
        for (let tries = 0; tries < MOST_TRIES; tries += 1) {
          const index = randomIndex();
          const of = listId(list);
          const entry = { id: `${of}/${index}`, list: of, dependsOn, token, kind, expiresAt };
          if (await tryInsert(entries, entry)) return { list, index };
        }
      }
      throw new StoreUnavailable('all status lists of this window are full');
    },

    async sweep(limit): Promise<SweepSlice> {
      const found = await expired(limit);
      const removed = await Promise.all(found.map(async ({ document }) => entries.take(document.id)));
      return { removed: removed.filter((one) => one !== undefined).length, isDone: found.length < limit };
    },

    countExpired: async () => (await expired(MOST_SWEPT)).length,
  };
};
