import { AUDIT_RECORDS, type AuditRecord, type RecordedEvent } from '../../audit/audit-record.ts';
import { type DocumentStore, everyDocument } from '../../ports/document-store.ts';

/** Records about one token that are read until its `token.issued` is found. It is the first, apart from clocks that differ. */
const MOST_READ = 500;

/**
 * The event with which a token was issued for an audience; undefined when there is none. The token may have ended. Throws
 * StoreUnavailable.
 */
export type IssuedFor = (jti: string, audience: string) => Promise<RecordedEvent | undefined>;

/** Finds the events of tokens in the audit log: the only place that knows each token until a day after its use. */
export const issuedFor = (documents: DocumentStore): IssuedFor => {
  const records = documents.collection<AuditRecord>(AUDIT_RECORDS);
  return async (jti, audience) => {
    const order = { by: 'at', direction: 'ascending' } as const;
    let read = 0;
    for await (const { event } of everyDocument(records, { where: { tokenId: jti }, order, limit: 20 })) {
      const isIt = event.type === 'token.issued' && event.token?.id === jti;
      if (isIt) return event.resource === audience ? event : undefined;
      read += 1;
      if (read === MOST_READ) return undefined;
    }
    return undefined;
  };
};
