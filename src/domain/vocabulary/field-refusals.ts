import { type RefusalTable, refusalsOf } from './refusals.ts';

/** Refusals: members of documents and fields of forms. */
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
  origin_malformed: {
    code: 'invalid_field',
    text: 'An origin is scheme, host and port only, such as "https://app.example".',
  },
  identifier_too_long: { code: 'invalid_field', text: 'An identifier has at most 512 characters.' },
  redirect_scheme_refused: { code: 'invalid_field', text: 'The scheme "{scheme}" cannot be redirected to.' },
  redirect_native_not_http: { code: 'invalid_field', text: 'On loopback a native app uses http (RFC 8252 §7.3).' },
  redirect_web_not_https: { code: 'invalid_field', text: 'A web app redirects to https, or to http on loopback.' },
  redirect_scheme_not_reversed: {
    code: 'invalid_field',
    text: 'A private-use scheme is a domain name in reverse, such as "com.example.app:" (RFC 8252 §7.1).',
  },
  uri_too_long: { code: 'invalid_field', text: 'A URI has at most {most} characters.' },
  uri_has_user: { code: 'invalid_field', text: 'A URI here holds no user name or password.' },
  uri_not_normal: { code: 'invalid_field', text: 'Write this URI in its normal form: {uri}' },
  value_not_among: { code: 'invalid_field', text: 'One of {allowed}.' },
  number_out_of_range: { code: 'invalid_field', text: 'This is a whole number from {least} to {most}.' },
} as const satisfies RefusalTable;

export const fieldRefusal = refusalsOf(FIELD_REFUSALS);
