import { type RefusalTable, refusalsOf } from './refusals.ts';

/** Refusals: JSON documents. */
export const JSON_REFUSALS = {
  json_malformed: { code: 'invalid_request', text: 'This is not JSON.' },
  json_not_utf8: { code: 'invalid_request', text: 'This is not UTF-8.' },
  json_too_deep: { code: 'invalid_request', text: 'JSON is nested at most {most} deep here.' },
  json_member_repeated: { code: 'invalid_request', text: 'An object names a member twice.' },
  json_member_refused: { code: 'invalid_request', text: 'An object names the member {member}.' },
} as const satisfies RefusalTable;

export const jsonRefusal = refusalsOf(JSON_REFUSALS);
