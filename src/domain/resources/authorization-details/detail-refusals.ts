import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: authorization details of a request (RFC 9396 §5). */
export const DETAIL_REFUSALS = {
  details_too_many_characters: {
    code: 'invalid_authorization_details',
    text: 'authorization_details has at most {most} characters',
  },
  details_too_many_bytes: {
    code: 'invalid_authorization_details',
    text: 'authorization_details has at most {most} bytes',
  },
  details_unreadable: { code: 'invalid_authorization_details', text: 'authorization_details: {problem}' },
  details_not_list: { code: 'invalid_authorization_details', text: 'authorization_details is a list of objects' },
  details_too_many: { code: 'invalid_authorization_details', text: 'authorization_details has at most {most} entries' },
  detail_not_typed: {
    code: 'invalid_authorization_details',
    text: 'authorization_details[{index}] is no object with a type',
  },
  detail_number_too_large: {
    code: 'invalid_authorization_details',
    text: 'authorization_details[{index}] holds a number that is too large',
  },
  detail_text_not_well_formed: {
    code: 'invalid_authorization_details',
    text: 'authorization_details[{index}] holds half of a character',
  },
  detail_type_unknown: {
    code: 'invalid_authorization_details',
    text: 'authorization_details[{index}]: this type is not known at the resource',
  },
  detail_not_as_declared: {
    code: 'invalid_authorization_details',
    text: 'authorization_details[{index}]{at}: not as the type declares it',
  },
  details_repeated: { code: 'invalid_request', text: 'authorization_details is given more than once' },
  details_without_resource: { code: 'invalid_target', text: 'authorization_details are for a resource: name it' },
  detail_type_ambiguous: {
    code: 'invalid_authorization_details',
    text: 'authorization_details[{index}]: several of the resources have this type; ask for one of them at a time',
  },
  details_exceed_token: {
    code: 'invalid_authorization_details',
    text: 'authorization_details: more than {most} bytes in one token; ask for fewer',
  },
} as const satisfies RefusalTable;

export const detailRefusal = refusalsOf(DETAIL_REFUSALS);
