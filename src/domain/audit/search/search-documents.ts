/**
 * The index of a search in the audit log: which events have a term, for every combination of conditions. It is derived from
 * the records, later than they are written, and stands beside them: no request waits for it.
 *
 * Events get places 0, 1, 2 … in chunks of 1,024. 128 chunks are a segment. A posting set has the places of one term in one
 * segment. Records without a place yet are read by the search itself, so it finds every event there is.
 */
import { hash } from 'node:crypto';
import type { OwnedCollection } from '../../ports/owned-collection.ts';
import type { StreamCursor } from '../records-after.ts';

/** Events of a chunk. */
export const CHUNK = 1024;
/** Chunks of a segment. */
export const SEGMENT_CHUNKS = 128;
/** Events of a segment. */
export const SEGMENT = CHUNK * SEGMENT_CHUNKS;

/** A chunk or a segment, with the earliest and the latest time in it, in milliseconds since the epoch. */
export type Span = readonly [id: string, earliest: number, latest: number];

/** The end of the index. A swap of this document gives places to further records. */
export type IndexEnd = {
  readonly id: 'end';
  /** Places given, a multiple of 1,024. */
  readonly size: number;
  /** The last record of each stream that has a place. */
  readonly cursors: readonly StreamCursor[];
  /** Full segments, in the order of their places. */
  readonly segments: readonly Span[];
  /** Chunks after them. */
  readonly chunks: readonly Span[];
};

/** The chunks of a full segment. */
export type SegmentDocument = { readonly id: string; readonly chunks: readonly Span[] };

/** What stands at the places of a chunk, in the order of time. */
export type ChunkDocument = {
  readonly id: string;
  readonly streams: readonly string[];
  /** Records with consecutive sequences of one stream. */
  readonly runs: readonly (readonly [stream: number, sequence: number, count: number])[];
  /** Milliseconds since the epoch of the first one. */
  readonly first: number;
  /** Milliseconds between each one and the one before, packed. Chunks of earlier versions have an array. */
  readonly gaps: string | readonly number[];
};

/** The places of a term in a segment: as gaps, or a bit for each. */
export type PostingDocument = {
  /** Digest of the term and number of the segment. */
  readonly id: string;
  /**
   * The distance from a place to the one before. A number below zero stands for so many places that follow each other. A term
   * that is in nearly every event takes few numbers.
   */
  readonly gaps?: readonly number[];
  /** Base64 of one bit for each place of the segment, the lowest first. */
  readonly bits?: string;
};

const DERIVED = {
  prefixes: [],
  events: [],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'nothing', because: 'a search needs it as long as the records stay' },
  transfer: { no: 'each store derives its own from the records' },
  indexes: [],
} as const satisfies Partial<OwnedCollection>;

export const AUDIT_SEARCH_INDEX = {
  ...DERIVED,
  name: 'audit_search_index',
  holds: 'the end of the search index of the audit log, or the records at the places of a chunk',
} as const satisfies OwnedCollection;

export const AUDIT_SEARCH_POSTINGS = {
  ...DERIVED,
  name: 'audit_search_postings',
  holds: 'the places of one search term in one segment of the search index',
} as const satisfies OwnedCollection;

/** Id of a posting set. Terms are of any length and any characters, ids are not. */
export const postingId = (term: string, segment: number): string =>
  `${hash('sha256', term, 'base64url').slice(0, 22)}:${String(segment).padStart(8, '0')}`;
