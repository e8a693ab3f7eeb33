/** Links that a user or an operator ended. Owns the collection ENDED_ACCOUNT_LINKS; called by account-links.ts. */
import { type DocumentStore, isDocumentConflict } from '../../ports/document-store.ts';
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

export const endedLinks = (documents: DocumentStore) => {
  const collection = documents.collection<EndedLink>(ENDED_ACCOUNT_LINKS);
  return {
    has: async (key: string): Promise<boolean> => (await collection.get(key)) !== undefined,

    /** Idempotent. */
    async keep(ended: EndedLink): Promise<void> {
      try {
        await collection.insert(ended);
      } catch (error) {
        if (!isDocumentConflict(error)) throw error;
      }
    },

    /** Idempotent. */
    forget: async (key: string): Promise<void> => void (await collection.take(key)),
  };
};
