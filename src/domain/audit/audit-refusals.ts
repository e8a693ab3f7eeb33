import { NO_SPACE } from '../ports/document-store.ts';
import { type RefusalTable, refusalsOf } from '../vocabulary/refusals.ts';

/** Refusals: recording. */
export const AUDIT_REFUSALS = {
  request_not_recordable: { code: 'invalid_request', text: 'The request is too large to be recorded.' },
  storage_full: {
    code: 'unavailable',
    text: NO_SPACE.message,
  },
  event_not_logged: {
    code: 'unavailable',
    text: 'The transparency log does not have this event yet. Try again in a second.',
  },
  event_behind_gap: {
    code: 'unavailable',
    text: 'The transparency log cannot have this event, because an earlier record of its stream is missing. Ask the operator to run `behalf audit verify --store`.',
  },
  event_archived: {
    code: 'not_found',
    text: 'This event is no longer in the store. It is in an archive: {places}. Its proof is still in the transparency log.',
  },
  log_not_trusted: {
    code: 'unavailable',
    text: 'The stored transparency log does not continue what this server signed. Ask the operator to run `behalf audit verify --store`, and to restore the database that belongs to this server.',
  },
  log_not_witnessed: {
    code: 'unavailable',
    text: 'No checkpoint of the transparency log has the cosignatures of enough witnesses yet. Try again later, or ask the operator to look at the witnesses.',
  },
  log_size_unknown: {
    code: 'invalid_field',
    text: 'The transparency log has {size} entries. Give two sizes up to that, the smaller one as `from`.',
  },
  event_member_unknown: {
    code: 'invalid_field',
    text: 'Events have no member {name}. They have {known}.',
  },
  search_has_no_word: {
    code: 'invalid_field',
    text: 'A search needs a word of 2 to 24 letters or digits. Ids have a filter of their own.',
  },
  request_not_recorded: { code: 'unavailable', text: 'The request could not be recorded. Try again later.' },
} as const satisfies RefusalTable;

export const auditRefusal = refusalsOf(AUDIT_REFUSALS);
