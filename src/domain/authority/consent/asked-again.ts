/**
 * First-party apps without a consent page whose access a person ended. From then on they need that person's consent.
 * Owns the collection ASKED_AGAIN.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../../ports/clock.ts';
import { type DocumentStore, tryInsert } from '../../ports/document-store.ts';
import type { OwnedCollection } from '../../ports/owned-collection.ts';

type AskedAgain = {
  /** Derived from account and client. */
  readonly id: string;
  readonly account: string;
  readonly clientId: string;
  readonly createdAt: number;
};

export const ASKED_AGAIN = {
  name: 'asked_again',
  holds: 'a first-party app that needs the consent of one person from now on',
  prefixes: [],
  events: [],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'nothing', because: 'without it the app needs no consent' },
  transfer: 'removes authority',
  indexes: [{ fields: ['account'] }],
  members: ['account', 'clientId', 'createdAt'],
} as const satisfies OwnedCollection;

const idOf = (account: string, clientId: string): string =>
  `ask_${createHash('sha256')
    .update(JSON.stringify([account, clientId]))
    .digest('hex')}`;

export const askedAgain = (deps: { readonly documents: DocumentStore; readonly clock: Clock }) => {
  const collection = deps.documents.collection<AskedAgain>(ASKED_AGAIN);
  return {
    has: async (account: string, clientId: string): Promise<boolean> =>
      (await collection.get(idOf(account, clientId))) !== undefined,

    /** Idempotent. */
    async keep(account: string, clientId: string): Promise<void> {
      await tryInsert(collection, { id: idOf(account, clientId), account, clientId, createdAt: deps.clock.now() });
    },
  };
};
