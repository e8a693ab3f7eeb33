import { type RefusalTable, refusalsOf } from '../vocabulary/refusals.ts';

/** Refusals: documents that the server fetches. */
export const FETCH_REFUSALS = {
  fetches_exceeded: { code: 'unavailable', text: 'the server fetches too much at the moment; try again' },
  fetch_failed: { code: 'invalid_request', text: 'a document could not be fetched' },
} as const satisfies RefusalTable;

export const fetchRefusal = refusalsOf(FETCH_REFUSALS);
