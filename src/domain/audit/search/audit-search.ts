import type { DocumentStore } from '../../ports/document-store.ts';
import { AUDIT_RECORDS, type AuditRecord } from '../audit-record.ts';
import type { IndexReader } from '../event-search.ts';
import type { RecentRecords } from '../recent-records.ts';
import { indexReader } from './index-reader.ts';
import { type IndexWriter, indexWriter } from './index-writer.ts';
import {
  AUDIT_SEARCH_INDEX,
  AUDIT_SEARCH_POSTINGS,
  type ChunkDocument,
  type IndexEnd,
  type PostingDocument,
  type SegmentDocument,
} from './search-documents.ts';

/** The search index of the audit log: its housekeeping, and searches. */
export interface AuditSearch extends IndexReader, IndexWriter {}

export const auditSearch = (deps: {
  readonly documents: DocumentStore;
  /** What this process has recorded. Absent: all records are read from the store. */
  readonly recent?: RecentRecords;
  /** Lets waiting requests run. */
  readonly pause: () => Promise<void>;
  /** For the length of one call of `poll` only. */
  readonly nowMillis: () => number;
}): AuditSearch => {
  const { documents, recent, pause, nowMillis } = deps;
  const collections = {
    records: documents.collection<AuditRecord>(AUDIT_RECORDS),
    ends: documents.collection<IndexEnd>(AUDIT_SEARCH_INDEX),
    segments: documents.collection<SegmentDocument>(AUDIT_SEARCH_INDEX),
    chunks: documents.collection<ChunkDocument>(AUDIT_SEARCH_INDEX),
    postings: documents.collection<PostingDocument>(AUDIT_SEARCH_POSTINGS),
  };
  return { ...indexReader(collections), ...indexWriter(collections, { recent, pause, nowMillis }) };
};
