import { type RefusalTable, refusalsOf } from './refusals.ts';

/** Refusals: fields of documents and forms. */
export const FIELD_REFUSALS = {
  member_missing: { code: 'invalid_field', text: 'This member is missing.' },
  member_unknown: { code: 'invalid_field', text: 'This name is not known here.' },
  value_not_listed: { code: 'invalid_field', text: 'This is one of {allowed}.' },
  type_wrong: { code: 'invalid_field', text: 'This is of type {types}.' },
  number_not_whole: { code: 'invalid_field', text: 'This is a whole number.' },
  text_empty: { code: 'invalid_field', text: 'This text is empty.' },
  text_too_long: { code: 'invalid_field', text: 'This text has at most {most} characters.' },
  list_too_short: { code: 'invalid_field', text: 'This list has at least {least} entries.' },
  list_too_long: { code: 'invalid_field', text: 'At most {most} entries are allowed.' },
  number_too_small: { code: 'invalid_field', text: 'This number is at least {least}.' },
  number_too_large: { code: 'invalid_field', text: 'This number is at most {most}.' },
  change_empty: { code: 'invalid_field', text: 'Name at least one member to change.' },
  value_invalid: { code: 'invalid_field', text: 'This value is not valid.' },
  value_malformed: { code: 'invalid_field', text: 'This value is not of the right form.' },
  text_has_outer_space: { code: 'invalid_field', text: 'This text begins or ends with a space.' },
  text_has_hidden_character: {
    code: 'invalid_field',
    text: 'This text holds a control, invisible or direction-changing character.',
  },
  text_not_normalized: { code: 'invalid_field', text: 'This text is not in Unicode normalization form C.' },
  text_piles_up_marks: { code: 'invalid_field', text: 'This text piles up marks on a letter.' },
  entry_repeated: { code: 'invalid_field', text: 'This entry is there twice.' },
  time_is_past: { code: 'invalid_field', text: 'This time is in the past.' },
  uri_not_absolute: { code: 'invalid_field', text: 'This is not an absolute URI.' },
  uri_expected: { code: 'invalid_field', text: 'This is a URL.' },
  uri_not_https: { code: 'invalid_field', text: 'This URI uses https; http only on 127.0.0.1, [::1] or localhost.' },
  uri_has_wildcard: {
    code: 'invalid_field',
    text: 'URIs are compared character by character; there are no wildcards.',
  },
  uri_has_fragment: { code: 'invalid_field', text: 'A URI here has no fragment ("#").' },
} as const satisfies RefusalTable;

export const fieldRefusal = refusalsOf(FIELD_REFUSALS);
