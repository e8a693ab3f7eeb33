/** Links that a user or an operator ended. Owns the collection ENDED_ACCOUNT_LINKS; called by account-links.ts. */
import { type DocumentStore, tryInsert } from '../../ports/document-store.ts';
import type { OwnedCollection } from '../../ports/owned-collection.ts';

/** A verified address does not create such a link again; only an administrator can. */
type EndedLink = {
  /** `key` of the link. */
  readonly id: string;
  readonly account: string;
  readonly endedBy: string;
  readonly createdAt: number;
};

export const ENDED_ACCOUNT_LINKS = {
  name: 'ended_account_links',
  holds: 'an account link that ended, so that a verified address does not create it again',
  prefixes: [],
  events: [],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'registry', once: 'an administrator creates the link again' },
  transfer: 'removes authority',
  indexes: [{ fields: ['account'] }],
  members: ['account', 'endedBy', 'createdAt'],
} as const satisfies OwnedCollection;

/** Links that a user or an operator ended. */
export interface EndedLinks {
  /** Whether the link of this key was ended. */
  has(key: string): Promise<boolean>;
  /** Records that a link was ended. Idempotent. */
  keep(ended: EndedLink): Promise<void>;
  /** Allows the link to be created again. Idempotent. */
  forget(key: string): Promise<void>;
}

export const endedLinks = (documents: DocumentStore): EndedLinks => {
  const collection = documents.collection<EndedLink>(ENDED_ACCOUNT_LINKS);
  return {
    has: async (key): Promise<boolean> => (await collection.get(key)) !== undefined,

    async keep(ended): Promise<void> {
      await tryInsert(collection, ended);
    },

    forget: async (key): Promise<void> => void (await collection.take(key)),
  };
};
