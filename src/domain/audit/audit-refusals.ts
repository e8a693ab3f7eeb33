import { NO_SPACE } from '../ports/document-store.ts';
import { type RefusalTable, refusalsOf } from '../vocabulary/refusals.ts';

/** Refusals: recording. */
export const AUDIT_REFUSALS = {
  request_not_recordable: { code: 'invalid_request', text: 'The request is too large to be recorded.' },
  storage_full: {
    code: 'unavailable',
    text: NO_SPACE.message,
  },
  request_not_recorded: { code: 'unavailable', text: 'The request could not be recorded. Try again later.' },
} as const satisfies RefusalTable;

export const auditRefusal = refusalsOf(AUDIT_REFUSALS);
