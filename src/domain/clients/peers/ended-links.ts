/** Links that a user or an operator ended. Owns the collection ENDED_ACCOUNT_LINKS; called by account-links.ts. */
import { type CollectionDeclaration, type DocumentStore, isDocumentConflict } from '../../ports/document-store.ts';

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
  indexes: [{ fields: ['account'] }],
  members: ['account', 'endedBy', 'createdAt'],
} as const satisfies CollectionDeclaration;

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
