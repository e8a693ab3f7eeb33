import type { DocumentStore } from '../../domain/ports/document-store.ts';
import { GRANTS, type GrantRecord } from '../seam/records.ts';

/** Ids of the stored grants of a client, ended or not, at most `limit`. */
export const grantsOfClient =
  (documents: DocumentStore) =>
  async (clientId: string, limit: number): Promise<readonly string[]> => {
    const found = await documents.collection<GrantRecord>(GRANTS).find({ where: { clientId }, limit });
    return found.map(({ document }) => document.id);
  };
