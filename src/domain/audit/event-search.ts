/** A search of the audit log by any conditions. The folder `search` has the index that answers it. */
import type { Cursor, Versioned } from '../ports/document-store.ts';
import type { AuditRecord } from './audit-record.ts';
import type { Conditions } from './search-terms.ts';

export type SearchQuery = {
  readonly conditions: Conditions;
  /** By time, then by record id. */
  readonly direction: 'ascending' | 'descending';
  /** Milliseconds since the epoch, both ends inclusive. */
  readonly fromMillis?: number | undefined;
  readonly toMillis?: number | undefined;
  readonly after?: Cursor | undefined;
  readonly limit: number;
};

/** `end`: the last one found, if there may be more. */
export type SearchResult = { readonly found: readonly Versioned<AuditRecord>[]; readonly isMore: boolean };

export interface IndexReader {
  /**
   * The records that meet the conditions, also those without a place in the index. Undefined while there are too many of
   * those: the index is behind, after an import or an upgrade.
   */
  search(query: SearchQuery): Promise<SearchResult | undefined>;
}
